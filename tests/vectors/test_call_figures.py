"""Long distance: increments, the rounding of a call, first and further minutes. Figures worked out apart from the engine."""

import datetime as dt

import pytest

from tests.vectors import world

EXCHANGES = [
    {"npa": "502", "nxx": "555", "state": "KY", "lata": "462", "rate_center": "FRANKFORT"},
    {"npa": "212", "nxx": "555", "state": "NY", "lata": "132", "rate_center": "NEW YORK"},
]
AREAS = [{"npa": "502", "country": "US", "state": "KY"}, {"npa": "212", "country": "US", "state": "NY"}]


def _tables(**plan: object) -> world.Tables:
    code = {"stream": "long_distance", "class": "TELECOM", "uom": "MINUTE"}
    return world.tables(
        rate_codes=[code], rates=[{}], ld_plans=[plan], call_owners=[{}], exchanges=EXCHANGES, number_plan=AREAS
    )  # fmt: skip


def _calls(seconds: int, count: int = 1) -> list[dict[str, object]]:
    """Calls of one length, two minutes apart."""
    first = dt.datetime(2026, 3, 2, 8)  # noqa: DTZ001 - local; the world adds the offset
    moments = [first + dt.timedelta(minutes=2 * n) for n in range(count)]
    return [{"duration_seconds": seconds, **world.moment(at.isoformat()), "source_record_id": f"C{n:05d}"} for n, at in enumerate(moments)]


# first and further step, seconds, seconds billed, then the call's charge by scale and mode
STEPS = [
    ("L1", 30, 6, "0.049", 62, 66, {"4 HALF_UP": "0.053900", "2 HALF_UP": "0.050000", "2 UP": "0.060000"}),
    ("L3", 30, 6, "0.049", 1, 30, {"4 HALF_UP": "0.024500", "2 HALF_UP": "0.020000", "2 UP": "0.030000"}),
    ("L5", 18, 6, "0.049", 13, 18, {"4 HALF_UP": "0.014700", "2 HALF_UP": "0.010000", "2 UP": "0.020000"}),
    ("L7", 18, 6, "0.049", 19, 24, {"4 HALF_UP": "0.019600", "2 HALF_UP": "0.020000", "2 UP": "0.020000"}),
    ("L9", 6, 6, "0.049", 5, 6, {"4 HALF_UP": "0.004900", "2 HALF_UP": "0.000000", "2 UP": "0.010000"}),
    ("L11", 30, 6, "0.2875", 47, 48, {"4 HALF_UP": "0.230000", "2 HALF_UP": "0.230000", "2 UP": "0.230000"}),
    ("60/60", 60, 60, "0.049", 61, 120, {"4 HALF_UP": "0.098000"}),
]
CALLS = [(*row[:6], *mode.split(), amount) for row in STEPS for mode, amount in row[6].items()]


@pytest.mark.parametrize(
    ("first", "sub", "rate", "seconds", "billed_seconds", "scale", "rounding", "expected"),
    [row[1:] for row in CALLS],
    ids=[f"{row[0]}-{row[6]}-{row[7]}" for row in CALLS],
)
def test_increments_and_the_rounding_of_a_call(
    first: int, sub: int, rate: str, seconds: int, billed_seconds: int, scale: str, rounding: str, expected: str
) -> None:
    tables = _tables(first_interval=first, sub_interval=sub, rate_per_min=rate, scale=int(scale), rounding=rounding)

    billed = world.bill("long_distance", _calls(seconds), tables, "2026-03")

    assert billed.calls["billed_seconds"].to_list() == [billed_seconds]
    assert [str(amount) for amount in billed.calls["amount"]] == [expected]


@pytest.mark.parametrize(("minutes", "scale", "expected"), [(1, 2, "0.290000"), (1, 4, "0.286000"), (5, 4, "1.254000")])
def test_first_minute_and_further_minutes(minutes: int, scale: int, expected: str) -> None:
    tables = _tables(first_interval=60, sub_interval=60, initial_rate="0.286", additional_rate="0.242", scale=scale)

    billed = world.bill("long_distance", _calls(minutes * 60), tables, "2026-03")

    assert [str(amount) for amount in billed.calls["amount"]] == [expected]


@pytest.mark.parametrize(("scale", "rounding", "expected"), [(2, "HALF_UP", "50.00"), (4, "HALF_UP", "53.90"), (2, "UP", "60.00")])
def test_a_thousand_calls_by_three_ways_of_rounding(scale: int, rounding: str, expected: str) -> None:
    tables = _tables(first_interval=30, sub_interval=6, rate_per_min="0.049", scale=scale, rounding=rounding)

    billed = world.bill("long_distance", _calls(62, 1000), tables, "2026-03")

    assert [str(amount) for amount in world.amounts(billed)] == [expected]
