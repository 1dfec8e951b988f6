"""The finished workbook, opened by a reader of its own and as raw XML: every total to the cent, nothing that runs."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.errors import ReconciliationError
from reports.close_book.book import close_book
from reports.close_book.cells import CUT, LONGEST, clean, clean_text, dollars, fits, serial
from reports.close_book.page import MOST_ROWS
from reports.footing import total
from reports.report import Fact, Foot, Report, Section
from tests.close_book.months import (
    BILL,
    MONEY,
    SHEETS,
    added,
    cells,
    column,
    described,
    frame,
    grid,
    parts,
    published,
    report,
    reports,
)
from tests.house.tree import python
from tests.worklist.lists import INJECTIONS

BILLED = total(BILL.invoices["amount"])
FORMULA = re.compile(r"<f>([^<]*)</f>")
OURS = re.compile(r"SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)")


def written(**tables: pl.DataFrame) -> bytes:
    return close_book(published(**tables), reports())


def test_the_sheets_stand_in_their_order() -> None:
    names = re.findall(r'<sheet name="([^"]+)"', parts(written())["xl/workbook.xml"])

    assert names == SHEETS


def test_every_total_is_the_bill_to_the_cent() -> None:
    data = written()

    assert added(column(data, "Lines", "Amount")) == BILLED
    assert added(column(data, "Rates used", "Amount")) == BILLED
    assert added(column(data, "Summary", "This month")) == BILLED
    assert added(column(data, "Exceptions", "Amount")) == total(BILL.exceptions["amount"])
    assert len(column(data, "Lines", "Amount")) == BILL.lines.height
    summary = {row[0]: row[2] for row in grid(data, "Summary") if row[2] is not None}
    assert Decimal(summary["Billed"] or "") == BILLED
    assert Decimal(summary["Held"] or "") == total(BILL.controls["amount_held"])


def test_the_first_sheet_counts_open_exceptions_and_held_dollars_as_their_reports_do() -> None:
    facts = {"R08": (Fact("open", "", 148),), "R10": (Fact("charges", "", Decimal("150.40")), Fact("credits", "", Decimal("-25.00")))}
    told = {number: Report(number, "name", "Title", BILL.period, said, ()) for number, said in facts.items()}
    told["R08"] = replace(told["R08"], sections=reports()["R08"].sections)

    summary = {row[0]: row[2] for row in grid(close_book(published(), reports() | told), "Summary") if row[2] is not None}

    assert Decimal(summary["Open exceptions"] or "") == 148
    assert (Decimal(summary["Held charges"] or ""), Decimal(summary["Held credits"] or "")) == (Decimal("150.4"), -25)


def test_totals_are_values_in_the_file_and_what_the_filter_leaves_starts_as_the_same() -> None:
    found = cells(written(), "Lines")

    assert found["N4"] == ("n", f"{BILLED}")
    assert found["N5"] == ("n", f"{BILLED}")


def test_every_check_has_two_figures_and_no_difference() -> None:
    data = written()

    assert {Decimal(cell or "") for cell in column(data, "Reconciliation", "Difference")} == {Decimal(0)}
    words = column(data, "Reconciliation", "What must be one")
    assert words[0] == "invoices and their lines"
    assert words[-1] == "one"
    assert added(column(data, "Reconciliation", "First figure")[:1]) == BILLED


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_from_the_data_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    data = close_book(described(text), reports())

    for name, content in parts(data).items():
        assert all(OURS.fullmatch(formula) for formula in FORMULA.findall(content)), name
        assert len(re.findall(r"<f[ >/]", content)) == len(FORMULA.findall(content)), name
        assert "<hyperlink" not in content, name
        assert "/hyperlink" not in content, name  # the kind of a relationship
        assert "externalLink" not in name
        assert "mergeCell" not in content
    kinds = {kind for place, (kind, _) in cells(data, "Lines").items() if re.fullmatch(r"H\d+", place)}
    assert kinds == {"s"}
    shown = clean_text(text)
    if shown.strip():
        assert set(column(data, "Lines", "Description")) == {shown}


def test_text_too_long_for_a_cell_is_cut_with_a_mark_and_never_inside_a_letter() -> None:
    for text in ("x" * 40_000, "😀" * 20_000, "a" + "😀" * 20_000):
        shown = clean_text(text)

        assert len(shown.encode("utf-16-le")) // 2 <= LONGEST
        assert shown.endswith(CUT)
        assert text.startswith(shown.removesuffix(CUT))
    assert clean_text("x" * LONGEST) == "x" * LONGEST


def test_what_cannot_be_seen_is_shown_as_missing() -> None:
    assert clean_text("a\x00b\x1b\x7fc\u202ed\ufffe") == "a\ufffdb\ufffd\ufffdc\ufffdd\ufffd"
    assert clean_text("a\tb\r\nc\u2028d") == "a b  c d"
    assert clean_text("lone \ud800 half") == "lone ? half"
    assert clean(pl.Series([True, None, False])).to_list() == ["yes", None, "no"]


def test_ids_are_text_dates_are_dates_and_money_is_a_number() -> None:
    found = cells(written(), "Lines")

    assert {found[f"{place}7"][0] for place in "ADG"} == {"s"}  # invoice, billing number, rate code
    assert found["I7"] == ("n", str(serial(BILL.lines["start_date"][0])))
    assert dt.date(1899, 12, 30) + dt.timedelta(days=int(found["I7"][1])) == BILL.lines["start_date"][0]
    assert found["N7"][0] == "n"


def test_long_tables_are_tables_with_filters_a_frozen_heading_and_print_titles() -> None:
    found = parts(written())

    lines = found["xl/worksheets/sheet2.xml"]
    assert 'state="frozen"' in lines
    assert 'topLeftCell="C7"' in lines
    assert 'orientation="landscape"' in lines
    assert "Page &amp;P of &amp;N" in lines
    assert "'Lines'!$6:$6" in found["xl/workbook.xml"].replace("Lines!", "'Lines'!")
    tables = [content for name, content in found.items() if name.startswith("xl/tables/")]
    assert all("<autoFilter" in table for table in tables)
    names = re.findall(r'<table [^>]*? name="([^"]+)"', " ".join(tables))
    assert len(names) == len(set(names)) >= 10


def test_paper_takes_as_many_columns_as_can_be_read_and_the_verdict_of_a_vendor_match_is_among_them() -> None:
    wide = frame(
        "location vendor_account site room item order_no vendor_billed$ we_billed$ difference$ state",
        ("x" * 60, "y" * 60, "s" * 60, "r" * 60, "CKT-1", "z" * 60, "10.00", "9.00", "1.00", "DIFFERS"),
    )
    data = close_book(published(), {"R16": report("R16", Section("circuits", "Circuits", wide, note="long " * 80))})

    areas = dict(re.findall(r'Print_Area"[^>]*>(?:\')?([^!\']+)(?:\')?!\$A\$1:\$([A-Z]+)\$\d+<', parts(data)["xl/workbook.xml"]))
    assert areas["Lines"] == "N"
    rows = grid(data, "Vendor match")
    head = next(row for row in rows if "Item" in row)
    assert head[:5] == ["Item", "Vendor billed", "We billed", "Difference", "State"]
    assert "E" <= areas["Vendor match"] < "J"  # the five that say it are printed, not all ten
    assert max(len(str(row[0])) for row in rows if str(row[0]).startswith("long")) <= 110


def test_no_sheet_adds_over_and_under_recovery_up() -> None:
    rows = grid(written(), "Recovery")

    head = next(row for row in rows if "Over or under" in row)
    totals = next(row for row in rows if row[0] == "Total")
    assert totals[head.index("Over or under")] is None
    assert Decimal(totals[head.index("Revenue")] or "") == Decimal("15.00")


def test_a_sheet_whose_report_is_missing_or_empty_says_so() -> None:
    data = close_book(published(), {"R16": report("R16")})

    assert "R12 is not at hand for this month." in [row[0] for row in grid(data, "Recovery")]
    assert "Title of R16" in str(grid(data, "Vendor match"))
    assert "R06, the month-over-month report, is not at hand." in [row[0] for row in grid(data, "Summary")]
    empty = written(fact_exception=published().now("fact_exception").clear())
    assert "No rows." in [row[0] for row in grid(empty, "Exceptions")]


def test_a_month_after_nothing_published_has_no_last_month_rather_than_zero() -> None:
    rows = grid(written(), "Summary")

    assert next(row for row in rows if row[0] == "Last month")[1:3] == ["not published", None]
    assert set(column(written(), "Summary", "Last month")) == {None}


@pytest.mark.parametrize(("status", "words"), [("OPEN", "TRIAL"), ("CLOSING", "TRIAL"), ("CLOSED", "Posted"), ("FINAL", "Posted")])
def test_every_sheet_says_whether_it_counts(status: str, words: str) -> None:
    data = close_book(published(status=status), reports())

    for name in SHEETS:
        assert str(grid(data, name)[1][0]).startswith(f"{words} ({status})")
    assert ("TRIAL" in parts(data)["xl/worksheets/sheet2.xml"].split("<oddFooter>")[1]) == (words == "TRIAL")


def test_lines_beyond_a_sheet_go_on_in_the_next_and_none_is_lost() -> None:
    room = 20
    data = close_book(published(), reports(), most_rows=room)

    names = re.findall(r'<sheet name="([^"]+)"', parts(data)["xl/workbook.xml"])
    pieces = [name for name in names if re.fullmatch(r"Lines( \d+)?", name)]
    assert pieces[:2] == ["Lines", "Lines 2"]
    assert sum((added(column(data, name, "Amount")) for name in pieces), Decimal("0.00")) == BILLED
    assert sum(len(column(data, name, "Amount")) for name in pieces) == BILL.lines.height
    assert all(len(grid(data, name)) <= room for name in pieces)
    assert str(grid(data, "Lines 2")[2][0]).startswith(f"Part 2 of {len(pieces)}: one sheet has no room")
    assert column(data, "Summary", "Sheet") == names
    assert MOST_ROWS == 2**20


CENTS = st.integers(-999_999_999_999_999, 999_999_999_999_999)


@given(CENTS)
@example(999_999_999_999_999)
@example(-999_999_999_999_999)
@example(1)
def test_the_nearest_double_of_dollars_says_every_cent_of_them(cents: int) -> None:
    value = dollars(Decimal(cents).scaleb(-2))

    assert Decimal(f"{float(f'{value:.16G}'):.15g}") == value


def test_dollars_beyond_fifteen_digits_stop_the_workbook_and_longer_rates_are_text() -> None:
    with pytest.raises(ReconciliationError, match=r"10000000000000\.00 has more digits than a spreadsheet keeps"):
        dollars(Decimal("10000000000000.00"))
    assert fits(Decimal("123456789.123456"))
    assert not fits(Decimal("1234567890.123456"))
    lines = published().now("fact_charge").with_columns(quantity=pl.lit(Decimal("1234567890.123456"), pl.Decimal(18, 6)))
    assert set(column(written(fact_charge=lines), "Lines", "Quantity")) == {"1,234,567,890.123456"}


@pytest.mark.parametrize(("table", "name"), [("fact_charge", "their lines"), ("fact_split", "splits"), ("control_totals", "billed")])
def test_a_cent_that_is_missing_anywhere_stops_the_workbook(table: str, name: str) -> None:
    found = published().now(table)
    money = "amount_billed" if table == "control_totals" else "amount"
    first = pl.int_range(pl.len()) == 0
    less = found.with_columns(pl.when(first).then(pl.col(money) - Decimal("0.01")).otherwise(pl.col(money)).cast(MONEY).alias(money))

    with pytest.raises(ReconciliationError, match=name):
        written(**{table: less})


def test_a_report_that_does_not_foot_stops_the_workbook() -> None:
    bad = report("R16", foots=(Foot("circuits and lines", Decimal("1.00"), Decimal("1.01")),))

    with pytest.raises(ReconciliationError, match=r"R16: circuits and lines: 1\.00 and 1\.01 differ"):
        close_book(published(), {"R16": bad})


def test_records_of_a_file_that_are_not_accounted_for_stop_the_workbook() -> None:
    less = published().now("control_totals").with_columns(records_held=pl.col("records_held") + 1)

    with pytest.raises(ReconciliationError, match="records: in and out differ"):
        written(control_totals=less)


def test_documents_that_were_turned_are_shown_with_their_difference() -> None:
    journal = pl.DataFrame(
        {"doc_id": ["D1", "D1"], "doc_line": [1, 2], "party": ["BUYER", "SELLER"], "dr_cr": ["DR", "CR"], "period": [BILL.period] * 2,
         "amount": pl.Series([BILLED - 1, BILLED - 1], dtype=MONEY), "status": ["SENT", "SENT"]},
    )  # fmt: skip
    data = written(fact_journal=journal)

    assert column(data, "Reconciliation", "What must be one")[-1] == "invoices and interface documents that stand"
    assert Decimal(column(data, "Reconciliation", "Difference")[-1] or "") == 1


def test_adjustments_come_from_their_report_where_it_is_at_hand() -> None:
    listed = frame("adjustment_id amount$ approval_state", ("ADJ-1", "-12.34", "WAITING"))

    data = close_book(published(), {"R09": report("R09", Section("adjustments", "Adjustments", listed))})

    assert column(data, "Adjustments", "Adjustment id") == ["ADJ-1"]
    assert added(column(data, "Adjustments", "Amount")) == Decimal("-12.34")


def test_the_same_month_gives_the_same_bytes_and_no_time_of_day() -> None:
    first = written()

    assert first == written()
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert f"{BILL.as_of}T00:00:00Z" in parts(first)["docProps/core.xml"]


def test_every_number_of_threads_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.close_book.months import published, reports; from reports.close_book.book import close_book; "
        "print(hashlib.sha256(close_book(published(), reports())).hexdigest())"
    )
    ran = [python("-c", code, POLARS_MAX_THREADS=threads) for threads in ("1", "2", "4")]

    assert [one.returncode for one in ran] == [0, 0, 0], ran[0].stderr
    assert len({one.stdout for one in ran}) == 1
