"""Draws are the same on every machine, apart by topic, and within their bounds."""

import polars as pl
import pytest

from billing.errors import ReconciliationError
from billing.periods import Period
from pipelines.sample.calls import _check_room, slots_of
from pipelines.sample.draw import Draw
from pipelines.sample.rows import scaled


def test_draws_never_change() -> None:
    draw = Draw(1, "x", "y")

    assert [draw.below(1000) for _ in range(4)] == [204, 823, 958, 614]


def test_topics_and_seeds_draw_apart() -> None:
    firsts = {Draw(seed, topic).below(1 << 60) for seed in range(20) for topic in ("a", "b", "c")}

    assert len(firsts) == 60


def test_bounds_are_both_reached() -> None:
    draw = Draw(3, "bounds")

    assert {draw.between(-1, 2) for _ in range(200)} == {-1, 0, 1, 2}
    assert {draw.chance(0) for _ in range(50)} == {False}
    assert {draw.chance(100) for _ in range(50)} == {True}


@pytest.mark.parametrize(
    ("whole", "places", "text"), [(1234, 2, "12.34"), (-5, 2, "-0.05"), (7, 0, "7"), (0, 3, "0.000"), (-120000, 4, "-12.0000")]
)
def test_units_become_plain_decimals(whole: int, places: int, text: str) -> None:
    assert scaled(whole, places) == text


def test_slots_divide_the_month() -> None:
    slots = slots_of(Period(2026, 10))

    assert len(slots.office) == 22 * 18
    assert sorted(pl.concat([slots.office, slots.rest])) == [slot * 1800 for slot in range(31 * 48)]


def test_too_few_lines_for_so_many_calls_is_refused() -> None:
    _check_room(100, 47_000, slots_of(Period(2026, 9)))

    with pytest.raises(ReconciliationError, match="add lines"):
        _check_room(100, 48_000, slots_of(Period(2026, 9)))
