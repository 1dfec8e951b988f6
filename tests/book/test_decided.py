"""What a decision makes of its exception, what carries on to the next month, and how a reissued month is numbered."""

import dataclasses
from decimal import Decimal

import polars as pl
import pytest

from billing.decisions import DECISIONS, carry_explanations, decided
from billing.frames import EXCEPTIONS, INVOICES, LINES, Earlier, MonthBill, Tables, empty
from billing.reissue import reissue
from billing.rulings import RELEASABLE, RULINGS, rule
from tests.usage.world import records


def _exceptions(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{"period": "2026-10", "status": "OPEN", "severity": "WARN", **row} for row in rows], schema=EXCEPTIONS)


def _decisions(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"state": "DONE", "reason": "why", "decided_by": "bo", "decided_at": "2026-11-06T10:00:00+00:00", **row} for row in rows],
        schema=DECISIONS,
    )


@pytest.mark.parametrize(
    ("action", "state", "is_found", "status"),
    [
        ("ACKNOWLEDGE", "DONE", True, "ACKNOWLEDGED"),
        ("ACKNOWLEDGE", "WAITING", True, "WAITING"),
        ("ACKNOWLEDGE", "RETURNED", True, "OPEN"),
        ("ACKNOWLEDGE", "WITHDRAWN", True, "OPEN"),
        ("CORRECT", "DONE", False, "CORRECTED"),
        ("CORRECT", "DONE", True, "OPEN"),  # it did not help
        ("REJECT", "DONE", False, "REJECTED"),
        ("REJECT", "WAITING", True, "WAITING"),
        ("RELEASE", "DONE", True, "RELEASED"),
        ("HOLD", "DONE", True, "HELD"),
    ],
)
def test_the_state_of_an_exception_follows_its_decision(action: str, state: str, is_found: bool, status: str) -> None:
    taken = _exceptions({"exception_id": "X1", "code": "M606"})

    found = decided(taken if is_found else taken.clear(), _decisions({"exception_id": "X1", "action": action, "state": state}), taken)

    assert found["status"].to_list() == [status]


def test_the_newest_decision_on_an_exception_counts() -> None:
    taken = _exceptions({"exception_id": "X1", "code": "M606"})
    steps = [{"exception_id": "X1", "action": "HOLD"}, {"exception_id": "X1", "action": "ACKNOWLEDGE", "reason": "newer"}]

    assert decided(taken, _decisions(*steps), taken).select("status", "reason").rows() == [("ACKNOWLEDGED", "newer")]


SAME = {"code": "M606", "feed": "circuits", "billing_number": "D1", "column_name": "order_no"}


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ({"item": "K1"}, "CARRIED"),
        ({"item": "K2"}, "OPEN"),  # another circuit
        ({"item": "K1", "billing_number": "D2"}, "OPEN"),  # another owner
        ({"item": "K1", "raw_value": "C4"}, "OPEN"),  # the fact itself changed
        ({"item": "K1", "code": "V010"}, "OPEN"),  # a movement is explained each month
    ],
)
def test_an_explanation_carries_on_to_the_same_finding_only(now: dict[str, object], status: str) -> None:
    old = _exceptions({**SAME, "exception_id": "X1", "status": "ACKNOWLEDGED", "reason": "kept on purpose", "decided_by": "bo"})
    old = old.with_columns(item=pl.lit("K1"))
    row = {**SAME, **now}
    item = row.pop("item")
    new = _exceptions({**row, "exception_id": "X2"}).with_columns(item=pl.lit(item))

    found = carry_explanations(new, old, period="2026-09")

    assert found["status"].to_list() == [status]
    assert found["reason"].to_list() == ["carried from 2026-09: kept on purpose" if status == "CARRIED" else None]


def test_an_explanation_carried_twice_names_the_newest_month_once() -> None:
    old = _exceptions({**SAME, "exception_id": "X1", "status": "CARRIED", "reason": "carried from 2026-08: kept"}).with_columns(
        item=pl.lit("K1")
    )
    new = _exceptions({**SAME, "exception_id": "X2"}).with_columns(item=pl.lit("K1"))

    assert carry_explanations(new, old, period="2026-09")["reason"].to_list() == ["carried from 2026-09: kept"]


