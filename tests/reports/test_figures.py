"""Figures on paper are the figures of the bill, to the last digit."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.periods import Period
from reports import figures

OCTOBER = Period(2026, 10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("163704.58", "$163,704.58"), ("0", "$0.00"), ("-3048.37", "−$3,048.37"), ("999999999999999.99", "$999,999,999,999,999.99"),
        ("0.1", "$0.10"),
    ],
)  # fmt: skip
def test_dollars_are_written_whole(value, expected):
    assert figures.dollars(Decimal(value)) == expected


@given(st.integers(-(10**17), 10**17))
@settings(max_examples=200, deadline=None)
def test_money_reads_back_as_itself(cents):
    value = Decimal(cents).scaleb(-2)

    text = figures.money(value)

    assert Decimal(text.replace(",", "").replace(figures.MINUS, "-")) == value


def test_money_is_never_rounded_on_its_way_to_paper():
    with pytest.raises(ValueError, match="not in cents"):
        figures.money(Decimal("1.005"))


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("12500.000000", "12,500"), ("0.666667", "0.666667"), ("100", "100"), ("-2.50", "−2.5"), ("0.000000", "0")],
)
def test_quantities_lose_idle_zeros_only(quantity, expected):
    assert figures.number(Decimal(quantity)) == expected


@pytest.mark.parametrize(("value", "expected"), [("84.150000", "84.15"), ("0.005000", "0.005"), ("1200.000000", "1,200.00")])
def test_rates_keep_cents_and_every_digit(value, expected):
    assert figures.rate(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ((2026, 10, 1), (2026, 11, 1), "1–31 Oct"),
        ((2026, 10, 14), (2026, 10, 15), "14 Oct"),
        ((2026, 9, 14), (2026, 11, 1), "14 Sep – 31 Oct"),
        ((2025, 12, 1), (2026, 1, 1), "1–31 Dec 2025"),
    ],
)
def test_a_span_is_written_with_both_its_ends(start, stop, expected):
    assert figures.span(dt.date(*start), dt.date(*stop), OCTOBER) == expected


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
@settings(max_examples=100, deadline=None)
def test_shares_come_to_a_hundred(cents):
    parts = figures.shares([Decimal(part).scaleb(-2) for part in cents])

    assert sum(Decimal(part.rstrip("%")) for part in parts) == 100
    for part, own in zip(parts, cents, strict=True):
        assert abs(Fraction(part.rstrip("%")) - Fraction(100 * own, sum(cents))) < Fraction(1, 10)


def test_shares_of_a_credit_are_its_parts_and_mixed_signs_have_none():
    assert figures.shares([Decimal("-75.00"), Decimal("-25.00")]) == ["75.0%", "25.0%"]
    assert figures.shares([Decimal("75.00"), Decimal("-25.00")]) == ["–", "–"]


def test_long_and_odd_text_is_bounded():
    assert figures.bounded("a" * 50, 10) == "a" * 9 + "…"
    assert figures.bounded("line\nwith\x07bell\u202e", 40) == "line with bell "
    assert len(figures.bounded("x" * 10**6, 100)) == 100
