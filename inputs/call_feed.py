"""A file of the call feed on two ways: rows of the ordinary form as plain numbers, all others through the gate."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from billing.call_plain import PlainCalls
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from inputs.byte_array import read_array
from inputs.call_lane import ID_NAMES, NEEDED, CallLane
from inputs.csv_rows import split_csv
from inputs.gate import FeedReader, Gated
from inputs.swar import Places
from inputs.text_file import PROBE_BYTES, UTF8_BOM, is_binary

_FEED: Final = FEEDS["long_distance"]
_DURATION: Final = "duration_seconds"
_FIRST_LINE: Final = 2


class CallFile:
    """One file. lane: its bytes, where they may hold rows of the ordinary form.

    Raises:
        InputError: the file's name or its bytes are refused.
    """

    def __init__(self, path: Path, period: Period, policy: Policy) -> None:
        self._reader = FeedReader(path, _FEED, period, policy, read_array)
        self._lane = _lane(self._reader, period)
        self._kept: Places = np.empty(0, dtype=np.int64)

    @property
    def has_lane(self) -> bool:
        """Whether `plain_calls` is worth while; while it is read, whether it still is."""
        return self._lane is not None and self._lane.is_worth_while

    @property
    def plain_count(self) -> int:
        """Rows that `read_rest` left out."""
        return len(self._kept)

    def plain_calls(self) -> Iterator[PlainCalls]:
        """The rows of the ordinary form as numbers, block by block in file order."""
        return iter(()) if self._lane is None else self._lane.blocks()

    def read_whole(self) -> Gated:
        """All rows through the gate; see `inputs.gate.read_feed`."""
        return self._reader.read()

    def read_rest(self, doubtful: Places) -> Gated:
        """The rows that are not of the ordinary form, and the doubtful ones, through the gate; after all `plain_calls`.

        Counts, sums and limits are those of the whole file; records, suspense and findings are of these rows.

        Raises:
            InputError: as `inputs.gate.read_feed`.
        """
        if self._lane is None or self._lane.holds_quotes:
            return self.read_whole()
        is_rest = ~np.concatenate([np.empty(0, np.bool_), *self._lane.fits])
        is_rest[doubtful] = True
        self._kept = np.flatnonzero(~is_rest)
        rest = np.flatnonzero(is_rest)
        rows = split_csv(self._lane.text_of(rest), self._reader.path.name)
        line_of = rest + _FIRST_LINE
        cells = rows.cells.with_columns(source_line=pl.Series(line_of[rows.cells["source_line"].to_numpy() - _FIRST_LINE], dtype=pl.Int64))
        faults = tuple(replace(fault, line=int(line_of[fault.line - _FIRST_LINE])) for fault in rows.faults)
        again = cells.filter(pl.col("source_line").is_in(pl.Series(doubtful + _FIRST_LINE).implode()))
        seconds = int(again[f"c{self._lane.header.index(_DURATION)}"].cast(pl.Int64).sum())
        whole = replace(rows, cells=cells, faults=faults, elsewhere=len(self._kept))
        return self._reader.judge(whole, self._lane.seconds - seconds)

    def ids(self, records: pl.DataFrame) -> pl.Series | None:
        """Record ids of the file that ascend only if all do; None if those of its plain calls alone do not.

        The first and the last id are among them.

        Args:
            records: of `read_rest`.
        """
        if self._lane is None or not len(self._kept):
            return records["source_record_id"]
        if not self._lane.ascends:
            return None
        rest = records["source_line"].to_numpy() - _FIRST_LINE
        after = np.searchsorted(self._kept, rest)
        beside = np.concatenate([[0, len(self._kept) - 1], after - 1, np.minimum(after, len(self._kept) - 1)])
        rows = self._kept[np.unique(np.maximum(beside, 0))]
        texts = pl.DataFrame({"row": rows, "source_record_id": self._lane.ids_of(rows)})
        own = records.select(pl.col("source_line").alias("row") - _FIRST_LINE, "source_record_id")
        return pl.concat([texts, own]).sort("row")["source_record_id"]


def _lane(reader: FeedReader, period: Period) -> CallLane | None:
    """The bytes of a file whose header is plain and known; what begins so is text, and has a header.

    A file that `text_body` may refuse for its first bytes is left to it.
    """
    data = np.asarray(reader.data, dtype=np.uint8)
    probe = data[:PROBE_BYTES].tobytes()
    mark = len(probe) - len(probe.removeprefix(UTF8_BOM))
    first, found, _ = probe[mark:].partition(b"\n")
    if not (reader.is_text and found) or is_binary(probe):
        return None
    header = tuple(first.removesuffix(b"\r").decode(errors="replace").split(","))
    is_known = set(header) <= {*_FEED.names, *ID_NAMES} and len(set(header)) == len(header)
    has_needed = set(header) >= set(NEEDED) and sum(name in header for name in ID_NAMES) == 1
    return CallLane(data[mark:], header, period) if is_known and has_needed else None
