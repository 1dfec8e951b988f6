"""The worklist's order, its ages and which rows are on it."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from billing.frames import EXCEPTIONS
from billing.worklist import causes, make_worklist, worklist_hash
from tests.worklist.lists import NO_CARRY, NO_SUGGESTIONS, NOTHING_FOUND, carried, october, suggested, worklist_of
from tests.worklist.rows import OCTOBER, exception, exceptions, typed

AMOUNTS = st.none() | st.decimals(-1000, 1000, places=2)


def test_causes_come_by_their_dollars_and_rows_by_theirs() -> None:
    found = worklist_of()

    assert found.select("cause_rank", "code", "amount").rows() == [
        (1, "A103", Decimal("-2000.10")), (1, "A103", Decimal("1234.56")), (2, "D403", Decimal("12.00")),
        (3, "L707", Decimal("4.20")), (4, "D402", Decimal("0.29")), (5, "F001", None), (6, "F006", None), (7, "R202", None),
    ]  # fmt: skip


def listed(rows: list[tuple[str, Decimal | None]]) -> pl.DataFrame:
    return exceptions("usage", *[exception(code, line, amount=amount) for line, (code, amount) in enumerate(rows, 2)])


@given(st.lists(st.tuples(st.sampled_from(["A101", "A103", "R202", "D403"]), AMOUNTS), max_size=12), st.randoms())
def test_the_order_is_that_of_a_plain_sort_whatever_order_the_rows_came_in(rows: list[tuple[str, Decimal | None]], random: object) -> None:
    sums: dict[str, Decimal | None] = {}
    for code, amount in rows:
        sums[code] = sums.get(code) if amount is None else (sums.get(code) or Decimal(0)) + abs(amount)
    shuffled = listed(rows).sample(fraction=1, shuffle=True, seed=random.randint(0, 99))  # type: ignore[attr-defined]

    found = worklist_of(shuffled).select("code", "amount", "exception_id").rows()

    def key(row: tuple[str, Decimal | None, str]) -> tuple[object, ...]:
        code, amount, name = row
        cause = sums[code]
        return (cause is None, -(cause or 0), code, amount is None, -abs(amount or 0), name)

    assert found == sorted(found, key=key)
    assert len(found) == len(rows)


def test_only_first_causes_that_wait_are_on_the_list_unless_all_are_asked_for() -> None:
    found = exceptions(
        "usage",
        exception("A101", 2), exception("R202", 3, is_first_cause=False), exception("A102", 4, status="REJECTED"),
        exception("U501", 5, status="NOTED"), exception("Q302", 6),
    )  # fmt: skip

    assert worklist_of(found)["code"].to_list() == ["A101"]
    every = make_worklist(found, NO_SUGGESTIONS, NO_CARRY, OCTOBER, show_all=True)
    assert sorted(every["code"]) == ["A101", "A102", "Q302", "R202", "U501"]


@pytest.mark.parametrize(("since", "age"), [("2026-10", 0), ("2026-09", 1), ("2025-12", 10), ("2024-10", 24)])
def test_age_is_counted_in_months_from_the_first_period(since: str, age: int) -> None:
    found = worklist_of(listed([("A101", None), ("A101", None)]), carried=carried(("X2", since, "ann")))

    assert found.select("exception_id", "age_months", "owner").rows() == [("X2", age, "ann"), ("X3", 0, None)]


def test_a_suggestion_stands_beside_its_exception() -> None:
    found = worklist_of(listed([("A101", None), ("A101", None)]), suggested(("X3", "billing_number", "7580001", "because")))

    columns = ["suggestion_field", "suggestion_value", "suggestion_why", "meaning", "fix"]
    assert found.select(columns).rows()[1][:3] == ("billing_number", "7580001", "because")
    assert found.row(0, named=True)["meaning"] == "billing number blank"
    assert found.row(0, named=True)["suggestion_field"] is None


@pytest.mark.parametrize(
    ("ages", "suggestions", "words"),
    [
        (carried(("X2", "2026-09", None), ("X2", "2026-08", None)), NO_SUGGESTIONS, "two ages"),
        (NO_CARRY, suggested(("X2", None, "a", "b"), ("X2", None, "a", "b")), "two suggestions"),
        (carried(("X2", "2026-11", None)), NO_SUGGESTIONS, "since a month after 2026-10"),
    ],
)
def test_what_would_double_a_row_or_turn_time_about_is_refused(ages: pl.DataFrame, suggestions: pl.DataFrame, words: str) -> None:
    with pytest.raises(ReconciliationError, match=words):
        worklist_of(listed([("A101", None)]), suggestions, ages)


def test_causes_count_rows_dollars_and_what_has_none() -> None:
    found = causes(worklist_of(listed([("A101", Decimal("-5.00")), ("A101", Decimal("2.50")), ("A101", None), ("R202", None)])))

    columns = ["cause_rank", "code", "exceptions", "amount", "unknown", "oldest_months"]
    assert found.select(columns).rows() == [(1, "A101", 3, Decimal("7.50"), 1, 0), (2, "R202", 1, None, 1, 0)]


def test_an_empty_month_has_an_empty_list() -> None:
    assert worklist_of(NOTHING_FOUND).is_empty()
    assert causes(worklist_of(NOTHING_FOUND)).is_empty()


@pytest.mark.parametrize(("column", "value"), [("amount", "1.00"), ("status", "HELD"), ("message", "x"), ("disposition", "HOLD")])
def test_the_hash_sees_every_change_and_no_order(column: str, value: str) -> None:
    found = october()
    changed = typed([{**row, **({column: value} if n == 0 else {})} for n, row in enumerate(found.to_dicts())], EXCEPTIONS)

    assert worklist_hash(found.reverse()) == worklist_hash(found)
    assert worklist_hash(changed) != worklist_hash(found)
