"""R09: credits and debits with their makers, their age, and the fiscal year they reach into."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.adjustments import adjustments
from tests.finance.world import month, rows

PERIODS = """
    period  | fiscal_year | fiscal_period | first_day  | last_day   | status | as_of
    2026-06 | 2026        | 12            | 2026-06-01 | 2026-06-30 | CLOSED | 2026-07-07
    2026-09 | 2027        | 3             | 2026-09-01 | 2026-09-30 | CLOSED | 2026-10-07
    2026-10 | 2027        | 4             | 2026-10-01 | 2026-10-31 | OPEN   | 2026-11-06
"""
ADJUSTMENTS = """
    period  | adjustment_id | charge_id | billing_number | amount  | adj_type | reason_code | prepared_by | prepared_at         | approved_by | approval_state | original_charge_id
    2026-10 | A1            | C1        | D541           | -30.00  | CREDIT   | OVERBILL    | ann         | 2026-11-01T23:59:59 | bob         | APPROVED       | OLD-JUNE
    2026-10 | A2            | C2        | D541           | -9.99   | CREDIT   | OVERBILL    | ann         | 2026-10-07T00:00:00 | -           | WAITING        | OLD-SEP
    2026-10 | A3            | C3        | D601           | 12.50   | DEBIT    | MISSED      | ann         | -                   | -           | -              | -
    2026-10 | A4            | C4        | D601           | -100.00 | CREDIT   | VENDOR      | cat         | 2026-11-06T08:00:00 | bob         | APPROVED       | GONE
    2026-10 | A5            | C5        | D601           | 1.00    | DEBIT    | MISSED      | cat         | 2026-11-06T08:00:00 | bob         | APPROVED       | GONE
"""  # noqa: E501
LINES = """
    period  | charge_id | stream      | adjustment_id | agency_code | service_from | amount
    2026-06 | OLD-JUNE  | usage       | -             | 54          | 2026-06-01   | 30.00
    2026-09 | OLD-SEP   | usage       | -             | 54          | 2026-06-01   | 50.00
    2026-10 | C1        | adjustments | A1            | 54          | 2026-10-01   | -30.00
    2026-10 | C2        | adjustments | A2            | 54          | 2026-10-01   | -9.99
    2026-10 | C3        | adjustments | A3            | 60          | 2026-07-01   | 12.50
    2026-10 | C4        | adjustments | A4            | 60          | 2026-06-30   | -100.00
    2026-10 | C5        | usage       | A5            | 60          | 2025-12-01   | 1.00
    2026-10 | C6        | usage       | -             | 60          | 2026-10-01   | 800.00
"""
WORLD = {"dim_period": PERIODS, "fact_adjustment": ADJUSTMENTS, "fact_charge": LINES}


def test_age_runs_from_the_day_of_preparation_and_the_fiscal_year_is_that_of_what_is_corrected() -> None:
    found = adjustments(month("2026-10", **WORLD)).section("adjustments").frame

    assert rows(found, "adjustment_id", "agency_code", "age_days", "original_period", "crosses_fiscal_year") == [
        ("A1", "54", 5, "2026-06", True),  # billed in June, fiscal year 2026
        ("A2", "54", 30, "2026-09", False),  # June's service, but billed in September, fiscal year 2027
        ("A3", "60", None, None, False),  # names no charge; its service is of July, the first month of the year
        ("A4", "60", 0, None, True),  # its charge is older than the mart; service of the last day of the year before
        ("A5", "60", 0, None, True),
    ]


def test_types_come_largest_credit_first_and_credits_and_debits_stay_apart() -> None:
    found = adjustments(month("2026-10", **WORLD))

    assert rows(found.section("types").frame) == [
        ("CREDIT", "VENDOR", 1, "-100.00", "0.00", "-100.00", 1, 0),
        ("CREDIT", "OVERBILL", 2, "-39.99", "0.00", "-39.99", 1, 30),
        ("DEBIT", "MISSED", 2, "0.00", "13.50", "13.50", 1, 0),
    ]
    facts = {fact.name: str(fact.value) for fact in found.facts}
    assert (facts["amount"], facts["unapproved"], facts["crossing"], facts["crossing_amount"]) == ("-126.49", "2", "3", "-129.00")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("fact_charge", "2026-10-01   | -9.99", "2026-10-01   | -9.98"),
        ("fact_charge", "C6        | usage      ", "C6        | adjustments"),
        ("fact_adjustment", "| 1.00    |", "| 1.01    |"),
    ],
)
def test_a_line_that_no_adjustment_accounts_for_stops_the_report(name: str, old: str, new: str) -> None:
    assert old in WORLD[name]

    with pytest.raises(ReconciliationError, match="R09: adjustments and"):
        adjustments(month("2026-10", **{**WORLD, name: WORLD[name].replace(old, new)}))
