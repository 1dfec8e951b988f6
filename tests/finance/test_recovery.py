"""R12 and R13: what cost groups earned and cost this fiscal year, worked by hand, and that nothing is ever offset."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from reports.finance.recovery import recovery
from tests.finance.world import month, rows

CODES = """
    rate_code | name    | uom  | cost_group
    ST10      | Storage | GB   | STORAGE
    CK10      | Circuit | EACH | NETWORK
    LB10      | Labor   | HOUR | LABOR
    TL10      | Toll    | MIN  | TOLL
"""
# 61 days: September and October of fiscal year 2027; June belongs to the year before
LINES = """
    period  | charge_id | invoice_no | rate_code | component | uom  | quantity | amount
    2026-06 | C0        | I0         | ST10      | BASE      | GB   | 1        | 90000.00
    2026-09 | C1        | I1         | ST10      | BASE      | GB   | 100      | 1000.00
    2026-10 | C2        | I2         | ST10      | BASE      | GB   | 250      | 2500.00
    2026-10 | C3        | I2         | ST10      | CREDIT    | GB   | -5       | -50.00
    2026-10 | C4        | -          | ST10      | BASE      | GB   | 9        | 777.00
    2026-09 | C5        | I1         | CK10      | MRC       | EACH | 2        | 610.00
    2026-10 | C6        | I2         | CK10      | MRC       | EACH | 2        | 610.00
    2026-10 | C7        | I2         | LB10      | BASE      | HOUR | 1        | 120.00
    2026-10 | C8        | I2         | XX99      | BASE      | HOUR | 1        | 0.01
    2026-10 | C9        | I2         | TL10      | CALLS     | MIN  | 100      | 400.00
"""
INVOICES = """
    period  | invoice_no | amount
    2026-06 | I0         | 90000.00
    2026-09 | I1         | 1610.00
    2026-10 | I2         | 3580.01
"""
PERIODS = """
    period  | fiscal_year | fiscal_period | first_day  | last_day   | status | as_of
    2026-06 | 2026        | 12            | 2026-06-01 | 2026-06-30 | CLOSED | 2026-07-07
    2026-09 | 2027        | 3             | 2026-09-01 | 2026-09-30 | CLOSED | 2026-10-07
    2026-10 | 2027        | 4             | 2026-10-01 | 2026-10-31 | OPEN   | 2026-11-06
"""
POOLS = """
    fiscal_year | cost_group | period  | forecast_cost | forecast_units | actual_cost | actual_units
    2026        | STORAGE    | -       | 1.00          | 1              | -           | -
    2027        | STORAGE    | -       | 10000.00      | 1200           | -           | -
    2027        | NETWORK    | -       | 99999.00      | 99             | -           | -
    2027        | NETWORK    | 2026-09 | -             | -              | 305.00      | 2
    2027        | NETWORK    | 2026-10 | -             | -              | 305.00      | 2
    2027        | LABOR      | -       | 5000.00       | -              | 1464.00     | -
    2027        | LABOR      | 2026-09 | -             | -              | 1000.00     | -
    2027        | STOCK      | -       | 1200.00       | -              | -           | -
    2027        | TOLL       | 2026-10 | 100.00        | -              | -           | -
