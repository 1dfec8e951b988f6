"""Put every charge row on one invoice: whose, which number, which line."""

import datetime as dt

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import INVOICES, LINES, Earlier, Tables, conform
from billing.layouts import STREAMS
from billing.money import DOLLARS
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

FIRST_ISSUE = "01"


def invoice_keys(tables: Tables, period: Period) -> pl.DataFrame:
    """Say on which invoice each billing number's charges of a period go.

    A number goes to its invoice_group, where it has one, else to itself. The row in force on the period's last
    day decides, else the number's latest row, so that late charges of a closed number keep their place.

    Returns: billing_number, invoice_key, is_group, agency_code, name; one row a number.
    """
    last_day = pl.lit(period.last_day)
    in_force = (pl.col("valid_from") <= last_day) & (pl.col("valid_to").is_null() | (last_day < pl.col("valid_to")))
    ranked = tables["billing_numbers"].with_columns(_live=in_force).sort("billing_number", "_live", "valid_from")
    latest = ranked.group_by("billing_number", maintain_order=True).last()
    return latest.select(
        "billing_number",
        pl.coalesce("invoice_group", "billing_number").alias("invoice_key"),
        pl.col("invoice_group").is_not_null().alias("is_group"),
        "agency_code",
        "name",
    )


def number_lines(charges: pl.DataFrame, keys: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Give every charge row its invoice and its line: by stream, rate code, first service day, charge_id.

    Rows: one a charge. Returns: LINES sorted by invoice_no and invoice_line_no.

    Raises:
        ReconciliationError: a charge is for a number nobody knows.
    """
    order = pl.DataFrame({"stream": STREAMS, "_stream_no": range(len(STREAMS))}, schema_overrides={"_stream_no": pl.Int64})
    placed = charges.join(keys.select("billing_number", "invoice_key"), on="billing_number", how="left", validate="m:1").join(
        order, on="stream", how="left", validate="m:1"
    )
    if placed["invoice_key"].null_count() or placed["_stream_no"].null_count():
        raise ReconciliationError("a charge row has no invoice: its billing number or stream is unknown")
    sorted_rows = placed.sort("invoice_key", "_stream_no", "rate_code", "start_date", "charge_id", nulls_last=True)
    numbered = sorted_rows.with_columns(
        invoice_no=phrase("COT-{}-{}-{}", pl.lit(str(period)), pl.col("invoice_key"), pl.lit(FIRST_ISSUE)),
        invoice_line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("invoice_key"),
    )
    return conform(numbered.drop("invoice_key", "_stream_no"), LINES)


def invoice_dates(tables: Tables, period: Period, policy: Policy, as_of: dt.date) -> tuple[dt.date, dt.date, dt.date]:
    """The day of issue, the due day and the last day of the dispute window: the calendar's, else policy's."""
    row = tables["calendar"].filter(pl.col("period") == str(period)).to_dicts()
    stated = row[0] if row else {}
    due = stated.get("due_on") or as_of + dt.timedelta(days=policy.due_days)
    dispute = stated.get("dispute_by") or as_of + dt.timedelta(days=policy.dispute_days)
    return as_of, due, dispute


def make_invoices(
    lines: pl.DataFrame, keys: pl.DataFrame, tables: Tables, period: Period, policy: Policy, as_of: dt.date, earlier: Earlier
) -> pl.DataFrame:
    """Add up each invoice and set last period's beside it.

    prior_amount is null when the period before was never run, 0.00 when it was and the number had nothing.

    Returns: INVOICES sorted by invoice_no.
    """
    issued, due, dispute = invoice_dates(tables, period, policy, as_of)
    groups = keys.group_by("invoice_key").agg(
        pl.col("is_group").any(),
        pl.col("agency_code").sort_by("billing_number").first(),
        pl.col("name").sort_by("billing_number").first(),
    )
    totals = (
        lines.join(keys.select("billing_number", "invoice_key"), on="billing_number", how="left", validate="m:1")
        .group_by("invoice_no", "invoice_key")
        .agg(line_count=pl.len().cast(pl.Int64), amount=pl.col("amount").sum())
        .join(groups, on="invoice_key", how="left", validate="1:1")
    )
    names = tables["agencies"].sort("agency_code", "valid_from").group_by("agency_code", maintain_order=True).last()
    before = str(period.shift(-1))
    old = earlier.charges.filter(pl.col("period") == before)
    old_totals = (
        old.join(keys.select("billing_number", "invoice_key"), on="billing_number", how="left", validate="m:1")
        .group_by("invoice_key").agg(prior_amount=pl.col("amount").sum())
    )  # fmt: skip
    nothing = pl.lit(0, DOLLARS) if old.height else pl.lit(None, DOLLARS)
    named = totals.join(names.select("agency_code", "agency_name"), on="agency_code", how="left", validate="m:1").join(
        old_totals, on="invoice_key", how="left", validate="1:1"
    )
    return conform(
        named.select(
            "invoice_no",
            pl.lit(str(period)).alias("period"),
            pl.col("invoice_key").alias("billing_number"),
            "is_group",
            "agency_code",
            pl.when("is_group").then(pl.col("agency_name")).otherwise(pl.col("name")).alias("name"),
            "agency_name",
            "line_count",
            pl.col("amount").cast(DOLLARS),
            pl.coalesce(pl.col("prior_amount"), nothing).cast(DOLLARS).alias("prior_amount"),
            pl.lit(issued).alias("issued_on"),
            pl.lit(due).alias("due_on"),
            pl.lit(dispute).alias("dispute_by"),
        ).sort("invoice_no"),
        INVOICES,
    )
