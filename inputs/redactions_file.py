"""Read a list of what to withhold of call detail; any fault refuses the whole list, and no message repeats a number."""

import re
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import InputError, Location
from billing.layouts import Column
from billing.redaction import FIELDS, REDACTIONS
from inputs.answers_file import Fault, refuse
from inputs.csv_rows import split_csv
from inputs.grammar import check_cells
from inputs.headers import match_header
from inputs.text_file import read_bytes, shown, text_body

SIZE_LIMIT: Final = 16 * 2**20  # bytes
_NUMBER: Final = re.compile(r"\d{2,20}\*?", re.ASCII)
_NAMES: Final = tuple(REDACTIONS)[:-1]
_COLUMNS: Final = tuple(Column(name, longest=longest) for name, longest in zip(_NAMES, (64, 21, 20, 40, 500), strict=True))


def read_redactions(path: Path) -> pl.DataFrame:
    """Read call_id or number, field, code and reason, a row for each thing to withhold.

    Returns: REDACTIONS, in the order of the file.

    Raises:
        InputError: F005 for the header, F006 for a row, or the file cannot be read, or lists nothing.
        RefusalsError: of InputError, a line for each fault.
    """
    name = shown(path.name, 200)
    rows = split_csv(text_body(read_bytes(path, SIZE_LIMIT), path.name), path.name)
    header = match_header(rows.header, _NAMES, tuple((column,) for column in _NAMES))
    strangers = [(place + 1, f"column '{shown(extra)}' is not in the layout; remove it") for place, extra in header.extras]
    refuse(name, [(1, place, text) for place, text in (*header.problems, *strangers)], "F005")
    texts = pl.DataFrame([rows.cells[f"c{place}"].alias(column) for column, place in header.places.items()])
    lines = rows.cells["source_line"]
    cells = check_cells(texts, _COLUMNS)
    faults: list[Fault] = [(fault.line, fault.column_no, "row cannot be read; write it anew") for fault in rows.faults]
    faults += [
        (int(lines[row]), header.places[column] + 1, f"{column} cannot be read; write it anew")
        for row, column in cells.bad.select("row", "column_name").rows()
    ]
    refuse(name, faults, "F006")
    found = cells.typed.with_columns(source_line=lines).select(list(REDACTIONS))
    refuse(name, [fault for row in found.to_dicts() for fault in _faults(row)], "F006")
    if found.is_empty():
        raise InputError("withholds nothing; list at least one field", at=Location(name), code="F006")
    return found


def _faults(row: dict[str, str]) -> list[Fault]:
    said = []
    if (row["call_id"] is None) == (row["number"] is None):
        said.append("give a call_id or a number, one of the two")
    if row["number"] is not None and not _NUMBER.fullmatch(row["number"]):
        said.append("number is not 2 to 20 digits with or without a * at the end; correct it")
    if row["field"] is not None and row["field"] not in FIELDS:
        said.append(f"field is none of {', '.join(FIELDS)}; correct it")
    if row["call_id"] is not None and row["field"] is None:
        said.append("a call_id needs a field; name the one to withhold")
    said += [f"{name} is missing; nothing is withheld without one" for name in ("code", "reason") if row[name] is None]
    return [(int(row["source_line"]), None, text) for text in said]
