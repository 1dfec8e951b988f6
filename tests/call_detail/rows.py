"""Calls, their records and their charge rows, written as short tables."""

from decimal import Decimal

import polars as pl

from billing.frames import CALLS, LINES, empty
from billing.money import DOLLARS, RATE

NUMBER = "D7580001"
LINE = "5025641234"


def month(
    calls: list[tuple[str, str | None, str, str]], charges: list[tuple[str, str, str]]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """CALLS, records and LINES: a call is its id, charge, called number and price, a charge its id, component and dollars."""
    rated = pl.DataFrame(
        {
            "call_id": [call[0] for call in calls],
            "charge_id": pl.Series([call[1] for call in calls], dtype=pl.String),
            "billing_number": [NUMBER] * len(calls),
            "connect_at": [f"2026-10-{day:02d}T12:00:00-04:00" for day, _ in enumerate(calls, 1)],
            "billed_seconds": [60] * len(calls),
            "destination": ["New York, NY"] * len(calls),
            "amount": pl.Series([Decimal(call[3]) for call in calls], dtype=RATE),
        }
    )
    records = pl.DataFrame(
        {
            "source_record_id": [call[0] for call in calls],
            "charge_number": [LINE] * len(calls),
            "from_number": [LINE] * len(calls),
            "to_number": [call[2] for call in calls],
            "direction": ["OUT"] * len(calls),
            "account_code": pl.Series(["7788"] * len(calls), dtype=pl.String),
            "outcome": ["BILLED"] * len(calls),
        }
    )
    lines = pl.DataFrame(
        {
            "charge_id": [charge[0] for charge in charges],
            "billing_number": [NUMBER] * len(charges),
            "stream": ["long_distance"] * len(charges),
            "component": [charge[1] for charge in charges],
            "description": ["as billed"] * len(charges),
            "invoice_no": ["COT-1"] * len(charges),
            "amount": pl.Series([Decimal(charge[2]) for charge in charges], dtype=DOLLARS),
        }
    )
    return _filled(rated, CALLS), records, _filled(lines, LINES)


def _filled(frame: pl.DataFrame, shape: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.concat([empty(shape), frame], how="diagonal").select(list(shape))
