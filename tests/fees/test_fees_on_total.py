"""Checks the fee that is taken once on a whole invoice, and its shares on a group invoice."""

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.fees import fee_on_total_rows
from billing.fees_on_total import share_fee
from billing.money import largest_remainder
from tests.fees.small_world import MARCH, amounts, charges, day, world

FEE = {"surcharge_code": "SUPP", "kind": "FEE_ON_TOTAL", "applies_to": "TELECOM;PT10", "percent": "0.5"}


def invoiced(rows: list[dict], key: str | None = None) -> pl.DataFrame:
    invoice = pl.col("billing_number") if key is None else pl.lit(key)
    return charges(rows).with_columns(invoice.alias("invoice_key"))


def test_the_fee_is_rounded_once_on_the_whole_bill() -> None:
    found = fee_on_total_rows(invoiced([{"exact": "11.00"}] * 7), world(surcharges=[FEE]), MARCH)

    assert amounts(found, "billing_number") == [("D1", "0.39")]  # seven fees of 0.06 would be 0.42


def test_the_row_is_one_of_its_own_rate_code_over_the_whole_period_without_a_source() -> None:
    row = fee_on_total_rows(invoiced([{"exact": "77"}]), world(surcharges=[FEE]), MARCH).row(0, named=True)

    assert (row["stream"], row["component"], row["rate_code"]) == ("usage", "FEE", "SUPP")
    assert (row["start_date"], row["stop_date"], row["rate_date"]) == (day("2026-03-01"), day("2026-04-01"), day("2026-03-01"))
    assert (row["feed"], row["source_file"], row["source_line"], row["source_record_id"]) == (None, None, None, None)
    assert (row["base_charge_id"], row["agency_code"], str(row["exact_amount"])) == (None, "758", "0.385000000000")
    assert (row["description"], row["rule"]) == ("Support services fee: 0.5 % of the bill", "77.00 x 0.5 %")


def test_the_base_is_summed_in_cents_over_cost_credits_and_debits_in_reach() -> None:
    rows = [{"exact": "10.004", "component": part} for part in ("BASE", "MRC", "NRC", "USAGE", "CALLS", "DEBIT")]
    rows += [{"exact": "-5.004", "component": "CREDIT", "stream": "adjustments", "is_prior_period": True}]
    rows += [{"exact": "1000", "component": part} for part in ("FEE", "TAX", "SURCHARGE")]
    rows += [{"exact": "1000", "rate_code": "PT20"}, {"exact": "45", "rate_code": "PT10"}]

    found = fee_on_total_rows(invoiced(rows), world(surcharges=[FEE]), MARCH)

    assert [str(exact) for exact in found["exact_amount"]] == ["0.500000000000"]  # 0.5 % of 60 - 5 + 45


@pytest.mark.parametrize("rows", [[{"exact": "50"}, {"exact": "-50", "component": "CREDIT"}], [{"exact": "5", "rate_code": "PT20"}]])
def test_a_base_of_zero_bears_no_row(rows: list[dict]) -> None:
    assert fee_on_total_rows(invoiced(rows), world(surcharges=[FEE]), MARCH).is_empty()


def test_a_negative_bill_bears_a_negative_fee() -> None:
    found = fee_on_total_rows(invoiced([{"exact": "-100", "component": "CREDIT"}]), world(surcharges=[FEE]), MARCH)

    assert amounts(found) == [("-0.50",)]


def test_each_invoice_bears_its_own_fee_and_a_group_shares_one() -> None:
    rows = [{"exact": "33.00", "billing_number": number, "agency_code": "605"} for number in ("D3", "D1", "D2")]

    apart = fee_on_total_rows(invoiced(rows), world(surcharges=[FEE]), MARCH)
    group = fee_on_total_rows(invoiced(rows, "G1"), world(surcharges=[FEE]), MARCH)

    assert amounts(apart, "billing_number") == [("D1", "0.17"), ("D2", "0.17"), ("D3", "0.17")]
    assert amounts(group, "billing_number") == [("D1", "0.17"), ("D2", "0.17"), ("D3", "0.16")]  # 0.5 % of 99.00 is 0.495
    assert group.filter(billing_number="D1")["rule"][0] == ("99.00 x 0.5 % = 0.50 for invoice group G1, shared by the number's own 33.00")


def test_the_fee_in_force_on_the_first_day_of_the_period_counts() -> None:
    dated = [{**FEE, "valid_to": "2026-03-02"}, {**FEE, "percent": "9", "valid_from": "2026-03-02"}]

    assert amounts(fee_on_total_rows(invoiced([{"exact": "100"}]), world(surcharges=dated), MARCH)) == [("0.50",)]


def test_the_order_of_rows_changes_nothing() -> None:
    rows = invoiced([{"exact": f"{n}.01", "billing_number": f"D{n % 3 + 1}"} for n in range(1, 25)], "G1")

    shuffled = fee_on_total_rows(rows.sample(fraction=1, shuffle=True, seed=7), world(surcharges=[FEE]), MARCH)

    assert shuffled.equals(fee_on_total_rows(rows, world(surcharges=[FEE]), MARCH))
    assert shuffled.height == 3


CENTS = st.integers(-(10**9), 10**9)


@settings(max_examples=200, deadline=None)
@given(CENTS, st.lists(CENTS, min_size=1, max_size=8).filter(lambda bases: sum(bases) != 0))
@example(50, [100, -99])
@example(-3, [1, 1, 1])
def test_shares_of_a_group_fee_sum_to_it_and_stay_within_a_cent_of_their_part(fee: int, bases: list[int]) -> None:
    parts = share_fee(fee, bases)

    assert sum(parts) == fee
    # a fee has the sign of its base, so a part has the sign of the number's own base
    true = [Fraction(abs(fee) * base * (1 if sum(bases) > 0 else -1), abs(sum(bases))) * (-1 if fee < 0 else 1) for base in bases]
    assert all(abs(part - exact) < 1 for part, exact in zip(parts, true, strict=True))
    if min(bases) >= 0:
        assert parts == largest_remainder(fee, bases)
