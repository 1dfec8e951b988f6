"""What a new rate does to the month's charges: quantity x (new - old), exact, rounded once a rate."""

from typing import Final

import polars as pl

from billing.money import RATE_PLACES, divide, units
from reports.finance.rate_rows import SCOPE
from reports.published import Published

_INT: Final = pl.Int128
_CENTS_OF_MICRO_SQUARED: Final = 10**10  # quantity and price in millionths make 10^-12 dollars; a cent is 10^10 of them


def priced_charges(published: Published) -> pl.DataFrame:
    """The month's charge rows with the code whose rate row priced them; the mark-up's is the base row's.

    Adds: priced_code, base_exact (of the row a mark-up is taken on; null: no mark-up).
    """
    lines = published.now("fact_charge")
    bases = lines.select(base_charge_id="charge_id", _base_code="rate_code", base_exact="exact_amount", _base_stream="stream")
    found = lines.join(bases, on="base_charge_id", how="left", validate="m:1", maintain_order="left")
    fees = published.now("dim_rate").filter(pl.col("fee_rate_code").is_not_null()).select(
        _base_code="rate_code", rate_code="fee_rate_code", _is_markup=pl.lit(value=True)
    ).unique()  # fmt: skip
    marked = found.join(fees, on=["_base_code", "rate_code"], how="left", validate="m:1", maintain_order="left")
    is_markup = (pl.col("component") == "FEE") & pl.col("_is_markup").fill_null(value=False)
    return marked.with_columns(
        priced_code=pl.when(is_markup).then("_base_code").otherwise("rate_code"), base_exact=pl.when(is_markup).then("base_exact")
    ).drop("_base_code", "_base_stream", "_is_markup")


def charges_of(started: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    """Put beside each charge row the started rate that priced it: same code, day and approval, the narrowest first.

    Args:
        started: RATE_ROW, narrow, the old prices and column `_rate` that names each row.
        charges: of `priced_charges`.

    Rows: at most one per charge row.
    """
    rates = started.rename({"rate_code": "priced_code", "valid_from": "rate_valid_from"} | {name: f"_{name}" for name in SCOPE[:2]})
    rates = rates.rename({"unit_rate": "new_unit_rate"})
    pairs = charges.join(rates, on=["priced_code", "rate_valid_from", "approval_ref"], how="inner")
    fits = [pl.col(f"_{name}").is_null() | (pl.col(f"_{name}") == pl.col(name)) for name in SCOPE[:2]]
    return pairs.filter(*fits).sort("charge_id", "narrow", descending=[False, True]).unique("charge_id", keep="first", maintain_order=True)


def effects(matched: pl.DataFrame) -> pl.DataFrame:
    """Add a started rate's charges up.

    amount_affected is null where one of its rows has no price that can be compared: no old rate, tiers, packages.
    A row whose price is agreed for the item alone (it is not the rate's), or that brings its own dollars (pass-through),
    is not moved by the rate.

    Rows: one per `_rate`. Returns: _rate, lines, quantity, amount, amount_affected.
    """
    pico = pl.when(pl.col("base_exact").is_null()).then(_by_price()).otherwise(_by_percent())
    sums = matched.with_columns(_pico=pico).group_by("_rate").agg(
        lines=pl.len().cast(pl.Int64), quantity=pl.col("quantity").filter(pl.col("base_exact").is_null()).sum(),
        amount=pl.col("amount").sum(), _pico=pl.when(pl.col("_pico").is_not_null().all()).then(pl.col("_pico").sum()),
    )  # fmt: skip
    cents = divide(pl.col("_pico"), pl.lit(_CENTS_OF_MICRO_SQUARED, _INT), 0)
    return sums.with_columns(amount_affected=cents.reinterpret(dtype=pl.Decimal(38, 2))).drop("_pico")


def _by_price() -> pl.Expr:
    """Quantity x (new - old) in 10^-12 dollars; a price by miles is new and old at the row's own miles."""
    price, new, old = (units(pl.col(name), RATE_PLACES) for name in ("unit_rate", "new_unit_rate", "old_unit_rate"))
    per_mile, old_per_mile = (units(pl.col(name), RATE_PLACES) for name in ("per_mile_rate", "old_per_mile_rate"))
    by_miles = (per_mile > 0).fill_null(value=False)
    miles = pl.when(by_miles).then((price - new) // pl.when(by_miles).then(per_mile)).otherwise(pl.lit(0, _INT))
    is_rates_own = price == new + miles * pl.coalesce(per_mile, pl.lit(0, _INT))
    was = old + miles * pl.coalesce(old_per_mile, pl.lit(0, _INT))
    is_same_kind = by_miles | ~(old_per_mile > 0).fill_null(value=False)
    is_flat = (pl.col("tier_method") == "FLAT") & (pl.col("old_tier_method") == "FLAT") & is_same_kind
    moved = units(pl.col("quantity"), RATE_PLACES) * (price - was)
    brings_its_own = pl.col("new_unit_rate").is_null() & pl.col("old_unit_rate").is_null()
    stays = is_flat & (brings_its_own | ~is_rates_own.fill_null(value=True))
    return pl.when(stays).then(pl.lit(0, _INT)).when(is_flat).then(moved)


def _by_percent() -> pl.Expr:
    """Base x (new - old) per cent in 10^-12 dollars, to the nearest one."""
    off = units(pl.col("markup_pct"), RATE_PLACES) - units(pl.col("old_markup_pct"), RATE_PLACES)
    return divide(pl.col("base_exact").to_physical().cast(_INT) * off, pl.lit(10**8, _INT), 0)
