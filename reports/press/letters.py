"""Which letters can be printed, and what stands on paper for one that cannot."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from reports.press.faces import FACES, characters

_BREAKS: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_SPACES: Final = frozenset(_BREAKS + "\u00a0\u2007\u2009\u202f")


@cache
def printable() -> frozenset[str]:
    """Every character that all text faces have a glyph for; headings print no text of others."""
    return frozenset.intersection(*(characters(style) for style in FACES))


def unprintable(text: str) -> set[str]:
    """The characters of a text that have no glyph or would steer the reader's eye: controls, surrogates, bidirectional marks."""
    return set(unicodedata.normalize("NFC", text)) - printable()


def fit(text: str | None, longest: int) -> str:
    """Text as it is printed: at most `longest` characters, the cut marked by an ellipsis.

    Breaks and odd spaces are spaces; what cannot be printed stands as its code, `[U+202E]`, so that nothing is lost unseen.
    """
    if text is None:
        return ""
    if not text.isascii() or not text.isprintable():
        text = _spelled(text[: 4 * longest])
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _spelled(text: str) -> str:
    known = printable()
    letters: Iterable[str] = unicodedata.normalize("NFC", text)
    return "".join(" " if each in _SPACES else each if each in known else f"[U+{ord(each):04X}]" for each in letters)
