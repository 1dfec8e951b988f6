"""Write a feed file and its manifest: what the sample generator and the adapters put in the inbox."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl

from billing.errors import InputError
from billing.layouts import DECIMAL_PLACES, FEEDS, Column, Feed
from billing.periods import Period
from inputs.durable import write_whole

LAYOUT_VERSION: Final = 1
_FEWEST_PLACES: Final = {"money": 2, "cost": 2, "rate": 2, "percent": 0, "quantity": 0}
_ADDED_BY_READERS: Final = frozenset({"feed", "source_file", "source_line", "call_date", "local_second", "utc_second"})
_SUM: Final = pl.Decimal(38, 12)


def feed_file_name(feed: str, period: Period, sequence: int) -> str:
    """`<feed>_<YYYY-MM>_<seq>.csv`."""
    return f"{feed}_{period}_{sequence:03d}.csv"


def write_feed(
    inbox: Path,
    feed: str,
    period: Period,
    sequence: int,
    frame: pl.DataFrame,
    producer: str,
    produced_at: str,
    *,
    extra: dict[str, str] | None = None,
    replace: bool = False,
) -> Path:
    """Write `inbox/<period>/<feed>_<period>_<seq>.csv` and its manifest, each whole or not at all.

    All columns of the layout are written, in its order; those the frame lacks are blank. Columns that
    readers add are left out. Decimals are written exactly; a String column is written as it is.

    Args:
        inbox: the workspace's inbox; the period's folder is made in it.
        feed: one of the nine.
        period: the month in the file's name and folder.
        sequence: 1 to 999.
        frame: layout columns (source_record_id also under the feed's own id name), any subset and order.
        producer: who or what made the file.
        produced_at: ISO 8601 with offset; there is no clock here.
        extra: more manifest keys: adapter, original, original_sha256.
        replace: overwrite a file of that name.

    Returns:
        The path of the CSV.

    Raises:
        InputError: a column is unknown, is a float or has more decimals than its kind allows, or the
            file is there already.
    """
    layout = FEEDS[feed]
    texts = _texts(layout, frame)
    data = texts.write_csv(line_terminator="\n").encode()
    folder = inbox / str(period)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / feed_file_name(feed, period, sequence)
    manifest = {
        "feed": feed,
        "layout_version": LAYOUT_VERSION,
        "period": str(period),
        "sequence": sequence,
        "producer": producer,
        "produced_at": produced_at,
        "row_count": texts.height,
        "sum_quantity": _sum(texts, layout.sum_quantity),
        "sum_amount": _sum(texts, layout.sum_amount),
        "sha256": hashlib.sha256(data).hexdigest(),
        **(extra or {}),
    }
    write_whole(path, data, replace=replace)
    write_whole(path.with_suffix(".manifest.json"), (json.dumps(manifest, indent=2) + "\n").encode(), replace=replace)
    return path


def _texts(layout: Feed, frame: pl.DataFrame) -> pl.DataFrame:
    """Turn the frame into all-String columns in layout order."""
    if layout.id_column in frame.columns and "source_record_id" not in frame.columns:
        frame = frame.rename({layout.id_column: "source_record_id"})
    unknown = sorted(set(frame.columns) - set(layout.names) - _ADDED_BY_READERS)
    if unknown:
        raise InputError(f"feed {layout.name} has no column '{unknown[0]}'; write only columns of its layout")
    return pl.DataFrame(
        [
            _text(frame[column.name], column) if column.name in frame.columns else pl.Series(column.name, [None] * frame.height, pl.String)
            for column in layout.columns
        ]
    )


def _text(values: pl.Series, column: Column) -> pl.Series:
    """Write one column's values as the grammar reads them; an empty text becomes null."""
    if values.dtype.is_float():
        raise InputError(f"column '{column.name}' is a float, which loses cents; give Decimal or text")
    places = DECIMAL_PLACES.get(column.kind)
    if values.dtype.is_numeric() and places is not None:
        values = _plain_decimals(values, column, places)
    text = values.cast(pl.String)
    return text.set(text == "", None)


def _plain_decimals(values: pl.Series, column: Column, places: int) -> pl.Series:
    """Write decimals without exponent and without idle zeros, but at least the kind's usual places."""
    exact = values.cast(pl.Decimal(38, places))
    if not (exact.cast(values.dtype) == values).all():
        raise InputError(f"column '{column.name}' has more than {places} decimals; round it where its rule says so")
    fewest = _FEWEST_PLACES[column.kind]
    text = exact.cast(pl.String)
    if places > fewest:
        text = text.str.replace(rf"^(-?[0-9]+\.[0-9]{{{fewest}}}[0-9]*?)0+$", "$1").str.strip_suffix(".")
    return text


def _sum(texts: pl.DataFrame, name: str | None) -> str | None:
    """Add a control column up exactly, as plain text without idle zeros."""
    if name is None:
        return None
    total = texts[name].cast(_SUM).sum()
    return plain_text(Decimal(total))


def plain_text(number: Decimal) -> str:
    """Write a Decimal without exponent and without idle zeros, every digit kept."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
