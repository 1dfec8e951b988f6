"""Read the accounting system's answer: which documents it accepted and which not; any fault refuses the whole file."""

from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import BillingError, InputError, Location, RefusalsError
from billing.layouts import Column
from inputs.csv_rows import split_csv
from inputs.grammar import check_cells
from inputs.headers import match_header
from inputs.text_file import read_bytes, shown, text_body

STATUSES: Final = ("ACCEPTED", "REJECTED")
SIZE_LIMIT: Final = 64 * 2**20  # bytes
MOST_LINES: Final = 20  # faults named one by one
_FIX: Final = "correct the row, or ask for the answer again"
_COLUMNS: Final = (
    Column("doc_id", "code", required=True, longest=20),
    Column("status", "code", required=True, choices=STATUSES),
    Column("message", longest=500),
)
ANSWERS: Final[dict[str, pl.DataType]] = {
    "doc_id": pl.String(), "status": pl.String(), "message": pl.String(), "source_line": pl.Int64()
}  # fmt: skip
Fault = tuple[int, int | None, str]


def read_answers(path: Path) -> pl.DataFrame:
    """Read an acknowledgement file: doc_id, status (ACCEPTED or REJECTED) and message, each document once.

    Rows: one a row of the file, in its order. Returns: ANSWERS.

    Raises:
        InputError: F005 for the header, F006 for a row, or the file cannot be read, or holds no answer.
        RefusalsError: of InputError, a line for each fault.
    """
    name = shown(path.name, 200)
    rows = split_csv(text_body(read_bytes(path, SIZE_LIMIT), path.name), path.name)
    header = match_header(rows.header, tuple(column.name for column in _COLUMNS), tuple((column.name,) for column in _COLUMNS))
    strangers = [(place + 1, f"column '{shown(extra)}' is not in the layout; remove it") for place, extra in header.extras]
    refuse(name, [(1, place, text) for place, text in (*header.problems, *strangers)], "F005")
    texts = pl.DataFrame([rows.cells[f"c{place}"].alias(column) for column, place in header.places.items()])
    lines = rows.cells["source_line"]
    cells = check_cells(texts, _COLUMNS)
    faults: list[Fault] = [(fault.line, fault.column_no, f"row {fault.message}; {_FIX}") for fault in rows.faults]
    faults += [
        (int(lines[row]), header.places[column] + 1, f"{message}; {_FIX}")
        for row, column, message in cells.bad.select("row", "column_name", "message").rows()
    ]
    refuse(name, faults, "F006")
    answers = cells.typed.with_columns(source_line=lines).select(list(ANSWERS))
    refuse(name, _doubled(answers, header.places["doc_id"] + 1), "F006")
    if answers.is_empty():
        raise InputError("holds no answer; ask for it again", at=Location(name), code="F006")
    return answers


def _doubled(answers: pl.DataFrame, place: int) -> list[Fault]:
    first = answers.with_columns(_first=pl.col("source_line").min().over("doc_id"))
    again = first.filter(pl.col("source_line") != pl.col("_first"))
    return [
        (line, place, f"document {shown(doc)} is answered in line {before} already; {_FIX}")
        for doc, line, before in again.select("doc_id", "source_line", "_first").rows()
    ]


def refuse(name: str, faults: list[Fault], code: str) -> None:
    """Raise what was found, by line and place; nothing when nothing was."""
    ordered = sorted(faults, key=lambda fault: (fault[0], fault[1] or 0))
    errors: list[BillingError] = [InputError(text, at=Location(name, line, place), code=code) for line, place, text in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        errors.append(InputError(f"and {len(ordered) - MOST_LINES} more faults; correct these first", at=Location(name), code=code))
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise RefusalsError(errors)
