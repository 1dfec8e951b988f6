"""Names of batches and documents: upper case, in the order of their content, never used twice in a period.

A document is `COT`, two digits of the year, two of the month and four base-36 digits: 11 characters, which the oldest
layouts hold too; a lower-case document id puts CGI Advantage into an error state [F MA-GAX, SAM-OC].
"""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.periods import Period

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES: Final = 4
_PREFIX: Final = "COT"


def base36(number: int, places: int = _PLACES) -> str:
    """A whole number in base 36, upper case, filled up with zeros.

    Raises:
        ReconciliationError: it needs more places.
    """
    if not 0 <= number < len(_DIGITS) ** places:
        raise ReconciliationError(f"document number {number} does not fit {places} base-36 digits; send fewer documents a period")
    digits = []
    for _ in range(places):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def document_names(period: Period, first: int, count: int) -> pl.DataFrame:
    """Names of a batch's documents. Returns: _doc (0-based), doc_id."""
    stem = f"{_PREFIX}{period.year % 100:02d}{period.month:02d}"
    names = [f"{stem}{base36(first + n)}" for n in range(count)]
    return pl.DataFrame({"_doc": list(range(count)), "doc_id": names}, schema={"_doc": pl.Int64(), "doc_id": pl.String()})


def batch_name(period: Period, number: int) -> str:
    """The name of a period's batch."""
    return f"COT-{period}-{number:02d}"
