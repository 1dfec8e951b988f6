"""What waits, by how long it has waited: four ages, the oldest in orange."""

from decimal import Decimal
from typing import Final

import polars as pl

from reports.charts.bars import Bar, Cell, lying
from reports.charts.style import BLUE, INK, MORE, ORANGE, QUIET, SOFT
from reports.charts.svg import Chart
from reports.charts.words import dollars, listed, money, percent
from reports.footing import NOTHING, total

AGES: Final = {"days_0_30": "0–30 days", "days_31_60": "31–60 days", "days_61_90": "61–90 days", "days_over_90": "over 90 days"}
_SHADES: Final = {"days_0_30": QUIET, "days_31_60": QUIET, "days_61_90": BLUE, "days_over_90": ORANGE}


def ageing(frame: pl.DataFrame) -> Chart:
    """One bar an age.

    Args:
        frame: days_0_30, days_31_60, days_61_90, days_over_90: dollars, any number of rows, which are added up.
    """
    sums = {age: total(frame[age]) for age in AGES}
    whole = sum(sums.values(), NOTHING)
    has_credit = any(value < 0 for age in AGES for value in frame[age].drop_nulls().to_list())
    bars = [Bar(AGES[age], value, _cells(age, value, None if has_credit else whole), _SHADES[age]) for age, value in sums.items()]
    parts = [f"{AGES[age]} {dollars(value)}" for age, value in sums.items()]
    net = ", held credits taken off" if has_credit else ""
    alt = f"Held by age{net}, {dollars(whole)} in all: {listed(parts)}."
    return lying(bars, ("Age", "Held $", "Share"), f"Held and not billed, dollars{net}", alt)


def _cells(age: str, value: Decimal, whole: Decimal | None) -> tuple[Cell, ...]:
    """Dollars and their share; a whole that credits were taken off has no shares."""
    is_old = age == "days_over_90" and value != 0
    return Cell(money(value), MORE if is_old else INK), Cell("–" if whole is None else percent(value, whole), SOFT)
