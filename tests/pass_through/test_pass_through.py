"""Checks that vendor cost is billed on exactly, with tax, surcharge and mark-up as rows of their own."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.frames import BRIDGE, CHARGES, FINDINGS, OUTCOMES, Billed, Earlier, Tables
from billing.money import round_half_away
from billing.pass_through import bill_pass_through
from billing.periods import Period
from billing.policy import Policy
from tests.fees.small_world import MARCH, amounts, day, records, world

USUAL: dict[str, Any] = {
    "billing_number": "D2", "service_from": "2026-03-01", "service_to": "2026-03-31", "vendor_code": "VC1", "vendor_name": "Acme",
    "vendor_invoice_no": "INV-1", "vendor_invoice_date": "2026-03-05", "rate_code": "PT20", "received_date": "2026-03-09",
}  # fmt: skip


def costs(rows: list[dict[str, Any]], file: str | None = None) -> pl.DataFrame:
    return records(
        "pass_through", [{"source_record_id": f"P{n}", "vendor_line_no": n, **USUAL, **row} for n, row in enumerate(rows, 1)], file
    )


def bill(rows: list[dict[str, Any]] | pl.DataFrame, tables: Tables | None = None, period: Period = MARCH, **more: Any) -> Billed:
    read = rows if isinstance(rows, pl.DataFrame) else costs(rows)
    billed = bill_pass_through(read, tables or world(), period, more.get("policy", Policy()), more.get("earlier", Earlier()))
    assert billed.charges.schema == pl.Schema(CHARGES)
    assert billed.bridge.schema == pl.Schema(BRIDGE)
    assert billed.findings.schema == pl.Schema(FINDINGS)
    assert billed.outcomes.schema == pl.Schema(OUTCOMES)
    assert billed.outcomes.height == read.height
    assert set(billed.bridge["charge_id"]) == set(billed.charges["charge_id"])
    return billed


def codes(billed: Billed) -> list[str]:
    return sorted(billed.findings["code"].to_list())


def held(billed: Billed) -> list[str]:
    return sorted(billed.outcomes.filter(outcome="HELD")["source_record_id"].to_list())


def test_cost_and_its_five_percent_are_two_rows() -> None:
    billed = bill([{"rate_code": "PT10", "cost_amount": "1234.56", "description": "licences"}])

    assert amounts(billed.charges, "component", "rate_code") == [("BASE", "PT10", "1234.56"), ("FEE", "PROC5", "61.73")]
    base = billed.charges.filter(component="BASE").row(0, named=True)
    assert (base["start_date"], base["stop_date"], base["rate_date"]) == (day("2026-03-01"), day("2026-04-01"), day("2026-03-05"))
    assert (base["description"], base["uom"], str(base["quantity"]), base["unit_rate"]) == ("licences", "EACH", "1.000000", None)
    assert (base["approval_ref"], base["rate_valid_from"], base["source_record_id"]) == ("APR-1", day("2020-01-01"), "P1")
    assert base["rule"] == "vendor cost 1234.56, invoice INV-1 of VC1 line 1"
    assert billed.findings.is_empty()


def test_tax_and_surcharge_come_on_top_and_bear_no_markup() -> None:
    billed = bill([{"rate_code": "PT10", "cost_amount": "100", "tax_amount": "37.04", "tax_type": "FET",
                    "surcharge_amount": "9.20", "surcharge_type": "EUCL"}])  # fmt: skip

    assert amounts(billed.charges, "component", "rate_code") == [
        ("BASE", "PT10", "100.00"), ("FEE", "PROC5", "5.00"), ("SURCHARGE", "PT10", "9.20"), ("TAX", "PT10", "37.04"),
    ]  # fmt: skip
    base_id = billed.charges.filter(component="BASE")["charge_id"][0]
    assert billed.charges.filter(pl.col("component") != "BASE")["base_charge_id"].unique().to_list() == [base_id]
    assert billed.charges.filter(component="TAX")["rule"][0] == "FET tax 37.04 as the vendor billed it"
    assert billed.bridge.height == 4


def test_a_negative_cost_is_a_credit_and_gives_its_markup_back() -> None:
    billed = bill([{"rate_code": "PT10", "cost_amount": "-1234.56", "tax_amount": "-3.00"}])

    assert amounts(billed.charges, "component") == [("CREDIT", "-1234.56"), ("FEE", "-61.73"), ("TAX", "-3.00")]
    assert codes(billed) == []


def test_a_charge_group_is_summed_exactly_before_it_is_rounded() -> None:
    lines = ["0.004", "0.004", "0.004", "-0.001", "2.333333333333"]
    rows = [{"rate_code": "PT10", "cost_amount": cost, "charge_group": "compute", "quantity": "2", "tax_amount": "0.01"} for cost in lines]

    billed = bill(rows)

    assert amounts(billed.charges, "component") == [("BASE", "2.34"), ("FEE", "0.12"), ("TAX", "0.05")]
    base = billed.charges.filter(component="BASE").row(0, named=True)
    assert str(base["exact_amount"]) == "2.344333333333"
    assert (base["source_file"], base["source_line"], base["source_record_id"]) == (None, None, None)
    assert (str(base["quantity"]), base["unit_rate"], base["description"]) == ("10.000000", None, "Acme invoice INV-1, compute")
    assert base["rule"] == "vendor cost 2.344333333333 = sum of 5 lines, invoice INV-1 of VC1 group compute"
    assert billed.bridge.filter(charge_id=base["charge_id"]).height == 5
    assert billed.bridge.height == 15
    assert amounts(bill([{**row, "charge_group": None, "tax_amount": None} for row in rows]).charges, "component") == [
        ("BASE", "2.33"), ("FEE", "0.12"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [{"billing_number": "D1"}, {"rate_code": "PT10"}, {"vendor_code": "VC2"}, {"vendor_invoice_no": "INV-2"}, {"charge_group": "disk"}],
)
def test_groups_of_another_number_code_vendor_invoice_or_name_are_apart(other: dict[str, Any]) -> None:
    rows = [{"cost_amount": "0.006", "charge_group": "compute"}, {"cost_amount": "0.006", "charge_group": "compute", **other}]

    assert amounts(bill(rows).charges.filter(component="BASE")) == [("0.01",), ("0.01",)]


def test_a_group_that_comes_out_negative_is_one_credit() -> None:
    rows = [{"cost_amount": "10", "charge_group": "g"}, {"cost_amount": "-30.005", "charge_group": "g"}]

    assert amounts(bill(rows).charges, "component") == [("CREDIT", "-20.01")]


def test_a_group_of_one_keeps_its_source_and_a_group_spans_its_dates() -> None:
    one = {"cost_amount": "10", "charge_group": "alone"}
    two = [
        {"cost_amount": "1", "charge_group": "g", "service_from": "2026-02-03", "service_to": "2026-02-20"},
        {"cost_amount": "1", "charge_group": "g", "service_from": "2026-02-10", "service_to": "2026-02-28"},
    ]

    billed = bill([one, *two]).charges.sort("amount")

    assert billed["source_record_id"].to_list() == [None, "P1"]
    assert billed["start_date"].to_list() == [day("2026-02-03"), day("2026-03-01")]
    assert billed["stop_date"].to_list() == [day("2026-03-01"), day("2026-04-01")]
    assert billed["is_prior_period"].to_list() == [True, False]


def test_a_held_line_leaves_its_group_and_the_rest_is_billed() -> None:
    rows = [{"cost_amount": "10", "charge_group": "g"}, {"cost_amount": "5", "charge_group": "g", "service_to": "2026-04-01"}]

    billed = bill(rows)

    assert amounts(billed.charges) == [("10.00",)]
    assert (codes(billed), held(billed)) == (["D401"], ["P2"])


def test_the_vendors_invoice_date_picks_the_rate_and_the_service_date_says_late() -> None:
    rate = {"rate_code": "PT10", "fee_rate_code": "PROC5", "approved_by": "x"}
    rates = [
        {**rate, "valid_to": "2026-03-01", "markup_pct": "5", "approval_ref": "OLD"},
        {**rate, "valid_from": "2026-03-01", "markup_pct": "8", "approval_ref": "NEW"},
    ]
    rows = [
        {"rate_code": "PT10", "cost_amount": "100", "vendor_invoice_date": "2026-02-28"},
        {"rate_code": "PT10", "cost_amount": "100", "service_from": "2026-01-01", "service_to": "2026-01-31"},
    ]

    billed = bill(rows, world(rates=rates))

    assert amounts(billed.charges, "source_record_id", "component", "approval_ref", "is_prior_period") == [
        ("P1", "BASE", "OLD", False, "100.00"), ("P1", "FEE", "OLD", False, "5.00"),
        ("P2", "BASE", "NEW", True, "100.00"), ("P2", "FEE", "NEW", True, "8.00"),
    ]  # fmt: skip
    assert codes(billed) == ["D403"]


def test_an_agreed_markup_beats_the_tables_and_brings_its_authority() -> None:
    agreed = [
        {
            "agency_code": "758",
            "rate_code": "PT10",
            "markup_pct": "2",
            "valid_from": "2025-07-01",
            "approval_ref": "AGREED",
            "approved_by": "x",
        }
    ]

    billed = bill([{"rate_code": "PT10", "cost_amount": "100"}], world(agency_rates=agreed))

    assert amounts(billed.charges, "component", "approval_ref") == [("BASE", "APR-1", "100.00"), ("FEE", "AGREED", "2.00")]


def test_the_price_of_one_is_shown_where_quantity_and_unit_cost_are_given() -> None:
    billed = bill([{"cost_amount": "1234.56", "quantity": "3", "unit_cost": "411.52"}, {"cost_amount": "5", "unit_cost": "7"}])

    assert [(str(row[0]), str(row[1])) for row in billed.charges.sort("source_record_id").select("quantity", "unit_rate").rows()] == [
        ("3.000000", "411.520000"), ("1.000000", "None"),
    ]  # fmt: skip
    assert billed.bridge.sort("source_record_id")["quantity"].to_list() == [Decimal(3), Decimal(1)]


def test_a_cost_below_half_a_cent_is_billed_with_nothing_written() -> None:
    billed = bill([{"cost_amount": "0.004", "tax_amount": "0.02"}, {"cost_amount": "0.004"}])

    assert amounts(billed.charges, "component", "base_charge_id") == [("TAX", None, "0.02")]
    assert billed.outcomes["outcome"].to_list() == ["BILLED", "BILLED"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"billing_number": None}, ["A101"]),
        ({"billing_number": "XX"}, ["A102"]),
        ({"billing_number": "D9"}, ["A103"]),
        ({"rate_code": None}, ["R201"]),
        ({"rate_code": "NOPE"}, ["R201"]),
        ({"rate_code": "EQ10"}, ["R201"]),  # known, but no pass-through code
        ({"vendor_invoice_date": "2019-12-31", "billing_number": "D2"}, ["A103", "R202"]),
        ({"service_to": "2026-04-01"}, ["D401"]),
        ({"service_from": "2025-01-01", "service_to": "2025-02-28"}, ["D402"]),
        ({"service_from": "2026-03-31", "service_to": "2026-03-30"}, ["D405"]),
    ],
)
def test_records_that_cannot_be_billed_are_held_with_their_dollars(row: dict[str, Any], found: list[str]) -> None:
    billed = bill([{"cost_amount": "10.005", "tax_amount": "1.00", "surcharge_amount": "0.50", **row}])

    assert (codes(billed), held(billed)) == (found, ["P1"])
    assert billed.charges.is_empty()
    assert str(billed.outcomes["amount"][0]) == "11.51"
    assert {str(amount) for amount in billed.findings["amount"]} == {"11.51"}


def test_a_number_without_funding_on_the_last_service_day_is_held() -> None:
    strings = [{"billing_number": "D2", "seq": 1, "percent": "100", "fund": "0100", "department": "758", "valid_to": "2026-03-31"}]

    billed = bill([{"cost_amount": "10"}, {"cost_amount": "10", "service_to": "2026-03-30"}], world(funding_strings=strings))

    assert (codes(billed), held(billed)) == (["A105"], ["P1"])


def test_a_line_billed_in_an_earlier_period_is_held() -> None:
    before = costs([{"cost_amount": "10"}, {"cost_amount": "11"}]).with_columns(
        source_record_id=pl.lit("old-") + pl.col("source_record_id"), period=pl.lit("2026-02"), outcome=pl.Series(["BILLED", "HELD"])
    )
    rows = [{"cost_amount": "99"}, {"cost_amount": "11"}, {"cost_amount": "5", "vendor_line_no": 1, "vendor_invoice_no": "INV-2"}]

    billed = bill(rows, earlier=Earlier(records={"pass_through": before.lazy()}))

    assert (codes(billed), held(billed)) == (["U504"], ["P1"])
    assert billed.findings["message"][0] == (
        "line 1 of invoice INV-1 of VC1 was billed in 2026-02; reject it or explain it"
    )  # fmt: skip


def test_the_same_record_twice_is_billed_once_and_a_changed_one_is_held() -> None:
    first = costs([{"cost_amount": "10"}, {"cost_amount": "20"}])
    again = costs([{"cost_amount": "10"}, {"cost_amount": "21"}], "pass_through_2026-03_02.csv")

    billed = bill(pl.concat([again, first]))

    assert codes(billed) == ["U501", "U502"]
    assert amounts(billed.charges, "source_file") == [
        ("pass_through_2026-03_01.csv", "10.00"), ("pass_through_2026-03_01.csv", "20.00"),
    ]  # fmt: skip
    unbilled = billed.outcomes.filter(pl.col("outcome") != "BILLED").sort("outcome")
    assert amounts(unbilled, "outcome") == [("DROPPED", "10.00"), ("HELD", "21.00")]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"tax_amount": "1.00", "billing_number": "D1"}, ["T901"]),
        ({"tax_amount": "-1.00", "billing_number": "D1"}, []),  # a tax given back is what T901 asks for
        ({"tax_amount": "0.00", "billing_number": "D1"}, []),
        ({"tax_amount": "1.00", "billing_number": "D2"}, []),
        ({"quantity": "3", "unit_cost": "3.33"}, []),  # 9.99, a cent off
        ({"quantity": "3", "unit_cost": "3.329999999999"}, ["R206"]),
        ({"quantity": "4", "unit_cost": "2.5025"}, []),
        ({"quantity": "999999999999", "unit_cost": "999999999999.999999999999"}, ["R206"]),
        ({"quantity": "3"}, []),
        ({"requested_by": "stranger@ky.gov"}, ["A107"]),
    ],
)
def test_warnings_are_billed_all_the_same(row: dict[str, Any], found: list[str]) -> None:
    billed = bill([{"cost_amount": "10", **row}])

    assert (codes(billed), held(billed)) == (found, [])
    assert amounts(billed.charges.filter(component="BASE")) == [("10.00",)]


def test_a_warning_is_left_out_where_the_record_is_held() -> None:
    assert codes(bill([{"cost_amount": "10", "tax_amount": "1", "billing_number": "D1", "service_to": "2026-04-02"}])) == ["D401"]


def test_a_markup_without_a_fee_code_is_held() -> None:
    rates = [{"rate_code": "PT10", "markup_pct": "5", "approval_ref": "A", "approved_by": "x"}]

    billed = bill([{"cost_amount": "10", "rate_code": "PT10"}], world(rates=rates))

    assert (codes(billed), held(billed)) == (["T902"], ["P1"])


def test_no_records_come_to_nothing() -> None:
    billed = bill(costs([]))

    assert billed.charges.is_empty()
    assert billed.bridge.is_empty()


LINE = st.tuples(
    st.sampled_from(["D1", "D2"]), st.sampled_from(["PT10", "PT20"]), st.sampled_from([None, "g", "h"]),
    st.integers(-(10**15), 10**15), st.integers(-(10**6), 10**6),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=10), st.integers(0, 100))
def test_bills_agree_with_plain_decimals_in_any_order(lines: list[tuple[Any, ...]], seed: int) -> None:
    rows = [
        {"billing_number": number, "rate_code": code, "charge_group": group, "tax_amount": Decimal(tax).scaleb(-2),
         "cost_amount": Decimal(cost).scaleb(-9)}
        for number, code, group, cost, tax in lines
    ]  # fmt: skip
    read = costs(rows)

    billed = bill(read)

    sums: dict[Any, Decimal] = {}
    wanted = []
    for n, row in enumerate(rows, 1):
        if row["charge_group"] is None:
            sums[(row["billing_number"], row["rate_code"], n)] = row["cost_amount"]
        else:
            key = (row["billing_number"], row["rate_code"], row["charge_group"])
            sums[key] = sums.get(key, Decimal(0)) + row["cost_amount"]
    for (number, code, _), cost in sums.items():
        wanted.append((number, "CREDIT" if cost < 0 else "BASE", round_half_away(cost)))
        if code == "PT10" and round_half_away(cost):
            wanted.append((number, "FEE", round_half_away(cost * 5 / 100)))
    found = billed.charges.filter(pl.col("component") != "TAX").select("billing_number", "component", "amount").rows()
    assert sorted(found) == sorted(row for row in wanted if row[2])
    assert billed.charges.filter(component="TAX")["amount"].sum() == sum(row["tax_amount"] for row in rows)
    shuffled = bill(read.sample(fraction=1, shuffle=True, seed=seed))
    assert shuffled.charges.equals(billed.charges)
