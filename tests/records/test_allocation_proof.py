"""R19: pools shared anew come to the month, ties go as a person counts, and what was billed is the share."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from billing.money import round_half_away
from reports.finance.allocation_proof import allocation_proof
from reports.finance.pool_shares import month_part
from tests.records.world import month, rows, table

# 250,000.00 over FTE 1203 / 877 / 14, the twelfth of 3,000,000.00 (domain, (c) 2); and three equal parts of one cent over
POOLS = """
source_file        | source_line | source_record_id | assessment_id | method    | annual_amount | pool_annual_amount | basis_quantity | start_period | end_period | outcome  | exact_share         | amount    | charge_id
f.csv              | 2           | P-1              | ENT           | ALLOCATED |               | 3000000.00         | 1203           | 2026-07      | 2027-06    | BILLED   | 143624.641833810888 | 143624.64 | C1
f.csv              | 3           | P-2              | ENT           | ALLOCATED |               | 3000000.00         | 877            | 2026-07      | 2027-06    | HELD     | 104703.915950334288 |           |
f.csv              | 4           | P-3              | ENT           | ALLOCATED |               | 3000000.00         | 14             | 2026-07      | 2027-06    | BILLED   | 1671.442215854823   | 1671.44   | C3
f.csv              | 5           | R10              | TIE           | ALLOCATED |               | 12.00              | 1              | 2026-07      | 2027-06    | BILLED   | 0.333333333333      | 0.33      | C4
f.csv              | 6           | R9               | TIE           | ALLOCATED |               | 12.00              | 1              | 2026-07      | 2027-06    | BILLED   | 0.333333333333      | 0.34      | C5
f.csv              | 7           | R11              | TIE           | ALLOCATED |               | 12.00              | 1              | 2026-07      | 2027-06    | BILLED   | 0.333333333333      | 0.33      | C6
f.csv              | 8           | A-1              | AGR           | AMOUNT    | 100000.00     |                    |                | 2026-09      | 2027-08    | BILLED   |                     | 8333.34   | C7
f.csv              | 9           | A-2              | AGR           | AMOUNT    | 600.00        |                    |                | 2025-07      | 2026-06    | BILLED   |                     |           |
f.csv              | 10          | A-3              | AGR           | AMOUNT    | 600.00        |                    |                | 2026-07      | 2027-06    | DROPPED  |                     |           |
2026-09/f.csv      | 2           | P-0              | OLD           | ALLOCATED |               | 24.00              | 1              | 2026-07      | 2027-06    | BILLED   | 1.000000000000      | 1.00      | C8
"""  # noqa: E501
BILLED = ("C1 | 143624.64", "C3 | 1671.44", "C4 | 0.33", "C5 | 0.34", "C6 | 0.33", "C7 | 8333.34", "C8 | 1.00")


def world(text=POOLS, billed=BILLED):
    lines = table("fact_charge", "\n".join(["charge_id | amount", *billed]), stream="fixed_cost", component="BASE")
    return month(earlier=("2026-09",), fact_assessment=table("fact_assessment", text, feed="fixed_cost"), fact_charge=lines)


def test_shares_come_to_the_pool_s_month_with_their_rounding_shown():
    report = allocation_proof(world())

    assert rows(report.section("shares").frame, "assessment_id", "share", "rounding", "outcome") == [
        ("ENT", "143624.64", "-0.001833810888", "BILLED"),
        ("ENT", "104703.92", "0.004049665712", "HELD"),
        ("ENT", "1671.44", "-0.002215854823", "BILLED"),
        ("OLD", "", "", "BILLED"),  # of a pool that an earlier month shared
        ("TIE", "0.33", "-0.003333333333", "BILLED"),
        ("TIE", "0.34", "0.006666666667", "BILLED"),  # R9 comes before R10
        ("TIE", "0.33", "-0.003333333333", "BILLED"),
    ]
    assert rows(report.section("pools").frame, "assessment_id", "month_amount", "rows", "shares", "billed", "unbilled") == [
        ("ENT", "250000.00", "3", "250000.00", "145296.08", "104703.92"),
        ("TIE", "1.00", "3", "1.00", "1.00", "0.00"),
    ]


def test_an_annual_amount_bills_its_month_s_part_and_none_out_of_force():
    report = allocation_proof(world())

    assert rows(report.section("amounts").frame, "month_no", "month_amount", "amount") == [
        ("2", "8333.34", "8333.34"),
        ("", "", ""),
        ("4", "50.00", ""),
    ]


def test_a_cent_at_the_wrong_row_is_seen_though_the_pool_still_comes_out():
    wrong = POOLS.replace("| 0.34      | C5", "| 0.33      | C5").replace("| 0.33      | C6", "| 0.34      | C6")

    with pytest.raises(ReconciliationError, match="billed rows that are not their share: 2"):
        allocation_proof(world(wrong))


def test_an_assessment_without_its_charge_row_stops_the_report():
    with pytest.raises(ReconciliationError, match="fixed-cost charge rows"):
        allocation_proof(world(billed=BILLED[:-1]))


@given(st.integers(-(10**10), 10**10))
@example(10_000_000)
@example(-6)  # half a cent below nothing
def test_twelve_months_come_to_the_year_as_a_slow_twin_says(cents):
    parts = [month_part(cents, number) for number in range(1, 13)]

    assert sum(parts) == cents
    due = [int(round_half_away(Fraction(cents * number, 12), 0)) for number in range(13)]
    assert parts == [due[number] - due[number - 1] for number in range(1, 13)]
