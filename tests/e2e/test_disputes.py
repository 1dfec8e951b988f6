"""Disputes over the command line: taken up, decided, late ones by two persons, in CLOSED and FINAL months; what stays payable."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.e2e.posted_month import (
    COURTS,
    LODGES,
    PARKS,
    PERIOD,
    USAGE,
    Clock,
    close_september,
    copy_of,
    must,
    open_september,
    read,
    work_september,
)
from tests.e2e.program import Ended, query
from tests.e2e.world import write_feed_text

FIRST = f"DSP-{PERIOD}-0001"
LATE = ["--received", "2026-12-07", "--override", "our mail room lost it"]  # the window closed on 5 December


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    with pytest.MonkeyPatch.context() as patch:
        yield Clock(patch)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Office:
    """September before its close."""
    found = open_september(tmp_path_factory.mktemp("worked"))
    work_september(found, clock)
    return found


@pytest.fixture(scope="module")
def closed(worked: Office, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Office:
    """September after it."""
    found = copy_of(worked, tmp_path_factory.mktemp("closed"))
    close_september(found, clock)
    return found


@pytest.fixture
def office(closed: Office, tmp_path: Path) -> Office:
    """A closed September of the test's own."""
    return copy_of(closed, tmp_path)


def _disputed(office: Office, clock: Clock) -> str:
    """100.00 of a line of 300.00 in dispute, in time; its id."""
    clock.set("2026-11-02T15:00:00")
    must(_open(office, f"{PARKS}/1", "100.00"), 0)
    return FIRST


def _disputed_late(office: Office, clock: Clock, what: str = LODGES, amount: str = "60.00") -> str:
    """A dispute that came after the window; its id."""
    clock.set("2026-12-08T15:00:00")
    must(_open(office, what, amount, *LATE), 3)
    return FIRST


def _open(office: Office, what: str, amount: str, *words: str, user: str = "bo") -> Ended:
    given = ["--reason", "line was moved", "--owner", "lee", "--due", "2027-01-15"]
    return office("dispute", "open", what, "--amount", amount, *given, *words, user=user)


def _decide(office: Office, identity: str, outcome: str, *words: str) -> Ended:
    return office("dispute", "decide", identity, "--outcome", outcome, "--reason", "checked the order", *words, user="lee")


def _journal(root: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in (root / "ledger" / PERIOD / "journal.jsonl").read_text().splitlines()]


def _payable(office: Office) -> dict[str, tuple[str, str, str]]:
    rows = json.loads(office("dispute", "list", PERIOD, "--json").out)["payable"]
    return {row["invoice_no"]: (row["amount"], row["disputed"], row["payable"]) for row in rows}


def test_only_what_was_issued_can_be_disputed(worked: Office) -> None:
    refused = _open(worked, f"{PARKS}/1", "10.00")

    assert refused.code == 12
    assert refused.err.startswith(f"cotbill: {PERIOD} is OPEN, and only an invoice that was issued can be disputed")


