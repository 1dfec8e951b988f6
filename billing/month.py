"""The whole month, from each stream's bill to numbered lines, splits, invoices, exceptions and control totals."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.adjustments import bill_adjustments
from billing.call_billing import bill_calls
from billing.centrex import bill_centrex
from billing.circuits import bill_circuits
from billing.errors import ReconciliationError
from billing.exceptions import name_exceptions
from billing.fees import fee_bridge, fee_on_total_rows, surcharge_rows
from billing.findings import gather
from billing.fixed_cost import bill_fixed_cost
from billing.frames import BRIDGE, CALLS, CHARGES, OUTCOMES, SUSPENSE, Billed, Earlier, MonthBill, Tables, conform, empty
from billing.invoicing import invoice_keys, make_invoices, number_lines
from billing.layouts import FEEDS
from billing.pass_through import bill_pass_through
from billing.periods import Period
from billing.policy import Policy
from billing.reconcile import check_totals, control_totals
from billing.splits import split
from billing.stock import bill_stock
from billing.usage import bill_usage
from billing.variance import audit_invoices, audit_items
from billing.voip import bill_voip

Biller = Callable[[pl.DataFrame, Tables, Period, Policy, Earlier], Billed]

BILLERS: Final[dict[str, Biller]] = {
    "usage": bill_usage,
    "fixed_cost": bill_fixed_cost,
    "pass_through": bill_pass_through,
    "circuits": bill_circuits,
    "voip": bill_voip,
    "centrex": bill_centrex,
    "long_distance": bill_calls,
    "stock": bill_stock,
    "adjustments": bill_adjustments,
}


@dataclass(frozen=True)
class Loaded:
    """What the gate let in for a period.

    records: accepted records by feed (record_schema of the feed).
    files: feed, source_file, rows: data rows counted in each file's bytes.
    suspense: SUSPENSE.
    findings: FINDINGS of the gate (F-codes).
    """

    records: dict[str, pl.DataFrame]
    files: pl.DataFrame
    suspense: pl.DataFrame
    findings: pl.DataFrame


def bill_stream(feed: str, records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill one feed's records and check that each of them came out once.

    Raises:
        ReconciliationError: a record was lost or doubled on the way.
    """
    if feed not in FEEDS:
        raise ReconciliationError(f"no such feed: {feed}")
    billed = BILLERS[feed](records, tables, period, policy, earlier)
    if billed.outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} {feed} records went in, {billed.outcomes.height} came out")
    stray = billed.bridge.join(billed.charges.select("charge_id"), on="charge_id", how="anti")
    if stray.height:
        raise ReconciliationError(f"{stray.height} {feed} records are joined to charge rows that do not exist")
    return Billed(
        charges=conform(billed.charges, CHARGES),
        bridge=conform(billed.bridge, BRIDGE),
        findings=billed.findings,
        outcomes=conform(billed.outcomes, OUTCOMES),
        calls=conform(billed.calls, CALLS),
    )


def assemble(
    loaded: Loaded, streams: dict[str, Billed], tables: Tables, period: Period, policy: Policy, earlier: Earlier, as_of: dt.date
) -> MonthBill:
    """Make the month's bill of its streams: surcharges, invoices, fees on totals, splits, exceptions, controls.

    Rows: every charge of every stream on exactly one line. Every equation of `billing.reconcile` holds, or nothing
    is returned.

    Args:
        loaded: what the gate let in.
        streams: feed -> its bill (see `bill_stream`).
        as_of: the day of issue; nothing else is dated by it.

    Raises:
        ReconciliationError: rows or cents do not add up.
    """
    parts = [streams[feed] for feed in FEEDS if feed in streams]
    charges = pl.concat([empty(CHARGES), *[part.charges for part in parts]])
    bridge = pl.concat([empty(BRIDGE), *[part.bridge for part in parts]])
    outcomes = pl.concat([empty(OUTCOMES), *[part.outcomes for part in parts]])
    surcharges = surcharge_rows(charges, tables, period)
    bridge = pl.concat([bridge, fee_bridge(surcharges, bridge)])
    charges = pl.concat([charges, surcharges])
    keys = invoice_keys(tables, period)
    keyed = charges.join(keys.select("billing_number", "invoice_key"), on="billing_number", how="left", validate="m:1")
    charges = pl.concat([charges, fee_on_total_rows(keyed, tables, period)])
    if charges["charge_id"].n_unique() != charges.height:
        raise ReconciliationError("two charge rows have one charge_id")
    lines = number_lines(charges, keys, period)
    invoices = make_invoices(lines, keys, tables, period, policy, as_of, earlier)
    splits = split(charges, tables, earlier)
    controls = control_totals(period, loaded.files, loaded.records, outcomes, loaded.suspense, charges, bridge)
    check_totals(lines, splits, invoices, controls, bridge)
    findings = gather(
        loaded.findings,
        *[part.findings for part in parts],
        audit_invoices(invoices, lines, earlier, keys, period, policy),
        audit_items(loaded.records, earlier, period),
    )
    return MonthBill(
        period=str(period),
        as_of=as_of.isoformat(),
        lines=lines,
        bridge=bridge.sort("charge_id", "feed", "source_file", "source_line"),
        splits=splits.sort("charge_id", "seq"),
        calls=pl.concat([empty(CALLS), *[part.calls for part in parts]]).sort("call_id"),
        exceptions=name_exceptions(findings, period),
        invoices=invoices,
        controls=controls,
        suspense=conform(loaded.suspense, SUSPENSE),
        tables=tables,
        earlier=earlier,
    )
