"""R09, adjustments and credits: what was given back or charged later, why, who made it, who approved it, how old it is."""

from typing import Final

import polars as pl

from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_COLUMNS: Final = (
    "adjustment_id", "adj_type", "reason_code", "billing_number", "agency_code", "invoice_no", "original_charge_id", "amount",
    "prepared_by", "approved_by", "approval_state", "age_days", "crosses_fiscal_year", "original_period", "prepared_at", "rate_code",
    "description", "pair_id", "support_ref", "charge_id",
)  # fmt: skip
_YEARS_BACK: Final = 3  # an older charge is placed by its days of service
_NOTE: Final = (
    "age_days: from the day it was prepared to the day the month is dated by. crosses_fiscal_year: it corrects service billed in "
    "an earlier fiscal year, by the charge it names, else by its own days of service."
)


def adjustments(published: Published) -> Report:
    """R09 of a month.

    Rows: `adjustments` one per charge row of an adjustment, by adjustment and row; `types` one per type and reason, the
    largest credit first; `approvals` one per state of approval and approver.

    Raises:
        ReconciliationError: the adjustments do not foot to the lines of the adjustments stream.
    """
    rows = _rows(published)
    sections = (
        Section("adjustments", "Adjustments and credits", rows.select(_COLUMNS), ("amount",), _NOTE),
        Section("types", "By type and reason", _types(rows), ("rows", "credits", "debits", "amount", "crossing")),
        Section("approvals", "By approval", _approvals(rows), ("rows", "amount")),
    )
    types = sections[1].sums()
    crossing = rows.filter("crosses_fiscal_year")
    facts = (
        Fact("rows", "Adjustment rows", rows.height), Fact("credits", "Credits", types["credits"]),
        Fact("debits", "Debits", types["debits"]),
        Fact("amount", "Adjustments, net", total(rows["amount"])),
        Fact("unapproved", "Rows without a full approval", rows.filter(pl.col("approval_state").ne_missing("APPROVED")).height),
        Fact("crossing", "Rows that reach into an earlier fiscal year", crossing.height),
        Fact("crossing_amount", "Dollars of them", total(crossing["amount"])),
    )  # fmt: skip
    return Report(
        "R09", "adjustments", "Adjustments and credits", published.period, facts, sections, _foots(published, rows, sections)
    ).checked()


def _rows(published: Published) -> pl.DataFrame:
    """The published adjustments with their line's agency and service, the period they correct, and their age."""
    found = published.now("fact_adjustment")
    lines = published.now("fact_charge").select("charge_id", "agency_code", "service_from")
    before = published.past("fact_charge", ("charge_id", "period"), _YEARS_BACK * 12)
    named = before.join(found.select(charge_id="original_charge_id").unique(), on="charge_id", how="semi")
    originals = named.sort("period").unique("charge_id", keep="first", maintain_order=True)  # a month that was corrected keeps its ids
    joined = found.join(lines, on="charge_id", how="left", validate="m:1").join(
        originals.rename({"charge_id": "original_charge_id", "period": "original_period"}),
        on="original_charge_id",
        how="left",
        validate="m:1",
    )
    years = published.past("dim_period", ["period", "fiscal_year"])
    mine = pl.lit(years.filter(pl.col("period") == published.period)["fiscal_year"].to_list()[0], pl.Int64)
    served = pl.coalesce("original_period", pl.col("service_from").dt.strftime("%Y-%m"))
    told = joined.with_columns(_served=served).join(years.rename({"period": "_served"}), on="_served", how="left", validate="m:1")
    return told.with_columns(
        age_days=(pl.lit(published.as_of) - pl.col("prepared_at").dt.date()).dt.total_days(),
        crosses_fiscal_year=pl.coalesce("fiscal_year", _fiscal_year(pl.col("_served"))) < mine,
    ).sort("adjustment_id", "charge_id", nulls_last=True)


def _fiscal_year(month: pl.Expr) -> pl.Expr:
    """The fiscal year of a month that is not published, from 1 July; the expression's twin of `Period.fiscal_year`."""
    return month.str.slice(0, 4).cast(pl.Int64) + (month.str.slice(5, 2) >= "07").cast(pl.Int64)


def _types(rows: pl.DataFrame) -> pl.DataFrame:
    amount = pl.col("amount")
    sums = rows.group_by("adj_type", "reason_code").agg(
        rows=pl.len().cast(pl.Int64), credits=amount.filter(amount < 0).sum(), debits=amount.filter(amount > 0).sum(), amount=amount.sum(),
        crossing=pl.col("crosses_fiscal_year").sum().cast(pl.Int64), oldest_days=pl.col("age_days").max(),
    )  # fmt: skip
    return money(sums.sort("credits", "adj_type", "reason_code", nulls_last=True), ("credits", "debits", "amount"))


def _approvals(rows: pl.DataFrame) -> pl.DataFrame:
    sums = rows.group_by("approval_state", "prepared_by", "approved_by").agg(rows=pl.len().cast(pl.Int64), amount=pl.col("amount").sum())
    return money(sums.sort("approval_state", "prepared_by", "approved_by", nulls_last=True), ("amount",))


def _foots(published: Published, rows: pl.DataFrame, sections: tuple[Section, ...]) -> tuple[Foot, ...]:
    """The adjustments against the lines, as R02 and R04 show them."""
    lines = published.now("fact_charge")
    stream = pl.col("stream") == "adjustments"
    in_stream = rows.join(lines.filter(stream).select("charge_id"), on="charge_id", how="semi")
    made = lines.filter(stream | pl.col("adjustment_id").is_not_null())
    billed = total(rows["amount"])
    return (
        Foot("adjustments and the lines of the adjustments stream", total(in_stream["amount"]), total(lines.filter(stream)["amount"])),
        Foot("adjustments and every line that one made", billed, total(made["amount"])),
        Foot("types and adjustments", total(sections[1].frame["amount"]), billed),
        Foot("credits, debits and adjustments", total(sections[1].frame["credits"]) + total(sections[1].frame["debits"]) + NOTHING, billed),
        Foot("approvals and adjustments", total(sections[2].frame["amount"]), billed),
    )
