"""The close calendar (report R20): when each step of a month's close is planned, when it was done, how late."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import conform
from billing.periods import Period
from billing.working_days import working_days, working_days_late

ZONE: Final = "America/New_York"  # Frankfort's; the day on which a step was done is a day there

EVENTS: Final[dict[str, pl.DataType]] = {
    "step": pl.String(),
    "first_at": pl.Datetime("us", "UTC"),
    "last_at": pl.Datetime("us", "UTC"),
    "runs": pl.Int64(),
    "seconds": pl.Decimal(18, 3),  # of all runs together
}
CLOSE_CALENDAR: Final[dict[str, pl.DataType]] = {
    "step": pl.String(),
    "planned_on": pl.Date(),
    "done_at": pl.Datetime("us", "UTC"),  # null: not done
    "days_late": pl.Int64(),  # working days after the plan, below zero when early; null: not done
    "runs": pl.Int64(),
    "seconds": pl.Decimal(18, 3),
}


def office_day(at: dt.datetime) -> dt.date:
    """The day it is in Frankfort at a moment."""
    found: dt.date = pl.Series([at.astimezone(dt.UTC)], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(ZONE).dt.date()[0]
    return found


@dataclass(frozen=True)
class Step:
    """One step of the close and the working day of the following month by which it is done."""

    step: str
    working_day: int
    what: str


STEPS: Final = (
    Step("cutoff", 1, "cut-off of feeds"),
    Step("load", 2, "load and file checks"),
    Step("exceptions", 4, "exception work, from working day 3"),
    Step("trial", 5, "trial bill and variance review"),
    Step("approvals", 6, "approvals"),
    Step("final_bill", 7, "final bill, invoices and detail files"),
    Step("interface", 8, "accounting interface"),
    Step("reports", 9, "reports to Financial Management"),
    Step("close", 10, "close"),
)


def planned_days(period: Period, calendar_row: Mapping[str, Any] | None = None, extra: tuple[dt.date, ...] = ()) -> dict[str, dt.date]:
    """Plan each step of a period's close on a working day of the following month.

    Args:
        period: the month that is closed.
        calendar_row: its row of calendar.csv; closes_on, where filled, is the day of the close, and no step is planned later.
        extra: further days off.
    """
    days = working_days(period.shift(1), extra)
    planned = {step.step: days[step.working_day - 1] for step in STEPS}
    closes_on = calendar_row.get("closes_on") if calendar_row else None
    if closes_on is None:
        return planned
    return {step: closes_on if step == STEPS[-1].step else min(day, closes_on) for step, day in planned.items()}


def calendar_rows(
    period: Period, events: pl.DataFrame, calendar_row: Mapping[str, Any] | None = None, extra: tuple[dt.date, ...] = ()
) -> pl.DataFrame:
    """Set what was done beside what was planned.

    A step that was run several times was done when it was last run.

    Args:
        period: the month that is closed.
        events: EVENTS, one row a step that was run.
        calendar_row: see `planned_days`.
        extra: further days off.

    Rows: one a step of STEPS, in their order. Returns: CLOSE_CALENDAR.

    Raises:
        ReconciliationError: events of a step that no close has, or two rows of one step.
    """
    ran = conform(events, EVENTS)
    known = {step.step for step in STEPS}
    strange = sorted(set(ran["step"].to_list()) - known, key=str)
    if strange or ran["step"].n_unique() != ran.height:
        raise ReconciliationError(f"close events name steps wrongly: {', '.join(map(str, strange)) or 'a step stands twice'}")
    planned = pl.DataFrame(list(planned_days(period, calendar_row, extra).items()), schema={"step": pl.String(), "planned_on": pl.Date()},
                           orient="row")  # fmt: skip
    both = planned.join(ran, on="step", how="left", validate="1:1", maintain_order="left")
    done_on = both["last_at"].dt.convert_time_zone(ZONE).dt.date().to_list()
    late = [None if done is None else working_days_late(day, done, extra) for day, done in zip(both["planned_on"], done_on, strict=True)]
    return conform(
        both.select(
            "step", "planned_on", "seconds",
            done_at="last_at",
            days_late=pl.Series(late, dtype=pl.Int64),
            runs=pl.coalesce("runs", pl.lit(0, pl.Int64)),
        ),
        CLOSE_CALENDAR,
    )  # fmt: skip
