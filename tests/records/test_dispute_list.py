"""R11: open disputes first, how decided ones ended, how long each took, what was given back."""

import pytest

from reports.finance.dispute_list import dispute_list
from tests.records.world import month, rows, table

DISPUTES = """
period  | dispute_id | agency_code | received_on | is_inside_window | amount | status  | outcome     | credited_amount | days_open | due_on     | adjustment_id
2026-08 | Q1         | 100         | 2026-09-10  | yes              | 100.00 | DECIDED | FULL_CREDIT | 100.00          | 12        | 2026-10-01 | J1
2026-08 | Q2         | 100         | 2026-09-20  | yes              | 60.00  | DECIDED | PARTIAL     | 25.00           | 30        | 2026-10-01 | J2
2026-09 | Q3         | 200         | 2026-10-20  | yes              | 40.00  | OPEN    |             |                 |           | 2026-11-05 |
2026-09 | Q4         | 100         | 2026-10-07  | no               | 8.00   | WAITING |             |                 |           | 2026-11-06 |
2026-09 | Q5         | 200         | 2026-10-08  | yes              | 5.00   | DECIDED | DENIED      | 0.00            | 3         | 2026-11-06 |
2026-11 | Q6         | 200         | 2026-12-08  | yes              | 999.00 | OPEN    |             |                 |           | 2027-01-06 |
"""  # noqa: E501
CREDITS = """
period  | adjustment_id | charge_id | amount
2026-10 | J1            | C1        | -70.00
2026-10 | J1            | C2        | -30.00
"""


@pytest.fixture
def report():
    return dispute_list(
        month(
            earlier=("2026-08", "2026-09"),
            fact_dispute=table("fact_dispute", DISPUTES),
            fact_adjustment=table("fact_adjustment", CREDITS),
            fact_invoice=table("fact_invoice", "period | invoice_no | agency_code | agency_name\n2026-09 | I | 200 | Revenue"),
        )
    )


def test_open_ones_stand_first_with_their_days_to_the_month_s_own_day(report):
    told = rows(report.section("disputes").frame, "dispute_id", "days_open", "is_overdue", "credited_amount", "credit_billed")

    assert told == [
        ("Q4", "30", "no", "", ""),  # due on the day itself
        ("Q3", "17", "yes", "", ""),
        ("Q1", "12", "no", "100.00", "100.00"),
        ("Q2", "30", "no", "25.00", ""),  # its credit is on no invoice yet
        ("Q5", "3", "no", "0.00", ""),
    ]


def test_outcomes_windows_and_agencies_are_counted(report):
    assert rows(report.section("outcomes").frame) == [
        ("DECIDED", "DENIED", "1", "5.00", "0.00", "3"),
        ("DECIDED", "FULL_CREDIT", "1", "100.00", "100.00", "12"),
        ("DECIDED", "PARTIAL", "1", "60.00", "25.00", "30"),
        ("OPEN", "", "1", "40.00", "0.00", "17"),
        ("WAITING", "", "1", "8.00", "0.00", "30"),
    ]
    assert rows(report.section("windows").frame, "is_inside_window", "disputes") == [("no", "1"), ("yes", "4")]
    assert rows(report.section("agencies").frame) == [
        ("100", "", "3", "8.00", "160.00", "125.00"),
        ("200", "Revenue", "2", "40.00", "5.00", "0.00"),
    ]
    assert {fact.name: str(fact.value) for fact in report.facts} == {
        "open": "2", "open_amount": "48.00", "overdue": "1", "decided": "3", "credited": "125.00", "late": "1",
    }  # fmt: skip
