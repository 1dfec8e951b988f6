"""Checks that a charge group whose records came in two files still balances file by file."""

from decimal import Decimal

import polars as pl

from billing.frames import SUSPENSE, empty
from billing.reconcile import by_cost, control_totals
from tests.fees.small_world import MARCH
from tests.pass_through.test_pass_through import bill, costs


def test_each_file_is_billed_what_it_brought() -> None:
    first = costs([{"rate_code": "PT10", "cost_amount": "100.006", "charge_group": "g"}], "pass_through_2026-03_01.csv")
    second = costs([{"source_record_id": "Q1", "vendor_line_no": 9, "rate_code": "PT10", "cost_amount": cost, "charge_group": "g"}
                    for cost in ("1.00",)], "pass_through_2026-03_02.csv")  # fmt: skip
    read = pl.concat([first, second])
    billed = bill(read)
    files = pl.DataFrame({"feed": ["pass_through"] * 2, "source_file": sorted(read["source_file"].unique()), "rows": [1, 1]})

    found = control_totals(MARCH, files, {"pass_through": read}, billed.outcomes, empty(SUSPENSE), billed.charges, billed.bridge)

    assert (found["amount_billed"] - found["amount_added"]).to_list() == [Decimal("100.01"), Decimal("1.00")]
    assert found["amount_billed"].sum() == billed.charges["amount"].sum()
    assert found["amount_rounding"].to_list() == [Decimal(0), Decimal(0)]


def test_odd_cents_go_to_the_largest_file_even_where_costs_cancel() -> None:
    assert by_cost(1, [Decimal("1000.004"), Decimal("-999.99")]) == [100000, -99999]
    assert by_cost(2, [Decimal("0.005"), Decimal("0.005"), Decimal("0.006")]) == [1, 1, 0]
    assert by_cost(5, [Decimal("0.014"), Decimal("0.014"), Decimal("0.020")]) == [1, 1, 3]
