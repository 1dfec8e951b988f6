"""What each inventory bills: prices, one-time charges, miles, features, handsets and quantities."""

import datetime as dt

import polars as pl
import pytest

from billing.policy import Policy
from tests.recurring.world import RATES, amounts, bill, circuit, codes, dollars, line, outcome, station, tables


def test_a_circuit_row_carries_its_price_share_and_authority() -> None:
    row = bill("circuits", "2026-03", circuit(billing_start_date="2026-03-12")).charges.to_dicts()[0]

    assert {name: str(row[name]) for name in ("quantity", "unit_rate", "exact_amount", "amount")} == {
        "quantity": "0.666667", "unit_rate": "450.000000", "exact_amount": "300.000000000000", "amount": "300.00",
    }  # fmt: skip
    assert (row["start_date"], row["stop_date"], row["rate_date"]) == (dt.date(2026, 3, 12), dt.date(2026, 4, 1), dt.date(2026, 3, 12))
    assert (row["stream"], row["component"], row["line_count"], row["approval_ref"]) == ("circuits", "MRC", 1, "S1")
    assert row["rule"] == "450.00 x 20/30 days (DAILY_30)"
    assert row["description"] == "Ethernet A"


def test_an_override_beats_the_table_and_names_no_rate_row() -> None:
    row = bill("circuits", "2026-03", circuit(mrc_override="399.99")).charges.to_dicts()[0]

    assert (str(row["amount"]), row["rate_valid_from"], row["approval_ref"]) == ("399.99", None, None)


@pytest.mark.parametrize(
    ("month", "start", "expected"),
    [("2026-06", "2020-01-01", "450.00"), ("2026-06", "2026-06-16", "240.00"), ("2026-07", "2020-01-01", "480.00")],
)
def test_a_row_is_priced_on_its_first_day_in_service(month: str, start: str, expected: str) -> None:
    assert dollars(bill("circuits", month, circuit(billing_start_date=start))) == [expected]


def test_a_new_rate_divides_the_month_where_policy_says_so() -> None:
    billed = bill("circuits", "2026-06", circuit(), policy=Policy(prorate_rate_change=True))

    assert dollars(billed) == ["225.00", "240.00"]
    assert billed.charges["charge_id"].n_unique() == 2


def test_a_rate_renewed_at_the_same_price_still_makes_one_month() -> None:
    world = tables(rates=RATES + "DFLT2 | 2010-01-01 | | 1 | | | | | S | x\n", agency_rates=AGREED)
    billed = bill("circuits", "2026-03", circuit(rate_code="OTHER"), world=world, policy=Policy(prorate_rate_change=True))

    assert dollars(billed) == ["200.00", "200.00"]  # agreed again from 11 March, at 400.00 for a month of 31 days


AGREED = """
agency_code | billing_number | rate_code | valid_from | valid_to | unit_rate | approval_ref | approved_by
758 | | OTHER | 2010-01-01 | 2026-03-16 | 400 | A1 | x
758 | | OTHER | 2026-03-16 | | 400 | A2 | x
605 | | OTHER | 2010-01-01 | | 500 | A3 | x
"""


def test_an_agreed_price_is_the_owner_s_own() -> None:
    rows = [
        circuit(rate_code="OTHER", disconnect_date="2026-03-16"),
        circuit(rate_code="OTHER", billing_start_date="2026-03-16", billing_number="E1"),
    ]

    assert dollars(bill("circuits", "2026-03", *rows, world=tables(agency_rates=AGREED))) == ["200.00", "266.67"]


@pytest.mark.parametrize(
    ("day", "start", "expected"),
    [
        ("2026-03-12", "2026-03-12", ["300.00", "150.00"]),
        ("2026-03-31", "2026-04-01", ["150.00"]),  # before the first day in service
        ("2026-02-28", "2020-01-01", ["450.00"]),  # an earlier month's bills nothing
        ("2026-04-01", "2020-01-01", ["450.00"]),
    ],
)
def test_a_one_time_charge_bills_in_the_period_of_its_date(day: str, start: str, expected: list[str]) -> None:
    billed = bill("circuits", "2026-03", circuit(nrc_amount="150.00", nrc_date=day, billing_start_date=start))

    assert dollars(billed) == expected
    for row in billed.charges.filter(pl.col("component") == "NRC").to_dicts():
        assert (str(row["start_date"]), row["line_count"], str(row["quantity"])) == (day, None, "1.000000")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"ioc_miles": "711"}, "654.35"),
        ({"a_v": "4997", "a_h": "1406", "z_v": "5986", "z_h": "3426"}, "654.35"),
        ({"a_v": "4997", "a_h": "1406", "z_v": "4997", "z_h": "1406"}, "50.00"),  # the same rate centre
        ({"ioc_miles": "10", "a_v": "4997", "a_h": "1406", "z_v": "5986", "z_h": "3426"}, "58.50"),  # given miles come first
        ({"mrc_override": "77.00"}, "77.00"),
    ],
)
def test_a_circuit_is_rated_by_its_miles(row: dict[str, str], expected: str) -> None:
    assert dollars(bill("circuits", "2026-03", circuit(rate_code="MILE", **row))) == [expected]


