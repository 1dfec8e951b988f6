"""The fiscal year and period that a document is posted in."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from billing.frames import Tables
from billing.periods import FISCAL_START_MONTH, Period

LATE_PERIOD: Final = 13


@dataclass(frozen=True)
class FiscalPlace:
    """Where a document is posted: fiscal year, and 1 for July to 12 for June, 13 for papers of the year that ended."""

    fiscal_year: int
    fiscal_period: int


def month_place(tables: Tables, month: Period) -> FiscalPlace:
    """A month's place: the calendar's row for it, else by the fiscal year from 1 July."""
    rows = tables["calendar"].filter(tables["calendar"]["period"] == str(month)).to_dicts()
    if rows:
        return FiscalPlace(rows[0]["fiscal_year"], rows[0]["fiscal_period"])
    return FiscalPlace(month.fiscal_year, month.fiscal_period)


def posting_place(tables: Tables, period: Period, posted_on: dt.date, period_13_days: int) -> FiscalPlace:
    """Where a document about a billing period is posted on a day.

    The posting date decides. A document about a year that ended, posted at most `period_13_days` days after its last
    day, goes to period 13 of that year; later it goes where it is posted, as a prior-year item.

    Source: domain, section 1.9, year-end "Period 13" for late documents [F KY-P13]; its length is the site's setting.
    """
    found = month_place(tables, Period.of(posted_on))
    billed = month_place(tables, period)
    ended = dt.date(billed.fiscal_year, FISCAL_START_MONTH, 1) - dt.timedelta(days=1)
    is_late = billed.fiscal_year < found.fiscal_year and (posted_on - ended).days <= period_13_days
    return FiscalPlace(billed.fiscal_year, LATE_PERIOD) if is_late else found
