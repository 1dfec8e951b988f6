"""The bridge from last month's total to this month's: what prices, quantities, new and gone items and one-time charges moved."""

from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, Final

import polars as pl

from reports.charts.style import BLUE, DOLLAR_LABELS, HAIR, INK, MORE, ORANGE, QUIET, SIZE, SMALL, SOFT, fitting, place
from reports.charts.svg import Box, Chart, Record, across, chart, nothing, rects, rules, texts
from reports.charts.words import dollars, listed, moved, signed

EFFECTS: Final = {
    "price_effect": "Prices", "quantity_effect": "Quantities", "new_effect": "New items", "gone_effect": "Items gone",
    "one_time_effect": "One-time charges",
}  # fmt: skip
_BOX: Final = Box(134, left=62, top=28, bottom=46)


def bridge(frame: pl.DataFrame, last_month: str = "Last month", this_month: str = "This month") -> Chart:
    """The two months as levels, the five effects as steps between them. The scale need not start at zero: levels are lines, not bars.

    Args:
        frame: one row: before, price_effect, quantity_effect, new_effect, gone_effect, one_time_effect, now, change; of a
            first month all but `now` null.
    """
    row = frame.row(0, named=True)
    if row["before"] is None:
        return nothing(f"{this_month} came to {dollars(row['now'])}; no month before it is published, so nothing is compared.")
    steps = [row[effect] for effect in EFFECTS]
    levels = list(accumulate(steps, initial=row["before"]))
    return chart(_layers(row, levels, (last_month, *EFFECTS.values(), this_month)), _BOX, _told(row, last_month, this_month))


def _layers(row: dict[str, Decimal], levels: list[Decimal], names: tuple[str, ...]) -> list[Any]:
    import altair as alt

    band = _BOX.width // len(names)
    y, x = _rising(levels), across(_BOX)
    lefts = [n * band for n in range(len(names))]
    boxes, labels = _steps(lefts, levels, band)
    ends = [(lefts[0], row["before"]), (lefts[-1], row["now"])]
    levels_drawn = [{"x": left + 6, "x2": left + band - 6, "v": place(level)} for left, level in ends]
    links = [{"x": left + band - 12, "x2": left + band + 12, "v": place(level)} for left, level in zip(lefts, levels, strict=False)]
    totals: list[Record] = [{"x": left + band // 2, "v": place(level), "text": dollars(level), "shade": INK} for left, level in ends]
    shades = [INK, *[SOFT] * (len(names) - 2), INK]
    captions = [{"x": left + band // 2, "text": name, "shade": shade} for left, name, shade in zip(lefts, names, shades, strict=True)]
    size = fitting([each["text"] for each in totals + labels], band - 4, SIZE, bold=True)
    return [
        rules(links, x, y, x2="x2", color=QUIET, strokeWidth=1),
        rects(boxes, x, y, y2="v2"),
        rules(levels_drawn, x, y, x2="x2", color=INK, strokeWidth=3),
        texts(labels, x, y, "center", dy=-9, fontSize=size),
        texts(totals, x, y, "center", bold=True, dy=-11, fontSize=size),
        texts(captions, x, alt.value(_BOX.height + 16), "center", fontSize=fitting(list(names), band - 4, SMALL)),
        texts([{"text": _axis_words(levels), "shade": SOFT}], alt.value(6), alt.value(_BOX.height + 38), fontSize=SMALL),
    ]


def _steps(lefts: list[int], levels: list[Decimal], band: int) -> tuple[list[Record], list[Record]]:
    """The five effects as areas from level to level, and their labels."""
    boxes: list[Record] = []
    labels: list[Record] = []
    for left, (start, stop) in zip(lefts[1:], pairwise(levels), strict=False):
        shade, ink = (ORANGE, MORE) if stop > start else (BLUE, BLUE) if stop < start else (QUIET, SOFT)
        boxes.append({"x": left + 12, "x2": left + band - 12, "v": place(start), "v2": place(stop), "shade": shade})
        labels.append({"x": left + band // 2, "v": place(max(start, stop)), "text": signed(stop - start), "shade": ink})
    return boxes, labels


def _ends(levels: list[Decimal]) -> tuple[Decimal, Decimal]:
    """The scale of dollars is no wider than the steps are, so that they can be seen."""
    low, high = min(levels), max(levels)
    high = high if high > low else low + 1
    return low - (high - low) / 8, high


def _axis_words(levels: list[Decimal]) -> str:
    low, high = _ends(levels)
    return "Billed, dollars" if low <= 0 <= high else "Billed, dollars; the scale does not start at zero"


def _rising(levels: list[Decimal]) -> Any:
    import altair as alt

    low, high = _ends(levels)
    axis = alt.Axis(
        orient="left",
        title=None,
        tickCount=3,
        labelExpr=DOLLAR_LABELS,
        labelPadding=8,
        grid=False,
        ticks=True,
        tickColor=HAIR,
        domain=True,
        domainColor=HAIR,
    )
    scale = alt.Scale(domain=[place(low), place(high)], range=[_BOX.height, 0], nice=False, zero=False)
    return alt.Y("v:Q", scale=scale, axis=axis)


def _told(row: dict[str, Decimal], last_month: str, this_month: str) -> str:
    parts = [f"{words.lower()} {signed(row[effect])}" for effect, words in EFFECTS.items()]
    return (
        f"From {dollars(row['before'])} in {last_month} to {dollars(row['now'])} in {this_month}, {moved(row['change'])}: {listed(parts)}."
    )
