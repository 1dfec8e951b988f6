"""The same figures in pandas on 64-bit cents and micros; the made-up rows are small enough not to wrap."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from tests.bench.kernel_data import PERIOD, WEIGHT_SUM


def load(kernel: str, folder: Path) -> dict[str, pd.DataFrame]:
    """Read the frames, outside the clock."""
    return {path.stem.removeprefix(f"{kernel}_"): pd.read_parquet(path) for path in sorted(folder.glob(f"{kernel}_*.parquet"))}


def run(kernel: str, frames: dict[str, pd.DataFrame]) -> pl.DataFrame:
    kernels = {"usage": _usage, "recurring": _recurring, "splits": _splits}
    row, cents = kernels[kernel](frames)
    return pl.DataFrame({"row": row, "cents": cents})


def _usage(frames: dict[str, pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    rows = frames["records"].merge(frames["rates"], on="rate_code", how="left", validate="m:1")
    q, b1, b2 = (rows[name].to_numpy() for name in ("quantity_milli", "bound_1_milli", "bound_2_milli"))
    m1, m2, m3, rate, size = (rows[name].to_numpy() for name in ("micros_1", "micros_2", "micros_3", "rate_micros", "package_milli"))
    method = rows["tier_method"].to_numpy()
    graduated = np.minimum(q, b1) * m1 + np.maximum(np.minimum(q, b2) - b1, 0) * m2 + np.maximum(q - b2, 0) * m3
    volume = q * np.where(q <= b1, m1, np.where(q <= b2, m2, m3))
    package = (q + size - 1) // size * 1000 * rate
    amount = np.select([method == "FLAT", method == "PACKAGE", method == "VOLUME"], [q * rate, package, volume], graduated)
    return rows["row"].to_numpy(), (amount * 2 + 10_000_000) // 20_000_000


def _recurring(frames: dict[str, pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    rows = frames["records"]
    first, stop = np.datetime64(PERIOD.first_day.isoformat()), np.datetime64(PERIOD.stop_day.isoformat())
    start = np.maximum(pd.to_datetime(rows["start"]).to_numpy().astype("datetime64[D]"), first)
    end = np.minimum(pd.to_datetime(rows["stop"]).fillna(pd.Timestamp(stop)).to_numpy().astype("datetime64[D]"), stop)
    days = (end - start).astype(np.int64)
    thirty = rows["prorate"].to_numpy() == "DAILY_30"
    num = np.where(thirty, np.where(days == PERIOD.days, 30, np.minimum(days, 30)), days)
    den = np.where(thirty, 30, PERIOD.days)
    own = (rows["mrc_cents"].to_numpy() * num * 2 + den) // (den * 2)
    owned = rows.assign(own=own, start_day=start)[days > 0].sort_values(["item", "start_day"])
    owner = owned.groupby("item").cumcount()
    earlier = owned.groupby("item")["own"].shift(1, fill_value=0)
    cents = np.where(owner == 1, owned["mrc_cents"] - earlier, owned["own"])
    return owned["row"].to_numpy(), cents


def _splits(frames: dict[str, pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    rows = frames["records"]
    cents = rows["cents"].to_numpy()
    size = np.abs(cents)
    parts = [np.divmod(size * rows[name].to_numpy(), WEIGHT_SUM) for name in ("w1", "w2", "w3")]
    spare = size - sum(part for part, _ in parts)
    total = np.zeros_like(cents)
    for place, (part, rest) in enumerate(parts):
        ahead = sum(
            (other >= rest).astype(np.int64) if index < place else (other > rest).astype(np.int64)
            for index, (_, other) in enumerate(parts)
            if index != place
        )
        total += (part + (ahead < spare)) * (place + 1)
    return rows["row"].to_numpy(), np.sign(cents) * total
