"""Dense codes: number distinct values from 0 up, so that facts are gathered by position instead of joined."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from billing.errors import ReconciliationError

_LARGEST_KEY: Final = 1 << 62
_SMALL: Final = 1 << 16
_LARGEST_TABLE: Final = 1 << 26


def pack(parts: Sequence[tuple[pl.Series, int]]) -> tuple[pl.Series, int]:
    """Pack several small non-negative codes into one Int64 key.

    Args:
        parts: each a column and how many values it may take (0 to that number, exclusive).

    Returns: the key, and how many values it may take.

    Raises:
        ReconciliationError: the key would not fit.
    """
    (first, size), *rest = parts
    key = first.cast(pl.Int64)
    for codes, count in rest:
        if count > 1:
            key, size = key * count + codes, size * count
    if size > _LARGEST_KEY:
        raise ReconciliationError("too many kinds of calls for one key")
    return key.cast(pl.Int64), size


def unpack(keys: pl.Series, sizes: Sequence[int]) -> list[pl.Series]:
    """Take packed keys apart again, in the order they were packed."""
    parts = []
    for size in reversed(sizes[1:]):
        parts.append(keys % size)
        keys = keys // size
    return [keys, *reversed(parts)]


def dense(keys: pl.Series, size: int) -> tuple[pl.Series, pl.Series]:
    """Number the distinct keys in ascending order.

    Args:
        keys: Int64 from 0 to size, exclusive, no nulls.
        size: how many values the key may take; decides between a table of all values and a hash.

    Returns: the code of each row (UInt32), and the distinct keys (Int64), whose places are the codes.
    """
    if size <= _SMALL or size <= min(8 * len(keys), _LARGEST_TABLE):
        seen = pl.zeros(size, pl.UInt8, eager=True).scatter(keys, 1)
        distinct = (seen == 1).arg_true()
        table = pl.zeros(size, pl.UInt32, eager=True).scatter(distinct, pl.int_range(len(distinct), dtype=pl.UInt32, eager=True))
        return table.gather(keys), distinct.cast(pl.Int64)
    return hashed(keys)


def hashed(keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Number the distinct values of any column in ascending order, null first; see `dense`."""
    distinct = keys.unique().sort()
    names = pl.DataFrame({"key": distinct}).with_row_index("code")
    codes = pl.DataFrame({"key": keys}).join(names, on="key", how="left", validate="m:1", maintain_order="left", nulls_equal=True)
    return codes["code"], distinct


class RowCodes:
    """Codes 0, 1, 2 … for the distinct rows of frames with these columns, nulls alike, kept from frame to frame."""

    def __init__(self, schema: dict[str, pl.DataType]) -> None:
        self.rows = pl.DataFrame(schema=schema)

    def of(self, frame: pl.DataFrame) -> pl.Series:
        """The code of each row (UInt32)."""
        on = self.rows.columns
        asked = frame.select(on)
        new = asked.unique(maintain_order=True).join(self.rows, on=on, how="anti", nulls_equal=True, maintain_order="left")
        self.rows = pl.concat([self.rows, new])
        coded = self.rows.with_row_index("code")
        return asked.join(coded, on=on, how="left", validate="m:1", maintain_order="left", nulls_equal=True)["code"]


def texts(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Number the distinct texts of a column in no particular order, null too; see `dense`."""
    if values.null_count() == len(values):
        return pl.zeros(len(values), pl.UInt32, eager=True), pl.Series([None], dtype=pl.String)
    words = pl.Categories.random()
    coded = values.cast(pl.Categorical(words))
    distinct = words.to_series().cast(pl.String)  # while `coded` is there: the words live no longer than their last column
    codes = coded.to_physical()
    if codes.null_count():
        codes = codes.fill_null(len(distinct))
        distinct = distinct.extend(pl.Series([None], dtype=pl.String))
    return codes, distinct
