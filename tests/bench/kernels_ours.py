"""The kernels under test: the engine's own functions, from plain columns to a frame of row and cents.

Included: the look-up of tiers, the check that amounts can be held, the order of owners, the one rounding. Not included:
the words of a row's rule, which the engine writes last and for charge rows alone (`tier_words.explain_price`).
"""

from pathlib import Path
from typing import Any

import polars as pl

from billing.frames import Tables
from billing.money import DOLLARS, QUANTITY, RATE, Exact, decimal, units
from billing.policy import Policy
from billing.proration import in_service, prorate
from billing.shares import add_parts
from billing.tiers import attach_tiers, price_quantities
from tests.bench.kernel_data import PERIOD, WEIGHT_SUM
from tests.vectors.world import frame, table_schema

_INT = pl.Int128


def load(kernel: str, folder: Path) -> dict[str, Any]:
    """Read the frames and give them the engine's types, outside the clock."""
    frames = {path.stem.removeprefix(f"{kernel}_"): pl.read_parquet(path) for path in sorted(folder.glob(f"{kernel}_*.parquet"))}
    if kernel == "usage":
        rates, records = frames["rates"], frames["records"]
        rows = [
            {"rate_code": code, "valid_from": "2025-07-01", "tier_no": n, "upper_bound": bound, "unit_rate": f"0.{micros:06d}"}
            for code, b1, b2, *prices in rates.select(
                "rate_code", "bound_1_milli", "bound_2_milli", "micros_1", "micros_2", "micros_3"
            ).iter_rows()
            for n, (bound, micros) in enumerate(zip((b1 // 1000, b2 // 1000, None), prices, strict=True), start=1)
        ]
        tiers = frame(table_schema("rate_tiers"), rows)
        told = rates.select(
            "rate_code", "tier_method", pl.date(2025, 7, 1).alias("table_valid_from"), pl.lit("EACH").alias("code_uom"),
            pl.lit(None, DOLLARS).alias("code_min_charge"),
            unit_rate=decimal(pl.col("rate_micros").cast(_INT), 6).cast(RATE),
            package_size=decimal(pl.col("package_milli").cast(_INT), 3).cast(QUANTITY),
        )  # fmt: skip
        quantities = records.select("row", "rate_code", billed=decimal(pl.col("quantity_milli").cast(_INT), 3).cast(QUANTITY))
        return {"records": quantities, "rates": told, "tables": Tables({"rate_tiers": tiers})}
    if kernel == "recurring":
        return {
            "records": frames["records"].select(
                "row", "item", "prorate", pl.lit("").alias("sub"), pl.lit("RC").alias("rate_code"),
                pl.lit(value=True).alias("is_recurring"), pl.lit(value=True).alias("is_accepted"), pl.lit(1, pl.Int64).alias("lines"),
                pl.col("start").alias("inventory_start"), pl.col("stop").alias("inventory_stop"),
                pl.col("row").cast(pl.String).alias("source_record_id"), pl.lit("f").alias("source_file"),
                pl.col("row").alias("source_line"), price_micros=pl.col("mrc_cents").cast(_INT) * 10_000,
            )
        }  # fmt: skip
    return {"records": frames["records"].with_columns(pl.col("cents", "w1", "w2", "w3").cast(_INT))}


def usage(given: dict[str, Any]) -> pl.DataFrame:
    rated = given["records"].join(given["rates"], on="rate_code", how="left", validate="m:1", maintain_order="left")
    priced = price_quantities(attach_tiers(rated, given["tables"]))
    return priced.select("row", cents=units(Exact(pl.col("numerator"), pl.col("denominator")).dollars(), 2))


def recurring(given: dict[str, Any]) -> pl.DataFrame:
    parts = in_service(given["records"], PERIOD, Policy()).filter(pl.col("days") > 0)
    shared = prorate(parts, PERIOD)
    return shared.select("row", cents=units(Exact(pl.col("numerator"), pl.col("denominator")).dollars(), 2))


def splits(given: dict[str, Any]) -> pl.DataFrame:
    """Three parts a row; the cents are weighed so that a cent in the wrong part shows."""
    parts = add_parts(given["records"], "cents", ["w1", "w2", "w3"], WEIGHT_SUM)
    return parts.select("row", cents=pl.col("p0") + pl.col("p1") * 2 + pl.col("p2") * 3)
