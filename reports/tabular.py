"""Frames as CSV and JSON text: exact decimals, guarded against formulas, the same bytes each time."""

import datetime as dt
import json
from decimal import Decimal
from typing import Final

import polars as pl

_FORMULA: Final = r"^[=+\-@\t\r\n]"  # what a spreadsheet would run as a formula
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S%.f"  # as in JSON: a whole second has no idle zeros


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay numbers."""
    guard = [
        pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.String
    ]
    return frame.with_columns(guard)


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """CSV as the contract says: UTF-8, comma, RFC 4180 quoting, header row, empty = null, plain decimals."""
    return guarded(frame).write_csv(line_terminator="\n", datetime_format=_MOMENT).encode()


def json_bytes(value: object) -> bytes:
    """Indented JSON; decimals as text, because a JSON number loses cents."""
    return (json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n").encode()


def rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    """The rows of a frame as dicts, in order."""
    return list(frame.iter_rows(named=True))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
