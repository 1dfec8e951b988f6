"""Publish the mart: a DuckDB file that is built aside, checked row by row and cent by cent, then swapped in."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill
from reports.footing import foot
from reports.mart_build import Frames, build, build_anew, build_beside, periods_in
from reports.mart_figures import Figures, cut, figures_of, is_monthly, measure, whole
from reports.mart_frames import REFERENCE, mart_frame, published
from reports.mart_schema import MART
from reports.write import make_folder, naming, sync_folder

_READ_ONLY: Final = 0o444
_PIECE: Final = 1 << 26


class MartChangedError(ReconciliationError):
    """The mart that stands is not the file that was published, so no month of it may stay."""


@dataclass(frozen=True)
class Kept:
    """The months of the mart that stands whose rows stay as they are.

    stamp: of that file; figures: what it holds of these months; gone: months it holds whose rows go; anew: write it all
    out again, in the order of its keys.
    """

    stamp: str
    figures: Figures
    months: tuple[str, ...]
    gone: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True)
class MartSummary:
    """What was published: where, how many rows a table has, and what its money column comes to."""

    path: Path
    periods: tuple[str, ...]
    rows: dict[str, int]
    amounts: dict[str, Decimal]
    figures: Figures
    stamp: str


def stamp_of(path: Path) -> str:
    """What stands for a finished file without reading it: which file it is, how long, and when it was last touched.

    The system moves the last of these at every change of bytes, name or mode, and lets nobody set it back. A file that is
    gone has an empty one.
    """
    try:
        return _stamp(path.stat())
    except FileNotFoundError:
        return ""


def _stamp(told: os.stat_result) -> str:
    return f"{told.st_dev} {told.st_ino} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"


def publish(
    bills: list[MonthBill],
    path: Path,
    *,
    pdf_hashes: dict[str, str] | None = None,
    statuses: dict[str, str] | None = None,
    references: dict[str, pl.DataFrame] | None = None,
    kept: Kept | None = None,
) -> MartSummary:
    """Publish the months as one DuckDB file at a path; readers see the old file or the new one, whole.

    Args:
        bills: one per period, any order.
        path: `mart/cotbill.duckdb`; replaced atomically, left readable by all and writable by none.
        pdf_hashes: invoice number -> SHA-256 of its PDF.
        statuses: period -> OPEN, CLOSING, CLOSED or FINAL; OPEN where absent, and what it was for a month that is kept.
        references: published table -> its rows over all months; those of the bills where absent.
        kept: months that stay as they are in the file that stands.

    Raises:
        MartChangedError: the file that stands is not the one whose months should stay; nothing is published.
        ReconciliationError: a month does not foot, a figure does not fit, or the file read back differs.
    """
    stay = kept.months if kept else ()
    periods = tuple(sorted([*(bill.period for bill in bills), *stay]))
    if not periods or len(set(periods)) != len(periods):
        raise ReconciliationError(f"the mart needs each period once, got {', '.join(periods) or 'none'}")
    ordered = sorted(bills, key=lambda bill: bill.period)
    for bill in ordered:
        foot(bill)
    with naming(path):
        make_folder(path.parent)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent) as folder:
            temporary = Path(folder) / "mart.duckdb"
            old = _copy(path, Path(folder) / "old.duckdb", kept.stamp) if kept else None
            with _written_by_duckdb():
                frames = _frames(ordered, pdf_hashes or {}, statuses or {}, references or {}, old, list(stay))
                _fill(temporary, frames, kept, old)
                found = _checked(temporary, frames, kept)
            _seal(temporary)
            temporary.replace(path)
        sync_folder(path.parent)
    sums = {name: whole(parts) for name, parts in found.items()}
    amounts = {name: amount for name, (_, amount) in sums.items() if amount is not None}
    return MartSummary(path, periods, {name: rows for name, (rows, _) in sums.items()}, amounts, found, stamp_of(path))


@contextlib.contextmanager
def _written_by_duckdb() -> Iterator[None]:
    """Say what the system said where DuckDB cannot write a file.

    Raises:
        OSError: DuckDB cannot write it.
    """
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.FatalException) as error:
        raise OSError(None, str(error).splitlines()[0].rpartition(": ")[2]) from error  # the system's own words come last


def _copy(path: Path, to: Path, stamp: str) -> Path:
    """Copy the file that stands, inside the system, and see that it is the one that was published, before and after.

    What the disk itself spoils is found when it is read: DuckDB checks each of its blocks.
    """
    try:
        with path.open("rb") as source, to.open("wb") as target:
            if _stamp(os.fstat(source.fileno())) != stamp:
                raise MartChangedError(f"{path.name} is not as it was published")
            while os.sendfile(target.fileno(), source.fileno(), None, _PIECE):
                pass
            if _stamp(os.fstat(source.fileno())) != stamp or stamp_of(path) != stamp:
                raise MartChangedError(f"{path.name} was changed while it was read")
    except FileNotFoundError:
        raise MartChangedError(f"{path.name} is gone") from None
    return to


def _frames(
    bills: list[MonthBill], pdf_hashes: dict[str, str], statuses: dict[str, str], references: dict[str, pl.DataFrame], old: Path | None,
    stay: list[str],
) -> Frames:  # fmt: skip
    """Every table's rows beside those that stay; of dim_period and the tables without months all rows."""
    found = {}
    for table in MART.values():
        if table.name in references:
            found[table.name] = published(references[table.name], table)
        else:
            found[table.name] = mart_frame(table, bills, pdf_hashes, statuses)
    if old is not None:
        known = periods_in(old, stay)
        state = pl.Series("status", [statuses.get(each, now) for each, now in known.select("period", "status").rows()], dtype=pl.String)
        table = MART["dim_period"]
        found[table.name] = published(pl.concat([known.with_columns(state), found[table.name]]), table)
    missing = sorted(set(REFERENCE) - set(references)) if old is not None else []
    if missing:
        raise ReconciliationError(f"{missing[0]} of the months that stay is not known; nothing is published")
    return found


def _fill(file: Path, frames: Frames, kept: Kept | None, old: Path | None) -> None:
    if kept is None or old is None:
        build(file, frames)
    elif kept.anew:
        build_anew(file, frames, list(kept.months), old)
    else:
        old.rename(file)
        build_beside(file, frames, list(kept.gone))
    if file.with_name(f"{file.name}.wal").exists():
        raise ReconciliationError("the mart was not written out completely; free disk space and run again")


def _checked(file: Path, frames: Frames, kept: Kept | None) -> Figures:
    """The figures read back, which must be those of what went in and of what stayed.

    Of months that stayed, whose rows were read back when they came, the rows are counted, all together.
    """
    stayed = cut(kept.figures, set(kept.months)) if kept else {}
    expected = {name: figures_of(frames[name], table) for name, table in MART.items()}
    found = measure(file, stayed)
    for name, parts in stayed.items():
        if name != "dim_period" and is_monthly(MART[name]):
            expected[name] = expected[name] | parts
    odd = sorted(name for name in MART if found[name] != expected[name])
    if odd:
        raise ReconciliationError(f"the mart read back differs in {', '.join(odd)}; nothing is published")
    return found


def _seal(file: Path) -> None:
    """Make the bytes durable and the file read-only for everyone."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    file.chmod(_READ_ONLY)
