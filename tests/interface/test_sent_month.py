"""A month is sent, answered, corrected and sent again, once; another is turned whole. The tests work it in their order."""

import json
from decimal import Decimal

import pytest
from lxml import etree

from billing.periods import Period
from pipelines.book import rejects_noted
from pipelines.interface_rejects import rejected_findings
from pipelines.journal import Journal
from pipelines.workspace import Workspace
from tests.e2e.program import query
from tests.e2e.world import REFERENCE
from tests.interface.ledger_office import LedgerOffice, net

PERIOD, NEXT = "2026-09", "2026-10"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> LedgerOffice:
    found = LedgerOffice.open(tmp_path_factory.mktemp("office") / "world")
    found.feeds(PERIOD, 1)
    found.feeds(NEXT, 2)
    return found


def an_open_month_only_shows_what_it_would_come_to(office: LedgerOffice) -> None:
    assert office("run", PERIOD, "--as-of", "2026-10-06").code in {0, 3}

    refused, shown = office("interface", PERIOD), office("interface", PERIOD, "--dry-run", "--json")

    assert refused.code == 12
    assert refused.err.startswith("cotbill: 2026-09 is OPEN, and only a closed month is sent; close it first")
    facts = json.loads(shown.out)
    assert (shown.code, facts["written"], Decimal(facts["net"])) == (0, False, office.invoiced(PERIOD))
    assert not office.folder(PERIOD).exists()
    assert not (office.root / "ledger" / PERIOD / "interface").exists()


def a_closed_month_is_sent_in_every_format_and_comes_to_its_invoices(office: LedgerOffice) -> None:
    office.close(PERIOD, "2026-10-06")

    ended = office("interface", PERIOD)

    assert ended.code == 0, ended.err
    assert set(office.hashes(office.folder(PERIOD))) == {"gl_interface.csv", "iet.xml", "iet.inf", "journal_fixed.txt"}
    rows = office.sent(PERIOD)
    assert net(rows) == -net(rows, "SELLER") == office.invoiced(PERIOD) == Decimal("269.01")  # 6 x 30.00 + 100.01 - 11.00
    assert {row["dr_cr"] for row in rows if row["party"] == "BUYER"} == {"DR", "CR"}
    assert {(row["event_type"], row["fund"] == "1300") for row in rows if row["party"] == "BUYER"} == {("IN04", False), ("IN06", True)}
    assert len(etree.parse(office.folder(PERIOD) / "iet.xml").findall("AMS_DOCUMENT")) == len(office.documents(PERIOD))
    (event,) = office.events(PERIOD, "interface")
    assert event["files"] == office.hashes(office.folder(PERIOD))
    assert (event["documents"], event["posted_on"], event["sent_as"]) == (len(office.documents(PERIOD)), "2026-10-06", "ORIGINAL")
    register = office.register(PERIOD)
    assert (register["difference"], register["documents_net"]) == ("0.00", "269.01")
    assert query(office.root, "select count(distinct doc_id), min(status) from fact_journal") == [(event["documents"], "SENT")]


def every_invoice_comes_to_its_documents_in_the_mart(office: LedgerOffice) -> None:
    rows = query(
        office.root,
        "select i.invoice_no, i.amount, sum(case when j.dr_cr = 'DR' then j.amount else -j.amount end) from fact_invoice i"
        " join fact_journal j using (invoice_no) where j.party = 'BUYER' group by 1, 2",
    )

    assert len(rows) == 3
    assert [row for row in rows if row[1] != row[2]] == []


def the_same_month_again_gives_the_same_bytes_and_no_second_event(office: LedgerOffice) -> None:
    before = office.hashes(office.folder(PERIOD))
    for path in office.folder(PERIOD).iterdir():
        path.unlink()

    again = office("interface", PERIOD)

    assert again.code == 0
    assert "the same documents as before" in again.err
    assert office.hashes(office.folder(PERIOD)) == before
    assert len(office.events(PERIOD, "interface")) == 1


REFUSED = [
    ("doc_id,status\nCOT26090001,ACCEPTED\n", ":1: F005: "),
    ("doc_id,status,message\nCOT26090001,OK,\n", ":2:2: F006: status: expected one of ACCEPTED, REJECTED"),
    ("doc_id,status,message\ncot26090001,ACCEPTED,\n", ":2:1: F006: doc_id: expected an upper-case code"),
    ("doc_id,status,message\n,ACCEPTED,\n", ":2:1: F006: "),
    ("doc_id,status,message\nCOT26090001,ACCEPTED,\nCOT26090001,ACCEPTED,\n",
     ":3:1: F006: document COT26090001 is answered in line 2 already"),
    ("doc_id,status,message\nCOT26090001,ACCEPTED,\nCOT26099999,ACCEPTED,\n", ":3:1: F006: document COT26099999 was never sent"),
    ("doc_id,status,message\n", ": F006: holds no answer"),
]  # fmt: skip


