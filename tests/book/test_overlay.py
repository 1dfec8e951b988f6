"""Decisions laid over records: what was received stays, what is decided falls on that record and no other."""

from decimal import Decimal

import polars as pl
import pytest

from billing.decisions import DECISIONS, record_content, row_content
from billing.errors import InputError
from billing.frames import SUSPENSE, empty
from billing.rulings import HELD_REASON, RELEASED, RULINGS
from inputs.overlay import Overlaid, correct_cell, overlay, read_row
from tests.usage.world import records

USAGE = records(
    "usage",
    {"source_record_id": "a", "billing_number": "D9", "quantity": "2"},
    {"source_record_id": "b", "billing_number": "D1", "quantity": "3"},
    {"source_record_id": "b", "billing_number": "D1", "quantity": "4"},
    rate_code="VS10", service_from="2026-10-01", service_to="2026-10-31",
)  # fmt: skip
BAD_ROW = "c,D1,2026-10-01,2026-10-31,VS10,1e3"
BAD = pl.DataFrame(
    [{"feed": "usage", "source_file": "usage_2026-10_01.csv", "source_line": 9, "code": "F006", "raw_text": BAD_ROW, "message": "m"}],
    schema=SUSPENSE,
)


def _content(line: int) -> str:
    return record_content(USAGE.filter(pl.col("source_line") == line).row(0, named=True), "usage")


def _decide(*rows: dict[str, object]) -> pl.DataFrame:
    whole = [
        {"decision_id": f"D{n}", "feed": "usage", "state": "DONE", "reason": f"why {n}", "amount": Decimal("1.00"), **row}
        for n, row in enumerate(rows)
    ]
    return pl.DataFrame(whole, schema=DECISIONS)


def _lay(*rows: dict[str, object], cells: dict[str, dict[str, str | None]] | None = None, suspense: pl.DataFrame = BAD) -> Overlaid:
    return overlay("usage", USAGE, suspense, _decide(*rows), cells or {}, empty(RULINGS))


def test_no_decision_leaves_records_as_they_are() -> None:
    assert _lay().records.equals(USAGE)


def test_a_correction_changes_its_cell_and_nothing_else() -> None:
    laid = _lay({"action": "CORRECT", "source_record_id": "a", "content": _content(2), "column_name": "billing_number", "new_value": "D1"})

    wanted = USAGE.with_columns(
        pl.when(pl.col("source_record_id") == "a").then(pl.lit("D1")).otherwise("billing_number").alias("billing_number")
    )
    assert laid.records.equals(wanted)
    assert laid.stale == ()


def test_of_two_records_under_one_number_the_one_that_says_what_was_decided_on_is_meant() -> None:
    laid = _lay({"action": "REJECT", "source_record_id": "b", "content": _content(4)})

    assert laid.records["quantity"].to_list() == [Decimal(2), Decimal(3)]
    assert laid.rejected.select("source_line", "outcome", "amount").rows() == [(4, "REJECTED", Decimal("1.00"))]
    assert laid.out["source_line"].to_list() == [4]


def test_corrections_follow_each_other_on_one_record() -> None:
    steps = [("quantity", "5"), ("billing_number", "D1"), ("quantity", "6")]
    laid = _lay(
        *[{"action": "CORRECT", "source_record_id": "a", "content": _content(2), "column_name": c, "new_value": v} for c, v in steps]
    )

    assert laid.records.filter(source_record_id="a").select("quantity", "billing_number").rows() == [(Decimal(6), "D1")]


def test_a_decision_on_a_record_that_says_something_else_now_is_stale() -> None:
    laid = _lay({"action": "REJECT", "source_record_id": "a", "content": "0" * 64})

    assert laid.records.equals(USAGE)
    assert laid.stale == ("D0",)


def test_a_hold_by_hand_ends_with_its_release_and_a_rule_is_released_by_its_code() -> None:
    held = {"action": "HOLD", "source_record_id": "a", "content": _content(2)}
    freed = {"action": "RELEASE", "source_record_id": "a", "content": _content(2), "code": "H901"}
    rule = {"action": "RELEASE", "source_record_id": "b", "content": _content(3), "code": "Q304"}

    one = _lay(held, rule).records
    both = _lay(held, rule, freed).records

    assert dict(one.select("source_line", HELD_REASON).rows()) == {2: "why 0", 3: None, 4: None}
    assert dict(one.select("source_line", RELEASED).rows()) == {2: None, 3: "Q304", 4: None}
    assert both[HELD_REASON].to_list() == [None, None, None]


def test_rulings_of_an_earlier_month_come_along_with_the_record() -> None:
    brought = pl.DataFrame(
        [{"feed": "usage", "source_file": "usage_2026-10_01.csv", "source_line": 3, HELD_REASON: "since September", RELEASED: None}],
        schema=RULINGS,
    )

    laid = overlay("usage", USAGE, BAD, _decide(), {}, brought)

    assert dict(laid.records.select("source_line", HELD_REASON).rows())[3] == "since September"


def test_an_unreadable_row_becomes_the_record_it_was_corrected_to() -> None:
    row = {"action": "CORRECT", "exception_id": "X", "content": row_content(BAD_ROW)}
    cells = {"source_record_id": "c", "billing_number": "D1", "service_from": "2026-10-01", "service_to": "2026-10-31",
             "rate_code": "VS10", "quantity": "1000"}  # fmt: skip
    laid = _lay(row, cells={"D0": cells})

    assert laid.suspense.is_empty()
    assert laid.records.filter(source_line=9).select("source_record_id", "quantity").rows() == [("c", Decimal(1000))]
    assert laid.records.height == USAGE.height + 1


def test_an_unreadable_row_that_is_rejected_is_counted_out() -> None:
    laid = _lay({"action": "REJECT", "exception_id": "X", "content": row_content(BAD_ROW)})

    assert laid.suspense.is_empty()
    assert laid.rejected.select("source_line", "source_record_id").rows() == [(9, None)]
    assert laid.records.equals(USAGE)


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("quantity", "1e3", "quantity: expected a plain number"),
        ("quantity", None, "quantity: expected a plain number"),
        ("quantity", "1.0000001", "quantity: expected a plain number"),
        ("service_to", "31.10.2026", "service_to: expected a day that exists"),
        ("colour", "red", "usage has no column 'colour'"),
        ("billing_number", "d1", "billing_number: expected an upper-case code"),
    ],
)
def test_a_correction_goes_through_the_same_grammar_as_a_file(column: str, text: str | None, words: str) -> None:
    with pytest.raises(InputError) as refused:
        correct_cell("usage", USAGE.row(0, named=True), column, text)

    assert str(refused.value).startswith(words)


def test_a_corrected_time_of_a_call_moves_its_date_with_it() -> None:
    call = read_row(
        "long_distance",
        {
            "source_record_id": "c1", "source": "CARRIER", "charge_number": "5025641234", "from_number": "5025641234",
            "to_number": "12125550100",
            "connect_at": "2026-10-14T09:02:11-04:00", "duration_seconds": "62", "answered": "true", "direction": "OUT",
        },
        "f", 2,
    )  # fmt: skip

    moved = correct_cell("long_distance", call, "connect_at", "2026-10-31T23:59:59-04:00")

    assert (str(moved["call_date"]), moved["local_second"], moved["utc_second"] - call["utc_second"]) == ("2026-10-31", 86399, 1522668)
