"""State holidays of real years, moved off weekends as the statute says, and the working days that are left."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.periods import Period
from billing.working_days import STATE_HOLIDAYS, holidays, observed, working_days, working_days_late


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2026, "01-01 01-19 05-25 06-19 07-03 09-07 11-11 11-26 11-27 12-24 12-25 12-31"),  # 4 July is a Saturday
        (2024, "01-01 01-02 01-15 05-27 06-19 07-04 09-02 11-05 11-11 11-28 11-29 12-24 12-25 12-31"),  # 5 November: the election
        (2023, "01-02 01-16 05-29 06-19 07-04 09-04 11-10 11-23 11-24 12-25 12-26"),  # Christmas on a Monday, its eve on a Sunday
        (2022, "01-17 05-30 06-20 07-04 09-05 11-11 11-24 11-25 12-23 12-26 12-30"),  # Christmas on a Sunday, both eves on Saturdays
        (2021, "01-01 01-18 05-31 06-18 07-05 09-06 11-11 11-25 11-26 12-23 12-24 12-30 12-31"),  # Christmas and New Year on Saturdays
        (2028, "01-17 05-29 06-19 07-04 09-04 11-07 11-10 11-23 11-24 12-25 12-26"),  # New Year's Day went to 31 December 2027
    ],
)
def test_state_offices_are_closed_on(year, closed):
    assert [f"{found:%m-%d}" for found in holidays(year)] == closed.split()


@given(st.integers(1990, 2199))
def test_every_year_has_its_holidays_on_weekdays_each_on_a_day_of_its_own(year):
    three = {**holidays(year - 1), **holidays(year), **holidays(year + 1)}
    names = [name for found, name in three.items() if abs((found - dt.date(year, 7, 1)).days) < 180]

    assert all(found.weekday() < 5 for found in three)
    # away from the turn of the year each holiday is kept once
    expected = {kept.name for kept in STATE_HOLIDAYS if "New Year" not in kept.name and (kept.every_years == 1 or year % 4 == 0)}
    assert sorted(names) == sorted(expected)
    assert sum("New Year" in name for found, name in three.items() if abs((found - dt.date(year, 1, 1)).days) < 10) == 2


def test_a_further_day_off_is_no_working_day():
    assert day("2026-11-04") in working_days(Period(2026, 11))
    assert day("2026-11-04") not in working_days(Period(2026, 11), (day("2026-11-04"),))
    assert holidays(2026, (day("2026-11-11"),))[day("2026-11-11")] == "Veterans Day"


@pytest.mark.parametrize(("given_day", "kept"), [("2026-07-04", "2026-07-03"), ("2027-07-04", "2027-07-05"), ("2028-07-04", "2028-07-04")])
def test_a_saturday_is_kept_on_friday_and_a_sunday_on_monday(given_day, kept):
    assert observed(day(given_day)) == day(kept)


def test_good_friday_is_worked():
    assert day("2026-04-03") in working_days(Period(2026, 4))


@pytest.mark.parametrize(
    ("planned", "done", "late"),
    [
        ("2026-11-06", "2026-11-06", 0),
        ("2026-11-06", "2026-11-07", 0),  # Saturday counts with Friday
        ("2026-11-06", "2026-11-09", 1),
        ("2026-11-10", "2026-11-12", 1),  # Veterans Day between
        ("2026-11-09", "2026-11-06", -1),
        ("2026-12-30", "2027-01-04", 1),  # 31 December and 1 January are off
        ("2027-01-04", "2026-12-30", -1),
    ],
)
def test_late_is_counted_in_working_days(planned, done, late):
    assert working_days_late(day(planned), day(done)) == late


@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_lateness_adds_up(start, first, second):
    middle, end = start + dt.timedelta(days=first), start + dt.timedelta(days=first + second)

    assert working_days_late(start, middle) + working_days_late(middle, end) == working_days_late(start, end)
    assert working_days_late(end, start) == -working_days_late(start, end)
