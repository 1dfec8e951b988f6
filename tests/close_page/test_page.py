"""The close page read back: every total is the control totals', nothing is fetched, hostile text stays text."""

import base64
import datetime as dt
import hashlib
import json
import re
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest

from billing.errors import InputError, ReconciliationError
from reports.catalogue import CATALOGUE
from reports.close_page import library, tables
from reports.close_page.coding import clean
from reports.close_page.opening import opening
from reports.close_page.page import close_page
from reports.published import Published
from reports.report import Fact, Foot, Report, Section
from tests.close_page.month import BEFORE, NASTY, charge, drawn, month, nasty_month
from tests.close_page.reading import Page, dollars

D = Decimal


def two_agencies() -> list[dict]:
    """Two agencies over two months: 630.00 + 0.01 - 45.00 now, 315.00 + 20.00 before."""
    other = {"billing_number": "J0390001", "agency_code": "039", "invoice_no": "COT-2026-10-J0390001-01"}
    last = {"period": BEFORE, "invoice_no": "COT-2026-09-D7580001-01"}
    return [
        charge(1),
        charge(2, service_from=dt.date(2026, 10, 5)),
        charge(3, amount=D("0.01"), exact_amount=D("0.0136416"), component="FEE", base_charge_id="C0001", approval_ref=None, **other),
        charge(4, amount=D("-45.00"), component="CREDIT", original_charge_id="Cold", description="Credit", **other),
        charge(5, charge_id="L1", description="Virtual server 1", **last),
        charge(6, charge_id="L2", description="Ended service", amount=D("20.00"), **last),
    ]


def test_every_total_of_the_page_is_the_control_totals() -> None:
    page = Page(close_page(month(two_agencies(), held="99.50"), {}, {}))

    for path in ("dd[@data-total]", "td[@id='invoices']", "tr[th='All lines on this page']/td"):
        assert dollars(page.text(path)) == D("585.01"), path
    assert page.data["total"] == 58501
    assert page.sum("amount") == D("585.01")
    assert page.sum("before") == D("335.00")
    whole = [dollars(cell.text_content()) for cell in page.tree.xpath("//tbody[@class='whole']/tr[2]/td")[:5]]
    assert whole == [D("684.51"), D("585.01"), D("99.50"), D("0.00"), D("0.00")]
    assert whole[0] == sum(whole[1:])


def test_the_standing_table_of_agencies_adds_up_to_the_state_without_a_script() -> None:
    page = Page(close_page(month(two_agencies()), {}, {}))

    rows = page.tree.xpath("//div[@id='still']//tbody/tr[not(@class)]")
    sums = [sum(dollars(row.xpath("td")[n].text_content()) for row in rows) for n in range(3)]
    foot = [dollars(cell.text_content()) for cell in page.tree.xpath("//div[@id='still']//tfoot//td")[:3]]
    assert sums == foot == [D("585.01"), D("335.00"), D("250.01")]


def test_each_agency_and_number_in_the_data_comes_to_its_own_charges() -> None:
    page = Page(close_page(month(two_agencies()), {}, {}))

    assert page.sum("amount", agency_code="039") == D("-44.99")
    assert page.sum("amount", billing_number="D7580001") == D("630.00")
    assert page.sum("before", billing_number="D7580001") == D("335.00")


def test_a_line_keeps_its_rate_its_approval_its_records_and_the_line_it_is_taken_on() -> None:
    page = Page(close_page(month(two_agencies()), {}, {}))

    at = page.column("component").index("FEE")
    base = page.lines["base"][at]
    assert page.column("description")[base] == "Virtual server 1"
    assert page.column("exact")[at] == "0.013641600000".rstrip("0")
    assert page.column("authority")[base] == "standard rate, rates.csv:2, in force from 2025-07-01"
    assert page.column("approval")[base] == "RS-2026-001, approved by kim"
    start = sum(many or 0 for many in page.lines["records"]["counts"][:base])
    assert (page.lines["records"]["files"]["words"], page.lines["records"]["lines"][start]) == (["usage.csv"], 2)


def test_a_first_month_says_that_there_is_nothing_to_compare_with() -> None:
    page = Page(close_page(month([charge(1)]), {}, {}))

    assert "September 2026 is not published" in page.text("p[@class='why']")
    assert page.data["month_before"] == ""


def test_a_month_before_without_an_invoice_is_published_and_compared_with() -> None:
    both = month([charge(1), charge(2, period="2026-09", invoice_no=None)])

    page = Page(close_page(both, {}, {}))

    assert "is not published" not in page.text("p[@class='why']")
    assert "$315.00 more than September 2026" in page.text("p[@class='why']")


