"""R25, year-end package: prior-year credits and catch-ups, documents of period 13, and what is not billed with its basis."""

import datetime as dt
from typing import Final

import polars as pl

from billing.carry import origin
from reports.finance.places import stream_place
from reports.footing import NOTHING, total
from reports.interface_register import interface_register
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

KINDS: Final = ("PRIOR_FY_CREDIT", "CATCH_UP")
_LAST: Final = 12  # fiscal period of June
_LATE: Final = 13
_BASIS: Final = {
    "PRICED": "priced as if it were billed, at the rates of the month",
    "CARRIED": "carried from an earlier month, priced at the rates of its service dates",
    "UNPRICED": "no price can be known; counted only",
}


def year_end(published: Published) -> Report:
    """R25: the fiscal year's months up to this one.

    Rows: `adjustments` one per row of a PRIOR_FY_CREDIT or CATCH_UP adjustment; `prior_year` one per month and stream
    billed for service before the fiscal year; `period_13` one per document posted in period 13 of the year; `unbilled`
    one per feed and basis of the month's held records.

    Raises:
        ReconciliationError: the unbilled dollars or records are not those held in the control totals.
    """
    year, months, is_june = _year(published)
    adjustments = _adjustments(published, months)
    prior = _prior_year(published, months, dt.date(year - 1, 7, 1))
    late = _late(published, year, months)
    unbilled = _unbilled(published.now("control_totals"))
    files = published.now("control_totals")
    note = "" if is_june else f"{published.period} is not the year's last month: the state to date of fiscal year {year}."
    is_charge, is_unknown = pl.col("feed") != "adjustments", pl.col("basis") == "UNPRICED"
    sums = {kind: total(adjustments.filter(pl.col("adj_type") == kind)["amount"]) for kind in KINDS}
    return Report(
        "R25", "year-end", "Year-end package", published.period,
        (
            Fact("fiscal_year", "Fiscal year", year), Fact("months", "Months of it published", len(months)),
            Fact("year_end", "Its last month", "yes" if is_june else "no"),
            *[Fact(kind.lower(), label, sums[kind]) for kind, label in zip(KINDS, ("Prior-year credits", "Catch-ups"), strict=True)],
            Fact("prior_year", "Billed for service before the year", total(prior["amount"])),
            Fact("period_13", "Documents of period 13, net", total(late["net"])),
            Fact("unbilled", "Charges not billed, estimate", total(unbilled.filter(is_charge)["amount"])),
            Fact("unbilled_adjustments", "Credits and debits not billed", total(unbilled.filter(~is_charge)["amount"])),
            Fact("unpriced", "Records not billed whose price is unknown", int(unbilled.filter(is_unknown)["records"].sum())),
        ),
        (
            Section("adjustments", "Prior-year credits and catch-ups", adjustments, ("amount",), note),
            Section("prior_year", "Service before the fiscal year", prior, ("lines", "amount"), note),
            Section("period_13", "Documents of period 13", late, ("amount", "net"), note),
            Section("unbilled", "Not billed", unbilled, ("records", "amount"), note),
        ),
        (
            Foot("unbilled and held dollars", total(unbilled["amount"]), total(files["amount_held"])),
            Foot("unbilled and held records", total(unbilled["records"]), total(files["records_held"])),
            Foot("prior-year kinds and their rows", sum(sums.values(), NOTHING), total(adjustments["amount"])),
        ),
    ).checked()  # fmt: skip


def _year(published: Published) -> tuple[int, list[str], bool]:
    """The fiscal year of the period, its published months up to it, and whether the period is its last month."""
    periods = published.past("dim_period", ["period", "fiscal_year", "fiscal_period"])
    mine = periods.filter(pl.col("period") == published.period).to_dicts()[0]
    year = mine["fiscal_year"] or published.month.fiscal_year
    place = mine["fiscal_period"] or published.month.fiscal_period
    return year, periods.filter(pl.col("fiscal_year").eq_missing(mine["fiscal_year"]))["period"].to_list(), place == _LAST


def _adjustments(published: Published, months: list[str]) -> pl.DataFrame:
    rows = published.past("fact_adjustment").filter(pl.col("period").is_in(months), pl.col("adj_type").is_in(KINDS))
    return rows.select(
        "period", "adjustment_id", "adj_type", "reason_code", "billing_number", "rate_code", "invoice_no", "original_charge_id", "amount",
        "description", "support_ref", "prepared_by", "approved_by", "approval_state",
    ).sort("adj_type", "period", "adjustment_id", nulls_last=True)  # fmt: skip


def _prior_year(published: Published, months: list[str], began: dt.date) -> pl.DataFrame:
    """Rows whose service ended before the fiscal year began, by the month that billed them."""
    names = ["period", "stream", "is_prior_period", "service_to", "amount"]
    rows = published.past("fact_charge", names).filter(pl.col("period").is_in(months), pl.col("service_to") < began)
    found = rows.group_by("period", "stream").agg(
        lines=pl.len().cast(pl.Int64), oldest_service=pl.col("service_to").min(), amount=pl.col("amount").sum()
    )
    return money(found.sort("period", stream_place("stream")), ("amount",))


def _late(published: Published, year: int, months: list[str]) -> pl.DataFrame:
    journal = published.past("fact_journal").filter(
        pl.col("fiscal_period") == _LATE, pl.col("period").is_in(months) | (pl.col("fy") == year)
    )
    register = interface_register(journal).select(
        "period", "doc_id", "sent_as", "invoice_no", "billing_number", "posted_on", "fy", "fiscal_period", "amount", "net", "status"
    )
    return money(register, ("amount", "net"))


def _unbilled(files: pl.DataFrame) -> pl.DataFrame:
    """Held records of each feed: those priced, carried or of this month, and those that nobody can price."""
    held = files.filter(pl.col("records_held") > 0)
    is_carried = origin().is_not_null()
    priced = held.group_by("feed", pl.when(is_carried).then(pl.lit("CARRIED")).otherwise(pl.lit("PRICED")).alias("basis")).agg(
        records=(pl.col("records_held") - pl.col("held_unpriced")).sum(), amount=pl.col("amount_held").sum()
    )
    nothing = held.group_by("feed").agg(
        basis=pl.lit("UNPRICED"), records=pl.col("held_unpriced").sum(), amount=pl.lit(None, pl.Decimal(38, 2))
    ).filter(pl.col("records") > 0)  # fmt: skip
    both = pl.concat([priced.with_columns(pl.col("amount").cast(pl.Decimal(38, 2))), nothing]).sort(stream_place("feed"), "basis")
    told = both.with_columns(why=pl.col("basis").replace_strict(_BASIS, return_dtype=pl.String))
    return money(told, ("amount",))
