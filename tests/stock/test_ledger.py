"""Checks the stock book against plain bookkeeping: nothing appears, nothing vanishes, nothing is credited twice."""

from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.frames import Earlier
from billing.policy import Policy
from billing.stock import bill_stock
from billing.stock_ledger import movements, open_ledger, stock_position
from tests.fees.small_world import MARCH, records
from tests.stock.test_stock import back, issue, moved, receipt, shop

STEP = st.tuples(
    st.sampled_from(["RECEIPT", "ISSUE", "RETURN", "DEFECTIVE", "COUNT_ADJ", "WRITE_OFF"]), st.integers(1, 28), st.integers(1, 6),
    st.integers(1, 50_000), st.integers(0, 9),
)  # fmt: skip


def rows_of(steps: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rows = []
    for n, (kind, date, quantity, cents, original) in enumerate(steps):
        txn, on, many = f"T{n}", f"2026-03-{date:02}", str(quantity)
        if kind == "RECEIPT":
            rows.append(receipt(txn, on, many, str(Decimal(cents).scaleb(-2))))
        elif kind == "ISSUE":
            rows.append(issue(txn, on, many))
        elif kind in ("RETURN", "DEFECTIVE"):
            rows.append(back(txn, on, many, f"T{original}", "NEW" if kind == "RETURN" else kind))
        else:
            rows.append(moved(kind, txn, on, many))
    return rows


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=14))
def test_the_book_and_the_bill_agree_with_plain_bookkeeping(steps: list[tuple[Any, ...]]) -> None:
    read = records("stock", rows_of(steps))

    billed = bill_stock(read, shop(), MARCH, Policy(), Earlier())

    clean = read.join(billed.outcomes.filter(outcome="BILLED").select("source_line"), on="source_line", how="semi")
    effect = {"RECEIPT": 1, "ISSUE": -1, "RETURN": 1, "COUNT_ADJ": 1, "WRITE_OFF": -1}
    on_hand = sum(
        (row["quantity"] * effect[row["txn_type"]] for row in clean.iter_rows(named=True) if row["condition"] != "DEFECTIVE"), Decimal(0)
    )
    assert stock_position(open_ledger(shop(), movements(clean)))["quantity"].sum() == on_hand
    taken = {row["source_record_id"]: row["quantity"] for row in clean.filter(txn_type="ISSUE").iter_rows(named=True)}
    given_back: dict[str, Decimal] = {}
    for row in clean.filter(txn_type="RETURN").iter_rows(named=True):
        given_back[row["original_txn_id"]] = given_back.get(row["original_txn_id"], Decimal(0)) + row["quantity"]
    assert all(quantity <= taken[original] for original, quantity in given_back.items())
    costs = billed.charges.filter(component="BASE")
    for charge, original in costs.select("charge_id", "source_record_id").iter_rows():
        fees = billed.charges.filter(base_charge_id=charge)["amount"].sum()
        whole = costs.filter(charge_id=charge)["amount"][0] + Decimal(fees or 0)
        credited = -Decimal(billed.charges.filter(component="CREDIT", original_charge_id=charge)["amount"].sum() or 0)
        assert 0 <= credited <= whole
        assert (credited == whole) == (given_back.get(original) == taken[original]) or credited in (0, whole)


def test_the_position_says_what_lies_where_at_what_cost() -> None:
    rows = [
        receipt("R1", "2026-03-01", "10", "100"),
        receipt("R2", "2026-03-02", "5", "112"),
        receipt("R3", "2026-03-02", "1", "9", warehouse="LEX2"),
    ]

    found = stock_position(open_ledger(shop(), movements(records("stock", rows))))

    assert [tuple(map(str, row)) for row in found.rows()] == [
        ("FKT1", "PH8841", "15.000000", "104.000000"), ("LEX2", "PH8841", "1.000000", "9.000000"),
    ]  # fmt: skip
    assert stock_position(open_ledger(shop())).is_empty()


def test_movements_are_read_in_the_order_of_the_book() -> None:
    rows = [
        moved("WRITE_OFF", "e", "2026-03-02", "1"), moved("COUNT_ADJ", "d", "2026-03-02", "1"), issue("c", "2026-03-02", "1"),
        back("b", "2026-03-02", "1", "old"), back("c2", "2026-03-02", "1", "c"), receipt("a2", "2026-03-02", "1", "1"),
        receipt("a3", "2026-03-02", "1", "1"), issue("a1", "2026-03-01", "1"), issue("c3", "2026-03-02", "1"),
    ]  # fmt: skip
    read = records("stock", rows)
    later = records("stock", [receipt("z", "2026-01-01", "1", "1")]).with_columns(period=pl.lit("2026-04"))

    found = movements(pl.concat([later, read.with_columns(period=pl.lit("2026-03"))]))

    assert [move.source_record_id for move in found] == ["a1", "a2", "a3", "b", "c", "c2", "c3", "d", "e", "z"]
