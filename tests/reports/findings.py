"""The hand-made month's findings and calls, and rows turned into frames."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from billing.catalogue import CATALOGUE
from billing.frames import CALLS, EXCEPTIONS, fill
from billing.ids import stable_id

NAMES = {
    "1000001": ("54", "Parks and Trails, central office"),
    "1000002": ("54", "Parks and Trails, lodges"),
    "2000001": ("60", "Revenue, processing"),
    "2000002": ("60", "Revenue, field offices"),
    "3000001": ("70", "Courts, clerk's office"),
}


def frame(rows: list[dict[str, Any]], shape: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as a frame of a shape; missing columns are null."""
    names = {name for row in rows for name in row}
    columns = {name: pl.Series(name, [row.get(name) for row in rows], dtype=shape[name], strict=True) for name in names}
    return fill(pl.DataFrame(columns), shape) if rows else pl.DataFrame(schema=shape)


def finding(code: str, number: str, feed: str, amount: str | None, message: str, **more: Any) -> dict[str, Any]:
    line = more.pop("source_line", 9)
    return {
        "exception_id": stable_id("E", f"{code}{number}{feed}{message}{line}"),
        "period": "2026-10",
        "code": code,
        "feed": feed,
        "source_file": f"{feed}_2026-10_01.csv",
        "source_line": line,
        "source_record_id": f"R{line}",
        "billing_number": number,
        "agency_code": NAMES[number][0] if number in NAMES else None,
        "amount": None if amount is None else Decimal(amount),
        "message": f"{message}; {CATALOGUE[code].fix}",
        "severity": CATALOGUE[code].severity,
        "is_first_cause": True,
        "status": "OPEN",
        **more,
    }


def exceptions() -> pl.DataFrame:
    found = [
        finding("D403", "1000001", "usage", "252.45", "service from 2026-08-01 is billed in 2026-10", source_line=4),
        finding("M606", "1000001", "circuits", "411.50", "40.LBXX.112233..KE has no order", source_line=5),
        finding("M608", "1000001", "circuits", "178.32", "contract of 40.LBXX.112239..KE ended on 2026-09-30", source_line=6),
        finding("M608", "1000001", "circuits", "411.50", "contract of 40.LBXX.112233..KE ended on 2026-06-30", source_line=5),
        finding(
            "L702", "1000001", "long_distance", "0.42", "5025550188123 is not in the number plan", column_name="to_number",
            raw_value="5025550188123", source_line=77,
        ),
        finding("R202", "1000001", "usage", "125.40", "no rate of VS900 on 2026-10-03", column_name="rate_code",
                raw_value="VS900"),
        finding("U501", "2000001", "usage", None, "record VS-1 is there twice", source_line=12, status="NOTED"),
    ]  # fmt: skip
    return frame(found, EXCEPTIONS)


def listed_calls(charge_id: str) -> pl.DataFrame:
    found = [
        {
            "call_id": f"K{n}", "charge_id": charge_id if amount != "0" else None, "billing_number": "1000001", "connect_at": at,
            "call_date": dt.date(2026, 10, 3), "billed_seconds": 66, "jurisdiction": "INTERSTATE", "plan": "STD",
            "destination": "Ohio", "amount": Decimal(amount),
        }
        for n, (at, amount) in enumerate(
            [("2026-10-03T23:30:00-04:00", "0.0330"), ("2026-10-03T08:00:00-05:00", "0.0415"), ("2026-10-03T08:00:00Z", "0")]
        )
    ]  # fmt: skip
    return frame(found, CALLS)
