"""What decisions would do in dollars, a record once, unknown amounts apart."""

from decimal import Decimal

import polars as pl
import pytest

from billing.decision_effect import DECISIONS, EFFECT, decision_effect
from billing.errors import ReconciliationError
from billing.frames import empty
from billing.worklist import make_worklist
from tests.worklist.lists import NO_CARRY, NO_SUGGESTIONS, worklist_of
from tests.worklist.rows import OCTOBER, exception, exceptions, typed


def decisions(**actions: str) -> pl.DataFrame:
    """One decision an exception."""
    rows = [{"exception_id": name, "action": action, "reason": "x", "row_no": row} for row, (name, action) in enumerate(actions.items(), 2)]
    return typed(rows, DECISIONS)


def effect(found: pl.DataFrame, **actions: str) -> list[tuple[object, ...]]:
    return decision_effect(decisions(**actions), found).select("action", "outcome", "records", "amount", "unknown").rows()


def test_each_action_moves_its_own_dollars() -> None:
    found = effect(worklist_of(), X2="CORRECT", X3="CORRECT", X4="RELEASE", X5="ACKNOWLEDGE", X6="HOLD", X7="REJECT", XNone="ACKNOWLEDGE")

    assert found == [
        ("CORRECT", "BILLED", 2, Decimal("-765.54"), 0), ("RELEASE", "BILLED", 1, Decimal("0.29"), 0), ("HOLD", "HELD", 1, None, 1),
        ("REJECT", "REJECTED", 1, None, 1), ("ACKNOWLEDGE", "BILLED", 1, Decimal("12.00"), 0), ("ACKNOWLEDGE", "NOTED", 1, None, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "outcome", "words"),
    [
        ("CORRECT", "BILLED", "billed as corrected instead of as received"),
        ("HOLD", "HELD", "taken off the bill and held"),
        ("REJECT", "REJECTED", "taken off the bill for good"),
        ("ACKNOWLEDGE", "BILLED", "billed as it is, warning acknowledged"),
    ],
)
def test_a_warning_is_on_the_bill_until_someone_takes_it_off(action: str, outcome: str, words: str) -> None:
    found = decision_effect(decisions(X5=action), worklist_of()).row(0, named=True)

    assert (found["outcome"], found["effect"], found["amount"]) == (outcome, words, Decimal("12.00"))


def test_a_record_with_two_findings_counts_once() -> None:
    pair = exceptions(
        "usage", exception("A101", 2, amount="5.00", also="R201"),
        exception("R201", 2, exception_id="X2b", amount="5.00", also="A101", is_first_cause=False),
    )  # fmt: skip
    every = make_worklist(pair, NO_SUGGESTIONS, NO_CARRY, OCTOBER, show_all=True)

    assert effect(every, X2="CORRECT", X2b="CORRECT") == [("CORRECT", "BILLED", 1, Decimal("5.00"), 0)]
    assert effect(every, X2="REJECT", X2b="REJECT") == [("REJECT", "REJECTED", 1, Decimal("5.00"), 0)]
    assert effect(every, X2="CORRECT") == [("CORRECT", "HELD", 1, Decimal("5.00"), 0)]
    assert effect(every, X2="CORRECT", X2b="HOLD") == [
        ("CORRECT", "HELD", 1, Decimal("5.00"), 0), ("HOLD", "HELD", 1, Decimal("5.00"), 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("also", "outcome"), [("R202", "HELD"), ("D403", "BILLED"), ("D403;A105", "HELD"), (None, "BILLED"), ("Q302", "BILLED")]
)
def test_a_released_record_is_billed_unless_another_hold_stands_on_it(also: str | None, outcome: str) -> None:
    found = exceptions("usage", exception("D402", 2, amount="5.00", also=also))

    assert effect(worklist_of(found), X2="RELEASE") == [("RELEASE", outcome, 1, Decimal("5.00"), 0)]


def test_records_of_the_same_line_in_two_files_are_two() -> None:
    two = pl.concat(
        [exceptions("usage", exception("D402", 2, exception_id=name, amount="1.00", source_file=name)) for name in ("Xa", "Xb")]
    )

    assert effect(worklist_of(two), Xa="HOLD", Xb="HOLD") == [("HOLD", "HELD", 2, Decimal("2.00"), 0)]


def test_no_decision_does_nothing() -> None:
    assert decision_effect(empty(DECISIONS), worklist_of()).equals(empty(EFFECT))


@pytest.mark.parametrize(("actions", "words"), [({"X99": "HOLD"}, "1 decisions were made, 0"), ({"X2": "ACKNOWLEDGE"}, "does not allow"),
                                                 ({"X5": "RELEASE"}, "does not allow")])  # fmt: skip
def test_a_decision_on_nothing_or_of_another_kind_is_our_own_error(actions: dict[str, str], words: str) -> None:
    with pytest.raises(ReconciliationError, match=words):
        effect(worklist_of(), **actions)
