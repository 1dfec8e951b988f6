"""Price quantities: flat, graduated, volume and package rates, and the least charge of a row."""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import Tables
from billing.money import RATE, RATE_PLACES, decimal, units

_INT: Final = pl.Int128
_ZERO: Final = pl.lit(0, _INT)
_DENOMINATOR: Final = 10 ** (2 * RATE_PLACES)  # quantity and rate have 6 decimals each
_LARGEST: Final = 2**127 - 1
_TIER_KEY: Final = ["rate_code", "table_valid_from"]
SLICED: Final = ("GRADUATED", "VOLUME")


def attach_tiers(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the tiers of each row's own rates row.

    Needs the columns of `attach_rate`. Rows: as many as rows. Adds, in millionths and null where the rate has no tiers:
    tiers (bound0, rate0, bound1 … in order, side by side; an open end is a null bound), tier_end (the last bound),
    tier_rate (the highest rate).
    """
    listed = (
        tables["rate_tiers"]
        .sort("rate_code", "valid_from", "tier_no")
        .group_by(pl.col("rate_code"), pl.col("valid_from").alias("table_valid_from"), maintain_order=True)
        .agg(bound=units(pl.col("upper_bound"), RATE_PLACES), rate=units(pl.col("unit_rate"), RATE_PLACES))
    )
    places = range(max([1, *listed["rate"].list.len()]))
    sides = [pl.col(name).list.get(place, null_on_oob=True).alias(f"{name}{place}") for place in places for name in ("bound", "rate")]
    tiers = listed.select(
        *_TIER_KEY, tiers=pl.struct(sides), tier_end=pl.col("bound").list.last(), tier_rate=pl.col("rate").list.max()
    )  # fmt: skip
    return rows.join(tiers, on=_TIER_KEY, how="left", validate="m:1", maintain_order="left")


def price_quantities(rows: pl.DataFrame) -> pl.DataFrame:
    """Price each row's `billed` quantity by its tier_method; 0 comes to nothing, whatever the least charge.

    FLAT: quantity x rate. GRADUATED: each slice at its own price. VOLUME: all at the price of the tier the quantity
    falls in. PACKAGE: whole packages x rate. Upper bounds are inclusive. `tier_words.explain_price` says it in words.

    Needs: billed, unit_rate, package_size, tier_method, code_min_charge and the columns of `attach_tiers`.
    Adds: numerator and denominator (null: cannot be priced), price (the one price of the row, null where there are
    several), is_raised (to the least charge), is_beyond (the quantity is beyond a last tier that is closed).
    Rows: as many as rows, in the same order.

    Raises:
        ReconciliationError: a quantity or a rate is beyond exact arithmetic.
    """
    _refuse_overflow(rows)
    billed, rate, method = units(pl.col("billed"), RATE_PLACES), units(pl.col("unit_rate"), RATE_PLACES), pl.col("tier_method")
    amount = (
        pl.when(method == "FLAT").then(billed * rate)
        .when(method == "PACKAGE").then(packages() * pl.lit(10**RATE_PLACES, _INT) * rate)
        .otherwise(pl.col("_sliced"))
    )  # fmt: skip
    price = pl.when(is_sliced()).then(decimal(pl.col("_one_rate"), RATE_PLACES)).otherwise(pl.col("unit_rate"))
    least = units(pl.col("code_min_charge"), 2) * pl.lit(_DENOMINATOR // 100, _INT)
    is_low = (pl.col("numerator") < least) & (pl.col("billed") > 0)
    return (
        rows.hstack(_price_slices(rows))
        .with_columns(numerator=amount, denominator=pl.lit(_DENOMINATOR, _INT), price=price.cast(RATE))
        .with_columns(
            is_raised=is_low.fill_null(value=False), is_beyond=(is_sliced() & (billed > pl.col("tier_end"))).fill_null(value=False)
        )
        .with_columns(numerator=pl.when("is_raised").then(least).otherwise("numerator"))
        .drop("_sliced", "_one_rate")
    )


def packages() -> pl.Expr:
    """Count the whole packages that a row's quantity takes; null without a package size."""
    billed, size = units(pl.col("billed"), RATE_PLACES), units(pl.col("package_size"), RATE_PLACES)
    return pl.when(size > _ZERO).then((billed + size - pl.lit(1, _INT)) // size)


def is_sliced() -> pl.Expr:
    """Tell whether a row's quantity is to be cut by tiers."""
    return (pl.col("tier_method") == SLICED[0]) | (pl.col("tier_method") == SLICED[1])


def can_cut() -> pl.Expr:
    """Tell whether a row's quantity is to be cut by tiers and can be."""
    return (is_sliced() & pl.col("tier_rate").is_not_null() & (pl.col("billed") >= 0)).fill_null(value=False)


def cut(rows: pl.DataFrame) -> tuple[pl.DataFrame, range]:
    """Cut graduated and volume quantities at the bounds of their tiers, side by side in columns.

    Args:
        rows: billed (not below zero), tier_method, tiers.

    Returns: a row per row, and the places of the longest list of tiers. For each place, in millionths: rate0 … (the
    tier's price), used0 … (it takes something, or a volume of 0 falls in it), taken0 … (what it takes).
    """
    places = range(len(rows["tiers"].struct.fields) // 2)
    wide = rows.select(
        "tiers", whole=units(pl.col("billed"), RATE_PLACES), graduated=pl.col("tier_method") == "GRADUATED"
    ).unnest("tiers")  # fmt: skip
    # min_horizontal passes over the null of an open end
    wide = wide.with_columns(pl.min_horizontal("whole", f"bound{place}").alias(f"top{place}") for place in places)
    whole, is_used, taken = pl.col("whole"), [], []
    for place in places:
        top, lower = pl.col(f"top{place}"), pl.coalesce(f"bound{place - 1}", _ZERO) if place else _ZERO
        falls_in = (top == whole) & ((whole > lower) | pl.lit(place == 0))
        reaches = pl.when("graduated").then(top > lower).otherwise(falls_in)
        is_used.append((reaches & pl.col(f"rate{place}").is_not_null()).alias(f"used{place}"))
        amount = pl.when("graduated").then(top - lower).otherwise(whole)
        taken.append(pl.when(f"used{place}").then(amount).otherwise(_ZERO).alias(f"taken{place}"))
    return wide.with_columns(is_used).with_columns(taken), places


def _price_slices(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up the tiers of each row: _sliced, _one_rate (null where several are used); null where nothing can be cut."""
    is_cut = rows.select(can_cut().alias("is_cut"))["is_cut"]
    cuts, places = cut(rows.select("billed", "tier_method", "tiers").filter(is_cut))
    count = pl.sum_horizontal([pl.col(f"used{place}").cast(pl.UInt32) for place in places])
    totals = cuts.select(
        _sliced=pl.sum_horizontal([pl.col(f"taken{place}") * pl.col(f"rate{place}") for place in places]),
        _one_rate=pl.when(count == 1).then(pl.coalesce([pl.when(f"used{place}").then(f"rate{place}") for place in places])),
    )
    spread = rows.select(place=pl.when(is_cut).then(is_cut.cum_sum() - 1))["place"]
    return totals.select(pl.all().gather(pl.lit(spread)))


def _refuse_overflow(rows: pl.DataFrame) -> None:
    """Refuse quantities and rates whose product could wrap around."""
    quantity, rate, tier_rate = rows.select(
        units(pl.col("billed"), RATE_PLACES).abs().max(),
        units(pl.col("unit_rate"), RATE_PLACES).abs().max().alias("rate"),
        pl.col("tier_rate").max(),
    ).row(0)
    if (quantity or 0) * max(rate or 0, tier_rate or 0, 10**RATE_PLACES) > _LARGEST:
        raise ReconciliationError("a quantity times its rate is beyond exact arithmetic; look for a wrong quantity or rate")
