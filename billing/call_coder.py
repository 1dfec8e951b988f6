"""Encode plain calls block by block: numbers to payers, ways and plan rows by position in tables, with no text in between.

A call is encoded only when no rule can find anything on it; the rest are named, for the careful way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from billing.call_audit import suspect_accounts
from billing.call_encode import Rates, price_kinds
from billing.call_payers import Payers
from billing.call_plain import PlainCalls
from billing.call_time import bands, read_days, week_bands
from billing.call_ways import Manners, Ways
from billing.frames import Tables
from billing.number_codes import LARGEST_TABLE, Codes, Numbers
from billing.periods import Period
from billing.policy import Policy

_FREE, _DOUBTFUL, _UNKNOWN = -1, -2, -3
_DAY_SECONDS: Final = 86_400
_SUSPECT: Final = 1
_NONE: Final[Codes] = np.empty(0, dtype=np.int32)
_CHARGED: Final[dict[str, pl.DataType]] = {
    "row": pl.Int32(), "payer": pl.Int32(), "plan_row": pl.Int32(), "day": pl.Int32(), "seconds": pl.Int32(), "account": pl.Int64(),
}  # fmt: skip


@dataclass
class _Block:
    """What was made of one block of calls; one entry a call."""

    row: Codes
    payer: Codes
    caller: Codes
    dest: Codes
    manner: Manners
    band: npt.NDArray[np.uint8]
    day: Codes
    seconds: Codes
    idle: npt.NDArray[np.bool_]  # not answered and no seconds: nothing to charge, nothing to say
    odd: npt.NDArray[np.bool_]  # answered and seconds contradict each other
    others: Numbers  # calls whose dest is still to be asked …
    asked: tuple[Numbers, Numbers, Numbers]  # … with their dialled number, its digits and their caller
    way: Codes = field(default_factory=lambda: _NONE)
    kind: Codes = field(default_factory=lambda: _NONE)  # of price


@dataclass(frozen=True)
class Coded:
    """The plain calls of one file. calls: row, payer, plan_row, day, seconds of the charged ones, in file order.

    doubtful: rows on which a rule may find something. payers: those of any call, whose line is not known yet.
    """

    calls: pl.DataFrame
    doubtful: Numbers
    payers: Numbers


class CallCoder:
    """Takes a file's calls block by block, then `finish` encodes them; what it has learnt stays for the next file."""

    def __init__(self, tables: Tables, period: Period, policy: Policy, rates: Rates) -> None:
        days = read_days(pl.date_range(period.first_day, period.last_day, eager=True), tables)
        self._tables, self._rates, self._bands = tables, rates, bands(policy)
        self._first_day = int(days.distinct.to_physical()[0])
        self._week_bands = week_bands(policy).to_numpy()
        self._day_starts = (days.distinct.dt.weekday().to_numpy().astype(np.int64) - 1) * _DAY_SECONDS
        self.payers, self._ways = Payers(tables, days), Ways(tables, rates)
        self._codes = rates.codes.codes.to_numpy().astype(np.int64)
        self._code_count = max(len(rates.codes.rate_codes), 1)
        self._is_rated = rates.prices.table["is_rated"].to_numpy()
        self._prices = np.empty((4, 0), dtype=np.int64)  # plan, kind of way, band, plan row
        self._suspects = np.empty((3, 0), dtype=np.int64)  # account, rate code, whether a rule finds something
        self._blocks: list[_Block] = []

    @property
    def is_full(self) -> bool:
        """Whether there were more numbers, places or ways than there is room for; then only the careful way is left."""
        return self.payers.is_full or self._ways.is_full

    def forget(self) -> None:
        """Forget the calls of the file, not what was learnt of them."""
        self._blocks = []

    def take(self, calls: PlainCalls) -> None:
        """Take the next calls of the file."""
        if not len(calls.row):
            return
        dest, others = self._ways.dests(calls)
        spoken = calls.seconds > 0
        self._blocks.append(
            _Block(
                row=calls.row.astype(np.int32),
                payer=self.payers.of(calls.charge_number, calls.day),
                caller=self._ways.callers(calls.caller),
                dest=dest,
                manner=self._ways.manners(calls),
                band=self._week_bands[self._day_starts[calls.day - 1] + calls.second],
                day=(calls.day + (self._first_day - 1)).astype(np.int32),
                seconds=calls.seconds.astype(np.int32),
                idle=~(calls.answered | spoken),
                odd=calls.answered != spoken,
                others=others,
                asked=(calls.dialled[others], calls.digits[others], calls.caller[others]),
            )
        )

    def finish(self) -> Coded | None:
        """Encode the calls taken since the last time; None when there is no room, see `is_full`."""
        blocks, self._blocks = self._blocks, []
        self._place_others(blocks)
        self.payers.learn()
        self._ways.learn_places()
        if self.is_full:
            return None
        self._ways.learn(_seen(self._ways.size, (self._find_way(block) for block in blocks)))
        plan_rows = self._price(blocks)
        if plan_rows is None:
            return None
        charged = [self._charge(block, plan_rows) for block in blocks]
        names = _CHARGED.items()
        calls = pl.DataFrame([_joined(name, kind, [part[place] for part in charged]) for place, (name, kind) in enumerate(names)])
        suspect = self._suspect(calls["account"].to_numpy())
        doubtful = [block.row[~block.idle & (block.odd | (plan_rows[block.kind] == _DOUBTFUL))] for block in blocks]
        if suspect.any():
            is_suspect = pl.Series(suspect).gather(calls["account"])
            doubtful.append(calls["row"].filter(is_suspect).to_numpy())
            calls = calls.filter(~is_suspect)
        met = _seen(len(self.payers.line_of), (block.payer for block in blocks))
        rows = np.sort(np.concatenate([np.empty(0, np.int32), *doubtful])).astype(np.int64)
        return Coded(calls.drop("account"), rows, met[self.payers.line_of[met] < 0])

    def _place_others(self, blocks: list[_Block]) -> None:
        """Find the dests that `take` left open, those of the whole file at once."""
        asked = [np.concatenate([block.asked[part] for block in blocks] or [np.empty(0, np.int64)]) for part in range(3)]
        if not len(asked[0]) or self.is_full:
            return
        found = self._ways.other_dests(*asked)
        edges = np.cumsum([len(block.others) for block in blocks])[:-1]
        for block, dest in zip(blocks, np.split(found, edges), strict=True):
            block.dest[block.others] = dest

    def _find_way(self, block: _Block) -> Codes:
        block.way = self._ways.keys(block.caller, block.dest, block.manner)
        block.caller = block.dest = _NONE  # of no more use
        return block.way

    def _price(self, blocks: list[_Block]) -> Codes | None:
        """The plan row of each kind of price, or _FREE or _DOUBTFUL; sets the blocks' kinds of price."""
        kinds, plans = self._ways.kinds.rows, self.payers.plans.rows
        size = plans.height * kinds.height * len(self._bands)
        if size > LARGEST_TABLE:
            return None
        rows = np.full(size, _UNKNOWN, dtype=np.int32)
        rows[self._kinds(*self._prices[:3])] = self._prices[3]

        def find(block: _Block) -> Codes:
            kinds = self._kinds(self.payers.plan_of[block.payer], self._ways.kinds_of(block.way), block.band)
            block.kind = kinds.astype(np.int32)
            block.way = _NONE
            return block.kind

        seen = _seen(size, (find(block) for block in blocks))
        new = seen[rows[seen] == _UNKNOWN]
        if len(new):
            pair, band = np.divmod(new, len(self._bands))
            plan, kind = np.divmod(pair, kinds.height)
            rows[new] = self._learn_prices(plans[plan], kinds[kind], band)
            self._prices = np.append(self._prices, np.stack([plan, kind, band, rows[new]]), axis=1)
        return rows

    def _kinds(self, plan: Numbers, kind: Numbers | Codes, band: Numbers | npt.NDArray[np.uint8]) -> Numbers:
        return (plan * self._ways.kinds.rows.height + kind) * len(self._bands) + band

    def _learn_prices(self, plans: pl.DataFrame, ways: pl.DataFrame, band: Numbers) -> Numbers:
        chosen = price_kinds(plans, ways, pl.Series(self._bands).gather(pl.Series(band)), self._rates)
        rated = pl.Series(self._is_rated).gather(chosen).fill_null(value=False)
        return ways.select(
            pl.when("is_free").then(pl.lit(_FREE)).when(pl.col("is_doubtful") | ~pl.lit(rated)).then(pl.lit(_DOUBTFUL))
            .otherwise(pl.lit(chosen).cast(pl.Int64))
        ).to_series().to_numpy()  # fmt: skip

    def _charge(self, block: _Block, plan_rows: Codes) -> tuple[Codes, Codes, Codes, Codes, Codes, Numbers]:
        """The charged calls of a block, as _CHARGED; their account is one key with the rate code."""
        plan_row = plan_rows[block.kind]
        at = np.flatnonzero((plan_row >= 0) & ~(block.idle | block.odd))
        payer, plan_row = block.payer[at], plan_row[at]
        account = self.payers.account_of[payer] * self._code_count + self._codes[plan_row]
        return block.row[at], payer, plan_row, block.day[at], block.seconds[at], account

    def _suspect(self, charged: Numbers) -> npt.NDArray[np.bool_]:
        """For each account and rate code: whether a shared rule finds something."""
        accounts, count = self.payers.accounts.rows, self._code_count
        verdicts = np.full(accounts.height * count, _UNKNOWN, dtype=np.int64)
        account, code, verdict = self._suspects
        verdicts[account * count + code] = verdict
        seen = _seen(len(verdicts), [charged])
        new = seen[verdicts[seen] == _UNKNOWN]
        if len(new):
            account, code = np.divmod(new, count)
            named = accounts[account].with_columns(rate_code=self._rates.codes.rate_codes.gather(pl.Series(code)))
            verdicts[new] = 0
            verdicts[new[suspect_accounts(named, self._tables).to_numpy()]] = _SUSPECT
            self._suspects = np.append(self._suspects, np.stack([account, code, verdicts[new]]), axis=1)
        is_suspect: npt.NDArray[np.bool_] = verdicts == _SUSPECT
        return is_suspect


def _joined(name: str, kind: pl.DataType, parts: Sequence[Codes | Numbers]) -> pl.Series:
    return pl.Series(name, np.concatenate(parts) if parts else [], dtype=kind)


def _seen(size: int, keys: Iterable[Numbers | Codes]) -> Numbers:
    """Which of the keys below size there are, ascending."""
    marks = np.zeros(size, dtype=np.bool_)
    for some in keys:
        marks[some] = True
    return np.flatnonzero(marks)
