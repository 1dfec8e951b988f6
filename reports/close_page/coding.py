"""Put a frame into a page in few bytes: column by column, each text once, money as whole cents, the whole deflated."""

import base64
import json
import zlib
from typing import Final

import polars as pl

_LEVEL: Final = 9
_UNSEEN: Final = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"  # controls, direction marks, line separators: they can only deceive on a screen


def clean(texts: pl.Expr) -> pl.Expr:
    """Text without letters that cannot be seen."""
    return texts.str.replace_all(_UNSEEN, " ")


def texts(column: pl.Series) -> dict[str, list[object]]:
    """A text column as its values, each once in the order they first come, and one place in them a row; null stays null."""
    words = column.drop_nulls().unique(maintain_order=True)
    return {"words": words.to_list(), "rows": column.cast(pl.Enum(words)).to_physical().to_list()}


def cents(column: pl.Series) -> list[int | None]:
    """Dollars as whole cents."""
    return (column.cast(pl.Decimal(38, 2)) * 100).cast(pl.Int64).to_list()


def plain(column: pl.Series) -> pl.Series:
    """Decimals as text without idle zeros: `4284`, `0.005`; null stays null."""
    text = column.cast(pl.String)
    return text.to_frame("t").select(
        pl.when(pl.col("t").str.contains(".", literal=True))
        .then(pl.col("t").str.strip_chars_end("0").str.strip_chars_end("."))
        .otherwise("t")
    ).to_series()  # fmt: skip


def packed(document: object) -> str:
    """A document as JSON, deflated, in base64: letters that mean nothing to HTML."""
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(data, _LEVEL)).decode()


def embedded(document: object) -> str:
    """A document as JSON that may stand inside a script element, whatever its texts hold."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