"""
WORLD = {"dim_period": PERIODS, "dim_rate_code": CODES, "dim_cost_pool": POOLS, "fact_charge": LINES, "fact_invoice": INVOICES}


def test_each_group_stands_alone_with_its_cost_its_days_and_its_basis() -> None:
    found = recovery(month("2026-10", **WORLD)).section("groups").frame

    shown = ("cost_group", "revenue", "cost", "over_under", "reserve_days", "reserve_limit", "over_limit", "state", "basis")
    assert rows(found, *shown) == [
        # labor: 1,000.00 of September, a twelfth of 1,464.00 for October; 120.00 earned
        ("LABOR", "120.00", "1122.00", "-1002.00", "-54.50", "1103.61", "0.00", "UNDER", "ACTUAL;ACTUAL_TWELFTH"),
        # network: 610.00 over 610.00 of cost is 61 days of 61; 60 of them are 600.00
        ("NETWORK", "1220.00", "610.00", "610.00", "61.00", "600.00", "10.00", "OVER_LIMIT", "ACTUAL"),
        ("STOCK", "0.00", "200.00", "-200.00", "-61.00", "196.72", "0.00", "UNDER", "FORECAST_TWELFTH"),
        # storage: two twelfths of 10,000.00 are 1,666.67; 3,450.00 - 1,666.67 is 65.3 days of it
        ("STORAGE", "3450.00", "1666.67", "1783.33", "65.30", "1639.34", "143.99", "OVER_LIMIT", "FORECAST_TWELFTH"),
        ("TOLL", "400.00", None, None, None, None, None, "NO_COST", None),  # no cost is known of September
        (None, "0.01", None, None, None, None, None, "NO_COST", None),
    ]


def test_months_that_are_not_published_are_left_out_of_both_sides_and_named() -> None:
    report = recovery(month("2026-10", **WORLD))
    facts = {fact.name: fact.value for fact in report.facts}

    assert report.section("groups").note.endswith("Not published: 2026-07, 2026-08.")
    assert (facts["months"], facts["days"], facts["missing_months"]) == (2, 61, "2026-07, 2026-08")
    assert (facts["over_limit"], facts["under"], facts["no_cost"], str(facts["revenue"])) == (2, 2, 2, "5190.01")


def test_over_and_under_are_nowhere_added_up() -> None:
    found = recovery(month("2026-10", **WORLD))

    offset = {"over_under", "cost", "over_limit", "reserve_limit"}
    assert [name for section in found.sections for name in section.totals if name in offset] == []
    net = sum(value for value in found.section("groups").frame["over_under"].to_list() if value is not None)
    assert net not in [fact.value for fact in found.facts]


@pytest.mark.parametrize(
    ("earned", "state", "days", "beyond"),
    [
        ("1210.00", "WITHIN", "60.00", "0.00"),  # exactly 60 days
        ("1210.01", "OVER_LIMIT", "60.00", "0.01"),  # a cent more
        ("610.00", "WITHIN", "0.00", "0.00"),  # even
        ("609.99", "UNDER", "0.00", "0.00"),  # a cent under cost
    ],
)
def test_a_cent_decides_on_which_side_of_a_line_a_group_is(earned: str, state: str, days: str, beyond: str) -> None:
    lines = f"""
        period  | charge_id | invoice_no | rate_code | component | amount
        2026-10 | C6        | I2         | CK10      | MRC       | {earned}
    """
    invoices = f"period | invoice_no | amount\n 2026-10 | I2 | {earned}"

    found = recovery(month("2026-10", **{**WORLD, "fact_charge": lines, "fact_invoice": invoices})).section("groups").frame

    network = found.filter(found["cost_group"] == "NETWORK")
    assert rows(network, "state", "reserve_days", "over_limit") == [(state, days, beyond)]


def test_a_group_whose_cost_is_nothing_has_no_days_but_a_side() -> None:
    pools = POOLS.replace("305.00", "0.00")

    found = recovery(month("2026-10", **{**WORLD, "dim_cost_pool": pools})).section("groups").frame

    network = found.filter(found["cost_group"] == "NETWORK")
    assert rows(network, "cost", "over_under", "reserve_days", "reserve_limit", "state") == [
        ("0.00", "1220.00", None, "0.00", "OVER_LIMIT")
    ]


def test_the_months_of_a_group_come_to_its_revenue() -> None:
    found = recovery(month("2026-10", **WORLD)).section("months").frame

    network = found.filter(found["cost_group"] == "LABOR")
    assert rows(network, "period", "revenue", "cost", "basis") == [
        ("2026-09", "0.00", "1000.00", "ACTUAL"), ("2026-10", "120.00", "122.00", "ACTUAL_TWELFTH"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), [("fact_charge", "2500.00", "2500.01"), ("fact_invoice", "1610.00", "1609.99")])
def test_revenue_that_is_not_the_invoices_stops_the_report(name: str, old: str, new: str) -> None:
    with pytest.raises(ReconciliationError, match="R12: revenue and the invoices"):
        recovery(month("2026-10", **{**WORLD, name: WORLD[name].replace(old, new)}))


@settings(deadline=None)
@example(cents=122, yearly=1)  # next to no cost
@example(cents=10**14, yearly=1)
@given(cents=st.integers(-(10**14), 10**14), yearly=st.integers(1, 10**14))
def test_days_and_state_agree_with_plain_fractions(cents: int, yearly: int) -> None:
    earned = Decimal(cents).scaleb(-2)
    lines = f"period | charge_id | invoice_no | rate_code | component | amount\n 2026-10 | C1 | I2 | ST10 | BASE | {earned}"
    invoices = f"period | invoice_no | amount\n 2026-10 | I2 | {earned}"
    pools = f"fiscal_year | cost_group | period | forecast_cost\n 2027 | STORAGE | - | {Decimal(yearly).scaleb(-2)}"

    found = recovery(
        month("2026-10", dim_rate_code=CODES, dim_cost_pool=pools, fact_charge=lines, fact_invoice=invoices)
    ).section("groups").frame.to_dicts()  # fmt: skip

    cost = Fraction(yearly, 100) / 6  # two months of twelve
    days = (Fraction(earned) - cost) / (cost / 61)
    state = "OVER_LIMIT" if days > 60 else "UNDER" if days < 0 else "WITHIN"
    row = next(row for row in found if row["cost_group"] == "STORAGE")
    assert row["state"] == state
    assert (row["reserve_days"] is None) == (abs(days) > 10**9)
    assert row["reserve_days"] is None or abs(Fraction(row["reserve_days"]) - days) <= Fraction(1, 20)
    assert row["over_under"] == row["revenue"] - row["cost"]
