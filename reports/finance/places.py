"""The order in which reports name streams: that of an invoice."""

from typing import Final

import polars as pl

from billing.layouts import STREAMS

_PLACES: Final = {stream: place for place, stream in enumerate(STREAMS)}


def stream_place(column: str) -> pl.Expr:
    """A stream's or feed's place on an invoice, to sort by; what is no stream comes last."""
    return pl.col(column).replace_strict(_PLACES, default=len(_PLACES), return_dtype=pl.Int64)
