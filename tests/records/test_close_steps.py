"""R20: planned and real time of each step, how late, how often again."""

import datetime as dt

import polars as pl

from billing.close_calendar import EVENTS, calendar_rows
from billing.periods import Period
from reports.close_calendar import calendar_files, told
from reports.finance.close_steps import close_steps
from reports.tabular import csv_bytes
from tests.records.world import month, rows, table

STEPS = """
period  | step_no | step    | what               | planned_on | done_at             | days_late | runs | seconds
2026-08 | 1       | load    | load               | 2026-09-02 | 2026-09-01T15:00:00 | -1        | 1    | 2.000000
2026-08 | 2       | close   | close              | 2026-09-15 | 2026-09-15T20:00:00 | 0         | 1    | 1.500000
2026-09 | 1       | load    | load               | 2026-10-02 | 2026-10-05T15:00:00 | 1         | 3    | 4.250000
2026-09 | 4       | close   | close              | 2026-10-15 | 2026-10-19T20:00:00 | 2         | 2    | 1.000000
2026-09 | 2       | exceptions | work            | 2026-10-06 | 2026-10-06T20:00:00 | 0         | 31   |
2026-09 | 3       | reports | reports            | 2026-10-14 |                     |           | 0    |
"""


def test_steps_late_and_run_again_are_counted():
    report = close_steps(month("2026-09", earlier=("2026-08",), fact_close_step=table("fact_close_step", STEPS)))

    facts = {fact.name: fact.value for fact in report.facts}
    assert facts == {"steps_done": 3, "steps_late": 2, "days_late": 2, "runs": 36}
    assert rows(report.section("months").frame, "period", "done_on", "days_late", "steps_late", "runs", "reruns", "seconds") == [
        ("2026-08", "2026-09-15", "0", "0", "2", "0", "3.500"),
        ("2026-09", "2026-10-19", "2", "2", "36", "3", "5.250"),
    ]
    assert rows(report.section("steps").frame, "step", "done_at", "seconds")[2:] == [
        ("reports", "", ""),
        ("close", "2026-10-19T20:00:00+00:00", "1.000"),
    ]


def test_an_open_month_has_no_steps_and_says_so():
    report = close_steps(month("2026-10", earlier=("2026-08", "2026-09"), fact_close_step=table("fact_close_step", STEPS)))

    assert report.section("steps").frame.is_empty()
    assert "not posted" in report.section("steps").note
    assert report.section("months").frame["period"].to_list() == ["2026-08", "2026-09"]


def test_the_table_is_the_file_that_the_close_writes():
    at = dt.datetime(2026, 10, 6, 14, 0, 1, tzinfo=dt.UTC)
    events = pl.DataFrame([{"step": "load", "first_at": at, "last_at": at, "runs": 2, "seconds": None}], schema=EVENTS)
    calendar = calendar_rows(Period.parse("2026-09"), events)
    steps = told(calendar).with_columns(
        period=pl.lit("2026-09"), done_at=calendar["done_at"].dt.replace_time_zone(None), step_no=pl.int_range(pl.len(), dtype=pl.Int64)
    )  # fmt: skip

    report = close_steps(month("2026-09", fact_close_step=steps))

    assert csv_bytes(report.sections[0].frame) == calendar_files("2026-09", calendar)["R20-close-calendar.csv"]
