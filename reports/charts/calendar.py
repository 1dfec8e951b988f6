"""The close, a step a line: when it was planned, when it was done, in orange what was late."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from billing.close_calendar import office_day
from reports.charts.style import BLUE, HAIR, INK, MORE, ORANGE, SMALL, SOFT, WIDTH, width
from reports.charts.svg import Box, Chart, across, chart, down, nothing, points, rules, texts
from reports.charts.words import called
from reports.figures import MONTHS, count

_HEAD, _ROW, _FOOT = 22, 24, 22
_SIDE: Final = 40
_MOST_DAYS: Final = 60
_NO_DAY: Final = dt.date(2000, 1, 1)
_LATE: Final = "Working days"


def calendar(steps: pl.DataFrame) -> Chart:
    """One line a step.

    Args:
        steps: what, planned_on and done_at (null: not done yet), days_late in working days.
    """
    rows = [_read(row) for row in steps.to_dicts()]
    if not rows:
        return nothing("No step of the close has been recorded yet.")
    box = Box(_ROW * len(rows), top=_HEAD, bottom=_FOOT)
    return chart(_layers(rows, box), box, _told(rows))


def _read(row: dict[str, Any]) -> dict[str, Any]:
    done = row["done_at"]
    if isinstance(done, str):
        done = dt.datetime.fromisoformat(done)
    if done is not None and done.tzinfo is None:
        done = done.replace(tzinfo=dt.UTC)
    late = row["days_late"]
    return {
        "what": called(row["what"]), "planned": row["planned_on"], "done": None if done is None else office_day(done),
        "late": late, "words": _words(late), "is_late": late is not None and late > 0,
    }  # fmt: skip


def _words(late: int | None) -> str:
    if late is None:
        return "not done"
    if late == 0:
        return "on its day"
    return f"{count(abs(late), 'day')} {'late' if late > 0 else 'early'}"


def _layers(rows: list[dict[str, Any]], box: Box) -> list[Any]:
    import altair as alt

    days = [day for row in rows for day in (row["planned"], row["done"]) if day is not None]
    start = max(width(row["what"]) for row in rows) + _SIDE
    stop = WIDTH - max(*(width(row["words"]) for row in rows), width(_LATE)) - _SIDE
    along = _Days(min(days, default=_NO_DAY), max(days, default=_NO_DAY), start, stop)
    y, x = down(box), across(box)
    for n, row in enumerate(rows):
        row["y"] = _ROW * n + _ROW // 2
    head = [(0, "left", "Step"), (WIDTH, "right", _LATE)]
    found = [texts([{"y": -12, "text": words, "shade": SOFT}], alt.value(edge), y, side, fontSize=SMALL) for edge, side, words in head]
    ticks = [{"x": along.at(day), "y": 0, "y2": box.height, "text": _day(day), "shade": SOFT} for day in along.weeks()]
    found.append(rules(ticks, x, y, y2="y2", color=HAIR, strokeWidth=1))
    found.append(texts([tick | {"y": -12} for tick in ticks], x, y, "center", fontSize=SMALL))
    found += _marks(rows, along, x, y)
    found.append(texts([{"y": row["y"], "text": row["what"], "shade": INK} for row in rows], alt.value(0), y))
    shades = [{"y": row["y"], "text": row["words"], "shade": MORE if row["is_late"] else INK} for row in rows]
    found.append(texts(shades, alt.value(WIDTH), y, "right"))
    foot = [{"y": box.height + 12, "text": "Ring: planned. Dot: done.", "shade": SOFT}]
    return [*found, texts(foot, alt.value(start), y, fontSize=SMALL)]


@dataclass(frozen=True)
class _Days:
    """Days along the chart, from the first to the last."""

    first: dt.date
    last: dt.date
    start: int
    stop: int

    def at(self, day: dt.date) -> int:
        """Where a day stands."""
        return self.start + (self.stop - self.start) * (day - self.first).days // max((self.last - self.first).days, 1)

    def weeks(self) -> list[dt.date]:
        """The first day and each seventh after it; of a long close only as many as have room for their names."""
        step = 7 * (1 + (self.last - self.first).days // _MOST_DAYS)
        return [self.first + dt.timedelta(days=n) for n in range(0, (self.last - self.first).days + 1, step)]


def _marks(rows: list[dict[str, Any]], along: _Days, x: Any, y: Any) -> list[Any]:
    """Lines from plan to deed, a ring where it was planned, a dot where it was done."""
    found = []
    for is_late, shade in ((False, BLUE), (True, ORANGE)):
        done = [row for row in rows if row["done"] and row["planned"] and row["is_late"] == is_late]
        links = [{"x": along.at(row["planned"]), "x2": along.at(row["done"]), "y": row["y"]} for row in done]
        found += [rules(links, x, y, x2="x2", color=shade, strokeWidth=2)] if links else []
    rings = [{"x": along.at(row["planned"]), "y": row["y"]} for row in rows if row["planned"]]
    found.append(points(rings, x, y, size=76, stroke=INK, fill="#ffffff", strokeWidth=1))
    for is_late, shade in ((False, BLUE), (True, ORANGE)):
        dots = [{"x": along.at(row["done"]), "y": row["y"]} for row in rows if row["done"] and row["is_late"] == is_late]
        found += [points(dots, x, y, size=34, filled=True, color=shade)] if dots else []
    return found


def _day(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def _told(rows: list[dict[str, Any]]) -> str:
    parts = [f"{row['what']} planned {_day(row['planned'])}, {_done(row)}" for row in rows if row["planned"]]
    return f"The close by step: {'; '.join(parts)}."


def _done(row: dict[str, Any]) -> str:
    return "not done" if row["done"] is None else f"done {_day(row['done'])}, {row['words']}"
