"""Exact money against Python's own fractions, aimed at half cents."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.money import DOLLARS, QUANTITY, RATE, Exact, divide, largest_remainder, round_half_away

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


# where twice a scaled numerator leaves 128 bits, and either side of it; where an amount leaves 64 bits; half cents
EDGE = (2**127 - 1) // 200
EDGES = [0, 1, 2**63 - 1, 2**63, 2**63 + 1, EDGE - 2, EDGE - 1, EDGE, EDGE + 1, 2**126, 2**127 - 1]
NUMERATORS = st.one_of(
    st.sampled_from(EDGES), st.integers(0, 10**20), st.integers(0, 2**127 - 1), st.integers(0, 2000).map(lambda n: n * 5)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NUMERATORS, st.sampled_from([1, -1]), st.integers(1, 10**12)), min_size=1, max_size=6), st.booleans())
@example([(1, 1, 200), (1, -1, 200), (3, -1, 200)], False)
@example([(EDGE, 1, 1000), (EDGE + 1, -1, 1000)], True)
def test_division_is_exact_whichever_way_its_range_allows(cases, is_one_denominator):
    numerators = [up * sign for up, sign, _ in cases]
    denominators = [(cases[0][2] if is_one_denominator else down) * 1000 for _, _, down in cases]
    frame = pl.DataFrame({"n": numerators, "d": denominators}, schema={"n": pl.Int128, "d": pl.Int128})
    nearest = [(abs(up) * 200 + down) // (down * 2) for up, down in zip(numerators, denominators, strict=True)]
    expected = [-cents if up < 0 else cents for up, cents in zip(numerators, nearest, strict=True)]

    found = frame.select(divide(pl.col("n"), pl.col("d"), 2)).to_series().to_list()

    assert found == expected


def test_one_number_divided_by_a_column_gives_a_row_for_each():
    frame = pl.DataFrame({"d": [2, 2, 2]}, schema={"d": pl.Int128})

    assert frame.select(divide(pl.lit(5, pl.Int128), pl.col("d"), 0)).to_series().to_list() == [3, 3, 3]