def an_answer_that_is_not_whole_and_known_is_refused_and_nothing_of_it_loaded(office: LedgerOffice) -> None:
    for text, line in REFUSED:
        path = office.root.parent / "bad.csv"
        path.write_text(text)

        ended = office("ack", str(path))

        assert ended.code == 10
        assert ended.err.startswith(f"bad.csv{line}"), ended.err
        assert ended.err.count("\n") == 1
        assert office.events(PERIOD, "acknowledged") == []


def a_rejected_document_comes_back_as_an_exception_of_the_open_month(office: LedgerOffice) -> None:
    documents = office.documents(PERIOD)
    assert office("run", NEXT, "--as-of", "2026-11-06").code in {0, 3}  # nothing but the answer changes until the next run
    assert "A106" not in office("exceptions", NEXT, "--json").out
    bad = next(row["doc_id"] for row in office.sent(PERIOD) if (row["billing_number"], row["dr_cr"]) == ("D7580002", "DR"))

    ended = office.answer({doc: "REJECTED unit 0002 is not valid" if doc == bad else "ACCEPTED" for doc in documents})

    assert ended.code == 3
    assert office.register(PERIOD)["by_status"]["REJECTED"]["documents"] == 1
    assert office("run", NEXT, "--as-of", "2026-11-06").code == 3
    (found,) = [row for row in json.loads(office("exceptions", NEXT, "--json").out) if row["code"] == "A106"]
    assert (found["raw_value"], found["billing_number"], found["agency_code"], found["status"]) == (bad, "D7580002", "758", "OPEN")
    assert Decimal(found["amount"]) == Decimal("60.00")
    assert "unit 0002 is not valid" in found["message"]
    noted = rejects_noted(Journal(office.root / "ledger" / NEXT))  # billed again years later, the month still knows of it
    assert noted.equals(rejected_findings(Workspace(office.root), Period.parse(NEXT)))
    assert noted.height == 1
    assert found["source_file"] == "2026-09/interface"  # as old as its month
    assert office("exceptions", NEXT, "--export", str(office.root.parent / "list.xlsx")).code in {0, 3}
    carried = office("acknowledge", found["exception_id"], "--reason", "asked the fiscal officer", "--dry-run")
    assert carried.code == 3  # to carry a hold over needs a second person
    assert "is on no record" in office("reject", found["exception_id"], "--reason", "x").err
    assert query(office.root, f"select distinct status from fact_journal where doc_id = '{bad}'") == [("REJECTED",)]


def after_an_answer_the_month_is_not_sent_again(office: LedgerOffice) -> None:
    before = office.hashes(office.folder(PERIOD))

    ended = office("interface", PERIOD)

    assert ended.code == 12
    assert ended.err.startswith("cotbill: 2026-09 was answered by the accounting system")
    assert ended.err.count("\n") == 1
    assert office.hashes(office.folder(PERIOD)) == before


def an_answer_is_loaded_once(office: LedgerOffice) -> None:
    ended = office.answer({office.documents(PERIOD)[0]: "ACCEPTED"}, "again.csv")

    assert ended.code == 10
    assert "was answered already, it is ACCEPTED" in ended.err


def a_code_that_is_still_not_valid_is_not_sent_again(office: LedgerOffice) -> None:
    values = "element,value,valid_from,valid_to\nunit,0001,2020-01-01,\nunit,0003,2020-01-01,\nunit,1000,2020-01-01,\n"
    (office.root / "reference" / "coa_values.csv").write_text(values)

    ended = office("interface", PERIOD, "--resend", "--as-of", "2026-10-20")

    assert ended.code == 11
    assert ended.err == (
        "funding_strings.csv: unit 0002 of funding string 1 of D7580002 is not in coa_values.csv on 2026-10-20; correct it\n"
    )


