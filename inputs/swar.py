"""Eight characters at a time: the bytes of many fields as 64-bit words, and digits checked and read without a loop.

The first character of a word is its lowest byte. A fault is a set highest bit in some byte of a word, so that faults
of many words are gathered with `|` and looked at once.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.integer[Any]]  # uint64, always
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WORD: Final = 8
HIGH: Final = 0x8080808080808080
_ZEROS: Final = int.from_bytes(b"0" * WORD, "little")
_ABOVE_NINE: Final = 0x7676767676767676  # added to a byte it sets the highest bit from 10 on
_ONES: Final = 0x0101010101010101
_SPACES: Final = 0x2020202020202020
_FOURS: Final = 0x00FF00FF00FF00FF
_TWOS: Final = 0x0000FFFF0000FFFF
_ONE: Final = 0x00000000FFFFFFFF
LONGEST: Final = 4 * WORD  # bytes of a window
# By place of a word in its window, counted from the end or from the beginning, and by length of the field: the mask of
# the word's bytes that are the field's.
_LAST: Final = [
    np.array([(1 << 64) - (1 << 8 * (WORD - min(max(size - WORD * place, 0), WORD))) for size in range(LONGEST + 1)], dtype=np.uint64)
    for place in range(LONGEST // WORD)
]
_FIRST: Final = [
    np.array([(1 << 8 * min(max(size - WORD * place, 0), WORD)) - 1 for size in range(LONGEST + 1)], dtype=np.uint64)
    for place in range(LONGEST // WORD)
]


def windows(data: Bytes, starts: Places, size: int) -> list[Words]:
    """The `size` bytes (a multiple of 8) from each start, as words: the first word of every window, the second and so on.

    Args:
        starts: each from 0 to len(data) - size.
    """
    every = np.ndarray((len(data) - size + 1,), dtype=f"V{size}", buffer=data.data, strides=(1,))
    taken = every[starts].view("<u8").reshape(len(starts), size // WORD)
    return [taken[:, place] for place in range(size // WORD)]


def pattern(text: bytes) -> int:
    """Eight characters as a word."""
    return int.from_bytes(text, "little")


def limits(most: tuple[int, ...]) -> int:
    """What `beyond` adds to a word whose bytes may be 0 to so much each."""
    return int.from_bytes(bytes(0x7F - top for top in most), "little")


def beyond(words: Words, limit: int) -> Words:
    """Faults of the bytes that are more than their `limits` allow; the other bits mean nothing."""
    return (words + limit) | words


def byte(words: Words, place: int) -> Words:
    """The byte at one place of each word."""
    return (words >> (8 * place)) & 0xFF


def pairs(words: Words) -> Words:
    """At each byte: ten times its digit and the digit after it; bytes must be 0 to 9."""
    return words * 10 + (words >> 8)


def _eight_digits(words: Words) -> Words:
    """The number that eight digits (bytes 0 to 9) make."""
    twos = pairs(words) & _FOURS
    fours = (twos * 100 + (twos >> 16)) & _TWOS
    return (fours * 10_000 + (fours >> 32)) & _ONE


def numbers(ending: list[Words], lengths: Places) -> tuple[Words, Words]:
    """The numbers that fields of digits make; read from windows that end where the fields end.

    Args:
        ending: the words of each window, in order.
        lengths: characters of each field; a field longer than the window, or than 19 digits, must be refused by the caller.

    Returns: the values, and faults where a character is no ASCII digit.
    """
    values: Words = np.zeros(len(lengths), dtype=np.uint64)
    faults, known = values, np.minimum(lengths, LONGEST)
    for place, words in enumerate(reversed(ending)):
        digits = (words ^ _ZEROS) & _LAST[place][known]
        faults = faults | beyond(digits, _ABOVE_NINE)
        values = values + _eight_digits(digits) * 10 ** (WORD * place)
    return values, faults


def ten_digits(ending: list[Words]) -> tuple[Words, Words]:
    """The numbers that fields of ten digits make; see `numbers`. ending: the two words of windows of 16 bytes."""
    first, last = (ending[0] ^ _ZEROS) >> (8 * (WORD - 2)), ending[1] ^ _ZEROS
    faults = beyond(first, _ABOVE_NINE & 0xFFFF) | beyond(last, _ABOVE_NINE)
    return (pairs(first) & 0xFF) * 10**WORD + _eight_digits(last), faults


def equals(ending: Words, lengths: Places, text: bytes) -> Flags:
    """Which fields are this text of at most eight characters; ending: the last word of each field's window."""
    is_text: Flags = (ending >> (8 * (WORD - len(text))) == int.from_bytes(text, "little")) & (lengths == len(text))
    return is_text


def plain_texts(starting: list[Words], lengths: Places) -> tuple[list[Words], Words]:
    """Texts as words that compare as the texts do, from windows that begin where the fields begin.

    Returns: big-endian words, zero after the text's end, and faults where a character is not ASCII from blank to tilde.
    """
    ordered: list[Words] = []
    faults: Words = np.zeros(len(lengths), dtype=np.uint64)
    known = np.minimum(lengths, LONGEST)
    for place, words in enumerate(starting):
        mask = _FIRST[place][known]
        kept = words & mask
        filled = kept | (_SPACES & ~mask)
        faults |= (filled + _ONES) | filled | ~((filled | HIGH) - _SPACES)
        ordered.append(kept.byteswap())
    return ordered, faults


def ascends(ordered: list[Words]) -> bool:
    """Whether each text is more than the one before it; see `plain_texts`."""
    is_more = np.zeros(len(ordered[0]) - 1, dtype=np.bool_)
    for words in reversed(ordered):
        before, after = words[:-1], words[1:]
        is_more = (after > before) | ((after == before) & is_more)
    return bool(is_more.all())
