"""The month and its place in the fiscal year."""

import datetime as dt

import pytest

from billing.errors import PeriodError
from billing.periods import Period


@pytest.mark.parametrize(
    ("text", "fiscal_year", "fiscal_period", "days"),
    [("2026-06", 2026, 12, 30), ("2026-07", 2027, 1, 31), ("2026-12", 2027, 6, 31), ("2027-01", 2027, 7, 31), ("2028-02", 2028, 8, 29)],
)
def test_a_month_knows_its_fiscal_place_and_length(text, fiscal_year, fiscal_period, days):
    period = Period.parse(text)

    assert (period.fiscal_year, period.fiscal_period, period.days) == (fiscal_year, fiscal_period, days)


def test_a_month_is_half_open():
    period = Period.parse("2026-12")

    assert (period.first_day, period.stop_day, period.last_day) == (dt.date(2026, 12, 1), dt.date(2027, 1, 1), dt.date(2026, 12, 31))


@pytest.mark.parametrize(("months", "expected"), [(-1, "2025-12"), (0, "2026-01"), (12, "2027-01"), (-13, "2024-12")])
def test_shifting_crosses_years(months, expected):
    assert str(Period.parse("2026-01").shift(months)) == expected
    assert Period.parse(expected).months_since(Period.parse("2026-01")) == months


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "２０２６-01", "1889-01", " 2026-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(PeriodError, match="is not a month"):
        Period.parse(text)
