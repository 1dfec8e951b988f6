"""The views and macros of the mart, and the questions that ship with it: each an SQL file whose head says what it gives."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from reports.mart_columns import MartColumn, columns

_HERE: Final = Path(__file__).parent
_SIGNATURE: Final = re.compile(r"(?P<name>\w+)(?P<arguments>\(.*\))(?P<table> TABLE)?")
# a view stands after those it is made from
VIEW_ORDER: Final = (
    "v_agency", "v_billing_number", "v_invoice_lines", "v_invoices", "v_bill_by_agency", "v_revenue_by_rate_code", "v_revenue_by_funding",
    "v_month_over_month", "v_recovery", "v_exceptions_open", "v_suspense", "v_call_summary", "v_adjustments", "v_disputes",
    "v_rate_history", "v_control_totals", "v_vendor_match", "v_vendor_invoices", "v_inventory_changes", "v_charge_source",
    "v_journal_documents",
)  # fmt: skip
MACRO_ORDER: Final = ("fy", "charges", "bill")


@dataclass(frozen=True)
class MartView:
    """A view: its grain, its columns as they must come out, and what makes it."""

    name: str
    comment: str
    columns: tuple[MartColumn, ...]
    sql: str


@dataclass(frozen=True)
class MartMacro:
    """A macro: `name(arguments)` that gives a value, or a table."""

    name: str
    comment: str
    arguments: str
    gives_table: bool
    sql: str


@dataclass(frozen=True)
class MartQuery:
    """A question in words, and the query that answers it; note says what an empty answer means, where it may be empty."""

    name: str
    question: str
    note: str
    text: str


@cache
def views() -> tuple[MartView, ...]:
    """Every view, each after those it is made from. A file's head: the grain, then `name TYPE meaning` a column."""
    found = []
    for name in VIEW_ORDER:
        head, sql = _read("views", name)
        found.append(MartView(name, head[0], columns(*head[1:]), sql))
    return tuple(found)


@cache
def macros() -> tuple[MartMacro, ...]:
    """Every macro. A file's head: what it gives, then its signature."""
    found = []
    for name in MACRO_ORDER:
        (comment, signature), sql = _read("macros", name)
        said = _SIGNATURE.fullmatch(signature)
        if said is None or said["name"] != name:
            raise ValueError(f"macros/{name}.sql: '{signature}' is no signature of {name}")
        found.append(MartMacro(name, comment, said["arguments"], said["table"] is not None, sql))
    return tuple(found)


@cache
def queries() -> tuple[MartQuery, ...]:
    """Every query that ships, by name. A file's head: the question, then notes."""
    found = []
    for path in sorted((_HERE / "queries").glob("*.sql")):
        head, _ = _read("queries", path.stem)
        found.append(MartQuery(path.stem, head[0], " ".join(head[1:]), path.read_text(encoding="utf-8")))
    return tuple(found)


def statements() -> list[str]:
    """What puts the views and macros into a mart, or in the place of those it has, with their meanings."""
    found = []
    for view in views():
        found += [
            _put("VIEW", view.name, view.sql),
            f"COMMENT ON VIEW {quoted_name(view.name)} IS {quoted(view.comment)}",
            *(
                f"COMMENT ON COLUMN {quoted_name(view.name)}.{quoted_name(column.name)} IS {quoted(column.comment)}"
                for column in view.columns
            ),
        ]
    for macro in macros():
        kind = "MACRO TABLE" if macro.gives_table else "MACRO"
        body = f"TABLE {macro.sql}" if macro.gives_table else macro.sql
        found += [
            _put("MACRO", macro.name, body, macro.arguments),
            f"COMMENT ON {kind} {quoted_name(macro.name)} IS {quoted(macro.comment)}",
        ]
    return found


def _put(kind: str, name: str, body: str, arguments: str = "") -> str:
    return f"CREATE OR REPLACE {kind} {quoted_name(name)}{arguments} AS {body}"


def _read(folder: str, name: str) -> tuple[list[str], str]:
    """The lines of a file's head, without their dashes, and the SQL below it."""
    lines = (_HERE / folder / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    height = next(place for place, line in enumerate(lines) if not line.startswith("--"))
    return [line.removeprefix("--").strip() for line in lines[:height]], "\n".join(lines[height:]).strip().removesuffix(";")


def quoted_name(name: str) -> str:
    """A name of ours as SQL writes it."""
    return f'"{name}"'


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
