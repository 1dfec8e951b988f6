"""R04, revenue by rate code: quantity, rate and amount of the month, and the fiscal year to date beside it."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.layouts import STREAMS
from reports.finance.names import rate_code_facts
from reports.finance.year_to_date import year_to_date
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_KEY: Final = ("stream", "rate_code", "uom")
_RATE: Final = pl.Decimal(18, 6)
_NOTE: Final = (
    "unit_rate is empty where the lines have several rates or none (tiers, agreed rates, vendors' own prices). "
    "ytd_months counts the published months of the fiscal year in which the code was billed."
)


def by_rate_code(published: Published) -> Report:
    """R04 of a month.

    Rows: `rates` one per stream, rate code and unit with a billed line in the fiscal year to date, streams in the order of
    an invoice; what was billed only in earlier months has 0 lines and 0.00.

    Raises:
        ReconciliationError: the month does not foot to the invoices, or the year to the lines of its months.
    """
    year = year_to_date(published)
    lines = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    rates = money(_rates(published, lines, year.lines), ("amount", "ytd_amount"))
    billed = total(published.now("fact_invoice")["amount"])
    invoiced = published.past("fact_invoice", ["period", "amount"], 12).filter(pl.col("period").is_in(year.months))
    facts = (
        Fact("total", "Billed", billed), Fact("rate_codes", "Rate codes billed", lines["rate_code"].n_unique()),
        Fact("ytd_amount", "Fiscal year to date", total(rates["ytd_amount"])), Fact("months", "Months to date", len(year.months)),
    )  # fmt: skip
    foots = (
        Foot("rate codes and invoices", total(rates["amount"]), billed),
        Foot("rate codes to date and the invoices of the fiscal year", total(rates["ytd_amount"]), total(invoiced["amount"])),
        Foot("lines counted and lines billed", Decimal(int(rates["lines"].sum())), Decimal(lines.height)),
    )
    section = Section("rates", "Revenue by rate code", rates, ("lines", "amount", "ytd_amount"), _NOTE)
    return Report("R04", "by-rate-code", "Revenue by rate code", published.period, facts, (section,), foots).checked()


def _rates(published: Published, lines: pl.DataFrame, year: pl.DataFrame) -> pl.DataFrame:
    now = lines.group_by(_KEY).agg(
        lines=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum().cast(_RATE),
        unit_rate=pl.when(pl.col("unit_rate").n_unique() == 1).then(pl.col("unit_rate").first()),
        amount=pl.col("amount").sum(),
    )
    whole = year.group_by(_KEY).agg(ytd_amount=pl.col("amount").sum(), ytd_months=pl.col("period").n_unique().cast(pl.Int64))
    both = whole.join(now, on=_KEY, how="full", coalesce=True, nulls_equal=True, validate="1:1")
    named = both.join(rate_code_facts(published).select("rate_code", "name"), on="rate_code", how="left", validate="m:1")
    order = pl.col("stream").replace_strict({stream: n for n, stream in enumerate(STREAMS)}, return_dtype=pl.Int64)
    nothing = pl.lit(Decimal(0))
    filled = named.with_columns(
        pl.coalesce("lines", pl.lit(0, pl.Int64)),
        quantity=pl.coalesce("quantity", nothing.cast(_RATE)),
        amount=pl.coalesce("amount", nothing.cast(pl.Decimal(38, 2))),
    )
    return filled.sort(order, "rate_code", "uom").select(
        "stream", "rate_code", "name", "uom", "lines", "quantity", "unit_rate", "amount", "ytd_amount", "ytd_months"
    )