def test_what_is_held_both_ways_is_told_both_ways() -> None:
    facts = (Fact("charges", "", D("150.40")), Fact("credits", "", D("-25.00")))
    held = Report("R10", "suspense", "Suspense", "2026-10", facts, (Section("reasons", "Reasons", pl.DataFrame()),))

    found = opening(month([charge(1)], held="125.40"), {"R10": held}, agency_sums_of(month([charge(1)])))

    (remark,) = [each for each in found.remarks if each.to == "#R10"]
    assert (remark.figure, remark.words[:32]) == ("$150.40", "of charges and $25.00 of credits")


def test_the_dearest_findings_are_those_of_the_exceptions_report_a_credit_by_its_size() -> None:
    codes = pl.DataFrame({
        "code": ["A101", "J002"], "severity": ["HOLD", "HOLD"], "meaning": ["billing number blank", "credit too large"],
        "open": [4, 2], "amount": [D("30.00"), D("80.00")],
    })  # fmt: skip
    report = Report("R08", "exceptions", "Exceptions", "2026-10", (), (Section("codes", "Codes", codes),))

    found = opening(month([charge(1)]), {"R08": report}, agency_sums_of(month([charge(1)])))

    words = [each.words for each in found.remarks if each.to == "#R08"]
    assert words == ["of J002 with $80.00: credit too large", "of A101 with $30.00: billing number blank"]


def test_cost_groups_over_the_line_and_without_a_cost_are_told_apart() -> None:
    groups = pl.DataFrame({"cost_group": ["TOLL", "VOICE", "LABOR"], "state": ["OVER_LIMIT", "NO_COST", "WITHIN"]})
    report = Report("R12", "recovery", "Recovery", "2026-10", (), (Section("groups", "Groups", groups),))

    found = opening(month([charge(1)]), {"R12": report}, agency_sums_of(month([charge(1)])))

    words = [(each.figure, each.words) for each in found.remarks if each.to == "#R12"]
    assert words == [
        ("1 cost group", "is more than 60 days of cost over it this fiscal year: TOLL"),
        ("1 cost group", "has no known cost, so what is over it is not known"),
    ]


def test_where_every_agency_fell_none_is_named_as_the_one_that_rose_most() -> None:
    both = month([charge(1), charge(2, period=BEFORE, invoice_no="COT-2026-09-D7580001-01")])
    sums = pl.DataFrame({
        "agency_code": ["054", "758"], "agency_name": ["Roads", "Parks"], "before": [D("900.00"), D("20.00")],
        "amount": [D("0.00"), D("10.00")],
    })  # fmt: skip

    assert [each.figure for each in opening(both, {}, sums).remarks if "agency" in each.to] == ["−900.00"]


def agency_sums_of(published: Published) -> pl.DataFrame:
    """What `opening` takes: each agency's two months."""
    return published.now("fact_invoice").select("agency_code", "amount", agency_name=pl.lit("Parks"), before=pl.lit(D("300.00")))


@pytest.mark.parametrize(("status", "state"), [("OPEN", "Trial"), ("CLOSING", "Closing"), ("CLOSED", "Posted"), ("FINAL", "Final")])
def test_the_first_screen_says_whether_the_month_is_posted(status: str, state: str) -> None:
    page = Page(close_page(month([charge(1)], status=status), {}, {}))

    assert page.text("p[@class='about'][1]/b") == state
    assert ("trial" in page.text("title")) == (status == "OPEN")


def test_a_page_whose_lines_are_not_the_invoices_is_not_made() -> None:
    rows = two_agencies()
    published = month(rows)
    published._held.clear()
    short = published.now("fact_invoice").with_columns(pl.col("amount") + D("0.01"))
    published._held["fact_invoice", tuple(short.columns), "2026-10", "2026-10"] = short

    with pytest.raises(ReconciliationError, match="lines and invoices"):
        close_page(published, {}, {})


def test_a_file_that_does_not_balance_is_not_shown() -> None:
    published = month(two_agencies())
    totals = published.now("control_totals").with_columns(pl.col("amount_held") + D("0.01"))
    published._held["control_totals", tuple(totals.columns), "2026-10", "2026-10"] = totals

    with pytest.raises(ReconciliationError, match=r"usage.csv: dollars in .* accounted for"):
        close_page(published, {}, {})


