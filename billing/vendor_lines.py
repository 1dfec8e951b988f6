"""Lead each line of a vendor's invoice to the charge it is passed through in, and that charge's dollars to its first line."""

from typing import Final

import polars as pl

from billing.behind_frames import VENDOR_ROWS
from billing.errors import ReconciliationError
from billing.frames import Tables, conform
from billing.money import DOLLARS, total
from billing.periods import Period
from billing.record_charges import RECORD, charged, with_agency

COST: Final = ("BASE", "CREDIT")  # a cost below zero is a CREDIT row


def vendor_rows(records: pl.DataFrame, lines: pl.DataFrame, bridge: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Publish a month's pass-through records, carried ones too.

    sum(billed_amount) = the BASE and CREDIT rows of pass-through, to the cent; tax, surcharge and mark-up are rows of
    their own. A line whose charge comes to 0.00 has no charge row. The agency is the one that was charged, else the
    owner of the billing number on the day of the vendor's invoice.

    Args:
        records: record_schema("pass_through") and outcome, BILLED HELD REJECTED DROPPED.
        lines: LINES of the month.
        bridge: BRIDGE of it.

    Rows: one a record. Returns: VENDOR_ROWS, by file and line.

    Raises:
        ReconciliationError: the equation does not hold (V013).
    """
    mine = charged(lines, bridge, "pass_through", COST)
    known = with_agency(records, tables, pl.col("vendor_invoice_date")).sort(RECORD)
    placed = known.join(mine, on=RECORD, how="left", validate="1:1", maintain_order="left")
    is_first = pl.col("charge_id").is_not_null() & pl.col("charge_id").is_first_distinct()
    rows = conform(
        placed.with_columns(
            period=pl.lit(str(period)),
            billing_number=pl.coalesce("charge_number", "billing_number"),
            agency_code=pl.coalesce("charge_agency", "number_agency"),
            billed_amount=pl.when(is_first).then("charge_amount").otherwise(pl.lit(None, DOLLARS)),
        ).select(list(VENDOR_ROWS)),
        VENDOR_ROWS,
    )
    cost = lines.filter((pl.col("stream") == "pass_through") & pl.col("component").is_in(COST))
    billed, passed = total(rows["billed_amount"]), total(cost["amount"])
    if billed != passed:
        raise ReconciliationError(f"{period}: vendor lines come to {billed}, pass-through to {passed}; nothing is published", code="V013")
    return rows
