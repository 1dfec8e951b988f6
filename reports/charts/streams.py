"""The streams of charges: this month as a bar, last month as a line across it, the change in figures."""

from decimal import Decimal

import polars as pl

from reports.charts.bars import Bar, Cell, lying
from reports.charts.style import BLUE, MORE, SOFT
from reports.charts.svg import Chart
from reports.charts.words import called, dollars, money, moved, signed
from reports.invoice.families import FAMILIES


def streams(frame: pl.DataFrame, last_month: str | None = None) -> Chart:
    """One bar a stream.

    Args:
        frame: stream, now and, where there is a month before, before: dollars.
        last_month: what the month before is called; null: there is none.
    """
    rows = frame.to_dicts()
    bars = [
        Bar(
            title(row["stream"]),
            row["now"],
            _cells(row["now"], row["before"] if last_month else None),
            BLUE,
            row["before"] if last_month else None,
        )
        for row in rows
    ]
    heads = ("Stream", "Amount $", "Change $") if last_month else ("Stream", "Amount $")
    axis = f"Billed, dollars; the dark line is {last_month}" if last_month else "Billed, dollars"
    return lying(bars, heads, axis, _told(rows, last_month))


def title(stream: str | None) -> str:
    """What people call a stream."""
    return FAMILIES[stream].title if stream in FAMILIES else called(stream) or "No stream"


def _cells(now: Decimal, before: Decimal | None) -> tuple[Cell, ...]:
    if before is None:
        return (Cell(money(now)),)
    change = now - before
    return Cell(money(now)), Cell(signed(change), MORE if change > 0 else BLUE if change < 0 else SOFT)


def _told(rows: list[dict[str, Decimal | str]], last_month: str | None) -> str:
    if not rows:
        return "No stream has a charge this month."
    parts = []
    for row in rows:
        now, before = Decimal(row["now"]), row.get("before")
        against = f", {moved(now - Decimal(before))} than in {last_month}" if last_month and before is not None and now != before else ""
        parts.append(f"{title(str(row['stream']))} {dollars(now)}{against}")
    return f"Billed by stream: {'; '.join(parts)}."
