"""Rows and dollars of the published tables, month by month: of frames that go in, and of a file read back."""

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from reports.mart_schema import MART, MartTable

if TYPE_CHECKING:
    import duckdb

Figure = tuple[int, Decimal | None]  # rows, dollars; dollars are none where a table has no money column
Figures = dict[str, dict[str, Figure]]  # table -> month -> figure; a table without months has one, under ""
QUIET: Final = "SET enable_progress_bar = false"  # stdout is for data


def is_monthly(table: MartTable) -> bool:
    """Whether every row of a table belongs to a month; a cost pool's period is only a word of reference data."""
    return "period" in table.names and (not table.name.startswith("dim_") or table.name == "dim_period")


def figures_of(frame: pl.DataFrame, table: MartTable) -> dict[str, Figure]:
    """What goes into a table; months without a row are left out."""
    if not is_monthly(table):
        return {"": (frame.height, None)}
    parts = frame.partition_by("period", as_dict=True)
    return {str(month): (part.height, _sum(part, table)) for (month,), part in parts.items()}


def _sum(frame: pl.DataFrame, table: MartTable) -> Decimal | None:
    """Add a money column up in whole units, where nothing wraps."""
    if table.amount is None:
        return None
    scale = frame.schema[table.amount].scale  # type: ignore[attr-defined]
    whole = frame[table.amount].drop_nulls().to_physical().cast(pl.Int128).sum()
    return Decimal(int(whole)).scaleb(-scale)


def measure(file: Path, stayed: Figures | None = None) -> Figures:
    """What is in every table, read back from the closed file.

    Args:
        stayed: figures of months that were read back before and have stayed; of them only all rows together are counted,
            and where these are others than told, every month is read.
    """
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(QUIET)
        return {table.name: _measured(connection, table, (stayed or {}).get(table.name, {})) for table in MART.values()}


def _measured(connection: "duckdb.DuckDBPyConnection", table: MartTable, stayed: dict[str, Figure]) -> dict[str, Figure]:
    import duckdb

    rows = connection.table(table.name)
    if not stayed or not is_monthly(table) or table.name == "dim_period":
        return _added(rows, table)
    last = max(stayed)  # months come in their order: what is after the last is new, what is before was there
    newer = _added(rows.filter(duckdb.ColumnExpression("period") > duckdb.ConstantExpression(last)), table)
    told = sum(count for count, _ in [*stayed.values(), *newer.values()])
    counted = rows.aggregate("count(*)").fetchall()[0][0]
    return stayed | newer if counted == told and set(stayed).isdisjoint(newer) else _added(rows, table)


def _added(rows: "duckdb.DuckDBPyRelation", table: MartTable) -> dict[str, Figure]:
    dollars = f'coalesce(sum("{table.amount}"), 0)' if table.amount else "NULL"
    month = "period" if is_monthly(table) else "''"
    found = rows.aggregate(f"{month}, count(*), {dollars}", "period" if is_monthly(table) else "").fetchall()
    return {str(name): (int(count), Decimal(amount) if table.amount else None) for name, count, amount in found}


def whole(figures: dict[str, Figure]) -> Figure:
    """A table's rows and dollars over all months."""
    known = [amount for _, amount in figures.values() if amount is not None]
    return sum(rows for rows, _ in figures.values()), sum(known, Decimal(0)) if known else None


def cut(figures: Figures, months: set[str]) -> Figures:
    """The part of some months."""
    return {name: {month: figure for month, figure in found.items() if month in months} for name, found in figures.items()}
