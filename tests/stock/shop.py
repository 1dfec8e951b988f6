"""A small shop for stock tests: its items, its movements as rows, and a month billed."""

from typing import Any

import polars as pl

from billing.frames import BRIDGE, CHARGES, FINDINGS, LINES, OUTCOMES, Billed, Earlier, Tables, fill
from billing.periods import Period
from billing.policy import Policy
from billing.stock import bill_stock
from tests.fees.small_world import MARCH, amounts, records, world

ITEMS = [
    {"item_no": "PH8841", "description": "IP phone", "rate_code": "EQ10", "tagged": "N", "restocking_pct": "10"},
    {"item_no": "LAPTOP", "description": "laptop", "rate_code": "EQ10", "tagged": "Y"},
    {"item_no": "ODD", "description": "odd", "rate_code": "NOPE", "tagged": "N"},
]
PHONE = {"warehouse": "FKT1", "item_no": "PH8841"}
LAPTOP = {"warehouse": "FKT1", "item_no": "LAPTOP", "asset_tag": "KY1"}


def receipt(txn: str, date: str, quantity: str, cost: str | None, **more: Any) -> dict[str, Any]:
    return {"source_record_id": txn, "txn_type": "RECEIPT", "txn_date": date, "quantity": quantity, "unit_cost": cost, **PHONE, **more}


def issue(txn: str, date: str, quantity: str, **more: Any) -> dict[str, Any]:
    return {"source_record_id": txn, "txn_type": "ISSUE", "txn_date": date, "billing_number": "D2", **PHONE, "quantity": quantity, **more}


def back(txn: str, date: str, quantity: str, original: str | None, condition: str | None = "NEW", **more: Any) -> dict[str, Any]:
    row = {"source_record_id": txn, "txn_type": "RETURN", "txn_date": date, "quantity": quantity, "billing_number": "D2"}
    return {**row, **PHONE, "original_txn_id": original, "condition": condition, **more}


def moved(kind: str, txn: str, date: str, quantity: str, **more: Any) -> dict[str, Any]:
    return {"source_record_id": txn, "txn_type": kind, "txn_date": date, "quantity": quantity, **PHONE, **more}


def shop(**frames: list[dict[str, Any]]) -> Tables:
    return world(**{"stock_items": ITEMS, **frames})


def bill(
    rows: list[dict[str, Any]] | pl.DataFrame, tables: Tables | None = None, period: Period = MARCH, earlier: Earlier | None = None
) -> Billed:
    read = rows if isinstance(rows, pl.DataFrame) else records("stock", rows, f"stock_{period}_01.csv")
    billed = bill_stock(read, tables or shop(), period, Policy(), earlier or Earlier())
    for part, shape in ((billed.charges, CHARGES), (billed.bridge, BRIDGE), (billed.findings, FINDINGS), (billed.outcomes, OUTCOMES)):
        assert part.schema == pl.Schema(shape)
    assert billed.outcomes.height == read.height
    assert set(billed.bridge["charge_id"]) == set(billed.charges["charge_id"])
    return billed


def after(rows: list[dict[str, Any]], tables: Tables | None = None, period: Period = MARCH, before: Earlier | None = None) -> Earlier:
    """Bill a period and hand it on as the earlier one."""
    known = before or Earlier()
    read = records("stock", rows, f"stock_{period}_01.csv")
    billed = bill(read, tables, period, known)
    told = read.join(billed.outcomes.select("source_line", "outcome"), on="source_line").with_columns(period=pl.lit(str(period)))
    return Earlier(
        records={"stock": pl.concat([known.of("stock").select(told.columns), told.lazy()])},
        charges=pl.concat([known.charges, fill(billed.charges, LINES)]),
    )


def of(billed: Billed, *keys: str) -> list[tuple[Any, ...]]:
    return amounts(billed.charges, *(keys or ("source_record_id", "component")))


def codes(billed: Billed) -> list[tuple[str, str]]:
    return sorted(billed.findings.select("source_record_id", "code").rows())


def held(billed: Billed) -> list[str]:
    return sorted(billed.outcomes.filter(outcome="HELD")["source_record_id"].to_list())


FIFTEEN = [receipt("R1", "2026-03-02", "10", "100.00"), receipt("R2", "2026-03-03", "5", "112.00")]
