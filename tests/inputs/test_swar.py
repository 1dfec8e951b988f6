"""Words of eight characters: numbers are read as `int` reads them, texts compare as texts, faults are found in every byte."""

import string
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inputs.swar import HIGH, ascends, beyond, equals, limits, numbers, plain_texts, ten_digits, windows

PAD = b"9" * 32  # digits around a field, so that a window that looks too far would take them for its own
DIGITS = st.text(string.digits, min_size=1, max_size=18)
ODD = st.characters(codec="latin-1")


def fields(texts: list[bytes]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts with digits between them: the bytes, where each text begins, and how long it is."""
    data, begins = PAD, []
    for text in texts:
        begins.append(len(data))
        data += text + PAD
    return np.frombuffer(data, dtype=np.uint8), np.array(begins, dtype=np.int64), np.array([len(text) for text in texts], dtype=np.int64)


def read(texts: list[bytes], size: int = 24) -> list[int | None]:
    data, begins, lengths = fields(texts)
    values, faults = numbers(windows(data, begins + lengths - size, size), lengths)
    return [None if fault & HIGH else value for value, fault in zip(values.tolist(), faults.tolist(), strict=True)]


@settings(deadline=None)
@given(st.lists(DIGITS, min_size=1))
@example(["0", "9" * 18, "00000000", "000000001", "12345678", "123456789", "1234567812345678"])
def test_digits_are_read_as_int_reads_them(texts: list[str]) -> None:
    assert read([text.encode() for text in texts]) == [int(text) for text in texts]


@settings(deadline=None)
@given(st.text(ODD, min_size=1, max_size=18))
@example("1e3")
@example("1.0")
@example(" 1")
@example("+1")
@example("12345678\x00")
@example("/:")
@example("1\xb2")
def test_a_character_that_is_no_ascii_digit_is_a_fault(text: str) -> None:
    is_number = all(char in string.digits for char in text)

    assert read([text.encode("latin-1")]) == [int(text) if is_number else None]


@pytest.mark.parametrize("place", range(10))
@pytest.mark.parametrize("byte", [*range(0x30), *range(0x3A, 0x100)])
def test_every_byte_of_ten_digits_is_looked_at(place: int, byte: int) -> None:
    text = bytearray(b"5025641234")
    text[place] = byte
    data, begins, _ = fields([b"5025641234", bytes(text), b"0000000000", b"9999999999"])

    values, faults = ten_digits(windows(data, begins - 6, 16))

    assert [int(fault) & HIGH != 0 for fault in faults] == [False, True, False, False]
    assert values[[0, 2, 3]].tolist() == [5_025_641_234, 0, 9_999_999_999]


@settings(deadline=None)
@given(st.lists(st.integers(0, 0x7F), min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_a_byte_beyond_its_limit_is_a_fault(most: list[int], text: bytes) -> None:
    faults = beyond(np.array([int.from_bytes(text, "little")], dtype=np.uint64), limits(tuple(most)))

    # a byte of 0x80 and more carries into the next one, so only the first fault and what is before it are exact
    first = next((place for place in range(8) if text[place] > most[place]), None)
    marks = [int(faults[0]) >> (8 * place + 7) & 1 for place in range(8)]
    assert (first is None) == (not any(marks))
    assert first is None or marks[: first + 1] == [0] * first + [1]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=12), min_size=1), st.sampled_from([b"IN", b"OUT", b"true", b"ASTERISK", b"OTHER"]))
@example([b"IN", b"IN\x00", b"\x00IN", b"XIN", b"in", b"OUT", b"", b"ASTERISK", b"XASTERISK"], b"ASTERISK")
@example([b"IN", b"\x00\x00\x00\x00\x00\x00IN", b"9IN", b"N"], b"IN")
def test_a_word_is_only_itself(texts: list[bytes], word: bytes) -> None:
    data, begins, lengths = fields(texts)

    assert equals(windows(data, begins + lengths - 8, 8)[0], lengths, word).tolist() == [text == word for text in texts]


PRINTABLE = st.text(string.ascii_letters + string.digits + " -/~.", max_size=32)


@settings(deadline=None)
@given(st.lists(PRINTABLE, min_size=2))
@example(["A", "A "])
@example(["BBBBBBBB1", "AAAAAAAA2"])
@example(["AAAAAAAA2", "AAAAAAAA1B"])
@example(["A" * 8, "A" * 9, "A" * 16, "A" * 32])
@example(["1", "10", "2"])
@example(["", "~" * 32])
def test_words_of_texts_ascend_as_the_texts_do(texts: list[str]) -> None:
    for some in (texts, sorted(texts), sorted(set(texts)) or [""]):
        data, begins, lengths = fields([text.encode() for text in some])
        ordered, faults = plain_texts(windows(data, begins, 32), lengths)

        assert not (faults & HIGH).any()
        assert ascends(ordered) == all(a < b for a, b in pairwise(some))


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=32))
@example(b"A\x7f")
@example(b"A\x1f")
@example(b"\x00")
@example("é".encode())
@example(b"\xff" * 8)
def test_a_text_with_any_byte_but_printable_ascii_is_a_fault(text: bytes) -> None:
    data, begins, lengths = fields([text])
    _, faults = plain_texts(windows(data, begins, 32), lengths)

    assert bool(faults[0] & HIGH) == any(not 0x20 <= byte <= 0x7E for byte in text)
