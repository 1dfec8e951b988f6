"""The kernels of usage against slow, obvious twins in fractions."""

import math
from decimal import Decimal
from fractions import Fraction

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.frames import Earlier, Tables
from billing.money import QUANTITY, RATE, round_half_away
from billing.outliers import is_outlier, median
from billing.policy import Policy
from billing.steps import step_up
from billing.tiers import attach_tiers, price_quantities
from billing.usage import bill_usage
from tests.usage.world import PERIOD, code, rate, records, table, tiers, world

MICROS = st.one_of(st.integers(0, 3_000_000), st.integers(0, 3_000).map(lambda n: n * 1000), st.integers(0, 10**13))
RATES = st.one_of(st.integers(0, 200_000_000), st.sampled_from([0, 1, 5_000, 500_000, 78_060_000]))
STEPS = st.sampled_from([None, 1, 250_000, 100_000, 1_000_000, 333_333])


def six(micros: int) -> Decimal:
    return Decimal(micros).scaleb(-6)


def slow_step(micros: int, least: int | None, step: int | None) -> Fraction:
    if micros == 0:
        return Fraction(0)
    hours = Fraction(round_half_away(six(micros), 4))
    hours = max(hours, Fraction(least or 0, 10**6))
    return hours if step is None else math.ceil(hours / Fraction(step, 10**6)) * Fraction(step, 10**6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(MICROS, STEPS, STEPS), min_size=1, max_size=30))
@example([(49, None, None), (50, None, 250_000), (1_250_050, None, 250_000), (1_250_049, 1_000_000, 250_000)])
def test_steps_agree_with_the_slow_version(cases: list[tuple[int, int | None, int | None]]) -> None:
    frame = pl.DataFrame(
        {
            "quantity": [six(q) for q, _, _ in cases],
            "code_min_quantity": [None if least is None else six(least) for _, least, _ in cases],
            "code_increment": [None if step is None else six(step) for _, _, step in cases],
        },
        schema={"quantity": QUANTITY, "code_min_quantity": QUANTITY, "code_increment": QUANTITY},
    )

    stepped = frame.select(step_up(pl.col("quantity"))).to_series().to_list()

    assert [Fraction(value) for value in stepped] == [slow_step(*case) for case in cases]


def slow_price(method: str, micros: int, bounds: list[int], prices: list[int], size: int, price: int) -> Fraction:
    quantity = Fraction(micros, 10**6)
    if method == "FLAT":
        return quantity * Fraction(price, 10**6)
    if method == "PACKAGE":
        return math.ceil(quantity / Fraction(size, 10**6)) * Fraction(price, 10**6)
    ends = [Fraction(bound, 10**6) for bound in bounds]
    rates = [Fraction(one, 10**6) for one in prices]
    if method == "VOLUME":
        tier = next((n for n, end in enumerate(ends) if quantity <= end), len(ends))
        return quantity * rates[tier]
    total, lower = Fraction(0), Fraction(0)
    for end, one in zip([*ends, None], rates, strict=True):
        top = quantity if end is None else min(quantity, end)
        total += max(top - lower, Fraction(0)) * one
        lower = lower if end is None else end
    return total


@st.composite
def schedules(draw: st.DrawFn) -> tuple[str, int, list[int], list[int], int, int]:
    method = draw(st.sampled_from(["FLAT", "GRADUATED", "VOLUME", "PACKAGE"]))
    bounds = sorted(draw(st.sets(st.integers(1, 3_000_000), max_size=4)))
    prices = draw(st.lists(RATES, min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    edges = [bound + off for bound in bounds for off in (-1, 0, 1)] or [0]
    micros = draw(st.one_of(MICROS, st.sampled_from(edges)))
    return method, micros, bounds, prices, draw(st.integers(1, 3_000_000)), draw(RATES)


@settings(max_examples=150, deadline=None)
@given(st.lists(schedules(), min_size=1, max_size=8))
def test_prices_agree_with_the_slow_version(cases: list[tuple[str, int, list[int], list[int], int, int]]) -> None:
    rows = pl.DataFrame(
        {
            "rate_code": [f"C{n}" for n in range(len(cases))],
            "billed": [six(case[1]) for case in cases],
            "tier_method": [case[0] for case in cases],
            "package_size": [six(case[4]) for case in cases],
            "unit_rate": [six(case[5]) for case in cases],
            "code_uom": ["EACH"] * len(cases),
        },
        schema_overrides={"billed": QUANTITY, "package_size": QUANTITY, "unit_rate": RATE},
    ).with_columns(
        table_valid_from=pl.date(2020, 1, 1),
        code_min_charge=pl.lit(None, pl.Decimal(38, 2)),
    )
    steps = [
        row
        for n, (_, _, bounds, prices, _, _) in enumerate(cases)
        for row in tiers(
            f"C{n}", *[(None if end is None else str(six(end)), str(six(one))) for end, one in zip([*bounds, None], prices, strict=True)]
        )
    ]
    tables = Tables({"rate_tiers": table("rate_tiers", *reversed(steps))})

    priced = price_quantities(attach_tiers(rows, tables))

    exact = [Fraction(up, down) for up, down in priced.select("numerator", "denominator").rows()]
    assert exact == [slow_price(*case) for case in cases]
    assert not priced["is_beyond"].any()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3_000_000), st.sampled_from(["T1", "T2", None]), st.integers(1, 4)), max_size=12), RATES)
def test_hourly_rows_agree_with_the_slow_version(parts: list[tuple[int, str | None, int]], price: int) -> None:
    tables = world([code("LAB", "HOUR", increment="0.25", min_quantity="1", min_charge="20")], [rate("LAB", str(six(price)))])
    rows = [
        {
            "billing_number": "N1", "rate_code": "LAB", "quantity": str(six(micros)), "uom": "HOUR", "ticket_no": ticket,
            "usage_date": f"2026-10-0{on}", "service_from": f"2026-10-0{on}", "service_to": f"2026-10-0{on}",
        }
        for micros, ticket, on in parts
    ]  # fmt: skip
    sums: dict[tuple[str | None, int], int] = {}
    for micros, ticket, on in parts:
        sums[ticket, on] = sums.get((ticket, on), 0) + micros
    expected = [
        round_half_away(max(slow_step(total, 10**6, 250_000) * Fraction(price, 10**6), Fraction(20))) for total in sums.values() if total
    ]

    billed = bill_usage(records("usage", *rows), tables, PERIOD, Policy(), Earlier())

    assert sorted(billed.charges["amount"].to_list()) == sorted(expected)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=3, max_size=6))
@example(106, [100, 101, 102])
@example(107, [100, 101, 102])
@example(108, [100, 101, 102])
@example(131, [100, 100, 100])
@example(130, [100, 100, 100])
def test_outliers_agree_with_the_definition(value: int, history: list[int]) -> None:
    def middle(values: list[Fraction]) -> Fraction:
        half = len(values) // 2
        return sorted(values)[half] if len(values) % 2 else sum(sorted(values)[half - 1 : half + 1], Fraction(0)) / 2

    centre = middle([Fraction(one) for one in history])
    spread = middle([abs(one - centre) for one in history]) or centre / 20

    assert median(history) == centre
    assert is_outlier(value, history, Decimal(6)) == (abs(value - centre) > 6 * spread)
