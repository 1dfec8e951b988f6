"""What held records hold back: as the control totals count it, to the cent of each file, and one finding for each."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.frames import EXCEPTIONS, OUTCOMES, SUSPENSE, empty, fill
from billing.held import HELD_RECORDS, held_records, holds
from billing.money import round_half_away
from billing.worklist import CARRIED
from tests.finance.world import rows


def _outcomes(*given: tuple[str, str, int, str, str | None]) -> pl.DataFrame:
    names = ("feed", "source_file", "source_line", "outcome", "amount")
    typed = [(*row[:4], None if row[4] is None else Decimal(row[4])) for row in given]
    return fill(pl.DataFrame(typed, schema={name: OUTCOMES[name] for name in names}, orient="row"), OUTCOMES)


def _suspense(*given: tuple[str, str, int, str | None]) -> pl.DataFrame:
    names = ("feed", "source_file", "source_line", "amount")
    typed = [(*row[:3], None if row[3] is None else Decimal(row[3])) for row in given]
    return fill(pl.DataFrame(typed, schema={name: SUSPENSE[name] for name in names}, orient="row"), SUSPENSE)


def _costs(*given: tuple[str, int, str]) -> pl.DataFrame:
    shape = {"feed": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "cost_amount": pl.Decimal(38, 12)}
    return pl.DataFrame([("pass_through", file, line, Decimal(cost)) for file, line, cost in given], schema=shape, orient="row")


def test_a_feed_with_money_holds_its_own_and_others_what_they_would_have_come_to() -> None:
    outcomes = _outcomes(
        ("usage", "u.csv", 2, "HELD", "10.00"), ("usage", "u.csv", 3, "HELD", None), ("usage", "u.csv", 4, "BILLED", None),
        ("pass_through", "p.csv", 2, "HELD", "107.50"),  # with its mark-up
        ("pass_through", "p.csv", 3, "DROPPED", "9.00"),
    )  # fmt: skip
    costs = _costs(("p.csv", 2, "100.00"), ("p.csv", 3, "9.00"))

    found = held_records(outcomes, {"pass_through": costs}, _suspense(("usage", "u.csv", 5, "3.00"), ("voip", "v.csv", 2, None)))

    assert rows(found) == [
        ("pass_through", "p.csv", 2, "100.00"), ("usage", "u.csv", 2, "10.00"), ("usage", "u.csv", 3, None), ("usage", "u.csv", 5, "3.00"),
        ("voip", "v.csv", 2, None),
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(["0.004", "0.005", "0.0049", "-0.005", "1.335", "0.01", "-7.7777"]), max_size=9))
@example(["0.004", "0.004", "0.004"])  # a cent and a fifth of one: each alone is nothing
@example(["0.005", "0.005"])
def test_parts_of_a_cent_are_shared_so_that_a_file_comes_to_its_own_cents(costs: list[str]) -> None:
    lines = range(2, len(costs) + 2)
    outcomes = _outcomes(*(("pass_through", "p.csv", line, "HELD", None) for line in lines))

    found = held_records(
        outcomes, {"pass_through": _costs(*(("p.csv", line, cost) for line, cost in zip(lines, costs, strict=True)))}, empty(SUSPENSE)
    )

    amounts = found["held_amount"].to_list()
    assert sum(amounts, Decimal(0)) == round_half_away(sum(map(Fraction, costs), Fraction(0)))
    assert all(abs(Fraction(amount) - Fraction(cost)) <= Fraction(1, 100) for amount, cost in zip(amounts, costs, strict=True))


def _exceptions(*given: tuple[str, int, str, str, bool]) -> pl.DataFrame:
    names = ("exception_id", "source_line", "severity", "status", "is_first_cause")
    frame = pl.DataFrame(list(given), schema={name: EXCEPTIONS[name] for name in names}, orient="row")
    return fill(frame.with_columns(feed=pl.lit("usage"), source_file=pl.lit("u.csv")), EXCEPTIONS)


def test_one_finding_stands_for_a_held_record_and_a_decided_one_only_where_there_is_no_other() -> None:
    found = _exceptions(
        ("X1", 2, "HOLD", "CORRECTED", True), ("X2", 2, "HOLD", "OPEN", False),  # corrected, and still held for another cause
        ("X3", 3, "WARN", "OPEN", True), ("X4", 3, "HOLD", "WAITING", False),
        ("X5", 4, "HOLD", "OPEN", True), ("X6", 4, "HOLD", "OPEN", False),
        ("X7", 5, "HOLD", "OPEN", True),  # the record is billed
    )  # fmt: skip
    held = pl.DataFrame([("usage", "u.csv", line, Decimal(line)) for line in (2, 3, 4)], schema=HELD_RECORDS, orient="row")
    carried = pl.DataFrame([("X2", "2026-09", "ann")], schema=CARRIED, orient="row")

    told = holds(found, held, carried)

    assert rows(told) == [
        ("X1", None, None, False, None), ("X2", "2026-09", "ann", True, "2.00"), ("X3", None, None, False, None),
        ("X4", None, None, True, "3.00"), ("X5", None, None, True, "4.00"), ("X6", None, None, False, None),
        ("X7", None, None, False, None),
    ]  # fmt: skip
