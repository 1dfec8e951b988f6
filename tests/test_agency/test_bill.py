"""The test agency is billed to the cent in every month, and a cent that moves is named."""

from decimal import Decimal

import pytest

from billing.periods import Period
from billing.test_agency import bill_test_agency, check_test_agency
from billing.test_agency_figures import expected

TWO_YEARS = [Period(2024, 1).shift(month) for month in range(24)]  # with 28 and 29 days in February, and two fiscal year ends
SEVEN_YEARS = [Period(2024, 1).shift(month) for month in range(84)]


@pytest.mark.parametrize("period", TWO_YEARS, ids=str)
def test_it_is_billed_to_the_cent_in_any_month(period):
    checked = check_test_agency(period)

    assert checked.differences == ()
    assert checked.billed_total == checked.expected_total == sum(expected(period).values())


@pytest.mark.slow
def test_it_is_billed_to_the_cent_until_2030():
    assert {str(period): check_test_agency(period).differences for period in SEVEN_YEARS} == {str(period): () for period in SEVEN_YEARS}


def test_figures_of_the_published_rules_are_among_its_rows():
    bill = bill_test_agency(Period(2026, 3))
    # usage, fixed cost, pass-through, a start on the 12th by thirtieths and by days, mileage, stock
    worked = "1215.82 945.00 625.00 97.58 8333.34 143624.64 104703.92 1671.44 61.73 300.00 165.00 159.68 654.35 312.00 15.60 -109.20 10.92"

    assert set(map(Decimal, worked.split())) <= set(bill.lines["amount"])


def test_two_runs_give_the_same_rows():
    first, second = bill_test_agency(Period(2026, 7)), bill_test_agency(Period(2026, 7))

    assert first.lines.equals(second.lines)
    assert first.splits.equals(second.splits)
