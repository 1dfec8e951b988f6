"""Take a worked worklist back: the same list, untouched but for the open cells, and decisions that can be taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl

from billing.decision_effect import DECISIONS
from billing.errors import BillingError, InputError, Location, RefusalsError
from billing.worklist_cells import COLUMNS, FORMAT, INPUTS, KEY, RECORD_SHEET, SHEET, UNCHECKED, SheetColumn, WorklistFacts, sheet_cells
from inputs.sheet_cells import Sheet, SheetCell, read_sheets
from inputs.text_file import read_bytes, shown
from inputs.workbook import WORKBOOK_LIMIT
from inputs.worklist_rows import Entry, Fault, Wanted, check_entries

MOST_LINES: Final = 50  # faults named one by one
_PLACES: Final = {column.heading: place for place, column in enumerate(COLUMNS, 1)}
_EXPORT: Final = "export the worklist again with `cotbill exceptions {} --export F.xlsx`"
_AGAIN: Final = "put it back, or export the worklist again"
_HALF_CENT: Final = Decimal("0.005")
_FLOAT_DIGITS: Final = 15  # a spreadsheet keeps no more of a number


@dataclass(frozen=True)
class WorklistReturn:
    """What came back: the worklist it was, DECISIONS in the sheet's order, and rows filled without an action."""

    period: str
    head: str
    decisions: pl.DataFrame
    without_action: tuple[int, ...]


def read_worklist(path: Path, worklist: pl.DataFrame, facts: WorklistFacts) -> WorklistReturn:
    """Read a worked worklist; every fault is named, and one fault is enough to take nothing.

    The sheet is compared with today's worklist cell by cell, so nothing in the file itself is trusted but the open
    cells. Rows may be sorted, filtered or taken out. A row without an action is left alone.

    Args:
        path: the .xlsx.
        worklist: WORKLIST as it would be exported today (masked), with every exception that may be in the file.
        facts: what an export would carry today.

    Raises:
        InputError: the file is no worklist of ours, another period's or older than the last run or decision, or its
            sheet or headings were changed.
        RefusalsError: of InputError, a line for each cell that is refused.
    """
    at = Location(shown(path.name))
    sheets = read_sheets(read_bytes(path, WORKBOOK_LIMIT), at, (SHEET, RECORD_SHEET))
    _check_record(sheets.get(RECORD_SHEET, {}), facts, at)
    if SHEET not in sheets:
        raise InputError(f"has no sheet '{SHEET}'; give the sheet its name back", at=at)
    sheet = sheets[SHEET]
    _check_headings(sheet, at)
    wanted = _wanted(worklist)
    faults: list[Fault] = []
    entries = []
    for row in sorted({place[0] for place in sheet if place[0] > 1 and place[1] <= len(COLUMNS)}):
        wrong, found = _read_row(sheet, row, wanted)
        faults += wrong
        if found is not None:
            entries.append(found)
    decided, wrong = check_entries([entry for entry in entries if entry.action is not None], _PLACES)
    _refuse([*faults, *wrong], at.file)
    half_filled = tuple(entry.row for entry in entries if entry.action is None and any(entry.cells.values()))
    return WorklistReturn(facts.period, facts.head, pl.DataFrame(decided, schema=DECISIONS, orient="row"), half_filled)


def _refuse(faults: list[Fault], file: str) -> None:
    if not faults:
        return
    ordered = sorted(faults)
    errors: list[BillingError] = [InputError(message, at=Location(file, row, place)) for row, place, message in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        errors.append(InputError(f"and {len(ordered) - MOST_LINES} more faults; correct these first", at=Location(file)))
    raise RefusalsError(errors)


def _check_record(record: Sheet, facts: WorklistFacts, at: Location) -> None:
    """The hidden sheet says which worklist this is."""
    told = {name.value: record[row, 2].value for (row, place), name in sorted(record.items()) if place == 1 and (row, 2) in record}
    again = _EXPORT.format(facts.period)
    if told.get("format") != FORMAT:
        raise InputError(f"is not a worklist of this program; {again}", at=at)
    if told.get("period") != facts.period:
        raise InputError(f"is the worklist of {shown(told.get('period', 'no period'))}, not of {facts.period}; {again}", at=at)
    if (told.get("head"), told.get("exceptions")) != (facts.head, facts.exceptions_hash):
        raise InputError(f"is older than the last run or the last decisions of {facts.period}; {again} and enter them there", at=at)


def _check_headings(sheet: Sheet, at: Location) -> None:
    for place, column in enumerate(COLUMNS, 1):
        cell = sheet.get((1, place))
        if cell != SheetCell("text", column.heading):
            found = f"'{shown(cell.value)}'" if cell else "nothing"
            where = Location(at.file, 1, place)
            raise InputError(f"expected the heading '{column.heading}', found {found}; {_AGAIN}", at=where)


def _wanted(worklist: pl.DataFrame) -> dict[str, Wanted]:
    """Each exception of today's worklist: what its cells show, and what is open for it."""
    cells = sheet_cells(worklist)
    facts = worklist.select("exception_id", "code", "severity", "feed", "source_file", "source_line")
    return {
        fact["exception_id"]: Wanted(
            dict(zip(cells.columns, shows, strict=True)), fact["code"], fact["severity"], fact["feed"],
            None if fact["source_line"] is None else (fact["feed"], fact["source_file"], fact["source_line"]),
        )
        for shows, fact in zip(cells.rows(), facts.to_dicts(), strict=True)
    }  # fmt: skip


def _read_row(sheet: Sheet, row: int, wanted: dict[str, Wanted]) -> tuple[list[Fault], Entry | None]:
    """What is wrong with a row's locked cells, and what is in its open ones."""
    key = sheet.get((row, _PLACES[KEY]))
    open_cells = {heading: sheet.get((row, _PLACES[heading])) for heading in INPUTS}
    if key is None or key.kind != "text":
        return [(row, _PLACES[KEY], f"{KEY}: the name of the exception is gone; {_AGAIN}")], None
    known = wanted.get(key.value)
    if known is None:
        return [(row, _PLACES[KEY], f"{KEY}: {shown(key.value)} is not on the worklist; {_AGAIN}")], None
    faults = [
        (row, place, f"{column.heading}: the cell is locked and was changed; {_AGAIN}")
        for place, column in _locked()
        if not _is_same(sheet.get((row, place)), known.shows[column.heading], column)
    ]
    filled = {heading: cell for heading, cell in open_cells.items() if cell is not None and (cell.kind != "text" or cell.value.strip())}
    return faults, Entry(row, key.value, known, filled)


def _locked() -> Iterator[tuple[int, SheetColumn]]:
    return ((place, column) for place, column in enumerate(COLUMNS, 1) if column.source is not None and column.heading not in UNCHECKED)


def _is_same(cell: SheetCell | None, shows: object, column: SheetColumn) -> bool:
    """Whether a locked cell still shows what it did; a number may have lost what a spreadsheet does not keep."""
    if shows is None or cell is None:
        return shows is None and (cell is None or cell == SheetCell("text", ""))
    if column.kind == "text":
        return cell == SheetCell("text", str(shows))
    if cell.kind != "number":
        return False
    number, expected = Decimal(cell.value), Decimal(str(shows))
    return number.is_finite() and abs(number - expected) <= max(_HALF_CENT, abs(expected).scaleb(-_FLOAT_DIGITS))
