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
_RATES: Final = ("rate_per_min", "initial_rate", "additional_rate", "per_call_charge")


@dataclass(frozen=True)
class Prices:
    """The plan rows' prices as plain columns, gathered by `plan_row`.

    first_seconds, sub_seconds; fixed_cost (initial and per-call charge), second_cost (per billed second),
    minute_cost (per further minute), all in 1/60 micro-dollar; unit_cost (one unit of the row's scale, likewise);
    rounding (0 HALF_UP, 1 UP, 2 HALF_EVEN); is_rated; line of `ld_plans` is its place.
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
        rounding=pl.col("rounding").replace_strict({"HALF_UP": 0, "UP": 1, "HALF_EVEN": 2}, return_dtype=pl.Int64),
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
    return Prices(table.with_columns(pl.col(costs).cast(pl.Int64), unit_cost=unit))


def billed_seconds(prices: Prices, plan_row: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    """Raise seconds to the first interval, then to whole further ones (Int64)."""
    first, sub = _gather(prices, "first_seconds", plan_row), _gather(prices, "sub_seconds", plan_row)
    over = (seconds.cast(pl.Int64) - first).clip(0)
    return first + (over + sub - 1) // sub * sub


def amount_micros(prices: Prices, plan_row: pl.Expr, billed: pl.Expr, *, most_seconds: int) -> pl.Expr:
    """The amount of each call in micro-dollars, rounded once by its plan row.

    Whole numbers of 64 bits where no call can outgrow them, else of 128.
    """
    width = pl.Int64() if 2 * prices.largest_cost(most_seconds) < _SAFE else pl.Int128()
    cost = _cost(prices, plan_row, billed.cast(width), width)
    return _round_cost(prices, plan_row, cost, width)


def _cost(prices: Prices, plan_row: pl.Expr, billed: pl.Expr, width: pl.DataType) -> pl.Expr:
    table = prices.table
    cost = _gather(prices, "second_cost", plan_row).cast(width) * billed
    if (table["fixed_cost"] != 0).any():
        cost += _gather(prices, "fixed_cost", plan_row).cast(width)
    if (table["minute_cost"] != 0).any():
        further = ((billed - _MINUTE).clip(0) + (_MINUTE - 1)) // _MINUTE
        cost += _gather(prices, "minute_cost", plan_row).cast(width) * further
    return cost


def _round_cost(prices: Prices, plan_row: pl.Expr, cost: pl.Expr, width: pl.DataType) -> pl.Expr:
    """Round to whole units of each row's scale; one division a scale, each by a constant."""
    kinds = prices.table.select("unit_cost", "rounding").unique().sort("unit_cost", "rounding").rows()
    found = pl.lit(0, width)
    kind = pl.lit(_kind_of(prices, kinds)).gather(plan_row) if len(kinds) > 1 else None
    for place, (unit, rounding) in enumerate(kinds):
        rounded = _to_micros(cost, unit, rounding)
        found = rounded if kind is None or place == 0 else pl.when(kind == place).then(rounded).otherwise(found)
    return found


def _to_micros(cost: pl.Expr, unit: int, rounding: int) -> pl.Expr:
    if rounding == 1:
        whole = (cost + (unit - 1)) // unit
    else:
        whole = (cost + unit // 2) // unit
        if rounding == 2:
            is_odd_half = ((cost + unit // 2) == whole * unit) & (whole % 2 == 1)
            whole = whole - is_odd_half.cast(pl.Int64)
    return whole * (unit // _MINUTE)


def _kind_of(prices: Prices, kinds: list[tuple[int, int]]) -> pl.Series:
    names = pl.DataFrame(kinds, schema={"unit_cost": pl.Int64, "rounding": pl.Int64}, orient="row").with_row_index("kind")
    joined = prices.table.join(names, on=["unit_cost", "rounding"], how="left", validate="m:1", maintain_order="left")
    return joined["kind"].cast(pl.UInt8)


def _gather(prices: Prices, name: str, plan_row: pl.Expr) -> pl.Expr:
    values = prices.table[name]
    if values.n_unique() == 1:  # one value needs no look-up
        return pl.lit(values[0], values.dtype)
    return pl.lit(values).gather(plan_row)


def to_dollars(micros: pl.Expr) -> pl.Expr:
    """Micro-dollars as Decimal(38, 6)."""
    return decimal(micros.cast(pl.Int128), RATE_PLACES)
