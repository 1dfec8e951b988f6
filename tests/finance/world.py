"""Published tables written as text in a test, and the months of a sample mart."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from reports.mart_schema import MART, POLARS
from reports.published import Published, of_frames

PERIODS = """
    period  | fiscal_year | fiscal_period | first_day  | last_day   | status | as_of
    2026-09 | 2027        | 3             | 2026-09-01 | 2026-09-30 | CLOSED | 2026-10-07
    2026-10 | 2027        | 4             | 2026-10-01 | 2026-10-31 | OPEN   | 2026-11-06
"""


def table(name: str, text: str) -> pl.DataFrame:
    """A published table from a head and rows with `|` between; `-` is a null, columns that are not given are left out."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    kinds = {column.name: POLARS[column.sql_type] for column in MART[name].columns}
    head = rows[0]
    typed = {key: [_value(row[place], kinds[key]) for row in rows[1:]] for place, key in enumerate(head)}
    return pl.DataFrame(typed, schema={key: kinds[key] for key in head})


def month(period: str, **tables: str) -> Published:
    """A published month of tables as text; the periods are those above where none are given."""
    texts: Mapping[str, str] = {"dim_period": PERIODS, **tables}
    return of_frames(period, {name: table(name, text) for name, text in texts.items()})


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Some columns as tuples, decimals as text without trailing zeros beyond cents."""
    return [tuple(_plain(value) for value in row) for row in frame.select(columns or frame.columns).rows()]


def _plain(value: object) -> object:
    if not isinstance(value, Decimal):
        return value.isoformat() if isinstance(value, dt.date) else value
    text = f"{value:f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def _value(cell: str, kind: pl.DataType) -> object:
    if cell == "-":
        return None
    if isinstance(kind, pl.Decimal):
        return Decimal(cell)
    if kind == pl.Int64:
        return int(cell)
    if kind == pl.Date:
        return dt.date.fromisoformat(cell)
    if kind == pl.Datetime("us"):
        return dt.datetime.fromisoformat(cell)
    return cell == "yes" if kind == pl.Boolean else cell
