"""Published tables written as text in a test: `|` between columns, an empty cell is null."""

import datetime as dt
from decimal import Decimal

import polars as pl

from reports.mart_schema import MART, POLARS
from reports.published import Published, of_frames

PERIOD = "2026-10"


def table(name: str, text: str, **same: str) -> pl.DataFrame:
    """A published table from text, header first; `same` are columns that every row shares; the rest is null."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    rows = [{**same, **dict(zip(header, line, strict=True))} for line in lines]
    kinds = {column.name: POLARS[column.sql_type] for column in MART[name].columns}
    period = {} if "period" in header or "period" in same or "period" not in kinds else {"period": PERIOD}
    names = [*period, *same, *[name for name in header if name not in same]]
    values = {name: [period.get(name) or row.get(name) or None for row in rows] for name in names}
    return pl.DataFrame([_typed(pl.Series(name, cells, dtype=pl.String), kinds[name]) for name, cells in values.items()])


def _typed(cells: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.Date:
        return cells.str.to_date("%Y-%m-%d")
    if kind == pl.Boolean:
        return cells == "yes"
    if isinstance(kind, pl.Datetime):
        return cells.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us")
    return cells.cast(kind)


def month(period: str = PERIOD, *, as_of: str = "2026-11-06", earlier: tuple[str, ...] = (), **frames: pl.DataFrame) -> Published:
    """A published month of these tables, with the months published before it."""
    months = [*earlier, period]
    days = [dt.date.fromisoformat(as_of)] * len(months)
    periods = pl.DataFrame({"period": months, "as_of": days, "status": ["CLOSED"] * len(earlier) + ["OPEN"]})
    return of_frames(period, {"dim_period": periods, **frames})


def rows(frame: pl.DataFrame, *names: str) -> list[tuple[str, ...]]:
    """The cells of some columns as text, a null as nothing: what a person reads."""
    return [tuple("" if row[name] is None else _text(row[name]) for name in names or frame.columns) for row in frame.to_dicts()]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "yes" if value is True else "no" if value is False else str(value)
