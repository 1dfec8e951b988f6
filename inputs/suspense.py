"""Suspense: rows that cannot be read, kept whole with their reason, one finding each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.catalogue import CATALOGUE
from billing.frames import FINDINGS, SUSPENSE
from billing.layouts import Feed
from billing.money import round_half_away
from inputs.csv_rows import Rows
from inputs.headers import Header
from inputs.text_file import shown

RAW_LIMIT: Final = 10_000  # characters of a refused row that are kept
ROW_FIX: Final = CATALOGUE["F006"].fix
PLAIN_NUMBER: Final = r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$"
_ID_LIMIT: Final = 64


@dataclass(frozen=True)
class BadRow:
    """One unreadable row: where, its first bad cell, what is wrong; `row` is null when it has no cells."""

    line: int
    row: int | None
    column_name: str | None
    column_no: int | None
    raw_value: str | None
    message: str
    raw_text: str


def bad_rows(rows: Rows, bad: pl.DataFrame, header: Header, most: int | None) -> list[BadRow]:
    """Put bad cells together by row, and add the rows without cells; in file order, at most `most`.

    The first bad cell, by its place in the file, is named with what was expected; the others by name.
    """
    lines = rows.cells["source_line"]
    numbered = bad.with_columns(place=pl.col("column_name").replace_strict(header.places, default=None, return_dtype=pl.Int64))
    kept = numbered["row"].unique().sort().head(most) if most is not None else numbered["row"].unique().sort()
    ordered = numbered.filter(pl.col("row").is_in(kept.implode())).sort("row", "place", nulls_last=True)
    found: list[BadRow] = []
    for (row,), cells in ordered.group_by("row", maintain_order=True):
        first, *others = cells.iter_rows(named=True)
        also = ", ".join(dict.fromkeys(other["column_name"] for other in others))
        message = f"{first['message']} (also {also})" if also else first["message"]
        place = None if first["place"] is None else first["place"] + 1
        found.append(BadRow(lines[row], row, first["column_name"], place, first["raw_value"], message, ""))
    names = {place + 1: name for name, place in header.places.items()}
    for fault in rows.faults[:most]:
        name = names.get(fault.column_no) if fault.column_no is not None else None
        message = f"{name}: {fault.message}" if name else f"row {fault.message}"
        found.append(BadRow(fault.line, None, name, fault.column_no, None, message, fault.raw_text))
    return sorted(found, key=lambda row: row.line)[:most]


def suspend(feed: Feed, file: str, named: list[BadRow], raw: list[str], texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write SUSPENSE and FINDINGS for unreadable rows, one of each a row.

    Args:
        feed: the layout.
        file: source_file.
        named: the rows, in file order.
        raw: their texts as received.
        texts: the layout's columns as text, by which ids and dollars are named where they can be read.
    """
    suspense, findings = [], []
    for row, text in zip(named, raw, strict=True):
        amount = _cell(texts, row.row, feed.sum_amount)
        dollars = round_half_away(Decimal(amount)) if amount is not None and _is_plain(amount) else None
        common = {"feed": feed.name, "source_file": file, "source_line": row.line, "code": "F006", "column_name": row.column_name}
        message = f"{row.message}; {ROW_FIX}"
        suspense.append({
            **common, "column_no": row.column_no, "raw_value": row.raw_value, "raw_text": _kept(text), "message": message,
            "amount": dollars,
        })  # fmt: skip
        findings.append({
            **common, "source_record_id": _short(_cell(texts, row.row, "source_record_id")),
            "billing_number": _short(_cell(texts, row.row, "billing_number")), "agency_code": None, "raw_value": row.raw_value,
            "amount": dollars, "message": message, "severity": CATALOGUE["F006"].severity,
        })  # fmt: skip
    return pl.DataFrame(suspense, schema=SUSPENSE), pl.DataFrame(findings, schema=FINDINGS)


def file_finding(
    code: str,
    feed: str | None,
    file: str | None,
    message: str,
    *,
    severity: str = "WARN",
    line: int | None = None,
    column: str | None = None,
) -> pl.DataFrame:
    """One finding on a file as a whole: FINDINGS with one row."""
    row = {"code": code, "feed": feed, "source_file": file, "source_line": line, "column_name": column, "message": message}
    return pl.DataFrame([{**row, "severity": severity}], schema=FINDINGS)


def _cell(texts: pl.DataFrame, row: int | None, name: str | None) -> str | None:
    if row is None or name is None or name not in texts.columns:
        return None
    value = texts[name][row]
    return None if value is None else str(value)


def _is_plain(text: str) -> bool:
    return bool(pl.Series([text]).str.contains(PLAIN_NUMBER).item())


def _short(text: str | None) -> str | None:
    return None if text is None else shown(text, _ID_LIMIT)


def _kept(text: str) -> str:
    return text if len(text) <= RAW_LIMIT else f"{text[:RAW_LIMIT]}… ({len(text)} characters)"
