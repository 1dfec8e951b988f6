"""Figures as text, for rules, descriptions and messages: no zeros after the last decimal that counts."""

import polars as pl


def number_text(value: pl.Expr) -> pl.Expr:
    """Write a Decimal without trailing zeros: 12500.000000 as 12500, 1.250000 as 1.25."""
    text = value.cast(pl.String)
    short = text.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(text.str.contains(".", literal=True)).then(short).otherwise(text)
