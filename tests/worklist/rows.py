"""Records, exceptions and earlier months of a test as rows of text."""

import datetime as dt
from decimal import Decimal

import polars as pl

from billing.catalogue import CATALOGUE
from billing.frames import EXCEPTIONS, LINES, Earlier, fill, record_schema
from billing.periods import Period

OCTOBER = Period.parse("2026-10")


def typed(rows: list[dict[str, object]], shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as a frame of the shape; text is read as the column's type, what is not given is null."""
    names = [name for name in shape if any(name in row for row in rows)]

    def read(value: object, dtype: pl.DataType) -> object:
        if not isinstance(value, str):
            return value
        if dtype == pl.Date():
            return dt.date.fromisoformat(value)
        return Decimal(value) if dtype.is_decimal() else value

    columns = [pl.Series(name, [read(row.get(name), shape[name]) for row in rows], dtype=shape[name]) for name in names]
    return fill(pl.DataFrame(columns), shape) if rows else pl.DataFrame(schema=shape)


def records(feed: str, *rows: dict[str, object], file: str | None = None) -> pl.DataFrame:
    """Accepted records of a feed, from line 2 of its file on."""
    name = file or f"{feed}_2026-10_001.csv"
    placed = [
        {"feed": feed, "source_file": name, "source_line": line, "source_record_id": f"R{line}", **row} for line, row in enumerate(rows, 2)
    ]
    return typed(placed, record_schema(feed))


def exception(code: str, line: int | None, column: str | None = None, raw: str | None = None, **more: object) -> dict[str, object]:
    """One exception on the record of a line; X and the line are its id."""
    return {
        "exception_id": f"X{line}", "period": "2026-10", "code": code, "severity": CATALOGUE[code].severity, "source_line": line,
        "source_record_id": None if line is None else f"R{line}", "column_name": column, "raw_value": raw, "is_first_cause": True,
        "status": "OPEN", "message": f"{CATALOGUE[code].meaning}; {CATALOGUE[code].fix}", **more,
    }  # fmt: skip


def exceptions(feed: str, *rows: dict[str, object]) -> pl.DataFrame:
    """Exceptions of one feed."""
    return typed([{"feed": feed, "source_file": f"{feed}_2026-10_001.csv", **row} for row in rows], EXCEPTIONS)


def before(feed: str, *months: tuple[str, str, list[dict[str, object]]]) -> Earlier:
    """Earlier months: (period, outcome, rows) each."""
    parts = [
        records(feed, *rows, file=f"{feed}_{period}_001.csv").with_columns(period=pl.lit(period), outcome=pl.lit(outcome))
        for period, outcome, rows in months
    ]
    return Earlier(records={feed: pl.concat(parts).lazy()})


def lines_before(*rows: dict[str, object]) -> Earlier:
    """Invoice lines of earlier months."""
    return Earlier(charges=typed(list(rows), LINES))
