"""One file of the call feed into encoded calls: ordinary rows as numbers straight from its bytes, the rest through the gate."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from billing.call_coder import CallCoder, Coded
from billing.call_encode import read_rates
from billing.call_stream import Lines, clean_calls, encode_clean, encode_plain
from billing.errors import ReconciliationError
from billing.frames import Tables
from billing.periods import Period
from billing.policy import Policy
from inputs.call_feed import CallFile


@dataclass(frozen=True)
class CallsOfFile:
    """What one file came to. calls: ENCODED in file order; records: accepted rows; holds: FINDINGS on those kept out."""

    calls: pl.DataFrame
    records: int
    holds: pl.DataFrame


class CallIngest:
    """Reads file after file; lines keep their numbers, and what was looked up once is not looked up again."""

    def __init__(self, tables: Tables, period: Period, policy: Policy) -> None:
        self.lines = Lines()
        self._tables, self._period, self._policy = tables, period, policy
        self._rates = read_rates(tables)
        self._coder = CallCoder(tables, period, policy, self._rates)
        self._last_id = ""

    def read(self, path: Path) -> CallsOfFile:
        """Read one file.

        Raises:
            InputError: the gate refuses it.
            ReconciliationError: its record ids don't ascend from those of the file before.
        """
        file = CallFile(path, self._period, self._policy)
        coded = self._code(file)
        return self._read_whole(file, path) if coded is None else self._read_both(file, coded, path)

    def _code(self, file: CallFile) -> Coded | None:
        """The plain calls as codes; None when the whole file is for the careful way."""
        self._coder.forget()
        if not file.has_lane or self._coder.is_full:
            return None
        for calls in file.plain_calls():
            self._coder.take(calls)
            if not file.has_lane or self._coder.is_full:
                return None
        return self._coder.finish()

    def _read_both(self, file: CallFile, coded: Coded, path: Path) -> CallsOfFile:
        records = file.read_rest(coded.doubtful).records
        self._ascend(file.ids(records), path)
        rest = clean_calls(records, self._tables, self._period, self._policy, self._rates)
        calls, self.lines = encode_plain(coded, self._coder.payers, rest, self._rates, self.lines)
        return CallsOfFile(calls, file.plain_count + records.height, rest.holds)

    def _read_whole(self, file: CallFile, path: Path) -> CallsOfFile:
        records = file.read_whole().records
        self._ascend(records["source_record_id"], path)
        calls, holds, self.lines = encode_clean(records, self._tables, self._period, self._policy, self._rates, self.lines)
        return CallsOfFile(calls, records.height, holds)

    def _ascend(self, ids: pl.Series | None, path: Path) -> None:
        """Refuse a file whose ids don't ascend from the last one of the file before: then an id may be there twice."""
        if ids is not None and ids.is_empty():
            return
        if ids is None or not (ids[0] > self._last_id and bool((ids.slice(1) > ids.slice(0, len(ids) - 1)).all())):
            raise ReconciliationError(f"{path.name}: record ids do not ascend; bill this file with `run`, which looks for doubles")
        self._last_id = str(ids[-1])
