"""Fixed cost, splits, pass-through, stock, adjustments, fiscal periods. Figures worked out apart from the engine."""

from decimal import Decimal

import polars as pl
import pytest

from billing.fees import fee_on_total_rows, surcharge_rows
from billing.frames import Earlier, Tables
from billing.money import largest_remainder
from billing.periods import Period
from billing.splits import split
from tests.vectors import world

FISCAL_MONTHS = [str(Period(2025, 7).shift(n)) for n in range(12)]
FIXED = {"stream": "fixed_cost", "class": "FIXED", "uom": "MONTH"}
PASS = {"stream": "pass_through", "class": "PASS", "uom": "EACH"}
STOCK = {"stream": "stock", "class": "STOCK", "uom": "EACH"}
FEE = {"rate_code": "FEE", "name": "Processing", "stream": "pass_through", "class": "FEE", "uom": "EACH"}


@pytest.mark.parametrize(
    ("annual", "first_three"),
    [("1000000.00", ["83333.33", "83333.34", "83333.33"]), ("100000.00", ["8333.33", "8333.34", "8333.33"])],
)
def test_a_year_in_twelve_parts_that_come_to_the_year(annual: str, first_three: list[str]) -> None:
    row = {"annual_amount": annual, "start_period": "2025-07", "end_period": "2026-06"}

    parts = [world.total(world.bill("fixed_cost", [row], world.tables(rate_codes=[FIXED]), month)) for month in FISCAL_MONTHS]

    assert [str(part) for part in parts] == first_three * 4
    assert str(sum(parts)) == annual


def test_a_pool_is_shared_by_heads_to_the_cent() -> None:
    numbers = ["N1", "N2", "N3"]
    tables = world.tables(
        rate_codes=[FIXED],
        billing_numbers=[{"billing_number": number} for number in numbers],
        funding_strings=[{"billing_number": number} for number in numbers],
    )
    pool = {
        "method": "ALLOCATED", "pool_annual_amount": "3000000.00", "basis": "FTE", "basis_as_of": "2025-07-01",
        "start_period": "2025-07", "end_period": "2026-06",
    }  # fmt: skip
    rows = [{**pool, "billing_number": number, "basis_quantity": heads} for number, heads in zip(numbers, (1203, 877, 14), strict=True)]

    billed = world.bill("fixed_cost", rows, tables, "2025-07")

    assert [str(amount) for amount in world.amounts(billed)] == ["143624.64", "104703.92", "1671.44"]


def _split_of(amount: str, percents: list[str]) -> list[str]:
    strings = [{"seq": seq, "percent": percent, "fund": f"01{seq:02d}"} for seq, percent in enumerate(percents, start=1)]
    tables = world.tables(rate_codes=[{}], rates=[{"unit_rate": amount}], funding_strings=strings)
    billed = world.bill("usage", [{"quantity": 1}], tables, "2026-03")
    parts = split(billed.charges, tables, Earlier()).sort("seq")["amount"].to_list()
    return [str(part) for part in parts]


@pytest.mark.parametrize(
    ("amount", "percents", "expected"),
    [
        ("100.00", ["33.3333", "33.3333", "33.3334"], ["33.33", "33.33", "33.34"]),
        ("1000.01", ["50", "30", "20"], ["500.01", "300.00", "200.00"]),
        ("83.47", ["62.5", "37.5"], ["52.17", "31.30"]),
        ("0.01", ["33.333333", "33.333333", "33.333334"], ["0.00", "0.00", "0.01"]),
    ],
)
def test_funding_splits(amount: str, percents: list[str], expected: list[str]) -> None:
    assert _split_of(amount, percents) == expected


@pytest.mark.parametrize(("cents", "expected"), [(10000, [3334, 3333, 3333]), (-10000, [-3334, -3333, -3333]), (1, [1, 0, 0])])
def test_equal_shares_give_the_odd_cent_to_the_first(cents: int, expected: list[int]) -> None:
    assert largest_remainder(cents, [1, 1, 1]) == expected


