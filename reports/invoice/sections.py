"""The detail: one table a family of charges, every line with its number, subtotals by rate code, or a summary where lines are very many."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from billing.periods import Period
from reports.figures import count, money, number, rate, span
from reports.invoice.families import ADJUSTMENTS, COMPARING, COMPONENT_WORDS, FAMILIES, FIGURES, PRIOR, WRAPPING, FamilyKind
from reports.invoice.last_month import LastMonth
from reports.invoice.units import unit_words
from reports.press.letters import fit
from reports.press.view import SUB, Column, Row, Section

Line = dict[str, Any]
LEAST_FOR_SUBTOTALS: Final = 12  # lines of a family; fewer can be added up by eye
_money, _number, _rate, _span, _fit = (lru_cache(20_000)(each) for each in (money, number, rate, span, fit))


@dataclass(frozen=True)
class Manner:
    """What the sections of one invoice have in common."""

    period: Period
    is_group: bool
    last: LastMonth | None  # none: there is nothing to compare with
    this_month: str
    corrects: Callable[[Line], str]
    is_summary: bool  # the lines are in the attached file alone
    names: dict[str, str]  # rate code: name


def total_of(lines: Iterable[Line]) -> Decimal:
    """Dollars of some lines."""
    return sum((line["amount"] for line in lines), Decimal("0.00"))


def section(family: str, lines: list[Line], manner: Manner) -> Section:
    """One family's table. Rows: one a line and one a subtotal; one a rate code and component in a summary."""
    kind = FAMILIES[family]
    foot = f"{kind.title}, {count(len(lines), 'line')}"
    about, total = kind.about, money(total_of(lines))
    if manner.is_summary and family != ADJUSTMENTS:
        about = f"{about} Added up by rate code; the attached file lists all {count(len(lines), 'line')}."
        columns = (Column("Rate code"), Column("Service", "w"), Column("Lines", "n"), Column("Amount $", "n"))
        return Section(family, kind.title, about, columns, _by_code(lines), foot, total)
    cells = [pair for pair in kind.columns if manner.last is not None or pair[0] not in COMPARING]
    headings = [Column("Line", "n"), *([Column("Number")] if manner.is_group else [])]
    headings += [Column(_title(cell, title, manner), _css(cell)) for cell, title in cells]
    rows = tuple(_rows(kind, tuple(cell for cell, _ in cells), lines, manner))
    return Section(family, kind.title, about, tuple(headings), rows, foot, total)


def _css(cell: str) -> str:
    return "n" if cell in FIGURES else "w" if cell in WRAPPING else ""


def _title(cell: str, title: str, manner: Manner) -> str:
    """`Last month` and the quantity beside it get the months' names."""
    if manner.last is None:
        return title
    unit = {"was": " $"}.get(cell, " qty")
    if cell in COMPARING:
        return manner.last.name[:3] + unit
    return f"{manner.this_month[:3]} qty" if cell == "quantity" else title


def _rows(kind: FamilyKind, cells: tuple[str, ...], lines: list[Line], manner: Manner) -> Iterator[Row]:
    groups = [(code, list(some)) for code, some in groupby(lines, key=lambda line: line["rate_code"])]
    subtotals = len(groups) > 1 and len(lines) >= LEAST_FOR_SUBTOTALS and kind.name != ADJUSTMENTS
    for code, some in groups:
        for line in some:
            yield _row(kind, cells, line, manner)
        if subtotals and len(some) > 1:
            yield _subtotal(kind, cells, code, some, manner)


def _subtotal(kind: FamilyKind, cells: tuple[str, ...], code: str, lines: list[Line], manner: Manner) -> Row:
    """The rate code's lines, quantities where they count one thing, and dollars."""
    name = manner.names.get(code, "")
    label = f"{_fit(code, 18)} {_fit(name, 40)}, {count(len(lines), 'line')}" if name else f"{_fit(code, 18)}, {count(len(lines), 'line')}"
    tail = []
    for cell in reversed(cells):
        if cell not in FIGURES:
            break
        tail.append(_sum(kind, cell, code, lines, manner))
    return Row((label, *reversed(tail)), kind=SUB)


