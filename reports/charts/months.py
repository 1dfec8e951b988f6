"""Thirteen months of a total: a column a month, this month dark, a month that is not there left open."""

from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.periods import Period
from reports.charts.style import BLUE, DOLLAR_LABELS, INK, QUIET, SMALL, SOFT, fitting, place
from reports.charts.svg import Box, Chart, Record, across, chart, nothing, rects, texts
from reports.charts.words import dollars, listed, month_name, month_short, short

MONTHS_SHOWN: Final = 13
_BOX: Final = Box(124, left=58, top=26, bottom=26)
_BELOW: Final = 14  # for the labels of columns that hang
_NOTHING: Final = Decimal(0)


def months(frame: pl.DataFrame) -> Chart:
    """One column a month, up to the last 13.

    Args:
        frame: period and amount, a row a month; months without a row are gaps.
    """
    known = {row["period"]: row["amount"] for row in frame.select("period", "amount").sort("period").to_dicts()}
    if not known:
        return nothing("No month is published yet.")
    last = Period.parse(max(known))
    first = Period.parse(max(min(known), str(last.shift(1 - MONTHS_SHOWN))))
    shown = [str(first.shift(n)) for n in range(last.months_since(first) + 1)]
    return chart(_layers(shown, known), _BOX, _told(shown, known))


def _layers(shown: list[str], known: dict[str, Decimal]) -> list[Any]:
    import altair as alt

    ends = [_NOTHING, *(known[period] for period in shown if period in known)]
    low, high = min(ends), max(ends)
    domain = [place(low), place(high if high > low else low + 1)]
    axis = alt.Axis(orient="left", title=None, tickCount=3, labelExpr=DOLLAR_LABELS, labelPadding=8, grid=True)
    y = alt.Y("v:Q", scale=alt.Scale(domain=domain, range=[_BOX.height - (_BELOW if low < 0 else 0), 0], nice=False, zero=True), axis=axis)
    band = _BOX.width // MONTHS_SHOWN
    step = [n * band for n in range(len(shown))]
    columns: list[Record] = []
    labels: list[Record] = []
    names: list[Record] = []
    for left, period in zip(step, shown, strict=True):
        middle = left + band // 2
        is_last = period == shown[-1]
        names.append({"x": middle, "text": month_short(period), "shade": INK if is_last else SOFT})
        if period in known:
            value = known[period]
            columns.append({"x": left + 5, "x2": left + band - 5, "v": 0, "v2": place(value), "shade": BLUE if is_last else QUIET})
            labels.append({"x": middle, "v": place(value), "text": short(value), "shade": INK if is_last else SOFT})
    groups = [(labels[:-1], False, False), (labels[:-1], False, True), (labels[-1:], True, False), (labels[-1:], True, True)]
    size = fitting([row["text"] for row in labels], band - 2, SMALL, bold=True)
    return [
        rects(columns, across(_BOX), y, y2="v2"),
        *(
            texts(found, across(_BOX), y, "center", bold=is_last, dy=9 if below else -8, fontSize=size)
            for some, is_last, below in groups
            if (found := [row for row in some if (row["v"] < 0) == below])
        ),
        texts(names, across(_BOX), alt.value(_BOX.height + 16), "center", fontSize=SMALL),
    ]


def _told(shown: list[str], known: dict[str, Decimal]) -> str:
    parts = [f"{month_name(period)} {dollars(known[period])}" if period in known else f"{month_name(period)} not known" for period in shown]
    return f"Billed a month: {listed(parts)}."