@pytest.mark.parametrize(
    ("what", "amount", "words", "said"),
    [
        ("COT-2026-09-D7580001", "1.00", (), "'COT-2026-09-D7580001' is no invoice; write it as COT-2026-09-D7580001-01, or with a line as"
         " COT-2026-09-D7580001-01/4"),
        ("COT-2026-09-XX-01", "1.00", (), "COT-2026-09-XX-01 was never billed; look at the number on the invoice"),
        (f"{PARKS}/9", "1.00", (), f"{PARKS}/9 was never billed; look at the number on the invoice"),
        (f"{PARKS}/1", "300.01", (), f"disputed amount 300.01 is above the 300.00 left of {PARKS} line 1 (300.00 less 0.00 in dispute or"
         " credited)"),
        (f"{PARKS}/1", "ten", (), "--amount: 'ten' is not an amount; write it as 125.50"),
        (f"{PARKS}/1", "1.005", (), "disputed amount 1.005 has parts of a cent; give dollars and cents"),
        (f"{PARKS}/1", "1.00", ("--received", "2026-12-07"), "received on 2026-12-07, after the window closed on 2026-12-05; give the"
         " reason to take it up all the same, which another person must approve"),
        (f"{PARKS}/1", "1.00", ("--received", "2026-12-09"), "received on 2026-12-09, which is after today, 2026-12-08; correct the date"),
        (f"{PARKS}/1", "1.00", ("--received", "8 Dec"), "--received: '8 Dec' is not a date; write it as 2026-11-06"),
        (f"{PARKS}/1", "1.00", ("--received", "2026-12-01", "--owner", "nobody"), "owner 'nobody' is not a user on 2026-12-08; name a user"
         " of reference/users.csv"),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_refused_in_one_line_and_nothing_is_written(
    office: Office, clock: Clock, what: str, amount: str, words: tuple[str, ...], said: str
) -> None:
    clock.set("2026-12-09T03:00:00")  # still the 8th in Frankfort
    before = _journal(office.root)

    ended = _open(office, what, amount, *words)

    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert _journal(office.root) == before


def test_a_dry_run_writes_nothing(office: Office, clock: Clock) -> None:
    clock.set("2026-11-02T15:00:00")

    ended = _open(office, f"{PARKS}/1", "100.00", "--dry-run")

    assert ended.code == 0
    assert "nothing was written" in ended.err
    assert _journal(office.root)[-1] == "issued"


def test_a_dispute_in_time_is_open_at_once_and_the_rest_stays_payable(office: Office, clock: Clock) -> None:
    clock.set("2026-11-02T15:00:00")

    opened = read(must(_open(office, f"{PARKS}/1", "100.00", "--json"), 0))

    assert (opened["dispute_id"], opened["status"], opened["written"]) == (f"DSP-{PERIOD}-0001", "OPEN", True)
    assert _payable(office) == {PARKS: ("300.00", "100.00", "200.00")}
    rows = query(office.root, "select dispute_id, invoice_no, invoice_line_no, billing_number, agency_code, amount, status, owner,"
                 " is_inside_window, cast(received_on as varchar), charge_id = (select charge_id from fact_charge where source_record_id ="
                 " 'u1'), days_open from fact_dispute")  # fmt: skip
    assert rows == [(f"DSP-{PERIOD}-0001", PARKS, 1, "D7580001", "758", Decimal("100.00"), "OPEN", "lee", True, "2026-11-02", True, None)]


def test_nothing_is_in_dispute_twice(office: Office, clock: Clock) -> None:
    _disputed(office, clock)

    assert "is above the 200.00 left" in _open(office, f"{PARKS}/1", "200.01").err
    assert "is above the 200.00 left" in _open(office, PARKS, "200.01").err
    assert _open(office, f"{PARKS}/1", "200.00", "--dry-run").code == 0


def test_the_list_says_who_works_it_and_for_how_long_it_is_open(office: Office, clock: Clock) -> None:
    _disputed(office, clock)
    clock.set("2026-11-12T15:00:00")

    ended = must(office("dispute", "list"), 3)

    cells = ended.out.splitlines()[2].split()
    assert cells[:7] == [f"DSP-{PERIOD}-0001", f"{PARKS}/1", "100.00", "2026-11-02", "yes", "OPEN", "–"]
    assert cells[7:10] == ["10", "2027-01-15", "lee"]
    assert ended.out.splitlines()[-1].split() == [PARKS, "300.00", "100.00", "200.00"]
    assert must(office("dispute", "list", "2026-12"), 12).err.startswith("cotbill: 2026-12 was not run yet")


@pytest.mark.parametrize(
    ("outcome", "words", "said"),
    [
        ("PARTIAL", (), "PARTIAL has no credited amount; give it, 0.00 where nothing is credited"),
        ("PARTIAL", ("--credit", "100.00"), "PARTIAL credits 100.00; give an amount between 0.00 and the disputed 100.00, both excluded"),
        ("FULL_CREDIT", ("--credit", "99.00"), "FULL_CREDIT credits 99.00; it credits the disputed 100.00"),
        ("DENIED", ("--credit", "1.00"), "DENIED credits 1.00; it can credit 0.00 only"),
        (
            "PARTIAL",
            ("--credit", "25.00", "--adjustment", "ADJ-9"),
            "no period has an adjustment ADJ-9; enter it first with `cotbill adjust`",
        ),
    ],
)
def test_an_outcome_that_its_name_does_not_allow_is_refused(
    office: Office, clock: Clock, outcome: str, words: tuple[str, ...], said: str
) -> None:
    _disputed(office, clock)

    refused = _decide(office, f"DSP-{PERIOD}-0001", outcome, *words)

    assert (refused.code, refused.err) == (2, f"cotbill: {said}\n")


def test_a_decided_dispute_holds_nothing_back_and_is_not_decided_again(office: Office, clock: Clock) -> None:
    _disputed(office, clock)
    clock.set("2026-11-20T15:00:00")

    must(_decide(office, f"DSP-{PERIOD}-0001", "PARTIAL", "--credit", "25.00"), 0)

    assert _payable(office) == {}
    assert query(office.root, "select status, outcome, credited_amount, decided_by, decided_reason, days_open from fact_dispute") == [
        ("DECIDED", "PARTIAL", Decimal("25.00"), "lee", "checked the order", 18)
    ]
    again = _decide(office, f"DSP-{PERIOD}-0001", "DENIED")
    assert (again.code, again.err) == (2, f"cotbill: DSP-{PERIOD}-0001 was decided PARTIAL by lee; a decision is not changed\n")
    assert must(office("dispute", "list"), 0).code == 0  # nothing waits


def test_the_adjustment_that_credits_it_must_be_the_one(office: Office, clock: Clock) -> None:
    _disputed(office, clock)
    must(_decide(office, FIRST, "PARTIAL", "--credit", "25.00"), 0)
    write_feed_text(office.root, "usage", "2026-10", USAGE + "v1,D7580001,2026-10-01,2026-10-31,VS10,1,USER_MONTH,,\n")
    must(office("run", "2026-10", "--as-of", "2026-11-06", user="bo"), 0, 3)
    entry = ["adjust", "2026-10", "--type", "CREDIT", "--reason-code", "OTHER", "--support", "T-1"]
    must(office(*entry, "--line", f"{PARKS}/1", "--amount=-24.00", user="bo"), 3)
    must(office(*entry, "--line", f"{LODGES}/1", "--amount=-25.00", user="bo"), 3)
    must(office(*entry, "--line", f"{PARKS}/1", "--amount=-25.00", user="bo"), 3)

    words = ("--credit", "25.00", "--adjustment")
    amount = _decide(office, f"DSP-{PERIOD}-0001", "PARTIAL", *words, "ADJ-2026-10-0001")
    assert "comes to -24.00, the dispute credits 25.00; they must be one amount" in amount.err
    line = _decide(office, f"DSP-{PERIOD}-0001", "PARTIAL", *words, "ADJ-2026-10-0002")
    assert f"corrects {LODGES}/1, not what is disputed" in line.err
    must(_decide(office, f"DSP-{PERIOD}-0001", "PARTIAL", *words, "ADJ-2026-10-0003"), 0)

    assert query(office.root, "select adjustment_id from fact_dispute") == [("ADJ-2026-10-0003",)]
    assert _decide(office, f"DSP-{PERIOD}-0001", "PARTIAL", *words, "ADJ-2026-10-0003").code == 2


def test_one_that_came_late_waits_for_a_second_person_in_a_closed_month(office: Office, clock: Clock) -> None:
    late = _disputed_late(office, clock)

    listed = {row["id"]: row for row in json.loads(office("approvals", PERIOD, "--json").out)}
    assert (listed[late]["kind"], listed[late]["state"], listed[late]["missing"]) == ("DISPUTE", "WAITING", "MANAGER or FINANCE")
    assert _payable(office) == {}  # it holds nothing back until it is taken up
    assert query(office.root, f"select status, is_inside_window from fact_dispute where dispute_id = '{late}'") == [("WAITING", False)]
    waiting = _decide(office, late, "DENIED")
    assert waiting.code == 14
    assert f"{late} came after the window and is WAITING" in waiting.err


def test_the_second_person_is_another_one_and_a_manager(office: Office, clock: Clock) -> None:
    late = _disputed_late(office, clock)
    clock.set("2026-12-09T15:00:00")

    assert must(office.approve("bo", late), 14).err.startswith("cotbill: bo prepared it")
    assert office.approve("lee", late).code == 14
    must(office.approve("mo", late), 0)

    assert late not in office.waiting()
    assert _payable(office) == {LODGES: ("60.00", "60.00", "0.00")}
    assert query(office.root, f"select status, window_override_reason from fact_dispute where dispute_id = '{late}'") == [
        ("OPEN", "our mail room lost it")
    ]
    assert query(office.root, "select subject_kind, subject_id, user, decision, assurance from fact_approval") == [
        ("DISPUTE", late, "mo", "APPROVED", "SIGNED")
    ]
    must(_decide(office, late, "FULL_CREDIT"), 0)


def test_one_that_is_sent_back_waits_for_nobody_and_counts_no_more(office: Office, clock: Clock) -> None:
    late = _disputed_late(office, clock, f"{COURTS}/1", "120.00")
    clock.set("2026-12-10T15:00:00")

    assert "is above the 0.00 left" in _open(office, COURTS, "0.01", *LATE).err
    must(office.approve("mo", late, word="return"), 0)

    assert late not in office.waiting()
    assert must(_decide(office, late, "DENIED"), 14).err.endswith("is RETURNED; open it anew\n")
    must(_open(office, COURTS, "0.01", *LATE, "--dry-run"), 3)


def test_a_final_month_takes_disputes_too_and_the_posted_bill_stays_as_it_is(office: Office, clock: Clock) -> None:
    _disputed(office, clock)
    clock.set("2026-12-11T15:00:00")
    must(office("final", PERIOD, user="mo"), 0)
    before = {path: path.read_bytes() for path in (office.root / "out" / PERIOD).rglob("*") if path.is_file()}

    must(_open(office, f"{COURTS}/1", "20.00", "--received", "2026-12-01"), 0)

    assert {path: path.read_bytes() for path in before} == before
    assert query(office.root, f"select status from dim_period where period = '{PERIOD}'") == [("FINAL",)]
    assert office.total(PERIOD) == Decimal("480.00")  # 300.00 + 60.00 + 120.00
    assert query(office.root, "select count(*) from fact_dispute") == [(2,)]
    assert _payable(office) == {COURTS: ("120.00", "20.00", "100.00"), PARKS: ("300.00", "100.00", "200.00")}


def test_what_nobody_disputed_is_not_decided(office: Office) -> None:
    assert _decide(office, "DSP-2026-09-0009", "DENIED").err.startswith("cotbill: there is no dispute DSP-2026-09-0009;")
    assert _decide(office, "0001", "DENIED").err == "cotbill: '0001' is no dispute; its id is like DSP-2026-09-0001\n"
