"""Bars that lie one below another, as a table reads: the name at the left, the bar, the figures in columns at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, Final

from reports.charts.style import DOLLAR_LABELS, INK, LEADING, SMALL, SOFT, WIDTH, place, width, wrapped
from reports.charts.svg import Box, Chart, chart, down, nothing, rects, rules, texts

_HEAD: Final = 22
_FOOT: Final = 44
_GAP: Final = 18
_SIDE: Final = 26  # beside the bars, for the labels of the axis
_MOST_NAME: Final = 236
_THICK: Final = 13
_AIR: Final = 10
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True)
class Cell:
    """One figure beside a bar."""

    text: str
    shade: str = INK


@dataclass(frozen=True)
class Bar:
    """One row: its bar from zero to `value` (null: none), a line across it at `mark`."""

    name: str
    value: Decimal | None
    cells: tuple[Cell, ...]
    shade: str
    mark: Decimal | None = None


@dataclass(frozen=True)
class _Places:
    """Where everything stands."""

    lines: list[list[str]]  # of each name
    tops: list[int]
    middles: list[int]
    height: int
    start: int
    stop: int
    rights: list[int]  # of each column of figures


def lying(bars: Sequence[Bar], heads: Sequence[str], axis: str, alt: str) -> Chart:
    """The chart.

    Args:
        heads: over the names, then over each column of figures.
        axis: what the bars measure, with its unit.
    """
    if not bars:
        return nothing(alt)
    places = _placed(bars, heads)
    box = Box(places.height, top=_HEAD, bottom=_FOOT)
    y = down(box)
    return chart([_bars(bars, places, axis, y), *_marks(bars, places, y), *_words(bars, heads, places, y)], box, alt)


def _placed(bars: Sequence[Bar], heads: Sequence[str]) -> _Places:
    lines = [wrapped(bar.name, _MOST_NAME) for bar in bars]
    names = max([width(line) for some in lines for line in some] + [width(heads[0], SMALL)], default=0)
    columns = [
        max([width(bar.cells[n].text) for bar in bars] + [width(head, SMALL)]) for n, head in enumerate(heads[1:])
    ]  # fmt: skip
    rights = [WIDTH - after for after in accumulate(reversed([each + _GAP for each in columns]), initial=0)][:-1][::-1]
    heights = [len(some) * LEADING + _AIR for some in lines]
    tops = list(accumulate(heights, initial=0))
    middles = [(top + bottom) // 2 for top, bottom in pairwise(tops)]
    used = sum(columns) + _GAP * len(columns)
    return _Places(lines, tops, middles, tops[-1], names + _SIDE, max(WIDTH - used - _SIDE + _GAP, names + 2 * _SIDE), rights)


def _scale(bars: Sequence[Bar], places: _Places) -> Any:
    import altair as alt

    ends = [_NOTHING, *(end for bar in bars for end in (bar.value, bar.mark) if end is not None)]
    low, high = min(ends), max(ends)
    domain = [place(low), place(high if high > low else low + 1)]
    return alt.Scale(domain=domain, range=[places.start, places.stop], nice=False, zero=True)


def _bars(bars: Sequence[Bar], places: _Places, axis: str, y: Any) -> Any:
    import altair as alt

    rows = [
        {"x": 0, "x2": place(bar.value), "y": middle - _THICK // 2, "y2": middle + _THICK - _THICK // 2, "shade": bar.shade}
        for bar, middle in zip(bars, places.middles, strict=True)
        if bar.value is not None
    ]
    rows = rows or [{"x": 0, "x2": 0, "y": 0, "y2": 0, "shade": SOFT}]
    is_flat = not any(row["x2"] for row in rows) and not any(bar.mark for bar in bars)
    ticks = alt.Axis(
        orient="bottom", title=axis, titleAnchor="start", titleAlign="left", titleX=places.start, titleY=34,
        titleBaseline="middle", tickCount=3, labelExpr=DOLLAR_LABELS, labelPadding=6, labelFlush=False,
        grid=True, values=[0] if is_flat else alt.Undefined,
    )  # fmt: skip
    return rects(rows, alt.X("x:Q", scale=_scale(bars, places), axis=ticks), y)


def _marks(bars: Sequence[Bar], places: _Places, y: Any) -> list[Any]:
    import altair as alt

    rows = [
        {"x": place(bar.mark), "y": middle - _THICK // 2 - 4, "y2": middle + _THICK - _THICK // 2 + 4}
        for bar, middle in zip(bars, places.middles, strict=True)
        if bar.mark is not None
    ]
    return [rules(rows, alt.X("x:Q", scale=_scale(bars, places)), y, y2="y2", color=INK, strokeWidth=2)] if rows else []


def _words(bars: Sequence[Bar], heads: Sequence[str], places: _Places, y: Any) -> list[Any]:
    import altair as alt

    edges = [0, *places.rights]
    found = [
        texts([{"y": -12, "text": head, "shade": SOFT}], alt.value(edge), y, "right" if edge else "left", fontSize=SMALL)
        for head, edge in zip(heads, edges, strict=True)
    ]
    names = [
        {"y": middle + (2 * n - len(some) + 1) * LEADING // 2, "text": line, "shade": INK}
        for some, middle in zip(places.lines, places.middles, strict=True)
        for n, line in enumerate(some)
    ]
    found.append(texts(names, alt.value(0), y))
    for n, edge in enumerate(places.rights):
        rows = [
            {"y": middle, "text": bar.cells[n].text, "shade": bar.cells[n].shade}
            for bar, middle in zip(bars, places.middles, strict=True)
        ]  # fmt: skip
        found.append(texts(rows, alt.value(edge), y, "right"))
    return found
