"""What one call costs: published examples, increments, rounding once, bands, miles, prefixes."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from billing.call_kernel import attach_amounts, billed_seconds, read_prices
from billing.call_plans import plan_rows
from billing.call_time import bands, week_bands
from billing.errors import TableError
from billing.policy import Policy, TimeBand
from tests.calls.world import STATION, bill, call, call_world, one, plan
from tests.usage.world import Row


def priced(seconds: int, **row: Any) -> tuple[int, Decimal]:
    """Billed seconds and amount of one call under one plan row."""
    prices = read_prices(plan_rows(call_world([plan("PREFIX", "1", **row)])))
    frame = pl.DataFrame({"plan_row": [0], "s": [seconds]}, schema={"plan_row": pl.UInt32, "s": pl.Int64})
    billed = frame.select(billed_seconds(prices, pl.col("plan_row"), pl.col("s"))).item()
    one_call = pl.LazyFrame({"plan_row": [0], "billed_seconds": [billed]}, schema={"plan_row": pl.UInt32, "billed_seconds": pl.Int64})
    micros = attach_amounts(one_call, prices, most_seconds=billed).collect()["amount_micros"][0]
    return billed, Decimal(micros).scaleb(-6)


@pytest.mark.parametrize(
    ("seconds", "first", "sub", "rate", "billed", "cents", "up", "four"),
    [
        (62, 30, 6, "0.049", 66, "0.05", "0.06", "0.0539"),
        (30, 30, 6, "0.049", 30, "0.02", "0.03", "0.0245"),
        (1, 30, 6, "0.049", 30, "0.02", "0.03", "0.0245"),
        (31, 30, 6, "0.049", 36, "0.03", "0.03", "0.0294"),
        (13, 18, 6, "0.049", 18, "0.01", "0.02", "0.0147"),
        (18, 18, 6, "0.049", 18, "0.01", "0.02", "0.0147"),
        (19, 18, 6, "0.049", 24, "0.02", "0.02", "0.0196"),
        (61, 60, 60, "0.049", 120, "0.10", "0.10", "0.0980"),
        (5, 6, 6, "0.049", 6, "0.00", "0.01", "0.0049"),
        (47, 30, 6, "0.2875", 48, "0.23", "0.23", "0.2300"),
    ],
)
def test_increments_then_the_plans_own_rounding(seconds: int, first: int, sub: int, rate: str, billed: int, cents: str, up: str, four: str):
    row = {"rate_per_min": rate, "first_interval": first, "sub_interval": sub}

    assert priced(seconds, **row, scale=2) == (billed, Decimal(cents))
    assert priced(seconds, **row, scale=2, rounding="UP") == (billed, Decimal(up))
    assert priced(seconds, **row, scale=4) == (billed, Decimal(four))


@pytest.mark.parametrize(
    ("rate", "half_up", "half_even", "up"),
    [
        ("0.005", "0.01", "0.00", "0.01"),
        ("0.015", "0.02", "0.02", "0.02"),
        ("0.025", "0.03", "0.02", "0.03"),
        ("0.024999", "0.02", "0.02", "0.03"),
        ("0.025001", "0.03", "0.03", "0.03"),
        ("0.02", "0.02", "0.02", "0.02"),
    ],
)
def test_half_a_cent_goes_by_the_plans_mode(rate: str, half_up: str, half_even: str, up: str):
    for mode, expected in (("HALF_UP", half_up), ("HALF_EVEN", half_even), ("UP", up)):
        assert priced(60, rate_per_min=rate, scale=2, rounding=mode)[1] == Decimal(expected), mode


@pytest.mark.parametrize(("minutes", "expected"), [(1, "0.286"), (2, "0.528"), (5, "1.254")])
def test_an_initial_and_further_minutes(minutes: int, expected: str):
    pair = {"initial_rate": "0.286", "additional_rate": "0.242", "first_interval": 60, "sub_interval": 60}

    assert priced(minutes * 60, **pair) == (minutes * 60, Decimal(expected))
    assert priced(minutes * 60 - 59, **pair)[1] == Decimal(expected)


@pytest.mark.parametrize(
    ("first", "sub", "seconds", "billed"),
    [(None, None, 61, 120), (None, 6, 5, 6), (None, 6, 7, 12), (30, None, 31, 60), (0, 7, 8, 14), (1, 1, 61, 61)],
)
def test_a_blank_interval_is_the_other_one_or_a_minute(first: int | None, sub: int | None, seconds: int, billed: int):
    assert priced(seconds, rate_per_min="0.01", first_interval=first, sub_interval=sub)[0] == billed


def test_a_charge_per_call_comes_on_top():
    assert priced(60, rate_per_min="0.05", per_call_charge="0.55")[1] == Decimal("0.60")
    assert priced(600, per_call_charge="1.40", scale=2)[1] == Decimal("1.40")


@pytest.mark.parametrize(("scale", "rounding", "expected"), [(2, "HALF_UP", "50.00"), (4, "HALF_UP", "53.90"), (2, "UP", "60.00")])
def test_a_thousand_calls_of_62_seconds_under_three_rounding_rules(scale: int, rounding: str, expected: str):
    tables = call_world([plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.049", scale=scale, rounding=rounding)])
    rows = [call(at=f"2026-10-{n % 28 + 1:02d}T{n // 60 % 24:02d}:{n % 60:02d}:00-04:00") for n in range(1000)]

    billed = bill(*rows, tables=tables)

    assert billed.charges["amount"].to_list() == [Decimal(expected)]


@pytest.mark.parametrize(
    "bad", [{"sub_interval": 0}, {"first_interval": -1}, {"scale": 7}, {"scale": -1}, {"rate_per_min": "-0.01"}, {"per_call_charge": "-1"}]
)
def test_a_plan_row_that_cannot_price_a_call_is_refused_by_name(bad: Row):
    row = {"rate_per_min": "0.05", **bad}

    with pytest.raises(TableError, match="plan STD, match 1: no call can be priced so"):
        priced(60, **row)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-10-16T07:59:59", "NIGHT"),  # a Friday
        ("2026-10-16T08:00:00", "DAY"),
        ("2026-10-16T16:59:59", "DAY"),
        ("2026-10-16T17:00:00", "EVENING"),
        ("2026-10-16T22:59:59", "EVENING"),
        ("2026-10-16T23:00:00", "NIGHT"),
        ("2026-10-17T12:00:00", "NIGHT"),  # Saturday
        ("2026-10-17T20:00:00", "NIGHT"),
        ("2026-10-18T12:00:00", "NIGHT"),  # Sunday
        ("2026-10-18T17:00:00", "EVENING"),
        ("2026-10-18T23:00:00", "NIGHT"),
    ],
)
def test_a_band_starts_on_its_second_and_ends_before_its_stop(at: str, expected: str):
    rates = {"DAY": "0.1", "EVENING": "0.2", "NIGHT": "0.3"}
    tables = call_world([plan("JURISDICTION", "INTERSTATE_INTERLATA", rate, time_band=band) for band, rate in rates.items()])

    found = one(call(seconds=60, at=f"{at}-04:00"), tables)["amount"]

    assert found == Decimal(rates[expected])


def test_the_first_band_that_covers_a_second_has_it():
    policy = Policy(time_bands=(TimeBand("DAY", (1,), dt.time(8), dt.time(12)), TimeBand("EVENING", (1,), dt.time(10), dt.time(23))))

    found = [bands(policy)[place] for place in week_bands(policy).gather([h * 3600 for h in (7, 8, 10, 12, 23, 34)])]

    assert found == ["NIGHT", "DAY", "DAY", "EVENING", "NIGHT", "NIGHT"]


def test_a_row_of_the_calls_own_band_beats_one_for_all():
    rows = [
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2", time_band="ALL"),
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", time_band="DAY"),
    ]

    assert one(call(seconds=60), call_world(rows))["amount"] == Decimal("0.1")
    assert one(call(seconds=60, at="2026-10-14T23:00:00-04:00"), call_world(rows))["amount"] == Decimal("0.2")


@pytest.mark.parametrize(
    ("method", "low", "high", "expected"),
    [
        ("FCC10", 711, 711, "0.1"),  # New York to Chicago is 711 by one method, 712 by the other
        ("SIMPLE", 711, 711, "0.2"),
        ("SIMPLE", 712, None, "0.1"),
        (None, 712, 9999, "0.2"),
        (None, 0, 710, "0.2"),
        ("FCC10", None, 711, "0.1"),
    ],
)
def test_mile_bands_are_inclusive_and_measured_by_the_rows_own_method(method: str | None, low: int | None, high: int | None, expected: str):
    rows = [
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", mile_low=low, mile_high=high, mile_method=method),
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2"),
    ]

    found = one(call("3122221111", 60, from_number="2125550000"), call_world(rows))["amount"]

    assert found == Decimal(expected)


def test_of_two_bands_that_cover_the_miles_the_nearer_one_counts():
    rows = [
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", mile_low=0, mile_high=800),
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2", mile_low=700, mile_high=900),
    ]

    assert one(call("3122221111", 60, from_number="2125550000"), call_world(rows))["amount"] == Decimal("0.2")


def test_without_coordinates_only_rows_without_miles_fit():
    rows = [plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", mile_low=0), plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2")]

    assert one(call("2129990000", 60), call_world(rows))["amount"] == Decimal("0.2")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01193205551111", "0.3"),  # 9320 is longer than 93
        ("01193305551111", "0.2875"),
        ("+93205551111", "0.3"),
        ("18765551111", "0.0908"),
        ("0118000555111", "0"),  # zero is a price
    ],
)
def test_the_longest_prefix_prices_a_call_abroad(number: str, expected: str):
    assert one(call(number, 60))["amount"] == Decimal(expected)


def test_a_blank_rate_holds_and_does_not_fall_back_to_a_shorter_prefix():
    rows = [plan("PREFIX", "4", "0.5"), plan("PREFIX", "43820", None)]

    found = bill(call("01143820555111"), tables=call_world(rows))

    assert found.findings["code"].to_list() == ["R203"]
    assert found.charges.is_empty()


def test_prefixes_price_domestic_calls_only_in_a_plan_without_jurisdictions():
    assert one(call(seconds=60, charge_number="5025642222"))["amount"] == Decimal("0.0200")
    assert one(call(seconds=60))["amount"] == Decimal("0.049")


def test_jurisdiction_rows_that_are_not_in_force_leave_domestic_calls_to_prefixes():
    rows = [plan("PREFIX", "1", "0.01"), plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.05", valid_from="2026-10-15")]

    found = [one(call(seconds=60, at=f"2026-10-{day}T09:00:00-04:00"), call_world(rows))["amount"] for day in (14, 15)]

    assert found == [Decimal("0.01"), Decimal("0.05")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("CARD", "0.55"), (None, "0.049"), ("OPERATOR", "0.049"), ("LOCAL", "0.049")],
)
def test_a_given_call_type_is_tried_first_and_does_nothing_else(given: str | None, expected: str):
    rows = [plan("CALL_TYPE", "CARD", per_call_charge="0.55"), plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.049")]

    assert one(call(seconds=60, call_type=given), call_world(rows))["amount"] == Decimal(expected)


def test_the_rate_is_that_of_the_local_day_in_the_calls_own_offset():
    rows = [
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", valid_to="2026-10-15"),
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2", valid_from="2026-10-15"),
    ]
    same_instant = ("2026-10-14T23:30:00-04:00", "2026-10-15T03:30:00+00:00")

    assert [one(call(seconds=60, at=at), call_world(rows))["amount"] for at in same_instant] == [Decimal("0.1"), Decimal("0.2")]


def test_miles_of_a_rate_follow_the_caller_not_the_charge_number():
    rows = [
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", mile_low=700),
        plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2", mile_low=0, mile_high=699),
    ]

    assert one(call("3122221111", 60, from_number="2125550000", charge_number=STATION), call_world(rows))["amount"] == Decimal("0.1")
    assert one(call("3122221111", 60), call_world(rows))["amount"] == Decimal("0.2")