def test_the_same_month_gives_the_same_bytes_whatever_order_its_rows_come_in() -> None:
    rows = [row | {"source_file": "usage.csv", "source_line": n} for n, row in enumerate(two_agencies())]

    first = close_page(month(rows), {}, {"bridge": drawn("x")})
    assert close_page(month(rows), {}, {"bridge": drawn("x")}) == first
    assert Page(close_page(month(rows[::-1]), {}, {"bridge": drawn("x")})).lines["amount"] == Page(first).lines["amount"]


def test_nothing_on_the_page_has_an_address_outside_of_it() -> None:
    made = close_page(nasty_month(), _every_report(nasty_month()), {name: drawn("1.00") for name in ("bridge", "months")})
    tree = Page(made).tree

    for name in ("href", "src", "srcset", "action", "data", "poster", "formaction", "background", "xlink:href"):
        values = tree.xpath(f"//@*[name()='{name}']")
        assert [value for value in values if not value.startswith("#")] == [], name
    assert tree.xpath("//link | //iframe | //object | //embed | //img | //base | //style//@import") == []
    style = tree.xpath("//style")[0].text
    assert [url for url in re.findall(r"url\(([^)]*)\)", style) if not url.startswith('"data:font/woff;base64,')] == []
    assert "@import" not in style
    assert tree.xpath("//script/@type") == ["application/json", "application/json"]


def test_the_policy_lets_only_the_pages_own_scripts_and_style_run() -> None:
    tree = Page(close_page(nasty_month(), {}, {})).tree
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]

    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    code = policy.split("style-src-attr")[0]
    assert "unsafe" not in code
    for element in tree.xpath("//script[not(@type)] | //style"):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()}'" in code
    assert tree.xpath("//@*[starts-with(name(), 'on')]") == []


def test_hostile_texts_come_back_as_the_texts_they_were() -> None:
    page = Page(close_page(nasty_month(), {}, {}))
    cleaned = pl.DataFrame({"t": list(NASTY)}).select(clean(pl.col("t"))).to_series().to_list()

    assert set(page.column("description")) == set(cleaned)
    assert len(page.tree.xpath("//script")) == 4
    assert page.tree.xpath("//svg | //*[local-name()='svg']") == []
    for text in page.column("description"):
        assert text is not None
        assert not re.search("[\u2028\u2029\u202e\x00\x1b]", text)


@pytest.mark.parametrize("name", ["month-data", "rest-data"])
def test_no_text_of_the_data_can_end_the_script_it_stands_in(name: str) -> None:
    published = month([charge(1)], name="</script x")
    long = pl.DataFrame({"text": ["</SCRIPT\ty"] * (tables.MOST_STANDING + 1)})

    made = close_page(published, {"R99": _report(long)}, {}).decode()

    inside = made.split(f'id="{name}">')[1]
    data = inside[: re.search("<", inside).start()]
    assert inside[len(data) :].startswith("</script>\n")
    assert json.loads(data)


def test_called_numbers_and_contacts_are_not_asked_for() -> None:
    read: list[str] = []
    published = nasty_month()
    whole = published._read

    def watched(table, *words):
        read.append(table.name)
        return whole(table, *words)

    object.__setattr__(published, "_read", watched)
    close_page(published, {}, {})

    assert read
    assert not set(read) & {"fact_call", "dim_contact", "dim_funding"}


def _every_report(published) -> dict[str, Report]:
    return {name: entry.make(published) for name, entry in CATALOGUE.items() if name in ("R01", "R05")}


def test_a_report_with_rows_becomes_a_section_with_its_totals() -> None:
    published = month(two_agencies())

    page = Page(close_page(published, _every_report(published), {}))

    assert page.text("article[@id='R05']/h3") == "R05 Revenue by stream and cost group"
    assert dollars(page.tree.xpath("//*[@id='t-R05-groups']/tfoot//td[@class='money']")[-1].text_content()) == D("585.01")
    assert "both 585.01" in page.text("article[@id='R05']//ul[@class='foots']")
    assert len(page.tree.xpath("//*[@id='t-R01-lines']/tbody/tr | //*[starts-with(@id, 't-R01')]/tbody/tr")) == 4


def _report(frame: pl.DataFrame, **changed) -> Report:
    return Report("R99", "proof", "Proof", "2026-10", (Fact("a", "A", D("1.00")),), (Section("rows", "Rows", frame),), **changed)


