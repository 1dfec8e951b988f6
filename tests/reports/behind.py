"""What stands behind a month, one row a table with every cell filled: enough to see that it is published."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from billing.behind_frames import Behind

BEHIND = {
    "fact_movement": "movement", "fact_inventory": "inventory", "fact_vendor_line": "vendor_lines", "fact_assessment": "assessments",
    "fact_stock": "stock", "fact_close_step": "close_steps",
}  # fmt: skip


def _cell(name: str, dtype: pl.DataType, period: str) -> Any:
    if isinstance(dtype, pl.String):
        return period if name == "period" else f"{name} of {period}"
    if isinstance(dtype, pl.Decimal):
        return Decimal(f"{period[-2:]}.25")
    if isinstance(dtype, pl.Int64):
        return 7
    return dt.date(2026, 10, 1) if isinstance(dtype, pl.Date) else dt.datetime.fromisoformat("2026-10-01T12:00:00")


def behind_of(period: str) -> Behind:
    frames = {}
    for each in dataclasses.fields(Behind):
        shape = getattr(Behind(), each.name).schema
        frames[each.name] = pl.DataFrame({name: [_cell(name, dtype, period)] for name, dtype in shape.items()}, schema=shape)
    return Behind(**frames)
