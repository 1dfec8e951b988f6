"""R25: what the year corrects of earlier ones, what was posted in period 13, and what is held, each with its basis."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.year_end import year_end
from tests.records.world import month, rows, table

PERIODS = """
period  | fiscal_year | fiscal_period
2026-05 | 2026        | 11
2026-06 | 2026        | 12
2026-07 | 2027        | 1
2026-10 | 2027        | 4
2027-06 | 2027        | 12
"""
ADJUSTMENTS = """
period  | adjustment_id | adj_type        | charge_id | amount
2026-06 | J0            | PRIOR_FY_CREDIT | C0        | -99.00
2026-07 | J1            | PRIOR_FY_CREDIT | C1        | -40.00
2026-10 | J2            | CATCH_UP        | C2        | 15.00
2026-10 | J3            | CREDIT          | C3        | -7.00
2027-06 | J4            | CATCH_UP        | C4        | 1.00
"""
CHARGES = """
period  | charge_id | stream  | service_to | amount
2026-06 | L0        | usage   | 2025-06-30 | 100.00
2026-07 | L1        | usage   | 2026-06-30 | 10.00
2026-10 | L2        | usage   | 2026-06-18 | 20.00
2026-10 | L3        | usage   | 2026-07-01 | 40.00
2026-10 | L4        | voip    | 2026-05-31 | 3.00
"""
JOURNAL = """
period  | doc_id | doc_line | party | dr_cr | amount | fiscal_period | fy   | status | sent_as
2026-06 | D1     | 1        | BUYER | DR    | 50.00  | 13            | 2026 | SENT   | ORIGINAL
2026-06 | D2     | 1        | BUYER | DR    | 8.00   | 12            | 2026 | SENT   | ORIGINAL
2026-05 | D3     | 1        | BUYER | CR    | 20.00  | 13            | 2026 | SENT   | ORIGINAL
"""
FILES = """
period  | feed        | source_file           | records_held | amount_held | held_unpriced
2026-10 | usage       | usage_2026-10_001.csv | 5            | 70.00       | 2
2026-10 | usage       | 2026-09/usage_001.csv | 3            | 30.00       | 0
2026-10 | voip        | voip_2026-10_001.csv  | 0            | 0.00        | 0
2026-10 | adjustments | a.csv                 | 2            | -500.00     | 0
"""


def world(period, files=FILES):
    return month(
        period,
        dim_period=table("dim_period", PERIODS),
        fact_adjustment=table("fact_adjustment", ADJUSTMENTS),
        fact_charge=table("fact_charge", CHARGES),
        fact_journal=table("fact_journal", JOURNAL),
        control_totals=table("control_totals", files),
    )


def test_a_month_within_the_year_gives_the_state_to_date_and_says_so():
    report = year_end(world("2026-10"))

    assert rows(report.section("adjustments").frame, "adjustment_id", "adj_type", "amount") == [
        ("J2", "CATCH_UP", "15.00"), ("J1", "PRIOR_FY_CREDIT", "-40.00"),
    ]  # fmt: skip
    assert rows(report.section("prior_year").frame) == [
        ("2026-07", "usage", "1", "2026-06-30", "10.00"),
        ("2026-10", "usage", "1", "2026-06-18", "20.00"),
        ("2026-10", "voip", "1", "2026-05-31", "3.00"),
    ]
    assert report.section("period_13").frame.is_empty()
    assert "not the year's last month" in report.section("adjustments").note


def test_june_has_its_documents_of_period_13():
    report = year_end(world("2026-06"))

    assert rows(report.section("period_13").frame, "period", "doc_id", "net") == [("2026-06", "D1", "50.00"), ("2026-05", "D3", "-20.00")]
    facts = {fact.name: str(fact.value) for fact in report.facts}
    assert (facts["fiscal_year"], facts["year_end"], facts["period_13"], facts["prior_year"]) == ("2026", "yes", "30.00", "100.00")
    assert report.section("adjustments").note == ""


def test_what_is_not_billed_has_its_basis_and_adjustments_do_not_net_it_away():
    report = year_end(world("2026-10"))

    assert rows(report.section("unbilled").frame, "feed", "basis", "records", "amount") == [
        ("usage", "CARRIED", "3", "30.00"),
        ("usage", "PRICED", "3", "70.00"),
        ("usage", "UNPRICED", "2", ""),
        ("adjustments", "PRICED", "2", "-500.00"),
    ]
    facts = {fact.name: str(fact.value) for fact in report.facts}
    assert (facts["unbilled"], facts["unbilled_adjustments"], facts["unpriced"]) == ("100.00", "-500.00", "2")


def test_dollars_held_without_a_held_record_stop_the_report():
    with pytest.raises(ReconciliationError, match="unbilled and held dollars"):
        year_end(world("2026-10", FILES.replace("| 0            | 0.00 ", "| 0            | 4.00 ")))
