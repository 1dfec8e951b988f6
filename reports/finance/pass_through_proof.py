"""R23, pass-through proof: every dollar a vendor bills is billed on, held, rejected, dropped or absorbed, exactly."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.money import EXACT
from reports.finance.vendor_lines import outcome_sums, vendor_lines
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_NOTE: Final = (
    "cost_in is the vendor's cost, tax and surcharge; billed is what the charge rows of it come to in cents; absorbed is what we pay"
    " ourselves: what rounding left (below zero: what it brought), and cost that made no charge row. Mark-ups are not in it."
    " A line that cannot be read names no cost; it is held, in R10 and R26 alone."
)
_PARTS: Final = ("cost_in", "billed", "absorbed", "held", "rejected", "dropped")


def pass_through_proof(published: Published) -> Report:
    """R23 of a month.

    Rows: `vendors` one per vendor; `invoices` one per vendor invoice; `unbilled` one per line held, rejected or dropped.
    cost_in = billed + absorbed + held + rejected + dropped in every row of the first two, to 12 decimals.

    Raises:
        ReconciliationError: an equation does not hold, or what is billed is not what the charge rows say.
    """
    lines = vendor_lines(published)
    vendors = _summed(lines, ["vendor_code"])
    invoices = _summed(lines, ["vendor_code", "vendor_invoice_no", "vendor_invoice_date"])
    apart = invoices.filter(pl.col("cost_in") != pl.sum_horizontal(_PARTS[1:])).height
    made = published.now("bridge_charge_source").filter(pl.col("feed") == "pass_through").select("charge_id").unique()
    charges = published.now("fact_charge").join(made, on="charge_id", how="semi")
    sums = {name: _exact_sum(vendors[name]) for name in _PARTS}
    received = int(published.now("control_totals").filter(pl.col("feed") == "pass_through")["records_in"].sum())
    waits = lines.filter(pl.col("outcome") != "BILLED").sort("vendor_code", "vendor_invoice_no", "vendor_line_no", "source_line")
    return Report(
        "R23", "pass-through-proof", "Pass-through proof", published.period,
        (
            *[Fact(name, name.replace("_", " ").capitalize(), sums[name]) for name in _PARTS],
            Fact("added", "Mark-ups, fees and surcharges put on it", total(vendors["added"])),
            Fact("unread", "Vendor lines that cannot be read, not in this proof", received - lines.height),
        ),
        (
            Section("vendors", "Vendors", vendors, ("lines", *_PARTS, "added"), _NOTE),
            Section("invoices", "Vendor invoices", invoices, ("lines", *_PARTS, "added")),
            Section("unbilled", "Vendor lines not billed", waits.select(_SHOWN), ("cost_in",)),
        ),
        (
            Foot("vendor cost in, and billed + absorbed + held + rejected + dropped", sums["cost_in"],
                 sum((sums[name] for name in _PARTS[1:]), NOTHING)),
            Foot("vendor invoices that do not foot", NOTHING + apart, NOTHING),
            Foot("vendor lines beyond the records received", NOTHING + max(lines.height - received, 0), NOTHING),
            Foot("vendors and vendor invoices", sums["cost_in"], _exact_sum(invoices["cost_in"])),
            Foot("lines billed and the charge rows of their cost", total(lines["billed_amount"]), total(lines["billed_cost"])),
            Foot("billed and put on it, and the charge rows made of vendor lines", sums["billed"] + total(vendors["added"]),
                 total(charges["amount"])),
        ),
    ).checked()  # fmt: skip


_SHOWN: Final = (
    "vendor_code", "vendor_name", "vendor_invoice_no", "vendor_line_no", "billing_number", "agency_code", "rate_code", "description",
    "cost_in", "outcome", "received_date", "source_file", "source_line",
)  # fmt: skip


def _summed(lines: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    held, rejected, dropped = outcome_sums("cost_in")[1:]
    sums = lines.group_by(keys).agg(
        pl.col("vendor_name").drop_nulls().first(), lines=pl.len().cast(pl.Int64), cost_in=pl.col("cost_in").sum().cast(EXACT),
        billed=pl.col("billed").sum(), _exact=pl.col("exact_billed").sum(), _unbilled=pl.col("unbilled").sum(),
        held=held, rejected=rejected, dropped=dropped, added=pl.col("added").sum(),
    )  # fmt: skip
    absorbed = (pl.col("_exact") - pl.col("billed").cast(EXACT) + pl.col("_unbilled")).cast(EXACT)
    told = money(sums.with_columns(absorbed=absorbed), ("billed", "added")).sort(keys)
    return told.select(*keys, "vendor_name", "lines", *_PARTS, "added")


def _exact_sum(column: pl.Series) -> Decimal:
    return sum(column.drop_nulls().to_list(), NOTHING)
