"""One item, several owners in a month: together they pay one item's price, to the cent."""

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.frames import Earlier
from billing.periods import Period
from billing.policy import Policy
from tests.recurring.test_proration import METHODS, PERIODS, fast, slow_cents, slow_days, slow_share
from tests.recurring.world import BILLERS, WORLD, bill, circuit, codes, dollars, outcome, records, station


def moved(day: str, *, code: str = "C30", **second: str) -> list[dict[str, str]]:
    return [
        circuit(disconnect_date=day, rate_code=code),
        circuit(**{"billing_start_date": day, "billing_number": "D2", "rate_code": code, **second}),
    ]


@pytest.mark.parametrize(
    ("month", "day", "code", "expected"),
    [
        ("2026-03", "2026-03-16", "C30", ["225.00", "225.00"]),  # thirtieths of both would be 465.00
        ("2026-02", "2026-02-15", "C30", ["210.00", "240.00"]),  # and 420.00 in February
        ("2026-03", "2026-03-31", "C30", ["450.00"]),  # thirty days took it all
        ("2026-03", "2026-03-16", "ACT", ["217.74", "232.26"]),
        ("2026-03", "2026-03-16", "NONE", ["450.00"]),  # whole to the first, nothing left
        ("2026-03", "2026-03-16", "SNAP", ["450.00"]),  # whole to the owner on the last day
    ],
)
def test_the_last_owner_takes_what_the_earlier_one_left(month: str, day: str, code: str, expected: list[str]) -> None:
    assert dollars(bill("circuits", month, *moved(day, code=code))) == expected


def test_the_last_owner_s_row_says_how_it_came_about() -> None:
    row = bill("circuits", "2026-02", *moved("2026-02-15")).charges.filter(pl.col("billing_number") == "D2").to_dicts()[0]

    assert row["rule"] == "450.00 x full month (DAILY_30) less 210.00 taken by the earlier owners"
    assert (str(row["quantity"]), row["start_date"], row["stop_date"]) == ("0.533333", dt.date(2026, 2, 15), dt.date(2026, 3, 1))


def test_a_moved_item_that_starts_or_stops_in_the_month_pays_for_its_own_span() -> None:
    rows = moved("2026-03-16")
    rows[0]["billing_start_date"], rows[1]["disconnect_date"] = "2026-03-05", "2026-03-26"

    assert dollars(bill("circuits", "2026-03", *rows)) == ["165.00", "150.00"]  # 21/30 of 450.00 together


def test_three_owners_share_one_price() -> None:
    rows = [
        circuit(disconnect_date="2026-03-11", mrc_override="100.01"),
        circuit(billing_start_date="2026-03-11", disconnect_date="2026-03-21", billing_number="E1", mrc_override="100.01"),
        circuit(billing_start_date="2026-03-21", billing_number="D2", mrc_override="100.01"),
    ]

    assert dollars(bill("circuits", "2026-03", *rows)) == ["33.34", "33.34", "33.33"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"rate_code": "OTHER"}, ["225.00", "320.00"]),  # another code
        ({"mrc_override": "300.00"}, ["225.00", "160.00"]),  # another price
        ({"rate_code": "OTHER", "billing_number": "D1"}, ["225.00", "320.00"]),  # another code, the same owner
        ({"billing_start_date": "2026-03-20"}, ["225.00", "180.00"]),  # a gap: two spans, nobody pays for between
    ],
)
def test_rows_that_differ_or_do_not_touch_are_prorated_by_their_own(second: dict[str, str], expected: list[str]) -> None:
    assert dollars(bill("circuits", "2026-03", *moved("2026-03-16", **second))) == expected


def test_one_owner_with_two_touching_rows_pays_one_price() -> None:
    assert dollars(bill("circuits", "2026-03", *moved("2026-03-16", billing_number="D1"))) == ["225.00", "225.00"]


def test_a_held_owner_s_part_is_neither_lost_nor_billed_to_the_other() -> None:
    billed = bill("circuits", "2026-02", *moved("2026-02-15", billing_number="NOBODY"))

    assert dollars(billed) == ["210.00"]
    assert outcome(billed) == ["BILLED", "HELD"]
    assert [str(value) for value in billed.outcomes["amount"].drop_nulls()] == ["240.00"]
    assert codes(billed) == [("R3", "A102")]


