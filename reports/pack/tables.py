"""A report's section as a table on paper: the first rows, what the others come to in one row, the report's own total."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from reports.charts.recovery import days
from reports.figures import MONTHS, money, number, signed
from reports.pack.view import Cell, Column, Table
from reports.press.letters import fit
from reports.report import Section

MOST_ROWS: Final = 25
_LONGEST: Final = 60
_FIGURES: Final = ("money", "change", "count", "days", "tenths")


@dataclass(frozen=True)
class Shown:
    """One column of a section that goes on paper.

    kind: text, money, change (dollars with their sign and shade), count, days, tenths (of days), date, words (through `say`).
    """

    name: str
    title: str
    kind: str = "text"
    say: Callable[[Any], str] | None = None
    longest: int = _LONGEST


def table(section: Section, columns: Sequence[Shown], *, most: int = MOST_ROWS, what: str = "row rows", title: str | None = None) -> Table:
    """The section's first rows as they stand there, and the others added up.

    Args:
        most: rows shown; one more is shown rather than left alone.
        what: what a row is, one and many.

    Raises:
        ReconciliationError: the rows on paper and those left out do not come to the section's total.
    """
    frame = section.frame
    shown = frame if frame.height <= most + 1 else frame.head(most)
    rest = frame.slice(shown.height)
    sums = section.sums()
    parts = (_sums(shown, sums), _sums(rest, sums))
    for name, whole in sums.items():
        if parts[0][name] + parts[1][name] != whole:
            raise ReconciliationError(f"{section.title}: {name} on paper does not come to {whole}; nothing is written", code="V013")
    rows = tuple(tuple(_cell(column, row[column.name]) for column in columns) for row in shown.to_dicts())
    lead = f"and {rest.height:,} more {_of(rest.height, what)} come to" if sums else f"and {rest.height:,} more {_of(rest.height, what)}"
    return Table(
        section.title if title is None else title,
        tuple(Column(column.title, _css(column)) for column in columns),
        rows,
        _summed(columns, parts[1], lead) if rest.height else (),
        _summed(columns, sums, f"All {frame.height:,} {_of(frame.height, what)}" if frame.height > 1 else "Total")
        if sums and frame.height
        else (),
        section.note,
    )


def _of(how_many: int, what: str) -> str:
    one, _, many = what.partition(" ")
    return one if how_many == 1 else many


def _sums(rows: pl.DataFrame, like: dict[str, Decimal | int]) -> dict[str, Decimal | int]:
    """Columns added up in Python's own numbers, by another road than the section's."""
    return {name: sum((value for value in rows[name].to_list() if value is not None), like[name] * 0) for name in like}


def _summed(columns: Sequence[Shown], sums: dict[str, Decimal | int], lead: str) -> tuple[Cell, ...]:
    words = next((n for n, column in enumerate(columns) if column.kind in _FIGURES), len(columns)) or 1
    figures = [_cell(column, sums[column.name]) if column.name in sums else Cell("", _css(column)) for column in columns[words:]]
    return (Cell(lead, span=words), *figures)


def _css(column: Shown) -> str:
    return "n" if column.kind in _FIGURES else ""


def _cell(column: Shown, value: Any) -> Cell:
    """One value as people read it; null is an empty cell."""
    if value is None:
        return Cell(column.say(None) if column.say else "", _css(column))
    if column.kind == "change":
        return Cell(signed(value), "n more" if value > 0 else "n less" if value < 0 else "n")
    return Cell(_text(column, value), _css(column))


def _text(column: Shown, value: Any) -> str:
    if column.say is not None:
        return column.say(value)
    match column.kind:
        case "money":
            return money(value)
        case "count":
            return number(Decimal(value))
        case "days":
            return number(Decimal(value))
        case "tenths":
            return days(value)
        case "date":
            return short_day(value)
        case _:
            return fit(str(value), column.longest)


def short_day(value: dt.date | dt.datetime | str) -> str:
    """`6 Nov 2026`, of a day or of a moment in UTC."""
    day = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
