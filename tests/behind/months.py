"""A month's lines, bridge and records as rows of text, for the tables that stand behind the charges."""

from typing import Any

import polars as pl

from billing.frames import BRIDGE, LINES, record_schema
from tests.fees.small_world import frame, records

Row = dict[str, Any]


def line(charge_id: str, stream: str, component: str, amount: str, **more: Any) -> Row:
    """One line of D1, agency 10."""
    usual = {"billing_number": "D1", "agency_code": "10"}
    return {**usual, "charge_id": charge_id, "stream": stream, "component": component, "amount": amount, **more}


def lines(*rows: Row) -> pl.DataFrame:
    return frame(LINES, list(rows))


def bridge(feed: str, **sources: list[int]) -> pl.DataFrame:
    """charge_id -> the lines of the feed's file that made it; 'file/line' for another file."""
    rows = [
        {"charge_id": charge, "feed": feed, "source_file": f"{feed}_2026-03_01.csv", "source_line": number}
        for charge, numbers in sources.items()
        for number in numbers
    ]
    return frame(BRIDGE, rows)


def fated(feed: str, *rows: Row) -> pl.DataFrame:
    """Records of a feed, each with what became of it (`outcome`, BILLED where none is named); `source_file` may be another."""
    bare = [{name: value for name, value in row.items() if name != "outcome"} for row in rows]
    fates = pl.Series("outcome", [row.get("outcome", "BILLED") for row in rows], dtype=pl.String)
    return records(feed, bare).with_columns(fates) if rows else pl.DataFrame(schema={**record_schema(feed), "outcome": pl.String()})
