"""Airline miles by both published methods, and whole columns against one pair at a time."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.mileage import fcc10, fcc10_miles, miles, simple, simple_miles

COORDINATE = st.integers(0, 12_000) | st.integers(5_000, 5_200)
PAIRS = st.lists(st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE), min_size=1, max_size=40)
NAMES = ("v1", "h1", "v2", "h2")
COLUMNS = tuple(pl.col(name) for name in NAMES)


def table(pairs: list[tuple[int | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=dict.fromkeys(NAMES, pl.Int64), orient="row")


def test_the_two_methods_differ_from_new_york_to_chicago():
    assert fcc10_miles(4997, 1406, 5986, 3426) == 711
    assert simple_miles(4997, 1406, 5986, 3426) == 712


def test_the_same_rate_centre_is_no_mile_away():
    assert fcc10_miles(4997, 1406, 4997, 1406) == 0
    assert simple_miles(4997, 1406, 4997, 1406) == 0


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (125, 40),  # one division: 42 squared is 1764
        (126, 40),  # rounds to 42
        (128, 41),  # 43 squared is too large, so a second division: 14 squared x 8.1 is 39.8, raised to the least 41
        (384, 121),  # three divisions: 14 squared x 72.9 is 119.5, raised to the least 121
        (0, 0),
    ],
)
def test_each_division_has_its_least_mileage(difference: int, expected: int):
    assert fcc10_miles(5000, 3000, 5000 + difference, 3000) == expected


@settings(max_examples=30, deadline=None)
@given(PAIRS)
def test_whole_columns_agree_with_one_pair_at_a_time(pairs: list[tuple[int, ...]]):
    found = table(pairs).select(fcc10=fcc10(*COLUMNS), simple=simple(*COLUMNS))

    assert found["fcc10"].to_list() == [fcc10_miles(*pair) for pair in pairs]
    assert found["simple"].to_list() == [simple_miles(*pair) for pair in pairs]


@settings(max_examples=30, deadline=None)
@given(COORDINATE, COORDINATE, COORDINATE, COORDINATE)
def test_the_way_back_is_as_long(v1: int, h1: int, v2: int, h2: int):
    assert fcc10_miles(v1, h1, v2, h2) == fcc10_miles(v2, h2, v1, h1)
    assert simple_miles(v1, h1, v2, h2) == simple_miles(v2, h2, v1, h1)


def test_the_method_is_the_rates_own_and_unknown_coordinates_have_no_miles():
    frame = table([(4997, 1406, 5986, 3426)] * 3 + [(4997, 1406, None, 3426)]).with_columns(
        method=pl.Series(["FCC10", "SIMPLE", None, "FCC10"])
    )

    assert frame.select(miles(pl.col("method"), *COLUMNS)).to_series().to_list() == [711, 712, 711, None]
