"""R21: calls by where they went and who pays, no telephone number among them, and each charge row its own calls."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.long_distance import TOP, long_distance
from tests.records.world import month, rows, table

CALLS = """
call_id | charge_id | billing_number | jurisdiction         | destination          | billed_seconds | amount
K1      | C1        | B1             | INTERSTATE_INTERLATA | Atlanta, GA          | 66             | 0.0539
K2      | C1        | B1             | INTERSTATE_INTERLATA | Atlanta, GA          | 120            | 0.0980
K3      | C2        | B2             | INTERNATIONAL        | International +93    | 48             | 0.2300
K4      | C3        | B1             | DA                   | Directory assistance | 60             | 1.4000
K5      |           | B1             | LOCAL                | Frankfort, KY        | 600            | 0.0000
K6      |           | B2             | INTRASTATE_INTRALATA | Berea, KY            | 6              | 0.0040
"""
CHARGES = """
charge_id | component | agency_code | exact_amount | amount
C1        | CALLS     | 100         | 0.1519       | 0.15
C2        | CALLS     | 200         | 0.23         | 0.23
C3        | CALLS     | 100         | 1.40         | 1.40
CF        | FEE       | 100         | 0.0480608    | 0.05
"""
NUMBERS = """
billing_number | agency_code | valid_from
B1             | 050         | 2020-07-01
B1             | 100         | 2026-07-01
B1             | 900         | 2026-11-01
B2             | 200         | 2020-07-01
"""


def world(calls=CALLS, charges=CHARGES):
    return month(
        fact_call=table("fact_call", calls),
        fact_charge=table("fact_charge", charges, stream="long_distance"),
        dim_billing_number=table("dim_billing_number", NUMBERS),
        dim_agency=table("dim_agency", "agency_code | agency_name | valid_from\n100 | Parks | 2020-07-01"),
    )


def test_calls_are_summed_by_where_they_went():
    report = long_distance(world())

    assert rows(report.section("jurisdictions").frame) == [
        ("DA", "1", "0", "60", "1.400000"),
        ("INTERNATIONAL", "1", "0", "48", "0.230000"),
        ("INTERSTATE_INTERLATA", "2", "0", "186", "0.151900"),
        ("INTRASTATE_INTRALATA", "1", "0", "6", "0.004000"),
        ("LOCAL", "1", "1", "600", "0.000000"),
    ]
    assert rows(report.section("destinations").frame, "destination")[:2] == [("Directory assistance",), ("International +93",)]
    facts = {fact.name: str(fact.value) for fact in report.facts}
    assert (facts["calls"], facts["free"], facts["minutes"], facts["billed"]) == ("6", "1", "15", "1.78")
    assert facts["rounded_away"] == "0.004000"  # a row of 0.00 is not written
    assert facts["rounding"] == "-0.001900000000"


def test_numbers_that_pay_lead_and_belong_to_whom_they_belonged():
    report = long_distance(world())

    assert rows(report.section("numbers").frame, "billing_number", "agency_code", "agency_name", "calls", "amount") == [
        ("B1", "100", "Parks", "4", "1.551900"),
        ("B2", "200", "", "2", "0.234000"),
    ]
    assert rows(report.section("international").frame, "destination", "billing_number") == [("International +93", "B2")]
    assert rows(report.section("directory_assistance").frame, "billing_number", "calls") == [("B1", "1")]


def test_only_so_many_numbers_are_shown():
    calls = "\n".join(["call_id | billing_number | jurisdiction | amount", *[f"K{n} | B{n} | LOCAL | 0" for n in range(TOP + 3)]])

    assert long_distance(world(calls, "charge_id | component\nX | FEE")).section("numbers").frame.height == TOP


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ("| 0.0980", "| 0.0981", "exact dollars"),
        ("| 0.15\n", "| 0.16\n", "charge rows that are not their calls: 1"),
        ("C2        | CALLS", "C9        | CALLS", "charge rows that are not their calls: 2"),
    ],
)
def test_a_call_that_its_charge_row_does_not_know_stops_the_report(was, now, what):
    assert was in CALLS + CHARGES

    with pytest.raises(ReconciliationError, match=what):
        long_distance(world(CALLS.replace(was, now), CHARGES.replace(was, now)))
