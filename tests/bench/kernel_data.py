"""Made-up rows for the kernel benchmarks: the same for every engine, the same every time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from billing.periods import Period

PERIOD = Period(2026, 3)
METHODS = ("FLAT", "GRADUATED", "VOLUME", "PACKAGE")
CODES = 40
WEIGHT_SUM = 100_000_000  # percents in millionths


def usage(rows: int) -> dict[str, pl.DataFrame]:
    """Quantities in thousandths under 40 codes, a quarter of them by each method; tiers of three steps."""
    random = np.random.default_rng(1)
    rates = pl.DataFrame({
        "rate_code": [f"R{n:02d}" for n in range(CODES)],
        "tier_method": [METHODS[n % len(METHODS)] for n in range(CODES)],
        "rate_micros": random.integers(1, 50_000_000, CODES),
        "package_milli": random.integers(1, 100, CODES) * 1000,
        "bound_1_milli": random.integers(1, 1000, CODES) * 1000,
        "bound_2_milli": random.integers(1000, 20_000, CODES) * 1000,
        "micros_1": random.integers(1, 900_000, CODES),
        "micros_2": random.integers(1, 800_000, CODES),
        "micros_3": random.integers(1, 700_000, CODES),
    })  # fmt: skip
    records = pl.DataFrame({
        "row": np.arange(rows),
        "code": random.integers(0, CODES, rows),
        "quantity_milli": random.integers(1, 30_000_000, rows),
    }).with_columns(pl.format("R{}", pl.col("code").cast(pl.String).str.zfill(2)).alias("rate_code")).drop("code")  # fmt: skip
    return {"records": records, "rates": rates}


def recurring(rows: int) -> dict[str, pl.DataFrame]:
    """Inventory rows: most in service all month, some starting or ending in it, one in ten handed over to a second owner."""
    random = np.random.default_rng(2)
    items = rows * 10 // 11
    moved = np.arange(items) % 10 == 0
    first, days = np.datetime64(PERIOD.first_day.isoformat()), PERIOD.days
    day = random.integers(1, days, items)
    kind = random.integers(0, 10, items)  # 0: starts in the month, 1: ends in it, else whole
    starts = np.where(~moved & (kind == 0), first + day, first - 400)
    stops = np.where(moved | (kind == 1), first + day, np.datetime64("NaT"))
    mrc = random.integers(100, 500_000, items)
    item = np.arange(items)
    prorate = np.where(item % 3 == 0, "DAILY_ACTUAL", "DAILY_30")
    owners = pl.DataFrame({"item": item, "start": starts, "stop": stops, "mrc_cents": mrc, "prorate": prorate})
    seconds = pl.DataFrame({
        "item": item[moved], "start": (first + day)[moved], "stop": np.full(moved.sum(), np.datetime64("NaT"), dtype="datetime64[D]"),
        "mrc_cents": mrc[moved], "prorate": prorate[moved],
    })  # fmt: skip
    both = pl.concat([owners.cast({"start": pl.Date, "stop": pl.Date}), seconds.cast({"start": pl.Date, "stop": pl.Date})])
    return {"records": both.sort("item", "start").with_row_index("row").cast({"row": pl.Int64})}


def splits(rows: int) -> dict[str, pl.DataFrame]:
    """Amounts in cents, one in twenty a credit, and three weights that come to 100 per cent."""
    random = np.random.default_rng(3)
    cents = random.integers(0, 10_000_000, rows) * np.where(random.integers(0, 20, rows) == 0, -1, 1)
    one = random.integers(0, WEIGHT_SUM, rows)
    two = random.integers(0, WEIGHT_SUM - one)
    return {"records": pl.DataFrame({"row": np.arange(rows), "cents": cents, "w1": one, "w2": two, "w3": WEIGHT_SUM - one - two})}


MAKERS: dict[str, Callable[[int], dict[str, pl.DataFrame]]] = {"usage": usage, "recurring": recurring, "splits": splits}


def write(kernel: str, rows: int, folder: Path) -> None:
    """Put a kernel's frames in a folder as Parquet."""
    for name, frame in MAKERS[kernel](rows).items():
        frame.write_parquet(folder / f"{kernel}_{name}.parquet")
