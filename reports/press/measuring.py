"""Fit a table to the paper: the width of each column from its texts, the lines of each wrapping cell, the height of each row."""

from dataclasses import dataclass
from typing import Final

from reports.press.faces import Style
from reports.press.look import Look
from reports.press.view import OVER, SUB, Section

_LEAST_WORDS: Final = 9000  # a column of words
_SHRINK: Final = 70  # a step to a smaller size where the columns do not fit
_SMALLEST: Final = 700
_LEADING: Final = 124  # hundredths of the size


@dataclass
class Pens:
    """The styles a document is drawn with."""

    regular: Style
    bold: Style
    head: Style


@dataclass
class Fitted:
    """A section measured: sizes, columns' left and right edges, cells that take several lines, heights of rows."""

    section: Section
    size: int
    lefts: list[int]
    rights: list[int]
    wraps: dict[tuple[int, int], list[str]]  # (row, column): lines
    notes: dict[int, list[str]]
    heights: list[int]
    tails: list[int]  # of a column whose figures have unlike decimals: the width of the longest, in thousandths of the size

    def edge(self, place: int, text: str, style: Style) -> int:
        """Where a figure ends, so that decimal points stand below one another."""
        tail = self.tails[place]
        if not tail:
            return self.rights[place]
        return self.rights[place] - (tail - _tail(text, style)) * self.size // 1000

    def head_edge(self, place: int, width: int) -> int:
        """Where a head of `width` ends: over the decimal point where the decimals are long, as far as the column lets it."""
        point = self.rights[place] - self.tails[place] * self.size // 1000
        return min(self.rights[place], max(point, self.lefts[place] + width))


def fitted(section: Section, pens: Pens, look: Look) -> Fitted:
    """Measure one section; rows in = heights out."""
    if not section.columns:
        return Fitted(section, look.text_size, [], [], {}, {}, [], [])
    tails = [_tails(section, place, pens) for place in range(len(section.columns))]
    size = look.text_size
    while True:
        naturals = _naturals(section, pens, size, look, tails)
        widths = _widths(section, naturals, look)
        if widths is not None or size - _SHRINK < _SMALLEST:
            break
        size -= _SHRINK
    widths = widths or _squeezed(naturals, look)
    lefts, rights, x = [], [], look.left
    for width in widths:
        lefts.append(x)
        rights.append(x + width)
        x += width + look.gap
    found = Fitted(section, size, lefts, rights, {}, {}, [], tails)
    _heights(found, naturals, widths, pens, look)
    return found


def _tail(text: str, style: Style) -> int:
    """The width of the decimals with their point."""
    head, point, decimals = text.rpartition(".")
    return style.width(point + decimals) if head else 0


def _tails(section: Section, place: int, pens: Pens) -> int:
    """The longest tail of a column of figures, 0 where all are alike."""
    if section.columns[place].css != "n":
        return 0
    texts = {row.cells[place] for row in section.rows if not row.kind}
    tails = {_tail(text, pens.regular) for text in texts if text[-1:].isdigit()}
    return max(tails) if len(tails) > 1 else 0


def _natural(text: str, style: Style, tail: int) -> int:
    """The width of a text in a column whose longest tail is given."""
    return style.width(text) + (tail - _tail(text, style) if tail else 0)


