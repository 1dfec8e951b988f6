"""The finished pack of a sample month read back: every total and row on paper is the report's, to the cent."""

import io
import itertools

import page
import polars as pl
import pypdf
import pytest

from billing.layouts import STREAMS
from reports.figures import dollars, money, number, signed
from reports.footing import total
from reports.pack.made import Made
from reports.pack.pack import pack
from tests.pack.world import read, reports_of
from tests.reports.tagged import Tagged

EVIDENCE = (("Mart SHA-256", "5e" * 32),)


@pytest.fixture(scope="session")
def reports(sample):
    return reports_of(sample)


@pytest.fixture(scope="session")
def data(sample, reports):
    return pack(sample, reports, Made(evidence=EVIDENCE))


@pytest.fixture(scope="session")
def paper(data):
    return read(data)


@pytest.mark.parametrize(
    ("part", "title", "report", "section", "columns"),
    [
        ("Agencies", "", "R02", "agencies", "invoices:count prior_amount change:signed prior_period amount"),
        ("Services", "", "R04", "rates", "lines:count ytd_amount amount"),
        ("Streams", "Streams and cost groups", "R05", "groups", "lines:count - prior_period amount"),
        ("Streams", "What moved each stream", "R06", "streams",
         "before price_effect:signed quantity_effect:signed new_effect:signed gone_effect:signed one_time_effect:signed now"),
        ("What moved most", "Agencies that moved most", "R07", "agencies", "before now change:signed"),
        ("What moved most", "Services that moved most", "R07", "rate_codes", "before now change:signed"),
        ("Adjustments and credits", "By type and reason", "R09", "types", "rows:count credits debits amount"),
        ("Over and under recovery", "Cost groups", "R12", "groups", "revenue - - - - -"),
        ("Suspense", "Held by reason", "R10", "reasons",
         "records:count unpriced:count days_0_30 days_31_60 days_61_90 days_over_90 amount"),
        ("Exceptions", "Exceptions by code", "R08", "codes",
         "open:count decided:count days_0_30:count days_31_60:count days_61_90:count days_over_90:count amount"),
        ("Exceptions", "Open exceptions by owner", "R08", "owners", "open:count amount"),
        ("Control totals", "Dollars by feed", "R26", "feeds", "amount_in amount_billed amount_held amount_rejected amount_dropped"),
        ("Control totals", "Records by feed", "R26", "feeds",
         "- records_in:count records_billed:count records_held:count records_rejected:count records_dropped:count"),
        ("Control totals", "Dollars by file", "R26", "files", "amount_in amount_billed amount_held amount_rejected amount_dropped"),
        ("Control totals", "Records by file", "R26", "files",
         "records_in:count records_billed:count records_held:count records_rejected:count records_dropped:count"),
    ],
)  # fmt: skip
def test_the_last_row_of_a_table_is_the_reports_total(paper, reports, part, title, report, section, columns):
    sums = reports[report].section(section).sums()
    says = {"": money, "count": number, "signed": signed}

    expected = []
    for column in columns.split():
        name, _, kind = column.partition(":")
        expected.append("" if name == "-" else says[kind](sums[name]))
    assert paper.grid(part, title).total[1:] == tuple(expected)


def test_the_rows_and_what_is_left_out_come_to_the_total_of_every_table_of_dollars(paper):
    checked = 0
    for grid in paper.grids:
        places = [
            place for place, head in enumerate(grid.head) if head.endswith("$") and grid.total[-1] and grid.rows[-1][0].startswith("All ")
        ]
        for place in places:
            from_right = place - len(grid.head)
            if grid.total[from_right] == "":
                continue
            cells = [row[from_right] for row in grid.rows]
            assert sum(map(cents, cells[:-1])) == cents(cells[-1]), (grid.title, grid.head[place])
            checked += 1
    assert checked >= 35


def cents(text: str) -> int:
    """Dollars and cents on paper as cents."""
    digits = text.replace("−", "-").replace("+", "").replace(",", "").replace(".", "")
    return int(digits) if digits else 0


def test_page_one_says_the_total_the_change_and_why(paper, sample, reports):
    bridge = reports["R06"].section("bridge").frame.row(0, named=True)
    billed = total(sample.now("fact_invoice")["amount"])

    assert dollars(billed) in paper.text
    assert f"${money(abs(bridge['change']))} {'more' if bridge['change'] > 0 else 'less'} than September" in paper.text
    for effect in ("price_effect", "quantity_effect", "new_effect", "gone_effect", "one_time_effect"):
        assert bridge[effect] == 0 or f"({signed(bridge[effect])})" in paper.text
    assert paper.alts[0].startswith(f"From {dollars(bridge['before'])} in September to {dollars(billed)} in October")
    assert f"Control total {dollars(billed)}:" in paper.text
    assert EVIDENCE[0][1] in paper.text


