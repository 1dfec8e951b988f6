"""Split the bytes of a CSV into rows of text: plain lines by the million, odd lines one by one, none lost.

A plain line has no quote, no control character, valid text and the right number of commas. Everything else is
odd: quoted records are parsed strictly, the rest becomes a fault with its line. Nothing is guessed or filled up.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from billing.errors import InputError, Location, ReconciliationError
from inputs.text_file import LINE_LIMIT, shown

_CHUNK: Final = 1 << 18
_COMMA, _LF, _CR, _DELETE, _SPACE, _QUOTE = (ord(char) for char in ',\n\r\x7f "')
_FIELD: Final = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\r\n]*+)'
_RECORD: Final = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+(?=\r?\n|\r?\Z)")
# Controls (C0, DEL, C1), direction marks and overrides, line and paragraph separators, byte order marks inside the text.
UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_LINE_BREAK: Final = re.compile(r"\r?\n")

_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fault:
    """A row that has no cells: its line, the column where that can be told, what is wrong, and its text."""

    line: int
    column_no: int | None
    message: str
    raw_text: str


@dataclass(frozen=True)
class Rows:
    """A table as text: the header, the rows as String columns `c0`, `c1` … with source_line, and the faults."""

    header: tuple[str, ...]
    cells: pl.DataFrame
    faults: tuple[Fault, ...]
    blank_lines: int
    elsewhere: int = 0  # rows of the file that were read in another way and are not here

    @property
    def row_count(self) -> int:
        """Data rows of the file, readable or not; blank lines are none."""
        return self.cells.height + len(self.faults) + self.elsewhere


def split_csv(body: bytes, name: str) -> Rows:
    """Split a CSV whose encoding `text_body` has passed.

    Raises:
        InputError: F005 when the header itself cannot be read.
        ReconciliationError: lines in are not header + blank + accepted + refused lines; an error of ours.
    """
    header, start = _header(body, name)
    names = [f"c{place}" for place in range(len(header))]
    cells = _all_plain(body, names)
    if cells is not None:
        numbered = cells.with_columns(source_line=pl.int_range(2, cells.height + 2, dtype=pl.Int64))
        return Rows(header, numbered, (), 0)
    if start >= len(body):
        return Rows(header, _frame([], names).with_columns(source_line=pl.lit(None, pl.Int64)), (), 0)
    return _Splitter(body[start:], names).rows(header)


def _header(body: bytes, name: str) -> tuple[tuple[str, ...], int]:
    """The header's names and where the second line starts."""
    at = Location(shown(name), 1)
    stop = body.find(b"\n")
    line = (body if stop < 0 else body[:stop]).removesuffix(b"\r")
    try:
        text = line[: LINE_LIMIT + 1].decode()
    except UnicodeDecodeError as error:
        raise InputError("header is not UTF-8; save the file as UTF-8", at=at, code="F005") from error
    if len(line) > LINE_LIMIT or UNSAFE.search(text):
        raise InputError("header is too long or holds control characters; write the column names in line 1", at=at, code="F005")
    try:
        names = next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise InputError("header has unbalanced quotes; write the column names in line 1", at=at, code="F005") from error
    return tuple(names), len(body) if stop < 0 else stop + 1


