"""Invoice PDFs: the right total in text, the right words, the same bytes, and nothing fetched or embedded."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pypdf
import pytest

from billing.frames import Earlier
from reports.detail import detail_files
from reports.invoice import Options, render_invoices
from reports.invoice.render import jobs
from tests.reports.bill import many_invoices, month_bill
from tests.reports.tagged import attachments

PARKS = "COT-2026-10-1000001-01"
GROUP = "COT-2026-10-REV-ALL-01"
CREDIT = "COT-2026-10-3000001-01"


@pytest.fixture(scope="module")
def bill():
    return month_bill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("invoices")


@pytest.fixture(scope="module")
def rendered(bill, folder):
    return {each.invoice_no: each for each in render_invoices(bill, folder)}


@pytest.fixture(scope="module")
def texts(rendered):
    return {number: text_of(each.path.read_bytes()) for number, each in rendered.items()}


def text_of(data):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def job_of(bill, number, options=None):
    table = bill.invoices.filter(pl.col("invoice_no") == number)
    (found,) = jobs(bill, table, options or Options())
    return found


def view_of(bill, number, options=None):
    return job_of(bill, number, options).view


def dollars(text):
    return Decimal(re.sub(r"[$,]", "", text).replace("−", "-"))


def test_each_pdf_says_its_invoices_amount_and_they_add_up_to_the_month(bill, texts):
    found = {}
    for number, text in texts.items():
        found[number] = dollars(re.search(r"−?\$[\d,]+\.\d\d", text)[0])

    assert found == dict(bill.invoices.select("invoice_no", "amount").iter_rows())
    assert sum(found.values()) == sum(bill.lines["amount"].to_list())


def test_page_one_says_who_which_month_how_much_more_and_why(texts):
    text = " ".join(texts[PARKS].split())

    for words in ("Department of Parks and Trails", "1–31 October 2026", "6 November 2026", "5 January 2027", "6 December 2026"):
        assert words in text
    assert re.search(r"1,136\.51 less than September \(−7\.9%\)", text)
    assert "The largest changes are pass-through (−600.00), equipment from stock (−374.50)" in text


def test_every_line_is_printed_with_its_number_and_amount(bill):
    view = view_of(bill, PARKS)
    printed = {(int(row.cells[0]), row.cells[-1]) for part in view.sections if part.columns[0].title == "Line" for row in part.rows}

    expected = bill.lines.filter(pl.col("invoice_no") == PARKS).select("invoice_line_no", "amount").iter_rows()
    assert printed == {(line, f"{amount:,}".replace("-", "−")) for line, amount in expected}


def test_section_totals_are_the_rows_of_page_one_and_come_to_the_amount(bill):
    view = view_of(bill, PARKS)
    families = {row.anchor: row.amount for row in view.summary.families}

    assert {part.anchor: part.total for part in view.sections if part.anchor in families} == families
    assert sum(dollars(amount) for amount in families.values()) == dollars(view.due.amount)
    assert sum(dollars(fund.amount) for fund in view.funds) == dollars(view.due.amount)


def test_fees_late_charges_and_adjustments_stand_apart(bill):
    parts = {part.anchor: part for part in view_of(bill, PARKS).sections}

    fees = [row for row in parts["pass_through"].rows if row.note.startswith("Fee")]
    assert [row.cells[-1] for row in fees] == ["426.48"]
    assert [row.cells[-1] for row in parts["prior"].rows] == ["252.45"]
    (adjustment,) = parts["adjustments"].rows
    assert "ADJ-0007" in adjustment.cells
    assert any(re.search(r"COT-2026-\d\d-1000001-01 line \d+", cell) for cell in adjustment.cells)


def test_warnings_are_listed_by_dollars_and_calls_without_their_numbers(bill, texts):
    found = [check.text for check in view_of(bill, PARKS).checks]

    assert found[0] == "2 charges: contract ended ($589.82)."
    assert "Not billed yet: 1 record, $125.40" in found[-1]
    assert "5025550188123" not in "".join(texts.values())


def test_a_group_invoice_shows_its_numbers(bill):
    (numbers,) = [part for part in view_of(bill, GROUP).sections if part.anchor == "numbers"]

    assert [row.cells[:2] for row in numbers.rows] == [("2000001", "Revenue, processing"), ("2000002", "Revenue, field offices")]
    assert numbers.total == view_of(bill, GROUP).due.amount.lstrip("$")


def test_a_credit_invoice_asks_for_no_payment(texts):
    text = " ".join(texts[CREDIT].split())

    assert "Credit for October 2026" in text
    assert "Nothing is to be paid" in text
    assert "−$1,250.00" in text


def test_the_first_month_has_nothing_to_compare_with():
    first = view_of(month_bill(history=0), PARKS)

    assert first.summary.last_month == ""
    assert first.due.chart == ""
    assert "no earlier invoice" in first.due.sentence


def test_a_prior_amount_that_the_lines_do_not_bear_out_is_not_broken_down(bill):
    odd = replace(bill, invoices=bill.invoices.with_columns(prior_amount=pl.lit(Decimal("1.00"), bill.invoices.schema["amount"])))

    view = view_of(odd, PARKS)

    assert view.summary.last_month == ""
    assert "more than September" in view.due.sentence


def test_the_attached_file_is_the_detail_file_and_the_end_names_it_its_lines_sum_and_hash(bill, rendered, texts):
    detail = detail_files(bill)[PARKS]
    text = "".join(texts[PARKS].split())

    assert attachments(pypdf.PdfReader(rendered[PARKS].path)) == {f"{PARKS}.csv": detail.data}
    assert f"File{PARKS}.csv" in text
    assert detail.sha256 in text
    assert f"{detail.line_count}lines" in text


def test_pages_are_numbered_tagged_titled_and_in_a_language(rendered):
    reader = pypdf.PdfReader(rendered[PARKS].path)

    assert f"Page 1 of {len(reader.pages)}" in reader.pages[0].extract_text()
    assert reader.trailer["/Root"]["/Lang"] == "en-US"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert PARKS in reader.metadata.title


def test_the_same_view_is_the_same_bytes_in_another_process_too(bill, rendered, folder, tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.reports.bill import month_bill; from reports.invoice import render_invoices;"
        "render_invoices(month_bill(), Path(sys.argv[1]), only={sys.argv[2]})"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"}

    subprocess.run([sys.executable, "-c", code, str(tmp_path), GROUP], check=True, env=environment)

    assert (tmp_path / f"{GROUP}.pdf").read_bytes() == (folder / f"{GROUP}.pdf").read_bytes()


def test_unchanged_invoices_are_reused_and_touched_files_are_made_again(bill, rendered, tmp_path):
    only = {CREDIT}
    (first,) = render_invoices(bill, tmp_path, only=only)
    (second,) = render_invoices(bill, tmp_path, only=only)
    first.path.write_bytes(b"%PDF-forged")
    (third,) = render_invoices(bill, tmp_path, only=only)

    assert [first.reused, second.reused, third.reused] == [False, True, False]
    assert first.sha256 == second.sha256 == third.sha256 == rendered[CREDIT].sha256


def test_a_changed_word_renders_that_invoice_alone(bill, tmp_path):
    small = {CREDIT, "COT-2026-10-1000002-01"}
    render_invoices(bill, tmp_path, only=small)
    changed = bill.lines.with_columns(
        description=pl.when(pl.col("invoice_no") == CREDIT).then(pl.lit("Refund, reworded")).otherwise(pl.col("description"))
    )

    again = render_invoices(replace(bill, lines=changed), tmp_path, only=small)

    assert {each.invoice_no: each.reused for each in again} == {CREDIT: False, "COT-2026-10-1000002-01": True}


def test_workers_give_the_same_files_and_report_progress(tmp_path):
    month = many_invoices(6, 1)
    told = []

    alone = render_invoices(month, tmp_path / "one")
    spread = render_invoices(month, tmp_path / "two", workers=2, progress=lambda done, total: told.append((done, total)))

    assert [each.sha256 for each in alone] == [each.sha256 for each in spread]
    assert told == [(done, 6) for done in range(7)]


def test_more_lines_than_the_setting_are_added_up_by_rate_code_and_still_come_to_the_total():
    month = many_invoices(1, 60)
    (number,) = month.invoices["invoice_no"].to_list()

    whole, summary = (view_of(month, number, Options(most_lines=most)) for most in (60, 59))
    usage = [next(part for part in view.sections if part.anchor == "usage") for view in (whole, summary)]

    assert [row.cells[0] for row in usage[0].rows if not row.kind] == [str(line) for line in range(1, 9)]
    assert "the attached file lists all 8 lines" in usage[1].about
    assert sum(dollars(row.cells[-1]) for row in usage[1].rows) == dollars(usage[1].total) == dollars(usage[0].total)


def test_an_invoice_without_earlier_frames_needs_none(bill):
    alone = replace(bill, earlier=Earlier())

    assert "line" not in [cell for row in view_of(alone, CREDIT).sections[-1].rows for cell in row.cells]
