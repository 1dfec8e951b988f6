"""Write what a month hands on to later ones into the folder that is about to be posted, so that it is under the seal."""

import contextlib
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import Earlier, Tables
from billing.layouts import TABLES
from billing.old_records import KNOWN_BY, known_by
from billing.periods import Period
from billing.stock_forward import bring_forward
from pipelines.files import write_atomic, write_frame
from pipelines.history import FOLDER, NOTE, Chunk, Known, KnownMonths, frame_hash, known, note_hash
from pipelines.past import LOADED, Past, files_of
from pipelines.settings import read_settings
from pipelines.stock_past import issued_in, moves_of, stock_forward, stock_of
from pipelines.workspace import Workspace
from reports.mart_frames import REFERENCE, newest_first

_YEAR: Final = 12  # months that are put together at most
_JUNE: Final = 12  # the last fiscal period


def hand_on(workspace: Workspace, period: Period, issue: int, folder: Path) -> None:
    """Write a month's history into its folder.

    A month hands on only when every month before it is posted: what may still change is not handed on.

    Args:
        issue: the number of the issue that is about to be posted.
        folder: the folder of the issue, still under its temporary name.
    """
    past = Past(workspace, period, read_settings(workspace.root))
    if any(each.issue == 0 for each in past.months):
        return
    now, to = known(workspace, period), folder / FOLDER
    tables = Tables({name: now.stages.frame("month", f"table-{name}") for name in TABLES})
    stock = _continued(past, now, tables) or _from_the_start(past, now, tables)
    frames = {"positions": stock.positions, "issued": stock.issued, **used_tables(past, tables)}
    files = {name: write_frame(to / f"{name}.parquet", frame) for name, frame in frames.items()}
    chunks = [] if stock.is_whole else list(past.history.chunks if past.history else ())
    months = [*past.months, now]
    done = {each for chunk in chunks for each in chunk.periods}
    open_months = [each for each in months if each.period not in done]
    if now.period.fiscal_period == _JUNE or len(open_months) >= _YEAR or (stock.is_whole and past.months):
        chunks = _with_year(past, chunks, open_months, stock.moves, _Place(to, f"{period}/posted/{issue:02d}/{FOLDER}"))
    body: dict[str, Any] = {
        "months": [(str(each.period), each.issue, each.key) for each in past.months] + [(str(period), issue, now.key)],
        "chunks": [_told(chunk) for chunk in chunks], "files": files, "stock_opening": frame_hash(tables["stock_opening"]),
    }  # fmt: skip
    body = json.loads(json.dumps(body))
    write_atomic(to / NOTE, (json.dumps({**body, "sha256": note_hash(body)}, indent=1, sort_keys=True) + "\n").encode())


@dataclass(frozen=True)
class _Stock:
    """The stock book after a month, what the issues since the last year cost, and the moves of these months."""

    positions: pl.DataFrame
    issued: pl.DataFrame
    moves: pl.DataFrame
    is_whole: bool  # entered from its opening


def _continued(past: Past, now: Known, tables: Tables) -> _Stock | None:
    """The book entered from where the month before handed it on; none where it does not."""
    if past.history is None or past.history.months[-1] != past.months[-1]:
        return None
    billed = _billed(now)
    earlier = stock_forward(past, billed, tables, Earlier())
    if earlier.stock is None:
        return None
    positions, issued = bring_forward(tables, dataclasses.replace(earlier, records={}), billed)
    try:
        left = past.of_chunks("stock_moves", list(past.months))[1]
        moves = [moves_of(each, issued_in(past, each)) for each in left]
    except ReconciliationError:
        return None
    return _Stock(positions, issued, pl.concat([*moves, moves_of(now, issued)]).collect(), is_whole=False)


def _from_the_start(past: Past, now: Known, tables: Tables) -> _Stock:
    """The book entered from its opening, month after month."""
    months = [*past.months, now]
    positions, issued = bring_forward(tables, Earlier(), pl.concat([_billed(each) for each in months]))
    moves = pl.concat([moves_of(each, issued) for each in months]).collect()
    return _Stock(positions, issued.filter(pl.col("period") == str(now.period)), moves, is_whole=True)


def _billed(month: Known) -> pl.DataFrame:
    return month.stages.scan("price:stock", "records").filter(pl.col("outcome") == "BILLED").collect()


def used_tables(past: Past, tables: Tables) -> dict[str, pl.DataFrame]:
    """Every row ever used of the published tables: the month's own, and those of before under keys that it has no more."""
    before = KnownMonths(past.months, past.history)
    return {name: newest_first(name, [tables[source], *past_tables(before, name)]) for name, source in REFERENCE.items()}


def past_tables(found: KnownMonths, name: str) -> list[pl.DataFrame]:
    """The rows of a published table that months used, newest first: of the newest months, then as handed on."""
    handed: list[pl.DataFrame] = []
    since = found.months
    if found.history is not None:
        with contextlib.suppress(ReconciliationError):  # gone or changed: the months themselves are read
            handed, since = [found.history.frame(name)], found.months[len(found.history.months) :]
    return [*(each.stages.frame("month", f"table-{REFERENCE[name]}") for each in reversed(since)), *handed]


def _told(chunk: Chunk) -> dict[str, Any]:
    return {"periods": [str(each) for each in chunk.periods], "at": chunk.at, "files": chunk.files}


@dataclass(frozen=True)
class _Place:
    """Where a year is written: the folder as it is now, and what it will be under ledger/ when the month is posted."""

    folder: Path
    at: str


def _with_year(past: Past, chunks: list[Chunk], months: list[Known], moves: pl.DataFrame, place: _Place) -> list[Chunk]:
    """Put some months together in few files.

    They take in the years before them that are no longer than what they are by then: so the files to look into grow with
    the logarithm of the years. One that is gone or changed is left as it is, and its months are read instead.
    """
    frames, periods, left = _year(months, moves), [each.period for each in months], list(chunks)
    while left and len(left[-1].periods) <= len(periods) and (old := _read(past, left[-1], list(frames))) is not None:
        frames = {name: pl.concat([old[name], frame]) for name, frame in frames.items()}
        periods = [*left.pop().periods, *periods]
    files = {name: write_frame(place.folder / f"{name}.parquet", frame) for name, frame in frames.items()}
    return [*left, Chunk(tuple(periods), place.at, files)]


def _read(past: Past, chunk: Chunk, names: list[str]) -> dict[str, pl.DataFrame] | None:
    """The frames of some years; none where one of them is not there."""
    scans = {name: past.history.scan(chunk, name) if past.history else None for name in names}
    found = {name: scan.collect() for name, scan in scans.items() if scan is not None}
    return found if len(found) == len(names) else None


def _year(months: list[Known], moves: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What some months are known by, their stock, and the files they came in."""
    frames = {feed: pl.concat([known_by(feed, each.stages.scan(f"price:{feed}", "records"), each.period) for each in months]).collect()
              for feed in KNOWN_BY}  # fmt: skip
    for name in ("lines", "splits"):
        frames[f"stock_{name}"] = pl.concat([stock_of(each, name) for each in months]).collect()
    pairs = [(str(each.period), sha256, name) for each in months for sha256, name in files_of(each)]
    loaded = pl.DataFrame(pairs, schema={"period": pl.String(), "sha256": pl.String(), "name": pl.String()}, orient="row")
    return {**frames, "stock_moves": moves, LOADED: loaded}
