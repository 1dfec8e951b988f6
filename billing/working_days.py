"""Working days of the Commonwealth: Monday to Friday, less the days on which state offices are closed.

Source: KRS 18A.190 (days, and Saturday to Friday, Sunday to Monday); KRS 2.190 (presidential election day); Juneteenth as
state offices keep it. The Governor names the extra days of New Year and Christmas; here they are the eves. Good Friday is
half a day, so it is worked.
"""

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Final

from billing.periods import Period

_MONDAY: Final = 0
_THURSDAY: Final = 3
_SATURDAY: Final = 5
_LAST: Final = -1


@dataclass(frozen=True)
class Holiday:
    """One holiday of every year, or of every so many: a fixed date, or the nth weekday of a month and some days after."""

    name: str
    month: int
    day: int | None = None  # a fixed date, observed on a weekday
    nth: int = 0  # else the nth (-1: last) of weekday, 0 for Monday
    weekday: int = _MONDAY
    days_after: int = 0
    every_years: int = 1
    is_eve: bool = False  # gives way where its day is another holiday's

    def falls_on(self, year: int) -> dt.date | None:
        """The day itself, before any move off a weekend; none in years that do not keep it."""
        if year % self.every_years:
            return None
        if self.day is not None:
            return dt.date(year, self.month, self.day)
        length = calendar.monthrange(year, self.month)[1]
        days = [day for day in range(1, length + 1) if dt.date(year, self.month, day).weekday() == self.weekday]
        chosen = days[-1] if self.nth == _LAST else days[self.nth - 1]
        return dt.date(year, self.month, chosen) + dt.timedelta(days=self.days_after)


STATE_HOLIDAYS: Final = (
    Holiday("New Year's Day", 1, 1),
    Holiday("Martin Luther King Jr. Day", 1, nth=3),
    Holiday("Memorial Day", 5, nth=_LAST),
    Holiday("Juneteenth", 6, 19),
    Holiday("Independence Day", 7, 4),
    Holiday("Labor Day", 9, nth=1),
    Holiday("Presidential election day", 11, nth=1, days_after=1, every_years=4),  # the Tuesday after the first Monday
    Holiday("Veterans Day", 11, 11),
    Holiday("Thanksgiving Day", 11, nth=4, weekday=_THURSDAY),
    Holiday("Day after Thanksgiving", 11, nth=4, weekday=_THURSDAY, days_after=1),
    Holiday("Christmas Day", 12, 25),
    Holiday("Christmas Eve", 12, 24, is_eve=True),
    Holiday("New Year's Eve", 12, 31, is_eve=True),
)


def observed(day: dt.date) -> dt.date:
    """The day on which a holiday is kept: Saturday's on Friday, Sunday's on Monday."""
    if day.weekday() == _SATURDAY:
        return day - dt.timedelta(days=1)
    return day + dt.timedelta(days=1) if day.weekday() > _SATURDAY else day


def holidays(year: int, extra: tuple[dt.date, ...] = ()) -> dict[dt.date, str]:
    """The days of a year on which state offices are closed, in order, each with its name.

    An eve whose day its holiday takes is kept on the next free working day, on the side to which it moves: Christmas
    on a Saturday takes Friday and leaves Thursday to its eve; on a Monday it leaves Tuesday to a Sunday's eve.

    Args:
        extra: further days off, such as the Governor gives.
    """
    found: dict[dt.date, str] = {}
    # neighbours too: New Year's Day on a Saturday is kept in the old year, its eve on a Sunday in the new one
    days = [(kept.falls_on(other), kept) for other in (year - 1, year, year + 1) for kept in STATE_HOLIDAYS]
    for is_eve in (False, True):
        for day, kept in days:
            if day is not None and kept.is_eve == is_eve:
                found[_free_day(day, found) if is_eve else observed(day)] = kept.name
    found.update({day: found.get(day, "Extra day") for day in extra})
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def _free_day(eve: dt.date, taken: dict[dt.date, str]) -> dt.date:
    """Where an eve is kept: on its day as observed, else on from there in the direction of the move."""
    day = observed(eve)
    step = dt.timedelta(days=1 if day > eve else -1)
    while day in taken:
        day += step
    return day


def working_days(period: Period, extra: tuple[dt.date, ...] = ()) -> list[dt.date]:
    """The working days of a month, in order."""
    off = holidays(period.year, extra)
    days = [period.first_day + dt.timedelta(days=number) for number in range(period.days)]
    return [day for day in days if day.weekday() < _SATURDAY and day not in off]


def working_days_late(planned: dt.date, done: dt.date, extra: tuple[dt.date, ...] = ()) -> int:
    """How many working days after the plan something was done; below zero when it was early.

    What is done on a day off counts with the working day before it.
    """
    first, last = min(planned, done), max(planned, done)
    between = [first + dt.timedelta(days=number) for number in range(1, (last - first).days + 1)]
    off = {day for year in range(first.year, last.year + 1) for day in holidays(year, extra)}
    count = sum(day.weekday() < _SATURDAY and day not in off for day in between)
    return count if done >= planned else -count
