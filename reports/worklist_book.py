"""The worklist as a workbook: locked facts, four coloured cells a row to decide in, and nothing that runs."""

import datetime as dt
import io
from itertools import product
from typing import Any, Final

import polars as pl
import xlsxwriter

from billing.catalogue import CATALOGUE
from billing.errors import UsageError
from billing.layouts import FEEDS
from billing.worklist import causes
from billing.worklist_actions import allowed_actions
from billing.worklist_cells import COLUMNS, FORMAT, RECORD_SHEET, SHEET, WorklistFacts, sheet_cells
from reports.footing import total
from reports.masking import masked_findings, masked_text
from reports.worklist_help import HELP

MOST_ROWS: Final = 50_000
_CREATED: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)  # fixed: the same worklist gives the same bytes
_OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_MAY: Final = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
_DOLLARS: Final = "#,##0.00;[Red]-#,##0.00"
_HEAD: Final = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#D9E1F2"}
_LISTS: Final = "Lists"
_FIRST_ROW: Final = 2  # of the exceptions, as people count


def masked_worklist(worklist: pl.DataFrame) -> pl.DataFrame:
    """The worklist as it may leave: on calls, numbers are taken out of values, messages and reasons.

    Masking twice changes nothing, so a workbook that comes back is compared with the same.
    """
    hidden = masked_findings(worklist)
    of_calls = hidden["feed"].to_list()
    reasons = [
        masked_text(reason, None, None) if feed == "long_distance" else reason
        for feed, reason in zip(of_calls, hidden["reason"].to_list(), strict=True)
    ]
    return hidden.with_columns(reason=pl.Series(reasons, dtype=pl.String))


def write_worklist(worklist: pl.DataFrame, facts: WorklistFacts) -> bytes:
    """Write the worklist as .xlsx: sheets Worklist, Summary and Help, and two hidden ones.

    The columns `action`, `field`, `new value` and `reason` are open, all else is locked without a password. The
    drop-downs read the row's own cells, so that they stay right when rows are sorted. Text is written as text:
    nothing in the data becomes a formula or a link. Same worklist, same facts, same bytes.

    Rows: one an exception, in the worklist's order, under one row of headings.

    Raises:
        UsageError: there are more exceptions than a person can work in a sheet.
    """
    if worklist.height > MOST_ROWS:
        raise UsageError(f"the worklist has {worklist.height} rows, a workbook takes {MOST_ROWS}; narrow it with --code")
    hidden = masked_worklist(worklist)
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, _OPTIONS)
    book.set_properties({"created": _CREATED, "title": f"Worklist {facts.period}"})
    _worklist_sheet(book, hidden)
    _summary_sheet(book, hidden, facts)
    _help_sheet(book)
    _lists_sheet(book)
    _record_sheet(book, hidden, facts)
    book.close()
    return data.getvalue()


def action_list(actions: tuple[str, ...]) -> str:
    """The name of a drop-down: the first letters of its actions, as `actions_CHR`; RELEASE is L, REJECT is J."""
    letters = {"CORRECT": "C", "HOLD": "H", "RELEASE": "L", "REJECT": "J", "ACKNOWLEDGE": "A"}
    return "actions_" + "".join(letters[action] for action in actions)


def _worklist_sheet(book: Any, worklist: pl.DataFrame) -> None:
    page = book.add_worksheet(SHEET)
    head, text = book.add_format(_HEAD), book.add_format({"num_format": "@", "valign": "top"})
    count, dollars = book.add_format({"valign": "top"}), book.add_format({"num_format": _DOLLARS, "valign": "top"})
    filled = book.add_format(
        {"num_format": "@", "valign": "top", "bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF", "locked": False}
    )
    cells, last = sheet_cells(worklist), worklist.height
    for place, column in enumerate(COLUMNS):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.heading, head)
        values = cells[column.heading].to_list() if column.source is not None else [None] * last
        for row, value in enumerate(values, 1):
            if column.kind == "input":
                page.write_blank(row, place, None, filled)
            elif value is None:
                page.write_blank(row, place, None, text)
            elif column.kind == "text":
                page.write_string(row, place, value, text)
            else:
                page.write_number(row, place, value, dollars if column.kind == "dollars" else count)
    allowed = [_menu(*row) for row in worklist.select("code", "severity", "source_line").iter_rows()]
    menu = len(COLUMNS)  # the name of each row's menu, in a hidden column: data validation reads it there
    for row, name in enumerate(allowed, 1):
        page.write_string(row, menu, name)
    page.set_column(menu, menu, None, None, {"hidden": True})
    _choices(page, last, menu)
    if last:  # a line above each new cause
        line = {"type": "formula", "criteria": "=$A2<>$A1", "format": book.add_format({"top": 1})}
        page.conditional_format(1, 0, last, len(COLUMNS) - 1, line)
    page.freeze_panes(1, 3)
    page.autofilter(0, 0, max(last, 1), len(COLUMNS) - 1)
    page.protect("", _MAY)
    page.set_landscape()
    page.repeat_rows(0)