def test_a_processing_charge_is_its_own_row() -> None:
    tables = world.tables(rate_codes=[PASS, FEE], rates=[{"markup_pct": "5", "fee_rate_code": "FEE"}])

    billed = world.bill("pass_through", [{"cost_amount": "1234.56"}], tables, "2026-03")

    assert [str(amount) for amount in world.amounts(billed, "BASE")] == ["1234.56"]
    assert [str(amount) for amount in world.amounts(billed, "FEE")] == ["61.73"]
    assert str(world.total(billed)) == "1296.29"


def _seven_lines(kind: str) -> tuple[pl.DataFrame, Tables]:
    surcharge = {"surcharge_code": "FEE", "kind": kind, "applies_to": "RC", "percent": "0.5"}
    tables = world.tables(rate_codes=[PASS, FEE], rates=[{}], surcharges=[surcharge])
    rows = [{"cost_amount": "11.00", "vendor_line_no": line} for line in range(1, 8)]
    return world.bill("pass_through", rows, tables, "2026-03").charges, tables


def test_a_fee_on_the_total_is_rounded_once() -> None:
    charges, tables = _seven_lines("FEE_ON_TOTAL")

    fees = fee_on_total_rows(charges.with_columns(invoice_key=pl.col("billing_number")), tables, Period(2026, 3))

    assert [str(amount) for amount in fees["amount"]] == ["0.39"]


def test_a_fee_on_each_line_would_come_to_more() -> None:
    charges, tables = _seven_lines("PERCENT_OF_COST")

    fees = surcharge_rows(charges, tables, Period(2026, 3))

    assert str(fees["amount"].sum()) == "0.42"


@pytest.mark.parametrize(
    ("receipts", "issued", "average", "cost"),
    [
        ([("10", "100.00"), ("5", "112.00")], "3", "104", "312.00"),
        ([("7", "100.00"), ("3", "103.33")], "7", "100.999", "706.99"),
    ],
)
def test_goods_leave_at_the_weighted_average(receipts: list[tuple[str, str]], issued: str, average: str, cost: str) -> None:
    tables = world.tables(rate_codes=[STOCK, FEE], rates=[{"markup_pct": "5", "fee_rate_code": "FEE"}], stock_items=[{}])
    rows = [{"txn_type": "RECEIPT", "quantity": quantity, "unit_cost": unit_cost} for quantity, unit_cost in receipts]
    issue = {"txn_type": "ISSUE", "quantity": issued, "billing_number": "N1", "requisition_no": "SRQ1", "delivered_to": "desk"}

    billed = world.bill("stock", [*rows, issue], tables, "2026-03")

    assert [str(amount) for amount in world.amounts(billed, "BASE")] == [cost]
    assert billed.charges.filter(pl.col("component") == "BASE")["unit_rate"].to_list() == [Decimal(average)]
    if cost == "312.00":
        assert [str(amount) for amount in world.amounts(billed, "FEE")] == ["15.60"]
        assert str(world.total(billed)) == "327.60"


def test_a_wrong_rate_is_credited_and_billed_anew() -> None:
    code = {"stream": "circuits", "class": "ADJ"}
    pair = {"adj_type": "CREDIT_REBILL", "pair_id": "P1", "reason_code": "WRONG_RATE"}
    rows = [{**pair, "amount": "-500.00", "quantity": -40, "rate": "12.50"}, {**pair, "amount": "470.00", "quantity": 40, "rate": "11.75"}]

    billed = world.bill("adjustments", rows, world.tables(rate_codes=[code]), "2026-03")

    assert [str(amount) for amount in world.amounts(billed, "CREDIT")] == ["-500.00"]
    assert [str(amount) for amount in world.amounts(billed, "DEBIT")] == ["470.00"]
    assert str(world.total(billed)) == "-30.00"


@pytest.mark.parametrize(
    ("month", "fiscal_year", "fiscal_period"), [("2026-06", 2026, 12), ("2026-07", 2027, 1), ("2026-12", 2027, 6), ("2027-01", 2027, 7)]
)
def test_the_fiscal_year_starts_in_july(month: str, fiscal_year: int, fiscal_period: int) -> None:
    period = Period.parse(month)

    assert (period.fiscal_year, period.fiscal_period) == (fiscal_year, fiscal_period)
