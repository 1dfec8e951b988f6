"""A month as published: the mart's tables as frames, cut to what a report of one period may look at."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import PeriodError
from billing.periods import Period
from reports.mart_figures import QUIET, is_monthly
from reports.mart_schema import MART, POLARS, MartTable

Read = Callable[[MartTable, Sequence[str], str | None, str | None], pl.DataFrame]  # table, columns, first month, last month


REOPENED: Final = "Posted before and reopened: that bill stands until a new one is posted, and every figure here can still change."


@dataclass(frozen=True)
class Published:
    """The published tables as a report of one period sees them: nothing later than the period, each row as in the mart.

    Every frame has its table's columns and types (`reports.mart_schema.MART`) and is sorted by the table's key.
    """

    period: str
    _read: Read
    _held: dict[tuple[object, ...], pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def month(self) -> Period:
        """The period."""
        return Period.parse(self.period)

    @property
    def as_of(self) -> dt.date:
        """The day the month's figures are dated by: ages and windows are counted to it."""
        day = self.now("dim_period")["as_of"].to_list()
        return day[0] if day and day[0] is not None else self.month.last_day

    @property
    def is_reopened(self) -> bool:
        """Whether the month is open again after it was posted: a second person let it be."""
        if self.now("dim_period")["status"].to_list() != ["OPEN"]:
            return False
        let = (pl.col("subject_kind") == "REOPEN") & (pl.col("decision") == "APPROVED")
        return not self.now("fact_approval").filter(let).is_empty()

    @property
    def months(self) -> tuple[str, ...]:
        """The published months up to the period, oldest first."""
        return tuple(self.past("dim_period", ["period"])["period"].to_list())

    @property
    def month_before(self) -> str | None:
        """The calendar month before; none where it is not published."""
        last = str(self.month.shift(-1))
        return last if last in self.months else None

    def now(self, table: str) -> pl.DataFrame:
        """The period's rows of a table; of a table without months all its rows."""
        return self._frame(table, None, self.period, self.period)

    def before(self, table: str) -> pl.DataFrame:
        """The rows of the month before; none where it was not published."""
        last = str(self.month.shift(-1))
        return self._frame(table, None, last, last)

    def past(self, table: str, columns: Sequence[str] | None = None, months: int | None = None) -> pl.DataFrame:
        """The rows of every month up to and including the period, or of the last `months` of them; only some columns."""
        first = None if months is None else str(self.month.shift(1 - months))
        return self._frame(table, columns, first, self.period)

    def _frame(self, name: str, columns: Sequence[str] | None, first: str | None, last: str | None) -> pl.DataFrame:
        table = MART[name]
        names = tuple(columns) if columns is not None else table.names
        key = (name, names, first, last) if is_monthly(table) else (name, names)
        if key not in self._held:
            self._held[key] = self._read(table, names, first, last)
        return self._held[key]


def of_frames(period: str, frames: Mapping[str, pl.DataFrame]) -> Published:
    """A published month from frames at hand, by table name; absent tables and columns are empty.

    Raises:
        PeriodError: dim_period does not know the period.
    """

    def read(table: MartTable, names: Sequence[str], first: str | None, last: str | None) -> pl.DataFrame:
        frame = _shaped(frames.get(table.name), table)
        return _cut(frame, table, first, last).sort(list(table.key), nulls_last=False).select(names)

    return _known(Published(period, read))


def of_mart(period: str, mart: Path) -> Published:
    """A published month from the mart file, which is opened read-only, anew for each table.

    Raises:
        PeriodError: the period is not in the file.
    """

    def read(table: MartTable, names: Sequence[str], first: str | None, last: str | None) -> pl.DataFrame:
        import duckdb

        with duckdb.connect(str(mart), read_only=True) as connection:
            connection.execute(QUIET)
            found = connection.table(table.name)
            if is_monthly(table):
                found = found.filter(_between(first, last))
            rows = found.order(", ".join(f'"{name}" NULLS FIRST' for name in table.key)).project(", ".join(f'"{name}"' for name in names))
            frame = pl.DataFrame(rows.to_arrow_table())
        return frame.select([pl.col(column.name).cast(POLARS[column.sql_type]) for column in _columns(table, names)])

    return _known(Published(period, read))


def _known(published: Published) -> Published:
    if published.period not in published.months:
        raise PeriodError(f"{published.period} is not published; run it with `cotbill run {published.period}`")
    return published


def _columns(table: MartTable, names: Sequence[str]) -> list[Any]:
    known = {column.name: column for column in table.columns}
    return [known[name] for name in names]


def _between(first: str | None, last: str | None) -> Any:
    import duckdb

    period = duckdb.ColumnExpression("period")
    bounds = [period >= duckdb.ConstantExpression(first)] if first is not None else []
    bounds += [period <= duckdb.ConstantExpression(last)] if last is not None else []
    found = duckdb.ConstantExpression(True)  # noqa: FBT003 - DuckDB's own
    for bound in bounds:
        found = found & bound
    return found


def _cut(frame: pl.DataFrame, table: MartTable, first: str | None, last: str | None) -> pl.DataFrame:
    if not is_monthly(table):
        return frame
    from_first = pl.lit(value=True) if first is None else pl.col("period") >= first
    return frame.filter(from_first & (pl.lit(value=True) if last is None else pl.col("period") <= last))


def _shaped(frame: pl.DataFrame | None, table: MartTable) -> pl.DataFrame:
    shape = {column.name: POLARS[column.sql_type] for column in table.columns}
    if frame is None:
        return pl.DataFrame(schema=shape)
    return frame.select(
        [
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in shape.items()
        ]
    )  # fmt: skip
