"""Fixed cost: twelve parts that come to the year, pools that come to their part, and what holds a row."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from billing.fixed_cost import bill_fixed_cost
from billing.frames import BRIDGE, CHARGES, FINDINGS, OUTCOMES, Billed, Earlier, Tables, conform
from billing.money import round_half_away
from billing.periods import Period
from billing.policy import Policy
from tests.usage.world import PERIOD, amounts, code, day, found, held, rate, records, world

PLAIN = world([code("EA", "MONTH", **{"class": "FIXED"}), code("EB", "MONTH", **{"class": "FIXED"}), code("V")], [rate("V", "1")])


def amount(annual: str | None, **more: Any) -> dict[str, Any]:
    return {
        "assessment_id": "A", "method": "AMOUNT", "rate_code": "EA", "billing_number": "N1", "annual_amount": annual,
        "start_period": "2026-07", "end_period": "2027-06", "spread": "EQUAL_12", "approval_ref": "FM-1", **more,
    }  # fmt: skip


def share(quantity: str | None, pool: str | None = "250000.00", **more: Any) -> dict[str, Any]:
    pooled = {"method": "ALLOCATED", "annual_amount": None, "pool_annual_amount": pool, "basis": "FTE", "basis_quantity": quantity}
    return amount(None, **{**pooled, **more})


def bill(*rows: dict[str, Any], period: Period = PERIOD, tables: Tables = PLAIN) -> Billed:
    billed = bill_fixed_cost(records("fixed_cost", *rows), tables, period, Policy(), Earlier())
    conform(billed.charges, CHARGES)
    conform(billed.bridge, BRIDGE)
    conform(billed.findings, FINDINGS)
    conform(billed.outcomes, OUTCOMES)
    assert billed.outcomes.height == len(rows)
    return billed


def test_a_year_is_billed_in_twelve_parts_that_come_to_it() -> None:
    start = Period(2026, 7)

    parts = [amounts(bill(amount("1000000.00"), period=start.shift(n)))[0] for n in range(12)]

    low, high = Decimal("83333.33"), Decimal("83333.34")
    assert parts == [low, high, low] * 4
    assert sum(parts) == Decimal("1000000.00")


def test_the_count_of_months_starts_with_the_first_period_and_again_after_twelve() -> None:
    row = amount("100.00", start_period="2026-03", end_period="2029-12")

    parts = [amounts(bill(row, period=Period(2026, 3).shift(n)))[0] for n in (0, 1, 2, 12, 13, 14)]

    assert parts == [Decimal("8.33"), Decimal("8.34"), Decimal("8.33")] * 2


@pytest.mark.parametrize(
    ("start", "end", "bills"),
    [("2026-10", "2026-10", True), ("2026-11", "2027-10", False), ("2025-10", "2026-09", False), ("2026-01", "2026-12", True)],
)
def test_a_row_bills_in_its_own_periods_only(start: str, end: str, bills: bool) -> None:
    billed = bill(amount("1200.00", start_period=start, end_period=end))

    assert amounts(billed) == ([Decimal("100.00")] if bills else [])
    assert billed.outcomes["outcome"].to_list() == ["BILLED"]
    assert billed.findings.height == 0


def test_a_row_says_what_it_is() -> None:
    billed = bill(amount("1000000.00", description="Security assessment"))

    row = billed.charges.row(0, named=True)
    assert (row["stream"], row["component"], row["description"], row["approval_ref"]) == (
        "fixed_cost", "BASE", "Security assessment", "FM-1",
    )  # fmt: skip
    assert (row["start_date"], row["stop_date"], row["rate_date"]) == (day("2026-10-01"), day("2026-11-01"), day("2026-10-01"))
    assert (row["quantity"], row["uom"], row["unit_rate"]) == (Decimal(1), "MONTH", None)
    assert (row["numerator"], row["denominator"], row["is_prior_period"]) == (8333333, 100, False)
    assert row["rule"] == "1000000.00 a year, month 4 of 12, cumulatively rounded"
    assert billed.bridge.rows() == [(row["charge_id"], "fixed_cost", "fixed_cost_2026-10_01.csv", 2, "R2", Decimal(1))]


def test_a_pool_is_shared_by_basis_to_the_cent() -> None:
    rows = [share("1203", "3000000.00"), share("877", "3000000.00", billing_number="N2"), share("14", "3000000.00", billing_number="N3")]

    billed = bill(*rows)

    assert amounts(billed) == [Decimal("1671.44"), Decimal("104703.92"), Decimal("143624.64")]
    assert sorted(billed.charges.select("quantity", "uom").rows()) == [(Decimal(q), "FTE") for q in (14, 877, 1203)]


def test_the_months_part_of_a_pool_comes_first_and_then_the_shares() -> None:
    rows = [share("1", "100.00", billing_number=number) for number in ("N1", "N2", "N3")]
    start = Period(2026, 7)

    first, second = (bill(*rows, period=start.shift(n)).charges.sort("source_line")["amount"].to_list() for n in (0, 1))

    assert first == [Decimal("2.78"), Decimal("2.78"), Decimal("2.77")]  # 8.33
    assert second == [Decimal("2.78"), Decimal("2.78"), Decimal("2.78")]  # 8.34


def test_a_held_row_takes_its_share_all_the_same() -> None:
    rows = [share("1", "1200.00"), share("2", "1200.00", billing_number="N9"), share("1", "1200.00", billing_number="N3")]

    billed = bill(*rows)

    assert amounts(billed) == [Decimal("25.00"), Decimal("25.00")]
    assert found(billed) == [("A103", "HOLD", "R3")]
    assert billed.outcomes.filter(pl.col("outcome") == "HELD")["amount"].to_list() == [Decimal("50.00")]


def test_a_row_out_of_force_takes_no_share() -> None:
    rows = [share("1", "1200.00"), share("3", "1200.00", billing_number="N2", end_period="2026-09")]

    assert amounts(bill(*rows)) == [Decimal("100.00")]


def test_cents_left_over_go_to_the_lowest_record_numbers_whatever_the_order() -> None:
    rows = [share("1", "12.00", source_record_id=f"FC-{n}") for n in range(1, 13)]
    random.Random(7).shuffle(rows)

    billed = bill(*rows, period=Period(2026, 7))  # 1.00 over twelve: four cents are left

    more = billed.charges.filter(pl.col("amount") == Decimal("0.09"))["source_record_id"].to_list()
    assert set(more) == {"FC-1", "FC-2", "FC-3", "FC-4"}
    assert sum(amounts(billed)) == Decimal("1.00")


def test_a_row_without_number_goes_to_its_agencys_own() -> None:
    billed = bill(amount("12.00", billing_number=None, agency_code="100"), amount("12.00", billing_number=None, agency_code="200"))

    assert billed.charges["billing_number"].to_list() == ["N1"]
    assert found(billed) == [("A101", "HOLD", "R3")]
    assert billed.findings["agency_code"].to_list() == ["200"]


@pytest.mark.parametrize(
    ("change", "code_found", "severity"),
    [
        ({"billing_number": "N7"}, "A102", "HOLD"),
        ({"billing_number": "N9"}, "A103", "HOLD"),
        ({"rate_code": "X"}, "R201", "HOLD"),
        ({"annual_amount": None}, "R203", "HOLD"),
        ({"annual_amount": "-1.00"}, "Q301", "HOLD"),
        ({"start_period": "2026-12", "end_period": "2026-11"}, "D405", "HOLD"),
        ({"agency_code": "200"}, "A104", "WARN"),
        ({"requested_by": "x@ky.gov"}, "A107", "WARN"),
    ],
)
def test_one_fault_is_named_once(change: dict[str, Any], code_found: str, severity: str) -> None:
    billed = bill({**amount("12.00"), **change}, amount("24.00"))

    assert found(billed) == [(code_found, severity, "R2")]
    assert held(billed) == ({"R2"} if severity == "HOLD" else set())
    assert Decimal("2.00") in amounts(billed)


def test_only_class_fixed_needs_no_rate() -> None:
    tables = world([code("V"), code("EA", **{"class": "FIXED"})])

    billed = bill(amount("12.00"), amount("12.00", rate_code="V"), tables=tables)

    assert found(billed) == [("R202", "HOLD", "R3")]


@pytest.mark.parametrize(
    ("change", "code_found"),
    [
        ({"pool_annual_amount": "1.00"}, "R206"),
        ({"start_period": "2026-08"}, "R206"),
        ({"rate_code": "EB"}, "R206"),
        ({"basis_quantity": None}, "R206"),
        ({"basis_quantity": "-1"}, "R206"),
    ],
)
def test_a_pool_that_disagrees_with_itself_is_held_whole(change: dict[str, Any], code_found: str) -> None:
    billed = bill(share("1"), {**share("2"), **change}, share("5", assessment_id="B"))

    assert found(billed) == [(code_found, "HOLD", "R2"), (code_found, "HOLD", "R3")]
    assert amounts(billed) == [Decimal("20833.33")]


def test_a_pool_without_amount_or_basis_is_held() -> None:
    billed = bill(share("1", None), share("0", assessment_id="B"), share("0", assessment_id="B"))

    assert found(billed) == [("R203", "HOLD", "R2"), ("R206", "HOLD", "R3"), ("R206", "HOLD", "R4")]


def test_another_version_of_a_row_is_held_and_takes_no_share() -> None:
    rows = [share("1", "1200.00", source_record_id="A"), share("3", "1200.00", source_record_id="A"), share("1", "1200.00")]

    billed = bill(*rows)

    assert amounts(billed) == [Decimal("50.00"), Decimal("50.00")]
    assert found(billed) == [("U502", "HOLD", "A")]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**11), st.integers(0, 23))
def test_parts_agree_with_the_slow_version(cents: int, month: int) -> None:
    annual, m = Fraction(cents, 100), month % 12 + 1
    expected = round_half_away(annual * m / 12) - round_half_away(annual * (m - 1) / 12)

    billed = bill(amount(str(Decimal(cents).scaleb(-2)), end_period="2028-06"), period=Period(2026, 7).shift(month))

    assert amounts(billed) == ([expected] if expected else [])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 5_000), min_size=1, max_size=8).filter(any), st.randoms(use_true_random=False))
def test_shares_agree_with_the_slow_version_in_any_order(cents: int, weights: list[int], shuffler: random.Random) -> None:
    rows = [share(str(w), str(Decimal(cents).scaleb(-2)), source_record_id=f"P{n}") for n, w in enumerate(weights)]
    part = round_half_away(Fraction(cents, 1200)) * 100  # month 1, in cents
    exact = [Fraction(part) * w / sum(weights) for w in weights]
    floor = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda n: (floor[n] - exact[n], n))
    for n in order[: int(part) - sum(floor)]:
        floor[n] += 1
    ordered = records("fixed_cost", *rows)
    shuffler.shuffle(rows)

    billed = bill(*rows, period=Period(2026, 7))

    shares = dict(billed.charges.select("source_record_id", "amount").rows())
    assert [shares.get(f"P{n}", Decimal(0)) * 100 for n in range(len(weights))] == floor
    again = bill_fixed_cost(ordered, PLAIN, Period(2026, 7), Policy(), Earlier()).charges
    assert_frame_equal(billed.charges.drop("source_line"), again.drop("source_line"))


def test_the_rule_counts_months_within_their_year() -> None:
    billed = bill(amount("12.00", start_period="2025-10"))

    assert billed.charges["rule"].to_list() == ["12.00 a year, month 1 of 12, cumulatively rounded"]
