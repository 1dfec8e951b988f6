"""Write the month's workbook: eight sheets from what is published of a month and its reports, the same bytes each time."""

import datetime as dt
import io
from collections.abc import Mapping
from typing import Final

from reports.close_book import sheets
from reports.close_book.page import MOST_ROWS, Long, edition, put_long, put_short, sheet_names
from reports.close_book.reconciliation import checks, files
from reports.close_book.styles import Styles
from reports.close_book.summary import put_summary
from reports.close_book.table import Table
from reports.published import Published
from reports.report import Report

_OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_SHORT: Final = ("Recovery", "Vendor match", "Reconciliation")


def close_book(published: Published, reports: Mapping[str, Report], *, most_rows: int = MOST_ROWS) -> bytes:
    """The workbook of a month as .xlsx.

    Sheets: Summary, Lines (more where one has no room), Exceptions, Adjustments, Rates used, Recovery, Vendor match,
    Reconciliation. Figures are values with the exact digits; the only formulas are ours, above the long tables, and
    add up what a filter leaves. Text from the data is text whatever it begins with, and nothing is a link.

    Args:
        published: the month.
        reports: by number; R06, R08, R09, R12 and R16 are used where they are there, the foots of all are shown.
        most_rows: rows of a sheet.

    Raises:
        ReconciliationError: two totals that must be one differ, or dollars have more digits than a spreadsheet keeps.
    """
    import xlsxwriter  # a tenth of a second; only those who make the workbook pay it

    reconciled = [checks(published, reports), *files(published)]
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, _OPTIONS)
    shown, styles = edition(published), Styles(book)
    made = dt.datetime.combine(published.as_of, dt.time())  # not the time of day: the same month gives the same bytes
    book.set_properties({"title": f"Billing close {shown.month}", "subject": shown.state, "author": "cotbill", "created": made})
    long = _long(published, reports)
    names = [name for sheet in long for name in sheet_names(sheet, most_rows)]
    put_summary(book, published, reports, shown, styles, ["Summary", *names, *_SHORT])
    for sheet in long:
        put_long(book, sheet, shown, styles, most_rows)
    for name, number in zip(_SHORT, ("R12", "R16", None), strict=True):
        put_short(book, name, reconciled if number is None else _sections(reports.get(number), name), shown, styles, _note(reports, number))
    book.close()
    return data.getvalue()


def _long(published: Published, reports: Mapping[str, Report]) -> list[Long]:
    return [
        Long("Lines", "Invoice lines", sheets.lines(published), frozen=2, printed=sheets.LINES_PRINTED),
        Long("Exceptions", "Exceptions", sheets.exceptions(published), frozen=1, printed=sheets.EXCEPTIONS_PRINTED),
        Long("Adjustments", "Adjustments", sheets.adjustments(published, reports), frozen=1),
        Long("Rates used", "Rates used", sheets.rates_used(published), frozen=2),
    ]


def _sections(report: Report | None, name: str) -> list[Table]:
    return sheets.of_report(report, name.replace(" ", "_")) if report else []


def _note(reports: Mapping[str, Report], number: str | None) -> str:
    if number is None:
        return ""
    return f"{number}: {reports[number].title}" if number in reports else f"{number} is not at hand for this month."