def _frame(rows: list[list[str]], names: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.select(pl.when(pl.all() != "").then(pl.all()))  # an empty cell is null, quoted or not


def _all_plain(body: bytes, names: list[str]) -> pl.DataFrame | None:
    """All rows at once when a count of the file's bytes shows that every line is plain, else None."""
    places = np.frombuffer(body, dtype=np.uint8)
    controls = breaks = commas = highest = 0
    for start in range(0, len(body), _CHUNK):  # one pass over memory; each part is counted while it is in cache
        part = places[start : start + _CHUNK]
        if (part == _QUOTE).any():
            return None
        controls += int(np.count_nonzero(part < _SPACE))
        breaks += int(np.count_nonzero(part == _LF))
        commas += int(np.count_nonzero(part == _COMMA))
        highest = max(highest, int(part.max()))
    if len(names) == 1 or (highest >= _DELETE and (b"\x7f" in body or not _is_clean_text(body, places))):
        return None
    returns = body.count(b"\r\n") if controls != breaks else 0
    lines = breaks + (not body.endswith(b"\n"))
    # With no line longer than the header, which the reader checks, equal sums mean that no line is shorter.
    if controls != breaks + returns or commas != (len(names) - 1) * lines:
        return None
    frame = _read_plain(body, names, skip_lines=1)
    return frame if frame is not None and frame.height == lines - 1 else None


def raw_records(body: bytes, lines: list[int]) -> list[str]:
    """The text of the records that start on the given lines, as received."""
    starts = np.append(0, np.flatnonzero(np.frombuffer(body, dtype=np.uint8) == _LF) + 1) if lines else np.empty(0, np.int64)
    texts = []
    for line in lines:
        start = int(starts[line - 1])
        end = body.find(b"\n", start)
        record = body[start : len(body) if end < 0 else end].removesuffix(b"\r")
        whole = _RECORD.match(body, start, start + LINE_LIMIT) if b'"' in record else None
        texts.append((whole.group() if whole else record).decode(errors="replace"))
    return texts


def _is_clean_text(body: bytes, places: npt.NDArray[np.uint8]) -> bool:
    """Whether the bytes are UTF-8 without direction marks and the like; ASCII controls are counted elsewhere."""
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return UNSAFE.search(places[places > _DELETE].tobytes().decode()) is None


def _read_plain(body: bytes, names: list[str], *, skip_lines: int) -> pl.DataFrame | None:
    """Read lines known to hold no quote as String columns; None when a line has too many commas."""
    try:
        return pl.read_csv(body, has_header=False, skip_lines=skip_lines, schema=dict.fromkeys(names, pl.String()), quote_char=None)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):  # by where the long line stands, one or the other
        return None


