"""The pack of a month made by hand: who signed, what is missing, what must not be made, and texts that mean harm."""

import datetime as dt
import hashlib
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from billing.errors import PeriodError, ReconciliationError
from reports.finance.year_end import year_end
from reports.pack.cover import approvals, signatures, why
from reports.pack.made import Made
from reports.pack.months import fact, month_rows
from reports.pack.pack import pack, pack_view
from reports.pack.tables import Shown, table
from reports.press.letters import fit
from reports.press.statement import machine
from reports.published import of_frames
from reports.report import Section
from tests.house.tree import python
from tests.pack.world import BILL, hand_made, published, read
from tests.pack.world import table as rows_of
from tests.reports.hostile import HOSTILE
from tests.reports.tagged import Tagged, attachments

MONEY = pl.Decimal(18, 2)
AT = dt.datetime(2026, 11, 6, 15, 4)  # noqa: DTZ001  as the mart keeps it: UTC


@pytest.fixture(scope="module")
def month():
    return published()


@pytest.fixture(scope="module")
def reports(month):
    return hand_made(month)


def test_a_first_month_is_compared_with_nothing(month, reports):
    paper = read(pack(month, reports))

    assert "No month before it is published, so nothing is compared." in paper.text
    assert "Looked for and not found:" in paper.text
    assert "Why it moved" not in paper.text
    assert not [grid for grid in paper.grids if grid.part in ("Month by month", "What moved most")]


def test_page_one_never_sets_held_credits_against_held_charges(month, reports):
    paper = read(pack(month, reports))

    assert "3 records are held and not billed: $150.40 to charge and $25.00 to credit" in paper.text


def test_a_reopened_month_says_that_its_first_bill_stands(reports):
    let = {"period": BILL.period, "subject_kind": "REOPEN", "subject_id": "reopen-2026-10", "user": "jo", "decision": "APPROVED"}
    reopened = published(fact_approval=rows_of("fact_approval", let))

    paper = read(pack(reopened, reports))

    assert "Posted before and reopened: that bill stands until a new one is posted" in paper.text
    assert "Nothing is posted" not in paper.text


def test_a_return_of_the_asking_reopens_nothing():
    returned = {"period": BILL.period, "subject_kind": "REOPEN", "subject_id": "reopen-2026-10", "user": "jo", "decision": "RETURNED"}

    assert not published(fact_approval=rows_of("fact_approval", returned)).is_reopened


def test_the_year_to_date_names_the_months_that_are_not_in_it(month, reports):
    assert fact(reports["R12"], "missing_months")
    paper = read(pack(month, reports))

    assert paper.text.count("Year to date leaves out") == 2  # at the services and at recovery


def test_a_published_month_without_an_invoice_stands_among_the_months_at_nothing():
    invoices = pl.DataFrame({"period": ["2026-08", "2026-10"], "agency_code": ["54", "54"], "amount": ["5.00", "7.00"]})
    periods = pl.DataFrame({"period": ["2026-08", "2026-09", "2026-10"]})
    made = of_frames("2026-10", {"dim_period": periods, "fact_invoice": invoices})

    found = month_rows(made).select("period", "invoices", pl.col("amount", "change").cast(pl.String)).rows()
    assert found == [("2026-10", 1, "7.00", "7.00"), ("2026-09", 0, "0.00", "-5.00"), ("2026-08", 1, "5.00", None)]


def test_where_no_cost_is_known_page_one_does_not_say_that_nothing_is_over_it(month, reports):
    groups = reports["R12"].section("groups")
    unknown = groups.frame.with_columns(state=pl.lit("NO_COST"))
    told = reports | {"R12": replace(reports["R12"], sections=(replace(groups, frame=unknown), *reports["R12"].sections[1:]))}

    paper = read(pack(month, told))

    assert "no known cost, so what is over it is not known" in paper.text
    assert "not found: a cost group over" not in paper.text


def test_page_one_names_the_reports_that_are_not_at_hand(month, reports):
    some = {number: report for number, report in reports.items() if number not in ("R08", "R10")}

    paper = read(pack(month, some))

    assert "Not at hand for this month: R08 and R10." in paper.text
    assert not [grid for grid in paper.grids if grid.part in ("Suspense", "Exceptions")]


@pytest.mark.parametrize(
    ("number", "section", "column"), [("R02", "agencies", "amount"), ("R05", "groups", "amount"), ("R06", "bridge", "now")]
)
def test_a_report_of_another_total_stops_the_pack(month, reports, number, section, column):
    cent = pl.lit(Decimal("0.01"), MONEY)
    old = reports[number].section(section)
    first = pl.int_range(pl.len()) == 0
    new = replace(
        old, frame=old.frame.with_columns(pl.when(first).then((pl.col(column) + cent).cast(MONEY)).otherwise(column).alias(column))
    )
    sections = tuple(new if each is old else each for each in reports[number].sections)

    with pytest.raises(ReconciliationError, match=number):
        pack(month, reports | {number: replace(reports[number], sections=sections)})


