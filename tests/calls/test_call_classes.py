"""What kind of call it is: the order of the tests, the shapes of numbers, where a place is unknown."""

from typing import Any

import pytest

from billing.frames import Tables
from tests.calls.world import COVINGTON, EXCHANGES, bill, call, call_world, one, plan
from tests.usage.world import table


def kind(number: str, **more: Any) -> str:
    """The jurisdiction of one call, or the code that holds it."""
    rows = [plan("JURISDICTION", name, "0.05") for name in ("DA", "TOLL_FREE", "INTERNATIONAL", *FOUR)]
    billed = bill(call(number, **more), tables=call_world(rows))
    return billed.calls["jurisdiction"][0] if billed.calls.height else billed.findings["code"][0]


FOUR = ("INTRASTATE_INTRALATA", "INTRASTATE_INTERLATA", "INTERSTATE_INTRALATA", "INTERSTATE_INTERLATA")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("911", "SERVICE"),
        ("211", "SERVICE"),
        ("411", "DA"),
        ("988", "L709"),
        ("111", "L709"),
        ("+911", "L709"),
        ("2125551212", "DA"),
        ("5551212", "DA"),
        ("8005551212", "TOLL_FREE_OUT"),  # toll-free before 555-1212
        ("18885551212", "TOLL_FREE_OUT"),
        ("8225550100", "TOLL_FREE_OUT"),
        ("8995550100", "INTERSTATE_INTERLATA"),  # 899 is no toll-free code
        ("0119320555111", "INTERNATIONAL"),
        ("+9320555111", "INTERNATIONAL"),
        ("18765551234", "INTERNATIONAL"),  # +1 outside the United States
        ("2045551234", "INTERNATIONAL"),
        ("7875551234", "INTERSTATE_INTERLATA"),  # Puerto Rico is the United States
        ("01112125551234", "INTERNATIONAL"),  # dialled as abroad
        ("9005551234", "L707"),
        ("5029761234", "L707"),
        ("18009761234", "TOLL_FREE_OUT"),  # toll-free before premium
        ("5028751111", "LOCAL"),  # the same rate centre by another exchange
        ("8751111", "LOCAL"),
        ("5028391111", "LOCAL"),  # joined by local_calling
        ("5025891111", "INTRASTATE_INTRALATA"),
        ("5891111", "INTRASTATE_INTRALATA"),
        ("8592331111", "INTRASTATE_INTERLATA"),
        ("2125550100", "INTERSTATE_INTERLATA"),
        ("+12125550100", "INTERSTATE_INTERLATA"),
        ("12125550100", "INTERSTATE_INTERLATA"),
        ("5027773333", "INTRASTATE_INTRALATA"),  # the exchange as a whole
        ("5027774333", "INTRASTATE_INTERLATA"),  # its block 4 is elsewhere
        ("12345", "L709"),
        ("22125550100", "L709"),
        ("+1212555010", "L709"),
        ("0110555111", "L709"),  # no country code begins with 0
        ("011", "L709"),
        ("*67", "L709"),
        ("2125550100#", "L709"),
    ],
)
def test_the_first_test_that_holds_names_the_call(number: str, expected: str):
    assert kind(number) == expected


def test_northern_kentucky_to_cincinnati_is_interstate_but_of_one_lata():
    assert kind("5132411111", charge_number=COVINGTON) == "INTERSTATE_INTRALATA"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"to_number": "8005550000"}, "TOLL_FREE"),
        ({"to_number": "5025641234", "charge_number": "8005550000"}, "TOLL_FREE"),  # forwarded to the station
        ({"to_number": "5025641234"}, "INCOMING"),
        ({"to_number": "1234"}, "INCOMING"),
        ({"to_number": "2125550100", "call_type": "CARD"}, "INTERSTATE_INTERLATA"),
    ],
)
def test_incoming_calls_cost_something_on_toll_free_lines_or_when_the_carrier_names_a_type(row: dict[str, str], expected: str):
    base = {"charge_number": "5025641234", "from_number": "5025641234", "direction": "IN", **row}

    assert kind(base.pop("to_number"), **base) == expected


def test_two_rate_centres_of_one_name_in_two_states_are_not_local():
    twins = [*EXCHANGES, {**EXCHANGES[7], "npa": "614", "nxx": "222", "state": "OH", "rate_center": "FRANKFORT"}]

    found = one(call("6142221111"), call_world(exchanges=twins))

    assert found["jurisdiction"] == "INTERSTATE_INTERLATA"


@pytest.mark.parametrize(
    ("number", "expected", "warned"),
    [
        ("5029990000", "INTRASTATE_INTERLATA", ["L702"]),  # state by area code, LATA unknown
        ("2129990000", "INTERSTATE_INTERLATA", ["L702"]),
        ("5559990000", "INTERSTATE_INTERLATA", ["L702"]),  # an area code nobody has is domestic
        ("2125550100", "INTERSTATE_INTERLATA", []),
    ],
)
def test_an_unknown_place_is_domestic_and_warned_of(number: str, expected: str, warned: list[str]):
    billed = bill(call(number))

    assert billed.calls["jurisdiction"].to_list() == [expected]
    assert billed.findings["code"].to_list() == warned


def test_a_caller_whose_place_is_unknown_is_warned_of_too():
    billed = bill(call("2125550100", from_number="5029990000"))

    assert billed.findings["code"].to_list() == ["L702"]
    assert billed.calls["jurisdiction"].to_list() == ["INTERSTATE_INTERLATA"]


def test_a_workspaces_own_number_plan_decides():
    tables = call_world()
    own = table("number_plan", {"npa": "502", "country": "US", "state": "KY"}, {"npa": "212", "country": "XX", "region": "Elsewhere"})

    found = bill(call("2125550100"), tables=Tables({**tables.frames, "number_plan": own}))

    assert found.findings["code"].to_list() == []
    assert found.calls.select("jurisdiction", "destination").rows() == [("INTERNATIONAL", "Elsewhere")]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("2125550100", "NEW YORK, NY"),
        ("2129990000", "New York"),
        ("5559990000", "United States"),
        ("18765551234", "Jamaica"),
        ("0119320555111", "International +93"),
        ("+4420712345678", "International +44"),
        ("+3531234567", "International +353"),
        ("411", "Directory assistance"),
        ("911", "Service code"),
        ("8005551212", "Toll-free"),
    ],
)
def test_a_destination_is_a_place_and_never_a_number(number: str, expected: str):
    rows = [plan("JURISDICTION", name, "0.05") for name in ("DA", "INTERNATIONAL", *FOUR)]

    assert one(call(number), call_world(rows))["destination"] == expected


def test_each_caller_of_a_file_is_placed_by_its_own_number():
    billed = bill(call("5132411111"), call("5132411111", charge_number=COVINGTON), call("8592331111", charge_number=COVINGTON))

    assert billed.calls["jurisdiction"].to_list() == ["INTERSTATE_INTERLATA", "INTERSTATE_INTRALATA", "INTRASTATE_INTERLATA"]
