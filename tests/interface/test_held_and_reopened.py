"""A string the accounting system would refuse holds its record; a month closed anew after a reopening is sent anew."""

import json
from decimal import Decimal

import pytest

from tests.e2e.office import Office
from tests.e2e.program import query
from tests.e2e.world import write_feed_text
from tests.interface.ledger_office import CODES, GL_MAP, SETTINGS, USAGE, LedgerOffice, net

PERIOD = "2026-09"
NO_MAP = "rate_class,rate_code,same_fund,document_code,event_type\n"
VALUES = "element,value,valid_from,valid_to\nunit,0001,2020-01-01,\nunit,0002,2020-01-01,2026-09-28\n"


def test_a_string_with_a_code_that_ended_holds_the_record_in_the_run_until_it_is_known(tmp_path):
    office = LedgerOffice.open(tmp_path / "world", {"reference/coa_values.csv": VALUES})
    office.feeds(PERIOD)

    assert office("run", PERIOD, "--as-of", "2026-10-06").code == 3

    held = [row for row in json.loads(office("exceptions", PERIOD, "--json").out) if row["code"] == "A106"]
    assert sorted((row["source_record_id"], row["column_name"], row["raw_value"]) for row in held) == [
        ("p11", "unit", "0002"),
        ("u11", "unit", "0002"),
    ]
    assert query(office.root, "select sum(records_held) from control_totals") == [(2,)]
    (office.root / "reference" / "coa_values.csv").write_text(VALUES.replace("2026-09-28", ""))
    office("run", PERIOD, "--as-of", "2026-10-06")
    assert query(office.root, "select sum(records_held) from control_totals") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "settings", "code", "line"),
    [
        ({"reference/gl_map.csv": NO_MAP}, SETTINGS, 11, "gl_map.csv: has no row for PT20"),
        ({}, 'expected_feeds = ["usage", "pass_through"]\nseller_fund = "fund"\n', 11,
         "cotbill.toml:2: 'seller_fund' is 'fund'; expected up to 20 capital letters and digits in quotes"),
        ({}, 'expected_feeds = ["usage", "pass_through"]\nmax_lines = 0\n', 11,
         "cotbill.toml:2: 'max_lines' is 0; expected a whole number from 1 to 999"),
    ],
)  # fmt: skip
def test_what_the_interface_lacks_is_said_in_lines(tmp_path, changes, settings, code, line):
    office = LedgerOffice.open(tmp_path / "world", changes)
    office.feeds(PERIOD)
    office("run", PERIOD, "--as-of", "2026-10-06")
    (office.root / "cotbill.toml").write_text(settings)

    ended = office("interface", PERIOD, "--dry-run")

    assert ended.code == code
    assert ended.err.startswith(line), ended.err
    assert "Traceback" not in ended.err


def test_without_a_sellers_fund_the_month_is_sent_with_a_caution(tmp_path):
    office = LedgerOffice.open(tmp_path / "world", settings='expected_feeds = ["usage", "pass_through"]\n')
    office.feeds(PERIOD)
    office.close(PERIOD, "2026-10-06")

    ended = office("interface", PERIOD)

    assert ended.code == 0
    assert "seller_fund is not set" in ended.err
    assert {row["event_type"] for row in office.sent(PERIOD)} == {"IN04"}


@pytest.fixture(scope="module")
def reopened(tmp_path_factory) -> Office:
    """A month that is sent, reopened before anybody answered, billed differently and closed again."""
    changes = {"reference/gl_map.csv": GL_MAP, "reference/rate_codes.csv": CODES}
    office = Office.open(tmp_path_factory.mktemp("office"), changes, SETTINGS)
    desk = LedgerOffice(office.root)
    desk.feeds(PERIOD)
    desk.close(PERIOD, "2026-10-06")
    assert office("interface", PERIOD, user="bo").code == 0
    assert office("reopen", PERIOD, "--reason", "a number was forgotten", user="bo").code == 3
    assert office.approve("mo", f"reopen-{PERIOD}").code == 0
    span = f"{PERIOD}-01,{PERIOD}-28"
    write_feed_text(office.root, "usage", PERIOD, USAGE + f"u9,D7580002,{span},VS10,1,USER_MONTH\n", 2)
    assert office("interface", PERIOD, user="bo").code == 12  # it is open again
    desk.close(PERIOD, "2026-10-09")
    return office


def documents_of_an_issue_that_is_no_more_are_replaced_under_new_names(reopened: Office) -> None:
    desk = LedgerOffice(reopened.root)
    old = desk.documents(PERIOD)

    ended = reopened("interface", PERIOD, user="bo")

    assert ended.code == 0, ended.err
    assert f"{len(old)} documents sent before are replaced: {old[0]} to {old[-1]}" in ended.err
    new = desk.documents(PERIOD)
    assert not set(old) & set(new)
    assert net(desk.sent(PERIOD)) == desk.invoiced(PERIOD) == Decimal("299.01")
    assert desk.register(PERIOD)["difference"] == "0.00"
    assert {row["doc_id"] for row in desk.register(PERIOD)["documents"] if row["status"] == "REPLACED"} == set(old)


def a_replaced_document_may_be_rejected_but_not_accepted(reopened: Office) -> None:
    desk = LedgerOffice(reopened.root)
    old = desk.events(PERIOD, "interface")[0]["batch_id"]
    (gone, *_) = [row["doc_id"] for row in desk.register(PERIOD)["documents"] if row["batch_id"] == old]

    refused = desk.answer({gone: "ACCEPTED"})

    assert refused.code == 10
    assert f"document {gone} of 2026-09 was replaced; have it cancelled in the accounting system" in refused.err
    assert desk.answer({gone: "REJECTED"}).code == 3
    assert desk("run", PERIOD).code == 12
    states = {row["doc_id"]: row["status"] for row in desk.register(PERIOD)["documents"]}
    assert states[gone] == "REPLACED"


def a_dry_run_of_the_answer_writes_nothing(reopened: Office) -> None:
    desk = LedgerOffice(reopened.root)
    path = desk.root.parent / "dry.csv"
    path.write_text(f"doc_id,status,message\n{desk.documents(PERIOD)[0]},ACCEPTED,\n")
    before = desk.events(PERIOD, "acknowledged")

    ended = desk("ack", str(path), "--dry-run", "--json")

    assert (ended.code, json.loads(ended.out)[0]["accepted"]) == (0, 1)
    assert desk.events(PERIOD, "acknowledged") == before


def a_batch_that_was_changed_in_the_ledger_is_not_sent(reopened: Office) -> None:
    desk = LedgerOffice(reopened.root)
    path = next((desk.root / "ledger" / PERIOD / "interface").glob("*-02.journal.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))

    ended = desk("interface", PERIOD)

    assert ended.code == 13
    assert ended.err.startswith("cotbill: ledger/2026-09/interface: batch COT-2026-09-02 is not as it was sent; restore")
    path.write_bytes(whole)
    assert desk("interface", PERIOD).code == 0


STEPS = (
    documents_of_an_issue_that_is_no_more_are_replaced_under_new_names,
    a_replaced_document_may_be_rejected_but_not_accepted,
    a_dry_run_of_the_answer_writes_nothing,
    a_batch_that_was_changed_in_the_ledger_is_not_sent,
)


def test_a_month_that_was_reopened_replaces_its_documents(reopened: Office) -> None:
    for step in STEPS:
        step(reopened)
