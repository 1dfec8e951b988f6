"""The words on a usage charge row: its arithmetic by flat rate, tiers or packages."""

import polars as pl

from billing.money import RATE_PLACES, decimal
from billing.number_text import number_text
from billing.tiers import can_cut, cut, packages
from billing.wording import phrase


def explain_price(priced: pl.DataFrame) -> pl.DataFrame:
    """Write the arithmetic of each row, as `12500 GB x 0.050000 (volume tier 3)`.

    Words cost more than figures: ask for them last, for the rows that are written.

    Args:
        priced: what `price_quantities` returns, with code_uom.

    Rows: as many as priced, in the same order. Adds: rule (null: cannot be priced).
    """
    method, quantity = pl.col("tier_method"), number_text(pl.col("billed"))
    size = number_text(pl.col("package_size"))
    whole = phrase("{} packages of {} {} x {} (package, for {})", packages(), size, "code_uom", "unit_rate", quantity)
    flat = phrase("{} {} x {}", quantity, "code_uom", "unit_rate")
    numbered = priced.with_row_index("_row")
    said = numbered.join(_explain_slices(numbered.filter(can_cut())), on="_row", how="left", validate="1:1", maintain_order="left")
    rule = pl.when(method == "FLAT").then(flat).when(method == "PACKAGE").then(whole).otherwise(pl.col("_sliced"))
    raised = phrase("{}, raised to the least charge of {}", rule, "code_min_charge")
    return said.with_columns(rule=pl.when("is_raised").then(raised).otherwise(rule)).drop("_row", "_sliced")


def _explain_slices(sliced: pl.DataFrame) -> pl.DataFrame:
    """Write what each tier takes, in one text a row: _row and _sliced."""
    cuts, places = cut(sliced)
    pieces = [
        pl.when(f"used{place}").then(
            phrase(
                "{} x {}",
                number_text(decimal(pl.col(f"taken{place}"), RATE_PLACES)),
                decimal(pl.col(f"rate{place}"), RATE_PLACES),
            )
        )
        for place in places
    ]  # fmt: skip
    numbers = [pl.when(f"used{place}").then(pl.lit(str(place + 1))) for place in places]
    method, quantity = pl.col("tier_method").str.to_lowercase(), number_text(pl.col("billed"))
    tiers = pl.concat_str(numbers, separator=", ", ignore_nulls=True)
    several = phrase(
        "{} {}: {} ({} tiers {})", quantity, "code_uom", pl.concat_str(pieces, separator=" + ", ignore_nulls=True), method, tiers
    )
    one = phrase("{} {} x {} ({} tier {})", quantity, "code_uom", "price", method, tiers)
    both = sliced.hstack(cuts.select(pl.exclude("whole", "graduated")))
    return both.select("_row", _sliced=pl.when(pl.col("price").is_null()).then(several).otherwise(one))
