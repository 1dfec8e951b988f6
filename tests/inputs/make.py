"""Feed files made in a test: rows of text in, a file with an honest manifest out."""

import hashlib
import json
from pathlib import Path

from billing.errors import BillingError, RefusalsError
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from inputs.gate import Gated, read_feed

Manifest = dict[str, object]
OCTOBER = Period.parse("2026-10")
ROWS: dict[str, dict[str, str]] = {
    "usage": {
        "source_record_id": "U-1", "billing_number": "D7581203", "service_from": "2026-10-01", "service_to": "2026-10-31",
        "rate_code": "ST20", "quantity": "12500.5", "uom": "GB_MONTH",
    },
    "fixed_cost": {
        "source_record_id": "F-1", "billing_number": "D7581203", "assessment_id": "A-1", "method": "AMOUNT", "rate_code": "EA01",
        "annual_amount": "100000.00", "start_period": "2026-07", "end_period": "2027-06", "spread": "EQUAL_12", "approval_ref": "FM-1",
    },
    "pass_through": {
        "source_record_id": "P-1", "billing_number": "D7581203", "service_from": "2026-10-01", "service_to": "2026-10-31",
        "vendor_code": "VC1", "vendor_name": "Acme", "vendor_invoice_no": "INV-1", "vendor_invoice_date": "2026-10-05",
        "vendor_line_no": "4", "rate_code": "PT10", "cost_amount": "1234.56789012345", "received_date": "2026-10-09",
    },
    "circuits": {
        "source_record_id": "C-1", "billing_number": "D7581203", "circuit_id": "73/HCGS/123456/000/SC", "vendor_code": "ATT",
        "service_type": "ETH", "a_address": "101 Cold Harbor Dr", "rate_code": "NT40", "billing_start_date": "2026-03-12",
    },
    "voip": {
        "source_record_id": "V-1", "billing_number": "D7581203", "line_id": "+15025641234", "rate_code": "VP10",
        "start_date": "2026-01-01", "location_id": "L1",
    },
    "centrex": {
        "source_record_id": "X-1", "billing_number": "D7581203", "station_no": "5025641234", "centrex_group": "FKFT564",
        "class_of_service": "1MB", "quantity": "1", "rate_code": "CX10", "start_date": "2026-01-01",
    },
    "long_distance": {
        "call_id": "L-1", "source": "CARRIER", "charge_number": "5025641234", "from_number": "5025641234", "to_number": "12125550100",
        "connect_at": "2026-10-14T23:59:59-04:00", "duration_seconds": "62", "answered": "true", "direction": "OUT",
    },
    "stock": {
        "txn_id": "S-1", "txn_type": "ISSUE", "txn_date": "2026-10-18", "warehouse": "FKT1", "item_no": "PH8841", "quantity": "3",
        "billing_number": "D7581203",
    },
    "adjustments": {
        "adjustment_id": "J-1", "billing_number": "D7581203", "adj_type": "CREDIT", "stream": "circuits", "rate_code": "NT40",
        "amount": "-450.00", "reason_code": "LATE_DISCONNECT", "vendor_recovery_required": "false", "prepared_by": "ann",
        "prepared_at": "2026-10-20T10:00:00-04:00", "support_ref": "T-1",
    },
}  # fmt: skip


def many(feed: str, count: int) -> list[dict[str, str]]:
    """Rows of a feed that differ in their record id."""
    key = "source_record_id" if "source_record_id" in ROWS[feed] else FEEDS[feed].id_column
    return [{**ROWS[feed], key: f"R-{number}"} for number in range(1, count + 1)]


def lines(rows: list[dict[str, str]]) -> list[str]:
    """Header and rows as CSV lines, nothing quoted."""
    return [",".join(rows[0]), *(",".join(row.values()) for row in rows)]


def put(folder: Path, feed: str, content: str | bytes, *, suffix: str = "csv", sequence: int = 1, manifest: Manifest | None = None) -> Path:
    """Write a feed file of October; beside it a manifest with the keys given, the others as they should be."""
    data = content.encode() if isinstance(content, str) else content
    path = folder / f"{feed}_2026-10_{sequence:03d}.{suffix}"
    path.write_bytes(data)
    if manifest is not None:
        keys: dict[str, object] = {"feed": feed, "period": "2026-10", "sequence": sequence, "sha256": hashlib.sha256(data).hexdigest()}
        path.with_suffix(".manifest.json").write_text(json.dumps({**keys, **manifest}))
    return path


def read(path: Path, *, unreadable_limit_pct: int = 50, machine_feeds: tuple[str, ...] = ()) -> Gated:
    """Read a file of October under a policy that lets half the rows be bad."""
    policy = Policy(unreadable_limit_pct=unreadable_limit_pct, machine_feeds=machine_feeds)  # type: ignore[arg-type]
    return read_feed(path, path.name.split("_2026")[0], OCTOBER, policy)


def printed(error: BillingError) -> tuple[int, list[str]]:
    """The exit code and the lines a failure comes to."""
    return (error.worst if isinstance(error, RefusalsError) else error.exit_code), str(error).split("\n")
