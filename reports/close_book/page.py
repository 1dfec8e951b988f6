"""A sheet of the workbook: what it is in its first lines, its tables, and how it prints."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from billing.periods import Period
from reports.close_book.cells import clean_text
from reports.close_book.styles import Styles
from reports.close_book.table import Table, put_table, put_totals_above, put_totals_below, widths
from reports.figures import day, month
from reports.published import REOPENED, Published

MOST_ROWS: Final = 1_048_576  # of a sheet
_HEAD_ROW: Final = 5  # of a long table, counted from 0; its totals stand in the two rows above
_LETTER: Final = 1
_PAPER_LETTERS: Final = 190  # widths that a landscape page takes and eyes still read
_NOTE_LETTERS: Final = 110  # of a line of a note
_POSTED: Final = frozenset({"CLOSED", "FINAL"})


@dataclass(frozen=True)
class Edition:
    """Which month's book it is and whether it counts: words for the head of every sheet."""

    month: str
    state: str
    is_posted: bool

    @property
    def footer(self) -> str:
        """The words at the foot of a printed page; `&` is a command there."""
        mark = "" if self.is_posted else "TRIAL · "
        return f"&L&9{mark}Billing close {self.month}&C&9&A&R&9Page &P of &N"


def edition(published: Published) -> Edition:
    """The words for a month: TRIAL until it is posted."""
    period = Period.parse(published.period)
    status = str(published.now("dim_period")["status"][0])
    posted = status in _POSTED
    trial = REOPENED if published.is_reopened else "not posted, figures may still change"
    words = f"Posted ({status})" if posted else f"TRIAL ({status}): {trial[:1].lower()}{trial[1:].rstrip('.')}"
    known = published.now("dim_period").to_dicts()[0]
    year = f"fiscal year {known['fiscal_year'] or period.fiscal_year}, period {known['fiscal_period'] or period.fiscal_period}"
    return Edition(month(period), f"{words} · {year} · figures as of {day(published.as_of)}", posted)


def open_page(book: Any, name: str, title: str, shown: Edition, styles: Styles, note: str = "") -> Any:
    """Add a sheet with its head: title, state, and what is to be said of it; ready to print."""
    page = book.add_worksheet(name)
    page.hide_gridlines(2)
    page.write_string(0, 0, clean_text(f"{title}, {shown.month}"), styles["title"])
    page.write_string(1, 0, shown.state, styles["state" if shown.is_posted else "trial"])
    if note:
        page.write_string(2, 0, clean_text(note), styles["note"])
    page.set_row(0, 24)
    page.set_landscape()
    page.set_paper(_LETTER)
    page.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.set_footer(shown.footer)
    return page


@dataclass(frozen=True)
class Long:
    """A sheet that is one long table.

    frozen: columns that stay in sight; printed: columns that go to paper, as many as can be read there where None.
    """

    name: str
    title: str
    table: Table
    frozen: int = 0
    printed: int | None = None


def sheet_names(sheet: Long, most_rows: int) -> list[str]:
    """The sheets a long table needs: Lines, Lines 2 ..."""
    return [sheet.name if number == 1 else f"{sheet.name} {number}" for number, _ in enumerate(_parts(sheet.table, most_rows), 1)]


def put_long(book: Any, sheet: Long, shown: Edition, styles: Styles, most_rows: int) -> None:
    """Write one long table under a frozen heading, on as many sheets as it needs.

    The totals above are those of the sheet's own rows; where there are several, each says which part it is.
    """
    parts, across = _parts(sheet.table, most_rows), widths([sheet.table])
    for number, (name, part) in enumerate(zip(sheet_names(sheet, most_rows), parts, strict=True), 1):
        words = sheet.table.note
        if len(parts) > 1:
            words = f"Part {number} of {len(parts)}: one sheet has no room for all {sheet.table.frame.height:,} rows. {words}"
        page = open_page(book, name, sheet.title, shown, styles, words)
        _set_widths(page, across)
        if part.frame.is_empty():
            page.write_string(_HEAD_ROW, 0, "No rows.", styles["note"])
            continue
        if part.totals:
            put_totals_above(page, _HEAD_ROW - 2, part, styles)
        after = put_table(page, _HEAD_ROW, part, styles)
        page.freeze_panes(_HEAD_ROW + 1, sheet.frozen)
        page.repeat_rows(_HEAD_ROW)
        page.print_area(0, 0, after - 1, (sheet.printed or _printed(across)) - 1)


def put_short(book: Any, name: str, tables: Sequence[Table], shown: Edition, styles: Styles, note: str) -> None:
    """Write short tables below one another, each with its title, its note and its totals."""
    page, across = open_page(book, name, name, shown, styles, note), widths(tables)
    _set_widths(page, across)
    row = 4
    for table in tables:
        row = put_stacked(page, row, table, styles)
    if tables:
        page.print_area(0, 0, row - 1, _printed(across) - 1)


def put_stacked(page: Any, row: int, table: Table, styles: Styles) -> int:
    """One short table with its title, note and totals. Returns: the row where the next may start."""
    if table.title:
        page.write_string(row, 0, clean_text(table.title), styles["section"])
        row += 1
    for words in textwrap.wrap(clean_text(table.note), _NOTE_LETTERS):
        page.write_string(row, 0, words, styles["note"])
        row += 1
    row = put_table(page, row, table, styles)
    return put_totals_below(page, row, table, styles) + 1


def _set_widths(page: Any, across: list[int]) -> None:
    for place, width in enumerate(across):
        page.set_column(place, place, width)


def _printed(across: list[int]) -> int:
    """How many columns go to paper: those that can be read there; the rest is for the screen."""
    room, count = _PAPER_LETTERS, 0
    for width in across:
        room -= width
        if room < 0:
            break
        count += 1
    return max(count, 1)


def _parts(table: Table, most_rows: int) -> list[Table]:
    most = most_rows - _HEAD_ROW - 1
    if table.frame.height <= most:
        return [table]
    cuts = [table.frame.slice(start, most) for start in range(0, table.frame.height, most)]
    return [replace(table, name=f"{table.name}_{number}", frame=part) for number, part in enumerate(cuts, 1)]
