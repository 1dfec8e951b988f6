"""Read rows of the call feed straight from their bytes, many at a time: those of the ordinary form, and no others.

A row fits when each of its cells has one exact form. What does not fit is neither read nor judged here: it goes the
careful way, which alone knows what is wrong with a row.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from billing.call_plain import PlainCalls
from billing.layouts import FEEDS
from billing.periods import Period
from inputs.swar import (
    HIGH,
    WORD,
    Bytes,
    Flags,
    Places,
    Words,
    ascends,
    beyond,
    byte,
    equals,
    limits,
    numbers,
    pairs,
    pattern,
    plain_texts,
    ten_digits,
    windows,
)  # fmt: skip

_FEED: Final = FEEDS["long_distance"]
_BLOCK: Final = 1 << 20  # bytes; a block and what is made of it stay in cache
_NEAR: Final = 1 << 12  # bytes before a block's end that most likely hold a line break
_COMMA, _LF, _CR, _QUOTE = b',\n\r"'
ID_NAMES: Final = ("source_record_id", _FEED.id_column)
NEEDED: Final = (
    "source", "charge_number", "from_number", "to_number", "connect_at", "duration_seconds", "answered", "direction",
)  # fmt: skip
_SOURCES: Final = tuple(name.encode() for column in _FEED.columns if column.name == "source" for name in column.choices)
_TRIED: Final = 8  # blocks that show whether most rows are of the ordinary form
_LONGEST_ID: Final = 32
_LONGEST_DIALLED: Final = 18
_LONGEST_DURATION: Final = 8
_TEN: Final = 10
_TIME: Final = len("2026-10-05T01:52:50-04:00")
_NINE: Final = 9
_MONTH_MASK: Final = pattern(b"\xff" * 7 + b"\x00")
_CLOCK_WORD, _CLOCK_LIMITS = pattern(b"0T00:00:"), limits((_NINE, 0, _NINE, _NINE, 0, _NINE, _NINE, 0))
_SIGN: Final = ord("+") ^ ord("-")
_OFFSET_WORD, _OFFSET_LIMITS = pattern(b"00+00:00"), limits((_NINE, _NINE, _SIGN, _NINE, _NINE, 0, _NINE, _NINE))
_LARGEST_OFFSET_HOURS: Final = 14


@dataclass(frozen=True)
class _Fields:
    """Where the fields of a block's rows begin and end: for each column one entry a row."""

    rows: Places  # which of the block's lines
    begins: list[Places]
    ends: list[Places]

    def lengths(self, column: int) -> Places:
        """Bytes of each row's field."""
        return self.ends[column] - self.begins[column]


