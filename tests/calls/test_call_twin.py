"""Whole bills against the slow twin, with calls, plans and owners aimed at the edges."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.call_kernel import attach_amounts, billed_seconds, read_prices
from billing.call_plans import plan_rows
from billing.money import round_half_away
from tests.calls import twin
from tests.calls.world import COVINGTON, OTHER, OWNERS, STATION, bill, call, call_world, owner, plan
from tests.usage.world import Row

NUMBERS = (
    "2125551234", "12125551234", "+12125551234", "3122221111", "5028751111", "5028391111", "5025891111", "8592331111",
    "5132411111", "5027774444", "5027773444", "7774444", "8391111", "5551212", "2125551212", "8005551212", "18885551212",
    "411", "911", "611", "511", "9005551234", "5029761234", "18765551234", "18765551212", "2425551234", "0119320555111",
    "011935551111", "+9320555111", "0118000555", "01143820555", "01143821555", "0115", "011", "0110555111", "+1502564",
    "12345", "15025641234", "011152", "*67", "5559991234", "2009991234", "+5025641234", "+0445551234", "0120555123",
    "01112125551234567890",
)  # fmt: skip
PREFIXES = ("1", "12", "1212", "121255", "93", "932", "9320", "1876", "43820", "8000", "5", "502", "+932")
TIMES = ("07:59:59", "08:00:00", "16:59:59", "17:00:00", "22:59:59", "23:00:00", "00:00:00", "12:00:00")
DAYS = ("2026-10-01", "2026-10-09", "2026-10-10", "2026-10-11", "2026-10-15", "2026-10-31", "2026-09-30", "2026-03-08")
SECONDS = st.sampled_from([1, 5, 6, 7, 18, 29, 30, 31, 36, 37, 59, 60, 61, 66, 119, 120, 121, 3600, 14_401]) | st.integers(1, 900)
RATES = st.sampled_from(["0", "0.049", "0.2875", "0.0005", "0.000500", "0.123456", "1.40", "0.000001"]) | st.integers(0, 5_000_000).map(
    lambda n: str(Decimal(n).scaleb(-6))
)
EDGES = st.sampled_from(["2020-01-01", "2026-10-10", "2026-10-15", "2026-11-01"])


@st.composite
def plan_sets(draw: st.DrawFn) -> list[Row]:
    """Plans with keys of their own; spans of one key never overlap, because a key is drawn once."""
    match = st.one_of(
        st.tuples(st.just("CALL_TYPE"), st.sampled_from(["DA", "TF_IN", "DDD", "CARD", "IDDD"])),
        st.tuples(st.just("PREFIX"), st.sampled_from(PREFIXES)),
        st.tuples(
            st.just("JURISDICTION"),
            st.sampled_from(
                ["INTRASTATE_INTRALATA", "INTRASTATE_INTERLATA", "INTERSTATE_INTRALATA", "INTERSTATE_INTERLATA", "INTERNATIONAL"]
            ),
        ),
    )
    bands = st.sampled_from([None, "ALL", "DAY", "EVENING", "NIGHT"])
    miles = st.sampled_from([(None, None), (0, 40), (41, 60), (61, None), (0, 711), (712, None)])
    keys = draw(st.lists(st.tuples(st.sampled_from(["STD", "FLAT"]), match, bands, miles), min_size=1, max_size=25))
    unique = {
        (name, kind, text.lstrip("+"), band or "ALL", low if low is not None else 0): (high, low)
        for name, (kind, text), band, (low, high) in keys
    }
    found = []
    for (name, kind, text, band, _), (high, low) in unique.items():
        pair = draw(st.booleans())
        first, sub = draw(st.sampled_from([(30, 6), (6, 6), (60, 60), (18, 6), (1, 1), (0, 7), (None, 6), (30, None), (None, None)]))
        price: dict[str, Any] = {"rate_per_min": draw(st.none() | RATES)}
        if pair:
            price = {"rate_per_min": None, "initial_rate": draw(st.none() | RATES), "additional_rate": draw(st.none() | RATES)}
        start = draw(EDGES)
        stop = draw(st.none() | EDGES)
        found.append(
            plan(
                kind, text, plan=name, rate_code=draw(st.sampled_from(["LD", "IN", "DA"])), time_band=draw(st.just(band)),
                mile_low=low, mile_high=high, mile_method=draw(st.sampled_from([None, "FCC10", "SIMPLE"])), first_interval=first,
                sub_interval=sub, per_call_charge=draw(st.none() | RATES), scale=draw(st.integers(0, 6)),
                rounding=draw(st.sampled_from(["HALF_UP", "UP", "HALF_EVEN"])), valid_from=start,
                valid_to=stop if stop is not None and stop > start else None, **price,
            )
        )  # fmt: skip
    return found


@st.composite
def call_rows(draw: st.DrawFn) -> Row:
    at = f"{draw(st.sampled_from(DAYS))}T{draw(st.sampled_from(TIMES))}{draw(st.sampled_from(['-04:00', '-05:00', '+00:00', '+09:30']))}"
    seconds = draw(SECONDS | st.just(0))
    charge = draw(st.sampled_from([STATION, STATION, OTHER, COVINGTON, "8005550000", "5025649999"]))
    return call(
        draw(st.sampled_from(NUMBERS)), seconds, at, charge_number=charge,
        from_number=draw(st.sampled_from([charge, charge, "+1" + charge, "4321", "2125559999"])),
        answered=(seconds > 0) if draw(st.integers(0, 15)) else seconds == 0,
        direction=draw(st.sampled_from(["OUT", "OUT", "OUT", "IN"])),
        call_type=draw(st.sampled_from([None, None, None, "DDD", "DA", "CARD", "TF_IN", "LOCAL"])),
        auth_code=draw(st.sampled_from([None, None, "48213", "99999"])), trunk=draw(st.sampled_from([None, "TG7"])),
    )  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(plan_sets(), st.lists(call_rows(), min_size=1, max_size=12), EDGES)
def test_a_bill_agrees_with_the_slow_twin(plans: list[Row], calls: list[Row], edge: str):
    split = [owner(STATION, valid_to=edge), owner(STATION, "N2", "FLAT", valid_from=edge)] if edge != "2020-01-01" else OWNERS[:1]
    tables = call_world(plans, [*split, *OWNERS[1:], owner("8005551212", plan=None)])
    expected = {f"R{n}": twin.rate(row, tables) for n, row in enumerate(calls, 2)}
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    for row, (fate, what) in zip(calls, expected.values(), strict=True):
        if fate == "billed":
            sums[what[0], row["charge_number"], what[1], row["call_date"].strftime("%Y-%m")] += what[3]

    billed = bill(*calls, tables=tables)

    codes = {name: set(rows["code"]) for (name,), rows in billed.findings.group_by("source_record_id")}
    fates = dict(billed.outcomes.select("source_record_id", "outcome").rows())
    assert {name: fates[name] == "HELD" for name in expected} == {name: fate == "held" for name, (fate, _) in expected.items()}
    assert [name for name, (fate, why) in expected.items() if fate == "held" and why not in codes[name]] == []
    listed = {row["call_id"]: row for row in billed.calls.to_dicts()}
    for name, (fate, what) in expected.items():
        if fate == "billed":
            found = listed[name]
            got = (found["billing_number"], found["billed_seconds"], found["amount"], found["jurisdiction"])
            assert got == (what[0], what[2], what[3], what[4])
        elif fate == "free" and what != "unanswered":
            assert (listed[name]["amount"], listed[name]["jurisdiction"]) == (0, what)
    want = sorted(round_half_away(total) for total in sums.values() if round_half_away(total) != 0)
    assert sorted(billed.charges["amount"].to_list()) == want


@settings(max_examples=40, deadline=None)
@given(plan_sets(), st.lists(st.integers(1, 100_000), min_size=1, max_size=30))
def test_the_kernel_agrees_with_the_slow_twin(plans: list[Row], seconds: list[int]):
    rows = plan_rows(call_world(plans))
    prices = read_prices(rows)
    pairs = [(n, s) for n, row in enumerate(rows.to_dicts()) for s in seconds]
    frame = pl.DataFrame(pairs, schema={"plan_row": pl.UInt32, "seconds": pl.Int64}, orient="row")
    longest = max(seconds) + 60

    billed = frame.lazy().with_columns(billed_seconds=billed_seconds(prices, pl.col("plan_row"), pl.col("seconds")))
    found = attach_amounts(billed, prices, most_seconds=longest).collect()

    blank = {"rate_per_min": None, "initial_rate": None, "additional_rate": None, "per_call_charge": None}
    table = [{**blank, **row} for row in rows.to_dicts()]
    want = [twin.price(table[n], s) for n, s in pairs]
    assert found["billed_seconds"].to_list() == [billed for billed, _ in want]
    assert [Decimal(micros).scaleb(-6) for micros in found["amount_micros"].to_list()] == [amount for _, amount in want]


def test_numbers_too_large_for_64_bits_are_still_exact():
    rows = plan_rows(call_world([plan("PREFIX", "1", "900000000.123457", scale=6)]))
    frame = pl.DataFrame({"plan_row": [0], "billed_seconds": [10**11 + 1]}, schema={"plan_row": pl.UInt32, "billed_seconds": pl.Int64})

    found = attach_amounts(frame.lazy(), read_prices(rows), most_seconds=10**11 + 1).collect()["amount_micros"]

    exact = 900000000123457 * (10**11 + 1)
    assert found.to_list() == [(exact + 30) // 60]


def test_offsets_across_the_clock_change_keep_their_own_local_time():
    """08:00 local is DAY on both sides of 1 November; the same instant written in UTC is 12:00 or 13:00, DAY too; 07:59 is not."""
    band = [plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.1", time_band="DAY"), plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.2")]
    tables = call_world(band)
    before = dt.datetime.fromisoformat("2026-10-30T08:00:00-04:00")

    one = bill(call(seconds=60, at=before.isoformat()), tables=tables).calls["amount"].to_list()
    other = bill(call(seconds=60, at="2026-10-30T07:59:59-05:00"), tables=tables).calls["amount"].to_list()

    assert (one, other) == ([Decimal("0.1")], [Decimal("0.2")])
