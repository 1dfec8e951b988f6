"""The objects of a PDF as bytes: hundreds of thousands of small ones in compressed object streams, then the file."""

import zlib
from array import array
from itertools import accumulate, starmap
from struct import Struct
from typing import Final

_A_STREAM: Final = 4000  # objects
_LEVEL: Final = 5
_ROW: Final = Struct(">BIH")
END_OF_STREAM: Final = b"\r\nendstream"  # data may end in a CR; readers take CR LF, or LF alone, off its end
_FREE, _PLAIN, _PACKED = 0, 1, 2


class Ink:
    """Numbers objects, packs the small ones away as they come, and binds everything into a file.

    Object 0 is the head of the free list; numbers below `first` belong to objects made elsewhere and put here later.
    """

    def __init__(self, first: int) -> None:
        self._kinds = array("B", bytes(first))
        self._where = array("Q", bytes(8 * first))
        self._places = array("H", bytes(2 * first))
        self._places[0] = 65535
        self._bodies: list[bytes] = []
        self._numbers: list[int] = []
        self._streams: list[tuple[int, bytes]] = []

    @property
    def next_number(self) -> int:
        """The number the next new object gets."""
        return len(self._kinds)

    def reserve(self, how_many: int = 1) -> int:
        """The first of some numbers for objects that are put later."""
        first = len(self._kinds)
        self._kinds.extend(bytes(how_many))
        self._where.extend([0] * how_many)
        self._places.extend([0] * how_many)
        return first

    def put(self, body: bytes, number: int | None = None) -> int:
        """Keep a small object."""
        number = self.reserve() if number is None else number
        self._bodies.append(body)
        self._numbers.append(number)
        if len(self._bodies) >= _A_STREAM:
            self._pack()
        return number

    def put_all(self, bodies: list[bytes], first: int) -> None:
        """Keep small objects of consecutive reserved numbers."""
        self._bodies += bodies
        self._numbers += range(first, first + len(bodies))
        if len(self._bodies) >= _A_STREAM:
            self._pack()

    def stream(self, head: bytes, data: bytes, number: int | None = None) -> int:
        """Keep a stream, compressed here; `head` is the inside of its dictionary."""
        return self.plain(_stream(head, data), number)

    def plain(self, body: bytes, number: int | None = None) -> int:
        """Keep an object that stands by itself in the file."""
        number = self.reserve() if number is None else number
        self._streams.append((number, b"%d 0 obj\n%b\nendobj\n" % (number, body)))
        self._kinds[number] = _PLAIN
        return number

    def _pack(self) -> None:
        """Put what waits into an object stream."""
        if not self._bodies:
            return
        lengths = map(len, self._bodies)
        offsets = accumulate(lengths, lambda total, length: total + length + 1, initial=0)
        index = " ".join(f"{number} {offset}" for number, offset in zip(self._numbers, offsets, strict=False)).encode()
        data = b"\n".join((index, *self._bodies))
        holder = self.reserve()
        for place, number in enumerate(self._numbers):
            self._kinds[number] = _PACKED
            self._where[number] = holder
            self._places[number] = place
        self.stream(b"/Type/ObjStm/N %d/First %d" % (len(self._bodies), len(index) + 1), data, holder)
        self._bodies, self._numbers = [], []

    def bind(self, root: bytes, info: bytes, identifier: str) -> bytes:
        """The file: header, streams, cross-reference stream."""
        self._pack()
        parts = [b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"]
        position = len(parts[0])
        own = self.reserve()
        self._kinds[own] = _PLAIN
        for number, data in self._streams:
            self._where[number] = position
            parts.append(data)
            position += len(data)
        self._where[own] = position
        rows = b"".join(starmap(_ROW.pack, zip(self._kinds, self._where, self._places, strict=True)))
        head = b"/Type/XRef/W[1 4 2]/Size %d/Root %b/Info %b/ID[<%b><%b>]" % (
            len(self._kinds), root, info, identifier.encode(), identifier.encode()
        )  # fmt: skip
        parts.append(b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, _stream(head, rows), position))
        return b"".join(parts)


def _stream(head: bytes, data: bytes) -> bytes:
    packed = zlib.compress(data, _LEVEL)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b%b" % (head, len(packed), packed, END_OF_STREAM)


def text_string(text: str) -> bytes:
    """A PDF text string of any characters."""
    if text.isascii() and text.isprintable():
        return b"(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode() + b")"
    return b"<feff" + text.encode("utf-16-be", "replace").hex().encode() + b">"
