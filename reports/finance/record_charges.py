"""Lead charge rows back to the records of a feed that they were made of."""

import polars as pl

from reports.published import Published

RECORD = ("feed", "source_file", "source_line")


def record_charges(published: Published, feeds: tuple[str, ...]) -> pl.DataFrame:
    """The month's charge rows made of records of some feeds, each once, at the first of its records.

    Rows: one per charge row that has such a record. Returns: feed, source_file, source_line of the record, then
    charge_id, component, rate_code, billing_number, agency_code, is_prior_period, exact_amount, amount.
    """
    made = published.now("bridge_charge_source").filter(pl.col("feed").is_in(feeds))
    first = made.sort("charge_id", *RECORD).unique("charge_id", keep="first", maintain_order=True).select("charge_id", *RECORD)
    lines = published.now("fact_charge").select(
        "charge_id", "stream", "component", "rate_code", "billing_number", "agency_code", "is_prior_period", "exact_amount", "amount"
    )
    return first.join(lines, on="charge_id", how="inner", validate="1:1", maintain_order="left").select(*RECORD, pl.exclude(*RECORD))
