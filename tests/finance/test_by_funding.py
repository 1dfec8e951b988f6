"""R03: what funds, departments and objects pay, and the federal part of it, rounded once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from billing.money import round_half_away
from reports.finance.by_funding import by_funding
from tests.finance.world import month, rows

CODES = """
    rate_code | cost_group
    ST10      | STORAGE
    CK10      | NETWORK
"""
LINES = """
    period  | charge_id | invoice_no | agency_code | rate_code | amount
    2026-10 | C1        | I1         | 54          | ST10      | 1.01
    2026-10 | C2        | I1         | 54          | ST10      | 100.00
    2026-10 | C3        | I2         | 60          | CK10      | -0.03
    2026-10 | C4        | I2         | 60          | ST10      | 0.01
"""
SPLITS = """
    period  | charge_id | seq | fund | department | object | federal_share_pct | amount
    2026-10 | C1        | 1   | 1200 | 540        | E301   | 50                | 0.01
    2026-10 | C1        | 2   | 0100 | 540        | E301   | -                 | 1.00
    2026-10 | C2        | 1   | 1200 | 540        | E301   | 50                | 33.34
    2026-10 | C2        | 2   | 1200 | 540        | E301   | 75.5              | 66.66
    2026-10 | C3        | 1   | 1200 | 540        | E301   | 50                | -0.03
    2026-10 | C4        | 1   | 1200 | 540        | E301   | 50                | 0.01
"""
INVOICES = """
    period  | invoice_no | agency_code | agency_name | amount
    2026-10 | I1         | 54          | Parks       | 101.01
    2026-10 | I2         | 60          | Revenue     | -0.02
"""
WORLD = {"dim_rate_code": CODES, "fact_charge": LINES, "fact_split": SPLITS, "fact_invoice": INVOICES}


def test_the_federal_part_is_rounded_once_for_each_claim_half_a_cent_away_from_zero() -> None:
    found = by_funding(month("2026-10", **WORLD))

    assert rows(found.section("claims").frame) == [
        ("54", "0100", "540", "E301", None, "STORAGE", "1.00", "0.00", "1.00"),
        ("54", "1200", "540", "E301", "50.00", "STORAGE", "33.35", "16.68", "16.67"),  # 16.675
        ("54", "1200", "540", "E301", "75.50", "STORAGE", "66.66", "50.33", "16.33"),  # 50.3283
        ("60", "1200", "540", "E301", "50.00", "NETWORK", "-0.03", "-0.02", "-0.01"),  # -0.015
        ("60", "1200", "540", "E301", "50.00", "STORAGE", "0.01", "0.01", "0.00"),  # 0.005
    ]


def test_funds_and_agencies_are_sums_of_the_claims() -> None:
    found = by_funding(month("2026-10", **WORLD))

    assert rows(found.section("funds").frame, "fund", "federal_share_pct", "cost_group", "amount", "federal_amount") == [
        ("0100", None, "STORAGE", "1.00", "0.00"),
        ("1200", "50.00", "NETWORK", "-0.03", "-0.02"),
        ("1200", "50.00", "STORAGE", "33.36", "16.69"),
        ("1200", "75.50", "STORAGE", "66.66", "50.33"),
    ]
    assert rows(found.section("agencies").frame) == [
        ("54", "Parks", "101.01", "67.01", "34.00"),
        ("60", "Revenue", "-0.02", "-0.01", "-0.01"),
    ]
    assert {fact.name: str(fact.value) for fact in found.facts}["without_share"] == "1.00"


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("fact_split", "| 1.00\n", "| 1.01\n", "splits and invoices"),
        ("fact_charge", "C2        | I1         | 54 ", "C2        | I1         | 60 ", "splits and invoices, agency by agency"),
        ("fact_charge", "C4        | I2", "C4        | - ", "splits and invoices"),
    ],
)
def test_a_cent_that_goes_astray_stops_the_report(name: str, old: str, new: str, told: str) -> None:
    assert old in WORLD[name]

    with pytest.raises(ReconciliationError, match=f"R03: {told}"):
        by_funding(month("2026-10", **{**WORLD, name: WORLD[name].replace(old, new)}))


@settings(deadline=None)
@given(cents=st.integers(-(10**13), 10**13), millionths=st.integers(0, 10**8))
@example(cents=1, millionths=50 * 10**6)
@example(cents=-1, millionths=50 * 10**6)
@example(cents=10**13, millionths=10**8)
def test_the_federal_part_agrees_with_plain_fractions(cents: int, millionths: int) -> None:
    amount, share = Decimal(cents).scaleb(-2), Decimal(millionths).scaleb(-6)
    found = by_funding(
        month(
            "2026-10",
            fact_charge=f"period | charge_id | invoice_no | agency_code | rate_code | amount\n 2026-10 | C1 | I1 | 54 | ST10 | {amount}",
            fact_split=f"period | charge_id | seq | fund | federal_share_pct | amount\n 2026-10 | C1 | 1 | 1200 | {share} | {amount}",
            fact_invoice=f"period | invoice_no | agency_code | amount\n 2026-10 | I1 | 54 | {amount}",
        )
    )

    assert found.section("funds").frame["federal_amount"].to_list() == [round_half_away(Fraction(amount) * Fraction(share) / 100)]