@pytest.mark.parametrize(
    ("rows", "standing", "held", "says"),
    [
        (1, 1, None, False),
        (tables.MOST_STANDING, tables.MOST_STANDING, None, False),
        (tables.MOST_STANDING + 1, tables.FIRST_ROWS, tables.MOST_STANDING + 1, True),
        (tables.MOST_ROWS, tables.FIRST_ROWS, tables.MOST_ROWS, True),
        (tables.MOST_ROWS + 1, tables.FIRST_ROWS, None, True),
    ],
)
def test_a_long_table_stands_in_part_and_says_where_all_of_it_is(rows: int, standing: int, held: int | None, says: bool) -> None:
    report = _report(pl.DataFrame({"number": range(rows)}))

    page = Page(close_page(month([charge(1)]), {"R99": report}, {}))

    assert len(page.tree.xpath("//*[@id='t-R99-rows']/tbody/tr")) == standing
    assert (len(page.rest["R99-rows"]["cells"][0]) if held else page.rest.get("R99-rows")) == held
    assert bool(page.tree.xpath("//*[@id='R99']//*[contains(., 'R99-proof.csv')]")) == says


def test_years_and_line_numbers_have_no_thousands_and_counts_have() -> None:
    frame = pl.DataFrame({"fiscal_year": [2027], "source_line": [1204], "invoice_line_no": [1001], "lines": [33392]})

    page = Page(close_page(month([charge(1)]), {"R99": _report(frame)}, {}))

    cells = page.tree.xpath("//*[@id='t-R99-rows']/tbody/tr/td")
    assert [cell.text for cell in cells] == ["2027", "1204", "1001", "33,392"]


def test_a_report_that_does_not_foot_stops_the_page() -> None:
    report = _report(pl.DataFrame({"number": [1]}), foots=(Foot("a and b", D("1.00"), D("1.01")),))

    with pytest.raises(ReconciliationError, match="a and b"):
        close_page(month([charge(1)]), {"R99": report}, {})


def test_a_report_without_rows_is_left_out() -> None:
    page = Page(close_page(month([charge(1)]), {"R99": _report(pl.DataFrame({"number": []}))}, {}))

    assert page.tree.xpath("//article") == []


def test_charts_keep_their_ids_apart_and_are_told_in_words() -> None:
    made = close_page(month([charge(1)]), {}, {"bridge": drawn("from 1.00 to 2.00"), "months": drawn("thirteen")})
    page = Page(made)

    assert sorted(page.tree.xpath("//*[local-name()='clippath' or local-name()='clipPath']/@id")) == ["bridge-clip0", "months-clip0"]
    assert sorted(page.tree.xpath("//@clip-path")) == ["url(#bridge-clip0)", "url(#months-clip0)"]
    assert page.text("figure[.//*[@id='chart-bridge']]/figcaption") == "from 1.00 to 2.00"


@pytest.mark.parametrize(
    ("svg", "word"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "script"),
        ("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "onload"),
        ("<svg xmlns='http://www.w3.org/2000/svg'><image/></svg>", "image"),
        ("<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(https://x/y)'/></svg>", "fill"),
        ("<html/>", "svg element"),
        ("<svg", "no svg"),
    ],
)
def test_a_drawing_that_could_run_or_fetch_is_refused(svg: str, word: str) -> None:
    chart = drawn("x")
    object.__setattr__(chart, "svg", svg)

    with pytest.raises(InputError, match=word):
        close_page(month([charge(1)]), {}, {"bridge": chart})


def test_the_headings_go_down_one_step_at_a_time_and_every_control_has_a_name() -> None:
    published = month(two_agencies())
    tree = Page(close_page(published, _every_report(published), {"bridge": drawn("x"), "months": drawn("y")})).tree

    steps = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3 | //h4")]
    assert steps.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(steps))
    names = {*tree.xpath("//label/@for")}
    assert [field.get("id") for field in tree.xpath("//input | //select") if field.get("id") not in names] == []
    assert len(tree.xpath("//main")) == len(tree.xpath("//header")) == len(tree.xpath("//footer")) == 1
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert [there for there in tree.xpath("//a/@href") if not there.startswith("#/") and there[1:] not in ids] == []


def test_ten_thousand_lines_stay_a_small_file() -> None:
    rows = [charge(n, description=f"VoIP line +1502{5640000 + n}", billing_number=f"D{7580000 + n // 100}") for n in range(10_000)]

    small, large = (len(close_page(month(part), {}, {})) for part in (rows[:1], rows))

    assert small < 900_000, small  # the table library and the fonts
    assert (large - small) / 10_000 < 40, large


def test_the_table_library_is_a_plain_script_with_its_licences() -> None:
    text = library.table_library()

    assert text.startswith('(function(){"use strict";')
    assert "window.DataTable=" in text
    assert not re.search(r"^export|;export\{|<!--|</script", text, re.MULTILINE)
    for owner in ("DataTables", "jQuery", "JSZip"):
        assert owner in text[-12_000:], owner
