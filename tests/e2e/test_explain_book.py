"""Explain with the book: what people did to a record over two months, who approved, where the month stands, and no called number."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.e2e.posted_month import SPAN, USAGE, Clock, copy_of, must, read
from tests.e2e.program import query
from tests.e2e.world import write_feed_text

SETTINGS = 'expected_feeds = ["usage"]\nunreadable_limit_pct = 90\n'
CALLS = "call_id,source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,call_type,direction\n"
CALLED, MEANT = "12125550100", "12125550199"
SEPTEMBER = [
    f"u1,D7580001,{SPAN},VS10,10,USER_MONTH,,",
    f"u2,D9999999,{SPAN},VS10,2,USER_MONTH,,",  # nobody's number
    f"u4,D7580002,{SPAN},VS10,1e3,USER_MONTH,,",  # cannot be read
    f"u5,J0390001,{SPAN},VS10,1,USER_MONTH,,",  # put aside in September, billed in October
    f"u6,J0390001,{SPAN},VS10,7,USER_MONTH,,",  # taken out for good
]


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    with pytest.MonkeyPatch.context() as patch:
        yield Clock(patch)


def _september(office: Office, clock: Clock) -> None:
    must(office("run", "2026-09", "--as-of", "2026-10-06", user="bo"), 3)
    waits = office.exceptions("2026-09")
    clock.set("2026-10-05T15:00:00")
    number = ["correct", waits["A102 u2"], "--set", "billing_number=D7580002", "--reason", "F100-77"]
    must(office(*number, user="lee"), 0)
    must(office("correct", "u2", "--set", "quantity=3", "--reason", "counted again", user="bo"), 0)
    row = f"u4,D7580002,{SPAN},VS10,1,USER_MONTH,,"
    must(office("correct", waits["F006 u4"], "--row", row, "--reason", "meant 1", user="bo"), 0)
    must(office("hold", "u5", "--reason", "order is questioned", "--owner", "lee", user="lee"), 0)
    must(office("reject", "u6", "--reason", "sent in error", user="bo"), 3)
    must(office("correct", "L1", "--set", f"to_number={MEANT}", "--reason", f"not {CALLED}", user="bo"), 0)
    must(office.approve("mo", "D-2026-09-0005"), 0)
    must(office("run", "2026-09", "--as-of", "2026-10-06", user="bo"), 3)
    clock.set("2026-10-08T15:00:00")
    must(office("close", "2026-09", "--no-pdf", user="bo"), 0)


def _october(office: Office, clock: Clock) -> None:
    clock.set("2026-11-03T15:00:00")
    must(office("run", "2026-10", "--as-of", "2026-11-06", user="bo"), 3)
    must(office("release", office.exceptions("2026-10")["H901 u5"], "--reason", "order was right", user="lee"), 0)
    credit = ["adjust", "2026-10", "--type", "CREDIT", "--line", "COT-2026-09-D7580001-01/1", "--reason-code", "OTHER", "--support", "T-1"]
    must(office(*credit, "--amount=-25.00", user="bo"), 3)
    must(office(*credit, "--amount=-1.00", user="bo"), 3)
    must(office("withdraw", "ADJ-2026-10-0002", "--reason", "entered twice", user="bo"), 0)
    must(office("run", "2026-10", "--as-of", "2026-11-06", user="bo"), 0, 3)
    must(office.approve("mo", "ADJ-2026-10-0001"), 0)
    must(office("run", "2026-10", "--as-of", "2026-11-06", user="bo"), 0, 3)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Office:
    """September closed, October run: records corrected, carried and rejected, a credit approved."""
    found = Office.open(tmp_path_factory.mktemp("explained"), {}, SETTINGS)
    write_feed_text(found.root, "usage", "2026-09", USAGE + "\n".join(SEPTEMBER) + "\n")
    call = f"L1,CARRIER,5025641234,5025641234,{CALLED},2026-09-14T09:02:11-04:00,62,true,,OUT\n"
    write_feed_text(found.root, "long_distance", "2026-09", CALLS + call)
    write_feed_text(found.root, "usage", "2026-10", USAGE + "v1,D7580001,2026-10-01,2026-10-31,VS10,10,USER_MONTH,,\n")
    _september(found, clock)
    _october(found, clock)
    return found


def _explain(office: Office, identity: str) -> dict:
    return read(must(office("explain", identity, "--json"), 0))


def _history(rows: list[dict]) -> list[tuple]:
    return [(row["decision_id"], row["action"], row["column_name"], row["old_value"], row["new_value"], row["decided_by"]) for row in rows]


def test_corrections_stand_in_their_order_with_old_and_new(office: Office) -> None:
    (charge,) = _explain(office, "u2")["charges"]

    assert charge["amount"] == "90.00"
    assert _history(charge["history"]) == [
        ("D-2026-09-0001", "CORRECT", "billing_number", "D9999999", "D7580002", "lee"),
        ("D-2026-09-0002", "CORRECT", "quantity", "2.000000", "3", "bo"),
    ]
    told = must(office("explain", "u2"), 0).out
    line = "  corrected     billing_number: D9999999 -> D7580002, by lee at 2026-10-05T15:00:00+00:00: F100-77 (D-2026-09-0001)"
    assert line in told.splitlines()
    assert "  as corrected  " in told


def test_a_record_that_nobody_touched_has_no_history(office: Office) -> None:
    (charge,) = _explain(office, "u1")["charges"]

    assert (charge["history"], charge["first_periods"], charge["superseded"]) == ([], [], [])
    assert "  as received   " in office("explain", "u1").out


def test_an_unreadable_row_tells_how_it_was_read_in_the_end(office: Office) -> None:
    (charge,) = _explain(office, "u4")["charges"]

    assert [(row["action"], row["old_value"], row["decided_by"]) for row in charge["history"]] == [("CORRECT", "1e3", "bo")]


def test_a_carried_record_tells_its_first_month_and_the_decisions_of_both(office: Office) -> None:
    found = _explain(office, "u5")
    (charge,) = found["charges"]

    assert (found["period"], charge["is_prior_period"], charge["first_periods"]) == ("2026-10", True, ["2026-09"])
    assert [(row["period"], row["action"], row["reason"]) for row in charge["history"]] == [
        ("2026-09", "HOLD", "order is questioned"),
        ("2026-10", "RELEASE", "order was right"),
    ]
    told = office("explain", "u5").out
    assert "  came in       2026-09" in told
    assert ": order is questioned (D-2026-09-0004, worked by lee)" in told


def test_a_rejected_record_tells_who_took_it_out_and_who_approved(office: Office) -> None:
    found = _explain(office, "u6")

    (row,) = found["history"]
    assert (found["charges"], row["action"], row["state"]) == ([], "REJECT", "DONE")
    assert [(each["user"], each["level"], each["assurance"]) for each in row["approvals"]] == [("mo", "MANAGER", "SIGNED")]
    assert "approved      by mo as MANAGER at 2026-10-05T15:00:00+00:00, signed" in office("explain", "u6").out


@pytest.mark.parametrize("identity", ["L1", "D-2026-09-0006"])
def test_no_called_number_is_told_of_a_call_that_was_corrected(office: Office, identity: str) -> None:
    for words in ((identity,), (identity, "--json")):
        told = must(office("explain", *words), 0).out
        assert "to_number" in told
        assert CALLED not in told
        assert MEANT not in told


def test_a_decision_is_explained_by_its_id(office: Office) -> None:
    found = _explain(office, "D-2026-09-0001")

    assert found["id"] == "D-2026-09-0001"
    assert (found["decision"]["code"], found["decision"]["state"], found["decision"]["exception_id"][0]) == ("A102", "DONE", "X")
    assert [charge["amount"] for charge in found["charges"]] == ["90.00"]
    assert must(office("explain", "D-2026-09-0099"), 2).err.startswith("cotbill: nothing has the id D-2026-09-0099")


def test_an_adjustment_tells_who_prepared_and_who_approved_it(office: Office) -> None:
    (charge,) = _explain(office, "ADJ-2026-10-0001")["charges"]

    adjustment = charge["adjustment"]
    assert (charge["amount"], adjustment["prepared_by"], adjustment["approval_state"]) == ("-25.00", "bo", "APPROVED")
    assert [(each["user"], each["level"], each["assurance"]) for each in adjustment["approvals"]] == [("mo", "MANAGER", "SIGNED")]
    told = office("explain", "ADJ-2026-10-0001").out
    assert "  adjustment    ADJ-2026-10-0001: CREDIT OTHER, proof T-1, APPROVED" in told


def test_an_approval_since_the_last_run_is_in_the_mart_after_the_next_though_the_bill_is_the_same(office: Office) -> None:
    found = query(office.root, "select approval_state, approved_by from fact_adjustment where adjustment_id = 'ADJ-2026-10-0001'")

    assert found == [("APPROVED", "mo")]


def test_an_adjustment_that_was_taken_back_is_still_known(office: Office) -> None:
    told = must(office("explain", "ADJ-2026-10-0002"), 0).out

    assert "ADJ-2026-10-0002: an adjustment that is not billed in 2026-10" in told
    assert "  taken back    by bo at 2026-11-03T15:00:00+00:00: entered twice" in told


def test_where_the_month_stands_is_told_with_its_seal(office: Office) -> None:
    month = _explain(office, "u2")["month"]
    seal = json.loads((office.root / "ledger/2026-09/posted/01/seal.json").read_text())["sha256"]
    head = json.loads((office.root / "ledger/2026-09/head.json").read_text())["head"]

    assert (month["state"], month["issue"], month["seal_sha256"], month["journal_head"]) == ("CLOSED", 1, seal, head)
    assert _explain(office, "v1")["month"]["state"] == "OPEN"
    told = office("explain", "u2").out
    assert "2026-09 is CLOSED, issue 01" in told
    assert f"  seal          {seal}" in told


def test_a_dispute_is_explained_and_stands_on_its_line(office: Office, clock: Clock, tmp_path: Path) -> None:
    office = copy_of(office, tmp_path)
    clock.set("2026-11-04T15:00:00")
    words = ["--amount", "10.00", "--reason", "moved", "--owner", "lee", "--due", "2026-12-01"]
    must(office("dispute", "open", "COT-2026-09-D7580001-01/1", *words, user="bo"), 0)

    found = _explain(office, "DSP-2026-09-0001")

    assert (found["dispute"]["status"], found["charges"][0]["source_record_id"]) == ("OPEN", "u1")
    assert "  disputed      10.00 disputed, OPEN (DSP-2026-09-0001)" in office("explain", "u1").out


def test_after_a_reopening_a_line_tells_where_it_stood_before(office: Office, clock: Clock, tmp_path: Path) -> None:
    office = copy_of(office, tmp_path)
    clock.set("2026-11-05T15:00:00")
    must(office("reopen", "2026-09", "--reason", "u1 was short", user="bo"), 3)
    must(office.approve("mo", "reopen-2026-09"), 0)
    must(office("correct", "u1", "--set", "quantity=11", "--reason", "meter", "--period", "2026-09", user="bo"), 0)
    must(office("run", "2026-09", "--as-of", "2026-11-05", user="bo"), 3)

    trial = _explain(office, "u1")
    assert [(old["issue"], old["invoice_no"], old["amount"]) for old in trial["charges"][0]["superseded"]] == [
        (1, "COT-2026-09-D7580001-01", "300.00")
    ]
    assert trial["month"]["state"] == "OPEN"

    must(office("close", "2026-09", "--no-pdf", user="bo"), 0)
    told = office("explain", "COT-2026-09-D7580001-01/1").out
    assert told.startswith("COT-2026-09-D7580001-01 line 1: 300.00 in issue 01, superseded; what it is now:\n")
    assert "COT-2026-09-D7580001-02 line 1: 330.00" in told
    assert "2026-09 is CLOSED, issue 02" in told
    unchanged = _explain(office, "u2")["charges"][0]
    assert [(old["invoice_no"], old["amount"]) for old in unchanged["superseded"]] == [("COT-2026-09-D7580002-01", "90.00")]
