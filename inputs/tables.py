"""Read the reference and rate tables of a workspace under the grammar of the feeds; any fault in them is fatal."""

import difflib
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import BillingError, InputError, Location, RefusalsError, TableError
from billing.frames import Tables, conform, table_schema
from billing.layouts import TABLES, Table
from inputs.csv_rows import split_csv
from inputs.grammar import check_cells, nulls
from inputs.headers import Header, match_header
from inputs.names import is_temporary
from inputs.table_checks import contradictions
from inputs.text_file import entries, read_bytes, shown, text_body

MOST_LINES: Final = 20  # faults named one by one
_CELL_FIX: Final = "correct the cell"
_NOTES: Final = (".md", ".txt")
_KEY_LISTS: Final = ("allowed_signers", "revoked_keys")  # of reference/: who may sign with which key, and keys nobody may


def read_tables(workspace: Path) -> Tables:
    """Read `reference/*.csv` and `rates/*.csv`; an optional table that is absent is empty.

    Returns:
        Tables of `table_schema` frames in file order, whose spans do not overlap and whose codes are known.

    Raises:
        RefusalsError: of TableError, a line for each fault: missing or unknown files, headers, cells; or, when all
            of them can be read, overlapping dates (R207, both lines named), doubled keys, unknown codes.
        TableError: when there is one fault only.
    """
    faults: list[BillingError] = []
    for folder in dict.fromkeys(table.folder for table in TABLES.values()):
        faults += _strangers(workspace / folder, folder)
    frames = {}
    for table in TABLES.values():
        frame, wrong = _read_table(workspace / table.folder / f"{table.name}.csv", table)
        faults += wrong
        if frame is not None:
            frames[table.name] = frame
    _refuse(faults)
    tables = Tables(frames)
    _refuse(contradictions(tables))
    return tables


def _refuse(faults: list[BillingError]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if len(faults) > MOST_LINES:
        more = TableError(f"and {len(faults) - MOST_LINES} more faults in reference and rates; correct these first")
        raise RefusalsError([*faults[:MOST_LINES], more])
    if faults:
        raise RefusalsError(faults)


def _strangers(folder: Path, name: str) -> list[BillingError]:
    """Files that are no table of ours, or lie in the wrong folder; notes in plain text and lists of keys may stay."""
    faults: list[BillingError] = []
    try:
        found = entries(folder)
    except InputError as fault:
        raise TableError(fault.message, at=fault.at) from fault
    for path in found:
        table = TABLES.get(path.stem) if path.suffix == ".csv" else None
        if is_temporary(path.name) or path.suffix in _NOTES or (name == "reference" and path.name in _KEY_LISTS):
            continue
        if table is not None and table.folder == name:
            continue
        if table is not None:
            fix = f"move it to {table.folder}/"
        else:
            like = difflib.get_close_matches(path.stem.lower()[:60], list(TABLES), 1)
            fix = f"did you mean {TABLES[like[0]].folder}/{like[0]}.csv" if like else "move it out"
        faults.append(TableError(f"is not a table of {name}/; {fix}", at=Location(shown(path.name, 200))))
    return faults


def _read_table(path: Path, table: Table) -> tuple[pl.DataFrame | None, list[BillingError]]:
    """Read one table; its frame, or what is wrong with it."""
    name = path.name
    if not path.exists() and not path.is_symlink():
        missing = TableError(f"is missing in {table.folder}/; add it, or make a workspace with `cotbill init`", at=Location(name))
        return None, [] if table.optional else [missing]
    try:
        rows = split_csv(text_body(read_bytes(path), name), name)
    except InputError as error:
        return None, [TableError(error.message, at=error.at)]
    known = tuple(column.name for column in table.columns)
    header = match_header(rows.header, known, tuple((column.name,) for column in table.columns if column.required))
    strangers = [(place + 1, f"column '{shown(extra)}' is not in the layout; remove it") for place, extra in header.extras]
    if header.problems or strangers:
        return None, [TableError(text, at=Location(name, 1, place)) for place, text in (*header.problems, *strangers)]
    texts = pl.DataFrame([rows.cells[f"c{place}"].alias(column) for column, place in header.places.items()])
    cells = check_cells(texts, table.columns)
    faults: list[BillingError] = [
        TableError(f"row {fault.message}; correct the row", at=Location(name, fault.line, fault.column_no)) for fault in rows.faults
    ]
    faults += _bad_cells(name, cells.bad, rows.cells["source_line"], header)
    if faults:
        return None, faults
    lines = rows.cells["source_line"]
    origin = pl.Series("source_file", [name]).new_from_index(0, lines.len()) if lines.len() else nulls("source_file", pl.String(), 0)
    return conform(pl.DataFrame([*cells.typed.get_columns(), origin, lines]), table_schema(table.name)), []


def _bad_cells(name: str, bad: pl.DataFrame, lines: pl.Series, header: Header) -> list[BillingError]:
    """One fault for each bad cell, by line and place."""
    places = [
        (int(lines[row]), header.places[column] + 1 if column in header.places else None, message)
        for row, column, message in bad.select("row", "column_name", "message").iter_rows()
    ]
    ordered = sorted(places, key=lambda found: (found[0], found[1] or 0))
    return [TableError(f"{message}; {_CELL_FIX}", at=Location(name, line, place)) for line, place, message in ordered]
