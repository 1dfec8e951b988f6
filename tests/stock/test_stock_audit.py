"""Checks what of stock is held or warned of: tags, returns, costs, numbers."""

from typing import Any

import pytest

from tests.fees.small_world import APRIL, code
from tests.stock.shop import FIFTEEN, LAPTOP, after, back, bill, codes, held, issue, moved, of, receipt, shop

STOCKED = receipt("R1", "2026-03-01", "9", "500", item_no="LAPTOP")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([issue("I1", "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1"})], []),
        ([issue("I1", "2026-03-02", "1", **LAPTOP)], [("I1", "E802")]),
        ([issue("I1", "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1", "asset_tag": None})], [("I1", "E802")]),
        (
            [issue(txn, "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1"}) for txn in ("I1", "I2")],
            [("I2", "E802")],
        ),
        (
            [issue("I1", "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1"}), back("B1", "2026-03-03", "1", "I1", **LAPTOP),
             issue("I2", "2026-03-04", "1", **{**LAPTOP, "serial_no": "S1"})],
            [],
        ),
        (
            [issue("I1", "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1", "billing_number": None}),
             issue("I2", "2026-03-04", "1", **{**LAPTOP, "serial_no": "S1"})],
            [("I1", "A101")],
        ),
    ],
)  # fmt: skip
def test_tagged_items_go_out_with_their_tags_and_once(rows: list[dict[str, Any]], found: list[tuple[str, str]]) -> None:
    assert codes(bill([STOCKED, *rows])) == found


def test_a_serial_that_is_out_since_an_earlier_period_is_held() -> None:
    march = after([STOCKED, issue("I1", "2026-03-02", "1", **{**LAPTOP, "serial_no": "S1"})])

    april = bill([issue("I2", "2026-04-02", "1", **{**LAPTOP, "serial_no": "S1"})], None, APRIL, march)

    assert codes(april) == [("I2", "E802")]
    assert "serial S1 went out with I1" in april.findings["message"][0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (back("B1", "2026-03-20", "1", None), "the return names no original issue"),
        (back("B1", "2026-03-20", "1", "I9"), "no issue I9 was billed before this return"),
        (back("B1", "2026-03-17", "1", "I1"), "no issue I1 was billed before this return"),
        (back("B1", "2026-03-20", "3.000001", "I1"), "returns of I1 come to 3.000001 of 3 issued"),
        (back("B1", "2026-03-20", "1", "I1", item_no="LAPTOP"), "I1 issued PH8841, not LAPTOP"),
        (back("B1", "2026-03-20", "1", "I1", billing_number="D3"), "I1 was issued to D2"),
    ],
)
def test_a_return_without_its_issue_is_held(row: dict[str, Any], message: str) -> None:
    billed = bill([*FIFTEEN, issue("I1", "2026-03-18", "3"), row])

    assert (codes(billed), held(billed)) == ([("B1", "E803")], ["B1"])
    assert billed.findings["message"][0] == f"{message}; find the issue"
    assert billed.charges.filter(component="CREDIT").is_empty()


def test_returns_add_up_over_periods() -> None:
    march = after([*FIFTEEN, issue("I1", "2026-03-18", "3"), back("B1", "2026-03-20", "2", "I1")])

    april = bill([back("B2", "2026-04-01", "2", "I1"), back("B3", "2026-04-02", "1", "I1")], None, APRIL, march)

    assert codes(april) == [("B2", "E803")]
    assert [str(amount) for amount in april.charges.filter(component="CREDIT")["amount"]] == ["-109.20"]


@pytest.mark.parametrize(("cost", "found"), [("125", []), ("125.01", ["E804"]), ("75", []), ("74.99", ["E804"])])
def test_a_cost_that_jumps_more_than_a_quarter_is_a_warning(cost: str, found: list[str]) -> None:
    billed = bill([receipt("R1", "2026-03-01", "1", "100"), receipt("R2", "2026-03-02", "1", cost)])

    assert billed.findings["code"].to_list() == found
    assert held(billed) == []


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (issue("I1", "2026-03-02", "1", item_no="GHOST"), ["R201"]),
        (issue("I1", "2026-03-02", "1", item_no="ODD"), ["E801", "R201"]),
        (receipt("I1", "2026-03-02", "1", "5", item_no="GHOST"), ["R201"]),
        (issue("I1", "2026-03-02", "-1"), ["Q301"]),
        (receipt("I1", "2026-03-02", "-1", "5"), ["Q301"]),
        (issue("I1", "2026-03-02", "1", uom="BOX"), ["R205"]),
        (receipt("I1", "2026-03-02", "1", "-5"), ["R203"]),
        (issue("I1", "2026-04-01", "1"), ["D401"]),
        (receipt("I1", "2025-02-28", "1", "100"), ["D402"]),
        (issue("I1", "2026-03-02", "1", billing_number=None), ["A101"]),
        (issue("I1", "2026-03-02", "1", billing_number="D9"), ["A103"]),
    ],
)
def test_records_that_cannot_be_billed_are_held(row: dict[str, Any], found: list[str]) -> None:
    billed = bill([receipt("R1", "2026-03-01", "9", "100"), row])

    assert (sorted(billed.findings["code"].to_list()), held(billed)) == (found, ["I1"])
    assert billed.charges.is_empty()


def test_what_is_not_billed_needs_no_number_rate_or_ticket() -> None:
    codes_of_items = [code("EQ10", "stock", "STOCK", requires_ticket="Y"), code("PROC5", "stock", "FEE")]
    rows = [
        *FIFTEEN,
        moved("COUNT_ADJ", "C1", "2026-03-04", "-1"),
        moved("WRITE_OFF", "W1", "2026-03-04", "1"),
        issue("I1", "2026-03-05", "1"),
    ]

    billed = bill(rows, shop(rate_codes=codes_of_items, rates=[]))

    assert codes(billed) == [("I1", "A109"), ("I1", "R202")]
    assert held(billed) == ["I1"]


def test_restocking_without_a_code_to_bill_it_under_is_held() -> None:
    rates = [{"rate_code": "EQ10", "approval_ref": "A", "approved_by": "x"}]
    rows = [*FIFTEEN, issue("I1", "2026-03-18", "3"), back("B1", "2026-03-20", "1", "I1"), back("B2", "2026-03-20", "1", "I1", "DEFECTIVE")]

    billed = bill(rows, shop(rates=rates))

    assert codes(billed) == [("B1", "T902")]
    assert of(billed) == [("B2", "CREDIT", "-104.00"), ("I1", "BASE", "312.00")]