@dataclass
class CallLane:
    """One file's bytes; `blocks` reads them once, after that the lists say what there was.

    The header has every needed column, one record id and no column that is not in the layout.
    """

    data: Bytes
    header: tuple[str, ...]
    period: Period
    starts: list[Places] = field(default_factory=list)  # where each line after the header begins; one array a block
    fits: list[Flags] = field(default_factory=list)  # whether that line is a row of the ordinary form
    holds_quotes: bool = False  # then a line need not be a row, and nothing of it counts
    ascends: bool = True  # whether the record ids of the fitting rows do
    seconds: int = 0  # of all fitting rows

    def __post_init__(self) -> None:
        self._begin = len(",".join(self.header)) + 1  # of the line after the header
        self._has_returns = self.data[self._begin - 1] == _CR
        self._begin += int(self._has_returns)
        self._places = {name: place for place, name in enumerate(self.header)}
        self._id_place = next(self._places[name] for name in ID_NAMES if name in self._places)
        self._blanks = [place for name, place in self._places.items() if name not in (*ID_NAMES, *NEEDED)]
        month = f"{self.period}-".encode()
        self._month_first, self._month_rest = month[0], pattern(month[1:])
        self._last: tuple[int, ...] = ()
        self._marks = np.empty((2, _BLOCK), dtype=np.bool_)

    def blocks(self) -> Iterator[PlainCalls]:
        """Read the file block by block; the rows that fit, in file order."""
        start, row = self._begin, 0
        while start < len(self.data):
            stop = self._stop(start)
            begins, found = self._fields(start, stop)
            if self.holds_quotes:
                return
            calls, fits = self._read(found, row)
            is_fit = np.zeros(len(begins), dtype=np.bool_)
            is_fit[found.rows] = fits
            self.starts.append(begins)
            self.fits.append(is_fit)
            self.seconds += int(calls.seconds.sum())
            yield calls
            start, row = stop, row + len(begins)

    def _stop(self, start: int) -> int:
        """Where a block ends: after its last line break, or after the only line of it."""
        stop = min(start + _BLOCK, len(self.data))
        for back in (_NEAR, _BLOCK):
            breaks = np.flatnonzero(self.data[max(start, stop - back) : stop] == _LF)
            if len(breaks):
                return max(start, stop - back) + int(breaks[-1]) + 1
        while stop < len(self.data):
            breaks = np.flatnonzero(self.data[stop : stop + _BLOCK] == _LF)
            if len(breaks):
                return stop + int(breaks[0]) + 1
            stop += _BLOCK
        return len(self.data)

    @property
    def is_worth_while(self) -> bool:
        """Whether no quote was found and at least half of the lines so far fit."""
        tried = self.fits[:_TRIED]
        return not self.holds_quotes and sum(int(np.count_nonzero(fits)) for fits in tried) * 2 >= sum(len(fits) for fits in tried)

    def text_of(self, rows: Places) -> bytes:
        """The header and the lines of these rows, as received."""
        starts = np.concatenate([*self.starts, [len(self.data)]])
        breaks = np.flatnonzero(np.diff(rows) > 1)
        runs = (
            zip(rows[np.append(0, breaks + 1)].tolist(), rows[np.append(breaks, len(rows) - 1)].tolist(), strict=True) if len(rows) else ()
        )
        return self.data[: self._begin].tobytes() + b"".join(
            [self.data[starts[first] : starts[last + 1]].tobytes() for first, last in runs]
        )

    def ids_of(self, rows: Places) -> list[str]:
        """The record ids of rows that fit."""
        starts = np.concatenate([*self.starts, [len(self.data)]])
        lines = [self.data[starts[row] : starts[row + 1]].tobytes() for row in rows.tolist()]
        return [line.rstrip(b"\r\n").split(b",")[self._id_place].decode() for line in lines]

    def _fields(self, start: int, stop: int) -> tuple[Places, _Fields]:
        """Where each line begins, and the fields of those with the right number of commas and a line break."""
        count, part = len(self.header), self.data[start:stop]
        if len(part) > self._marks.shape[1]:  # a line longer than a block
            self._marks = np.empty((2, len(part)), dtype=np.bool_)
        is_break, is_mark = self._marks[:, : len(part)]  # kept from block to block: new memory is dear
        self.holds_quotes |= bool(np.equal(part, _QUOTE, out=is_mark).any())
        np.equal(part, _LF, out=is_break)
        np.equal(part, _COMMA, out=is_mark)
        marks = np.flatnonzero(np.logical_or(is_mark, is_break, out=is_mark)) + start
        lines = int(np.count_nonzero(is_break))
        if len(marks) == lines * count and (self.data[marks[count - 1 :: count]] == _LF).all():
            table = marks.reshape(lines, count)
            begins = np.append(start, table[:-1, -1] + 1)
            rows, firsts = np.arange(lines), begins
        else:
            breaks = np.flatnonzero(self.data[marks] == _LF)
            begins = np.append(start, marks[breaks] + 1)
            begins = begins[: len(begins) - (begins[-1] == stop)]
            rows = np.flatnonzero(np.diff(breaks, prepend=-1) == count)
            table = marks[breaks[rows, None] - np.arange(count - 1, -1, -1)]
            firsts = begins[rows]
        ends = list(np.ascontiguousarray(table.T))
        starts = [firsts, *[end + 1 for end in ends[:-1]]]
        if self._has_returns:
            ends[-1] = ends[-1] - (self.data[ends[-1] - 1] == _CR)
        return begins, _Fields(rows, starts, ends)

    def _read(self, found: _Fields, row: int) -> tuple[PlainCalls, Flags]:
        """Check and read the fields; returns the calls that fit, and which rows they are."""
        charge, charge_faults = ten_digits(self._ending(found, "charge_number", 16))
        caller, caller_faults = ten_digits(self._ending(found, "from_number", 16))
        digits, seconds_size = (found.lengths(self._places[name]) for name in ("to_number", "duration_seconds"))
        dialled, dialled_faults = numbers(self._ending(found, "to_number", 24), digits)
        seconds, seconds_faults = numbers(self._ending(found, "duration_seconds", 8), seconds_size)
        day, second, fits = self._times(found)
        fits &= ((charge_faults | caller_faults | dialled_faults | seconds_faults) & HIGH) == 0
        fits &= (digits >= 1) & (digits <= _LONGEST_DIALLED) & (seconds_size >= 1) & (seconds_size <= _LONGEST_DURATION)
        for name in ("charge_number", "from_number"):
            fits &= found.lengths(self._places[name]) == _TEN
        for place in self._blanks:
            fits &= found.lengths(place) == 0
        answered, is_answered_known = self._choice(found, "answered", b"true", b"false")
        is_out, is_direction_known = self._choice(found, "direction", b"OUT", b"IN")
        fits &= self._choice(found, "source", *_SOURCES)[1] & is_answered_known & is_direction_known
        fits &= self._ids(found, fits)
        calls = PlainCalls(
            row=found.rows + row, charge_number=_whole(charge), caller=_whole(caller), dialled=_whole(dialled), digits=digits,
            day=_whole(day), second=_whole(second), seconds=_whole(seconds), answered=answered, is_in=~is_out,
        )  # fmt: skip
        return calls if fits.all() else calls.where(fits), fits

    def _ending(self, found: _Fields, name: str, size: int) -> list[Words]:
        return windows(self.data, found.ends[self._places[name]] - size, size)

    def _choice(self, found: _Fields, name: str, *words: bytes) -> tuple[Flags, Flags]:
        """Which fields are the first of the words, and which are any of them."""
        (ending,), lengths = self._ending(found, name, 8), found.lengths(self._places[name])
        is_first = is_any = equals(ending, lengths, words[0])
        for word in words[1:]:
            if is_any.all():
                break
            is_any = is_any | equals(ending, lengths, word)
        return is_first, is_any

    def _times(self, found: _Fields) -> tuple[Words, Words, Flags]:
        """Day of the month and second of the day of date-times in the period's month, 25 characters with the offset's."""
        first, year_month, clock, offset = self._ending(found, "connect_at", 32)
        is_month = (byte(first, 7) == self._month_first) & (year_month & _MONTH_MASK == self._month_rest)
        tens, clock, offset = byte(year_month, 7) ^ ord("0"), clock ^ _CLOCK_WORD, offset ^ _OFFSET_WORD
        faults = beyond(clock, _CLOCK_LIMITS) | beyond(offset, _OFFSET_LIMITS)
        day, times, zones = tens * 10 + byte(clock, 0), pairs(clock), pairs(offset)
        hour, minute, second = byte(times, 2), byte(times, 5), byte(zones, 0)
        sign = byte(offset, 2)
        fits = is_month & ((faults & HIGH) == 0) & (tens <= _NINE) & ((sign == 0) | (sign == _SIGN))
        fits &= (day >= 1) & (day <= self.period.last_day.day) & (hour < 24) & (minute < 60) & (second < 60)
        fits &= (byte(zones, 3) <= _LARGEST_OFFSET_HOURS) & (byte(zones, 6) < 60)
        fits &= found.lengths(self._places["connect_at"]) == _TIME
        return day, hour * 3600 + minute * 60 + second, fits

    def _ids(self, found: _Fields, others: Flags) -> Flags:
        """Which record ids fit; notes whether those of the rows that fit altogether ascend."""
        begins, lengths = found.begins[self._id_place], found.lengths(self._id_place)
        size = min(-(-int(lengths.max(initial=1)) // WORD) * WORD, _LONGEST_ID)
        furthest = len(self.data) - size
        ordered, faults = plain_texts(windows(self.data, np.minimum(begins, furthest), size), lengths)
        fits: Flags = others & ((faults & HIGH) == 0) & (lengths >= 1) & (lengths <= _LONGEST_ID) & (begins <= furthest)
        fits &= byte(ordered[0], 7) != ord(" ")
        if not fits.all():
            ordered = [words[fits] for words in ordered]
        if len(ordered[0]):
            self.ascends &= ascends(ordered) and (not self._last or self._last < _key(ordered, 0))
            self._last = _key(ordered, -1)
        return fits


def _whole(words: Words) -> Places:
    """Small numbers as signed ones."""
    return words.view(np.int64)


def _key(ordered: list[Words], place: int) -> tuple[int, ...]:
    """One text's words, as many for every text."""
    return (*(int(words[place]) for words in ordered), *[0] * (_LONGEST_ID // WORD - len(ordered)))