def test_page_one_names_what_is_unusual(paper, sample, reports):
    held, codes = reports["R10"].section("reasons").sums(), reports["R08"].section("codes").sums()
    waiting = reports["R09"].section("adjustments").frame.filter(pl.col("approval_state").ne_missing("APPROVED"))

    facts = {fact.name: fact.value for fact in reports["R10"].facts}
    assert facts["charges"] + facts["credits"] == held["amount"]
    both = f"{dollars(facts['charges'])} to charge and {dollars(-facts['credits'])} to credit"
    assert f"{held['records']:,} records are held and not billed: {both}" in paper.text
    assert f"{codes['open']:,} exceptions are open, {dollars(codes['amount'])} at stake" in paper.text
    up, down = (total(waiting.filter(pl.col("amount") > 0)["amount"]), total(waiting.filter(pl.col("amount") < 0)["amount"]))
    both = f"{dollars(up)} to charge and {dollars(-down)} to credit"
    assert f"{waiting.height} adjustment rows are billed without a full approval, {both}" in paper.text
    over = reports["R12"].section("groups").frame.filter(pl.col("state") == "OVER_LIMIT")
    assert ("over 60 days of cost:" in paper.text) == (over.height > 0)


def test_over_and_under_is_never_added_up(paper, reports):
    grid = paper.grid("Over and under recovery", "Cost groups")
    over = reports["R12"].section("groups").frame["over_under"]

    assert len(grid.rows) == over.len() + 1
    assert grid.total[2:] == ("", "", "", "", "")[: len(grid.total) - 2]
    assert money(total(over)) not in paper.text


def test_every_control_total_of_the_month_is_on_paper(paper, sample):
    controls = sample.now("control_totals")
    rows = {row[0]: row[1:] for row in paper.grid("Control totals", "Dollars by file").rows}

    for line in controls.to_dicts():
        assert rows[line["source_file"]] == tuple(money(line[f"amount_{part}"]) for part in ("in", "billed", "held", "rejected", "dropped"))
    roads = dict.fromkeys(row[-1] for row in paper.grid("Control totals", "One total by every road").rows[2:])
    assert list(roads) == [money(total(sample.now("fact_invoice")["amount"]))]


def test_a_trial_is_marked_on_every_page_and_pages_are_numbered(data, paper):
    pages = len(pypdf.PdfReader(io.BytesIO(data)).pages)

    assert "TRIAL" in paper.text
    assert paper.margins.count("TRIAL") == pages - 1
    assert all(f"Page {n} of {pages}" in paper.margins for n in range(1, pages + 1))
    assert paper.margins.count("Billing close, October 2026") == pages - 1


def test_the_contents_lead_to_the_pages_of_the_parts(data, paper):
    tagged = Tagged(data)
    starts = {element.text: element.page + 1 for element in tagged.root.all("H2")}
    contents = paper.grid("Contents")

    assert [row[0] for row in contents.rows] == list(starts)[-len(contents.rows) :]
    assert all(int(row[2]) == starts[row[0]] for row in contents.rows)


def test_heads_are_repeated_on_every_page_of_a_long_table(data, paper):
    pieces, title = [], ""
    for element in Tagged(data).root.all("H2", "H3", "Table"):
        title = element.text if element.tag != "Table" else title
        if element.tag == "Table" and title == "Services":
            pieces.append(element)

    heads = [tuple(cell.text for cell in next(piece.all("TR")).below) for piece in pieces]
    assert len(heads) >= 2
    assert set(heads) == {paper.grid("Services").head}


def test_the_pack_conforms_to_pdf_ua_and_pdf_a(data):
    assert faults(data) == set()


def test_the_validator_sees_a_broken_pack(data):
    assert faults(data.replace(b'pdfuaid:part="1"', b'pdfuaix:part="1"'))


def faults(data: bytes) -> set[str]:
    unbounded = page.SafetyLimits.unlimited()
    found = [page.validate_pdf_bytes(data, profile=profile, limits=unbounded).failures for profile in ("ua1", "3a")]
    return {fault.rule_id for fault in itertools.chain(*found)}


def test_the_same_month_gives_the_same_bytes(sample, reports, data):
    assert pack(sample, reports, Made(evidence=EVIDENCE)) == data


def test_the_streams_stand_in_the_order_of_an_invoice(paper):
    from reports.charts.streams import title

    names = [row[0] for row in paper.grid("Streams", "What moved each stream").rows[:-1]]

    assert names == [title(stream) for stream in STREAMS if title(stream) in names]
