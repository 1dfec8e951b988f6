"""R13, recovery against forecast: what each cost group was to cost and did, the rate that would pay for it, and the true-up."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import polars as pl

from billing.money import RATE_PLACES, round_half_away
from reports.finance.recovery import recovery
from reports.finance.year_to_date import UNIT_COMPONENTS, Pool, YearToDate, cost_groups, year_to_date
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section

_MONEY: Final = pl.Decimal(18, 2)
_RATE: Final = pl.Decimal(18, 6)
_GROUPS: Final[dict[str, pl.DataType]] = {
    "cost_group": pl.String(), "forecast_cost": _MONEY, "forecast_units": _RATE, "actual_cost": _MONEY, "units": _RATE, "uom": pl.String(),
    "units_basis": pl.String(), "revenue": _MONEY, "cost": _MONEY, "basis": pl.String(), "forecast_rate": _RATE, "proposed_rate": _RATE,
    "rate_low": _RATE, "rate_high": _RATE, "rates": pl.Int64(), "true_up": _MONEY,
}  # fmt: skip
_NOTE: Final = (
    "All figures are the fiscal year to date, forecasts as far as its published months. cost and basis are those of R12. "
    "units are the pool's actual ones, else what was billed where all of it has one unit. forecast_rate = forecast cost / forecast "
    "units; proposed_rate = cost / units; rate_low to rate_high are the standard rates and tiers in force on the last day. "
    "true_up = cost - revenue of the group itself: above zero to be charged, below zero to be given back; one group's never pays "
    "for another's, so it has no total."
)


def rate_true_up(published: Published) -> Report:
    """R13 of a month.

    Rows: `groups` one per cost group with revenue or a cost pool, by name, lines without a cost group last.

    Raises:
        ReconciliationError: revenue or true-up are not those of R12, group by group.

    Source: 2 CFR 200 App. V G.4: rates are reviewed and adjusted by each service's own revenue and cost.
    """
    year = year_to_date(published)
    units = {row["cost_group"]: row for row in _units(year).to_dicts()}
    rates = {row["cost_group"]: row for row in _rates_in_force(published).to_dicts()}
    rows = [_row(year, name, found["revenue"], units.get(name, {}), rates.get(name, {})) for name, found in cost_groups(year).items()]
    groups = Section("groups", "Cost groups against forecast", pl.DataFrame(rows, schema=_GROUPS), ("revenue",), _NOTE)
    facts = (
        Fact("fiscal_year", "Fiscal year", year.fiscal_year), Fact("months", "Months to date", len(year.months)),
        Fact("revenue", "Revenue to date", total(groups.frame["revenue"])),
        Fact("to_charge", "Groups to charge more", groups.frame.filter(pl.col("true_up") > 0).height),
        Fact("to_give_back", "Groups to give back", groups.frame.filter(pl.col("true_up") < 0).height),
        Fact("without_rate", "Groups whose proposed rate cannot be said", groups.frame["proposed_rate"].null_count()),
    )  # fmt: skip
    return Report(
        "R13", "rate-true-up", "Recovery against forecast and rate true-up", published.period, facts, (groups,), _foots(published, groups)
    ).checked()


def _units(year: YearToDate) -> pl.DataFrame:
    """What was billed in the units of rates: cost_group, uom, units; both null where a group has several units."""
    counted = year.lines.filter(pl.col("component").is_in(UNIT_COMPONENTS))
    one = pl.col("uom").n_unique() == 1
    return counted.group_by("cost_group").agg(
        uom=pl.when(one).then(pl.col("uom").first()),
        units=pl.when(one & pl.col("uom").first().is_not_null()).then(pl.col("quantity").sum()),
    )


def _rates_in_force(published: Published) -> pl.DataFrame:
    """Standard rates and tiers in force on the last day: cost_group, rate_low, rate_high, rates."""
    day = pl.lit(published.month.last_day)
    is_in_force = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    rates = published.now("dim_rate").filter(is_in_force).select("rate_code", "valid_from", "unit_rate")
    tiers = published.now("dim_rate_tier").select("rate_code", "valid_from", "unit_rate")
    both = pl.concat([rates, tiers.join(rates.drop("unit_rate"), on=["rate_code", "valid_from"], how="semi")])
    groups = published.now("dim_rate_code").select("rate_code", "cost_group")
    known = both.filter(pl.col("unit_rate").is_not_null()).join(groups, on="rate_code", how="inner", validate="m:1")
    return known.group_by("cost_group").agg(
        rate_low=pl.col("unit_rate").min(), rate_high=pl.col("unit_rate").max(), rates=pl.len().cast(pl.Int64)
    )


def _row(year: YearToDate, group: str | None, revenue: Decimal, billed: dict[str, Any], rates: dict[str, Any]) -> dict[str, Any]:
    cost, forecast_cost = year.pool(group, "cost"), year.pool(group, "cost", only_forecast=True)
    forecast_units, counted = year.pool(group, "units", only_forecast=True), year.pool(group, "units")
    units = counted if _is_actual(counted) else Pool(None if billed.get("units") is None else Fraction(billed["units"]), "BILLED")
    known = None if cost.value is None else round_half_away(cost.value)
    return {
        **dict.fromkeys(_GROUPS), **{name: rates.get(name) for name in ("rate_low", "rate_high", "rates")},
        "cost_group": group, "revenue": revenue, "cost": known, "basis": cost.basis,
        "forecast_cost": None if forecast_cost.value is None else round_half_away(forecast_cost.value),
        "forecast_units": None if forecast_units.value is None else round_half_away(forecast_units.value, RATE_PLACES),
        "actual_cost": known if _is_actual(cost) else None,
        "units": None if units.value is None else round_half_away(units.value, RATE_PLACES),
        "uom": billed.get("uom"), "units_basis": None if units.value is None else units.basis,
        "forecast_rate": _rate(forecast_cost, forecast_units), "proposed_rate": _rate(cost, units),
        "true_up": None if known is None else known - revenue,
    }  # fmt: skip


def _is_actual(pool: Pool) -> bool:
    return pool.basis is not None and "FORECAST" not in pool.basis


def _rate(cost: Pool, units: Pool) -> Decimal | None:
    """Dollars a unit, rounded once to the places of a rate; none where either is not known or nothing was counted."""
    if cost.value is None or units.value is None or units.value <= 0:
        return None
    return round_half_away(cost.value / units.value, RATE_PLACES)


def _foots(published: Published, groups: Section) -> tuple[Foot, ...]:
    theirs = recovery(published).section("groups").frame.select("cost_group", _revenue="revenue", _over="over_under")
    both = groups.frame.join(theirs, on="cost_group", how="full", coalesce=True, nulls_equal=True, validate="1:1")
    apart = both.filter(pl.col("true_up").is_not_null() | pl.col("_over").is_not_null()).select(
        _apart=(pl.col("true_up") + pl.col("_over")).abs()
    )
    unlike = apart["_apart"].null_count() + both.filter(pl.col("revenue").ne_missing(pl.col("_revenue"))).height
    return (
        Foot("revenue and that of R12", total(groups.frame["revenue"]), total(theirs["_revenue"])),
        Foot("true-up and what R12 has over or under, group by group", total(apart["_apart"]), NOTHING),
        Foot("groups that R12 has otherwise", Decimal(unlike), Decimal(0)),
    )
