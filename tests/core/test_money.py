"""Exact money against Python's own fractions, aimed at half cents."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.money import DOLLARS, QUANTITY, RATE, Exact, largest_remainder, round_half_away

MICROS = st.integers(-(10**12), 10**12)


def one(expr: pl.Expr, **values: object) -> Decimal:
    """Evaluate an expression on one row."""
    schema = {"q": QUANTITY, "r": RATE, "p": RATE, "d": DOLLARS, "a": pl.Int64(), "b": pl.Int64()}
    frame = pl.DataFrame({name: [value] for name, value in values.items()}, schema={name: schema[name] for name in values})
    return frame.select(expr).item()


@settings(max_examples=200, deadline=None)
@given(MICROS, MICROS)
@example(999_900, 5_000)  # 0.9999 x 0.005 is just under half a cent
@example(1_000_000, 5_000)  # exactly half a cent goes away from zero
@example(-1_000_000, 5_000)
def test_quantity_times_rate_is_rounded_once_half_away(quantity, rate):
    q, r = Decimal(quantity).scaleb(-6), Decimal(rate).scaleb(-6)

    amount = one(Exact.of(pl.col("q"), 6).times(pl.col("r"), 6).dollars(), q=q, r=r)

    assert amount == round_half_away(Fraction(q) * Fraction(r))


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(0, 31), st.integers(1, 31))
@example(1, 1, 2)
def test_a_share_of_days_is_exact_until_the_cent(cents, part, whole):
    dollars = Decimal(cents).scaleb(-2)

    amount = one(Exact.of(pl.col("d"), 2).share(pl.col("a"), pl.col("b")).dollars(), d=dollars, a=part, b=whole)

    assert amount == round_half_away(Fraction(dollars) * part / whole)


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(1, 31), st.integers(1, 31), st.integers(0, 100_000_000))
def test_a_percentage_of_a_share_is_not_rounded_in_between(cents, part, whole, pct_micros):
    dollars, pct = Decimal(cents).scaleb(-2), Decimal(pct_micros).scaleb(-6)
    expr = Exact.of(pl.col("d"), 2).share(pl.col("a"), pl.col("b")).percent(pl.col("p")).dollars()

    amount = one(expr, d=dollars, a=part, b=whole, p=pct)

    assert amount == round_half_away(Fraction(dollars) * part / whole * Fraction(pct) / 100)


def test_the_exact_amount_keeps_twelve_decimals():
    amount = one(Exact.of(pl.col("d"), 2).share(pl.col("a"), pl.col("b")).exact(), d=Decimal("450.00"), a=20, b=31)

    assert amount == Decimal("290.322580645161")


def test_an_unknown_price_stays_unknown():
    assert one(Exact.of(pl.col("q"), 6).times(pl.col("r"), 6).dollars(), q=Decimal(1), r=None) is None


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("2.675", 2, "2.68"), ("0.0049999", 2, "0.00"), ("1.45", 1, "1.5")],
)
def test_halves_go_away_from_zero(value, places, expected):
    assert round_half_away(Decimal(value), places) == Decimal(expected)


@settings(max_examples=300, deadline=None)
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
def test_largest_remainder_gives_out_every_cent_and_never_strays_by_one(total, weights):
    parts = largest_remainder(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * weight / sum(weights)) < 1


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (100001, [50, 30, 20], [50001, 30000, 20000]),
        (10000, [1, 1, 1], [3334, 3333, 3333]),
        (-10000, [1, 1, 1], [-3334, -3333, -3333]),
        (1, [1, 1, 1], [1, 0, 0]),
        (8347, [625, 375], [5217, 3130]),
    ],
)
def test_published_splits(total, weights, expected):
    assert largest_remainder(total, weights) == expected


@pytest.mark.parametrize("weights", [[0, 0], [1, -1], [-1]])
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(100, weights)
