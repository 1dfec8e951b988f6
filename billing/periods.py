"""The billing period: one calendar month, half-open inside, with its place in the fiscal year."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from billing.errors import PeriodError

FISCAL_START_MONTH: Final = 7  # Kentucky's fiscal year starts on 1 July
_SHAPE: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """A month as year and month; `first_day <= d < stop_day`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `YYYY-MM`.

        Raises:
            PeriodError: the text is not a month.
        """
        return _parsed(text)

    @classmethod
    def of(cls, day: dt.date) -> "Period":
        """The month a day is in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> dt.date:
        """The first day of the month."""
        return dt.date(self.year, self.month, 1)

    @property
    def stop_day(self) -> dt.date:
        """The day after the last: the exclusive end."""
        return self.shift(1).first_day

    @property
    def last_day(self) -> dt.date:
        """The last day, for people and published tables only."""
        return dt.date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        """Days in the month."""
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def fiscal_year(self) -> int:
        """The fiscal year, named after the calendar year it ends in."""
        return self.year + (self.month >= FISCAL_START_MONTH)

    @property
    def fiscal_period(self) -> int:
        """1 for July to 12 for June."""
        return (self.month - FISCAL_START_MONTH) % 12 + 1

    def shift(self, months: int) -> "Period":
        """The period `months` later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    def months_since(self, other: "Period") -> int:
        """How many months this period is after another."""
        return (self.year - other.year) * 12 + self.month - other.month


@cache
def _parsed(text: str) -> Period:
    match = _SHAPE.fullmatch(text)
    if match is None or not 1990 <= int(match[1]) <= 2199:
        raise PeriodError(f"'{text}' is not a month; write it as 2026-03")
    return Period(int(match[1]), int(match[2]))
