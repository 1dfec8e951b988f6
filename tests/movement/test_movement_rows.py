"""Movement as published: it comes to what the invoices changed by, row by row and in all, or nothing is published."""

from decimal import Decimal

import polars as pl
import pytest

from billing.behind_frames import EFFECTS, MOVEMENT_ROWS
from billing.errors import ReconciliationError
from billing.frames import INVOICES
from billing.movement import movement
from billing.movement_rows import movement_rows
from billing.periods import Period
from tests.movement.months import lines, row

OCTOBER = Period(2026, 10)
BEFORE = lines(row(1, "MRC", "410.00", rate="410.00"), row(2, "USAGE", "65.72", "2", "32.86"), row(3, "NRC", "150.00"))
NOW = lines(row(1, "MRC", "415.00", rate="415.00", rate_code="RC"), row(2, "USAGE", "98.58", "3", "32.86", rate_code="RD"))


def invoices(*amounts: str) -> pl.DataFrame:
    rows = [{"invoice_no": f"I{n}", "amount": Decimal(amount)} for n, amount in enumerate(amounts)]
    return pl.DataFrame([{name: row.get(name) for name in INVOICES} for row in rows], schema=INVOICES)


def test_rows_are_numbered_name_both_months_and_come_to_the_invoices() -> None:
    moved = movement(BEFORE, NOW)

    rows = movement_rows(moved, OCTOBER, invoices("475.72", "150.00"), invoices("513.58"))

    assert rows.schema == pl.Schema(MOVEMENT_ROWS)
    assert rows.select("period", "prior_period").unique().rows() == [("2026-10", "2026-09")]
    assert rows["row_no"].to_list() == list(range(1, moved.height + 1))
    assert sum(rows["change"].to_list()) == Decimal("513.58") - Decimal("625.72")
    assert all(sum(each[name] for name in EFFECTS) == each["change"] for each in rows.to_dicts())


@pytest.mark.parametrize(("before", "now"), [("625.73", "513.58"), ("625.72", "513.57"), ("0.00", "513.58")])
def test_a_cent_between_movement_and_invoices_stops_it(before: str, now: str) -> None:
    with pytest.raises(ReconciliationError, match=r"what moved comes to -112\.14, the invoices to"):
        movement_rows(movement(BEFORE, NOW), OCTOBER, invoices(before), invoices(now))


def test_effects_that_are_not_the_change_of_their_row_stop_it_although_their_sums_agree() -> None:
    moved = movement(BEFORE, NOW)
    off = pl.Series([Decimal("0.01"), Decimal("-0.01"), *[Decimal(0)] * (moved.height - 2)], dtype=pl.Decimal(38, 2))
    bent = moved.with_columns(price=(pl.col("price") + off).cast(moved.schema["price"]))

    with pytest.raises(ReconciliationError, match="the effects of 2 rows are not their change"):
        movement_rows(bent, OCTOBER, invoices("625.72"), invoices("513.58"))


def test_two_months_without_a_line_move_nothing() -> None:
    assert movement_rows(movement(lines(), lines()), OCTOBER, invoices(), invoices()).is_empty()