def _menu(code: str, severity: str, line: int | None) -> str:
    return action_list(allowed_actions(code, severity, has_record=line is not None))


def _choices(page: Any, last: int, menu: int) -> None:
    """Drop-downs for action and field; what each offers is found by the row's own cells."""
    if not last:
        return
    places = {column.heading: place for place, column in enumerate(COLUMNS)}
    for heading, formula, words in (
        ("action", f"=INDIRECT(${xlsxwriter.utility.xl_col_to_name(menu)}{_FIRST_ROW})", "choose one of the actions in the list"),
        (
            "field",
            f'=INDIRECT("fields_"&${xlsxwriter.utility.xl_col_to_name(places["feed"])}{_FIRST_ROW})',
            "choose a column of the feed; only CORRECT needs one",
        ),
    ):
        rule = {"validate": "list", "source": formula, "error_title": "not in the list", "error_message": words}
        page.data_validation(1, places[heading], last, places[heading], rule)


def _lists_sheet(book: Any) -> None:
    """What the drop-downs offer, each list under its own name; hidden."""
    page = book.add_worksheet(_LISTS)
    severities, on_records = ("FATAL", "HOLD", "WARN"), (True, False)
    sets = sorted({allowed_actions(*kind, has_record=on_record) for *kind, on_record in product(CATALOGUE, severities, on_records)})
    lists = {action_list(actions): actions for actions in sets if actions}
    lists |= {f"fields_{feed.name}": feed.names for feed in FEEDS.values()}
    for place, (name, words) in enumerate(lists.items()):
        for row, word in enumerate(words):
            page.write_string(row, place, word)
        letter = xlsxwriter.utility.xl_col_to_name(place)
        book.define_name(name, f"={_LISTS}!${letter}$1:${letter}${len(words)}")
    page.protect("")
    page.very_hidden()


def _record_sheet(book: Any, worklist: pl.DataFrame, facts: WorklistFacts) -> None:
    """Which worklist this is; hidden, and read when the workbook comes back."""
    page = book.add_worksheet(RECORD_SHEET)
    rows = (FORMAT, facts.period, facts.head, facts.exceptions_hash, str(worklist.height))
    for row, (name, value) in enumerate(zip(("format", "period", "head", "exceptions", "rows"), rows, strict=True)):
        page.write_string(row, 0, name)
        page.write_string(row, 1, value)
    page.protect("")
    page.very_hidden()


def _summary_sheet(book: Any, worklist: pl.DataFrame, facts: WorklistFacts) -> None:
    """Each cause with its count, its dollars and its oldest month; the totals are values, not formulas."""
    page = book.add_worksheet("Summary")
    head, dollars, bold = book.add_format(_HEAD), book.add_format({"num_format": _DOLLARS}), book.add_format({"bold": True})
    sums = book.add_format({"num_format": _DOLLARS, "bold": True, "top": 1})
    page.write_string(0, 0, f"Worklist {facts.period}: what waits, by cause, biggest dollars first", bold)
    headings = ("rank", "code", "severity", "meaning", "exceptions", "dollars", "without dollars", "oldest, months", "fix")
    for place, (heading, width) in enumerate(zip(headings, (6, 8, 10, 52, 12, 18, 16, 14, 60), strict=True)):
        page.set_column(place, place, width)
        page.write_string(2, place, heading, head)
    names = ("cause_rank", "code", "severity", "meaning", "exceptions", "amount", "unknown", "oldest_months", "fix")
    found = causes(worklist).select(names)
    for row, values in enumerate(found.rows(), 3):
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            if isinstance(value, str):
                page.write_string(row, place, value)
            elif value is not None:
                page.write_number(row, place, value, dollars if name == "amount" else None)
    last = found.height + 3
    page.write_string(last, 3, "all causes", sums)
    page.write_number(last, 4, worklist.height, book.add_format({"bold": True, "top": 1}))
    page.write_number(last, 5, total(worklist["amount"].drop_nulls().abs()), sums)
    page.freeze_panes(3, 0)
    page.protect("", _MAY)


def _help_sheet(book: Any) -> None:
    page = book.add_worksheet("Help")
    bold, wrap = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 110)
    for row, (word, meaning) in enumerate(HELP):
        page.write_string(row, 0, word, bold)
        page.write_string(row, 1, meaning, wrap)
    page.protect("")
