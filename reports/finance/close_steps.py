"""R20, close calendar: when each step of a month's close was planned and done, how late, how often it was run."""

from decimal import Decimal
from typing import Final

import polars as pl

from reports.published import Published
from reports.report import Fact, Foot, Report, Section

_WORKED: Final = ("exceptions", "approvals")  # done decision by decision: more of them is more work, not a second run
_NOT_POSTED: Final = "The month is not posted, so its close is not recorded yet; `cotbill calendar` shows what is planned and done so far."


def close_steps(published: Published) -> Report:
    """R20 of a month.

    Rows: `steps` one per step of the close, none while the month is not posted; `months` one per posted month up to
    this one. days_late are working days after the plan, below zero early; null: not done. The first run of a step is
    no re-run, and a decision on an exception is none either.

    Raises:
        ReconciliationError: the month's steps are not those it is counted with among the months.
    """
    steps = published.now("fact_close_step").sort("step_no")
    months = _months(published.past("fact_close_step"))
    mine = months.filter(pl.col("period") == published.period)
    late = steps.filter(pl.col("days_late") > 0)
    return Report(
        "R20", "close-calendar", "Close calendar", published.period,
        (
            Fact("steps_done", "Steps done", steps["done_at"].count()),
            Fact("steps_late", "Steps late", late.height),
            Fact("days_late", "Working days the close was late", _close_late(steps)),
            Fact("runs", "Runs of steps", int(steps["runs"].sum())),
        ),
        (
            Section("steps", "Steps of the close", _told(steps), ("runs",), "" if steps.height else _NOT_POSTED),
            Section("months", "Closes of the posted months", months, ("steps_late", "reruns")),
        ),
        (
            Foot("steps here and among the months", Decimal(steps.height), Decimal(int(mine["steps"].sum()))),
            Foot("runs here and among the months", Decimal(int(steps["runs"].sum())), Decimal(int(mine["runs"].sum()))),
        ),
    ).checked()  # fmt: skip


def _close_late(steps: pl.DataFrame) -> int | None:
    """How late the last step was; null while it is not done."""
    days = steps["days_late"].tail(1).to_list()
    return days[0] if days else None


def _told(steps: pl.DataFrame) -> pl.DataFrame:
    """The steps as people read them, times as ISO 8601 in UTC: the same columns and text as the file the close writes."""
    done = pl.col("done_at").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return steps.select(
        "step", "what", "planned_on", done_at=done, days_late="days_late", runs="runs", seconds=pl.col("seconds").cast(pl.Decimal(18, 3))
    )


def _months(steps: pl.DataFrame) -> pl.DataFrame:
    last = pl.col("step_no") == pl.col("step_no").max()
    return (
        steps.sort("period", "step_no")
        .group_by("period", maintain_order=True)
        .agg(
            pl.col("planned_on").filter(last).first(),
            pl.col("done_at").filter(last).first().dt.date().alias("done_on"),
            pl.col("days_late").filter(last).first(),
            steps=pl.len().cast(pl.Int64),
            steps_late=(pl.col("days_late") > 0).sum().cast(pl.Int64),
            runs=pl.col("runs").sum(),
            reruns=pl.max_horizontal(pl.col("runs").filter(~pl.col("step").is_in(_WORKED)) - 1, pl.lit(0, pl.Int64)).sum(),
            seconds=pl.col("seconds").sum().cast(pl.Decimal(18, 3)),
        )
    )
