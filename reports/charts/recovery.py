"""Over and under recovery, a cost group a bar: each beside its own limit of 60 days of cost, and none set against another."""

from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.money import round_half_away
from reports.charts.bars import Bar, Cell, lying
from reports.charts.style import INK, MORE, ORANGE, QUIET, SOFT
from reports.charts.svg import Chart
from reports.charts.words import called, dollars, signed
from reports.figures import MINUS

STATES: Final = {"OVER_LIMIT": "over the limit", "WITHIN": "within", "UNDER": "under", "NO_COST": "no cost known"}


def recovery(groups: pl.DataFrame) -> Chart:
    """One bar a cost group: what its revenue is over or under its cost, fiscal year to date.

    Args:
        groups: cost_group, over_under, reserve_days, reserve_limit, state.
    """
    rows = groups.to_dicts()
    bars = [
        Bar(_name(row), row["over_under"], _cells(row), ORANGE if row["state"] == "OVER_LIMIT" else QUIET, row["reserve_limit"])
        for row in rows
    ]
    heads = ("Cost group", "Over or under $", "Days of cost", "State")
    return lying(bars, heads, "Revenue less cost, fiscal year to date, dollars; the dark line is 60 days of cost", _told(rows))


def _name(row: dict[str, Any]) -> str:
    return called(row["cost_group"]) or "no cost group"


def _cells(row: dict[str, Any]) -> tuple[Cell, ...]:
    is_over = row["state"] == "OVER_LIMIT"
    value: Decimal | None = row["over_under"]
    figure = "–" if value is None else signed(value)
    return Cell(figure, MORE if is_over else INK), Cell(days(row["reserve_days"]), SOFT), Cell(_state(row), MORE if is_over else INK)


def days(value: Decimal | int | None) -> str:
    """Days of cost to a tenth, as the report has them; a dash where there are none."""
    if value is None:
        return "–"
    tenths = round_half_away(value, 1)
    return f"{MINUS if tenths < 0 else ''}{abs(tenths):,f}"


def _state(row: dict[str, Any]) -> str:
    return STATES.get(row["state"], called(row["state"]))


def _told(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No cost group has revenue or cost yet this fiscal year."
    parts = []
    for row in rows:
        value, limit = row["over_under"], row["reserve_limit"]
        words = "not known" if value is None else f"{dollars(abs(value))} {'under' if value < 0 else 'over'} cost"
        against = "" if limit is None else f", limit {dollars(limit)}"
        parts.append(f"{_name(row)} {words}{against}, {_state(row)}")
    return f"Recovery by cost group, fiscal year to date, none set against another: {'; '.join(parts)}."