def test_splits_that_miss_a_cent_stop_the_pack(month, reports):
    splits = month.now("fact_split")
    short = splits.with_columns(
        (pl.col("amount") + pl.when(pl.int_range(pl.len()) == 0).then(Decimal("0.01")).otherwise(Decimal("0.00"))).cast(MONEY)
    )

    with pytest.raises(ReconciliationError, match="funding splits"):
        pack(published(fact_split=short), reports)


def test_a_report_of_another_month_stops_the_pack(month, reports):
    with pytest.raises(PeriodError, match="R02 is of 2025-01"):
        pack(month, reports | {"R02": replace(reports["R02"], period="2025-01")})


@pytest.mark.parametrize(
    ("status", "issue", "mark"),
    [
        ("OPEN", None, "TRIAL"),
        ("CLOSING", 1, "TRIAL"),
        ("CLOSED", 1, "Posted, issue 01"),
        ("FINAL", 12, "Posted, issue 12"),
        ("CLOSED", None, "Posted"),
    ],
)
def test_the_mark_says_whether_the_month_is_posted(reports, status, issue, mark):
    assert pack_view(published(status), reports, Made(issue=issue), {}).head.mark == mark


def approvals_of(*rows: dict[str, object]) -> pl.DataFrame:
    plain = {"period": BILL.period, "subject_kind": "BILL", "decision": "APPROVED", "decided_at": AT, "assurance": "SIGNED"}
    return rows_of("fact_approval", *({**plain, "approval_id": f"A{n}", **row} for n, row in enumerate(rows)))


def test_who_approved_the_bill_stands_by_name_role_and_time():
    given = approvals_of(
        {"user": "mlee", "level": "FINANCE"}, {"user": "rkhan", "level": "MANAGER", "decision": "RETURNED"},
        {"user": "jdoe", "level": "LEAD", "subject_kind": "ADJUSTMENT"},
    )  # fmt: skip

    first, second = signatures(given, Made(prepared_by="cruz", prepared_at=AT.replace(tzinfo=dt.UTC), names={"mlee": "Mary Lee"}))

    assert (first.what, first.name, first.when) == ("Prepared by", "cruz", "6 Nov 2026, 15:04 UTC")
    assert (second.what, second.name, second.role, second.when, second.how) == (
        "Approved by", "Mary Lee", "FINANCE", "6 Nov 2026, 15:04 UTC", "signed with a key",
    )  # fmt: skip


def test_what_was_approved_on_the_way_is_counted_once_a_subject_with_its_approvers():
    given = approvals_of(
        {"user": "b", "subject_kind": "WAIVER", "subject_id": "D1"}, {"user": "a", "subject_kind": "WAIVER", "subject_id": "D1"},
        {"user": "a", "subject_kind": "ADJUSTMENT", "subject_id": "J1"}, {"user": "a", "subject_kind": "ADJUSTMENT", "subject_id": "J2"},
        {"user": "c", "subject_kind": "REJECT", "subject_id": "R1", "decision": "RETURNED"}, {"user": "d"},
    )  # fmt: skip

    assert approvals(given, Made(names={"b": "Bea"})) == "Approved on the way: 2 adjustments and 1 waiver, by a and Bea."
    assert approvals(given.clear(), Made()) == ""


def test_where_nobody_has_signed_there_are_lines_to_sign_on(month):
    assert [(each.what, each.name) for each in signatures(month.now("fact_approval").clear(), Made())] == [
        ("Prepared by", ""),
        ("Approved by", ""),
    ]


def test_open_disputes_are_named_with_their_dollars(reports):
    disputes = rows_of(
        "fact_dispute",
        {"dispute_id": "D1", "period": BILL.period, "status": "OPEN", "amount": Decimal("12.50"), "invoice_no": "INV-1"},
        {"dispute_id": "D2", "period": BILL.period, "status": "DECIDED", "amount": Decimal("99.00"), "invoice_no": "INV-2"},
        {"dispute_id": "D3", "period": BILL.period, "status": None, "amount": Decimal("1.00"), "invoice_no": "INV-3"},
    )

    paper = read(pack(published(fact_dispute=disputes), reports))

    assert "2 disputes are open, $13.50 disputed." in paper.text
    assert paper.grid("Adjustments and credits", "Open disputes").total[-1] == "13.50"


def test_the_sentence_names_what_raised_and_lowered_it_the_largest_first():
    row = {
        "price_effect": Decimal("1.00"), "quantity_effect": Decimal("-8.50"), "new_effect": Decimal("15.00"),
        "gone_effect": Decimal("-9.00"), "one_time_effect": Decimal("0.00"),
    }  # fmt: skip

    assert why(row) == "New items (+15.00) and prices (+1.00) raised it. Items gone (−9.00) and quantities (−8.50) lowered it."
    assert why(dict.fromkeys(row, Decimal(0))) == ""
    assert why(dict.fromkeys(row)) == ""


