"""The smallest world a figure can be billed in: one agency, one billing number, one string that pays it all.

Rows are dicts of text; whatever a row leaves out has a plain default. The engine's own stream functions do the rest.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from billing.frames import Billed, Earlier, Tables, record_schema, table_schema
from billing.layouts import FEEDS
from billing.month import BILLERS
from billing.periods import Period
from billing.policy import Policy

Row = Mapping[str, Any]
NUMBER = "N1"
ALWAYS = "2000-01-01"

_TABLE_DEFAULTS: dict[str, Row] = {
    "agencies": {
        "agency_code": "A1", "agency_name": "Agency", "branch": "EXEC", "consolidated": "Y", "remit_method": "INTERNAL",
    },
    "billing_numbers": {"billing_number": NUMBER, "agency_code": "A1", "name": "Number", "status": "ACTIVE"},
    "funding_strings": {"billing_number": NUMBER, "seq": 1, "percent": 100, "fund": "0100", "department": "758"},
    "rate_codes": {"rate_code": "RC", "name": "Service", "stream": "usage", "class": "RATED", "uom": "EACH", "cost_group": "G"},
    "rates": {"rate_code": "RC", "approval_ref": "REF", "approved_by": "Board"},
    "rate_tiers": {"rate_code": "RC"},
    "ld_plans": {
        "plan": "P", "match_kind": "JURISDICTION", "match": "INTERSTATE_INTERLATA", "rate_code": "RC", "time_band": "ALL", "scale": 4,
        "rounding": "HALF_UP",
    },
    "call_owners": {"key_kind": "NUMBER", "key": "5025550100", "billing_number": NUMBER, "plan": "P"},
    "stock_items": {"item_no": "ITEM", "description": "Item", "rate_code": "RC", "tagged": "N"},
}  # fmt: skip
_SPAN = {"service_from": "first", "service_to": "last"}
_RECORD_DEFAULTS: dict[str, Row] = {
    "usage": {"billing_number": NUMBER, "rate_code": "RC", "uom": "EACH", "quantity": 1, **_SPAN},
    "fixed_cost": {
        "billing_number": NUMBER, "rate_code": "RC", "assessment_id": "ASMT", "method": "AMOUNT", "spread": "EQUAL_12",
        "approval_ref": "REF",
    },
    "pass_through": {
        "billing_number": NUMBER, "rate_code": "RC", "vendor_code": "V", "vendor_name": "Vendor", "vendor_invoice_no": "INV",
        "vendor_invoice_date": "first", "vendor_line_no": 1, "received_date": "first", **_SPAN,
    },
    "circuits": {
        "billing_number": NUMBER, "rate_code": "RC", "circuit_id": "10/HCGS/123456/000/SC", "vendor_code": "V", "service_type": "ETH",
        "a_address": "Frankfort", "billing_start_date": ALWAYS, "order_no": "C1",
    },
    "long_distance": {
        "source": "CARRIER", "charge_number": "5025550100", "from_number": "5025550100", "to_number": "2125550100", "direction": "OUT",
        "answered": True,
    },
    "stock": {"txn_date": "first", "warehouse": "W", "item_no": "ITEM", "item_description": "Item", "uom": "EACH", "ticket_no": "T1"},
    "adjustments": {
        "billing_number": NUMBER, "rate_code": "RC", "adj_type": "CREDIT", "no_original_reason": "before the first bill",
        "stream": "circuits", "reason_code": "OTHER", "vendor_recovery_required": False, "prepared_by": "clerk",
        "prepared_at": "2026-03-02T09:00:00-05:00", "support_ref": "T1", "ticket_no": "T1",
    },
}  # fmt: skip


def _typed(value: Any, dtype: pl.DataType) -> Any:
    if value is None:
        return None
    if isinstance(dtype, pl.Decimal):
        return Decimal(str(value))
    if dtype == pl.Date and isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


def frame(schema: dict[str, pl.DataType], rows: Sequence[Row]) -> pl.DataFrame:
    """A frame of the shape; what a row leaves out is null, what the shape does not know is an error."""
    for row in rows:
        unknown = set(row) - set(schema)
        if unknown:
            raise KeyError(f"not in the shape: {sorted(unknown)}")
    columns = {name: [_typed(row.get(name), dtype) for row in rows] for name, dtype in schema.items()}
    return pl.DataFrame(columns, schema=schema)


def tables(**rows: Sequence[Row]) -> Tables:
    """The reference and rate tables: the given rows over their defaults; agency, number and funding are always there."""
    given: dict[str, Sequence[Row]] = {"agencies": [{}], "billing_numbers": [{}], "funding_strings": [{}], **rows}
    made = {}
    for name, table in given.items():
        schema = table_schema(name)
        dated = {"valid_from": ALWAYS} if "valid_from" in schema else {}
        filled = [{**dated, **_TABLE_DEFAULTS.get(name, {}), **row, "source_file": f"{name}.csv", "source_line": n} for n, row in
                  enumerate(table, start=2)]  # fmt: skip
        made[name] = frame(schema, filled)
    return Tables(made)


def bill(feed: str, rows: Sequence[Row], given: Tables, month: str, policy: Policy | None = None, earlier: Earlier | None = None) -> Billed:
    """Bill records of one feed through the engine; `first` and `last` in a row are the period's days."""
    period = Period.parse(month)
    days = {"first": period.first_day, "last": period.last_day}
    filled = []
    for n, row in enumerate(rows, start=2):
        record = {**_RECORD_DEFAULTS[feed], "source_record_id": f"R{n}", **row}
        named = {name: days.get(value, value) if isinstance(value, str) else value for name, value in record.items()}
        filled.append({**named, "feed": feed, "source_file": f"{feed}_{month}_001.csv", "source_line": n})
    records = frame(record_schema(feed), filled)
    if feed not in FEEDS:
        raise KeyError(feed)
    return BILLERS[feed](records, given, period, policy or Policy(), earlier or Earlier())


def moment(local: str) -> Row:
    """The columns of a call that connects at a local time, four hours behind Greenwich."""
    at = dt.datetime.fromisoformat(f"{local}-04:00")
    second = at.hour * 3600 + at.minute * 60 + at.second
    return {"connect_at": at.isoformat(), "call_date": at.date(), "local_second": second, "utc_second": int(at.timestamp())}


def amounts(billed: Billed, component: str | None = None) -> list[Decimal]:
    """The charge rows' amounts, by record then component; an unexpected hold shows itself."""
    held = billed.findings.filter(pl.col("severity").is_in(["HOLD", "FATAL"]))
    if held.height:
        raise AssertionError(held["message"].to_list())
    charges = billed.charges.sort("source_line", "start_date", "component", nulls_last=True)
    if component is not None:
        charges = charges.filter(pl.col("component") == component)
    return charges["amount"].to_list()


def total(billed: Billed, component: str | None = None) -> Decimal:
    """The sum of the charge rows."""
    return sum(amounts(billed, component), Decimal("0.00"))
