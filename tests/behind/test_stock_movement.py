"""Stock rolled forward: what closes a month opens the next, the records and the book agree, and issues come to what was charged."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import stock_movement
from billing.behind_frames import STOCK_ROWS
from billing.errors import ReconciliationError
from billing.frames import LINES, Earlier, StockForward, Tables, fill
from billing.periods import Period
from billing.stock_forward import bring_forward, related
from billing.stock_movement import stock_rows
from tests.fees.small_world import records, table
from tests.stock.shop import after, back, bill, issue, moved, receipt, shop
from tests.stock.test_stock_forward import MONTHS, OPENING, billed_of, rows_of

MARCH = Period(2026, 3)
UNITS = ("opening", "received", "issued", "returned", "defective", "counted", "written_off", "closing")


def rolled(
    rows: list[dict[str, Any]], tables: Tables, period: Period = MARCH, earlier: Earlier | None = None, before: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Bill a month of stock and roll it forward."""
    known = earlier or Earlier()
    billed = bill(rows, tables, period, known)
    mine = billed_of(after(rows, tables, period, known), period)
    return stock_rows(mine, known, before, fill(billed.charges, LINES), billed.bridge, tables, period)


def units(row: dict[str, Any]) -> dict[str, str]:
    return {name: f"{row[f'{name}_quantity'].normalize():f}" for name in UNITS if row[f"{name}_quantity"]}


def test_each_kind_of_movement_has_its_column_and_what_is_defective_lies_nowhere() -> None:
    rows = [
        receipt("R1", "2026-03-02", "8", "112.00"), issue("I1", "2026-03-03", "5"), back("B1", "2026-03-04", "2", "I1"),
        back("B2", "2026-03-04", "1", "I1", "DEFECTIVE"), back("B3", "2026-03-04", "1", "I1", None),
        moved("COUNT_ADJ", "K1", "2026-03-05", "-3"),
        moved("WRITE_OFF", "W1", "2026-03-06", "2"), issue("I9", "2026-03-07", "999"),
    ]  # fmt: skip
    found = rolled(rows, shop(stock_opening=OPENING))

    assert found.schema == pl.Schema(STOCK_ROWS)
    row = found.to_dicts()[0]
    assert units(row) == {
        "opening": "12", "received": "8", "issued": "5", "returned": "3", "defective": "1", "counted": "-3", "written_off": "2",
        "closing": "13",
    }  # fmt: skip
    # 12 at 99.50 and 8 at 112.00 are 20 at 104.50; what comes back costs the same; the issue of 999 is held
    values = [str(row[name]) for name in ("opening_cost", "closing_cost", "opening_value", "closing_value", "issued_value")]
    assert values == ["99.500000", "104.500000", "1194.00", "1358.50", "522.50"]
    assert (row["moves"], row["description"], row["restated_quantity"]) == (7, "IP phone", 0)


def test_an_opening_that_was_restated_says_by_how_much() -> None:
    first, second = OPENING[0], {**OPENING[0], "item_no": "LAPTOP", "quantity": "4"}
    tables = shop(stock_opening=[{**first, "quantity": "10"}, second])

    gone = table("stock_opening", [first, {**first, "item_no": "ODD", "quantity": "1"}])
    found = {row["item_no"]: units(row) | {"restated": int(row["restated_quantity"])} for row in rolled([], tables, before=gone).to_dicts()}

    assert found == {
        "PH8841": {"opening": "10", "closing": "10", "restated": -2},
        "LAPTOP": {"opening": "4", "closing": "4", "restated": 4},
        "ODD": {"restated": -1},
    }


def test_an_item_without_cost_has_no_value_and_one_of_which_nothing_is_left_is_worth_nothing() -> None:
    rows = [moved("COUNT_ADJ", "K1", "2026-03-05", "3", item_no="ODD"), moved("WRITE_OFF", "W1", "2026-03-06", "12")]

    found = {row["item_no"]: (row["opening_value"], row["closing_value"]) for row in rolled(rows, shop(stock_opening=OPENING)).to_dicts()}

    assert found == {"PH8841": (Decimal("1194.00"), Decimal("0.00")), "ODD": (Decimal("0.00"), None)}


def test_a_record_that_the_book_takes_otherwise_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stock_movement._MOVED, "received", pl.col("txn_type") == "ISSUE")
    rows = [receipt("R1", "2026-03-02", "8", "112.00"), issue("I1", "2026-03-03", "5")]

    with pytest.raises(ReconciliationError, match="PH8841 in FKT1 does not close with what moved"):
        rolled(rows, shop(stock_opening=OPENING))


def test_issues_that_do_not_come_to_what_was_charged_stop_it() -> None:
    tables, rows = shop(stock_opening=OPENING), [issue("I1", "2026-03-03", "5")]
    billed = bill(rows, tables)
    mine = billed_of(after(rows, tables), MARCH)

    with pytest.raises(ReconciliationError, match=r"issues come to 0\.00, stock to 497\.50"):
        stock_rows(mine, Earlier(), None, fill(billed.charges, LINES), billed.bridge.clear(), tables, MARCH)


def slow(opening: dict[str, Decimal], moves: pl.DataFrame) -> dict[str, Decimal]:
    """Units by item after a month: one record after the other."""
    held = defaultdict(Decimal, opening)
    for move in moves.to_dicts():
        sign = {"RECEIPT": 1, "ISSUE": -1, "RETURN": 0 if move["condition"] == "DEFECTIVE" else 1, "COUNT_ADJ": 1, "WRITE_OFF": -1}
        held[move["item_no"]] += sign[move["txn_type"]] * move["quantity"]
    return dict(held)


@settings(max_examples=30, deadline=None)
@given(MONTHS, st.booleans())
def test_each_month_opens_with_what_the_last_one_closed_with_whether_handed_on_or_entered_anew(months: list[Any], forward: bool) -> None:
    tables = shop(stock_opening=OPENING)
    whole, handed, so_far, moves = Earlier(), None, [], None
    closing, costs = {"PH8841": Decimal(12)}, {"PH8841": Decimal("99.50")}
    for index, steps in enumerate(months):
        period = MARCH.shift(index)
        rows = rows_of(steps, period, so_far)
        billed = bill(rows, tables, period, whole)
        before, whole = whole, after(rows, tables, period, whole)
        mine = billed_of(whole, period)
        known = before
        if forward and handed is not None and moves is not None:
            asked = related(records("stock", rows, f"stock_{period}_01.csv"), moves.lazy())
            known = Earlier(stock=StockForward(str(period.shift(-1)), handed, asked))

        found = {row["item_no"]: row for row in stock_rows(
            mine, known, tables["stock_opening"], fill(billed.charges, LINES), billed.bridge, tables, period).to_dicts()}  # fmt: skip

        assert {name: row["opening_quantity"] for name, row in found.items()} == closing
        assert {name: row["opening_cost"] for name, row in found.items()} == costs
        closing = slow(closing, mine)
        assert {name: row["closing_quantity"] for name, row in found.items()} == closing
        costs = {name: row["closing_cost"] for name, row in found.items()}
        handed, issued = bring_forward(tables, before, mine)
        part = mine.filter(pl.col("txn_type").is_in(["ISSUE", "RETURN"])).join(
            issued, on=["period", "source_file", "source_line"], how="left"
        )
        moves = part if moves is None else pl.concat([moves, part])
