"""Toll decks: strict reading, and every call of a deck of hundreds of prefixes priced as a Decimal loop prices it."""

import math
import random
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest

from billing.call_billing import bill_calls
from billing.errors import TableError
from billing.frames import Earlier, Tables
from billing.policy import Policy
from rates.toll_deck import Deck, read_deck
from tests.calls.world import STATION, call, call_world, calls, owner
from tests.usage.world import PERIOD

HEADER = "Destination,Prefix,First Interval,Sub Interval,Rate,Status,Start Date,End Date\n"


def deck(*lines: str) -> Deck:
    return read_deck(HEADER + "".join(f"{line}\n" for line in lines), name="deck.csv", plan="DECK", rate_code="IN")


def test_a_current_row_becomes_a_row_of_the_plan():
    found = deck('"BAHAMAS, NASSAU",1242,30,6,0.2508,Current,2010-06-26 06:55:00,', "OLD,93,30,6,0.1,Expired,2009-01-01,2010-01-01")

    rows = found.plans.select(
        "plan", "match_kind", "match", "first_interval", "sub_interval", "rate_per_min", "scale", "source_line"
    ).rows()
    assert rows == [("DECK", "PREFIX", "1242", 30, 6, Decimal("0.2508"), 4, 2)]
    assert str(found.plans["valid_from"][0]) == "2010-06-26"
    assert found.destinations.rows() == [("1242", "BAHAMAS, NASSAU")]


def test_a_blank_rate_stays_blank_and_zero_stays_zero():
    found = deck("PREMIUM,1900,6,6,,Current,2009-01-05 00:00:00,", "TOLL FREE,1800,6,6,0.0000,Current,2009-01-05 00:00:00.484053,")

    assert found.plans["rate_per_min"].to_list() == [None, Decimal(0)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A,+93,30,6,0.1,Current,2010-01-01,", r"deck.csv:2:2: '\+93' is no prefix"),
        ("A,093,30,6,0.1,Current,2010-01-01,", "deck.csv:2:2: '093' is no prefix"),
        ("A,93,30,0,0.1,Current,2010-01-01,", "deck.csv:2:4: '0' is no sub interval"),
        ("A,93,30,6,1e-3,Current,2010-01-01,", "deck.csv:2:5: '1e-3' is no rate"),
        ("A,93,30,6,0.1234567,Current,2010-01-01,", "deck.csv:2:5: '0.1234567' is no rate"),
        ("A,93,30,6,-0.1,Current,2010-01-01,", "deck.csv:2:5: '-0.1' is no rate"),
        ("A,93,30,6,0.1,Current,01/02/2010,", "deck.csv:2:7: '01/02/2010' is no start date"),
        ("A,93,30,6,0.1,Current,2010-01-01", "deck.csv:2: 7 cells, expected 8"),
    ],
)
def test_a_cell_that_is_no_figure_is_refused_with_its_place(line: str, message: str):
    with pytest.raises(TableError, match=message):
        deck(line)


def test_a_prefix_may_stand_once():
    with pytest.raises(TableError, match=r"deck\.csv:3: prefix 93 stands on line 2 too; keep one"):
        deck("A,93,30,6,0.1,Current,2010-01-01,", "B,93,30,6,0.2,Current,2010-01-01,")


def test_another_header_is_refused():
    with pytest.raises(TableError, match=r"deck\.csv:1: expected the columns Destination"):
        read_deck("Prefix,Rate\n93,0.1\n", name="deck.csv", plan="DECK", rate_code="IN")


def made_deck(random_: random.Random, size: int) -> Deck:
    """Prefixes of 1 to 8 digits, many inside one another, with blanks and zeros among the rates."""
    prefixes = {"1", "7", "44", "93", "1876", "1242"}
    while len(prefixes) < size:
        base = random_.choice(sorted(prefixes)) if random_.random() < 0.7 else str(random_.randrange(2, 999))
        prefixes.add((base + str(random_.randrange(100)))[:8])
    lines = []
    for prefix in sorted(prefixes):
        rate = random_.choice(["", "0.0000", *[f"{random_.randrange(1, 90_000) / 10_000:.4f}"] * 20])
        first, sub = random_.choice([(30, 6), (60, 60), (6, 6), (1, 1), (18, 6)])
        lines.append(f"PLACE {prefix[:2]},{prefix},{first},{sub},{rate},Current,2010-01-01,")
    return deck(*lines)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_call_of_a_deck_is_priced_as_a_loop_prices_it(seed: int):
    random_ = random.Random(seed)
    made = made_deck(random_, 400)
    known = {row["match"]: row for row in made.plans.to_dicts()}
    rows = []
    for _ in range(1500):
        prefix = random_.choice(sorted(known))
        tail = "".join(random_.choice("0123456789") for _ in range(random_.randrange(4, 7)))
        rows.append(
            call(
                random_.choice(["011", "011", "+"]) + prefix + tail if prefix[0] != "1" else "011" + prefix + tail,
                random_.randrange(1, 400),
            )
        )
    world = call_world(owners=[owner(STATION, plan="DECK")])
    tables = Tables({**world.frames, "ld_plans": made.plans, "destinations": made.destinations})

    billed = bill_calls(calls(*rows), tables, PERIOD, Policy(), Earlier())

    expected: dict[str, tuple[Decimal, str]] = {}
    for n, row in enumerate(rows, 2):
        digits = row["to_number"].removeprefix("011").removeprefix("+")
        best = known[max((p for p in known if digits.startswith(p)), key=len)]
        if best["rate_per_min"] is not None:
            first, sub, seconds = best["first_interval"], best["sub_interval"], row["duration_seconds"]
            whole = first + max(0, math.ceil((seconds - first) / sub)) * sub
            amount = (best["rate_per_min"] * whole / 60).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            expected[f"R{n}"] = amount, f"PLACE {best['match'][:2]}"
    found = {row["call_id"]: (row["amount"], row["destination"]) for row in billed.calls.to_dicts()}
    assert found == expected
    assert set(billed.findings.filter(pl.col("code") == "R203")["source_record_id"]) == {f"R{n}" for n in range(2, 1502)} - set(expected)
    assert len(expected) < 1500
