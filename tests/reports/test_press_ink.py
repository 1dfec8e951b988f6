"""Objects as bytes: many more than one stream holds, put in any order, all found again by another program's reader."""

import io
import random
import zlib
from struct import Struct

import pypdf
from pypdf.generic import IndirectObject

from reports.press.ink import Ink, text_string


def bound(ink, root):
    return pypdf.PdfReader(io.BytesIO(ink.bind(b"%d 0 R" % root, b"%d 0 R" % root, "ab" * 16)))


def test_thousands_of_objects_put_in_any_order_are_found_by_their_numbers():
    ink = Ink(1)
    numbers = list(range(ink.reserve(9_001), 9_002))
    random.Random(5).shuffle(numbers)
    for number in numbers:
        ink.put(b"(%d)" % number, number)
    root = ink.put(b"<</Type/Catalog/Pages 1 0 R>>")
    data = ink.stream(b"/A 1", b"some data\r")

    reader = bound(ink, root)

    for number in (1, 2, 3_999, 4_000, 4_001, 8_000, 9_001):
        assert reader.get_object(IndirectObject(number, 0, reader)) == str(number)
    assert reader.get_object(IndirectObject(data, 0, reader)).get_data() == b"some data\r"


def test_the_same_objects_are_the_same_bytes():
    def made():
        ink = Ink(1)
        root = ink.put(b"<</Type/Catalog>>")
        ink.put_all([b"(a)", b"(b)"], ink.reserve(2))
        ink.plain(b"<</B 1>>")
        return ink.bind(b"%d 0 R" % root, b"%d 0 R" % root, "cd" * 16)

    assert made() == made()


def test_text_strings_hold_every_character():
    ink = Ink(1)
    texts = ["plain", "(brackets) \\ and >>", "Łódź 中 😀", "", "\x00\x1f", "a)b(c"]
    numbers = [ink.put(text_string(text)) for text in texts]
    root = ink.put(b"<</Type/Catalog>>")

    reader = bound(ink, root)

    assert [str(reader.get_object(IndirectObject(number, 0, reader))) for number in numbers] == texts


def test_each_row_of_the_cross_reference_says_where_its_object_is():
    ink = Ink(1)
    numbers = [ink.put(b"(%d)" % place) for place in range(5_000)]
    root = ink.put(b"<</Type/Catalog>>")
    data = ink.bind(b"%d 0 R" % root, b"%d 0 R" % root, "ef" * 16)

    rows = list(Struct(">BIH").iter_unpack(unpacked(data, data.rindex(b" 0 obj\n<</Type/XRef"))))

    for number in (numbers[0], numbers[3_999], numbers[4_000], numbers[4_999]):
        kind, holder, place = rows[number]
        assert kind == 2
        assert rows[holder][0] == 1
        held = unpacked(data, rows[holder][1])
        assert int(held.split(b"\n", 1)[0].split()[2 * place]) == number
    assert data[rows[-1][1] :].startswith(b"%d 0 obj" % (len(rows) - 1))


def unpacked(data, start):
    """The data of the stream whose object begins at an offset."""
    body = data[data.index(b"\nstream\n", start) + 8 :]
    return zlib.decompressobj().decompress(body)
