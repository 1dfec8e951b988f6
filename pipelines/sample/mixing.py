"""Columns of draws: one whole number a row, the hash of row number, seed and topic, the same on every machine."""

import hashlib

import polars as pl

_MIX = 73_244_475  # below 2^27, so that no product of it and 32 bits leaves 64
_WORD = 1 << 32


def mixed(row: pl.Expr, seed: int, topic: str) -> pl.Expr:
    """Mix a column of row numbers into evenly spread numbers from 0 to 2^32 - 1 (Int64)."""
    salt = int.from_bytes(hashlib.blake2b(f"{seed}/{topic}".encode(), digest_size=4).digest(), "big")
    word = (row.cast(pl.Int64) * 2_654_435_761 + salt) % _WORD
    for _ in range(3):
        word = (word ^ (word // 65_536)) * _MIX % _WORD
    return word ^ (word // 65_536)
