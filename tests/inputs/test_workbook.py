"""Hand-made workbooks come under the same grammar; error cells and bombs are refused."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from billing.errors import BillingError
from inputs import workbook
from tests.inputs.make import ROWS, printed, put, read

HEADER = list(ROWS["stock"])
GOOD = list(ROWS["stock"].values())


def sheet(rows: list[list[object]], *, start: int = 0) -> bytes:
    """A workbook with these rows; dates as date cells, `=` texts as formulas whose value is an error."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for row, cells in enumerate(rows, start=start):
        for column, value in enumerate(cells):
            if isinstance(value, dt.date):
                page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
            elif isinstance(value, str) and value.startswith("="):
                page.write_formula(row, column, value, None, "#REF!")
            elif value is not None:
                page.write(row, column, value)
    book.close()
    return data.getvalue()


def changed(place: int, value: object) -> list[object]:
    return [value if number == place else cell for number, cell in enumerate(GOOD)]


def test_text_number_and_date_cells_are_read_by_one_grammar(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(HEADER), changed(5, 2.25), [], changed(2, dt.date(2026, 10, 18)), [*GOOD, None]]

    gated = read(put(tmp_path, "stock", sheet(rows), suffix="xlsx"))

    assert gated.records["source_line"].to_list() == [2, 4, 5]
    assert gated.records["quantity"].to_list() == [Decimal("2.25"), Decimal(3), Decimal(3)]
    assert set(gated.records["txn_date"]) == {dt.date(2026, 10, 18)}
    assert (gated.row_count, gated.control_quantity) == (3, Decimal("8.25"))


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (5, "=A1", "quantity: cell holds an error value (Expected string but got 'Error(Ref)')"),
        (5, "x", "quantity: expected a plain number of at most 12 digits and 6 decimals, as 1234.5, found 'x'"),
        (5, 0.1 + 1e-9, "quantity: expected a plain number of at most 12 digits and 6 decimals, as 1234.5, found '0.100000001'"),
        (6, "D\u202e1", "billing_number: holds the character U+202E, which has no place in a text"),
    ],
)
def test_a_bad_cell_suspends_its_row(tmp_path: Path, place: int, value: object, message: str) -> None:
    gated = read(put(tmp_path, "stock", sheet([list(HEADER), list(GOOD), changed(place, value)]), suffix="xlsx"))

    bad = gated.suspense.row(0, named=True)
    assert (bad["source_line"], bad["column_no"], bad["message"]) == (3, place + 1, f"{message}; correct the row and reload it")
    assert (gated.records.height, gated.row_count) == (1, 2)
    assert bad["raw_text"].startswith("S-1,ISSUE,2026-10-18,FKT1")


def bomb() -> bytes:
    data = io.BytesIO(sheet([list(HEADER)]))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(20 * 2**20))
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"PK\x03\x04junk", "F006: is a damaged workbook; save it again"),
        (b"a,b\n", "F006: is not an .xlsx workbook; save it as .xlsx or CSV"),
        (b"", "F006: is not an .xlsx workbook; save it as .xlsx or CSV"),
        (sheet([list(HEADER)])[:-100], "F006: is a damaged workbook; save it again"),
        (bomb(), "F006: expands beyond the limits for workbooks; send CSV"),
    ],
)
def test_what_is_no_sound_workbook_is_refused(tmp_path: Path, content: bytes, line: str) -> None:
    with pytest.raises(BillingError) as refused:
        read(put(tmp_path, "stock", content, suffix="xlsx"))

    assert printed(refused.value) == (10, [f"stock_2026-10_001.xlsx: {line}"])


@pytest.mark.parametrize("content", [sheet([]), sheet([list(HEADER), list(GOOD)], start=2)])
def test_the_header_must_stand_in_the_first_row(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BillingError) as refused:
        read(put(tmp_path, "stock", content, suffix="xlsx"))

    assert printed(refused.value) == (10, [
        "stock_2026-10_001.xlsx:1: F005: has no header in row 1 of its first sheet; put the column names there",
    ])  # fmt: skip


def test_a_workbook_over_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = sheet([list(HEADER)])
    monkeypatch.setattr(workbook, "WORKBOOK_LIMIT", len(content))
    assert read(put(tmp_path, "stock", content, suffix="xlsx")).row_count == 0

    monkeypatch.setattr(workbook, "WORKBOOK_LIMIT", len(content) - 1)
    with pytest.raises(BillingError) as refused:
        read(put(tmp_path, "stock", content, suffix="xlsx"))
    assert "over the limit of" in str(refused.value)
