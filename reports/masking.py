"""Take telephone numbers and calling codes out of text that leaves the house of call detail."""

import re
from typing import Final

import polars as pl

MASK: Final = "[number]"
NUMBER_COLUMNS: Final = frozenset({"to_number", "from_number", "charge_number", "auth_code", "account_code", "trunk"})
_LONG: Final = re.compile(r"(?<![A-Za-z\d])\+?\d[\d*# ().-]{5,}\d")
_FEWEST_DIGITS: Final = 7  # of a telephone number
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def masked_text(text: str | None, raw_value: str | None, keep: str | None) -> str | None:
    """Text without the raw value and without anything of seven digits or more, dates and one kept number apart."""
    if text is None:
        return None
    if raw_value:
        text = text.replace(raw_value, MASK)
    return _LONG.sub(lambda hit: _masked(hit[0], keep), text)


def _masked(hit: str, keep: str | None) -> str:
    digits = sum(letter.isdigit() for letter in hit)
    return hit if hit == keep or _DATE.fullmatch(hit) or digits < _FEWEST_DIGITS else MASK


def masked_findings(exceptions: pl.DataFrame) -> pl.DataFrame:
    """Findings on calls with their numbers masked, in raw_value and in message; other findings as they are.

    Rows: as many, in the same order.
    """
    if "long_distance" not in exceptions["feed"].unique().to_list():
        return exceptions
    columns = exceptions.select("feed", "column_name", "raw_value", "message", "billing_number")
    raws: list[str | None] = []
    messages: list[str | None] = []
    for feed, column, raw, message, keep in columns.iter_rows():
        if feed != "long_distance":
            raws.append(raw)
            messages.append(message)
            continue
        secret = raw if column in NUMBER_COLUMNS else None
        raws.append(MASK if secret else masked_text(raw, None, keep))
        messages.append(masked_text(message, secret, keep))
    return exceptions.with_columns(raw_value=pl.Series(raws, dtype=pl.String), message=pl.Series(messages, dtype=pl.String))