def the_corrected_document_is_sent_once_under_a_new_name_that_names_the_old(office: LedgerOffice) -> None:
    (bad,) = office.register(PERIOD)["documents"] and [d for d in office.register(PERIOD)["documents"] if d["status"] == "REJECTED"]
    strings = REFERENCE["reference/funding_strings.csv"].replace("D7580002,1,100,0100,758,0002", "D7580002,1,100,0100,758,0003")
    (office.root / "reference" / "funding_strings.csv").write_text(strings.lstrip("\n"))
    first = office.hashes(office.folder(PERIOD))

    ended = office("interface", PERIOD, "--resend", "--as-of", "2026-10-20")

    assert ended.code == 0, ended.err
    (batch,) = [event["batch_id"] for event in office.events(PERIOD, "interface") if event["sent_as"] == "RESEND"]
    rows = office.sent(PERIOD, batch)
    (doc,) = {row["doc_id"] for row in rows}
    assert doc not in office.documents(PERIOD)
    assert {row["unit"] for row in rows if row["party"] == "BUYER"} == {"0003"}
    assert net(rows) == Decimal(bad["net"]) == Decimal("60.00")
    tree = etree.parse(office.folder(PERIOD, batch) / "iet.xml")
    assert set(tree.xpath("//RFED_DOC_ID/text()")) == {bad["doc_id"]}
    assert office.hashes(office.folder(PERIOD)) == first  # what was sent first stays as it was
    states = {row["doc_id"]: row["status"] for row in office.register(PERIOD)["documents"]}
    assert (states[bad["doc_id"]], states[doc]) == ("RESENT", "SENT")
    assert office.register(PERIOD)["difference"] == "0.00"


def the_exception_is_gone_and_the_open_month_asks_its_own_strings(office: LedgerOffice) -> None:
    assert office("run", NEXT, "--as-of", "2026-11-06").code in {0, 3}

    codes = [row["code"] for row in json.loads(office("exceptions", NEXT, "--all", "--json").out)]
    assert "A106" not in codes


def sending_again_twice_makes_no_second_document(office: LedgerOffice) -> None:
    before = len(office.events(PERIOD, "interface"))

    again = office("interface", PERIOD, "--resend", "--as-of", "2026-10-25")

    assert again.code == 0
    assert "the same documents as before" in again.err
    assert len(office.events(PERIOD, "interface")) == before
    batch = office.events(PERIOD, "interface")[-1]
    assert office.answer(dict.fromkeys(office.documents(PERIOD, batch["batch_id"]), "ACCEPTED")).code == 0
    done = office("interface", PERIOD, "--resend")
    assert (done.code, done.err) == (12, "cotbill: no document of 2026-09 is rejected; there is nothing to send again\n")
    assert {row["status"] for row in office.register(PERIOD)["documents"]} == {"ACCEPTED", "RESENT"}


def reversal_turns_every_accepted_document(office: LedgerOffice) -> None:
    accepted = {row["doc_id"] for row in office.register(PERIOD)["documents"] if row["status"] == "ACCEPTED"}

    ended = office("interface", PERIOD, "--reversal", "--as-of", "2026-11-10")

    assert ended.code == 0, ended.err
    event = office.events(PERIOD, "interface")[-1]
    rows = office.sent(PERIOD, event["batch_id"])
    assert net(rows) == -office.invoiced(PERIOD)
    tree = etree.parse(office.folder(PERIOD, event["batch_id"]) / "iet.xml")
    assert set(tree.xpath("//RFED_DOC_ID/text()")) == accepted
    assert not accepted & {row["doc_id"] for row in rows}
    assert {(row["fy"], row["period"]) for row in rows} == {("2027", "5")}
    assert office.register(PERIOD)["documents_net"] == "0.00"
    assert office("interface", PERIOD).code == 12  # the turned documents have no answer yet
    assert len([e for e in office.events(PERIOD, "interface") if e["sent_as"] == "REVERSAL"]) == 1


def a_rejected_turning_is_sent_again_as_it_was_and_then_the_month_anew(office: LedgerOffice) -> None:
    batch = office.events(PERIOD, "interface")[-1]["batch_id"]
    documents = office.documents(PERIOD, batch)
    assert office.answer({doc: "REJECTED" if n == 0 else "ACCEPTED" for n, doc in enumerate(documents)}).code == 3
    assert office("interface", PERIOD).code == 12

    assert office("interface", PERIOD, "--resend").code == 0
    again = office.events(PERIOD, "interface")[-1]["batch_id"]
    assert net(office.sent(PERIOD, again)) == net([row for row in office.sent(PERIOD, batch) if row["doc_id"] == documents[0]])
    assert office.answer(dict.fromkeys(office.documents(PERIOD, again), "ACCEPTED")).code == 0
    assert office("interface", PERIOD).code == 0
    assert office("interface", PERIOD).code == 0  # and the same once more

    register = office.register(PERIOD)
    assert register["difference"] == "0.00"
    ids = [row["doc_id"] for row in register["documents"]]
    assert len(ids) == len(set(ids))
    assert {row["status"] for row in register["documents"]} == {"RESENT", "REVERSED", "ACCEPTED", "SENT"}
    assert query(office.root, "select count(*) from (select doc_id from fact_journal group by doc_id"
                 " having sum(case when dr_cr = 'DR' then amount else -amount end) <> 0)") == [(0,)]  # fmt: skip


