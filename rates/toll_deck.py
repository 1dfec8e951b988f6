"""Read a carrier's toll deck: one plan's rows by prefix, and the place each prefix belongs to."""

import csv
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from billing.errors import Location, TableError
from billing.frames import fill, table_schema

_COLUMNS: Final = ("Destination", "Prefix", "First Interval", "Sub Interval", "Rate", "Status", "Start Date", "End Date")
_CURRENT: Final = "Current"
_GRAMMAR: Final = {
    "Prefix": re.compile(r"[1-9][0-9]{0,14}", re.ASCII),
    "First Interval": re.compile(r"[0-9]{1,5}", re.ASCII),
    "Sub Interval": re.compile(r"[1-9][0-9]{0,4}", re.ASCII),
    "Rate": re.compile(r"([0-9]{1,6}(\.[0-9]{1,6})?)?", re.ASCII),
    "Start Date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{8,15})?", re.ASCII),
    "End Date": re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{8,15})?)?", re.ASCII),
}


@dataclass(frozen=True)
class Deck:
    """A deck as tables.

    plans: table_schema("ld_plans"), one PREFIX row per prefix.
    destinations: prefix, destination.
    """

    plans: pl.DataFrame
    destinations: pl.DataFrame


def read_deck(
    text: str,
    *,
    name: str,
    plan: str,
    rate_code: str,
    scale: int = 4,
    rounding: Literal["HALF_UP", "UP", "HALF_EVEN"] = "HALF_UP",
) -> Deck:
    """Read the current rows of a deck; everything is text until it is known to be a figure.

    A blank rate stays blank: the prefix is not rated. Zero is free.

    Args:
        text: CSV with the columns Destination, Prefix, First Interval, Sub Interval, Rate, Status, Start Date, End Date.
        name: of the file, for errors.
        plan: the plan the rows belong to.
        rate_code: the rate code its calls are billed under.
        scale: decimals a call is rounded to.
        rounding: how it is rounded.

    Rows: one per current prefix, in the deck's order.

    Raises:
        TableError: a column is missing, a cell is not what it must be, or a prefix stands twice.
    """
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        return _read_rows(reader, name, plan, rate_code, scale, rounding)
    except csv.Error as fault:
        raise TableError(f"cannot be read as CSV ({fault}); correct the line", at=Location(name, reader.line_num)) from fault


def _read_rows(reader: Any, name: str, plan: str, rate_code: str, scale: int, rounding: str) -> Deck:
    """The rows of a deck whose lines are split."""
    header: list[str] = next(reader, [])
    if tuple(header) != _COLUMNS:
        raise TableError(f"expected the columns {', '.join(_COLUMNS)}; found {', '.join(header) or 'nothing'}", at=Location(name, 1))
    rows = []
    lines: dict[str, int] = {}
    for cells in reader:
        row = _read_row(cells, Location(name, reader.line_num))
        if row["Status"] != _CURRENT:
            continue
        first = lines.setdefault(row["Prefix"], reader.line_num)
        if first != reader.line_num:
            raise TableError(f"prefix {row['Prefix']} stands on line {first} too; keep one", at=Location(name, reader.line_num))
        rows.append({**row, "source_line": str(reader.line_num)})
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*_COLUMNS, "source_line"), pl.String))
    return Deck(_plans(frame, name, plan, rate_code, scale, rounding), frame.select(prefix="Prefix", destination="Destination"))


def _read_row(cells: list[str], at: Location) -> dict[str, str]:
    if len(cells) != len(_COLUMNS):
        raise TableError(f"{len(cells)} cells, expected {len(_COLUMNS)}; check the commas and quotes", at=at)
    row = dict(zip(_COLUMNS, cells, strict=True))
    for column, grammar in _GRAMMAR.items():
        if grammar.fullmatch(row[column]) is None:
            place = Location(at.file, at.line, _COLUMNS.index(column) + 1)
            raise TableError(f"'{row[column]}' is no {column.lower()}; write figures without marks, dates as 2026-03-31", at=place)
    return row


def _plans(deck: pl.DataFrame, name: str, plan: str, rate_code: str, scale: int, rounding: str) -> pl.DataFrame:
    schema = table_schema("ld_plans")
    rows = deck.select(
        plan=pl.lit(plan),
        match_kind=pl.lit("PREFIX"),
        match="Prefix",
        rate_code=pl.lit(rate_code),
        first_interval=pl.col("First Interval").cast(pl.Int64),
        sub_interval=pl.col("Sub Interval").cast(pl.Int64),
        rate_per_min=pl.when(pl.col("Rate") != "").then(pl.col("Rate")).cast(schema["rate_per_min"]),
        scale=pl.lit(scale, pl.Int64),
        rounding=pl.lit(rounding),
        valid_from=_day("Start Date"),
        valid_to=_day("End Date"),
        source_file=pl.lit(name),
        source_line=pl.col("source_line").cast(pl.Int64),
    )
    return fill(rows, schema)


def _day(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column).str.slice(0, 10)).str.to_date("%Y-%m-%d")
