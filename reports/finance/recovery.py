"""R12, over and under recovery: what each cost group earned and cost this fiscal year, and its reserve in days of cost."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import polars as pl

from billing.money import round_half_away
from reports.finance.year_to_date import YearToDate, cost_groups, year_to_date
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section

RESERVE_DAYS: Final = 60
_DAY_PLACES: Final = 1
_MOST_DAYS: Final = 10**9  # more days than this say only that there is next to no cost
_GROUPS: Final[dict[str, pl.DataType]] = {
    "cost_group": pl.String(), "revenue": pl.Decimal(18, 2), "cost": pl.Decimal(18, 2), "over_under": pl.Decimal(18, 2),
    "reserve_days": pl.Decimal(18, 6), "reserve_limit": pl.Decimal(18, 2), "over_limit": pl.Decimal(18, 2), "state": pl.String(),
    "basis": pl.String(), "months": pl.Int64(), "days": pl.Int64(),
}  # fmt: skip
_MONTHS: Final[dict[str, pl.DataType]] = {
    "period": pl.String(), "cost_group": pl.String(), "revenue": pl.Decimal(18, 2), "cost": pl.Decimal(18, 2), "basis": pl.String(),
}  # fmt: skip
_NOTE: Final = (
    "Each cost group stands alone: what one earned too much never pays for what another earned too little, so over_under "
    "has no total. reserve_days is over_under in days of cost; reserve_limit is 60 days of cost; over_limit what is beyond it. "
    "A reserve brought in from earlier fiscal years is in no table and not counted. basis says where the cost comes from: "
    "ACTUAL of the months, twelfths of the year's ACTUAL or FORECAST figure. Months that are not published are left out of both sides."
)


def recovery(published: Published) -> Report:
    """R12 of a month: the fiscal year to date.

    Rows: `groups` one per cost group with revenue or a cost pool, by name, lines without a cost group last; `months` one
    per cost group and published month. over_under = revenue - cost. NO_COST: some month has no cost, so nothing is said.

    Raises:
        ReconciliationError: the revenue does not foot to the lines, or to the invoices, of the fiscal year to date.

    Source: 2 CFR 200 App. V G.1-G.4: each billed central service accounts for its own revenue, cost and profit or loss,
    and a working capital reserve of up to 60 days of cash expenses is reasonable; HHS DAB 1876: services never offset
    one another.
    """
    year = year_to_date(published)
    rows = [_row(year, name, found["revenue"]) for name, found in cost_groups(year).items()]
    note = f"{_NOTE} Not published: {', '.join(year.missing)}." if year.missing else _NOTE
    groups = Section(
        "groups", f"Cost groups, fiscal year {year.fiscal_year} to date", pl.DataFrame(rows, schema=_GROUPS), ("revenue",), note
    )
    months = Section("months", "Cost groups by month", _months(year), ("revenue",))
    states = groups.frame["state"].to_list()
    facts = (
        Fact("fiscal_year", "Fiscal year", year.fiscal_year), Fact("months", "Months to date", len(year.months)),
        Fact("days", "Days to date", year.days), Fact("missing_months", "Months not published", ", ".join(year.missing) or None),
        Fact("revenue", "Revenue to date", total(groups.frame["revenue"])),
        *(Fact(name.lower(), label, states.count(name)) for name, label in _STATES.items()),
    )  # fmt: skip
    return Report(
        "R12",
        "recovery",
        "Over and under recovery by cost group",
        published.period,
        facts,
        (groups, months),
        _foots(published, year, groups, months),
    ).checked()


_STATES: Final = {
    "OVER_LIMIT": "Groups above 60 days of reserve", "WITHIN": "Groups within 60 days", "UNDER": "Groups under cost",
    "NO_COST": "Groups without a known cost",
}  # fmt: skip


def _row(year: YearToDate, group: str | None, revenue: Decimal) -> dict[str, Any]:
    """One group: cost is rounded once, and days and state are judged by the exact cost."""
    pool = year.pool(group, "cost")
    row: dict[str, Any] = {**dict.fromkeys(_GROUPS), "cost_group": group, "revenue": revenue, "state": "NO_COST"}
    row |= {"months": len(year.months), "days": year.days}
    if pool.value is None:
        return row
    over, limit = Fraction(revenue) - pool.value, pool.value * RESERVE_DAYS / year.days
    cost = round_half_away(pool.value)
    state = "UNDER" if over < 0 else "OVER_LIMIT" if over > limit else "WITHIN"
    return row | {
        "cost": cost, "over_under": revenue - cost, "state": state, "basis": pool.basis, "reserve_limit": round_half_away(limit),
        "reserve_days": _days(over * year.days, pool.value),
        "over_limit": round_half_away(max(over - limit, Fraction(0))),
    }  # fmt: skip


def _days(over_days: Fraction, cost: Fraction) -> Decimal | None:
    """What is over in days of cost, over / (cost / days); none where there is next to no cost to count in."""
    if cost <= 0 or abs(over_days) > _MOST_DAYS * cost:
        return None
    return round_half_away(over_days / cost, _DAY_PLACES)


def _months(year: YearToDate) -> pl.DataFrame:
    sums = year.lines.group_by("period", "cost_group").agg(pl.col("amount").sum())
    earned = {(row["period"], row["cost_group"]): row["amount"] for row in sums.to_dicts()}
    rows = []
    for month in year.months:
        alone = YearToDate(year.fiscal_year, (month,), (), year.lines, year.pools)
        for group in cost_groups(year):
            pool = alone.pool(group, "cost")
            cost = None if pool.value is None else round_half_away(pool.value)
            rows.append(
                {"period": month, "cost_group": group, "revenue": earned.get((month, group), NOTHING), "cost": cost, "basis": pool.basis}
            )
    return pl.DataFrame(rows, schema=_MONTHS)


def _foots(published: Published, year: YearToDate, groups: Section, months: Section) -> tuple[Foot, ...]:
    """The revenue against the lines and, by another road, against the invoices of the same months."""
    invoices = published.past("fact_invoice", ["period", "amount"], 12).filter(pl.col("period").is_in(year.months))
    revenue = total(groups.frame["revenue"])
    return (
        Foot("revenue and the lines of the fiscal year to date", revenue, total(year.lines["amount"])),
        Foot("revenue and the invoices of the fiscal year to date", revenue, total(invoices["amount"])),
        Foot("revenue of the months and of the groups", total(months.frame["revenue"]), revenue),
    )
