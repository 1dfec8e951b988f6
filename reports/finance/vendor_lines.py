"""What a vendor's passed-through lines cost and what of it we billed, line by line, exactly."""

from typing import Final

import polars as pl

from billing.money import EXACT
from reports.finance.record_charges import RECORD, record_charges
from reports.published import Published

VENDORS_OWN: Final = ("TAX", "SURCHARGE")  # as the vendor billed them, where they have the line's own rate code
OUTCOMES: Final = ("BILLED", "HELD", "REJECTED", "DROPPED")


def vendor_lines(published: Published) -> pl.DataFrame:
    """The month's vendor lines with what they cost and what the charge rows made of them came to.

    Rows: one per vendor line. Several lines may share one charge row: its dollars stand on the first of them.

    Adds: cost_in (cost, tax and surcharge together), and of the vendor's cost: billed (cents), exact_billed (the same
    before rounding), billed_cost (cents without tax and surcharge); added (mark-ups, fees and surcharges of our own);
    unbilled (the cost of a billed line that made no charge row, which we pay ourselves).
    """
    lines = published.now("fact_vendor_line").with_columns(
        pl.col("cost_amount", "tax_amount", "surcharge_amount").cast(EXACT),
    ).with_columns(cost_in=pl.sum_horizontal("cost_amount", "tax_amount", "surcharge_amount").cast(EXACT))  # fmt: skip
    charges = record_charges(published, ("pass_through",)).rename({"rate_code": "charge_code"})
    codes = charges.join(lines.select(*RECORD, "rate_code"), on=RECORD, how="inner", validate="m:1")
    is_cost = ~pl.col("component").is_in(["FEE", *VENDORS_OWN])
    is_theirs = pl.col("component").is_in(VENDORS_OWN) & (pl.col("charge_code") == pl.col("rate_code"))
    owed = is_cost | is_theirs
    sums = codes.group_by(RECORD).agg(
        billed=pl.col("amount").filter(owed).sum(),
        billed_cost=pl.col("amount").filter(is_cost).sum(),
        exact_billed=pl.col("exact_amount").filter(owed).sum(),
        added=pl.col("amount").filter(~owed).sum(),
    )
    found = lines.join(sums, on=RECORD, how="left", validate="1:1", maintain_order="left")
    is_paid = (pl.col("outcome") == "BILLED") & pl.col("charge_id").is_null()
    return found.with_columns(unbilled=pl.when(is_paid).then("cost_amount"))


def outcome_sums(column: str) -> list[pl.Expr]:
    """A column's sum for each outcome, named by the outcome in small letters."""
    return [pl.col(column).filter(pl.col("outcome") == outcome).sum().cast(EXACT).alias(outcome.lower()) for outcome in OUTCOMES]
