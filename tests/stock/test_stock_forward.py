"""A stock book brought forward from month to month bills as one that is entered from its opening every time."""

from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.frames import Earlier, StockForward
from billing.periods import Period
from billing.stock_forward import bring_forward, related
from billing.stock_ledger import MOVEMENT_COLUMNS
from tests.fees.small_world import records
from tests.stock.shop import after, back, bill, issue, moved, receipt, shop

JANUARY = Period(2026, 1)
OPENING = [{"warehouse": "FKT1", "item_no": "PH8841", "quantity": "12", "unit_cost": "99.50", "as_of": "2025-12-31"}]
STEP = st.tuples(
    st.sampled_from(["RECEIPT", "ISSUE", "ISSUE", "RETURN", "RETURN", "COUNT_ADJ"]), st.integers(1, 28), st.integers(1, 4),
    st.integers(1, 9_999), st.integers(0, 7), st.sampled_from([None, "S1", "S2"]),
)  # fmt: skip
MONTHS = st.lists(st.lists(STEP, max_size=5), min_size=2, max_size=4)
PLACE = ["period", "source_file", "source_line"]


def rows_of(steps: list[tuple[Any, ...]], period: Period, so_far: list[str]) -> list[dict[str, Any]]:
    rows = []
    for n, (kind, day, quantity, cents, which, serial) in enumerate(steps):
        txn, on = f"T{period}-{n}", f"{period}-{day:02}"
        more = {} if serial is None else {"serial_no": serial}
        if kind == "RECEIPT":
            rows.append(receipt(txn, on, str(quantity), f"{cents // 100}.{cents % 100:02}"))
        elif kind == "ISSUE":
            rows.append(issue(txn, on, "1" if serial else str(quantity), **more))
            so_far.append(txn)
        elif kind == "RETURN":
            rows.append(back(txn, on, "1", so_far[which % len(so_far)] if so_far else "T0", "NEW" if which % 2 else "DEFECTIVE", **more))
        else:
            rows.append(moved("COUNT_ADJ", txn, on, str(which - 3)))
    return rows


def billed_of(earlier: Earlier, period: Period) -> pl.DataFrame:
    return earlier.of("stock").filter((pl.col("outcome") == "BILLED") & (pl.col("period") == str(period))).collect()


@settings(max_examples=30, deadline=None)
@given(MONTHS)
@example([  # a serial goes out, comes back without being named, and goes out again two months later
    [("ISSUE", 5, 1, 1, 0, "S1")], [("RETURN", 6, 1, 1, 0, None)], [], [("ISSUE", 7, 1, 1, 0, "S1"), ("ISSUE", 8, 1, 1, 0, "S1")],
])  # fmt: skip
@example([[("ISSUE", 5, 1, 1, 0, "S1")], [], [("ISSUE", 7, 1, 1, 0, "S1")]])  # it is still out
def test_a_book_brought_forward_bills_as_one_entered_from_its_opening(months: list[list[tuple[Any, ...]]]) -> None:
    tables = shop(stock_opening=OPENING)
    whole, moves, positions, so_far = Earlier(), None, None, []
    for index, steps in enumerate(months):
        period = JANUARY.shift(index)
        rows = rows_of(steps, period, so_far)
        read = records("stock", rows, f"stock_{period}_01.csv")
        forward = None
        if moves is not None and positions is not None:
            forward = StockForward(str(period.shift(-1)), positions, related(read, moves.lazy()))
        kept = Earlier(whole.records, whole.charges, whole.splits, forward)

        expected, found = (bill(read, tables, period, earlier) for earlier in (whole, kept))

        assert found.charges.equals(expected.charges)
        assert found.findings.equals(expected.findings)
        assert found.outcomes.equals(expected.outcomes)
        whole = after(rows, tables, period, whole)
        mine = billed_of(whole, period)
        if positions is not None and moves is not None:
            handed = StockForward(str(period.shift(-1)), positions, related(mine, moves.lazy()))
            positions, issued = bring_forward(tables, Earlier(stock=handed), mine)
        else:
            positions, issued = bring_forward(tables, Earlier(), mine)
        now = mine.filter(pl.col("txn_type").is_in(["ISSUE", "RETURN"])).join(issued, on=PLACE, how="left")
        part = now.select(*MOVEMENT_COLUMNS, "period", "average")
        moves = part if moves is None else pl.concat([moves, part])