class _Splitter:
    """One body with odd lines in it."""

    def __init__(self, body: bytes, names: list[str]) -> None:
        self.body, self.names = body, names
        places = np.frombuffer(body, dtype=np.uint8)
        breaks = np.flatnonzero(places == _LF)
        self.ends: _Places = breaks if body.endswith(b"\n") else np.append(breaks, len(body))  # where each line's break is
        self.starts: _Places = np.append(0, self.ends[:-1] + 1)
        self.is_plain = self._plain_lines(places)
        self.faults: list[Fault] = []
        self.parsed: list[list[str]] = []
        self.parsed_lines: list[int] = []
        self.blank_lines = 0
        self.odd_lines = 0

    def _plain_lines(self, places: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Tell for each line whether it is plain: right number of commas, no odd byte, not too long."""
        commas = np.add.reduceat(places == _COMMA, self.starts, dtype=np.int32)
        is_odd = (places < _SPACE) & (places != _LF)
        is_odd[:-1] &= (places[:-1] != _CR) | (places[1:] != _LF)
        is_odd |= (places == _QUOTE) | (places == _DELETE)
        if not _is_clean_text(self.body, places):
            is_odd |= places > _DELETE
        lengths = self.ends - self.starts
        is_short = (lengths > 0) & (lengths <= LINE_LIMIT)
        is_plain: npt.NDArray[np.bool_] = ~np.logical_or.reduceat(is_odd, self.starts) & is_short & (commas == len(self.names) - 1)
        return is_plain

    def rows(self, header: tuple[str, ...]) -> Rows:
        """Take the odd lines one by one, the plain ones together, and put them back in file order."""
        done = 0
        for index in np.flatnonzero(~self.is_plain).tolist():
            if index >= done:
                done = self._take(index)
                self.is_plain[index:done] = False
                self.odd_lines += done - index
        plain = self._plain_frame()
        odd = _frame(self.parsed, self.names).with_columns(source_line=pl.Series(self.parsed_lines, dtype=pl.Int64))
        lines = self.odd_lines + plain.height
        if lines != len(self.starts):
            raise ReconciliationError(f"{len(self.starts)} lines went in, {lines} came out; report this")
        cells = pl.concat([plain, odd]).sort("source_line")
        return Rows(header, cells, tuple(self.faults), self.blank_lines)

    def _plain_frame(self) -> pl.DataFrame:
        frame = _read_plain(b"".join(self._plain_runs()), self.names, skip_lines=0) if self.is_plain.any() else _frame([], self.names)
        lines = pl.Series("source_line", np.flatnonzero(self.is_plain) + 2, dtype=pl.Int64)
        if frame is None or frame.height != len(lines):
            raise ReconciliationError("a plain line was not read as one row; report this")
        return frame.with_columns(lines)

    def _plain_runs(self) -> Iterator[bytes]:
        """Stretches of neighbouring plain lines."""
        edges = np.flatnonzero(np.diff(np.concatenate(([0], self.is_plain.astype(np.int8), [0]))))
        for first, stop in edges.reshape(-1, 2).tolist():
            yield self.body[self.starts[first] : self.ends[stop - 1]] + b"\n"

    def _take(self, index: int) -> int:
        """Take the record that starts at an odd line; returns the index of the line after it."""
        start, end = int(self.starts[index]), int(self.ends[index])
        line = self.body[start:end].removesuffix(b"\r")
        if not line:
            self.blank_lines += 1
            return index + 1
        found = _RECORD.match(self.body, start, start + LINE_LIMIT) if b'"' in line else None
        if found is None:
            self._judge(index, line, "quotes are not balanced" if b'"' in line else None)
            return index + 1
        stop = index + 1 + self.body.count(b"\n", start, found.end())
        self._judge(index, found.group(), None)
        return stop

    def _judge(self, index: int, record: bytes, trouble: str | None) -> None:
        """Add the record to the parsed rows, or to the faults with the reason."""
        values: list[str] = []
        column_no, message = None, trouble
        if len(record) > LINE_LIMIT:
            message = f"line is {len(record)} bytes, over the limit of {LINE_LIMIT}"
        text, bad_byte = _decode(record)
        if message is None and bad_byte is not None:
            message, column_no = f"byte 0x{record[bad_byte]:02x} is not UTF-8", record[:bad_byte].count(b",") + 1
        if message is None:
            values, column_no, message = _fields(text, len(self.names))
        if message is None:
            self.parsed.append(values)
            self.parsed_lines.append(index + 2)
        else:
            self.faults.append(Fault(index + 2, column_no, message, text[:LINE_LIMIT]))


def unsafe_character(text: str) -> str | None:
    """The first character that has no place in a text, line breaks aside."""
    found = UNSAFE.search(text) and UNSAFE.search(_LINE_BREAK.sub("", text))
    return found.group() if found else None


def _decode(record: bytes) -> tuple[str, int | None]:
    """The record as text, and the place of its first byte that is not UTF-8."""
    try:
        return record.decode(), None
    except UnicodeDecodeError as error:
        return record.decode(errors="replace"), error.start


def _fields(text: str, count: int) -> tuple[list[str], int | None, str | None]:
    """The record's values, or the column and message of what is wrong with it."""
    unsafe = unsafe_character(text)
    try:
        values = next(csv.reader([text], strict=True))
    except csv.Error as error:
        if unsafe is None:
            return [], None, f"cannot be split into columns: {error}"
        values = text.split(",")
    if unsafe:
        places = [place for place, value in enumerate(values, start=1) if unsafe_character(value)]
        return [], places[0] if places else None, f"holds the character U+{ord(unsafe):04X}, which has no place in a text"
    if len(values) != count:
        return [], None, f"has {len(values)} columns, the header has {count}"
    return values, None, None
