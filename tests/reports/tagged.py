"""Read a PDF as a screen reader does: its structure with the text of each element, and what is drawn outside of it."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdf
from pypdf.generic import DictionaryObject, IndirectObject

_TOKEN = re.compile(
    rb"/(?P<tag>\w+)\s*<<\s*/MCID\s+(?P<mark>\d+)\s*>>\s*BDC|(?P<other>/\w+(?:\s*<<[^>]*>>\s*BDC|\s+BMC))|(?P<end>\bEMC\b)"
    rb"|/(?P<font>\S+)\s+[-\d.]+\s+Tf|<(?P<hex>[0-9a-fA-F]*)>(?!>)"
)
_PAIR = re.compile(rb"<([0-9a-f]{4})>\s*<([0-9a-f]+)>")


@dataclass
class Element:
    """One element of the structure."""

    tag: str
    text: str = ""  # of its own marks and of all below it
    below: list["Element"] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    page: int = -1

    def all(self, *tags: str) -> Iterator["Element"]:
        """It and everything below it, in reading order."""
        if not tags or self.tag in tags:
            yield self
        for each in self.below:
            yield from each.all(*tags)


class Tagged:
    """The structure of one PDF."""

    def __init__(self, data: bytes) -> None:
        self.reader = pypdf.PdfReader(io.BytesIO(data))
        self.catalog = self.reader.trailer["/Root"]
        self.page_numbers = {page.indirect_reference.idnum: number for number, page in enumerate(self.reader.pages)}
        self.marks: dict[tuple[int, int], str] = {}
        self.artifacts: list[str] = []
        self._fonts: dict[int, dict[str, str]] = {}
        for number, page in enumerate(self.reader.pages):
            self._read(number, page)
        self.used: list[tuple[int, int]] = []
        self.root = self._element(self.catalog["/StructTreeRoot"]["/K"][0].get_object(), None)

    def _read(self, number: int, page: DictionaryObject) -> None:
        fonts = {name.removeprefix("/"): self._letters(font) for name, font in page["/Resources"]["/Font"].items()}
        font: dict[str, str] = {}
        open_marks: list[int | None] = []
        for token in _TOKEN.finditer(page["/Contents"].get_object().get_data()):
            kind = token.lastgroup
            if kind == "mark":
                open_marks.append(int(token["mark"]))
                self.marks.setdefault((number, int(token["mark"])), "")
            elif kind == "other":
                open_marks.append(None)
            elif kind == "end":
                open_marks.pop()
            elif kind == "font":
                font = fonts[token["font"].decode()]
            elif token["hex"]:
                glyphs = token["hex"].decode().lower()
                text = "".join(font[glyphs[place : place + 4]] for place in range(0, len(glyphs), 4))
                mark = next((each for each in reversed(open_marks) if each is not None), None)
                if mark is None or open_marks[-1] is None:
                    self.artifacts.append(text)
                else:
                    self.marks[number, mark] += text

    def _letters(self, font: object) -> dict[str, str]:
        font = font.get_object()
        stream = font["/ToUnicode"]
        key = font.raw_get("/ToUnicode").idnum
        if key not in self._fonts:
            data = stream.get_data()
            pairs = _PAIR.findall(data)
            self._fonts[key] = {glyph.decode(): bytes.fromhex(code.decode()).decode("utf-16-be") for glyph, code in pairs}
        return self._fonts[key]

    def _element(self, node: DictionaryObject, page: int | None) -> Element:
        if "/Pg" in node:
            page = self.page_numbers[node.raw_get("/Pg").idnum]
        made = Element(node["/S"].removeprefix("/"), facts=dict(node.get("/A", {})), page=-1 if page is None else page)
        if "/Alt" in node:
            made.facts["alt"] = str(node["/Alt"])
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            value = kid.get_object() if isinstance(kid, IndirectObject) else kid
            if isinstance(value, int):
                self.used.append((page, int(value)))
                made.text += self.marks[page, int(value)]
            elif "/S" in value:
                each = self._element(value, page)
                made.below.append(each)
                made.text += each.text
        return made


def attachments(reader: pypdf.PdfReader) -> dict[str, bytes]:
    """The files in a PDF by name."""
    return {name: b"".join(parts) for name, parts in reader.attachments.items()}
