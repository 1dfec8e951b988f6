"""The months a pack speaks of: this one, the one before, and what the last thirteen came to."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from billing.periods import Period
from reports.charts.months import MONTHS_SHOWN
from reports.figures import MONTHS, month
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Report


@dataclass(frozen=True)
class Months:
    """this, last: in words, `October 2026`, `September`; before: null where the month before is not published."""

    this: str
    last: str
    now: Decimal
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """This month less last month."""
        return None if self.before is None else self.now - self.before


def months_of(published: Published) -> Months:
    """The two months; the names of last month carry a year only where it is another."""
    last = published.month.shift(-1)
    known = str(last) in published.months
    name = MONTHS[last.month - 1] if last.year == published.month.year else month(last)
    before = total(published.before("fact_invoice")["amount"]) if known else None
    return Months(month(published.month), name, total(published.now("fact_invoice")["amount"]), before)


def billed_months(published: Published) -> pl.DataFrame:
    """Rows: period and amount of the published months among the last 13; one without an invoice billed 0.00."""
    invoices = published.past("fact_invoice", ["period", "amount"], MONTHS_SHOWN)
    sums = invoices.group_by("period").agg(pl.col("amount").cast(pl.Decimal(38, 2)).sum())
    known = [period for period in published.months if Period.parse(period) > published.month.shift(-MONTHS_SHOWN)]
    every = pl.DataFrame({"period": known}, schema={"period": pl.String})
    both = every.join(sums, on="period", how="left", validate="1:1").sort("period")
    return both.with_columns(amount=pl.coalesce("amount", pl.lit(NOTHING, pl.Decimal(38, 2))))


def month_rows(published: Published) -> pl.DataFrame:
    """Rows: the published months among the last 13, the latest first: period, invoices, agencies, amount, change.

    change is null where the month before is not among them.
    """
    invoices = published.past("fact_invoice", ["period", "amount", "agency_code"], MONTHS_SHOWN)
    sums = invoices.group_by("period").agg(
        pl.len().cast(pl.Int64).alias("invoices"), pl.col("agency_code").n_unique().cast(pl.Int64).alias("agencies")
    )
    whole = billed_months(published).join(sums, on="period", how="left", validate="1:1", maintain_order="left")
    rows = whole.with_columns(pl.coalesce(name, pl.lit(0, pl.Int64)).alias(name) for name in ("invoices", "agencies"))
    follows = pl.Series([str(Period.parse(period).shift(-1)) for period in rows["period"].to_list()], dtype=pl.String)
    change = pl.when(pl.col("period").shift(1) == follows).then(pl.col("amount") - pl.col("amount").shift(1))
    return rows.with_columns(change=change).reverse()


def dollars_of(report: Report, name: str) -> Decimal:
    """A figure in dollars that leads a report."""
    found = fact(report, name)
    return found if isinstance(found, Decimal) else NOTHING


def fact(report: Report | None, name: str) -> Decimal | int | str | None:
    """A figure that leads a report; null where there is no such report or figure."""
    found = [each.value for each in report.facts if each.name == name] if report is not None else []
    return found[0] if found else None
