"""Two months worked by four people, from the first run to FINAL: every cent accounted for in every state."""

import json
from decimal import Decimal
from pathlib import Path

from tests.e2e.office import Office
from tests.e2e.program import query
from tests.e2e.world import write_feed_text

SETTINGS = 'expected_feeds = ["usage", "pass_through", "circuits", "adjustments"]\nunreadable_limit_pct = 50\n'
USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,usage_date,ticket_no\n"
VENDOR = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,"
    "rate_code,cost_amount,received_date\n"
)
CIRCUITS = (
    "source_record_id,billing_number,circuit_id,vendor_code,service_type,a_address,rate_code,order_no,billing_start_date,disconnect_date\n"
)
ADJUST = (
    "adjustment_id,billing_number,adj_type,original_invoice_no,original_line_no,stream,rate_code,amount,reason_code,"
    "vendor_recovery_required,prepared_by,prepared_at,support_ref\n"
)


def _september(root: Path) -> None:
    span = "2026-09-01,2026-09-30"
    write_feed_text(root, "usage", "2026-09", USAGE + "\n".join([
        f"u1,D7580001,{span},VS10,10,USER_MONTH,,",  # 300.00
        f"u2,D9999999,{span},VS10,2,USER_MONTH,,",  # nobody's number
        f"u3,D7580002,{span},HR10,1,HOUR,2026-09-10,",  # an hour without its ticket
        f"u4,D7580002,{span},VS10,1e3,USER_MONTH,,",  # cannot be read
    ]) + "\n")  # fmt: skip
    write_feed_text(root, "pass_through", "2026-09", VENDOR + f"p1,D7580001,{span},V1,Acme,I-1,2026-09-15,1,PT10,100.00,2026-09-20\n")
    write_feed_text(root, "circuits", "2026-09", CIRCUITS + "k1,D7580002,73/HCGS/123456/000/SC,ATT,ETH,Frankfort,NT40,C1,2026-01-01,\n")


def _october(root: Path) -> None:
    span = "2026-10-01,2026-10-31"
    write_feed_text(root, "usage", "2026-10", USAGE + f"v1,D7580001,{span},VS10,10,USER_MONTH,,\n")  # 328.60
    write_feed_text(root, "pass_through", "2026-10", VENDOR)
    ended = "k1,D7580002,73/HCGS/123456/000/SC,ATT,ETH,Frankfort,NT40,C1,2026-01-01,2026-09-16\n"
    write_feed_text(root, "circuits", "2026-10", CIRCUITS + ended)
    line = "COT-2026-09-D7580001-01"
    write_feed_text(root, "adjustments", "2026-10", ADJUST + "\n".join([
        f"a1,D7580001,CREDIT,{line},1,usage,VS10,-25.00,OTHER,false,bo,2026-10-20T10:00:00-04:00,T-1",
        f"a2,D7580001,CREDIT,{line},1,usage,VS10,-5.00,OTHER,false,bo,2026-10-20T10:00:00-04:00,T-2",
    ]) + "\n")  # fmt: skip


def _open(folder: Path) -> Office:
    """The office with its two months of feeds."""
    found = Office.open(folder, {}, SETTINGS)
    _september(found.root)
    _october(found.root)
    return found


def september_is_worked_clean(office: Office) -> None:
    assert office("run", "2026-09", "--as-of", "2026-10-06", user="bo").code == 3
    assert office.total("2026-09") == Decimal("855.00")  # 300.00 + 100.00 + 5.00 + 450.00
    waits = office.exceptions("2026-09")
    assert set(waits) == {"A102 u2", "A109 u3", "F006 u4", "F001 adjustments"}

    assert office("correct", waits["A102 u2"], "--set", "billing_number=D7580002", "--reason", "F100-77", user="bo").code == 0
    assert office("correct", waits["A109 u3"], "--set", "ticket_no=RITM1", "--reason", "asked the worker", user="lee").code == 0
    row = "u4,D7580002,2026-09-01,2026-09-30,VS10,1,USER_MONTH,,"
    assert office("correct", waits["F006 u4"], "--row", row, "--reason", "meant 1", user="bo").code == 0
    assert office("hold", "p1", "--reason", "vendor billed above contract", "--owner", "lee", user="lee").code == 0
    assert office("run", "2026-09", "--as-of", "2026-10-06", user="bo").code == 3

    # 300.00 + 60.00 + 78.06 + 30.00 + 450.00; the vendor's 100.00 and its fee wait
    assert office.total("2026-09") == Decimal("918.06")
    assert query(office.root, "select sum(amount_held) from control_totals where period = '2026-09'") == [(Decimal("100.00"),)]
    states = query(office.root, "select code, status from fact_exception where period = '2026-09' order by 1, 2")
    assert states == [("A102", "CORRECTED"), ("A109", "CORRECTED"), ("F001", "OPEN"), ("F006", "CORRECTED"), ("H901", "OPEN")]


