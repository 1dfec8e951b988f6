"""The PDF as a screen reader sees it: every printed cell once and in order, headings, links, bookmarks, page numbers, metadata."""

import base64
import re
from itertools import pairwise

import pytest

from reports.invoice import Options
from reports.invoice.render import jobs
from reports.press.paging import plan
from reports.press.printing import pdf
from tests.reports.bill import many_invoices, month_bill
from tests.reports.tagged import Tagged, attachments

PARKS, GROUP, CREDIT = "COT-2026-10-1000001-01", "COT-2026-10-REV-ALL-01", "COT-2026-10-3000001-01"


@pytest.fixture(scope="module")
def printed():
    bill = month_bill(history=12)
    return {job.view.invoice_no: (job, pdf(job)) for job in jobs(bill, bill.invoices, Options())}


@pytest.fixture(scope="module")
def read(printed):
    return {number: Tagged(data) for number, (_, data) in printed.items()}


def cells_of(part, key):
    """The cells of a section's table as they should be heard, row by row."""
    rows = [tuple(column.title for column in part.columns)] if part.has_head and part.columns else []
    for row in part.rows:
        cells = [cell.replace("{key}", key) for cell in row.cells]
        if row.note:
            cells[part.note_column] = f"{cells[part.note_column]} {row.note}".strip()
        rows.append(tuple(cells))
    return [*rows, (part.foot, part.total)] if part.foot else rows


@pytest.mark.parametrize("number", [PARKS, GROUP, CREDIT])
def test_the_tagged_strings_are_the_printed_cells_all_of_them_and_in_order(printed, read, number):
    job, tagged = printed[number][0], read[number]
    parts = {part.title: part for part in (*job.view.sections, *job.view.closing)}

    drawn = [each for each in tagged.root.below if each.tag == "Sect" and each.below[0].text in parts]
    assert [each.below[0].text for each in drawn] == list(parts)
    for each in drawn:
        part = parts[each.below[0].text]
        heard = [tuple(cell.text for cell in row.below) for row in each.all("TR")]
        assert heard == cells_of(part, job.key)
        words = [sentence for sentence in (part.about, *part.words) if sentence]
        assert "".join(sentence.text for sentence in each.all("P")).replace(" ", "") == "".join(words).replace(" ", "")


def test_every_mark_on_every_page_belongs_to_one_element(read):
    for tagged in read.values():
        assert sorted(tagged.used) == sorted(tagged.marks)


def test_the_statement_is_told_whole_too(printed, read):
    view, told = printed[PARKS][0].view, "".join(read[PARKS].root.text.split())

    for words in (view.due.amount, view.due.sentence, *(check.text for check in view.checks)):
        assert "".join(words.split()) in told
    statement = [[cell.text for cell in row.below] for table in read[PARKS].root.all("Table") for row in table.all("TR")]
    for family in view.summary.families:
        assert [family.title, family.last, family.amount, family.change, family.percent] in [row[:5] for row in statement]
    for fund in view.funds:
        assert [fund.fund, fund.string, fund.federal, fund.share, fund.amount] in statement


def test_nothing_is_told_that_says_nothing(read):
    for tagged in read.values():
        assert [each.tag for each in tagged.root.all("P", "H1", "H2", "LI", "Link") if not each.text.strip()] == []


def test_pictures_tell_their_numbers(printed, read):
    view = printed[PARKS][0].view
    told = [each.facts["alt"] for each in read[PARKS].root.all("Figure")]

    assert view.due.chart_words in told
    assert len(re.findall(r"\$[\d,]+\.\d\d", view.due.chart_words)) == 13
    assert all(family.trend_words in told for family in view.summary.families if family.trend)


