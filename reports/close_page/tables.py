"""A report's section as a table of a page: headings, exact cells, totals; a long one in part, with the rest as data."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeGuard

import polars as pl

from reports import figures
from reports.close_page.labels import label
from reports.report import Fact, Report, Section

MOST_STANDING: Final = 300  # rows that stand in the page itself
FIRST_ROWS: Final = 50  # of a longer table, without a script
MOST_ROWS: Final = 5000  # a table beyond this is for a file, not for a page
_LONGEST: Final = 240
_SHORT: Final = 20  # letters of a text that needs no width of its own
_CENTS: Final = -2
_NAMES: Final = ("year", "fy", "period", "_no", "line")  # ends of the names of whole numbers that count nothing


@dataclass(frozen=True)
class Column:
    """One column: its name in files, its heading, what it holds (money, number, day, text, words: long text)."""

    name: str
    head: str
    kind: str


@dataclass(frozen=True)
class Table:
    """One section as a page shows it; rows: all, or the first of them where `rest` has them all."""

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]  # a text a column; empty where there is no total
    height: int
    file: str
    rest: dict[str, object] | None  # every column's cells, for the script

    @property
    def is_cut(self) -> bool:
        """Whether not even the script has all rows."""
        return self.height > MOST_ROWS


@dataclass(frozen=True)
class Shown:
    """One report as a page shows it."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    foots: tuple[tuple[str, str], ...]


def shown(reports: Mapping[str, Report]) -> tuple[Shown, ...]:
    """Every report that has a row, in their order; sections without rows are left out."""
    return tuple(_shown(report) for report in reports.values() if any(section.frame.height for section in report.sections))


def _shown(report: Report) -> Shown:
    files = [f"{report.stem}.csv", *(f"{report.stem}.{section.name}.csv" for section in report.sections[1:])]
    return Shown(
        report.id,
        report.title,
        tuple((fact.label, _fact(fact)) for fact in report.facts),
        tuple(
            _table(f"{report.id}-{section.name}", section, file)
            for section, file in zip(report.sections, files, strict=True)
            if section.frame.height
        ),
        tuple((_spaced(foot.what), cell(foot.here)) for foot in report.checked().foots),
    )


def _spaced(what: str) -> str:
    """What a foot compares, the column names in it as words."""
    return " ".join(label(word).lower() if "_" in word else word for word in what.split())


def _fact(fact: Fact) -> str:
    if isinstance(fact.value, int):
        return f"{fact.value:,}"
    if _is_dollars(fact.value):
        return figures.dollars(fact.value)
    return cell(fact.value)


def _is_dollars(value: object) -> TypeGuard[Decimal]:
    return isinstance(value, Decimal) and value.as_tuple().exponent == _CENTS


def _table(key: str, section: Section, file: str) -> Table:
    frame = section.frame
    columns = tuple(Column(name, label(name), _kind(frame[name])) for name in frame.columns)
    is_long = frame.height > MOST_STANDING
    sums = section.sums()
    standing = frame.head(FIRST_ROWS) if is_long else frame
    held = is_long and frame.height <= MOST_ROWS
    return Table(
        key, section.title, section.note, columns,
        tuple(zip(*(_cells(standing[name]) for name in frame.columns), strict=True)),
        tuple(cell(sums[name]) if name in sums else "" for name in frame.columns) if sums else (),
        frame.height, file,
        {"cells": [_cells(frame[name]) for name in frame.columns]} if held else None,
    )  # fmt: skip


def _kind(column: pl.Series) -> str:
    dtype = column.dtype
    if dtype == pl.Decimal(18, 2):
        return "money"
    if dtype.is_numeric():
        return "number"
    if dtype in (pl.Date, pl.Datetime):
        return "day"
    longest = column.cast(pl.String).str.len_chars().max()
    return "words" if isinstance(longest, int) and longest > _SHORT else "text"


def _cells(column: pl.Series) -> list[str]:
    """A column's cells; a year or a line's number is a name, not an amount, and has no thousands."""
    if column.dtype.is_integer() and column.name.endswith(_NAMES):
        return ["" if value is None else str(value) for value in column.to_list()]
    return [cell(value) for value in column.to_list()]


def cell(value: object) -> str:
    """One value as people read it, exact; null is empty, letters that cannot be seen are spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return figures.number(Decimal(value))
    if isinstance(value, Decimal):
        return figures.money(value) if _is_dollars(value) else figures.number(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, dt.date) else figures.bounded(str(value), _LONGEST)
