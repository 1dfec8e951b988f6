"""R14: invoices of all months aged by their date; what accounting accepted of an INTERNAL agency is settled."""

import pytest

from reports.finance.receivables import receivables
from tests.records.world import month, rows, table

INVOICES = """
period  | invoice_no | agency_code | agency_name | amount  | issued_on
2026-06 | A6         | 100         | Parks       | 10.00   | 2026-07-08
2026-07 | A7         | 100         | Parks       | 20.00   | 2026-07-09
2026-08 | A8         | 100         | Parks       | 40.00   | 2026-09-07
2026-09 | A9         | 100         | Parks       | 80.00   | 2026-10-07
2026-10 | AX         | 100         | Parks       | 160.00  | 2026-11-06
2026-10 | AC         | 100         | Parks       | -5.00   | 2026-11-06
2026-09 | E9         | 900         | City        | 3.00    | 2026-10-06
"""
AGENCIES = """
agency_code | remit_method | valid_from
100         | EXTERNAL     | 2020-07-01
100         | INTERNAL     | 2024-07-01
900         | EXTERNAL     | 2020-07-01
"""
JOURNAL = """
period  | doc_id | doc_line | invoice_no | party  | dr_cr | amount | status   | sent_as
2026-06 | D6     | 1        | A6         | SELLER | CR    | 10.00  | ACCEPTED | ORIGINAL
2026-06 | D6     | 2        | A6         | BUYER  | DR    | 10.00  | ACCEPTED | ORIGINAL
2026-08 | D8     | 1        | A8         | BUYER  | DR    | 50.00  | ACCEPTED | ORIGINAL
2026-08 | D9     | 1        | A8         | BUYER  | CR    | 10.00  | REJECTED | ORIGINAL
2026-09 | DA     | 1        | A9         | BUYER  | DR    | 80.00  | REVERSED | ORIGINAL
2026-09 | DB     | 1        | A9         | BUYER  | CR    | 80.00  | ACCEPTED | REVERSAL
2026-09 | DC     | 1        | E9         | BUYER  | DR    | 3.00   | ACCEPTED | ORIGINAL
"""
DISPUTES = """
period  | dispute_id | invoice_no | amount | status
2026-09 | Q1         | A9         | 30.00  | OPEN
2026-09 | Q2         | A9         | 11.00  | DECIDED
"""


@pytest.fixture
def report():
    return receivables(
        month(
            earlier=("2026-06", "2026-07", "2026-08", "2026-09"),
            fact_invoice=table("fact_invoice", INVOICES),
            dim_agency=table("dim_agency", AGENCIES),
            fact_journal=table("fact_journal", JOURNAL),
            fact_dispute=table("fact_dispute", DISPUTES),
        )
    )


def test_open_dollars_stand_in_the_bucket_of_their_invoice(report):
    assert rows(report.section("agencies").frame) == [
        # 155 today, 80 of 30 days; A8 60 days less 50 accepted; A7 120 days
        ("100", "Parks", "INTERNAL", "5", "245.00", "235.00", "-10.00", "0.00", "20.00", "0.00", "30.00"),
        ("900", "City", "EXTERNAL", "1", "3.00", "0.00", "3.00", "0.00", "0.00", "0.00", "0.00"),  # accepted, yet nobody knows that it paid
    ]


def test_a_settled_invoice_is_gone_and_a_reversed_one_is_not(report):
    told = rows(report.section("invoices").frame, "invoice_no", "age_days", "settled", "open")

    assert told == [
        ("A7", "120", "0.00", "20.00"),
        ("A8", "60", "50.00", "-10.00"),
        ("E9", "31", "0.00", "3.00"),
        ("A9", "30", "0.00", "80.00"),
        ("AC", "0", "0.00", "-5.00"),
        ("AX", "0", "0.00", "160.00"),
    ]


def test_months_and_ages_come_to_what_was_invoiced(report):
    assert rows(report.section("months").frame, "period", "status", "amount", "settled", "open")[-1] == (
        "2026-10", "OPEN", "155.00", "0.00", "155.00",
    )  # fmt: skip
    facts = {fact.name: str(fact.value) for fact in report.facts}
    assert (facts["open"], facts["over_90"], facts["disputed"], facts["trial"], facts["external"]) == (
        "248.00", "20.00", "30.00", "155.00", "3.00",
    )  # fmt: skip
    assert "no feed brings receipts" in report.sections[0].note


def test_over_120_days_is_a_bucket_of_its_own():
    invoices = table("fact_invoice", "period | invoice_no | agency_code | amount | issued_on\n2026-06 | A6 | 100 | 10.00 | 2026-07-08")

    report = receivables(month(earlier=("2026-06",), fact_invoice=invoices))

    assert rows(report.section("agencies").frame, "remit_method", "days_91_120", "days_over_120") == [("", "0.00", "10.00")]
