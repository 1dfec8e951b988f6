"""The rating kernel: seconds and plan rows in, exact amounts out, in whole numbers with the unit in the name.

A call's cost before rounding is counted in sixtieths of a micro-dollar (`cost`), so that a rate per minute times
seconds is whole. It is rounded once to its plan row's scale and mode, and kept in micro-dollars.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.errors import Location, TableError
from billing.money import RATE_PLACES, decimal, units

_MINUTE: Final = 60
_SAFE: Final = 1 << 62
_LARGEST_SCALE: Final = 6  # calls are published to six places
_UP: Final = 1
_HALF_EVEN: Final = 2
_RATES: Final = ("rate_per_min", "initial_rate", "additional_rate", "per_call_charge")


@dataclass(frozen=True)
class Prices:
    """The plan rows' prices as plain columns, gathered by `plan_row`.

    first_seconds, sub_seconds; fixed_cost (initial and per-call charge), second_cost (per billed second), minute_cost (per
    further minute), unit_cost (one unit of the row's scale), start_cost (fixed_cost and what is added before cutting off),
    even_unit (unit_cost where halves go to even, else 0), all in 1/60 micro-dollar; is_rated.
    """

    table: pl.DataFrame

    def largest_cost(self, seconds: int) -> int:
        """No call of so many billed seconds can cost more."""
        worst = self.table.select(
            worst=pl.col("fixed_cost").cast(pl.Int128)
            + pl.col("second_cost").cast(pl.Int128) * (seconds + pl.max_horizontal("first_seconds", "sub_seconds"))
            + pl.col("minute_cost").cast(pl.Int128) * (seconds // _MINUTE + 1)
            + pl.col("unit_cost").cast(pl.Int128)
        )["worst"].max()
        return int(str(worst)) if worst is not None else 0


def read_prices(rows: pl.DataFrame) -> Prices:
    """Turn plan rows into prices.

    A rate per minute beats an initial and additional rate. Blank intervals are a minute; one blank interval is the other.

    Args:
        rows: ld_plans rows with plan_row 0, 1, 2 …

    Raises:
        TableError: an interval, scale or rate that no call can be priced with.
    """
    micros = {name: units(pl.col(name), RATE_PLACES) for name in _RATES}
    by_minute = pl.col("rate_per_min").is_not_null()
    nothing = pl.lit(0, pl.Int128)
    table = rows.select(
        "plan", "match", "source_file", "source_line",
        first_seconds=pl.coalesce("first_interval", "sub_interval", pl.lit(_MINUTE, pl.Int64)),
        sub_seconds=pl.coalesce("sub_interval", "first_interval", pl.lit(_MINUTE, pl.Int64)),
        fixed_cost=(
            pl.when(~by_minute & micros["initial_rate"].is_not_null()).then(micros["initial_rate"]).otherwise(nothing)
            + pl.when(micros["per_call_charge"].is_not_null()).then(micros["per_call_charge"]).otherwise(nothing)
        ) * _MINUTE,
        second_cost=pl.when(by_minute).then(micros["rate_per_min"]).otherwise(nothing),
        minute_cost=pl.when(~by_minute & micros["additional_rate"].is_not_null()).then(micros["additional_rate"]).otherwise(nothing)
        * _MINUTE,
        scale="scale",
        rounding=pl.col("rounding").replace_strict({"HALF_UP": 0, "UP": _UP, "HALF_EVEN": _HALF_EVEN}, return_dtype=pl.Int64),
        is_rated=pl.any_horizontal(pl.col("rate_per_min", "initial_rate", "per_call_charge").is_not_null()),
    )  # fmt: skip
    costs = ("fixed_cost", "second_cost", "minute_cost")
    bad = table.filter(
        (pl.col("first_seconds") < 0) | (pl.col("sub_seconds") < 1) | ~pl.col("scale").is_between(0, _LARGEST_SCALE)
        | pl.any_horizontal((pl.col(name) < nothing) | (pl.col(name) > pl.lit(_SAFE, pl.Int128)) for name in costs)
    )  # fmt: skip
    if not bad.is_empty():
        plan, match, file, line = bad.sort("source_file", "source_line").select("plan", "match", "source_file", "source_line").row(0)
        message = f"plan {plan}, match {match}: no call can be priced so; give intervals from 1 s, a scale of 0 to 6, rates from 0"
        raise TableError(message, at=Location(file or "ld_plans.csv", line))
    unit = pl.lit(_MINUTE, pl.Int64) * pl.lit(pl.Series([10 ** (_LARGEST_SCALE - n) for n in range(_LARGEST_SCALE + 1)])).gather("scale")
    bias = pl.when(pl.col("rounding") == _UP).then(unit - 1).otherwise(unit // 2)
    return Prices(
        table.with_columns(pl.col(costs).cast(pl.Int64), unit_cost=unit).with_columns(
            start_cost=pl.col("fixed_cost") + bias, even_unit=pl.when(pl.col("rounding") == _HALF_EVEN).then("unit_cost").otherwise(0)
        )
    )


def billed_seconds(prices: Prices, plan_row: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    """Raise seconds to the first interval, then to whole further ones (Int64)."""
    first, sub = _gather(prices, "first_seconds", plan_row), _gather(prices, "sub_seconds", plan_row)
    over = (seconds.cast(pl.Int64) - first).clip(0)
    return first + (over + sub - 1) // sub * sub


def attach_amounts(calls: pl.LazyFrame, prices: Prices, *, most_seconds: int) -> pl.LazyFrame:
    """Add amount_micros: each call's amount in micro-dollars, rounded once by its plan row; see `attach_costs`."""
    costed = attach_costs(calls, prices, most_seconds=most_seconds)
    return costed.with_columns(amount_micros=pl.col("rounded_cost") // _MINUTE).drop("rounded_cost")


def attach_costs(calls: pl.LazyFrame, prices: Prices, *, most_seconds: int) -> pl.LazyFrame:
    """Add rounded_cost: each call's amount, rounded once by its plan row, in 1/60 micro-dollar; sixty times whole.

    Whole numbers of 64 bits where no call can outgrow them, else of 128. Step by step, so that no step is done twice.

    Args:
        calls: plan_row, billed_seconds (no more than most_seconds).
    """
    width = pl.Int64() if 2 * prices.largest_cost(most_seconds) < _SAFE else pl.Int128()
    plan_row = pl.col("plan_row")
    unit = _gather(prices, "unit_cost", plan_row).cast(width)
    # with its bias added, a cost rounds as its row wants it by cutting off
    costed = calls.with_columns(_cost=_cost(prices, plan_row, pl.col("billed_seconds").cast(width), width))
    rounded = costed.with_columns(_units=pl.col("_cost") // unit)
    if (prices.table["even_unit"] != 0).any():
        is_half = pl.col("_units") * _gather(prices, "even_unit", plan_row).cast(width) == pl.col("_cost")
        is_odd_half = is_half & ((pl.col("_units") & 1) == 1)
        rounded = rounded.with_columns(_units=pl.col("_units") - is_odd_half.cast(width))
    return rounded.with_columns(rounded_cost=pl.col("_units") * unit).drop("_cost", "_units")


def _cost(prices: Prices, plan_row: pl.Expr, billed: pl.Expr, width: pl.DataType) -> pl.Expr:
    """What a call costs, with its row's bias for rounding."""
    cost = _gather(prices, "second_cost", plan_row).cast(width) * billed + _gather(prices, "start_cost", plan_row).cast(width)
    if (prices.table["minute_cost"] != 0).any():
        further = ((billed - _MINUTE).clip(0) + (_MINUTE - 1)) // _MINUTE
        cost += _gather(prices, "minute_cost", plan_row).cast(width) * further
    return cost


def _gather(prices: Prices, name: str, plan_row: pl.Expr) -> pl.Expr:
    values = prices.table[name]
    if values.n_unique() == 1:  # one value needs no look-up
        return pl.lit(values[0], values.dtype)
    return pl.lit(values).gather(plan_row)


def to_dollars(micros: pl.Expr) -> pl.Expr:
    """Micro-dollars as Decimal(38, 6)."""
    return decimal(micros.cast(pl.Int128), RATE_PLACES)
