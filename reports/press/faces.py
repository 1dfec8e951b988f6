"""The bundled faces: which letters they have, how wide each is, and how they go into a PDF."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

FONTS: Final = Path(__file__).parent.parent / "fonts"
REGULAR, BOLD, HEAD = "regular", "bold", "head"
FACES: Final = {  # style: the file of Latin-1 and signs, the file of the letters beyond
    REGULAR: ("source-sans-3-latin-400-normal.woff", "source-sans-3-latin-ext-400-normal.woff"),
    BOLD: ("source-sans-3-latin-600-normal.woff", "source-sans-3-latin-ext-600-normal.woff"),
    HEAD: ("public-sans-latin-700-normal.woff", "public-sans-latin-ext-700-normal.woff"),
}
_USELESS: Final = ("GSUB", "GPOS", "GDEF", "DSIG", "fpgm", "prep", "cvt ", "gasp", "name", "STAT", "post")
_MOST_SHAPES: Final = 60_000
Run = tuple[str, str]  # name of the part, glyph numbers in hex


@dataclass(frozen=True)
class Part:
    """One font file as it is embedded."""

    key: str
    name: str
    data: bytes
    chars: frozenset[str]
    glyphs: dict[int, int]  # code point: glyph number
    widths: dict[str, int]  # thousandths of the size
    ascent: int
    descent: int
    box: tuple[int, ...]


def _font(file: str) -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(FONTS / file, recalcTimestamp=False)


@cache
def characters(style: str) -> frozenset[str]:
    """The characters a style has glyphs for, the soft hyphen and other unseen ones apart."""
    found = frozenset(chr(code) for file in FACES[style] for code in _font(file).getBestCmap())
    return frozenset(letter for letter in found if letter.isprintable())


@cache
def part(style: str, place: int) -> Part:
    """One of the two files of a style, its tables for shaping and hinting left off."""
    font = _font(FACES[style][place])
    cmap, em = font.getBestCmap(), font["head"].unitsPerEm
    known = {code: name for code, name in cmap.items() if chr(code).isprintable()}
    for table in _USELESS:
        if table in font and table != "post":
            del font[table]
    font["post"].formatType = 3
    font.flavor = None
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    head, hhea, advances = font["head"], font["hhea"], font["hmtx"]
    return Part(
        key=f"N{list(FACES).index(style)}{place}",
        name=f"{'ABCDEF'[list(FACES).index(style) * 2 + place] * 6}+{'PublicSans' if style == HEAD else 'SourceSans3'}-{style.title()}",
        data=out.getvalue(),
        chars=frozenset(map(chr, known)),
        glyphs={code: font.getGlyphID(name) for code, name in known.items()},
        widths={chr(code): (advances[name][0] * 1000 + em // 2) // em for code, name in known.items()},
        ascent=hhea.ascent * 1000 // em,
        descent=hhea.descent * 1000 // em,
        box=tuple(value * 1000 // em for value in (head.xMin, head.yMin, head.xMax, head.yMax)),
    )


class Style:
    """One style for drawing: text to glyphs and width, each text once."""

    def __init__(self, style: str) -> None:
        self.style = style
        self.first = part(style, 0)
        self.used: dict[str, Part] = {}
        self._shapes: dict[str, tuple[tuple[Run, ...], int]] = {}

    def shape(self, text: str) -> tuple[tuple[Run, ...], int]:
        """The runs of glyphs of a text and its width in thousandths of the size.

        Raises:
            KeyError: a character without a glyph; `letters.fit` takes them out before.
        """
        found = self._shapes.get(text)
        if found is None:
            if len(self._shapes) > _MOST_SHAPES:
                self._shapes.clear()
            found = self._shapes[text] = self._shaped(text)
        return found

    def width(self, text: str) -> int:
        """The width alone."""
        return self.shape(text)[1]

    def _shaped(self, text: str) -> tuple[tuple[Run, ...], int]:
        one = self.first
        if one.chars.issuperset(text):
            self.used[one.key] = one
            return ((one.key, _hex(one, text)),), sum(map(one.widths.__getitem__, text))
        runs, width = [], 0
        for each, letters in self._pieces(text):
            self.used[each.key] = each
            runs.append((each.key, _hex(each, letters)))
            width += sum(map(each.widths.__getitem__, letters))
        return tuple(runs), width

    def _pieces(self, text: str) -> Iterator[tuple[Part, str]]:
        for place, letters in groupby(text, key=lambda letter: 0 if letter in self.first.chars else 1):
            yield part(self.style, place), "".join(letters)


def _hex(one: Part, text: str) -> str:
    return text.translate(one.glyphs).encode("utf-16-be").hex()
