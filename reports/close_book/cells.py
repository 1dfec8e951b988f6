"""What a cell may hold: exact figures Excel can show to the cent, text that stays text, dates as dates."""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from reports.close_book.styles import Styles

DIGITS: Final = 15  # of a number that Excel keeps and shows; the nearest double gives all of them back
LONGEST: Final = 32_767  # UTF-16 units in a cell
CUT: Final = " … (cut here; the whole text is in the CSV)"
WRAPPED: Final = frozenset({"message", "meaning"})  # columns whose text goes on below where it is long
_SERIAL: Final = dt.date(1899, 12, 30)  # day 0 of Excel's calendar, for days from March 1900 on
_FIRST_DAY: Final = dt.date(1900, 3, 1)
_BLANKS: Final = r"[\t\r\n\v\f\x85\u2028\u2029]"
_UNSEEN: Final = r"[\p{Cc}\u202A-\u202E\u2066-\u2069\u{FFFE}\u{FFFF}]"
_PLAIN: Final = frozenset(
    {
        "invoice_line_no",
        "source_line",
        "vendor_line_no",
        "row_no",
        "step_no",
        "seq",
        "fiscal_year",
        "fiscal_period",
        "fy",
        "bfy",
        "doc_line",
        "seller_line",
    }
)
_DOLLAR_SCALE: Final = 2
_MOST: Final = Decimal("9999999999999.99")  # fifteen digits


def kind_of(name: str, dtype: pl.DataType) -> str:
    """The style of a column's cells: text, dollars, rate, whole, plain, day or time."""
    if isinstance(dtype, pl.Decimal):
        return "dollars" if dtype.scale == _DOLLAR_SCALE else "rate"
    if dtype.is_integer():
        return "plain" if name in _PLAIN else "whole"
    if dtype == pl.Date():
        return "day"
    return "time" if isinstance(dtype, pl.Datetime) else "text"


def put_column(page: Any, row: int, place: int, column: pl.Series, styles: Styles) -> None:
    """Write a column downwards from a row: a number as a number, text as text, null as an empty cell.

    Dollars are exact: the file says them in decimal digits, and the nearest double a spreadsheet makes of 15 digits
    shows every one of them. A rate or a quantity of more than 15 digits is written as text rather than cut.

    Raises:
        ReconciliationError: dollars beyond 15 digits, 9,999,999,999,999.99; the workbook could not say them.
    """
    kind = kind_of(column.name, column.dtype)
    if kind == "text":
        _put_text(page, row, place, clean(column), styles["wrap" if column.name in WRAPPED else "text"])
    elif kind == "day":
        _put_days(page, row, place, column, styles)
    elif kind == "time":
        _put_times(page, row, place, column, styles)
    else:
        _put_numbers(page, row, place, column, kind, styles)


def clean(column: pl.Series) -> pl.Series:
    """Text as a cell can hold it: on one line, what cannot be seen shown as U+FFFD, cut with a mark where Excel would cut.

    True and false become yes and no.
    """
    if column.dtype == pl.Boolean():
        column = column.replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
    elif column.dtype != pl.String():
        column = column.cast(pl.String)
    seen = column.str.replace_all(_BLANKS, " ").str.replace_all(_UNSEEN, "\ufffd")
    if (seen.str.len_bytes().max() or 0) <= LONGEST:  # type: ignore[operator]  # the longest of a text column is an integer
        return seen
    return pl.Series(column.name, [None if text is None else cut(text) for text in seen.to_list()], dtype=pl.String)


def clean_text(text: str) -> str:
    """One text as a cell can hold it."""
    return str(clean(pl.Series([text.encode("utf-8", "replace").decode()]))[0])


def cut(text: str) -> str:
    """A text that is too long for a cell, cut between characters and marked."""
    encoded = text.encode("utf-16-le")
    if len(encoded) // 2 <= LONGEST:
        return text
    return encoded[: (LONGEST - len(CUT)) * 2].decode("utf-16-le", "ignore") + CUT


def fits(value: Decimal | int) -> bool:
    """Whether a number has no more digits than a cell shows."""
    return len(Decimal(value).normalize().as_tuple().digits) <= DIGITS


def dollars(value: Decimal) -> Decimal:
    """Dollars that a cell can say to the cent.

    Raises:
        ReconciliationError: it has more than 15 digits.
    """
    if not -_MOST <= value <= _MOST:
        raise ReconciliationError(f"{value} has more digits than a spreadsheet keeps; read the CSV, no workbook is written", code="V013")
    return value


def serial(day: dt.date) -> int:
    """A day in Excel's calendar.

    Raises:
        ValueError: it is before March 1900, where that calendar has a day too many.
    """
    if day < _FIRST_DAY:
        raise ValueError(f"{day} is before Excel's calendar")
    return (day - _SERIAL).days


def _put_text(page: Any, row: int, place: int, column: pl.Series, style: Any) -> None:
    for at, value in enumerate(column.to_list(), row):
        if value is None:
            page.write_blank(at, place, None, style)
        else:
            page.write_string(at, place, value, style)


def _put_numbers(page: Any, row: int, place: int, column: pl.Series, kind: str, styles: Styles) -> None:
    style, whole = styles[kind], styles["whole"]
    counted = kind == "rate" and "quantity" in column.name
    for at, value in enumerate(column.to_list(), row):
        if value is None:
            page.write_blank(at, place, None, style)
        elif kind == "dollars":
            page.write_number(at, place, dollars(value), style)
        elif not fits(value):
            page.write_string(at, place, f"{value:,f}", style)
        else:
            page.write_number(at, place, value, whole if counted and value == value.to_integral_value() else style)


def _put_days(page: Any, row: int, place: int, column: pl.Series, styles: Styles) -> None:
    style = styles["day"]
    for at, value in enumerate(column.to_list(), row):
        if value is None:
            page.write_blank(at, place, None, style)
        elif value < _FIRST_DAY:
            page.write_string(at, place, value.isoformat(), style)
        else:
            page.write_number(at, place, serial(value), style)


def _put_times(page: Any, row: int, place: int, column: pl.Series, styles: Styles) -> None:
    style = styles["time"]
    for at, value in enumerate(column.to_list(), row):
        if value is None:
            page.write_blank(at, place, None, style)
        else:
            page.write_datetime(at, place, value.replace(tzinfo=None), style)