def _naturals(section: Section, pens: Pens, size: int, look: Look, tails: list[int]) -> list[int]:
    """The width each column would like."""
    plain = [row.cells for row in section.rows if not row.kind]
    subs = [row.cells for row in section.rows if row.kind == SUB]
    found, count = [], len(section.columns)
    for place, column in enumerate(section.columns):
        tail = tails[place]
        widest = max((_natural(text, pens.regular, tail) for text in {cells[place] for cells in plain}), default=0) * size
        bold = {cells[place - count] for cells in subs if place - count > -len(cells)}
        if place == count - 1:
            bold.add(section.total)
        widest = max(widest, max((_natural(text, pens.bold, tail) for text in bold), default=0) * size)
        if tail:
            widest += look.gap * 600  # whole numbers stand far left there
        if section.has_head:
            widest = max(widest, pens.bold.width(column.title) * look.head_size)
        found.append(widest // 1000 + 20)
    return found


def _widths(section: Section, naturals: list[int], look: Look) -> list[int] | None:
    """Figures and codes get what they like, words share the rest; nothing where words would get too little."""
    words = [place for place, column in enumerate(section.columns) if column.css == "w"]
    rest = look.measure - look.gap * (len(naturals) - 1) - sum(width for place, width in enumerate(naturals) if place not in words)
    if rest < sum(min(naturals[place], _LEAST_WORDS) for place in words) or rest < 0:
        return None
    if not words:  # what is left over goes behind the first column
        return [naturals[0] + rest, *naturals[1:]]
    shares = _shares([naturals[place] for place in words], rest)
    given = dict(zip(words, shares, strict=True))
    return [given.get(place, width) for place, width in enumerate(naturals)]


def _shares(likes: list[int], rest: int) -> list[int]:
    """Cut the rest over columns of words: all they like where it is enough, else even parts to those who like more."""
    if sum(likes) <= rest:
        extra = (rest - sum(likes)) // len(likes)
        return [like + extra for like in likes]
    left, shares = rest, [0] * len(likes)
    for already, place in enumerate(sorted(range(len(likes)), key=lambda each: likes[each])):
        shares[place] = min(likes[place], left // (len(likes) - already))
        left -= shares[place]
    return shares


def _squeezed(naturals: list[int], look: Look) -> list[int]:
    """Every column cut to its part of the paper; all cells may wrap."""
    return _shares(naturals, look.measure - look.gap * (len(naturals) - 1))


def _heights(found: Fitted, naturals: list[int], widths: list[int], pens: Pens, look: Look) -> None:
    section, size = found.section, found.size
    tight = [place for place, width in enumerate(widths) if width < naturals[place]]
    leading = size * _LEADING // 100
    small = look.small_size * _LEADING // 100
    single, noted = leading + look.row_space, section.note_column
    for number, row in enumerate(section.rows):
        lines = 1
        if not row.kind:
            for place in tight:
                text = row.cells[place]
                if pens.regular.width(text) * size > widths[place] * 1000:
                    found.wraps[number, place] = parts = wrapped(text, pens.regular, widths[place] * 1000 // size)
                    lines = max(lines, len(parts))
        height = single + (lines - 1) * leading
        if row.note:
            found.notes[number] = parts = wrapped(row.note, pens.regular, widths[noted] * 1000 // look.small_size)
            noted_lines = len(found.wraps.get((number, noted), "x"))
            height = max(height, single + (noted_lines - 1) * leading + small * len(parts))
        found.heights.append(height + (300 if row.kind == OVER else 0))


def wrapped(text: str, style: Style, width: int) -> list[str]:
    """Cut text into lines of at most `width` thousandths of the size; a word wider than a line is cut where it must be.

    The lines, one after the other, are the text: a line that ends at a space keeps it.
    """
    lines: list[str] = []
    line: str | None = None
    used, space = 0, style.width(" ")
    for each in text.split(" "):
        word, wide = each, style.width(each)
        if line is not None and used + space + wide > width:
            lines.append(f"{line} ")
            line, used = None, 0
        if wide > width:
            *whole, word = _cut(word, style, width)
            lines += whole
            wide = style.width(word)
        used += wide + (0 if line is None else space)
        line = word if line is None else f"{line} {word}"
    return [*lines, line or ""]


def _cut(word: str, style: Style, width: int) -> list[str]:
    pieces, piece, used = [], "", 0
    for letter in word:
        wide = style.width(letter)
        if piece and used + wide > width:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + letter, used + wide
    return [*pieces, piece]