def test_a_centrex_group_is_shared_by_its_whole_quantity() -> None:
    rows = [
        station(quantity="7", stop_date="2026-03-11"),
        station(quantity="7", start_date="2026-03-11", billing_number="D2"),
    ]

    assert dollars(bill("centrex", "2026-03", *rows)) == ["46.67", "93.33"]


@settings(max_examples=100, deadline=None)
@given(
    PERIODS,
    st.lists(
        st.tuples(
            st.integers(-20, 25),
            st.lists(st.integers(0, 20), min_size=1, max_size=4),
            st.sampled_from(METHODS),
            st.integers(1, 4000).map(lambda n: Decimal(n * 5).scaleb(-2)),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
@example(Period(2026, 4), [(0, [1, 1, 1, 1], "DAILY_30", Decimal("0.15"), False)], random.Random(1))
@example(Period(2026, 3), [(-5, [20, 20, 20], "DAILY_30", Decimal("0.05"), True)], random.Random(1))
def test_owners_agree_with_the_slow_version(
    period: Period, items: list[tuple[int, list[int], str, Decimal, bool]], shuffler: random.Random
) -> None:
    rows: list[dict[str, Any]] = []
    expected: dict[str, Decimal] = {}
    for number, (offset, lengths, method, price, stays) in enumerate(items):
        day, spans = period.first_day + dt.timedelta(offset), []
        for length in lengths:
            spans.append((day, day + dt.timedelta(length)))
            day += dt.timedelta(length)
        owners = [
            {
                "item": f"K{number}", "source_record_id": f"R{number}-{index}", "prorate": method, "price": price,
                "inventory_start": start, "inventory_stop": None if stays and index == len(spans) - 1 else stop,
            }
            for index, (start, stop) in enumerate(spans)
        ]  # fmt: skip
        rows += owners
        expected |= slow_owners(owners, period)
    shuffler.shuffle(rows)

    assert fast(rows, period, Policy()) == expected


def slow_owners(owners: list[dict[str, Any]], period: Period) -> dict[str, Decimal]:
    """Let each owner in turn take his share of what is left, and the last all of it."""
    days = [(row, slow_days(row["inventory_start"], row["inventory_stop"], period, Policy())) for row in owners]
    live = [(row, part) for row, part in days if part]
    if not live:
        return {}
    price, method = Fraction(owners[0]["price"]), owners[0]["prorate"]
    share_left = slow_share([day for _, part in live for day in part], method, period)
    cents_left = slow_cents(price * share_left)
    taken = {}
    for row, part in live:
        share = min(slow_share(part, method, period), share_left)
        is_last = row is live[-1][0]
        cents = cents_left if is_last else min(slow_cents(price * share), cents_left)
        taken[row["source_record_id"]] = cents
        share_left, cents_left = share_left - share, cents_left - cents
    return taken


def test_charges_do_not_depend_on_the_order_of_rows_or_files() -> None:
    given_rows = [
        *moved("2026-03-16"),
        *[circuit(circuit_id=f"K{number}", nrc_amount="9.99", nrc_date="2026-03-05") for number in range(6)],
        circuit(circuit_id="M", rate_code="MARK"),
    ]
    frame = records("circuits", *given_rows)
    bill_once = BILLERS["circuits"]
    first = bill_once(frame, WORLD, Period.parse("2026-03"), Policy(), Earlier())

    for seed in range(3):
        shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
        again = bill_once(shuffled, WORLD, Period.parse("2026-03"), Policy(), Earlier())
        renumbered = bill_once(
            shuffled.with_columns(source_line=pl.int_range(2, pl.len() + 2)), WORLD, Period.parse("2026-03"), Policy(), Earlier()
        )

        assert again.charges.equals(first.charges)
        assert again.outcomes.equals(first.outcomes)
        assert renumbered.charges.drop("source_line").equals(first.charges.drop("source_line"))