def september_is_closed_once_a_second_person_vouches_for_the_missing_feed(office: Office) -> None:
    refused = office("close", "2026-09", "--json", user="bo")
    assert refused.code == 3
    assert [each["code"] for each in json.loads(refused.out)["missing"]] == ["F001"]

    waiver = office("acknowledge", "--code", "F001", "--period", "2026-09", "--reason", "no activity", user="bo")
    assert waiver.code == 3
    (identity,) = office.waiting()
    assert office.approve("lee", identity).code == 14  # a lead may not vouch for what has no amount
    assert office.approve("mo", identity).code == 0
    assert office("run", "2026-09", "--as-of", "2026-10-06", user="bo").code == 3  # the hold by hand still waits
    assert office("close", "2026-09", "--no-pdf", user="bo").code == 0

    assert office.total("2026-09") == Decimal("918.06")
    assert query(office.root, "select status from dim_period where period = '2026-09'") == [("CLOSED",)]
    assert office("run", "2026-09").code == 12
    assert office("correct", "u1", "--period", "2026-09", "--set", "quantity=1", "--reason", "x").code == 12


def october_takes_in_what_september_held(office: Office) -> None:
    assert office("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3

    carried = query(office.root, "select records_in, records_held, amount_held from control_totals where source_file like '2026-09/%'")
    assert carried == [(1, 1, Decimal("100.00"))]
    listed = json.loads(office("exceptions", "2026-10", "--json").out)
    assert [row["source_file"] for row in listed if row["code"] == "H901"] == ["2026-09/pass_through_2026-09_001.csv"]
    assert office.total("2026-10") == Decimal("298.60")  # 328.60 - 25.00 - 5.00


def a_late_disconnect_is_proposed_by_the_program_and_a_credit_and_rebill_entered_by_hand(office: Office) -> None:
    assert office("settle", "2026-10", user="bo").code == 3
    assert office("settle", "2026-10", user="bo").code == 0  # nothing more to propose
    pair = [
        "adjust", "2026-10", "--type", "CREDIT_REBILL", "--rebill", "270.00", "--line", "COT-2026-09-D7580001-01/1",
        "--reason-code", "WRONG_QTY", "--support", "T-3", "--id", "cr1",
    ]  # fmt: skip
    assert office(*pair, "--amount=-300.00", user="bo").code == 3
    assert office("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3

    # a1 and a2 take 30.00 of the line first, so the credit of the pair is beyond what is left of its 300.00
    held = query(
        office.root, "select source_record_id, code from fact_exception where period = '2026-10' and code in ('J002', 'J005') order by 1"
    )
    assert held == [("cr1", "J002"), ("cr1-B", "J005")]
    assert office(*pair, "--amount=-270.00", user="bo").code == 3
    assert office("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3
    assert office.total("2026-10") == Decimal("73.60")  # 298.60 - 270.00 + 270.00 - 225.00


def nobody_approves_what_they_prepared_and_a_returned_credit_stops_the_close(office: Office) -> None:
    ids = office.waiting()
    (settled,) = (identity for identity in ids if identity.startswith("SET-"))
    assert ids == {"a1", "a2", "cr1", "cr1-B", settled}

    assert office.approve("bo", "a1").code == 14
    assert office.approve("lee", "cr1").code == 14  # above a lead's limit
    assert office.approve("lee", "a1").code == 0
    assert office.approve("mo", "cr1", "cr1-B", settled).code == 0
    assert office.approve("mo", "a2", word="return").code == 0
    assert office.waiting() == {"a2"}
    refused = json.loads(office("close", "2026-10", "--json", user="bo").out)["missing"]
    assert {each["code"] for each in refused} >= {"APPROVAL"}

    # the returned credit is taken out for good, by two persons
    assert office("reject", "a2", "--period", "2026-10", "--reason", "returned by mo", user="bo").code == 3
    (rejection,) = (identity for identity in office.waiting() if identity.startswith("D-"))
    assert office.approve("mo", rejection).code == 0


def october_is_closed_with_every_cent_accounted_for(office: Office) -> None:
    held = office.exceptions("2026-10")
    assert office("release", held["H901 p1"], "--reason", "vendor credited", user="lee").code == 0
    assert office("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 3
    for code in {key.split()[0] for key in office.exceptions("2026-10")}:
        assert office("acknowledge", "--code", code, "--period", "2026-10", "--reason", f"seen {code}", user="bo").code == 0
    assert office("run", "2026-10", "--as-of", "2026-11-06", user="bo").code == 0
    closed = office("close", "2026-10", "--no-pdf", user="bo")

    assert closed.code == 0, closed.err
    assert office.total("2026-10") == Decimal("183.60")  # 73.60 + 5.00 of a2 + 105.00 of the vendor, billed late
    rejected = query(office.root, "select sum(records_rejected), sum(amount_rejected) from control_totals where period = '2026-10'")
    assert rejected == [(1, Decimal("-5.00"))]
    late = query(
        office.root, "select amount, is_prior_period, source_file from fact_charge where source_record_id = 'p1' and component = 'BASE'"
    )
    assert late == [(Decimal("100.00"), True, "2026-09/pass_through_2026-09_001.csv")] or late[0][0] == Decimal("100.00")
    assert query(office.root, "select count(*) from fact_adjustment where period = '2026-10' and approval_state <> 'APPROVED'") == [(0,)]


def a_month_is_reopened_by_two_persons_and_its_old_issue_is_kept(office: Office) -> None:
    assert office("reopen", "2026-10", "--reason", "usage was short", user="bo").code == 3
    assert office.approve("bo", "reopen-2026-10").code == 14
    assert office.approve("mo", "reopen-2026-10").code == 0
    assert office("correct", "v1", "--period", "2026-10", "--set", "quantity=11", "--reason", "meter read again", user="bo").code == 0
    ran = office("run", "2026-10", "--as-of", "2026-11-09", user="bo")
    assert ran.code in {0, 3}
    for key in office.exceptions("2026-10"):
        assert office("acknowledge", "--code", key.split()[0], "--period", "2026-10", "--reason", "seen again", user="bo").code == 0
    office("run", "2026-10", "--as-of", "2026-11-09", user="bo")
    closed = office("close", "2026-10", "--no-pdf", user="bo")

    assert closed.code == 0, closed.err
    assert office.total("2026-10") == Decimal("216.46")  # 183.60 + 32.86
    numbers = {name for (name,) in query(office.root, "select invoice_no from fact_invoice where period = '2026-10'")}
    assert numbers == {"COT-2026-10-D7580001-02", "COT-2026-10-D7580002-01"}  # only what changed is issued anew
    assert sorted(path.name for path in (office.root / "ledger/2026-10/posted").iterdir()) == ["01", "02"]


def months_become_final_in_their_order_and_never_change_again(office: Office) -> None:
    assert office("final", "2026-10", user="fi").code == 12
    assert office("final", "2026-09", user="bo").code == 14
    assert office("final", "2026-09", user="fi").code == 0
    assert office("final", "2026-10", user="mo").code == 0
    assert office("reopen", "2026-10", "--reason", "again", user="bo").code == 12

    states = [json.loads(office("close", period, "--json", "--dry-run").out or "{}").get("state") for period in ("2026-09", "2026-10")]
    assert states == ["FINAL", "FINAL"]
    assert office.total("2026-09") == Decimal("918.06")
    assert office.total("2026-10") == Decimal("216.46")


STEPS = (
    september_is_worked_clean,
    september_is_closed_once_a_second_person_vouches_for_the_missing_feed,
    october_takes_in_what_september_held,
    a_late_disconnect_is_proposed_by_the_program_and_a_credit_and_rebill_entered_by_hand,
    nobody_approves_what_they_prepared_and_a_returned_credit_stops_the_close,
    october_is_closed_with_every_cent_accounted_for,
    a_month_is_reopened_by_two_persons_and_its_old_issue_is_kept,
    months_become_final_in_their_order_and_never_change_again,
)


def test_two_months_are_worked_by_four_people_from_the_first_run_to_final(tmp_path: Path) -> None:
    office = _open(tmp_path)

    for step in STEPS:
        step(office)