def test_headings_go_down_one_level_at_a_time_and_begin_with_one(read):
    for tagged in read.values():
        levels = [int(each.tag[1]) for each in tagged.root.all("H1", "H2", "H3")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_head_cells_say_what_they_head_and_rows_are_equally_wide(read):
    for tagged in read.values():
        for table in tagged.root.all("Table"):
            widths = {sum(int(cell.facts.get("/ColSpan", 1)) for cell in row.below) for row in table.all("TR")}
            assert len(widths) == 1
            assert list(table.all("TH"))  # a table that only places things would be heard as one
        assert all(cell.facts["/Scope"] in {"/Row", "/Column"} for cell in tagged.root.all("TH"))


def test_the_pages_page_one_names_are_where_the_sections_are(printed, read):
    for number, (job, _) in printed.items():
        tagged = read[number]
        starts = {each.below[0].text: each.below[0].page + 1 for each in tagged.root.below if each.tag == "Sect" and each.below}
        rows = [[cell.text for cell in row.below] for table in tagged.root.all("Table") for row in table.all("TR")]
        for family in job.view.summary.families:
            row = next(row for row in rows if row[0] == family.title)
            assert row[-1] == (str(starts[family.title]) if family.anchor else "")


def test_links_lead_to_the_page_they_name(printed, read):
    tagged = read[PARKS]
    names = tagged.catalog["/Names"]["/Dests"]["/Names"]
    targets = {str(names[place]): tagged.page_numbers[names[place + 1][0].idnum] + 1 for place in range(0, len(names), 2)}
    links = [each.get_object() for each in tagged.reader.pages[0]["/Annots"]]

    assert len(links) >= len(printed[PARKS][0].view.summary.families)
    for link in links:
        assert str(link["/Contents"]).endswith(f", page {targets[str(link['/Dest'])]}")


def test_bookmarks_follow_the_sections_and_subtotals_hang_below_them(printed):
    job = jobs_of_many(40)
    tagged = Tagged(pdf(job))
    outline = tagged.reader.outline

    titles = [each.title for each in outline if not isinstance(each, list)]
    assert titles == ["Statement", *[part.title for part in (*job.view.sections, *job.view.closing)]]


def jobs_of_many(lines, **more):
    month = many_invoices(1, lines)
    (job,) = jobs(month, month.invoices, Options(**more))
    return job


def test_every_page_says_which_of_how_many_it_is_and_heads_are_repeated_outside_the_structure():
    job = jobs_of_many(600)
    data = pdf(job)
    tagged = Tagged(data)
    total = len(tagged.reader.pages)
    pages = "".join(f"Page {number} of {total}\n" for number in range(1, total + 1)).split("\n")[:-1]

    assert total > 12
    assert [each for each in tagged.artifacts if each.startswith("Page ")][-total + 1 :] == pages[1:]
    assert "".join(tagged.artifacts).replace(" ", "").count(f"Page1of{total}") == 1
    assert tagged.artifacts.count("Rate code") > 8
    tables = [each for each in tagged.root.all("Table") if each.below[0].tag == "THead"]
    assert all(len(list(table.all("THead"))) == 1 for table in tables)


def test_lines_of_a_long_invoice_are_all_there_and_subtotals_count_them():
    job = jobs_of_many(600)
    tagged = Tagged(pdf(job))
    tables = [[[cell.text for cell in row.below] for row in table.all("TR")] for table in tagged.root.all("Table")]
    rows = [row for table in tables if table[0][0] == "Line" for row in table]
    lines = sorted(int(row[0]) for row in rows if row[0].isdigit())
    subtotals = [re.search(r", (\d+) lines?$", row[0]) for row in rows if re.match(r"RC\d\d", row[0])]

    assert lines == list(range(1, 601))
    assert sum(int(found[1]) for found in subtotals if found) == 600


def test_metadata_says_pdf_a_and_pdf_ua_and_the_hash_of_the_inputs(printed, read):
    for number, (job, _) in printed.items():
        packet = read[number].catalog["/Metadata"].get_data().decode()
        assert 'part="3"' in packet
        assert 'conformance="A"' in packet
        assert 'pdfuaid:part="1"' in packet
        assert f'cotbill:inputsSha256="{job.key}"' in packet
        assert packet.count("</rdf:RDF>") == 1
        assert job.key in read[number].root.text
        assert read[number].reader.trailer["/ID"][0].original_bytes == bytes.fromhex(job.key[:32])


def test_the_attached_file_is_data_of_the_invoice(printed, read):
    for number, (job, _) in printed.items():
        assert attachments(read[number].reader) == {file.name: file.data for file in job.attachments}
        (file,) = [each.get_object() for each in read[number].catalog["/AF"]]
        assert file["/AFRelationship"] == "/Data"


def test_the_same_lines_come_as_a_spreadsheet_when_wished():
    first, again = (jobs_of_many(3, with_workbook=True) for _ in range(2))

    names = [file.name.rpartition(".")[2] for file in first.attachments]
    assert names == ["csv", "xlsx"]
    assert first.key == again.key
    assert list(attachments(Tagged(pdf(first)).reader)) == [file.name for file in first.attachments]


def test_every_section_is_planned_once_and_no_row_is_lost_between_pages():
    job = jobs_of_many(300)
    from reports.press.faces import BOLD, HEAD, REGULAR, Style
    from reports.press.look import Look
    from reports.press.measuring import Pens

    made = plan(job.view.sections, Pens(Style(REGULAR), Style(BOLD), Style(HEAD)), Look())

    for laid in made.laid:
        spans = [(piece.first, piece.last) for piece in laid.pieces]
        assert spans[0][0] == 0
        assert spans[-1][1] == len(laid.section.rows)
        assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_drawings_carry_their_words_as_title(printed):
    view = printed[PARKS][0].view
    drawings = {view.due.chart: view.due.chart_words, view.fund_bar: view.fund_words}
    drawings |= {family.trend: family.trend_words for family in view.summary.families if family.trend}

    for address, words in drawings.items():
        drawing = base64.b64decode(address.partition("base64,")[2]).decode()
        assert f"<title>{words}</title>" in drawing
