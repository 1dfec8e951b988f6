"""R20, the close calendar: when each step of a month's close was planned and done, how late, and how often it was run."""

from typing import Final

import polars as pl

from billing.close_calendar import STEPS
from reports.tabular import csv_bytes, json_bytes, rows

NAME: Final = "R20-close-calendar"
_WHAT: Final = {step.step: step.what for step in STEPS}


def calendar_files(period: str, calendar: pl.DataFrame) -> dict[str, bytes]:
    """The calendar's CSV and JSON by file name.

    Args:
        calendar: CLOSE_CALENDAR.
    """
    frame = told(calendar)
    late = frame.filter(pl.col("days_late") > 0)["step"].to_list()
    document = {
        "report": "R20", "title": "Close calendar", "period": period, "steps_late": late, "runs": int(frame["runs"].sum()),
        "steps": rows(frame),
    }  # fmt: skip
    return {f"{NAME}.csv": csv_bytes(frame), f"{NAME}.json": json_bytes(document)}


def told(calendar: pl.DataFrame) -> pl.DataFrame:
    """The calendar as people read it: each step with what it is, times as ISO 8601 in UTC."""
    done = calendar["done_at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    what = calendar["step"].replace_strict(_WHAT, return_dtype=pl.String)
    return calendar.select("step", "planned_on", "days_late", "runs", "seconds", done_at=done, what=what).select(
        "step", "what", "planned_on", "done_at", "days_late", "runs", "seconds"
    )