def test_the_method_of_the_miles_belongs_to_the_rate() -> None:
    world = tables(rates=RATES.replace("0.85 | FCC10", "0.85 | SIMPLE"))
    ends = {"a_v": "4997", "a_h": "1406", "z_v": "5986", "z_h": "3426"}

    assert dollars(bill("circuits", "2026-03", circuit(rate_code="MILE", **ends), world=world)) == ["655.20"]  # 712 miles


@pytest.mark.parametrize("row", [{}, {"a_v": "4997", "a_h": "1406"}, {"ioc_miles": "-1"}])
def test_a_circuit_of_unknown_mileage_is_held(row: dict[str, str]) -> None:
    billed = bill("circuits", "2026-03", circuit(rate_code="MILE", **row))

    assert (dollars(billed), codes(billed), outcome(billed)) == ([], [("R2", "R203")], ["HELD"])


def test_a_mark_up_is_a_row_beside_each_monthly_row() -> None:
    billed = bill(
        "circuits", "2026-03", circuit(rate_code="MARK", billing_start_date="2026-03-22", nrc_amount="10.00", nrc_date="2026-03-22")
    )

    assert amounts(billed) == [("R2", "FEE5", "1.67"), ("R2", "MARK", "33.33"), ("R2", "MARK", "10.00")]


def test_line_handset_and_features_are_rows_of_their_own() -> None:
    row = line(device_model="cp-8841", features="VM; CT", start_date="2026-03-22", mrc_override="6.00")
    billed = bill("voip", "2026-03", row)

    assert amounts(billed) == [("R2", "CP-8841", "0.67"), ("R2", "CT", "6.67"), ("R2", "LINE", "2.00"), ("R2", "VM", "1.50")]
    assert set(billed.charges["line_count"]) == {1}


def test_features_stop_with_their_line() -> None:
    assert dollars(bill("voip", "2026-03", line(features="VM", device_model="CP-8841", stop_date="2026-03-01"))) == []


def test_features_of_a_moved_line_are_shared_like_the_line() -> None:
    rows = [
        line(stop_date="2026-03-16", device_model="CP-8841"),
        line(start_date="2026-03-16", device_model="CP-8841", billing_number="D2"),
    ]

    assert amounts(bill("voip", "2026-03", *rows)) == [
        ("R2", "CP-8841", "1.00"), ("R2", "LINE", "2.50"), ("R3", "CP-8841", "1.00"), ("R3", "LINE", "2.50"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "column", "raw"),
    [
        ({"features": "VM;NOPE"}, "R201", "features", "NOPE"),
        ({"features": "NOPE;VM;NADA"}, "R201", "features", "NADA;NOPE"),
        ({"features": "NORATE;VM"}, "R202", "features", "NORATE"),
        ({"features": "BLANK;VM"}, "R203", "features", "BLANK"),
        ({"features": "VM", "device_model": "Toaster"}, "R201", "device_model", "TOASTER"),
    ],
)
def test_a_feature_without_a_rate_is_named_and_the_line_still_bills(row: dict[str, str], code: str, column: str, raw: str) -> None:
    billed = bill("voip", "2026-03", line(**row))
    found = billed.findings.to_dicts()

    assert amounts(billed) == [("R2", "LINE", "5.00"), ("R2", "VM", "1.50")]
    assert outcome(billed) == ["BILLED"]
    assert [(one["code"], one["column_name"], one["raw_value"], one["severity"], one["amount"]) for one in found] == [
        (code, column, raw, "HOLD", None)
    ]


def test_a_feature_that_cannot_bill_does_not_hide_a_warning_on_its_line() -> None:
    assert codes(bill("voip", "2026-03", line(features="NOPE", line_id="5025641234"))) == [("R2", "M607"), ("R2", "R201")]


def test_a_feature_listed_twice_bills_once_and_is_found() -> None:
    billed = bill("voip", "2026-03", line(features="VM;VM"))

    assert amounts(billed) == [("R2", "LINE", "5.00"), ("R2", "VM", "1.50")]
    assert [(row["code"], row["severity"]) for row in billed.findings.to_dicts()] == [("M605", "WARN")]


def test_a_line_without_a_rate_is_held_whole() -> None:
    billed = bill("voip", "2026-03", line(rate_code="NORATE", features="VM"))

    assert (dollars(billed), codes(billed), outcome(billed)) == ([], [("R2", "R202")], ["HELD"])
    assert str(billed.outcomes["amount"][0]) == "1.50"  # the feature's price is what can be known


def test_centrex_bills_price_times_quantity_times_share() -> None:
    billed = bill("centrex", "2026-03", station(quantity="3"), station(quantity="3", usoc="RJ21X", start_date="2026-03-22"))
    found = {row["source_record_id"]: row for row in billed.charges.to_dicts()}

    assert amounts(billed) == [("R2", "CT", "60.00"), ("R3", "CT", "20.00")]
    assert [str(found[name]["quantity"]) for name in ("R2", "R3")] == ["3.000000", "1.000000"]
    assert found["R2"]["line_count"] == 3
    assert found["R3"]["rule"] == "3 x 20.00 x 10/30 days (DAILY_30)"


def test_an_empty_month_bills_nothing() -> None:
    for feed in ("circuits", "voip", "centrex"):
        billed = bill(feed, "2026-03")

        assert billed.charges.is_empty()
        assert billed.findings.is_empty()
