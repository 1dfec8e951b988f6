"""Checks which rows bear a surcharge, how much, and in force on which day."""

import polars as pl
import pytest

from billing.errors import TableError
from billing.fees import surcharge_rows
from tests.fees.small_world import MARCH, amounts, charges, world


def surcharge(code: str, kind: str, applies_to: str, **more: str) -> dict:
    return {"surcharge_code": code, "kind": kind, "applies_to": applies_to, **more}


FUSF = surcharge("SUPP", "PERCENT_OF_COST", "TELECOM", percent="10")
PER_LINE = surcharge("E911", "PER_LINE", "CX10; NT40", amount="0.75")


def test_a_percentage_of_cost_is_taken_on_each_unrounded_row_of_its_codes_and_classes() -> None:
    rows = charges([
        {"exact": "10.045", "source_record_id": "by class"},  # 1.0045 on the unrounded amount; on 10.05 it would be 1.01
        {"exact": "20", "rate_code": "PT10", "source_record_id": "out of reach"},
        {"exact": "-30", "component": "CREDIT", "source_record_id": "credit"},
    ])  # fmt: skip

    found = surcharge_rows(rows, world(surcharges=[FUSF]), MARCH)

    assert amounts(found, "source_record_id", "rate_code", "component") == [
        ("by class", "SUPP", "FEE", "1.00"), ("credit", "SUPP", "FEE", "-3.00"),
    ]  # fmt: skip
    assert set(found["base_charge_id"]) < set(rows["charge_id"])
    assert found.filter(source_record_id="credit")["rule"][0] == "-30 x 10 %"


def test_a_code_named_twice_bears_the_surcharge_once() -> None:
    twice = surcharge("SUPP", "PERCENT_OF_COST", "NT40;TELECOM ; NT40", percent="10")

    assert amounts(surcharge_rows(charges([{"exact": "100"}]), world(surcharges=[twice]), MARCH)) == [("10.00",)]


@pytest.mark.parametrize("component", ["FEE", "TAX", "SURCHARGE", "DEBIT"])
def test_fees_taxes_and_surcharges_never_bear_one(component: str) -> None:
    rows = charges([{"exact": "100", "component": component}])

    assert surcharge_rows(rows, world(surcharges=[FUSF, PER_LINE]), MARCH).is_empty()


@pytest.mark.parametrize("component", ["BASE", "MRC", "NRC", "USAGE", "CALLS", "CREDIT"])
def test_every_kind_of_cost_bears_a_percentage_but_only_monthly_rows_bear_a_line_fee(component: str) -> None:
    found = surcharge_rows(charges([{"exact": "100", "component": component}]), world(surcharges=[FUSF, PER_LINE]), MARCH)

    assert amounts(found, "rate_code") == ([("E911", "0.75")] if component == "MRC" else []) + [("SUPP", "10.00")]


def test_adjustments_and_stock_credits_bear_no_percentage() -> None:
    everything = surcharge("SUPP", "PERCENT_OF_COST", "TELECOM;STOCK", percent="10")
    rows = charges([
        {"exact": "-5", "component": "CREDIT", "stream": "adjustments"},
        {"exact": "-109.20", "component": "CREDIT", "stream": "stock", "rate_code": "EQ10"},
        {"exact": "312", "component": "BASE", "stream": "stock", "rate_code": "EQ10"},
    ])  # fmt: skip

    assert amounts(surcharge_rows(rows, world(surcharges=[everything]), MARCH), "stream") == [("stock", "31.20")]


def test_a_line_fee_is_whole_for_each_line_whatever_the_share_of_the_month() -> None:
    rows = charges([
        {"exact": "10", "quantity": "0.333333", "source_record_id": "part of a month"},
        {"exact": "60", "rate_code": "CX10", "line_count": 3, "source_record_id": "three lines"},
        {"exact": "0", "source_record_id": "nothing"},
    ])  # fmt: skip

    found = surcharge_rows(rows, world(surcharges=[PER_LINE]), MARCH)

    assert amounts(found, "source_record_id") == [("part of a month", "0.75"), ("three lines", "2.25")]
    three = found.filter(source_record_id="three lines").row(0, named=True)
    assert (str(three["quantity"]), str(three["unit_rate"]), three["rule"]) == ("3.000000", "0.750000", "3 lines x 0.75")


def test_the_surcharge_in_force_on_the_rows_rate_date_counts() -> None:
    dated = [
        surcharge("SUPP", "PERCENT_OF_COST", "TELECOM", percent="10", valid_from="2025-01-01", valid_to="2026-02-15"),
        surcharge("SUPP", "PERCENT_OF_COST", "TELECOM", percent="20", valid_from="2026-02-15"),
    ]
    rows = charges([
        {"exact": "100", "rate_date": "2024-12-31", "source_record_id": "before any"},
        {"exact": "100", "rate_date": "2026-02-14", "source_record_id": "last day of the old"},
        {"exact": "100", "rate_date": "2026-02-15", "source_record_id": "first day of the new"},
    ])  # fmt: skip

    assert amounts(surcharge_rows(rows, world(surcharges=dated), MARCH), "source_record_id") == [
        ("first day of the new", "20.00"), ("last day of the old", "10.00"),
    ]  # fmt: skip


def test_a_markup_and_a_surcharge_under_one_code_are_two_rows() -> None:
    both = [FUSF, surcharge("E911", "PERCENT_OF_COST", "NT40", percent="1")]

    found = surcharge_rows(charges([{"exact": "100"}]), world(surcharges=both), MARCH)

    assert found["charge_id"].n_unique() == 2
    assert amounts(found, "rate_code") == [("E911", "1.00"), ("SUPP", "10.00")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (surcharge("SUPP", "PERCENT_OF_COST", "TELECOM"), "surcharges.csv:2: surcharge SUPP is PERCENT_OF_COST but has no percent"),
        (surcharge("SUPP", "PER_LINE", "TELECOM", percent="1"), "surcharges.csv:2: surcharge SUPP is PER_LINE but has no amount"),
        (surcharge("NOPE", "PER_LINE", "TELECOM", amount="1"), "surcharges.csv:2: surcharge NOPE is not in rate_codes.csv"),
    ],
)
def test_a_surcharge_without_figure_or_code_is_refused(row: dict, message: str) -> None:
    with pytest.raises(TableError, match=message):
        surcharge_rows(charges([{"exact": "100"}]), world(surcharges=[row]), MARCH)


def test_the_order_of_rows_changes_nothing() -> None:
    rows = charges([{"exact": str(n), "line_count": n} for n in range(1, 30)])
    tables = world(surcharges=[FUSF, PER_LINE])

    assert surcharge_rows(rows.sample(fraction=1, shuffle=True, seed=3), tables, MARCH).equals(surcharge_rows(rows, tables, MARCH))
    assert surcharge_rows(rows, tables, MARCH).height == 29 * 2
    assert surcharge_rows(rows.filter(pl.lit(value=False)), tables, MARCH).is_empty()
