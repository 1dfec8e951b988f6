"""Checks the wide largest remainder against its slow twin and the worked vectors."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.money import largest_remainder
from billing.shares import add_parts

HUNDRED = 100 * 10**6


def parts(total: int, weights: list[int]) -> list[int]:
    names = [f"w{n}" for n in range(len(weights))]
    rows = pl.DataFrame([[total], *[[w] for w in weights]], schema=dict.fromkeys(["total", *names], pl.Int128))
    found = add_parts(rows, "total", names, sum(weights))
    assert found.columns == ["total", *names, *[f"p{n}" for n in range(len(weights))]]
    return [found[f"p{n}"][0] for n in range(len(weights))]


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        ("100.00", ["33.3333", "33.3333", "33.3334"], ["33.33", "33.33", "33.34"]),
        ("1000.01", ["50", "30", "20"], ["500.01", "300.00", "200.00"]),
        ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("-100.00", ["1", "1", "1"], ["-33.34", "-33.33", "-33.33"]),
        ("0.01", ["50", "30", "20"], ["0.01", "0.00", "0.00"]),
        ("83.47", ["62.5", "37.5"], ["52.17", "31.30"]),
        ("250000.00", ["1203", "877", "14"], ["143624.64", "104703.92", "1671.44"]),
        ("0.00", ["60", "40"], ["0.00", "0.00"]),
        ("5.00", ["100"], ["5.00"]),
    ],
)
def test_worked_splits(amount: str, weights: list[str], expected: list[str]) -> None:
    cents = int(Decimal(amount) * 100)

    found = parts(cents, [int(Decimal(weight) * 10**6) for weight in weights])

    assert [str(Decimal(part).scaleb(-2)) for part in found] == expected


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-(10**17), 10**17),
    st.lists(st.integers(0, HUNDRED), min_size=1, max_size=7).filter(lambda weights: sum(weights) > 0),
)
@example(1, [1, 1, 1])
@example(-2, [1, 1, 1])
@example(99, [0, 50, 50])
def test_the_wide_version_agrees_with_the_slow_one(total: int, weights: list[int]) -> None:
    assert parts(total, weights) == largest_remainder(total, weights)


@settings(max_examples=60, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(1, 12))
def test_equal_weights_give_the_odd_cents_to_the_earliest(total: int, count: int) -> None:
    found = parts(total, [1] * count)

    sizes = [abs(part) for part in found]
    assert sum(found) == total
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


EDGE = (2**63 - 1) // HUNDRED  # the largest amount that is shared in 64 bits


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-5, 5),
    st.sampled_from([1, -1]),
    st.lists(st.integers(0, HUNDRED), min_size=2, max_size=5).filter(any),
    st.integers(0, 10**6),
)
@example(0, -1, [1, 1], 0)
@example(1, 1, [0, 1], 0)
def test_both_widths_of_integer_come_to_the_same(off: int, sign: int, given_weights: list[int], small: int) -> None:
    shares = [weight * HUNDRED // sum(given_weights) for weight in given_weights]
    weights = [*shares[:-1], HUNDRED - sum(shares[:-1])]
    total, beyond = (EDGE + off) * sign, EDGE * 1000
    names = [f"w{n}" for n in range(len(weights))]
    schema = dict.fromkeys(["total", *names], pl.Int128)
    rows = pl.DataFrame([[total, *weights], [small, *weights]], schema=schema, orient="row")
    wide = pl.concat([rows, pl.DataFrame([[beyond, *weights]], schema=schema, orient="row")])  # one row too large for 64 bits
    places = [f"p{n}" for n in range(len(weights))]

    apart, together = add_parts(rows, "total", names, HUNDRED), add_parts(wide, "total", names, HUNDRED)

    assert apart.select(places).equals(together.head(2).select(places))
    assert list(apart.select(places).row(0)) == largest_remainder(total, weights)
    assert apart.schema == together.schema
