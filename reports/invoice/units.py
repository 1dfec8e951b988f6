"""Units of measure as people write them."""

from functools import lru_cache
from typing import Final

from reports.press.letters import fit

_SHORT: Final = 3
_LOWER: Final = frozenset({"MIN", "DAY", "PER", "OF"})


@lru_cache(1000)
def unit_words(uom: str | None) -> str:
    """`GB_MONTH` as `GB-month`, `SERVER_MONTH` as `server-month`."""
    words = [word if len(word) < _SHORT else word.lower() for word in (uom or "").split("_")]
    return fit("-".join(word.lower() if word.upper() in _LOWER else word for word in words), 16)
