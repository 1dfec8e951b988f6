"""Charge rows of calls, who pays, what is held and what is warned of."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from billing.call_billing import bill_calls
from billing.frames import Billed, Earlier, Tables
from billing.policy import Policy
from tests.calls.world import OTHER, STATION, bill, call, call_world, calls, owner, plan
from tests.usage.world import PERIOD, Row, as_earlier, code, found, held


def test_one_row_per_billing_number_charge_number_and_rate_code():
    billed = bill(
        call(seconds=60, at="2026-10-02T09:00:00-04:00"), call(seconds=120, at="2026-10-05T09:00:00-04:00"), call("411"),
        call(seconds=60, charge_number=OTHER), call("0119330000000", 60, at="2026-10-03T09:00:00-04:00"),
    )  # fmt: skip

    rows = billed.charges.sort("billing_number", "rate_code").select(
        "billing_number", "agency_code", "rate_code", "stream", "component", "start_date", "stop_date", "quantity", "uom", "amount"
    )
    day = dt.date(2026, 10, 14)
    assert rows.rows() == [
        ("N1", "100", "DA", "long_distance", "CALLS", day, day + dt.timedelta(1), Decimal(1), "CALL", Decimal("1.40")),
        ("N1", "100", "IN", "long_distance", "CALLS", dt.date(2026, 10, 3), dt.date(2026, 10, 4), Decimal(1), "MINUTE", Decimal("0.29")),
        ("N1", "100", "LD", "long_distance", "CALLS", dt.date(2026, 10, 2), dt.date(2026, 10, 6), Decimal(3), "MINUTE", Decimal("0.15")),
        ("N3", "200", "LD", "long_distance", "CALLS", day, day + dt.timedelta(1), Decimal(1), "MINUTE", Decimal("0.02")),
    ]


def test_the_sum_of_a_row_is_rounded_once_after_its_calls():
    """Three calls of 0.0049 are 0.0147, which is one cent; each to cents would be none."""
    rows = [plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.049", first_interval=6)]

    billed = bill(*[call(seconds=5, at=f"2026-10-0{n}T09:00:00-04:00") for n in (1, 2, 3)], tables=call_world(rows))

    assert billed.calls["amount"].to_list() == [Decimal("0.0049")] * 3
    assert billed.charges.select("exact_amount", "amount").rows() == [(Decimal("0.0147"), Decimal("0.01"))]


def test_a_row_that_comes_to_nothing_is_not_written_and_its_calls_are_billed():
    rows = [plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.049", first_interval=6)]

    billed = bill(call(seconds=5), tables=call_world(rows))

    assert billed.charges.is_empty()
    assert billed.bridge.is_empty()
    assert billed.calls.select("charge_id", "amount").rows() == [(None, Decimal("0.0049"))]
    assert billed.outcomes["outcome"].to_list() == ["BILLED"]


def test_late_calls_form_their_own_row_for_each_month():
    months = ("2026-08-31", "2026-09-01", "2026-09-30", "2026-10-01")

    billed = bill(*[call(seconds=600, at=f"{day}T12:00:00-04:00") for day in months])

    rows = billed.charges.sort("start_date").select("start_date", "stop_date", "is_prior_period", "rate_date", "period").rows()
    assert rows == [
        (dt.date(2026, 8, 31), dt.date(2026, 9, 1), True, dt.date(2026, 8, 31), "2026-10"),
        (dt.date(2026, 9, 1), dt.date(2026, 10, 1), True, dt.date(2026, 9, 30), "2026-10"),
        (dt.date(2026, 10, 1), dt.date(2026, 10, 2), False, dt.date(2026, 10, 1), "2026-10"),
    ]
    assert found(billed) == [("D403", "WARN", name) for name in ("R2", "R3", "R4")]


def test_the_month_of_a_call_is_its_local_one():
    billed = bill(call(seconds=1, at="2026-10-31T23:59:59-04:00"), call(seconds=600, at="2026-11-01T00:00:00-04:00"))

    assert found(billed) == [("D401", "HOLD", "R3")]
    assert billed.calls["call_date"].to_list() == [dt.date(2026, 10, 31)]


def test_every_call_of_a_row_is_bridged_and_a_row_of_one_call_keeps_its_source():
    billed = bill(call(seconds=66), call(seconds=60, at="2026-10-15T09:00:00-04:00"), call("411", at="2026-10-16T09:00:00-04:00"))

    sources = billed.charges.sort("rate_code").select("rate_code", "source_line", "source_record_id").rows()
    assert sources == [("DA", 4, "R4"), ("LD", None, None)]
    joined = billed.bridge.join(billed.charges.select("charge_id", "rate_code"), on="charge_id").sort("source_line")
    assert joined.select("rate_code", "source_record_id", "quantity").rows() == [
        ("LD", "R2", Decimal("1.1")), ("LD", "R3", Decimal(1)), ("DA", "R4", Decimal(1)),
    ]  # fmt: skip
    assert set(billed.calls["charge_id"]) == set(billed.charges["charge_id"])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"auth_code": "48213"}, "N2"),  # the code's owner
        ({"auth_code": "00000"}, "N1"),  # nobody's code: the charge number's owner
        ({"charge_number": "5025649999", "trunk": "TG7"}, "N2"),  # nobody's number: the trunk's owner
        ({"trunk": "TG7"}, "N1"),
        ({"charge_number": "5025649999"}, None),
        ({"charge_number": "5025649999", "auth_code": "00000", "trunk": "TG8"}, None),
    ],
)
def test_the_owner_is_found_by_code_then_number_then_trunk(row: Row, expected: str | None):
    billed = bill(call(**{"from_number": STATION, **row}))

    assert billed.calls["billing_number"].to_list() == ([expected] if expected else [])
    assert [item[0] for item in found(billed, "L701")] == ([] if expected else ["L701"])


def test_the_owner_is_the_one_on_the_calls_own_day():
    owners = [owner(STATION, "N1", valid_to="2026-10-15"), owner(STATION, "N2", valid_from="2026-10-15", valid_to="2026-10-20")]

    billed = bill(*[call(at=f"2026-10-{day}T09:00:00-04:00") for day in (14, 15, 19, 20)], tables=call_world(owners=owners))

    assert billed.calls.sort("call_date")["billing_number"].to_list() == ["N1", "N2", "N2"]
    assert found(billed) == [("L701", "HOLD", "R5")]


def test_calls_that_nobody_answered_cost_nothing_and_are_not_listed():
    billed = bill(call(seconds=0), call(seconds=0, charge_number="5025649999"))

    assert billed.outcomes["outcome"].to_list() == ["BILLED", "BILLED"]
    assert (billed.calls.height, billed.charges.height, billed.findings.height) == (0, 0, 0)


@pytest.mark.parametrize(("answered", "seconds"), [(False, 5), (True, 0)])
def test_a_call_that_contradicts_itself_is_held(answered: bool, seconds: int):
    billed = bill(call(seconds=seconds, answered=answered))

    assert found(billed) == [("L708", "HOLD", "R2")]


def test_free_calls_are_listed_with_nothing_even_when_nobody_owns_the_line():
    billed = bill(call("911", charge_number="5025649999"), call("8005551212"), call("5028751111"))

    assert billed.calls["amount"].to_list() == [Decimal(0)] * 3
    assert billed.calls["charge_id"].null_count() == 3
    assert billed.outcomes["outcome"].to_list() == ["BILLED"] * 3


def bills_with(row: Row, **world: Any) -> Billed:
    return bill(row, tables=call_world(**world))


@pytest.mark.parametrize(
    ("row", "world", "code_", "severity"),
    [
        ({"to_number": "9005551234"}, {}, "L707", "HOLD"),
        ({"to_number": "12345"}, {}, "L709", "HOLD"),
        ({}, {"owners": [owner(STATION, plan=None)]}, "R203", "HOLD"),
        ({}, {"owners": [owner(STATION, plan="NONE")]}, "R202", "HOLD"),
        ({}, {"owners": [owner(STATION, "N7")]}, "A102", "HOLD"),
        ({}, {"owners": [owner(STATION, "N9")]}, "A103", "HOLD"),
        ({}, {"codes": []}, "R201", "HOLD"),
        ({}, {"rates": []}, "R202", "HOLD"),
        ({}, {"codes": [code("LD", "MINUTE", allowed_for="NON_CONSOLIDATED", **{"class": "TELECOM"})]}, "A108", "HOLD"),
        ({}, {"codes": [code("LD", "MINUTE", requires_ticket="Y", **{"class": "TELECOM"})]}, "A109", "HOLD"),
        ({"seconds": 14_401}, {}, "L705", "WARN"),
        ({"to_number": "01193305551"}, {"owners": [owner(STATION, international_allowed="N")]}, "L706", "WARN"),
        ({"to_number": "18765551234"}, {"owners": [owner(STATION, international_allowed=None)]}, "L706", "WARN"),
        ({"vendor_jurisdiction": "INTRASTATE_INTERLATA"}, {}, "L703", "WARN"),
        ({"vendor_jurisdiction": "INTRASTATE"}, {}, "L703", "WARN"),
        ({"vendor_charge": "0.0640"}, {}, "L704", "WARN"),
        ({"requested_by": "nobody@ky.gov"}, {}, "A107", "WARN"),
        ({"auth_code": "48213"}, {"owners": [owner(STATION, "N3"), owner("48213", "N1", kind="AUTH_CODE")]}, "A104", "WARN"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(row: Row, world: dict[str, Any], code_: str, severity: str):
    billed = bills_with(call(**row), **world)

    assert found(billed) == [(code_, severity, "R2")]
    assert held(billed) == ({"R2"} if severity == "HOLD" else set())


@pytest.mark.parametrize(
    "row",
    [
        {"seconds": 14_400},
        {"vendor_jurisdiction": "INTERSTATE_INTERLATA"},
        {"vendor_jurisdiction": "INTERSTATE"},
        {"vendor_jurisdiction": "INTERLATA"},
        {"vendor_charge": "0.0639"},  # exactly the tolerance of a cent
        {"vendor_charge": "0.0439"},
        {"to_number": "0119330000000"},
        {"auth_code": "48213"},  # N2 is of the same agency as the line's N1
        {"ticket_no": "RITM1"},
    ],
)
def test_what_is_within_bounds_is_not_found(row: Row):
    assert found(bills_with(call(**row))) == []


def test_a_code_that_needs_a_ticket_takes_calls_that_have_one():
    needy = [code("LD", "MINUTE", requires_ticket="Y", **{"class": "TELECOM"})]

    assert held(bill(call(ticket_no="RITM1"), call(), tables=call_world(codes=needy))) == {"R3"}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2026-10-14T09:03:12-04:00", ["R2", "R3"]),  # the first ends at 09:03:13
        ("2026-10-14T09:03:13-04:00", []),  # touching is not overlapping
        ("2026-10-14T13:02:11+00:00", ["R2", "R3"]),  # the same instant in another offset
    ],
)
def test_calls_of_one_line_at_one_time_are_warned_of(second: str, expected: list[str]):
    billed = bill(call(seconds=62), call(seconds=62, at=second), call(seconds=62, at=second, charge_number=OTHER))

    assert [item[2] for item in found(billed, "L705")] == expected


def test_a_long_call_overlaps_all_that_start_within_it():
    billed = bill(
        call(seconds=3600, at="2026-10-14T09:00:00-04:00"), call(seconds=5, at="2026-10-14T09:10:00-04:00"),
        call(seconds=5, at="2026-10-14T09:50:00-04:00"), call(seconds=5, at="2026-10-14T10:00:00-04:00"),
    )  # fmt: skip

    assert [item[2] for item in found(billed, "L705")] == ["R2", "R3", "R4"]


def test_a_toll_free_number_may_take_many_calls_at_once():
    row = {"charge_number": "8005550000", "from_number": "2125550100", "direction": "IN"}

    assert found(bill(call("8005550000", **row), call("8005550000", **row), tables=call_world())) == []


def test_funding_that_is_not_whole_on_the_calls_day_holds_it():
    base = call_world()
    strings = base["funding_strings"].with_columns(valid_to=pl.when(pl.col("billing_number") == "N1").then(pl.date(2026, 10, 15)))
    tables = Tables({**base.frames, "funding_strings": strings})

    billed = bill(call(at="2026-10-14T09:00:00-04:00"), call(at="2026-10-15T09:00:00-04:00"), tables=tables)

    assert found(billed) == [("A105", "HOLD", "R3")]
    assert billed.charges["stop_date"].to_list() == [dt.date(2026, 10, 15)]


def test_a_held_call_carries_what_it_would_come_to():
    billed = bill(call(seconds=600), tables=call_world(rates=[]))

    assert billed.outcomes.select("outcome", "amount").rows() == [("HELD", Decimal("0.49"))]
    assert billed.findings["amount"].to_list() == [Decimal("0.49")]


def test_a_call_loaded_again_is_dropped_or_held_and_one_of_an_earlier_month_is_known():
    first = calls(call(seconds=60))
    again = calls(call(seconds=60)).with_columns(source_line=pl.lit(9, pl.Int64))
    other = calls(call(seconds=61)).with_columns(source_line=pl.lit(10, pl.Int64))

    now = bill_calls(pl.concat([first, again, other]), call_world(), PERIOD, Policy(), Earlier())
    next_month = bill_calls(first, call_world(), PERIOD, Policy(), Earlier({"long_distance": as_earlier(first, "2026-09").lazy()}))

    assert sorted(now.outcomes.select("source_line", "outcome").rows()) == [(2, "BILLED"), (9, "DROPPED"), (10, "HELD")]
    assert next_month.outcomes["outcome"].to_list() == ["DROPPED"]


def test_no_called_number_is_in_anything_that_is_published():
    numbers = ("2125557788", "0119330557788", "9005557788", "12345557788999", "5559997788")
    billed = bill(*[call(n, at=f"2026-10-0{day}T09:00:00-04:00", vendor_charge="9") for day, n in enumerate(numbers, 1)])

    texts = [
        str(frame.drop("source_record_id", strict=False).rows()) for frame in (billed.calls, billed.charges, billed.findings, billed.bridge)
    ]

    assert billed.findings.height > 3
    assert not any("7788" in text for text in texts)


def test_the_order_of_the_records_changes_nothing():
    rows = [
        call(n, 10 + 7 * k, f"2026-10-{k % 28 + 1:02d}T{k % 24:02d}:00:00-04:00")
        for k, n in enumerate(["2125550100", "411", "5025891111"] * 30)
    ]
    records = calls(*rows, *[call(charge_number=OTHER, seconds=n) for n in range(1, 40)], *[call("12345")])

    one, two = (
        bill_calls(frame, call_world(), PERIOD, Policy(), Earlier())
        for frame in (records, records.sample(fraction=1, shuffle=True, seed=7))
    )

    for name in ("charges", "bridge", "calls"):
        assert getattr(one, name).equals(getattr(two, name)), name
    order = ["source_file", "source_line"]
    assert one.findings.sort(*order, "code").equals(two.findings.sort(*order, "code"))
    assert one.outcomes.sort(order).equals(two.outcomes.sort(order))


def test_no_calls_make_no_bill():
    billed = bill_calls(calls(), call_world(), PERIOD, Policy(), Earlier())

    assert (billed.charges.height, billed.calls.height, billed.outcomes.height) == (0, 0, 0)


def test_calls_without_any_plan_or_exchange_are_held_or_warned_of():
    bare = call_world()
    tables = Tables(
        {name: frame for name, frame in bare.frames.items() if name not in ("ld_plans", "exchanges", "number_plan", "local_calling")}
    )

    assert found(bill(call(), tables=tables)) == [("R202", "HOLD", "R2")]
