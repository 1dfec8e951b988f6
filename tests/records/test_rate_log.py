"""R18: which rates started or ended, what was in force the day before, and what the change moved, exactly."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.money import round_half_away
from reports.finance.rate_log import rate_log
from tests.records.world import month, rows, table

RATES = """
rate_code | valid_from | valid_to   | unit_rate | per_mile_rate | markup_pct | fee_rate_code | tier_method | approval_ref | approved_by
VM        | 2025-07-01 | 2026-10-01 | 182.50    |               |            |               | FLAT        | RS-1         | rv
VM        | 2026-10-01 |            | 176.25    |               |            |               | FLAT        | RS-2         | rv
MI        | 2025-07-01 | 2026-10-01 | 50.00     | 0.85          |            |               | FLAT        | RS-1         | rv
MI        | 2026-10-01 |            | 52.00     | 0.90          |            |               | FLAT        | RS-2         | rv
ST        | 2025-07-01 | 2026-10-01 |           |               |            |               | VOLUME      | RS-1         | rv
ST        | 2026-10-01 |            |           |               |            |               | VOLUME      | RS-2         | rv
PT        | 2025-07-01 | 2026-10-15 |           |               | 5          | PF            | FLAT        | RS-1         | rv
PT        | 2026-10-15 |            |           |               | 6          | PF            | FLAT        | RS-2         | rv
NW        | 2026-10-01 |            | 3.00      |               |            |               | FLAT        | RS-2         | rv
LG        | 2025-07-01 | 2026-10-31 | 55.00     |               |            |               | FLAT        | RS-1         | rv
EM        | 2025-07-01 |            | 6.00      |               |            |               | FLAT        | RS-1         | rv
SA        | 2025-07-01 | 2026-10-01 | 9.00      |               |            |               |             | RS-1         | rv
SA        | 2026-10-01 |            | 9.00      |               |            |               |             | RS-2         | rv
NX        | 2026-11-01 |            | 1.00      |               |            |               | FLAT        | RS-3         | rv
"""
AGREED = """
agency_code | billing_number | rate_code | valid_from | valid_to   | unit_rate | approval_ref
950         |                | EM        | 2026-10-01 |            | 5.15      | MOU-1
950         | D1             | EM        | 2026-10-01 |            | 5.00      | MOU-1
725         |                | EM        | 2025-07-01 | 2026-10-20 | 4.00      | MOU-3
"""
CHARGES = """
charge_id | component | agency_code | billing_number | rate_code | quantity | unit_rate | exact_amount | amount | rate_valid_from | approval_ref | base_charge_id
V1 | USAGE | 100 | D9 | VM | 3 | 176.25 | 528.75 | 528.75 | 2026-10-01 | RS-2 |
V2 | USAGE | 100 | D9 | VM | 0.5 | 176.25 | 88.125 | 88.13 | 2026-10-01 | RS-2 |
V0 | USAGE | 100 | D9 | VM | 7 | 182.50 | 1277.50 | 1277.50 | 2025-07-01 | RS-1 |
M1 | MRC | 100 | D9 | MI | 1 | 691.90 | 691.90 | 691.90 | 2026-10-01 | RS-2 |
M2 | MRC | 100 | D9 | MI | 1 | 450.00 | 450.00 | 450.00 | 2026-10-01 | RS-2 |
S1 | USAGE | 100 | D9 | ST | 900 |  | 90.00 | 90.00 | 2026-10-01 | RS-2 |
P1 | BASE | 100 | D9 | PT |  |  | 1234.56 | 1234.56 | 2026-10-15 | RS-2 |
P1F | FEE | 100 | D9 | PF | 1 |  | 74.0736 | 74.07 | 2026-10-15 | RS-2 | P1
N1 | USAGE | 100 | D9 | NW | 2 | 3.00 | 6.00 | 6.00 | 2026-10-01 | RS-2 |
E1 | USAGE | 950 | D2 | EM | 10 | 5.15 | 51.50 | 51.50 | 2026-10-01 | MOU-1 |
E2 | USAGE | 950 | D1 | EM | 10 | 5.00 | 50.00 | 50.00 | 2026-10-01 | MOU-1 |
X1 | CALLS | 950 | D1 | LD | 1 |  | 0.82 | 0.82 | 2026-10-10 | PL-1 |
"""  # noqa: E501


@pytest.fixture
def report():
    return rate_log(
        month(
            dim_rate=table("dim_rate", RATES), dim_agency_rate=table("dim_agency_rate", AGREED), fact_charge=table("fact_charge", CHARGES),
            dim_rate_code=table("dim_rate_code", "rate_code | name\nVM | Virtual server\nEM | Mailbox"),
        )
    )  # fmt: skip


def test_each_started_or_ended_rate_has_its_old_and_new_price(report):
    told = rows(report.section("rates").frame, "rate_code", "agency_code", "billing_number", "change", "old_unit_rate", "new_unit_rate")

    assert told == [
        ("EM", "725", "", "ENDED", "4.000000", "6.000000"),  # the standard price takes over
        ("EM", "950", "", "CHANGED", "6.000000", "5.150000"),  # it was the standard price
        ("EM", "950", "D1", "CHANGED", "6.000000", "5.000000"),
        ("LG", "", "", "ENDED", "55.000000", ""),
        ("MI", "", "", "CHANGED", "50.000000", "52.000000"),
        ("NW", "", "", "NEW", "", "3.000000"),
        ("PT", "", "", "CHANGED", "", ""),
        ("SA", "", "", "SAME", "9.000000", "9.000000"),
        ("ST", "", "", "CHANGED", "", ""),
        ("VM", "", "", "CHANGED", "182.500000", "176.250000"),
    ]


def test_what_a_change_moved_is_quantity_times_the_difference_rounded_once(report):
    told = rows(report.section("rates").frame, "rate_code", "billing_number", "lines", "amount", "amount_affected")

    assert [row for row in told if row[2]] == [
        ("EM", "", "1", "51.50", "-8.50"),  # 10 x (5.15 - 6.00)
        ("EM", "D1", "1", "50.00", "-10.00"),
        ("MI", "", "2", "1141.90", "37.55"),  # 711 miles: 2.00 + 711 x 0.05; the price of one item alone is not moved
        ("NW", "", "1", "6.00", ""),
        ("PT", "", "2", "1308.63", "12.35"),  # 1234.56 x 1 % of mark-up; the vendor's own dollars are not moved
        ("ST", "", "1", "90.00", ""),
        ("VM", "", "2", "616.88", "-21.88"),  # 3.5 x -6.25 = -21.875
    ]


def test_charges_of_a_table_that_is_no_rate_table_are_named_apart(report):
    assert rows(report.section("others").frame, "rate_code", "amount") == [("LD", "0.82")]
    assert str(report.foots[0].here) == str(report.foots[0].there) == "3265.73"


CENTS = st.integers(-(10**6), 10**6)
MICROS = st.lists(st.integers(0, 10**9), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MICROS, CENTS, CENTS)
@example([500_000], 100, 101)  # half a unit at a cent more is just half a cent
@example([500_000], 101, 100)
@example([250_000, 250_000], 101, 100)  # two quarters of a cent are rounded once
def test_the_effect_agrees_with_fractions(quantities, new, old):
    amounts = [Decimal(quantity).scaleb(-6) for quantity in quantities]
    price, was = Decimal(new).scaleb(-2), Decimal(old).scaleb(-2)
    rates = f"X | 2025-07-01 | 2026-10-01 | {was} | A\nX | 2026-10-01 | | {price} | B"
    lines = "\n".join(f"C{n} | USAGE | X | {quantity} | {price} | 1.00 | 2026-10-01 | B" for n, quantity in enumerate(amounts))
    report = rate_log(
        month(
            dim_rate=table("dim_rate", f"rate_code | valid_from | valid_to | unit_rate | approval_ref\n{rates}"),
            fact_charge=table(
                "fact_charge",
                f"charge_id | component | rate_code | quantity | unit_rate | amount | rate_valid_from | approval_ref\n{lines}",
            ),
        )
    )

    exact = sum(Fraction(quantity) * (Fraction(price) - Fraction(was)) for quantity in amounts)
    assert report.sections[0].frame["amount_affected"].to_list() == [round_half_away(exact)]


def test_a_later_month_s_rates_do_not_reach_back():
    report = rate_log(month(dim_rate=table("dim_rate", RATES)))

    assert "NX" not in report.sections[0].frame["rate_code"].to_list()
    assert report.sections[0].frame.schema["quantity"] == pl.Decimal(18, 6)
