"""R01, R15 and R20 of a month that was closed, sent and answered: one total, and the very bytes that were written then."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.billing_register import billing_register
from reports.finance.close_steps import close_steps
from reports.finance.receivables import receivables
from reports.finance.sent_documents import sent_documents
from reports.published import of_mart
from reports.report import report_files
from tests.interface.ledger_office import LedgerOffice
from tests.records.world import month, rows, table

PERIOD = "2026-09"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = LedgerOffice.open(tmp_path_factory.mktemp("sent") / "world")
    office.feeds(PERIOD)
    office.close(PERIOD, "2026-10-06")
    assert office("interface", PERIOD, "--as-of", "2026-10-07").code == 0
    first, second, *_ = office.documents(PERIOD)
    assert office.answer({first: "ACCEPTED", second: "REJECTED no such fund"}).code in {0, 3}
    return office


@pytest.fixture
def published(office):
    return of_mart(PERIOD, office.root / "mart" / "cotbill.duckdb")


@pytest.mark.parametrize("make", [billing_register, sent_documents])
def test_its_first_table_is_the_file_written_at_the_time(office, published, make):
    report = make(published)

    name = f"{report.stem}.csv"
    assert report_files(report)[name] == (office.root / "out" / PERIOD / "reports" / name).read_bytes()


def test_register_interface_and_invoices_are_one_total(office, published):
    register, sent = billing_register(published), sent_documents(published)

    invoiced = office.invoiced(PERIOD)
    facts = {fact.name: fact.value for fact in sent.facts}
    assert [foot.here for foot in register.foots if "documents that stand" in foot.what] == [invoiced]
    assert facts["documents_net"] == facts["invoices"] == invoiced
    assert facts["difference"] == 0
    assert facts["rejected"] == 1
    assert {row[0] for row in rows(sent.section("statuses").frame)} == {"ACCEPTED", "REJECTED", "SENT"}


def test_the_older_json_is_part_of_what_the_catalogue_says(office, published):
    register = office.register(PERIOD)
    facts = {fact.name: fact.value for fact in sent_documents(published).facts}

    for name in ("document_count", "documents_net", "invoices", "difference"):
        assert str(facts[name]) == str(register[name])


def test_what_was_accepted_is_settled_and_the_rest_is_open(office, published):
    report = receivables(published)

    facts = {fact.name: fact.value for fact in report.facts}
    accepted = next(row[2] for row in rows(sent_documents(published).section("statuses").frame) if row[0] == "ACCEPTED")
    assert str(office.invoiced(PERIOD) - facts["open"]) == accepted


def test_a_posted_month_without_recorded_steps_still_has_its_calendar(published):
    assert close_steps(published).section("steps").title == "Steps of the close"


JOURNAL = """
doc_id | doc_line | party  | dr_cr | amount | invoice_no | status   | sent_as  | batch_id
D1     | 1        | SELLER | CR    | 100.00 | I1         | ACCEPTED | ORIGINAL | B1
D1     | 2        | BUYER  | DR    | 60.00  | I1         | ACCEPTED | ORIGINAL | B1
D1     | 3        | BUYER  | DR    | 40.00  | I1         | ACCEPTED | ORIGINAL | B1
D2     | 1        | BUYER  | CR    | 7.00   | I1         | RESENT   | ORIGINAL | B1
D3     | 1        | BUYER  | CR    | 7.00   | I1         | SENT     | RESEND   | B2
D4     | 1        | BUYER  | DR    | 50.00  | I2         | REVERSED | ORIGINAL | B1
D5     | 1        | BUYER  | CR    | 50.00  | I2         | ACCEPTED | REVERSAL | B3
D6     | 1        | BUYER  | DR    | 5.00   | I0         | SENT     | ORIGINAL | B1
"""
INVOICES = "invoice_no | amount | line_count\nI1 | 93.00 | 2\nI2 | 50.00 | 1\nI3 | 8.00 | 1"
LINES = """
charge_id | invoice_no | invoice_line_no | amount
C1        | I1         | 1               | 100.00
C2        | I1         | 2               | -7.00
C3        | I2         | 1               | 50.00
C4        | I3         | 1               | 8.00
"""


def world(journal=JOURNAL, lines=LINES, status="CLOSED"):
    frames = {"fact_journal": table("fact_journal", journal), "fact_invoice": table("fact_invoice", INVOICES)}
    periods = table("dim_period", f"period | status\n2026-10 | {status}")
    return month(**{"dim_period": periods, "fact_charge": table("fact_charge", lines), **frames})


def test_each_invoice_says_what_stands_for_it():
    report = sent_documents(world())

    assert rows(report.section("invoices").frame, "invoice_no", "documents", "documents_net", "amount", "state") == [
        ("I0", "1", "5.00", "", "NOT_BILLED"),
        ("I2", "2", "0.00", "50.00", "TURNED"),
        ("I3", "", "", "8.00", "NOT_SENT"),
        ("I1", "2", "93.00", "93.00", "SENT"),
    ]
    assert {fact.name: str(fact.value) for fact in report.facts}["difference"] == "-53.00"


@pytest.mark.parametrize("make", [billing_register, sent_documents])
def test_a_standing_document_of_another_amount_stops_a_posted_month_only(make):
    wrong = JOURNAL.replace("60.00", "60.01")

    with pytest.raises(ReconciliationError, match="documents"):
        make(world(wrong))
    assert make(world(wrong, status="OPEN")).foots


def test_lines_of_two_invoices_do_not_make_up_for_each_other():
    lines = LINES.replace("| 50.00", "| 51.00").replace("| 8.00", "| 7.00")

    with pytest.raises(ReconciliationError, match=r"invoices whose lines do not come to them: 2"):
        billing_register(world(lines=lines, status="OPEN"))
