"""Rate encoded calls: sums per line, rate code and month, the same for one frame and for files in buckets."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_kernel import Prices, attach_costs
from billing.errors import ReconciliationError

# A call that is to be charged, as numbers only; `line` is a billing number with a charge number, `day` counts from 1970.
ENCODED: Final[dict[str, pl.DataType]] = {"line": pl.UInt32(), "plan_row": pl.UInt32(), "day": pl.Int32(), "billed_seconds": pl.Int32()}
# What the calls of one line, rate code and month came to.
RATED: Final[dict[str, pl.DataType]] = {
    "line": pl.UInt32(),
    "code": pl.UInt32(),  # the plan row's rate code, as a place in PlanCodes.rate_codes
    "month": pl.Int32(),  # year x 12 + month - 1
    "calls": pl.UInt32(),
    "billed_seconds": pl.Int64(),
    "amount_micros": pl.Int128(),
    "first_day": pl.Int32(),
    "last_day": pl.Int32(),
}
_SAFE: Final = 1 << 62
_COST_OF_MICRO: Final = 60  # the kernel counts in sixtieths
_BEYOND: Final = 1 << 126


@dataclass(frozen=True)
class Bounds:
    """What is known of a set of encoded calls before they are read; it decides how wide numbers must be."""

    calls: int  # no more rows
    most_seconds: int  # no call is billed more
    first_day: int  # since 1970
    last_day: int

    @property
    def months(self) -> pl.Series:
        """The months the calls are in, ascending, as year x 12 + month - 1 (Int32)."""
        return self._months().unique().sort()

    @property
    def month_places(self) -> pl.Series:
        """For each day from the first: its month's place in `months` (UInt32)."""
        found = self._months()
        return pl.DataFrame({"month": found}).select((pl.col("month") - pl.col("month").first()).cast(pl.UInt32))["month"]

    def _months(self) -> pl.Series:
        days = pl.int_range(self.first_day, self.last_day + 1, dtype=pl.Int32, eager=True).cast(pl.Date)
        return pl.DataFrame({"day": days}).select(month=month_of(pl.col("day")))["month"]


def month_of(day: pl.Expr) -> pl.Expr:
    """The month of a Date as one whole number: year x 12 + month - 1 (Int32)."""
    return day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1


@dataclass(frozen=True)
class PlanCodes:
    """The rate code of each plan row: `codes` by plan_row, names in `rate_codes`."""

    codes: pl.Series
    rate_codes: pl.Series


def plan_codes(rows: pl.DataFrame) -> PlanCodes:
    """Number the rate codes of the plan rows."""
    names = rows["rate_code"].unique().sort()
    found = names.search_sorted(rows["rate_code"]) if len(names) else pl.Series(dtype=pl.UInt32)
    return PlanCodes(pl.Series("code", found, dtype=pl.UInt32), names)


def rate_calls(calls: pl.LazyFrame, prices: Prices, codes: PlanCodes, bounds: Bounds) -> pl.DataFrame:
    """Price each call and add up per line, rate code and month of the call.

    Args:
        calls: ENCODED, within the bounds.

    Rows: one per line, rate code and month, sorted by them. Returns: RATED.

    Raises:
        ReconciliationError: the bounds are beyond whole numbers of 128 bits.
    """
    largest = (prices.largest_cost(bounds.most_seconds) + 1) * max(bounds.calls, 1)
    if largest >= _BEYOND:
        raise ReconciliationError("calls of this length and price are beyond exact arithmetic")
    cost = pl.col("rounded_cost") if largest < _SAFE else pl.col("rounded_cost").cast(pl.Int128)
    sums = (
        attach_costs(calls, prices, most_seconds=bounds.most_seconds)
        .select("day", "billed_seconds", key=_key(codes, bounds), cost=cost)
        .group_by("key")
        .agg(
            calls=pl.len(), billed_seconds=pl.col("billed_seconds").cast(pl.Int64).sum(), cost=pl.col("cost").sum(),
            first_day=pl.col("day").min(), last_day=pl.col("day").max(),
        )
        .collect()
        .sort("key")
    )  # fmt: skip
    key, months = pl.col("key"), bounds.months
    part = len(codes.rate_codes) * len(months)
    return sums.select(
        line=(key // part).cast(pl.UInt32),
        code=(key % part // len(months)).cast(pl.UInt32),
        month=pl.lit(months).gather(key % len(months)),
        calls="calls", billed_seconds="billed_seconds", amount_micros=pl.col("cost").cast(pl.Int128) // _COST_OF_MICRO,
        first_day="first_day", last_day="last_day",
    )  # fmt: skip


def _key(codes: PlanCodes, bounds: Bounds) -> pl.Expr:
    """Line, rate code and month of a call in one number (Int64)."""
    key = pl.col("line").cast(pl.Int64)
    if len(codes.rate_codes) > 1:
        key = key * len(codes.rate_codes) + pl.lit(codes.codes).gather("plan_row")
    if len(bounds.months) > 1:
        key = key * len(bounds.months) + pl.lit(bounds.month_places).gather(pl.col("day") - bounds.first_day)
    return key
