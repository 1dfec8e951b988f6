"""A table on a sheet: headings, rows, totals; a real Excel table with filters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import polars as pl
from xlsxwriter.utility import xl_range

from reports.close_book.cells import WRAPPED, clean, dollars, fits, kind_of, put_column
from reports.close_book.styles import Styles
from reports.report import Section

_LABELS: Final = {
    "uom": "Unit", "invoice_no": "Invoice", "invoice_line_no": "Line no", "agency_code": "Agency", "service_from": "Service from",
    "service_to": "Service to", "unit_rate": "Unit rate", "adj_type": "Type", "source_file": "File", "source_line": "File line",
    "source_record_id": "Record id", "is_prior_period": "Prior period", "days_0_30": "0–30 days", "days_31_60": "31–60 days",
    "days_61_90": "61–90 days", "days_over_90": "Over 90 days", "ytd_amount": "Year to date", "over_under": "Over or under",
    "column_name": "Column", "raw_value": "Value",
}  # fmt: skip
_WIDEST: Final = 46
_WIDEST_WRAPPED: Final = 64
_WRAPPED_LETTERS: Final = 74  # that surely fit on a line of that width
_LINE_HEIGHT: Final = 14  # points
_MOST_LINES: Final = 6
_NARROWEST: Final = 9
_SAMPLE: Final = 20_000  # rows looked at for the width of a column


@dataclass(frozen=True)
class Table:
    """One table: its rows, which columns have a total above or below them, and what is said of it.

    labels: headings other than the column's own name.
    """

    name: str  # of the Excel table: letters, digits and underscores
    frame: pl.DataFrame
    totals: tuple[str, ...] = ()
    title: str = ""
    note: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def label(self, column: str) -> str:
        """A column's heading."""
        words = self.labels.get(column) or _LABELS.get(column) or column.replace("_", " ").strip()
        return words[:1].upper() + words[1:]

    def sums(self) -> dict[str, Decimal | int]:
        """The exact totals by column."""
        return Section(self.name, self.title, self.frame, self.totals).sums()


def put_table(page: Any, row: int, table: Table, styles: Styles) -> int:
    """Put headings at a row and the rows below; a table without rows says so. Returns: the first row after it."""
    if table.frame.is_empty():
        page.write_string(row, 0, "No rows.", styles["note"])
        return row + 1
    columns = []
    for place, column in enumerate(table.frame.iter_columns()):
        right = kind_of(column.name, column.dtype) != "text"
        columns.append({"header": table.label(column.name), "header_format": styles["head_right" if right else "head"]})
        put_column(page, row + 1, place, column, styles)
        if column.name in WRAPPED:
            _make_room(page, row + 1, column)
    last = row + table.frame.height
    page.add_table(row, 0, last, table.frame.width - 1, {"name": table.name, "columns": columns, "style": None})
    page.ignore_errors({"number_stored_as_text": xl_range(row + 1, 0, last, table.frame.width - 1)})
    return last + 1


def _make_room(page: Any, row: int, column: pl.Series) -> None:
    """Make the rows of long texts as high as their lines: not every program does that by itself."""
    for at, letters in enumerate(clean(column).str.len_chars().to_list(), row):
        if letters is not None and letters > _WRAPPED_LETTERS:
            page.set_row(at, _LINE_HEIGHT * min(letters // _WRAPPED_LETTERS + 1, _MOST_LINES))


def put_totals_below(page: Any, row: int, table: Table, styles: Styles) -> int:
    """The totals as values in a row of their own. Returns: the first row after it; the same row where nothing has a total."""
    if not table.totals or table.frame.is_empty():
        return row
    _put_sums(page, row, table, styles, ("total_", "Total"))
    return row + 1


def put_totals_above(page: Any, row: int, table: Table, styles: Styles) -> None:
    """Two rows for a long table: the exact totals as values, and below them what the filters leave.

    The second is the workbook's only formula: ours, fixed, over the table's own cells, with the exact total as its
    value, so that a viewer that does not calculate shows it too.
    """
    _put_sums(page, row, table, styles, ("sum_", "All rows"))
    page.write_string(row + 1, 0, "Rows shown", styles["shown_text"])
    first, last = row + 3, row + 2 + table.frame.height
    for name, value in table.sums().items():
        place = table.frame.columns.index(name)
        style = styles["shown_" + kind_of(name, table.frame.schema[name])]
        page.write_formula(row + 1, place, f"=SUBTOTAL(109,{xl_range(first, place, last, place)})", style, value)


def _put_sums(page: Any, row: int, table: Table, styles: Styles, words: tuple[str, str]) -> None:
    prefix, label = words
    found = table.sums()
    for place, (name, dtype) in enumerate(table.frame.schema.items()):
        kind = kind_of(name, dtype)
        if name in found:
            _put_sum(page, row, place, found[name], kind, styles[prefix + kind])
        elif place == 0:
            page.write_string(row, 0, label, styles[prefix + "text"])
        elif prefix == "total_":
            page.write_blank(row, place, None, styles["total_text"])


def _put_sum(page: Any, row: int, place: int, value: Decimal | int, kind: str, style: Any) -> None:
    """A total as a number, dollars only where they can be said to the cent."""
    if kind == "dollars" and isinstance(value, Decimal):
        page.write_number(row, place, dollars(value), style)
    elif fits(value):
        page.write_number(row, place, value, style)
    else:
        page.write_string(row, place, f"{value:,f}", style)


def widths(tables: Sequence[Table]) -> list[int]:
    """The width of each column of a sheet that holds these tables below one another."""
    found: list[int] = []
    for table in tables:
        for place, column in enumerate(table.frame.iter_columns()):
            needed = max(_width(column), _heading_width(table.label(column.name)))
            if place == len(found):
                found.append(needed)
            found[place] = max(found[place], needed)
    return found


def _heading_width(words: str) -> int:
    """Headings wrap at blanks; the longest word and the filter's arrow must find room."""
    return max(len(word) for word in words.split(" ")) + 4


def _width(column: pl.Series) -> int:
    kind = kind_of(column.name, column.dtype)
    if column.name in WRAPPED:
        return _WIDEST_WRAPPED
    fixed = {"day": 11, "time": 17}
    if kind in fixed:
        return fixed[kind]
    if kind == "text":
        longest = clean(column.head(_SAMPLE)).str.len_chars().max() or 0
        return min(max(int(longest) + 2, _NARROWEST), _WIDEST)  # type: ignore[arg-type]  # the longest of a text column is an integer
    known = column.drop_nulls().cast(pl.Decimal(38, 6)).abs()
    largest = Decimal(str(known.max() or 0))
    places = {"dollars": 3, "rate": 7}.get(kind, 0)
    return max(len(f"{int(largest):,}") + places + 3, _NARROWEST)
