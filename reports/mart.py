"""Publish the mart: a DuckDB file that is built aside, checked row by row and cent by cent, then swapped in."""

import os
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill
from reports.footing import foot
from reports.mart_frames import mart_frame
from reports.mart_schema import MART, MartTable
from reports.write import make_folder, naming, sync_folder

if TYPE_CHECKING:
    import duckdb

STORAGE: Final = "v1.5.0"  # the newest layout that 1.x clients open too
_READ_ONLY: Final = 0o444
_QUIET: Final = "SET enable_progress_bar = false"  # stdout is for data


@dataclass(frozen=True)
class MartSummary:
    """What was published: where, how many rows a table has, and what its money column comes to."""

    path: Path
    periods: tuple[str, ...]
    rows: dict[str, int]
    amounts: dict[str, Decimal]


def publish(
    bills: list[MonthBill],
    path: Path,
    *,
    pdf_hashes: dict[str, str] | None = None,
    statuses: dict[str, str] | None = None,
) -> MartSummary:
    """Publish the months as one DuckDB file at a path; readers see the old file or the new one, whole.

    Args:
        bills: one per period, any order.
        path: `mart/cotbill.duckdb`; replaced atomically, left readable by all and writable by none.
        pdf_hashes: invoice number -> SHA-256 of its PDF.
        statuses: period -> OPEN, CLOSING, CLOSED or FINAL; OPEN where absent.

    Raises:
        ReconciliationError: a month does not foot, a figure does not fit, or the file read back differs.
    """
    periods = tuple(sorted(bill.period for bill in bills))
    if not periods or len(set(periods)) != len(periods):
        raise ReconciliationError(f"the mart needs each period once, got {', '.join(periods) or 'none'}")
    ordered = sorted(bills, key=lambda bill: bill.period)
    for bill in ordered:
        foot(bill)
    with naming(path):
        make_folder(path.parent)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent) as folder:
            temporary = Path(folder) / "mart.duckdb"
            found = _proven(temporary, ordered, pdf_hashes or {}, statuses or {})
            _seal(temporary)
            temporary.replace(path)
        sync_folder(path.parent)
    return MartSummary(
        path,
        periods,
        {name: rows for name, (rows, _) in found.items()},
        {name: amount for name, (_, amount) in found.items() if amount is not None},
    )


def _proven(
    file: Path, bills: list[MonthBill], pdf_hashes: dict[str, str], statuses: dict[str, str]
) -> dict[str, tuple[int, Decimal | None]]:
    """Build the file and read it back; returns what it holds.

    Raises:
        ReconciliationError: it does not hold what was put in.
        OSError: DuckDB cannot write it.
    """
    import duckdb

    try:
        expected = _build(file, bills, pdf_hashes, statuses)
        if file.with_name(f"{file.name}.wal").exists():
            raise ReconciliationError("the mart was not written out completely; free disk space and run again")
        found = _measure(file)
    except (duckdb.IOException, duckdb.FatalException) as error:
        raise OSError(None, str(error).splitlines()[0].rpartition(": ")[2]) from error  # the system's own words come last
    if found != expected:
        odd = sorted(name for name in MART if found.get(name) != expected.get(name))
        raise ReconciliationError(f"the mart read back differs in {', '.join(odd)}; nothing is published")
    return found


def _build(
    file: Path, bills: list[MonthBill], pdf_hashes: dict[str, str], statuses: dict[str, str]
) -> dict[str, tuple[int, Decimal | None]]:
    """Create and fill every table; returns the rows and dollars that were put in."""
    import duckdb

    expected = {}
    with duckdb.connect() as connection:
        connection.execute(_QUIET)
        connection.execute(f"ATTACH {_quoted(str(file))} AS mart (STORAGE_VERSION {_quoted(STORAGE)})")
        connection.execute("USE mart")
        for table in MART.values():
            frame = mart_frame(table, bills, pdf_hashes, statuses)
            for statement in _ddl(table):
                connection.execute(statement)
            if not frame.is_empty():
                rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
                connection.from_arrow(rows).insert_into(table.name)
            expected[table.name] = (frame.height, _sum(frame, table))
        connection.execute("CHECKPOINT mart")
        connection.execute("USE memory")
        connection.execute("DETACH mart")
    return expected


def _ddl(table: MartTable) -> list[str]:
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
    return [
        f'CREATE TABLE "{table.name}" ({columns})',
        f'COMMENT ON TABLE "{table.name}" IS {_quoted(table.comment)}',
        *(f'COMMENT ON COLUMN "{table.name}"."{column.name}" IS {_quoted(column.comment)}' for column in table.columns),
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sum(frame: pl.DataFrame, table: MartTable) -> Decimal | None:
    """Add a money column up in whole units, in Python where nothing wraps."""
    if table.amount is None or frame.is_empty():
        return None
    scale = frame.schema[table.amount].scale  # type: ignore[attr-defined]
    whole = frame[table.amount].drop_nulls().to_physical().cast(pl.Int128).sum()
    return Decimal(int(whole)).scaleb(-scale)


def _measure(file: Path) -> dict[str, tuple[int, Decimal | None]]:
    """Rows and dollars of every table, read back from the closed file."""
    import duckdb

    found = {}
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(_QUIET)
        for table in MART.values():
            found[table.name] = _measured(connection, table)
    return found


def _measured(connection: "duckdb.DuckDBPyConnection", table: MartTable) -> tuple[int, Decimal | None]:
    total = f'coalesce(sum("{table.amount}"), 0)' if table.amount else "NULL"
    rows, amount = connection.table(table.name).aggregate(f"count(*), {total}").fetchall()[0]
    return int(rows), Decimal(amount) if table.amount and rows else None


def _seal(file: Path) -> None:
    """Make the bytes durable and the file read-only for everyone."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    file.chmod(_READ_ONLY)
