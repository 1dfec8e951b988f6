"""The detail of an invoice as a spreadsheet, for those who ask for one: the same lines as the CSV, numbers as numbers."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import polars as pl

from reports.detail import DETAIL_COLUMNS
from reports.press.binding import Attachment
from reports.write import file_name

_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(invoice_no: str, issued_on: dt.date, lines: pl.DataFrame) -> Attachment:
    """One sheet: a row a line, the dollars added up below. Text stays text whatever it begins with."""
    import xlsxwriter  # a tenth of a second; only those who ask for the spreadsheet pay it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _PLAIN) as book:
        book.set_properties({"created": dt.datetime.combine(issued_on, dt.time()), "title": f"Detail of invoice {invoice_no}"})
        sheet = book.add_worksheet("Detail")
        bold, dollars = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, DETAIL_COLUMNS, bold)
        for number, row in enumerate(lines.select(DETAIL_COLUMNS).iter_rows(), start=1):
            for place, value in enumerate(row):
                _write(sheet, number, place, value, day, dollars if DETAIL_COLUMNS[place] == "amount" else None)
        total = sum(lines["amount"].to_list(), Decimal("0.00"))
        sheet.write_string(lines.height + 1, 0, "Total", bold)
        sheet.write_number(lines.height + 1, DETAIL_COLUMNS.index("amount"), total, dollars)
    return Attachment(file_name(invoice_no, ".xlsx"), f"Every line of invoice {invoice_no}, as a spreadsheet", out.getvalue())


def _write(sheet: Any, row: int, column: int, value: object, day: Any, dollars: Any) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
    elif isinstance(value, bool):
        sheet.write_string(row, column, "true" if value else "false")
    elif isinstance(value, Decimal | int):
        sheet.write_number(row, column, value, dollars)
    elif value is not None:
        sheet.write_string(row, column, str(value))
