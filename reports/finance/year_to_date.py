"""The fiscal year to date: which of its months are published, what each cost group earned in them, and what it cost."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import polars as pl

from billing.periods import Period
from reports.finance.names import rate_code_facts
from reports.published import Published

MONTHS_OF_A_YEAR: Final = 12
UNIT_COMPONENTS: Final = ("BASE", "MRC", "USAGE", "CALLS")  # what is counted in a rate's units; the rest is dollars on top
# where a month's figure of a cost pool comes from, the best first
ACTUAL: Final = "ACTUAL"  # the month's own row
ACTUAL_TWELFTH: Final = "ACTUAL_TWELFTH"  # a twelfth of the year's
FORECAST: Final = "FORECAST"
FORECAST_TWELFTH: Final = "FORECAST_TWELFTH"


@dataclass(frozen=True)
class Pool:
    """A cost pool's figure over some months, exactly; none where a month has none. basis: whence, `;` between."""

    value: Fraction | None
    basis: str | None


@dataclass(frozen=True)
class YearToDate:
    """The published months of a fiscal year up to a period, oldest first; what is not published is in no figure."""

    fiscal_year: int
    months: tuple[str, ...]
    missing: tuple[str, ...]  # earlier months of the year that are not published
    lines: pl.DataFrame  # period, stream, cost_group, rate_code, component, uom, quantity, amount of what is billed
    pools: dict[str, dict[str | None, dict[str, Any]]]  # cost group -> month, or none for the year -> its row

    @property
    def days(self) -> int:
        """Days of these months."""
        return sum(Period.parse(month).days for month in self.months)

    def pool(self, group: str | None, what: str, *, only_forecast: bool = False) -> Pool:
        """A pool's `cost` or `units` over these months: of each month the best there is.

        A month's own actual figure; else a twelfth of the year's actual one; else the month's forecast; else a twelfth
        of the year's forecast.
        """
        if group is None or group not in self.pools:
            return Pool(None, None)
        found = [self._month(self.pools[group], month, what, only_forecast=only_forecast) for month in self.months]
        if any(value is None for value, _ in found):
            return Pool(None, None)
        return Pool(sum((value for value, _ in found if value is not None), Fraction(0)), ";".join(dict.fromkeys(b for _, b in found)))

    def _month(self, rows: dict[str | None, dict[str, Any]], month: str, what: str, *, only_forecast: bool) -> tuple[Fraction | None, str]:
        roads = (
            (month, "actual", ACTUAL),
            (None, "actual", ACTUAL_TWELFTH),
            (month, "forecast", FORECAST),
            (None, "forecast", FORECAST_TWELFTH),
        )
        for key, kind, basis in roads:
            value = rows.get(key, {}).get(f"{kind}_{what}")
            if value is not None and not (only_forecast and kind == "actual"):
                return Fraction(value) / (1 if key else MONTHS_OF_A_YEAR), basis
        return None, ""


def year_to_date(published: Published) -> YearToDate:
    """The fiscal year to date of a published month; the calendar table says which year a month belongs to."""
    known = {row["period"]: row["fiscal_year"] for row in published.past("dim_period", ["period", "fiscal_year"]).to_dicts()}
    year = int(known[published.period])
    months = tuple(month for month, each in known.items() if each == year)
    first = published.month.shift(1 - published.now("dim_period")["fiscal_period"].to_list()[0])
    every = [str(first.shift(step)) for step in range(published.month.months_since(first) + 1)]
    columns = ("period", "stream", "rate_code", "component", "uom", "quantity", "amount", "invoice_no")
    lines = published.past("fact_charge", columns, MONTHS_OF_A_YEAR).filter(
        pl.col("period").is_in(months) & pl.col("invoice_no").is_not_null()
    )
    groups = rate_code_facts(published).select("rate_code", "cost_group")
    grouped = lines.drop("invoice_no").join(groups, on="rate_code", how="left", validate="m:1")
    return YearToDate(year, months, tuple(month for month in every if month not in months), grouped, _pools(published, year))


def _pools(published: Published, year: int) -> dict[str, dict[str | None, dict[str, Any]]]:
    found: dict[str, dict[str | None, dict[str, Any]]] = defaultdict(dict)
    for row in published.now("dim_cost_pool").filter(pl.col("fiscal_year") == year).to_dicts():
        found[row["cost_group"]][row["period"]] = row
    return dict(found)


def cost_groups(year: YearToDate, *columns: pl.Expr) -> dict[str | None, dict[str, Any]]:
    """What each cost group came to: revenue and what is asked for; groups with a pool and no revenue are there too."""
    sums = year.lines.group_by("cost_group").agg(pl.col("amount").sum().alias("revenue"), *columns)
    found: dict[str | None, dict[str, Any]] = {row["cost_group"]: row for row in sums.to_dicts()}
    for name in year.pools:
        found.setdefault(name, {"cost_group": name, "revenue": Decimal("0.00")})
    return {name: found[name] for name in sorted(found, key=lambda each: (each is None, each or ""))}
