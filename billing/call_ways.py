"""Ways of plain calls: from where to where and in what manner, each classified once and remembered from file to file."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from billing.call_classes import TOLL_FREE_NPAS, classify
from billing.call_codes import RowCodes
from billing.call_encode import LOOKED_AT, Rates, called_places, caller_places
from billing.call_facts import state_routes
from billing.call_numbers import COUNTRY_ONE, INFORMATION, LEAST_NPA, NANP_BASE, WORLD_BASE, dialled_keys
from billing.call_plain import PlainCalls
from billing.call_plans import attach_miles
from billing.frames import Tables
from billing.number_codes import LARGEST_TABLE, Codes, KeyCodes, Numbers

_TEN: Final = 10
_NPA: Final = 10**7
MOST_DIGITS: Final = 7  # leading digits of a domestic number that may decide; more need a hash
KINDS: Final[dict[str, pl.DataType]] = {
    **{name: pl.Int64() if name in ("fcc10", "simple") else pl.String() for name in LOOKED_AT},
    "is_free": pl.Boolean(),
    "is_doubtful": pl.Boolean(),
}
_OUT, _IN, _IN_TOLL_FREE = 0, 1, 2
_MANNERS: Final = 3
Manners = npt.NDArray[np.uint8]


class Ways:
    """Ways as codes of their kinds. kinds.rows: KINDS, the distinct facts that plans look at, and whether a call of it is
    free, or doubtful: of a shape no plan knows or of premium.
    """

    def __init__(self, tables: Tables, rates: Rates) -> None:
        self._tables, self._rates = tables, rates
        self._digits = min(rates.reach.nanp_digits, MOST_DIGITS)
        self._callers, self._dests = KeyCodes(), KeyCodes()
        self._others = RowCodes({"key": pl.Int64()})
        far = caller_places(pl.Series([10**self._digits]), self._digits, tables)
        self._here, self._there = far, called_places(pl.Series([], dtype=pl.Int64), tables, rates)
        self._near: Codes = np.empty(0, dtype=np.int32)  # by dest: its place among those where the caller's own place matters, or -1
        self._nears = 0
        self._known = np.empty((4, 0), dtype=np.int64)  # caller (0: far), dest, manner, kind
        self._kind_of: Codes = np.empty(0, dtype=np.int32)  # by way
        self._is_full = False
        self.kinds = RowCodes(KINDS)

    @property
    def is_full(self) -> bool:
        """Whether there were more places or ways than there is room for."""
        return self._is_full or self._callers.is_full or self._dests.is_full or self._rates.reach.nanp_digits > MOST_DIGITS

    def callers(self, caller: Numbers) -> Codes:
        """The place each call comes from."""
        return self._callers.of(caller // 10 ** (_TEN - self._digits))

    def dests(self, calls: PlainCalls) -> tuple[Codes, Numbers]:
        """The place each call goes to, and which calls are still to be asked of `other_dests`: all but ordinary domestic ones."""
        value = calls.dialled - COUNTRY_ONE * (calls.digits == _TEN + 1)
        is_domestic = (calls.digits == _TEN) | (calls.digits == _TEN + 1)
        is_domestic &= (value >= LEAST_NPA) & (value < COUNTRY_ONE) & (value % _NPA != INFORMATION)
        if is_domestic.all():
            return self._dests.of(value // 10 ** (_TEN - self._digits)), np.empty(0, dtype=np.int64)
        dest = np.zeros(len(value), dtype=np.int32)
        dest[is_domestic] = self._dests.of(value[is_domestic] // 10 ** (_TEN - self._digits))
        return dest, np.flatnonzero(~is_domestic)

    def other_dests(self, dialled: Numbers, digits: Numbers, caller: Numbers) -> Codes:
        """The places of numbers in any shape."""
        text = pl.DataFrame({"value": dialled, "digits": digits}).select(
            pl.col("value").cast(pl.String).str.pad_start(pl.col("digits"), "0")
        )
        keys = dialled_keys(text.to_series(), pl.Series(caller // _NPA), self._rates.reach)
        numbers = keys.to_numpy()
        is_domestic = (numbers >= NANP_BASE) & (numbers < WORLD_BASE)
        others = self._others.of(pl.DataFrame({"key": keys.filter(pl.Series(~is_domestic))})).to_numpy()
        found = numbers - NANP_BASE
        found[~is_domestic] = 10**self._digits + others.astype(np.int64)
        return self._dests.of(found)

    def manners(self, calls: PlainCalls) -> Manners:
        """Outgoing, incoming, or incoming on a toll-free line."""
        manner = calls.is_in.astype(np.uint8)
        if calls.is_in.any():
            manner[calls.is_in & np.isin(calls.charge_number // _NPA, TOLL_FREE_NPAS)] = _IN_TOLL_FREE
        return manner

    def learn_places(self) -> None:
        """Look up the places met since the last time; the ways are numbered anew."""
        callers = self._callers.keys[self._here.height - 1 :]
        if len(callers):
            self._here = pl.concat([self._here, caller_places(pl.Series(callers), self._digits, self._tables)])
        dests = self._dests.keys[self._there.height :]
        if len(dests):
            is_other = dests >= 10**self._digits
            keys = dests + NANP_BASE
            keys[is_other] = self._others.rows["key"].to_numpy()[dests[is_other] - 10**self._digits]
            self._there = pl.concat([self._there, called_places(pl.Series(keys), self._tables, self._rates)])
        is_near = self._there["is_near"].to_numpy()
        self._nears = int(is_near.sum())
        self._near = np.where(is_near, np.cumsum(is_near) - 1, -1).astype(np.int32)
        size = _MANNERS * (self._there.height + (self._here.height - 1) * self._nears)
        self._is_full |= size > LARGEST_TABLE
        if not self._is_full:
            self._kind_of = np.full(size, -1, dtype=np.int32)
            caller, dest, manner, kind = self._known
            self._kind_of[self.keys(caller - 1, dest, manner)] = kind

    def keys(self, caller: Codes | Numbers, dest: Codes | Numbers, manner: Manners | Numbers) -> Codes:
        """Each call's way as a number below `size`; of a far place, it is the same from anywhere."""
        near, far_ways = self._near[dest], _MANNERS * self._there.height
        way = (manner.astype(np.int64) * (self._here.height - 1) + caller) * self._nears + near + far_ways
        return np.where(near >= 0, way, manner * np.int64(self._there.height) + dest).astype(np.int32)

    @property
    def size(self) -> int:
        """How many ways there can be."""
        return len(self._kind_of)

    def kinds_of(self, keys: Codes) -> Codes:
        """The kind of each way that was learnt."""
        return self._kind_of[keys]

    def learn(self, keys: Numbers) -> None:
        """Classify those of the ways that are not known, each given once."""
        new = keys[self._kind_of[keys] < 0]
        if not len(new):
            return
        caller, dest, manner = self._apart(new)
        of_manner = pl.DataFrame({"call_type": pl.Series([None], dtype=pl.String).new_from_index(0, len(new)), "is_in": manner != _OUT})
        of_manner = of_manner.with_columns(is_toll_free_line=pl.Series(manner == _IN_TOLL_FREE))
        routes = classify(pl.concat([self._here[caller], self._there[dest], of_manner], how="horizontal"), self._tables)
        stated = state_routes(routes).select("is_free", is_doubtful=pl.col("no_shape") | pl.col("premium"))
        kind = self.kinds.of(pl.concat([attach_miles(routes, self._rates.rows).select(LOOKED_AT), stated], how="horizontal"))
        self._kind_of[new] = kind.to_numpy()
        self._known = np.append(self._known, np.stack([caller, dest, manner, kind.to_numpy().astype(np.int64)]), axis=1)

    def _apart(self, keys: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Caller (0: far), dest and manner of ways; see `keys`."""
        far_ways, callers = _MANNERS * self._there.height, self._here.height - 1
        near_dests = np.flatnonzero(self._near >= 0)
        manner, dest = np.divmod(keys, max(self._there.height, 1))
        caller = np.zeros_like(keys)
        near = keys >= far_ways
        line, place = np.divmod(keys[near] - far_ways, max(len(near_dests), 1))
        manner[near], caller[near] = np.divmod(line, max(callers, 1))
        dest[near], caller[near] = near_dests[place], caller[near] + 1
        return caller, dest, manner
