"""Who makes up the month: the largest first, each with what it and all above it are of the whole."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

import polars as pl

from reports.charts.bars import Bar, Cell, lying
from reports.charts.style import BLUE, INK, SOFT
from reports.charts.svg import Chart
from reports.charts.words import called, dollars, listed, money, percent
from reports.figures import count
from reports.footing import NOTHING, total

MOST: Final = 12


def pareto(
    frame: pl.DataFrame, name: str = "agency_name", amount: str = "amount", what: str = "agency agencies", most: int = MOST
) -> Chart:
    """The rows of a report by dollars, the largest first, the others as one row of figures that says how many they are.

    Args:
        frame: a column of names and one of dollars; any number of rows, credits too.
        what: what a row is, one and many.
    """
    one, many = what.split()
    rows = ranked(frame, name, amount)
    whole = total(frame[amount])
    shown = rows if len(rows) <= most + 1 else rows[:most]
    rest = rows[len(shown) :]
    found = [(called(row[name]) or "no name", row[amount]) for row in shown]
    found += [(f"and {len(rest):,} more", sum((row[amount] for row in rest), NOTHING))] if rest else []
    sums = list(accumulate(value for _, value in found))
    bars = [
        Bar(words, None if rest and n == len(found) - 1 else value, _cells(value, so_far, whole), BLUE)
        for n, ((words, value), so_far) in enumerate(zip(found, sums, strict=True))
    ]
    heads = (one.capitalize(), "Amount $", "Share", "Together")
    return lying(bars, heads, "Billed this month, dollars", _told(found, sums, whole, count(len(rows), one, many)))


def ranked(frame: pl.DataFrame, name: str, amount: str) -> list[dict[str, Any]]:
    """The rows by dollars, the largest first; equals by name."""
    return frame.select(name, amount).sort([pl.col(amount), pl.col(name)], descending=[True, False], nulls_last=True).to_dicts()


def _cells(value: Decimal, so_far: Decimal, whole: Decimal) -> tuple[Cell, ...]:
    return Cell(money(value)), Cell(percent(value, whole), SOFT), Cell(percent(so_far, whole), INK)


def _told(found: Sequence[tuple[str, Decimal]], sums: Sequence[Decimal], whole: Decimal, how_many: str) -> str:
    if not found:
        return "No amounts this month."
    parts = [
        f"{words} {dollars(value)} ({percent(so_far, whole)} with those before)" for (words, value), so_far in zip(found, sums, strict=True)
    ]
    return f"{how_many}, {dollars(whole)} in all, the largest first: {listed(parts)}."
