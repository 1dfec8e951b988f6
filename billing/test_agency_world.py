"""Read the test agency's tables, records and earlier month, written as text, for one period."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import polars as pl

from billing.frames import LINES, SPLITS, Earlier, Tables, record_schema, table_schema
from billing.periods import Period
from billing.test_agency_feeds import FEEDS, ORIGINAL_LINE, ORIGINAL_SPLITS
from billing.test_agency_tables import DEFAULTS, TABLES

Value = str | int | bool | Decimal | dt.date
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WEEK: Final = 7


class _Dates(dict[str, str]):
    """The dates and months that the texts name, of one period."""

    def __init__(self, period: Period) -> None:
        first = period.first_day
        monday = first + dt.timedelta(days=-first.weekday() % _WEEK)
        super().__init__(first=str(first), last=str(period.last_day), mon=str(monday))
        self.period = period

    def __missing__(self, word: str) -> str:
        """Name `d14`, `p10`, `m-1` or `m+10`."""
        kind, number = word[0], int(word[1:])
        if kind == "m":
            return str(self.period.shift(number))
        return str((self.period if kind == "d" else self.period.shift(-1)).first_day.replace(day=number))


def read_text(text: str, period: Period) -> list[dict[str, str]]:
    """Read one text: a row of names, then rows of cells; the dates are the period's. Empty cells are left out."""
    lines = [line.split("|") for line in text.strip().format_map(_Dates(period)).splitlines()]
    names = [name.strip() for name in lines[0]]
    rows = [dict(zip(names, (cell.strip() for cell in line), strict=True)) for line in lines[1:]]
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def _value(cell: str, dtype: pl.DataType) -> Value:
    if isinstance(dtype, pl.Decimal):
        return Decimal(cell)
    if dtype == pl.Date:
        return dt.date.fromisoformat(cell)
    if dtype == pl.Boolean:
        return cell == "true"
    return int(cell) if dtype.is_integer() else cell


def _frame(rows: list[dict[str, str]], shape: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Type the cells of a shape; what a row leaves out is null."""
    cells = {name: [_value(row[name], dtype) if name in row else None for row in rows] for name, dtype in shape.items()}
    return pl.DataFrame(cells, schema=dict(shape))


def make_tables(period: Period) -> Tables:
    """The reference and rate tables."""
    made = {}
    for name, text in TABLES.items():
        shape = table_schema(name)
        usual = {column: cell for column, cell in DEFAULTS.items() if column in shape}
        rows = read_text(text, period)
        placed = [{**usual, **row, "source_file": f"{name}.csv", "source_line": str(line)} for line, row in enumerate(rows, start=2)]
        made[name] = _frame(placed, shape)
    return Tables(made)


def _called(row: dict[str, str]) -> dict[str, str]:
    """The day and seconds of a call, read from connect_at in its own offset."""
    at = dt.datetime.fromisoformat(row["connect_at"])
    local = at.hour * 3600 + at.minute * 60 + at.second
    utc = (at - _EPOCH) // dt.timedelta(seconds=1)
    return {**row, "call_date": str(at.date()), "local_second": str(local), "utc_second": str(utc)}


def file_name(feed: str, period: Period) -> str:
    """The file a feed's records are said to come from; no real feed has the number 000."""
    return f"{feed}_{period}_000.csv"


def make_records(period: Period) -> dict[str, pl.DataFrame]:
    """The records of all feeds: record_schema(feed), one file a feed."""
    made = {}
    for feed, text in FEEDS.items():
        rows = read_text(text, period)
        rows = [_called(row) for row in rows] if feed == "long_distance" else rows
        source = {"feed": feed, "source_file": file_name(feed, period)}
        placed = [{**row, **source, "source_line": str(line)} for line, row in enumerate(rows, start=2)]
        made[feed] = _frame(placed, record_schema(feed))
    return made


def make_earlier(period: Period) -> Earlier:
    """The month before: one line of 450.00, paid by two strings, that credits of this month refer to."""
    lines = [{**row, "is_prior_period": "false"} for row in read_text(ORIGINAL_LINE, period)]
    return Earlier(charges=_frame(lines, LINES), splits=_frame(read_text(ORIGINAL_SPLITS, period), SPLITS))
