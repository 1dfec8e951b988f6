"""What no module may do: floats on money, guesses on inputs, clocks in the engine, SQL glued from values."""

import ast
from collections.abc import Callable

import pytest

from tests.house.tree import ROOT, dotted, modules

EXACT_ROOMS = ("billing", "rates", "inputs")
CLOCKLESS_ROOMS = ("billing", "rates", "inputs", "reports")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.localtime"}
GUESSING_READERS = {
    "read_csv", "scan_csv", "read_csv_batched", "read_excel", "read_ods", "read_json", "read_ndjson", "scan_ndjson",
}  # fmt: skip
SQL_METHODS = {"execute", "executemany", "sql", "query"}
QUOTERS = ("quote", "identifier", "literal")
FLOATS: dict[str, str] = {}  # module: why a float there touches no money, rate or quantity
LONGEST_FUNCTION = 40  # lines without the docstring
# longer than that today; none may grow, none may join them
LONGER: dict[str, int] = {
    "billing/invoicing.py:make_invoices": 44,
    "billing/rate_lookup.py:attach_rate": 45,
    "billing/reconcile.py:control_totals": 54,
    "pipelines/commands/month.py:check": 45,
}
LONGEST_MODULE = 300
LONGEST_DEFENDED = 400
DEFENDED = {
    "billing/layouts.py": "the published columns of every file: a table, not logic",
    "billing/frames.py": "the shapes that pass between rooms: a table, not logic",
}

Rule = Callable[[ast.AST], bool]


def _hits(rule: Rule, *packages: str) -> list[str]:
    return [f"{path}:{getattr(node, 'lineno', 0)}" for path, tree in modules(*packages) for node in ast.walk(tree) if rule(node)]


def is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    if isinstance(node, ast.Call):
        return dotted(node.func) == "float"
    return isinstance(node, ast.Attribute) and node.attr in {"Float32", "Float64"}


def is_null_to_zero(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fill_null"):
        return False
    values = [*node.args, *[word.value for word in node.keywords if word.arg == "value"]]
    return any(isinstance(value, ast.Constant) and value.value == 0 and value.value is not False for value in values)


def is_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = dotted(node.func)
    return any(name == clock or name.endswith("." + clock) for clock in CLOCKS)


def is_guessing_reader(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in GUESSING_READERS and dotted(node.value) in {"pl", "polars", "pd"}


def is_row_by_row(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"map_elements", "map_rows", "iterrows"}


def is_glued_sql(node: ast.AST) -> bool:
    """SQL made by joining texts; an f-string may hold quoted identifiers and literals only."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SQL_METHODS and node.args):
        return False
    text = node.args[0]
    if isinstance(text, ast.JoinedStr):
        parts = [part.value for part in text.values if isinstance(part, ast.FormattedValue)]
        return not all(isinstance(part, ast.Call) and any(word in dotted(part.func).lower() for word in QUOTERS) for part in parts)
    glued = isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add | ast.Mod)
    formatted = isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) and text.func.attr == "format"
    return glued or formatted


def is_blanket(node: ast.AST) -> bool:
    """A handler of everything that does not raise it again."""
    if not isinstance(node, ast.ExceptHandler) or not (node.type is None or dotted(node.type) in {"BaseException", "Exception"}):
        return False
    last = node.body[-1]
    return not (isinstance(last, ast.Raise) and last.exc is None)


def test_money_rates_and_quantities_never_meet_a_float() -> None:
    assert [hit for hit in _hits(is_float, "billing", "rates") if hit.rsplit(":", 1)[0] not in FLOATS] == []


def test_readers_never_make_a_float() -> None:
    assert _hits(lambda node: is_float(node) and not isinstance(node, ast.Constant), "inputs") == []


def test_a_null_is_never_filled_with_zero() -> None:
    assert _hits(is_null_to_zero) == []


def test_no_clock_below_the_commands() -> None:
    assert _hits(is_clock, *CLOCKLESS_ROOMS) == []


def test_no_reader_guesses_types_but_the_one_text_reader() -> None:
    users = {hit.rsplit(":", 1)[0] for hit in _hits(is_guessing_reader)}

    assert len(users) <= 1, users
    assert all(path.startswith("inputs/") for path in users)


def test_words_are_put_together_by_our_own_phrase_because_polars_format_panics_on_empty_chunks() -> None:
    assert _hits(lambda node: isinstance(node, ast.Attribute) and dotted(node) == "pl.format") == []


def test_no_frame_is_walked_row_by_row_through_python_functions() -> None:
    assert _hits(is_row_by_row) == []


def test_no_sql_is_glued_together_from_values() -> None:
    assert _hits(is_glued_sql) == []


def test_no_check_is_an_assert_because_python_can_switch_them_off() -> None:
    assert _hits(lambda node: isinstance(node, ast.Assert)) == []


def test_no_handler_swallows_everything() -> None:
    assert _hits(is_blanket, *EXACT_ROOMS, "reports") == []


def test_modules_are_short_or_defended() -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path, _tree in modules()}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE and path not in DEFENDED}
    too_long = {path: lines for path, lines in lengths.items() if lines > LONGEST_DEFENDED}

    assert long == {}
    assert too_long == {}


def _lines(function: ast.FunctionDef) -> int:
    words = function.body[0] if ast.get_docstring(function) else None
    told = (words.end_lineno or 0) - words.lineno + 1 if words else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.name}": _lines(node) for path, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGER.get(name, LONGEST_FUNCTION)} == {}


def test_every_module_says_its_one_idea_in_its_first_line() -> None:
    silent = [path for path, tree in modules() if not (ast.get_docstring(tree) or "").strip()]

    assert silent == []


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (is_float, "x = pl.Float64", "x = pl.Decimal(38, 6)"),
        (is_float, "x = float(y)", "x = Decimal(y)"),
        (is_float, "x = 0.5", "x = Decimal('0.5')"),
        (is_null_to_zero, "x.fill_null(0)", "x.fill_null(value=False)"),
        (is_null_to_zero, "x.fill_null(value=0)", "x.fill_null('FLAT')"),
        (is_clock, "dt.datetime.now(dt.UTC)", "dt.datetime(2026, 1, 1)"),
        (is_clock, "date.today()", "period.first_day"),
        (is_guessing_reader, "pl.scan_csv(path)", "text.scan(path)"),
        (is_row_by_row, "c.map_elements(f)", "c.map_batches(f)"),
        (is_glued_sql, "c.execute(f'select {x}')", "c.execute(f'select * from {quoted(x)}')"),
        (is_glued_sql, "c.execute('select ' + x)", "c.execute('select ?', [x])"),
        (is_blanket, "try: f()\nexcept: pass", "try: f()\nexcept OSError: pass"),
        (is_blanket, "try: f()\nexcept Exception: pass", "try: f()\nexcept BaseException:\n    undo()\n    raise"),
    ],
)
def test_each_rule_sees_what_it_forbids(rule: Rule, bad: str, good: str) -> None:
    assert any(rule(node) for node in ast.walk(ast.parse(bad)))
    assert not any(rule(node) for node in ast.walk(ast.parse(good)))
