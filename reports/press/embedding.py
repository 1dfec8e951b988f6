"""Embed the faces the drawn pages use, with the map back to text that search and screen readers need."""

from functools import cache

from reports.press.faces import FACES, Part, part
from reports.press.ink import Ink
from reports.press.measuring import Pens

_SYSTEM = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"


def reserved(_pens: Pens, ink: Ink) -> dict[str, int]:
    """Numbers for the fonts, before it is known which are used."""
    return {f"N{style}{place}": ink.reserve() for style in range(len(FACES)) for place in (0, 1)}


def embed(pens: Pens, ink: Ink, numbers: dict[str, int]) -> bytes:
    """Put the used fonts into the ink; returns the entries of the resources."""
    used = {key: each for style in (pens.regular, pens.bold, pens.head) for key, each in style.used.items()}
    for key, number in numbers.items():
        if key in used:
            _font(used[key], ink, number)
        else:
            ink.put(b"null", number)
    return b"".join(b"/%b %d 0 R" % (key.encode(), numbers[key]) for key in sorted(used))


def _font(one: Part, ink: Ink, number: int) -> None:
    name, box = one.name.encode(), b" ".join(b"%d" % value for value in one.box)
    file = ink.stream(b"/Length1 %d" % len(one.data), one.data)
    descriptor = ink.put(
        b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%b]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 660/StemV 80"
        b"/FontFile2 %d 0 R>>" % (name, box, one.ascent, one.descent, file)
    )
    child = ink.put(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b%b/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W[%b]>>"
        % (name, _SYSTEM, descriptor, _widths(one.key))
    )
    unicode = ink.stream(b"", _to_unicode(one.key))
    ink.put(
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (name, child, unicode),
        number,
    )


def _part(key: str) -> Part:
    return part(list(FACES)[int(key[1])], int(key[2]))


@cache
def _widths(key: str) -> bytes:
    one = _part(key)
    widths = {one.glyphs[ord(letter)]: width for letter, width in one.widths.items()}
    return b"".join(b"%d[%d]" % pair for pair in sorted(widths.items()))


@cache
def _to_unicode(key: str) -> bytes:
    one = _part(key)
    letters: dict[int, int] = {}
    for code, glyph in sorted(one.glyphs.items()):
        letters.setdefault(glyph, code)
    pairs = [f"<{glyph:04x}> <{chr(code).encode('utf-16-be').hex()}>" for glyph, code in sorted(letters.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def", "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def", "1 begincodespacerange", "<0000> <ffff>", "endcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
        "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end",
    ]  # fmt: skip
    return "\n".join(lines).encode()