def section(count: int) -> Section:
    rows = [[f"A{n:03d}", Decimal(n) / 100 if n % 3 else None] for n in range(count)]
    return Section("s", "S", pl.DataFrame(rows, schema={"code": pl.String, "amount": MONEY}, orient="row"), ("amount",))


@pytest.mark.parametrize(
    ("count", "most", "shown", "rest"),
    [
        (0, 5, 0, ""),
        (1, 5, 1, ""),
        (5, 5, 5, ""),
        (6, 5, 6, ""),
        (7, 5, 5, "and 2 more rows come to"),
        (317, 5, 5, "and 312 more rows come to"),
    ],
)
def test_long_tables_are_cut_and_the_rest_added_up(count, most, shown, rest):
    made = table(section(count), [Shown("code", "Code"), Shown("amount", "$", "money")], most=most)

    assert len(made.rows) == shown
    assert (made.rest[0].text if made.rest else "") == rest
    cells = [row[-1].text for row in (*made.rows, *((made.rest,) if made.rest else ()))]
    whole = sum((Decimal(cell.replace(",", "")) for cell in cells if cell), Decimal(0))
    assert not count or f"{whole:,.2f}" == made.total[-1].text


def test_a_total_that_the_rows_do_not_come_to_is_not_printed():
    class Wrong(Section):
        def sums(self):
            return {"amount": Decimal("0.01")}

    with pytest.raises(ReconciliationError, match="on paper does not come to"):
        table(Wrong("s", "S", section(4).frame, ("amount",)), [Shown("code", "Code"), Shown("amount", "$", "money")])


def test_texts_that_mean_harm_are_printed_and_nothing_else_happens(monkeypatch, month, reports):
    asked = []
    kind = type(machine(None, "pack.css").fetcher)
    plain = kind.fetch
    monkeypatch.setattr(kind, "fetch", lambda self, url, headers=None: asked.append(url) or plain(self, url, headers))
    texts = [text[:400] for text in HOSTILE]
    agencies = reports["R02"].section("agencies")
    row = agencies.frame.head(1)
    amounts = [row["amount"][0]] + [Decimal("0.00")] * (len(texts) - 1)
    whole = agencies.sums()["amount"]
    evil = pl.concat([row] * len(texts)).with_columns(
        agency_name=pl.Series(texts), agency_code=pl.Series([f"{n:03d}" for n in range(len(texts))]),
        amount=pl.Series([whole, *amounts[1:]], dtype=MONEY),
    )  # fmt: skip
    harmed = replace(reports["R02"], sections=(replace(agencies, frame=evil),))

    data = pack(month, reports | {"R02": harmed}, Made(prepared_by=HOSTILE[0], names={HOSTILE[0]: "<script>x</script>\u202e"}))

    tagged = Tagged(data)
    assert [url for url in asked if not url.startswith("data:image/svg+xml;base64,")] == []
    assert attachments(tagged.reader) == {}
    for banned in (b"/JavaScript", b"/OpenAction", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm"):
        assert banned not in data
    grid = read(data).grid("Agencies")
    said = {row[0]: row[1] for row in grid.rows if len(row) == len(grid.head)}
    wrong = [n for n, text in enumerate(texts[:25]) if f"{n:03d}" in said and said[f"{n:03d}"].split() != fit(text, 60).split()]
    assert wrong == []
    assert "<script>x</script>[U+202E]" in tagged.root.text


def test_another_process_makes_the_same_bytes(month, reports):
    code = (
        "import hashlib; from tests.pack.world import hand_made, published; from reports.pack.pack import pack\n"
        "month = published(); print(hashlib.sha256(pack(month, hand_made(month))).hexdigest())"
    )

    ran = python("-c", code, PYTHONHASHSEED="77", TZ="Asia/Tokyo", LC_ALL="C")

    assert ran.stdout.strip() == hashlib.sha256(pack(month, reports)).hexdigest(), ran.stderr[-2000:]


def test_the_last_month_of_a_fiscal_year_shows_what_ends_it_and_other_months_do_not(month, reports):
    told = year_end(month)
    june = replace(told, facts=tuple(replace(each, value="yes") if each.name == "year_end" else each for each in told.facts))

    papers = [read(pack(month, {**reports, "R25": report})) for report in (told, june)]

    assert [sum(grid.part == "Year end" for grid in paper.grids) > 0 for paper in papers] == [False, True]
    last = next(grid for grid in papers[1].grids if (grid.part, grid.title) == ("Year end", "Not billed")).rows[-1]
    assert last[-1].replace("−", "-").replace(",", "") == str(told.section("unbilled").sums()["amount"])