def test_a_person_lifts_only_the_hold_that_was_named() -> None:
    rows = records("usage", {"source_record_id": "a"}, {"source_record_id": "b"}).with_columns(
        held_reason=pl.Series([None, "wait for the vendor"]), released=pl.Series(["Q304", None], dtype=pl.String)
    )
    from billing.findings import find

    findings = pl.concat([find(rows, code, pl.lit(value=True), column="quantity", message="m") for code in ("Q304", "A102")])
    ruled = rule(findings, rows)

    by_record = {(row["source_record_id"], row["code"]): row["severity"] for row in ruled.to_dicts()}
    assert by_record == {
        ("b", "H901"): "HOLD", ("a", "Q304"): "WARN", ("b", "Q304"): "HOLD", ("a", "A102"): "HOLD", ("b", "A102"): "HOLD",
    }  # fmt: skip
    assert ruled["code"][0] == "H901"
    assert "A102" not in RELEASABLE
    assert set(RULINGS) >= {"held_reason", "released"}


def _bill(lines: dict[str, list[tuple[str, str]]]) -> MonthBill:
    """invoice_no -> (charge, amount) of each line."""
    rows = [
        {"invoice_no": number, "invoice_line_no": n, "charge_id": charge, "amount": Decimal(amount)}
        for number, found in lines.items()
        for n, (charge, amount) in enumerate(found, start=1)
    ]
    empties = {name: pl.DataFrame() for name in ("bridge", "splits", "calls", "controls", "suspense")}
    invoices = pl.DataFrame([{"invoice_no": number} for number in lines], schema=INVOICES)
    told = _exceptions(
        *[{"exception_id": number, "code": "V010", "raw_value": number, "message": f"invoice {number} moves"} for number in lines]
    )
    return MonthBill(period="2026-10", as_of="2026-11-06", lines=pl.DataFrame(rows, schema=LINES), invoices=invoices, exceptions=told,
                     tables=Tables(), earlier=Earlier(), **empties)  # fmt: skip


FIRST = _bill({"COT-2026-10-A-01": [("c1", "1.00")], "COT-2026-10-B-01": [("c2", "2.00")], "COT-2026-10-C-01": [("c3", "3.00")]})


def test_an_invoice_that_changed_is_issued_anew_and_one_that_did_not_keeps_its_number() -> None:
    now = _bill({"COT-2026-10-A-01": [("c1", "1.00")], "COT-2026-10-B-01": [("c2", "2.01")], "COT-2026-10-D-01": [("c4", "4.00")]})

    again = reissue(now, [(FIRST.lines, FIRST.invoices)])

    assert again.invoices["invoice_no"].to_list() == ["COT-2026-10-A-01", "COT-2026-10-B-02", "COT-2026-10-D-01"]
    assert again.lines["invoice_no"].to_list() == ["COT-2026-10-A-01", "COT-2026-10-B-02", "COT-2026-10-D-01"]
    assert again.exceptions.sort("exception_id")["message"].to_list()[1] == "invoice COT-2026-10-B-02 moves"


def test_a_number_is_never_used_twice_over_several_issues() -> None:
    second = _bill({"COT-2026-10-A-01": [("c1", "1.00")], "COT-2026-10-B-02": [("c2", "2.01")]})
    posted = [(FIRST.lines, FIRST.invoices), (second.lines, second.invoices)]
    now = _bill({"COT-2026-10-B-01": [("c2", "2.02")], "COT-2026-10-C-01": [("c3", "3.00")]})

    numbers = reissue(now, posted).invoices["invoice_no"].to_list()

    assert numbers == ["COT-2026-10-B-03", "COT-2026-10-C-02"]  # C was not in the second issue, so its 01 is history
    assert reissue(dataclasses.replace(now), []).invoices.equals(now.invoices)
    assert empty(LINES).is_empty()
