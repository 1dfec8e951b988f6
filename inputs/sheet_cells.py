"""Read a workbook's cells with their kind: text as text, a number as the digits written, a formula as a formula.

A reader made for tables turns dates into numbers and numbers into text, and shows a formula's last value; here a
cell that is no text must be seen as what it is, so that nothing is guessed.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.parsers import expat

from billing.errors import InputError, Location
from inputs.workbook import refuse_bombs

MOST_ROWS: Final = 2**20  # of a sheet
MOST_COLUMNS: Final = 2**14
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_KINDS: Final = {"s": "text", "inlineStr": "text", "str": "text", "b": "truth value", "e": "error value", "d": "date", "n": "number"}
_SURROGATES: Final = range(0xD800, 0xE000)
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, RuntimeError, NotImplementedError, ValueError, KeyError, IndexError, EOFError,
)  # fmt: skip


@dataclass(frozen=True)
class SheetCell:
    """What a cell holds: `text`, or the kind of what else it holds, with the characters as they stand in the file."""

    kind: str
    value: str


Sheet = dict[tuple[int, int], SheetCell]  # 1-based row and column; empty cells are not there


def read_sheets(data: bytes, at: Location, wanted: tuple[str, ...]) -> dict[str, Sheet]:
    """Read the sheets of these names, hidden or not; a sheet that is not there is left out.

    Raises:
        InputError: F006 when it is no sound .xlsx, is encrypted, declares entities or expands beyond the limits.
    """
    refuse_bombs(data, at)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            strings = _shared_strings(archive)
            paths = _sheet_paths(archive)
            return {name: _cells(archive.read(paths[name]), strings) for name in wanted if name in paths}
    except _BROKEN as error:
        raise InputError("is a damaged workbook; save it again as .xlsx", at=at, code="F006") from error


def _parse(xml: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], text: Callable[[str], None]) -> None:
    """Walk through a part by its local names; a document type, and so any entity, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("a workbook part declares a document type")

    def local(name: str) -> str:
        return name.rpartition(" ")[2]

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: start(local(name), {local(key): value for key, value in given.items()})
    parser.EndElementHandler = lambda name: end(local(name))
    parser.CharacterDataHandler = text
    parser.Parse(xml, True)  # noqa: FBT003  the parser takes no keyword


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each sheet's part lies, by the sheet's name."""
    names: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            names[given["name"]] = given["id"]

    def relation(name: str, given: dict[str, str]) -> None:
        if name == "Relationship":
            targets[given["Id"]] = given["Target"]

    _parse(archive.read("xl/workbook.xml"), sheet, _nothing, _nothing)
    _parse(archive.read("xl/_rels/workbook.xml.rels"), relation, _nothing, _nothing)
    return {name: _part(targets[place]) for name, place in names.items()}


def _part(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _nothing(*_: object) -> None:
    """Take no notice."""


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    reader = _Strings()
    _parse(archive.read("xl/sharedStrings.xml"), reader.start, reader.end, reader.text)
    return reader.found


@dataclass
class _Strings:
    """The shared strings in order; reading aids (`rPh`) are no part of a string."""

    found: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    is_text: bool = False
    aids: int = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self.pieces = []
        self.aids += name == "rPh"
        self.is_text = name == "t" and not self.aids

    def end(self, name: str) -> None:
        self.is_text = False
        self.aids -= name == "rPh"
        if name == "si":
            self.found.append(_plain("".join(self.pieces)))

    def text(self, piece: str) -> None:
        if self.is_text:
            self.pieces.append(piece)


@dataclass
class _Cells:
    """The cells of one sheet, as the part is walked through."""

    strings: list[str]
    found: Sheet = field(default_factory=dict)
    place: tuple[int, int] = (0, 0)
    kind: str = "n"
    pieces: list[str] = field(default_factory=list)
    inside: str = ""
    aids: int = 0
    has_formula: bool = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.place, self.kind = _place(given["r"]), given.get("t", "n")
            self.pieces, self.has_formula = [], False
        self.aids += name == "rPh"
        self.has_formula = self.has_formula or name == "f"
        self.inside = name if name in ("v", "t") and not self.aids else ""

    def end(self, name: str) -> None:
        self.inside = ""
        self.aids -= name == "rPh"
        if name == "c" and (self.pieces or self.has_formula):
            if self.place in self.found:
                raise ValueError("a cell is there twice")
            self.found[self.place] = self._cell("".join(self.pieces))

    def _cell(self, value: str) -> SheetCell:
        if self.has_formula:
            return SheetCell("formula", value)
        if self.kind == "s":
            if not value.isdecimal():
                raise ValueError("a cell names no string")
            return SheetCell("text", self.strings[int(value)])
        if self.kind == "n" and not _NUMBER.fullmatch(value):
            raise ValueError("a number is none")
        return SheetCell(_KINDS[self.kind], _plain(value) if self.kind in ("inlineStr", "str") else value)

    def text(self, piece: str) -> None:
        if self.inside:
            self.pieces.append(piece)


def _cells(xml: bytes, strings: list[str]) -> Sheet:
    reader = _Cells(strings)
    _parse(xml, reader.start, reader.end, reader.text)
    return reader.found


def _place(reference: str) -> tuple[int, int]:
    """Row and column of a reference such as `AB12`, both from 1."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("a cell has no place")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(match[2])
    if row > MOST_ROWS or column > MOST_COLUMNS:
        raise ValueError("a cell lies outside the sheet")
    return row, column


def _plain(text: str) -> str:
    """Undo the escapes of characters that XML cannot hold: `_x0009_` is a tab."""
    return _ESCAPE.sub(lambda found: found[0] if int(found[1], 16) in _SURROGATES else chr(int(found[1], 16)), text)