def the_mart_and_the_book_hold_their_rows_when_the_next_month_is_closed(office: LedgerOffice) -> None:
    office.close(NEXT, "2026-11-06")

    assert office("interface", NEXT, "--format", "xml").code == 0
    assert set(office.hashes(office.folder(NEXT))) == {"gl_interface.csv", "iet.xml", "iet.inf"}
    assert office("interface", NEXT, "--format", "fixed").code == 0
    assert len(office.events(NEXT, "interface")) == 2  # another file of the same batch is another hand-out
    assert office("interface", NEXT, "--format", "xml").code == 0
    assert len(office.events(NEXT, "interface")) == 2
    assert query(office.root, "select count(distinct batch_id) from fact_journal where period = '2026-10'") == [(1,)]


def a_month_that_knew_of_a_rejected_document_verifies_after_it_was_sent_again(office: LedgerOffice) -> None:
    bad = office.documents(NEXT)[0]
    assert office.answer({doc: "REJECTED" if doc == bad else "ACCEPTED" for doc in office.documents(NEXT)}).code == 3
    office.feeds("2026-11", 3)
    office.close("2026-11", "2026-12-04")
    assert query(office.root, "select raw_value from fact_exception where period = '2026-11' and code = 'A106'") == [(bad,)]
    assert office("interface", NEXT, "--resend", "--as-of", "2026-12-05").code == 0

    ended = office("verify")

    assert ended.code == 0, ended.out + ended.err


def verify_finds_what_was_changed_of_a_batch_or_of_a_file_that_went_out(office: LedgerOffice) -> None:
    batch = office.root / "ledger" / NEXT / "interface" / f"COT-{NEXT}-01.journal.parquet"
    file, stray = office.folder(NEXT) / "gl_interface.csv", batch.with_name("stray.parquet")
    for path, line in (
        (batch, f"ledger/{NEXT}/interface/{batch.name}: or the parts beside it are not as they were sent"),
        (file, f"out/{NEXT}/interface/gl_interface.csv: is not as it was handed out"),
        (stray, f"ledger/{NEXT}/interface/stray.parquet: is no batch that the journal knows"),
    ):
        whole = path.read_bytes() if path.exists() else None
        path.write_bytes((whole or b"x")[:-1] + b"?")

        ended = office("verify", NEXT)

        assert ended.code == 13
        assert line in ended.out + ended.err
        path.unlink() if whole is None else path.write_bytes(whole)
    assert office("verify", NEXT).code == 0


STEPS = (
    an_open_month_only_shows_what_it_would_come_to,
    a_closed_month_is_sent_in_every_format_and_comes_to_its_invoices,
    every_invoice_comes_to_its_documents_in_the_mart,
    the_same_month_again_gives_the_same_bytes_and_no_second_event,
    an_answer_that_is_not_whole_and_known_is_refused_and_nothing_of_it_loaded,
    a_rejected_document_comes_back_as_an_exception_of_the_open_month,
    after_an_answer_the_month_is_not_sent_again,
    an_answer_is_loaded_once,
    a_code_that_is_still_not_valid_is_not_sent_again,
    the_corrected_document_is_sent_once_under_a_new_name_that_names_the_old,
    the_exception_is_gone_and_the_open_month_asks_its_own_strings,
    sending_again_twice_makes_no_second_document,
    reversal_turns_every_accepted_document,
    a_rejected_turning_is_sent_again_as_it_was_and_then_the_month_anew,
    the_mart_and_the_book_hold_their_rows_when_the_next_month_is_closed,
    a_month_that_knew_of_a_rejected_document_verifies_after_it_was_sent_again,
    verify_finds_what_was_changed_of_a_batch_or_of_a_file_that_went_out,
)


def test_a_month_is_sent_answered_sent_again_and_turned(office: LedgerOffice) -> None:
    for step in STEPS:
        step(office)
