"""R22: opening and what moved come to closing, item by item, and the month opens as the one before closed."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.stock_movement import stock_movement
from tests.records.world import month, rows, table

NAMES = ("opening", "received", "issued", "returned", "counted", "written_off", "closing", "defective", "restated")
HEAD = " | ".join(
    ["period | warehouse | item_no", *[f"{name}_quantity" for name in NAMES], "opening_value | closing_value | issued_value | moves"]
)
STOCK = """
2026-09 | FKT1 | PH | 0  | 10 | 0 | 0 | 0  | 0 | 10 | 0 | 0 | 0.00    | 1000.00 | 0.00   | 1
2026-09 | FKT1 | SW | 5  | 0  | 1 | 0 | 0  | 0 | 4  | 0 | 0 | 500.00  | 400.00  | 100.00 | 1
2026-10 | FKT1 | PH | 10 | 5  | 3 | 1 | -1 | 2 | 10 | 1 | 0 | 1000.00 | 1040.00 | 312.00 | 6
2026-10 | FKT1 | SW | 6  | 0  | 0 | 0 | 0  | 0 | 6  | 0 | 2 | 600.00  | 600.00  | 0.00   | 0
2026-10 | LEX2 | PH | 2  | 0  | 1 | 0 | 0  | 0 | 1  | 0 | 2 | 200.00  | 100.00  | 100.00 | 1
"""


def world(stock=STOCK, before="CLOSED", issued="412.00"):
    return month(
        dim_period=table("dim_period", f"period | status\n2026-09 | {before}\n2026-10 | OPEN"),
        fact_stock=table("fact_stock", f"{HEAD}\n{stock.strip()}"),
        fact_charge=table("fact_charge", f"charge_id | stream | component | amount\nC1 | stock | BASE | {issued}\nC2 | stock | FEE | 9.00"),
    )


def test_what_moved_is_shown_item_by_item_and_by_warehouse():
    report = stock_movement(world())

    assert rows(report.section("items").frame, "warehouse", "item_no", "movement_value") == [
        ("FKT1", "PH", "40.00"),
        ("FKT1", "SW", "0.00"),
        ("LEX2", "PH", "-100.00"),
    ]
    assert rows(report.section("warehouses").frame) == [
        ("FKT1", "2", "6", "1600.00", "40.00", "1640.00", "312.00"),
        ("LEX2", "1", "1", "200.00", "-100.00", "100.00", "100.00"),
    ]
    assert [row[:2] for row in rows(report.section("adjusted").frame)] == [("FKT1", "PH"), ("FKT1", "SW"), ("LEX2", "PH")]


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ("| 10 | 5  | 3 |", "| 10 | 5  | 4 |", "units do not foot: 1"),
        ("| 6  | 0  | 0 | 0 | 0  | 0 | 6  | 0 | 2 |", "| 6  | 0  | 0 | 0 | 0  | 0 | 6  | 0 | 0 |", "the month before closed with: 1"),
("2026-10 | FKT1 | SW", "2026-10 | FKT1 | SX", "the month before closed with: 2"),
        ("| 312.00 |", "| 312.01 |", "stock charge rows"),
    ],
)  # fmt: skip
def test_units_or_dollars_from_nowhere_stop_the_report(was, now, what):
    assert was in STOCK

    with pytest.raises(ReconciliationError, match=what):
        stock_movement(world(STOCK.replace(was, now)))


def test_a_month_before_that_is_open_may_have_been_run_again():
    restated = STOCK.replace("| 4  | 0 | 0 | 500.00", "| 3  | 0 | 0 | 500.00")

    assert len(stock_movement(world(restated, before="OPEN")).foots) == 3
    with pytest.raises(ReconciliationError, match="closed with"):
        stock_movement(world(restated))
