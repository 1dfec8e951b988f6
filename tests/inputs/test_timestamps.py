"""Date-times are read exactly as the standard library reads them, and refused where it or our grammar refuses."""

import datetime as dt
import re

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inputs.timestamps import read_instants

SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:[0-5]\d)", re.ASCII)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slow(text: str | None) -> tuple[dt.date, int, int] | None:
    """The obvious way: one text, the standard library."""
    if text is None or not SHAPE.fullmatch(text):
        return None
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"\.\d+", "", text))
    except ValueError:
        return None
    offset = moment.utcoffset() or dt.timedelta(0)
    if not 1900 <= moment.year < 2200 or abs(offset) >= dt.timedelta(hours=15):
        return None
    second = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.date(), second, int((moment - EPOCH).total_seconds())


def fast(texts: list[str | None]) -> list[tuple[dt.date, int, int] | None]:
    frame = read_instants(pl.Series(texts, dtype=pl.String))
    return [None if row[0] is None else row for row in frame.iter_rows()]  # type: ignore[misc]


parts = st.tuples(
    st.integers(1890, 2210), st.integers(0, 13), st.integers(0, 32), st.integers(0, 25), st.integers(0, 61), st.integers(0, 61),
    st.sampled_from(["Z", "+00:00", "-00:00", "-04:00", "+14:00", "+15:00", "-05:60", "", "z", "-0400", "+05:30"]),
    st.sampled_from(["", "", ".5", ".123456789", "."]),
)  # fmt: skip
texts = st.one_of(
    parts.map(lambda p: f"{p[0]:04d}-{p[1]:02d}-{p[2]:02d}T{p[3]:02d}:{p[4]:02d}:{p[5]:02d}{p[7]}{p[6]}"),
    st.text(alphabet="0123456789-:T+Z. é\x00/", min_size=18, max_size=27),
    st.none(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, min_size=1, max_size=30))
@example(["2024-02-29T23:59:59-05:00", "2023-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "1900-02-29T00:00:00Z"])
def test_reading_agrees_with_the_standard_library(values: list[str | None]) -> None:
    assert fast(values) == [slow(value) for value in values]


@pytest.mark.parametrize("place", range(25))
def test_one_wrong_character_anywhere_is_refused(place: int) -> None:
    good = "2026-10-14T23:59:59-04:00"
    for wrong in ("x", "/", ":", "\x7f"):
        text = good[:place] + wrong + good[place + 1 :]

        assert fast([text]) == [slow(text)]


def test_the_day_is_local_and_the_second_is_universal() -> None:
    assert fast(["2026-10-31T23:30:00-04:00"]) == [(dt.date(2026, 10, 31), 84_600, 1_793_503_800)]


def test_more_rows_than_a_chunk_are_read_alike() -> None:
    values = ["2026-10-14T23:59:59-04:00", "2026-10-14T23:59:59Z", "2026-10-14T24:00:00Z"] * 30_000

    assert fast(values) == [slow(value) for value in values[:3]] * 30_000
