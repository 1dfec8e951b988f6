"""Judge what a person wrote into the open cells of a worklist: an action that is open, with all it needs."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.layouts import FEEDS
from billing.worklist_actions import allowed_actions
from inputs.csv_rows import unsafe_character
from inputs.grammar import check_cells
from inputs.sheet_cells import SheetCell
from inputs.text_file import shown

LONGEST_REASON: Final = 2000  # characters
Fault = tuple[int, int, str]  # row, column, message
Decision = tuple[str, str, str | None, str | None, str, int]  # a row of DECISIONS


@dataclass(frozen=True)
class Wanted:
    """An exception of today's worklist: its locked cells by heading, and where its record is (none: it has no record)."""

    shows: dict[str, object]
    code: str
    severity: str
    feed: str | None
    record: tuple[str | None, str | None, int] | None


@dataclass(frozen=True)
class Entry:
    """One row of the sheet with its filled open cells by heading."""

    row: int
    exception_id: str
    known: Wanted
    cells: dict[str, SheetCell]

    @property
    def action(self) -> SheetCell | None:
        """The cell that says what to do; none where nothing is to be done."""
        return self.cells.get("action")

    def text(self, heading: str) -> str | None:
        """What an open cell says, without blanks around it; null when empty."""
        cell = self.cells.get(heading)
        return cell.value.strip() if cell else None


def check_entries(entries: list[Entry], places: dict[str, int]) -> tuple[list[Decision], list[Fault]]:
    """Turn rows with an action into decisions, and list what is wrong, by row and column.

    Two rows that say the same of one exception are one decision.
    """
    decided: dict[str, Entry] = {}
    faults: list[Fault] = []
    for entry in entries:
        wrong = [(entry.row, places[heading], f"{heading}: {message}") for heading, message in _judge(entry)]
        faults += wrong
        first = decided.setdefault(entry.exception_id, entry)
        if first is not entry and _content(first) != _content(entry):
            message = f"action: row {first.row} decides {entry.exception_id} otherwise; leave one of the two"
            faults.append((entry.row, places["action"], message))
    good = [entry for entry in decided.values() if entry.row not in {fault[0] for fault in faults}]
    faults += [(row, places[heading], f"{heading}: {message}") for row, heading, message in (*_contradictions(good), *_bad_values(good))]
    return [(entry.exception_id, *_content(entry), entry.row) for entry in good], faults


def _content(entry: Entry) -> tuple[str, str | None, str | None, str]:
    return str(entry.text("action")), entry.text("field"), entry.text("new value"), str(entry.text("reason"))


def _judge(entry: Entry) -> list[tuple[str, str]]:
    """What is wrong with one row by itself: (heading, message)."""
    odd = [
        (heading, f"the cell holds a {cell.kind}, not text; format it as text and type it again")
        for heading, cell in entry.cells.items()
        if cell.kind != "text"
    ]
    if odd:
        return odd
    known = entry.known
    action = entry.text("action")
    allowed = allowed_actions(known.code, known.severity, has_record=known.record is not None)
    if action not in allowed:
        choice = f"choose one of {', '.join(allowed)}" if allowed else "clear the row"
        return [("action", f"'{shown(str(action))}' is not open for {known.code}; {choice}")]
    return [*_judge_field(entry, action), *_judge_reason(entry)]


def _judge_field(entry: Entry, action: str) -> list[tuple[str, str]]:
    names = FEEDS[entry.known.feed].names if entry.known.feed in FEEDS else ()
    if action != "CORRECT":
        spare = [heading for heading in ("field", "new value") if entry.text(heading) is not None]
        return [(heading, f"is filled, but {action} takes none; clear it") for heading in spare]
    name, value = entry.text("field"), entry.cells.get("new value")
    faults = []
    if name is None:
        faults.append(("field", "is empty; name the column to correct"))
    elif name not in names:
        faults.append(("field", f"'{shown(name)}' is no column of {entry.known.feed}; choose one of the list"))
    if value is None:
        faults.append(("new value", "is empty; say what the column should be"))
    elif value.value != value.value.strip():
        faults.append(("new value", "starts or ends with a blank; take it away"))
    elif unsafe_character(value.value) or "\n" in value.value or "\r" in value.value:
        faults.append(("new value", "holds a character that has no place in a value; type it again"))
    return faults


def _judge_reason(entry: Entry) -> list[tuple[str, str]]:
    reason = entry.text("reason")
    if reason is None:
        return [("reason", "is missing; say why in a few words")]
    if len(reason) > LONGEST_REASON:
        return [("reason", f"has {len(reason)} characters; say it in {LONGEST_REASON}")]
    if unsafe_character(reason):
        return [("reason", "holds a character that has no place in a text; type it again")]
    return []


def _contradictions(entries: list[Entry]) -> list[tuple[int, str, str]]:
    """Decisions on one record that cannot both be carried out: rejected and something else, or two values of one column."""
    of_record: dict[tuple[str | None, str | None, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.known.record is not None:
            of_record[entry.known.record].append(entry)
    found = []
    for group in of_record.values():
        rejected = next((entry for entry in group if entry.text("action") == "REJECT"), None)
        values: dict[str, Entry] = {}
        for entry in group:
            action, name, value, _ = _content(entry)
            if rejected is not None and action != "REJECT":
                found.append((entry.row, "action", f"row {rejected.row} rejects the same record; leave one of the two"))
            first = values.setdefault(name, entry) if name is not None else entry
            if first.text("new value") != value:
                found.append(
                    (entry.row, "new value", f"row {first.row} gives {name} of the same record another value; leave one of the two")
                )
    return found


def _bad_values(entries: list[Entry]) -> list[tuple[int, str, str]]:
    """New values that the column of the feed could not hold, judged by the grammar of the feeds."""
    by_column: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        name = entry.text("field")
        if name is not None and entry.known.feed is not None:
            by_column[entry.known.feed, name].append(entry)
    found = []
    for (feed, name), group in by_column.items():
        column = next(column for column in FEEDS[feed].columns if column.name == name)
        texts = pl.DataFrame({name: pl.Series([entry.text("new value") for entry in group], dtype=pl.String)})
        bad = check_cells(texts, (column,)).bad
        found += [(group[row].row, "new value", f"{message}; correct it") for row, message in bad.select("row", "message").iter_rows()]
    return found