def _sum(kind: FamilyKind, cell: str, code: str, lines: list[Line], manner: Manner) -> str:
    if cell == "amount":
        return money(total_of(lines))
    if cell == "quantity":
        return quantity_of(lines)
    if manner.last is not None and cell in COMPARING:
        old = manner.last.of_code(kind.name, code)
        return quantity_of(old) if cell == "before" else money(total_of(old)) if old else ""
    return ""


def _row(kind: FamilyKind, cells: tuple[str, ...], line: Line, manner: Manner) -> Row:
    found = [f"{line['invoice_line_no']:,}"]
    if manner.is_group:
        found.append(_fit(line["billing_number"], 18))
    found += [_CELLS[cell](line, manner) for cell in cells]
    return Row(tuple(found), _note(kind, line))


def _beside(cell: str) -> Callable[[Line, Manner], str]:
    return lambda line, manner: manner.last.cell(cell, line) if manner.last is not None else ""


def _approval(line: Line) -> str:
    """Who approved an adjustment; where nobody has yet, who prepared it."""
    if line["approval_ref"]:
        return fit(line["approval_ref"], 40)
    _, found, rest = (line["rule"] or "").partition(" as adjusted by ")
    return f"open; by {fit(rest.partition(' ')[0], 24)}" if found else "open"


_CELLS: Final[dict[str, Callable[[Line, Manner], str]]] = {
    "code": lambda line, _: _fit(line["rate_code"], 18),
    "text": lambda line, _: fit(line["description"] or line["rate_code"], 110),
    "dates": lambda line, manner: _span(line["start_date"], line["stop_date"], manner.period),
    "quantity": lambda line, _: _number(line["quantity"]),
    "before": _beside("before"),
    "was": _beside("was"),
    "uom": lambda line, _: unit_words(line["uom"]),
    "rate": lambda line, _: _rate(line["unit_rate"]),
    "ref": lambda line, _: fit(line["adjustment_id"] or line["source_record_id"], 20),
    "rule": lambda line, _: fit(line["rule"], 110),
    "corrects": lambda line, manner: manner.corrects(line),
    "approval": lambda line, _: _approval(line),
    "amount": lambda line, _: _money(line["amount"]),
}


def _note(kind: FamilyKind, line: Line) -> str:
    """A fee, tax, surcharge or one-time charge says so and how it comes about where no rate shows it; a late charge says of what."""
    word = COMPONENT_WORDS.get(line["component"], "")
    if kind.name == ADJUSTMENTS:
        return ""
    if kind.name == PRIOR:
        family = FAMILIES[line["stream"]].title
        return f"{family}; {word.lower()}" if word else family
    if not word:
        return ""
    return f"{word}: {fit(line['rule'], 90)}" if line["rule"] and line["unit_rate"] is None else word


def _by_code(lines: list[Line]) -> tuple[Row, ...]:
    """One row a rate code and component, so that a fee never hides in its base."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((line["rate_code"] or "", line["component"]), []).append(line)
    rows = []
    for (code, component), group in sorted(found.items()):
        words = group[0]["rate_name"] or code
        cells = (fit(code, 18), fit(words, 110), f"{len(group):,}", money(total_of(group)))
        rows.append(Row(cells, COMPONENT_WORDS.get(component, "")))
    return tuple(rows)


def quantity_of(lines: list[Line]) -> str:
    """Quantities are added only where all lines count the same thing."""
    if not lines or len({(line["uom"], line["component"]) for line in lines}) > 1:
        return ""
    if any(line["quantity"] is None for line in lines):
        return ""
    return number(sum((line["quantity"] for line in lines), Decimal(0)))
