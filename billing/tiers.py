"""Price quantities: flat, graduated, volume and package rates, and the least charge of a row."""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import Tables
from billing.money import RATE, RATE_PLACES, decimal, units
from billing.number_text import number_text

_INT: Final = pl.Int128
_ZERO: Final = pl.lit(0, _INT)
_DENOMINATOR: Final = 10 ** (2 * RATE_PLACES)  # quantity and rate have 6 decimals each
_LARGEST: Final = 2**127 - 1
_TIER_KEY: Final = ["rate_code", "table_valid_from"]
SLICED: Final = ("GRADUATED", "VOLUME")


def attach_tiers(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add the tiers of each row's own rates row as lists, in order: tier_bounds and tier_rates, in millionths.

    Needs the columns of `attach_rate`. Rows: as many as rows; null lists where the rate has no tiers. An open end
    is a null bound.
    """
    tiers = (
        tables["rate_tiers"]
        .sort("rate_code", "valid_from", "tier_no")
        .group_by(pl.col("rate_code"), pl.col("valid_from").alias("table_valid_from"), maintain_order=True)
        .agg(
            tier_bounds=units(pl.col("upper_bound"), RATE_PLACES),
            tier_rates=units(pl.col("unit_rate"), RATE_PLACES),
        )
    )
    return rows.join(tiers, on=_TIER_KEY, how="left", validate="m:1", maintain_order="left")


def price_quantities(rows: pl.DataFrame) -> pl.DataFrame:
    """Price each row's `billed` quantity by its tier_method; 0 comes to nothing, whatever the least charge.

    FLAT: quantity x rate. GRADUATED: each slice at its own price. VOLUME: all at the price of the tier the quantity
    falls in. PACKAGE: whole packages x rate. Upper bounds are inclusive.

    Needs: billed, unit_rate, package_size, tier_method, tier_bounds, tier_rates, code_uom, code_min_charge.
    Adds: numerator and denominator (null: cannot be priced), price (the one price of the row, null where there are
    several), rule, is_beyond (the quantity is beyond a last tier that is closed).
    Rows: as many as rows, in the same order.

    Raises:
        ReconciliationError: a quantity or a rate is beyond exact arithmetic.
    """
    _refuse_overflow(rows)
    numbered = rows.with_row_index("_row")
    sliced = _price_slices(numbered)
    joined = numbered.join(sliced, on="_row", how="left", validate="1:1", maintain_order="left")
    method, billed, rate = pl.col("tier_method"), units(pl.col("billed"), RATE_PLACES), units(pl.col("unit_rate"), RATE_PLACES)
    size = units(pl.col("package_size"), RATE_PLACES)
    packages = pl.when(size > _ZERO).then((billed + size - pl.lit(1, _INT)) // size)
    amount = (
        pl.when(method == "FLAT").then(billed * rate)
        .when(method == "PACKAGE").then(packages * pl.lit(10**RATE_PLACES, _INT) * rate)
        .otherwise(pl.col("_sliced"))
    )  # fmt: skip
    priced = joined.with_columns(
        numerator=amount,
        denominator=pl.lit(_DENOMINATOR, _INT),
        price=pl.when(method.is_in(SLICED)).then(pl.col("_sliced_price")).otherwise(pl.col("unit_rate")).cast(RATE),
        rule=_rule(packages),
        is_beyond=pl.col("_beyond").fill_null(value=False),
    )
    return _raise_to_least(priced).drop("_row", "_sliced", "_sliced_price", "_sliced_rule", "_beyond")


def _rule(packages: pl.Expr) -> pl.Expr:
    """The arithmetic in words and figures."""
    method, quantity = pl.col("tier_method"), number_text(pl.col("billed"))
    size = number_text(pl.col("package_size"))
    whole = pl.format("{} packages of {} {} x {} (package, for {})", packages, size, "code_uom", "unit_rate", quantity)
    flat = pl.format("{} {} x {}", quantity, "code_uom", "unit_rate")
    return pl.when(method == "FLAT").then(flat).when(method == "PACKAGE").then(whole).otherwise(pl.col("_sliced_rule"))


def _cut(numbered: pl.DataFrame) -> pl.DataFrame:
    """Cut graduated and volume quantities at the bounds: one row per quantity and tier, with what the tier takes."""
    cut = (
        numbered.filter(pl.col("tier_method").is_in(SLICED) & pl.col("tier_rates").is_not_null() & (pl.col("billed") >= 0))
        .select("_row", "tier_method", "code_uom", "billed", "tier_bounds", "tier_rates")
        .explode("tier_bounds", "tier_rates")
        .with_columns(_whole=units(pl.col("billed"), RATE_PLACES))
        .with_columns(
            _lower=pl.col("tier_bounds").shift(1).over("_row"),
            _tier=pl.int_range(1, pl.len() + 1).over("_row"),
        )
        .with_columns(_lower=pl.coalesce("_lower", _ZERO))
    )
    # min_horizontal passes over the null of an open end
    reach = pl.max_horizontal(pl.min_horizontal("_whole", "tier_bounds") - pl.col("_lower"), _ZERO)
    falls_in = ((pl.col("_whole") > pl.col("_lower")) | (pl.col("_tier") == 1)) & (
        pl.col("tier_bounds").is_null() | (pl.col("_whole") <= pl.col("tier_bounds"))
    )
    is_graduated = pl.col("tier_method") == "GRADUATED"
    taken = pl.when(is_graduated).then(reach).otherwise(pl.when(falls_in).then(pl.col("_whole")).otherwise(_ZERO))
    used = (is_graduated & (taken > _ZERO)) | (~is_graduated & falls_in)
    return cut.with_columns(_taken=taken, _used=used)


def _price_slices(numbered: pl.DataFrame) -> pl.DataFrame:
    """Add up the tiers; one row for each graduated or volume quantity that has tiers and is not negative."""
    piece = pl.format("{} x {}", number_text(decimal(pl.col("_taken"), RATE_PLACES)), decimal(pl.col("tier_rates"), RATE_PLACES))
    tier_text = pl.col("_tier").cast(pl.String)
    return (
        _cut(numbered)
        .group_by("_row", maintain_order=True)
        .agg(
            (pl.col("_taken") * pl.col("tier_rates")).sum().alias("_sliced"),
            pl.when(pl.col("_used").sum() == 1).then(pl.col("tier_rates").filter(pl.col("_used")).first()).alias("_one"),
            piece.filter(pl.col("_used")).str.join(" + ").alias("_pieces"),
            tier_text.filter(pl.col("_used")).str.join(", ").alias("_tiers"),
            pl.col("tier_method").first().str.to_lowercase().alias("_method"),
            number_text(pl.col("billed").first()).alias("_billed"),
            pl.col("code_uom").first(),
            (pl.col("tier_bounds").last().is_not_null() & (pl.col("_whole") > pl.col("tier_bounds")).last()).alias("_beyond"),
        )
        .with_columns(_sliced_price=decimal(pl.col("_one"), RATE_PLACES))
        .select(
            "_row", "_sliced", "_beyond", "_sliced_price",
            _sliced_rule=pl.when(pl.col("_one").is_null())
            .then(pl.format("{} {}: {} ({} tiers {})", "_billed", "code_uom", "_pieces", "_method", "_tiers"))
            .otherwise(pl.format("{} {} x {} ({} tier {})", "_billed", "code_uom", "_sliced_price", "_method", "_tiers")),
        )
    )  # fmt: skip


def _raise_to_least(priced: pl.DataFrame) -> pl.DataFrame:
    """Raise a row's amount to code_min_charge, unless its quantity is nothing."""
    least = units(pl.col("code_min_charge"), 2) * pl.lit(_DENOMINATOR // 100, _INT)
    is_low = ((pl.col("numerator") < least) & (pl.col("billed") > 0)).fill_null(value=False)
    return priced.with_columns(
        numerator=pl.when(is_low).then(least).otherwise(pl.col("numerator")),
        rule=pl.when(is_low).then(pl.format("{}, raised to the least charge of {}", "rule", "code_min_charge")).otherwise(pl.col("rule")),
    )


def _refuse_overflow(rows: pl.DataFrame) -> None:
    """Refuse quantities and rates whose product could wrap around."""
    quantity, rate, tier_rate = rows.select(
        units(pl.col("billed"), RATE_PLACES).abs().max(),
        units(pl.col("unit_rate"), RATE_PLACES).abs().max().alias("rate"),
        pl.col("tier_rates").list.max().max().alias("tier_rate"),
    ).row(0)
    if (quantity or 0) * max(rate or 0, tier_rate or 0, 10**RATE_PLACES) > _LARGEST:
        raise ReconciliationError("a quantity times its rate is beyond exact arithmetic; look for a wrong quantity or rate")
