"""Stable ids: a charge row is named by the hash of what makes it that row, never by its place in a file."""

import hashlib
from typing import Final

import polars as pl

SEPARATOR: Final = "\x1f"
_HEX_DIGITS: Final = 20


def natural_key(*parts: pl.Expr | str) -> pl.Expr:
    """Join the parts of a key; null counts as an empty part. Plain strings are taken literally."""
    texts = [pl.lit(part) if isinstance(part, str) else part.cast(pl.String).fill_null("") for part in parts]
    return pl.concat_str(texts, separator=SEPARATOR)


def stable_id(prefix: str, key: str) -> str:
    """Name one key: prefix and 20 hex digits of its SHA-256."""
    return prefix + hashlib.sha256(key.encode()).hexdigest()[:_HEX_DIGITS]


def stable_ids(prefix: str, keys: pl.Series) -> pl.Series:
    """Name a column of keys."""
    return pl.Series("id", [stable_id(prefix, key) for key in keys.to_list()], dtype=pl.String)
