"""What moved between two months, row by row, split into price, quantity, new, gone and one-time, to the cent.

Rows of both months are matched by billing number and its agency, stream, rate code (a fee also by its base row's), family and item.

- Once-only rows (NRC, CREDIT, DEBIT, stock, adjustments, earlier months' service, and the fees on them): `one_time`.
- Rows of one month alone: `new` or `gone`. An item that changes its rate code is gone under one and new under the other;
  so is a billing number that changes its agency.
- Rows of both: `price` is (price now - price before) x quantity before, rounded once; `quantity` is the rest. The same
  quantity means all price, the same listed price all quantity. The price is the listed one where it explains the
  amount, else what a unit came to on average (tiers, packages, least charges, pools).
- A fee, tax or surcharge has its base row's quantity, so a dearer base or percentage is price, more of it is quantity.
  A fee on the total of a bill has no base row: it moves with the bill (`quantity`), unless its percentage changed (`price`).
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import polars as pl

from billing.frames import conform
from billing.money import DOLLARS, round_half_away
from billing.movement_sides import CHARGE, ITEM_FEEDS, KEY, ONCE, items_of, month_side

__all__ = ["EFFECTS", "ITEM_FEEDS", "KEY", "MOVEMENT", "by", "items_of", "largest", "movement"]

EFFECTS: Final = ("price", "quantity", "new", "gone", "one_time")
_SUMS: Final = ("before", "now", "change", *EFFECTS)
MOVEMENT: Final[dict[str, pl.DataType]] = {**{name: pl.String() for name in KEY}, **dict.fromkeys(_SUMS, DOLLARS)}
_ZERO: Final = pl.lit(Decimal(0), DOLLARS)
_ROUNDED: Final = Fraction(1, 100)  # of a dollar; no row's amount is further from its exact one
_SHARE: Final = Fraction(1, 10**6)  # a quantity has six places


def movement(
    before: pl.DataFrame, now: pl.DataFrame, items_before: pl.DataFrame | None = None, items_now: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Say how the lines of one month became those of another.

    Args:
        before: LINES of the month compared with.
        now: LINES of the month looked at.
        items_before: `items_of` its records; without them items are matched by rate code alone.
        items_now: likewise.

    Rows: one per KEY of either month, those that did not move too. change = price + quantity + new + gone + one_time
    in every row. Returns: MOVEMENT, sorted by KEY.

    Raises:
        ReconciliationError: a fee's base row is missing.
    """
    sides = month_side(before, items_before), month_side(now, items_now)
    both = sides[0].join(sides[1], on=KEY, how="full", coalesce=True, nulls_equal=True, validate="1:1", suffix="_now").sort(KEY)
    was, comes = pl.coalesce("amount", _ZERO), pl.coalesce("amount_now", _ZERO)
    moved = both.with_columns(before=was, now=comes, change=comes - was)
    is_once = pl.col("family") == ONCE
    is_new, is_gone = pl.col("amount").is_null() & ~is_once, pl.col("amount_now").is_null() & ~is_once
    priced = moved.with_columns(price=_prices(moved))
    split = priced.with_columns(
        quantity=pl.when(is_once | is_new | is_gone).then(_ZERO).otherwise(pl.col("change") - pl.col("price")),
        new=pl.when(is_new).then("change").otherwise(_ZERO),
        gone=pl.when(is_gone).then("change").otherwise(_ZERO),
        one_time=pl.when(is_once).then("change").otherwise(_ZERO),
    )
    return conform(split.select(list(MOVEMENT)), MOVEMENT)


def _prices(moved: pl.DataFrame) -> pl.Series:
    """The price effect of each row; 0.00 for rows that are once-only, new, gone or unmoved."""
    is_compared = (pl.col("family") != ONCE) & pl.col("amount").is_not_null() & pl.col("amount_now").is_not_null() & (pl.col("change") != 0)
    places = moved.select(is_compared.arg_true()).to_series()
    found = [_price(row) for row in moved[places].to_dicts()]
    nothing = pl.Series("price", [Decimal(0)], dtype=DOLLARS).new_from_index(0, moved.height)
    return nothing.scatter(places, pl.Series(found, dtype=DOLLARS)) if found else nothing


def _price(row: dict[str, Any]) -> Decimal:
    """What of a row's change is price; see the rule above."""
    change: Decimal = row["change"]
    if row["family"] not in {CHARGE, ONCE} and row["base_rate_code"] is None:  # a fee on the total of a bill
        return change if row["priced_from"] != row["priced_from_now"] else Decimal(0)
    quantity, quantity_now = Fraction(row["quantity"]), Fraction(row["quantity_now"])
    if quantity == quantity_now:
        return change
    if quantity == 0 or quantity_now == 0:
        return Decimal(0)
    was, comes = _listed(row, ""), _listed(row, "_now")
    has_own_price = not row["has_base"] and not row["has_base_now"]
    if has_own_price and row["listed"] is not None and row["listed"] == row["listed_now"]:
        return Decimal(0)
    if was is None or comes is None:
        was, comes = Fraction(row["exact"]) / quantity, Fraction(row["exact_now"]) / quantity_now
    return round_half_away((comes - was) * quantity)


def _listed(row: dict[str, Any], side: str) -> Fraction | None:
    """The listed price of one side, for a fee its percentage of the base row's; null where it does not explain the amount."""
    if row["listed" + side] is None:
        return None
    listed, quantity, exact = (Fraction(row[name + side]) for name in ("listed", "quantity", "exact"))
    base = Fraction(row["base_exact" + side]) if row["has_base" + side] else exact
    if abs(listed * quantity - base) > row["rows" + side] * (abs(listed) * _SHARE + _ROUNDED) or base == 0:
        return None
    return listed * exact / base if row["has_base" + side] else listed


def by(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Add up a MOVEMENT frame by some of its columns; by none, to one row.

    Returns: keys and the sums, sorted by keys.
    """
    if not keys:
        return frame.select(pl.col(_SUMS).sum())
    return frame.group_by(keys).agg(pl.col(_SUMS).sum()).sort(keys)


def largest(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """The rows of a MOVEMENT frame, or of sums of it, that moved most, up or down; equal ones in the frame's order."""
    moved = frame.filter(pl.col("change") != 0).with_columns(_size=pl.col("change").abs())
    return moved.sort("_size", descending=True, maintain_order=True).head(count).drop("_size")
