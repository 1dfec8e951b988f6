"""Column widths from the texts themselves, so that the renderer needs no measuring pass over every cell."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from reports.invoice.view import Column, Row

PAPER: Final = 1779  # tenths of a millimeter between the margins
_GAP: Final = 31
_CAPITAL: Final = 20
_OTHER: Final = 16  # digits and small letters
_NARROW: Final = 9
_NARROW_LETTERS: Final = frozenset(" .,-–:;·ijlI|'()")
_LEAST_WORDS: Final = 300  # a column of words narrower than this is left to the renderer


def with_widths(columns: Iterable[Column], rows: Iterable[Row], total: str) -> tuple[Column, ...]:
    """Give each column of figures or codes the width of its widest text; columns of words share the rest.
    The total stands under the last column, in bold.

    Where too little is left for words, all widths stay empty and the renderer finds its own.
    """
    columns = tuple(columns)
    plain = [row.cells for row in rows if not row.is_heading]
    needs = []
    for place, column in enumerate(columns):
        texts = {column.title, *(cells[place] for cells in plain), *([total] if place == len(columns) - 1 else [])}
        needs.append(0 if column.css == "w" else max(map(_width, texts)) + (_GAP if place else 2))
    words = needs.count(0)
    rest = PAPER - sum(needs)
    if not words or rest < words * _LEAST_WORDS:
        return columns
    return tuple(replace(column, width=_millimeters(need or rest // words)) for column, need in zip(columns, needs, strict=True))


def _width(text: str) -> int:
    return sum(_NARROW if letter in _NARROW_LETTERS else _CAPITAL if letter.isupper() else _OTHER for letter in text)


def _millimeters(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}mm"
