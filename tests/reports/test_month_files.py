"""Register, detail files and control report: one total by every road, the same bytes each time, safe in a spreadsheet."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from billing.errors import ReconciliationError
from billing.frames import DOLLARS, LINES
from reports.month_files import write_month
from reports.tabular import csv_bytes
from tests.reports.bill import EVIL, month_bill

FACTS = {"journal head": "ab" * 32, "program": "0.1.0"}


@pytest.fixture(scope="module")
def bill():
    return month_bill()


@pytest.fixture(scope="module")
def written(bill, tmp_path_factory):
    return write_month(bill, tmp_path_factory.mktemp("out"), FACTS)


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def total(bill):
    return sum(bill.invoices["amount"].to_list())


def test_register_csv_json_and_control_report_come_to_the_invoices(bill, written):
    register = json.loads(written["register.json"].read_text())
    control = json.loads(written["control.json"].read_text())

    assert sum(Decimal(row["amount"]) for row in rows_of(written["register.csv"])) == total(bill)
    assert sum(Decimal(line["amount"]) for line in register["lines"]) == Decimal(register["total"]) == total(bill)
    assert {Decimal(each["amount"]) for each in control["totals"]} == {total(bill)}
    assert Decimal(control["bridge"]["feeds_billed"]) + Decimal(control["bridge"]["fee_on_total"]) == total(bill)


def test_register_has_every_line_in_invoice_order(bill, written):
    found = [(row["invoice_no"], int(row["invoice_line_no"])) for row in rows_of(written["register.csv"])]

    assert found == sorted(found)
    assert len(found) == bill.lines.height


def test_each_detail_file_comes_to_its_invoice_and_shows_its_rounding(bill, written):
    for invoice_no, amount, lines in bill.invoices.select("invoice_no", "amount", "line_count").iter_rows():
        rows = rows_of(written[f"detail/{invoice_no}"])

        assert len(rows) == lines
        assert sum(Decimal(row["amount"]) for row in rows) == amount
        assert all(Decimal(row["exact_amount"]) + Decimal(row["rounding"]) == Decimal(row["amount"]) for row in rows)
    assert any(Decimal(row["rounding"]) != 0 for row in rows_of(written["detail/COT-2026-10-1000001-01"]))


def test_dates_in_the_detail_are_inclusive(written):
    rows = rows_of(written["detail/COT-2026-10-1000001-01"])

    assert {(row["service_from"], row["service_to"]) for row in rows} == {("2026-10-01", "2026-10-31"), ("2026-08-01", "2026-08-31")}


def test_text_that_a_spreadsheet_would_run_is_guarded_and_numbers_are_not(written):
    rows = rows_of(written["detail/COT-2026-10-1000001-01"])

    assert "'" + EVIL in {row["description"] for row in rows}
    assert "-219.47" in {row["amount"] for row in rows}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_each_opening_of_a_formula_is_guarded(start):
    text = csv_bytes(pl.DataFrame({"a": [f"{start}1+1"], "b": [Decimal("-1.00")]})).decode()

    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row == {"a": f"'{start}1+1", "b": "-1.00"}


@pytest.mark.parametrize("text", ['say "no"', "a,b", "two\nlines", " x", "it's", "ünï €"])
def test_other_text_comes_back_as_it_was(text):
    (row,) = csv.DictReader(io.StringIO(csv_bytes(pl.DataFrame({"a": [text]})).decode(), newline=""))

    assert row == {"a": text}


def test_the_same_bill_gives_the_same_bytes_whatever_the_order_of_its_rows(bill, written, tmp_path):
    shuffled = replace(
        bill,
        **{
            name: getattr(bill, name).sample(fraction=1, shuffle=True, seed=5)
            for name in ("lines", "bridge", "splits", "exceptions", "invoices", "controls", "suspense")
        },
    )

    again = write_month(shuffled, tmp_path, FACTS)

    assert list(again) == list(written)
    assert {name: path.read_bytes() for name, path in again.items()} == {name: path.read_bytes() for name, path in written.items()}


def test_the_control_report_fits_a_terminal_and_says_the_total(bill, written):
    text = written["control.txt"].read_text()

    assert max(map(len, text.splitlines())) <= 80
    assert text.count(f"{total(bill):,}") == 6
    assert "R202 HOLD" in text
    assert "1 unreadable row" in text
    assert FACTS["journal head"] in text


def test_the_control_page_holds_everything_and_fetches_nothing(bill, written):
    page = written["control.html"].read_text()

    assert f"${total(bill):,}" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert "url(" not in page.replace('url("data:', "")


def _cents(frame, name="amount", cents="0.01"):
    first = pl.int_range(pl.len()) == 0
    return frame.with_columns(
        pl.when(first).then(pl.col(name) + pl.lit(Decimal(cents), DOLLARS)).otherwise(pl.col(name)).cast(DOLLARS).alias(name)
    )


TAMPERED = {
    "a line": lambda bill: replace(bill, lines=_cents(bill.lines)),
    "a split": lambda bill: replace(bill, splits=_cents(bill.splits)),
    "an invoice": lambda bill: replace(bill, invoices=_cents(bill.invoices)),
    "a control amount": lambda bill: replace(bill, controls=_cents(bill.controls, "amount_billed")),
    "a feed's in and billed": lambda bill: replace(bill, controls=_cents(_cents(bill.controls, "amount_billed"), "amount_in")),
    "a control count": lambda bill: replace(bill, controls=bill.controls.with_columns(pl.col("records_held") + 1)),
    "a missing line": lambda bill: replace(bill, lines=bill.lines.head(-1)),
    "a line twice": lambda bill: replace(bill, lines=pl.concat([bill.lines, bill.lines.head(1)])),
    "a missing split": lambda bill: replace(bill, splits=bill.splits.tail(-1)),
    "a missing source": lambda bill: replace(bill, bridge=bill.bridge.tail(-1)),
    "a source too many": lambda bill: replace(
        bill, bridge=pl.concat([bill.bridge, bill.bridge.head(1).with_columns(charge_id=pl.lit("Cnone"))])
    ),
    "a line on no invoice": lambda bill: replace(
        bill, lines=bill.lines.with_columns(invoice_no=pl.lit(None, pl.String)).select(list(LINES))
    ),
    "two cents that cancel out": lambda bill: replace(bill, splits=_cents(_cents(bill.splits).reverse(), cents="-0.01")),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_nothing_is_written_when_a_cent_or_a_row_is_wrong(bill, tmp_path, what):
    with pytest.raises(ReconciliationError, match="nothing is published"):
        write_month(TAMPERED[what](bill), tmp_path / "out", FACTS)

    assert not (tmp_path / "out").exists()


def test_a_detail_file_of_an_invoice_no_longer_there_goes_and_a_replaced_issue_stays(bill, tmp_path):
    folder = tmp_path / "detail"
    folder.mkdir()
    for name in ("COT-2026-10-GONE-01.csv", "COT-2026-10-1000001-00.csv", "COT-2026-09-OLD-01.csv", "notes.csv"):
        (folder / name).write_text("x")

    write_month(bill, tmp_path, FACTS)

    left = {path.name for path in folder.iterdir()}
    assert "COT-2026-10-GONE-01.csv" not in left
    assert {"COT-2026-10-1000001-00.csv", "COT-2026-09-OLD-01.csv", "notes.csv"} <= left


def test_files_are_for_their_owner_alone_and_no_temporary_is_left(written):
    folder = written["control.txt"].parent

    assert {path.stat().st_mode & 0o777 for path in written.values()} == {0o600}
    assert [path.name for path in folder.rglob("*.tmp")] == []
