"""The close calendar: the planned day of each step, what calendar.csv changes, and how late each step was."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from billing.close_calendar import CLOSE_CALENDAR, EVENTS, STEPS, calendar_rows, planned_days
from billing.errors import ReconciliationError
from billing.periods import Period

OCTOBER = Period(2026, 10)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def events(*rows: tuple[str, str, str, int, str]) -> pl.DataFrame:
    """step, first and last moment in Greenwich, runs, seconds."""
    typed = [
        (step, dt.datetime.fromisoformat(f"{first}+00:00"), dt.datetime.fromisoformat(f"{last}+00:00"), runs, Decimal(seconds))
        for step, first, last, runs, seconds in rows
    ]
    return pl.DataFrame(typed, schema=EVENTS, orient="row")


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2026-10", "11-02 11-03 11-05 11-06 11-09 11-10 11-12 11-13 11-16"),  # Veterans Day is the eighth weekday
        ("2024-10", "11-01 11-04 11-07 11-08 11-12 11-13 11-14 11-15 11-18"),  # election day and Veterans Day
        ("2026-12", "01-04 01-05 01-07 01-08 01-11 01-12 01-13 01-14 01-15"),  # the new year
        ("2023-12", "01-03 01-04 01-08 01-09 01-10 01-11 01-12 01-16 01-17"),  # 1 and 2 January, and the third Monday
        ("2026-06", "07-01 07-02 07-07 07-08 07-09 07-10 07-13 07-14 07-15"),  # Independence Day is kept on Friday the 3rd
    ],
)
def test_steps_are_planned_on_working_days_of_the_following_month(period, days):
    planned = planned_days(Period.parse(period))

    assert [f"{found:%m-%d}" for found in planned.values()] == days.split()
    assert list(planned) == [step.step for step in STEPS]


def test_the_calendar_moves_the_close_and_no_step_comes_after_it():
    later = planned_days(OCTOBER, {"closes_on": day("2026-11-20")})
    earlier = planned_days(OCTOBER, {"closes_on": day("2026-11-12")})

    assert (later["close"], later["reports"]) == (day("2026-11-20"), day("2026-11-13"))
    assert {step for step, found in earlier.items() if found == day("2026-11-12")} == {"interface", "reports", "close"}
    assert earlier["final_bill"] == day("2026-11-10")


@pytest.mark.parametrize("row", [None, {}, {"closes_on": None}])
def test_a_calendar_without_a_day_of_close_changes_nothing(row):
    assert planned_days(OCTOBER, row)["close"] == day("2026-11-16")


def test_a_further_day_off_moves_what_comes_after_it():
    assert planned_days(OCTOBER, extra=(day("2026-11-04"),))["exceptions"] == day("2026-11-06")


def test_each_step_has_its_plan_its_last_run_and_its_working_days_late():
    ran = events(
        ("load", "2026-11-03T14:00:00", "2026-11-03T15:00:00", 2, "12.500"),
        ("trial", "2026-11-05T14:00:00", "2026-11-09T14:00:00", 5, "90.000"),  # planned for Friday the 6th, done on Monday
        ("approvals", "2026-11-10T03:30:00", "2026-11-10T03:30:00", 1, "0.100"),  # still the 9th in Frankfort
        ("final_bill", "2026-11-09T14:00:00", "2026-11-09T14:00:00", 1, "60.000"),
    )

    rows = calendar_rows(OCTOBER, ran)

    assert rows.schema == pl.Schema(CLOSE_CALENDAR)
    assert rows.select("step", "days_late", "runs", "seconds").rows() == [
        ("cutoff", None, 0, None),
        ("load", 0, 2, Decimal("12.500")),
        ("exceptions", None, 0, None),
        ("trial", 1, 5, Decimal("90.000")),
        ("approvals", 0, 1, Decimal("0.100")),
        ("final_bill", -1, 1, Decimal("60.000")),
        ("interface", None, 0, None),
        ("reports", None, 0, None),
        ("close", None, 0, None),
    ]
    assert rows["done_at"][3] == dt.datetime(2026, 11, 9, 14, tzinfo=dt.UTC)


def test_nothing_done_is_a_plan_alone():
    rows = calendar_rows(OCTOBER, events())

    assert rows["done_at"].null_count() == len(STEPS)
    assert rows["planned_on"].to_list() == list(planned_days(OCTOBER).values())


@pytest.mark.parametrize(
    ("steps", "said"), [(("lunch",), "close events name steps wrongly: lunch"), (("load", "load"), "a step stands twice")]
)
def test_events_of_no_step_or_of_one_twice_are_refused(steps, said):
    ran = events(*[(step, "2026-11-03T14:00:00", "2026-11-03T14:00:00", 1, "1.000") for step in steps])

    with pytest.raises(ReconciliationError, match=said):
        calendar_rows(OCTOBER, ran)
