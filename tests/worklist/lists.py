"""A small worklist with every kind of row, and what people and spreadsheets do to its workbook."""

import datetime as dt
import io
from decimal import Decimal

import polars as pl
import xlsxwriter

from billing.errors import Location
from billing.frames import EXCEPTIONS, empty
from billing.suggestion_frames import SUGGESTIONS
from billing.worklist import CARRIED, make_worklist, worklist_hash
from billing.worklist_cells import COLUMNS, RECORD_SHEET, SHEET, WorklistFacts
from inputs.sheet_cells import Sheet, read_sheets
from tests.worklist.rows import OCTOBER, exception, exceptions, typed

PLACE = {column.heading: place for place, column in enumerate(COLUMNS)}  # from 0
NO_CARRY = empty(CARRIED)
NO_SUGGESTIONS = empty(SUGGESTIONS)
Cell = str | int | Decimal | dt.date | tuple[str, str] | None

INJECTIONS = [
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+2", "-1+2", "\t=1+1", "\r=1+1", "=HYPERLINK(\"http://x\")", "file:///etc/passwd", "http://x.org",
    "mailto:a@b.org", "internal:Summary!A1", "external:c:\\x.xlsx", "{=1+1}", "1e5", "007", "TRUE", "#REF!", "<f>1+1</f>", "_x0041_",
    "a\x00b\x1fc", "\u202eabc", "\ufffe", "x" * 40_000, "line\nbreak", " ", "",
]  # fmt: skip


def october() -> pl.DataFrame:
    """The exceptions of a month: a hold, a hold that can be released, a warning, calls, an unread row, a missing feed."""
    return pl.concat([
        exceptions(
            "usage",
            exception("A103", 2, "billing_number", "7580020", amount="1234.56", billing_number="7580020", agency_code="54"),
            exception("A103", 3, "billing_number", "7580020", amount="-2000.10", billing_number="7580020", agency_code="54"),
            exception("D402", 4, "service_date", "2024-01-01", amount="0.29", billing_number="7580001", agency_code="54"),
            exception("D403", 5, "service_date", "2026-08-01", amount="12.00", billing_number="7580001", agency_code="60"),
            exception("R202", 6, "rate_code", "ST20"),
            exception("F006", 7, "quantity", "=1+1", source_record_id=None),
        ),
        exceptions("long_distance", exception("L707", 8, "to_number", "1900555xxxx", amount="4.20", message="premium 19005550123; x")),
        exceptions("stock", exception("F001", None, raw="stock", message="no stock file for 2026-10; get it", source_file=None)),
    ])  # fmt: skip


def worklist_of(
    found: pl.DataFrame | None = None, suggestions: pl.DataFrame = NO_SUGGESTIONS, carried: pl.DataFrame = NO_CARRY
) -> pl.DataFrame:
    return make_worklist(october() if found is None else found, suggestions, carried, OCTOBER)


def facts_of(found: pl.DataFrame | None = None) -> WorklistFacts:
    return WorklistFacts("2026-10", "head-1", worklist_hash(october() if found is None else found))


def sheets_of(data: bytes) -> dict[str, Sheet]:
    return read_sheets(data, Location("test.xlsx"), (SHEET, RECORD_SHEET, "Summary", "Help"))


def row_of(data: bytes, exception_id: str) -> int:
    """The row of an exception, from 0."""
    key = PLACE["exception"] + 1
    return next(row - 1 for (row, place), cell in sheets_of(data)[SHEET].items() if place == key and cell.value == exception_id)


def resaved(
    data: bytes,
    edits: dict[tuple[str | int, str], Cell] | None = None,
    *,
    name: str = SHEET,
    without: tuple[str, ...] = (),
    backwards: bool = False,
    keep: tuple[str, ...] = (SHEET, RECORD_SHEET),
) -> bytes:
    """The workbook as another program would save it, with some cells changed: (exception or row from 0, heading) -> value.

    A text starting with `=` is a formula, ("text", x) is x as it stands, a day is a date cell, None empties the cell.
    """
    old = sheets_of(data)
    cells: dict[tuple[int, int], Cell] = {
        (row - 1, place - 1): ("text", cell.value) if cell.kind == "text" else Decimal(cell.value)
        for (row, place), cell in old[SHEET].items()
    }
    for (where, heading), value in (edits or {}).items():
        cells[where if isinstance(where, int) else row_of(data, where), PLACE[heading]] = value
    gone = {row_of(data, exception_id) for exception_id in without}
    rows = [row for row in sorted({row for row, _ in cells}) if row not in gone]
    order = [rows[0], *reversed(rows[1:])] if backwards else rows
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet(name)
    for new, old_row in enumerate(order):
        for (row, place), value in cells.items():
            if row == old_row:
                _write(book, page, new, place, value)
    if RECORD_SHEET in keep:
        record = book.add_worksheet(RECORD_SHEET)
        for (row, place), cell in old[RECORD_SHEET].items():
            record.write_string(row - 1, place - 1, cell.value)
    book.close()
    return stream.getvalue()


def _write(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet, row: int, place: int, value: Cell) -> None:
    if isinstance(value, tuple):
        page.write_string(row, place, value[1])
    elif isinstance(value, str) and value.startswith("="):
        page.write_formula(row, place, value, None, "#REF!" if value == "=A1" else "HOLD")
    elif isinstance(value, str):
        page.write_string(row, place, value)
    elif isinstance(value, dt.date):
        page.write_datetime(row, place, dt.datetime.combine(value, dt.time()), book.add_format({"num_format": "yyyy-mm-dd"}))
    elif value is not None:
        page.write_number(row, place, value)


def suggested(*rows: tuple[str, str | None, str, str]) -> pl.DataFrame:
    return typed([dict(zip(SUGGESTIONS, row, strict=True)) for row in rows], SUGGESTIONS)


def carried(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    return typed([dict(zip(CARRIED, row, strict=True)) for row in rows], CARRIED)


NOTHING_FOUND = empty(EXCEPTIONS)


def hostile(text: str) -> pl.DataFrame:
    """A worklist with the text in every cell that shows data."""
    names = (
        "source_file",
        "source_record_id",
        "billing_number",
        "agency_code",
        "raw_value",
        "message",
        "reason",
        "disposition",
        "column_name",
    )
    found = exceptions("usage", exception("A101", 2, amount="1.00"), exception("A101", 3))
    listed = worklist_of(found, suggested(("X2", text, text, text)))
    return listed.with_columns(pl.lit(text).alias(name) for name in [*names, "owner", "also"])
