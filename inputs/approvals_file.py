"""Read the approvals that come with an adjustments file; any fault refuses the file, since half an approval is none."""

from pathlib import Path
from typing import Final

import polars as pl

from billing.approval_audit import GIVEN
from billing.errors import BillingError, InputError, Location, RefusalsError
from billing.frames import conform
from billing.layouts import Column
from inputs.csv_rows import split_csv
from inputs.grammar import check_cells
from inputs.headers import Header, match_header
from inputs.record_hashes import record_hashes
from inputs.suspense import ROW_FIX
from inputs.text_file import read_bytes, shown, text_body

MOST_LINES: Final = 20  # faults named one by one
SIZE_LIMIT: Final = 64 * 2**20  # bytes
_COLUMNS: Final = (
    Column("adjustment_id", required=True, longest=64),
    Column("user", required=True),
    Column("level", "code", required=True, longest=64),
    Column("at", "timestamp", required=True),
    Column("content_hash", longest=64),
)
_HASH: Final = "^[0-9a-fA-F]{64}$"


def read_approvals(path: Path, adjustments: Path) -> pl.DataFrame:
    """Read one approvals file beside the adjustments file it belongs to.

    The header holds adjustment_id, user, level, at and content_hash in any order; content_hash may be blank. Each
    row approves a record of that one file, each user each record once. Whether an approval counts is for
    `billing.approval_audit`.

    Rows: one a row of the file, in its order. Returns: GIVEN.

    Raises:
        InputError: F005 for the header, F006 for a row, or the file cannot be read.
        RefusalsError: of InputError, a line for each fault.
    """
    name = shown(path.name, 200)
    rows = split_csv(text_body(read_bytes(path, SIZE_LIMIT), path.name), path.name)
    header = match_header(rows.header, tuple(column.name for column in _COLUMNS), tuple((column.name,) for column in _COLUMNS))
    strangers = [(place + 1, f"column '{shown(extra)}' is not in the layout; remove it") for place, extra in header.extras]
    _refuse(name, [(1, place, text) for place, text in (*header.problems, *strangers)], "F005")
    texts = pl.DataFrame([rows.cells[f"c{place}"].alias(column) for column, place in header.places.items()])
    lines = rows.cells["source_line"]
    cells = check_cells(texts, _COLUMNS)
    faults: list[tuple[int, int | None, str]] = [(fault.line, fault.column_no, f"row {fault.message}; {ROW_FIX}") for fault in rows.faults]
    faults += [
        (int(lines[row]), _place(header, column), f"{message}; {ROW_FIX}")
        for row, column, message in cells.bad.select("row", "column_name", "message").rows()
    ]
    given = cells.typed.with_columns(source_line=lines)
    faults += _bad_hashes(given, header)
    _refuse(name, faults, "F006")
    _refuse(name, [*_lost(given, adjustments, header), *_doubled(given, header)], "F006")
    typed = given.with_columns(
        pl.col("content_hash").str.to_lowercase(),
        source_file=pl.lit(name),
        feed_file=pl.lit(shown(adjustments.name, 200)),
    )
    return conform(typed, GIVEN)


def _bad_hashes(given: pl.DataFrame, header: Header) -> list[tuple[int, int | None, str]]:
    wrong = given.filter(pl.col("content_hash").is_not_null() & ~pl.col("content_hash").str.contains(_HASH))
    wanted = "content_hash: expected the 64 hex digits of a SHA-256"
    return [
        (line, _place(header, "content_hash"), f"{wanted}, found '{shown(value)}'; {ROW_FIX}")
        for value, line in wrong.select("content_hash", "source_line").rows()
    ]


def _lost(given: pl.DataFrame, adjustments: Path, header: Header) -> list[tuple[int, int | None, str]]:
    """Approvals of what is not in the adjustments file."""
    known = record_hashes(adjustments)["source_record_id"].drop_nulls().unique()
    lost = given.filter(~pl.col("adjustment_id").is_in(known.implode()))
    fix = f"is not in {shown(adjustments.name, 200)}; correct it or remove the row"
    return [
        (line, _place(header, "adjustment_id"), f"adjustment '{shown(identity)}' {fix}")
        for identity, line in lost.select("adjustment_id", "source_line").rows()
    ]


def _doubled(given: pl.DataFrame, header: Header) -> list[tuple[int, int | None, str]]:
    """The same record and user twice."""
    first = pl.col("source_line").min().over("adjustment_id", "user")
    again = given.with_columns(_first=first).filter(pl.col("source_line") != pl.col("_first"))
    return [
        (line, _place(header, "user"), f"{shown(user)} approves '{shown(identity)}' twice, first in line {before}; keep one")
        for identity, user, line, before in again.select("adjustment_id", "user", "source_line", "_first").rows()
    ]


def _place(header: Header, column: str) -> int:
    return header.places[column] + 1


def _refuse(name: str, faults: list[tuple[int, int | None, str]], code: str) -> None:
    """Raise what was found, by line and place; nothing when nothing was."""
    ordered = sorted(faults, key=lambda fault: (fault[0], fault[1] or 0))
    errors: list[BillingError] = [InputError(text, at=Location(name, line, place), code=code) for line, place, text in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        more = f"and {len(ordered) - MOST_LINES} more faults; correct these first"
        errors.append(InputError(more, at=Location(name), code=code))
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise RefusalsError(errors)
