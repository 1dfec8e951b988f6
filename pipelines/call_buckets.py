"""Calls by the million on disk: feed files into buckets of encoded calls, and buckets into what they come to.

A bucket holds all calls of its lines, so buckets are rated on their own, in any order, on any number of processes.
"""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from billing.call_encode import Rates
from billing.call_rating import RATED, Bounds, rate_calls
from billing.call_stream import Lines
from billing.errors import ReconciliationError
from billing.frames import FINDINGS, Tables, empty
from billing.periods import Period
from billing.policy import Policy
from pipelines.call_ingest import CallIngest
from pipelines.files import write_atomic

BUCKETS: Final = 16


@dataclass(frozen=True)
class Buckets:
    """Encoded calls on disk. files: bucket -> Parquet files with their SHA-256; bounds: of all calls; lines: LINES."""

    files: dict[int, list[tuple[Path, str]]]
    bounds: Bounds
    lines: Lines
    records: int
    holds: pl.DataFrame  # FINDINGS that keep calls out of the buckets


def write_buckets(files: Iterable[Path], folder: Path, tables: Tables, period: Period, policy: Policy) -> Buckets:
    """Read feed files one by one through the gate and write their clean, charged calls to buckets.

    One file is in memory at a time. Calls keep their codes from file to file. A record id must ascend within the
    files and from file to file; anything else is for `bill_calls`, which looks for doubles.

    Raises:
        InputError: the gate refuses a file.
        ReconciliationError: record ids don't ascend.
    """
    ingest = CallIngest(tables, period, policy)
    found = Buckets({bucket: [] for bucket in range(BUCKETS)}, Bounds(0, 0, 0, 0), Lines(), 0, empty(FINDINGS))
    for number, file in enumerate(files):
        read = ingest.read(file)
        found = replace(
            _store(found, read.calls, folder, number), lines=ingest.lines, records=found.records + read.records,
            holds=pl.concat([found.holds, read.holds]),
        )  # fmt: skip
    return found


def _store(found: Buckets, calls: pl.DataFrame, folder: Path, number: int) -> Buckets:
    """Write one file's calls, each bucket's part as a Parquet file of its own."""
    files = {bucket: list(parts) for bucket, parts in found.files.items()}
    for bucket in range(BUCKETS):
        part = calls.filter(pl.col("line") % BUCKETS == bucket)
        buffer = io.BytesIO()
        part.write_parquet(buffer, compression="lz4", statistics=False)
        path = folder / f"bucket-{bucket:02d}" / f"{number:04d}.parquet"
        write_atomic(path, buffer.getvalue())
        files[bucket].append((path, hashlib.sha256(buffer.getbuffer()).hexdigest()))
    return replace(found, files=files, bounds=_widen(found.bounds, calls))


def _widen(bounds: Bounds, calls: pl.DataFrame) -> Bounds:
    if calls.is_empty():
        return bounds
    longest, first, last = calls.select(pl.col("billed_seconds").max(), pl.col("day").min(), last=pl.col("day").max()).row(0)
    if bounds.calls == 0:
        return Bounds(calls.height, longest, first, last)
    return Bounds(bounds.calls + calls.height, max(bounds.most_seconds, longest), min(bounds.first_day, first), max(bounds.last_day, last))


def rate_bucket(files: list[tuple[Path, str]], rates: Rates, bounds: Bounds) -> pl.DataFrame:
    """Rate one bucket. Returns: RATED.

    Raises:
        ReconciliationError: a file is not as it was written.
    """
    if not files:
        return empty(RATED)
    parts = []
    for path, sha256 in files:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ReconciliationError(f"{path.name}: the file is not as it was written; make the buckets again")
        parts.append(pl.read_parquet(data))
    return rate_calls(pl.concat(parts).lazy(), rates.prices, rates.codes, bounds)


def rate_buckets(buckets: Buckets, rates: Rates) -> pl.DataFrame:
    """Rate all buckets, one after another. Returns: RATED, sorted by line, code and month.

    Raises:
        ReconciliationError: a call was lost or doubled on the way.
    """
    rated = pl.concat([rate_bucket(files, rates, buckets.bounds) for files in buckets.files.values()]).sort("line", "code", "month")
    if rated["calls"].sum() != buckets.bounds.calls:
        raise ReconciliationError(f"{buckets.bounds.calls} calls went into the buckets, {rated['calls'].sum()} were rated")
    return rated
