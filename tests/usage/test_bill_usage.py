"""Usage: rows of a record, of a day in steps and of a month in tiers; dates, mark-ups, sources, ids."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from billing.frames import BRIDGE, CHARGES, FINDINGS, OUTCOMES, Billed, Earlier, Tables, conform
from billing.policy import Policy
from billing.usage import bill_usage
from tests.usage.world import PERIOD, amounts, code, day, found, held, rate, records, tiers, world

THREE = [("1000", "0.10"), ("10000", "0.08"), (None, "0.05")]
LABOUR = code("LAB", "HOUR", increment="0.25", min_quantity="1")


def one(rate_code: str, quantity: str, uom: str = "EACH", **more: Any) -> dict[str, Any]:
    return {
        "billing_number": "N1", "rate_code": rate_code, "quantity": quantity, "uom": uom, "service_from": "2026-10-01",
        "service_to": "2026-10-31", **more,
    }  # fmt: skip


def worked(quantity: str, on: str = "2026-10-14", ticket: str | None = "T1", **more: Any) -> dict[str, Any]:
    dates = {"usage_date": on, "service_from": on, "service_to": on}
    return one("LAB", quantity, "HOUR", ticket_no=ticket, **{**dates, **more})


def bill(tables: Tables, *rows: dict[str, Any], earlier: Earlier | None = None, policy: Policy | None = None) -> Billed:
    billed = bill_usage(records("usage", *rows), tables, PERIOD, policy or Policy(), earlier or Earlier())
    conform(billed.charges, CHARGES)
    conform(billed.bridge, BRIDGE)
    conform(billed.findings, FINDINGS)
    conform(billed.outcomes, OUTCOMES)
    assert billed.outcomes.height == len(rows)
    return billed


def test_a_plain_record_is_quantity_times_rate() -> None:
    billed = bill(world([code("VOICE")], [rate("VOICE", "32.86")]), one("VOICE", "37", description="Phones"))

    row = billed.charges.row(0, named=True)
    assert row["amount"] == Decimal("1215.82")
    assert (row["stream"], row["component"], row["description"]) == ("usage", "USAGE", "Phones")
    assert (row["quantity"], row["uom"], row["unit_rate"]) == (Decimal(37), "EACH", Decimal("32.86"))
    assert (row["start_date"], row["stop_date"], row["rate_date"]) == (day("2026-10-01"), day("2026-11-01"), day("2026-10-31"))
    assert (row["source_file"], row["source_line"], row["source_record_id"]) == ("usage_2026-10_01.csv", 2, "R2")
    assert (row["approval_ref"], row["agency_code"], row["rule"]) == ("AP-VOICE", "100", "37 EACH x 32.860000")
    assert billed.bridge.rows() == [(row["charge_id"], "usage", "usage_2026-10_01.csv", 2, "R2", Decimal(37))]


@pytest.mark.parametrize(
    ("method", "quantity", "amount"),
    [
        ("GRADUATED", "12500", "945.00"),
        ("VOLUME", "12500", "625.00"),
        ("GRADUATED", "999.999999", "100.00"),
        ("GRADUATED", "1000", "100.00"),  # an upper bound is inclusive
        ("GRADUATED", "1000.000001", "100.00"),
        ("GRADUATED", "1001", "100.08"),
        ("GRADUATED", "10000", "820.00"),
        ("GRADUATED", "10000.5", "820.03"),  # half a cent, away from zero
        ("VOLUME", "1000", "100.00"),
        ("VOLUME", "1000.000001", "80.00"),
        ("VOLUME", "10000", "800.00"),
        ("VOLUME", "10001", "500.05"),
        ("VOLUME", "0.05", "0.01"),
    ],
)
def test_tiers_price_slices_or_the_whole(method: str, quantity: str, amount: str) -> None:
    tables = world([code("ST", "GB")], [rate("ST", tier_method=method)], tiers("ST", *THREE))

    assert amounts(bill(tables, one("ST", quantity, "GB"))) == [Decimal(amount)]


def test_a_quantity_of_zero_bills_nothing_and_is_noted() -> None:
    tables = world(
        [code("ST", "GB", min_charge="5.00"), code("M", min_quantity="10", min_charge="5.00")],
        [rate("ST", tier_method="GRADUATED"), rate("M", "1")], tiers("ST", *THREE),
    )  # fmt: skip

    billed = bill(tables, one("ST", "0", "GB"), one("M", "0"))

    assert billed.charges.height == 0
    assert billed.bridge.height == 0
    assert found(billed) == [("Q302", "INFO", "R2"), ("Q302", "INFO", "R3")]
    assert billed.outcomes["outcome"].to_list() == ["BILLED", "BILLED"]


@pytest.mark.parametrize(
    ("quantity", "amount"), [("1", "5.00"), ("1000", "5.00"), ("1000.000001", "10.00"), ("2500", "15.00"), ("3000", "15.00")]
)
def test_packages_are_charged_whole(quantity: str, amount: str) -> None:
    tables = world([code("MSG")], [rate("MSG", "5", tier_method="PACKAGE", package_size="1000")])

    assert amounts(bill(tables, one("MSG", quantity))) == [Decimal(amount)]


@pytest.mark.parametrize(
    ("hours", "billed_hours", "amount"),
    [
        (["0.4"], "1", "78.06"),
        (["1"], "1", "78.06"),
        (["1.3"], "1.5", "117.09"),
        (["1.016667"], "1.25", "97.58"),
        (["1.516667"], "1.75", "136.61"),
        (["0.333333", "0.333333", "0.333333"], "1", "78.06"),  # rounded to four decimals before it is stepped
        (["0.5", "0.75"], "1.25", "97.58"),
        (["1.25005"], "1.5", "117.09"),
        (["1.250049"], "1.25", "97.58"),
    ],
)
def test_hours_of_a_day_are_summed_raised_and_stepped(hours: list[str], billed_hours: str, amount: str) -> None:
    billed = bill(world([LABOUR], [rate("LAB", "78.06")]), *[worked(part) for part in hours])

    assert billed.charges["quantity"].to_list() == [Decimal(billed_hours)]
    assert amounts(billed) == [Decimal(amount)]
    assert billed.bridge["quantity"].sum() == sum(Decimal(part) for part in hours)


def test_steps_are_taken_per_number_ticket_and_day() -> None:
    rows = [
        worked("0.5"), worked("0.5"), worked("0.5", ticket="T2"), worked("0.5", ticket=None), worked("0.5", on="2026-10-15"),
        worked("0.5", billing_number="N2"),
    ]  # fmt: skip

    billed = bill(world([LABOUR], [rate("LAB", "10")]), *rows)

    assert amounts(billed) == [Decimal(10)] * 5
    assert billed.bridge.height == 6


def test_a_row_of_several_records_names_none_and_spans_their_dates() -> None:
    rows = [
        worked("1", service_from="2026-10-13", description="a"),
        worked("1", service_to="2026-10-16", description="b"),
        worked("2", on="2026-10-20", description="c"),
    ]
    charges = bill(world([LABOUR], [rate("LAB", "10")]), *rows).charges.sort("start_date")

    assert charges["source_record_id"].to_list() == [None, "R4"]
    assert charges["feed"].to_list() == [None, "usage"]
    assert charges["source_line"].to_list() == [None, 4]
    assert charges["start_date"].to_list() == [day("2026-10-13"), day("2026-10-20")]
    assert charges["stop_date"].to_list() == [day("2026-10-17"), day("2026-10-21")]
    assert charges["description"].to_list() == ["LAB service, ticket T1", "c, ticket T1"]


@pytest.mark.parametrize(("quantity", "amount"), [("3", "25.00"), ("2.5", "25.00"), ("5.001", "25.01"), ("0.000001", "25.00")])
def test_the_least_charge_raises_the_row(quantity: str, amount: str) -> None:
    billed = bill(world([code("P", min_charge="25.00")], [rate("P", "5")]), one("P", quantity))

    assert amounts(billed) == [Decimal(amount)]


def test_the_least_charge_counts_once_for_a_stepped_row() -> None:
    tables = world([code("LAB", "HOUR", min_charge="50.00")], [rate("LAB", "10")])

    assert amounts(bill(tables, worked("1"), worked("2"))) == [Decimal("50.00")]


def test_tiered_quantities_are_summed_by_number_code_and_month_of_service() -> None:
    tables = world([code("ST", "GB")], [rate("ST", tier_method="GRADUATED")], tiers("ST", *THREE))
    rows = [
        one("ST", "600", "GB", usage_date="2026-10-02", resource_id="a"),
        one("ST", "600", "GB", usage_date="2026-10-03", resource_id="b"),
        one("ST", "600", "GB", billing_number="N2"),
        one("ST", "1100", "GB", service_from="2026-09-01", service_to="2026-09-30"),
    ]

    charges = bill(tables, *rows).charges

    assert sorted(charges.select("amount", "is_prior_period", "billing_number").rows()) == [
        (Decimal("60.00"), False, "N2"), (Decimal("108.00"), True, "N1"), (Decimal("116.00"), False, "N1"),
    ]  # fmt: skip


def test_a_tiered_row_is_priced_on_its_last_service_date() -> None:
    rates = [
        rate("ST", tier_method="GRADUATED", valid_to="2026-10-16"),
        rate("ST", tier_method="VOLUME", valid_from="2026-10-16", approval_ref="AP-2"),
    ]
    steps = [*tiers("ST", *THREE), *tiers("ST", *THREE, valid_from="2026-10-16")]
    rows = [one("ST", "12000", "GB", usage_date="2026-10-15"), one("ST", "500", "GB", usage_date="2026-10-16")]

    billed = bill(world([code("ST", "GB")], rates, steps), *rows)

    assert amounts(billed) == [Decimal("625.00")]
    assert billed.charges["approval_ref"].to_list() == ["AP-2"]
    assert billed.charges["rule"].to_list() == ["12500 GB x 0.050000 (volume tier 3)"]


@pytest.mark.parametrize(("methods", "amount"), [(("FLAT", "VOLUME"), "100.00"), (("VOLUME", "FLAT"), "200.00")])
def test_a_code_tiered_for_part_of_a_month_has_one_row(methods: tuple[str, str], amount: str) -> None:
    rates = [
        rate("ST", "2", tier_method=methods[0], valid_to="2026-10-16"),
        rate("ST", "2", tier_method=methods[1], valid_from="2026-10-16"),
    ]
    steps = [*tiers("ST", (None, "1")), *tiers("ST", (None, "1"), valid_from="2026-10-16")]
    rows = [one("ST", "90", "GB", usage_date="2026-10-15"), one("ST", "10", "GB", usage_date="2026-10-16")]

    assert amounts(bill(world([code("ST", "GB")], rates, steps), *rows)) == [Decimal(amount)]


def test_hours_in_tiers_are_stepped_by_day_and_then_tiered() -> None:
    tables = world([LABOUR], [rate("LAB", tier_method="GRADUATED")], tiers("LAB", ("2", "100"), (None, "50")))

    billed = bill(tables, worked("0.2"), worked("0.3"), worked("1.1", on="2026-10-15"), worked("0.1", on="2026-10-16"))

    assert billed.charges["quantity"].to_list() == [Decimal("3.25")]
    assert amounts(billed) == [Decimal("262.50")]


def test_an_agreed_rate_makes_a_tiered_code_flat() -> None:
    agreed = {"agency_code": "100", "rate_code": "ST", "unit_rate": "0.02", "approval_ref": "MOU", "approved_by": "x"}
    tables = world(
        [code("ST", "GB")], [rate("ST", tier_method="VOLUME")], tiers("ST", *THREE), agency_rates=[agreed]
    )  # fmt: skip

    billed = bill(tables, one("ST", "100", "GB"), one("ST", "50", "GB"), one("ST", "100", "GB", billing_number="N3"))

    assert amounts(billed) == [Decimal("1.00"), Decimal("2.00"), Decimal("10.00")]
    assert billed.charges.filter(pl.col("amount") == Decimal("2.00"))["approval_ref"].to_list() == ["MOU"]


def test_the_usage_date_prices_and_else_the_last_service_day() -> None:
    rates = [rate("V", "1", valid_to="2026-10-31"), rate("V", "2", valid_from="2026-10-31")]

    billed = bill(world([code("V")], rates), one("V", "10", usage_date="2026-10-30"), one("V", "100"))

    assert amounts(billed) == [Decimal(10), Decimal(200)]


def test_a_late_record_bills_now_at_its_own_rate_and_is_marked() -> None:
    rates = [rate("V", "1", valid_to="2026-07-01"), rate("V", "2", valid_from="2026-07-01")]
    late = {"service_from": "2026-06-01", "service_to": "2026-06-30"}

    billed = bill(world([code("V")], rates), one("V", "10", **late))

    assert billed.charges.select("amount", "is_prior_period").row(0) == (Decimal(10), True)
    assert found(billed) == [("D403", "WARN", "R2"), ("D404", "WARN", "R2")]


@pytest.mark.parametrize(("to", "finding"), [("2025-10-01", None), ("2025-09-30", "D402"), ("2026-11-01", "D401")])
def test_the_look_back_and_the_future_hold(to: str, finding: str | None) -> None:
    billed = bill(world([code("V")], [rate("V", "1")]), one("V", "10", service_from=to, service_to=to))

    assert [row[0] for row in found(billed, "D401", "D402")] == ([finding] if finding else [])
    assert held(billed) == ({"R2"} if finding else set())


def test_a_mark_up_is_its_own_row_with_the_records_of_its_base() -> None:
    codes = [LABOUR, code("FEE", "PERCENT", **{"class": "FEE"})]
    tables = world(codes, [rate("LAB", "78.06", markup_pct="5", fee_rate_code="FEE")])

    billed = bill(tables, worked("0.6"), worked("0.65"))

    assert amounts(billed, "USAGE") == [Decimal("97.58")]
    assert amounts(billed, "FEE") == [Decimal("4.88")]  # 5 % of 97.575
    base = billed.charges.filter(pl.col("component") == "USAGE")
    fee = billed.charges.filter(pl.col("component") == "FEE")
    assert fee["base_charge_id"].to_list() == base["charge_id"].to_list()
    for row in (base, fee):
        of_row = billed.bridge.filter(pl.col("charge_id") == row["charge_id"][0])
        assert of_row["quantity"].to_list() == [Decimal("0.6"), Decimal("0.65")]


def test_a_mark_up_without_a_fee_code_holds() -> None:
    billed = bill(world([code("V")], [rate("V", "1", markup_pct="5")]), one("V", "1"))

    assert found(billed) == [("T902", "HOLD", "R2")]
    assert billed.charges.height == 0


def test_shuffled_records_of_several_files_give_the_same_charges() -> None:
    tables = world(
        [LABOUR, code("ST", "GB"), code("V")],
        [rate("LAB", "10"), rate("ST", tier_method="GRADUATED"), rate("V", "3")], tiers("ST", *THREE),
    )  # fmt: skip
    rows = [worked("0.3"), worked("0.4"), one("ST", "900", "GB"), one("ST", "200", "GB"), one("V", "1"), one("V", "2")]
    ordered = records("usage", *rows)
    shuffled = ordered.reverse().with_columns(
        source_line=pl.int_range(2, len(rows) + 2, dtype=pl.Int64), source_file=pl.lit("usage_2026-10_02.csv")
    )

    first = bill_usage(ordered, tables, PERIOD, Policy(), Earlier())
    second = bill_usage(shuffled, tables, PERIOD, Policy(), Earlier())

    third = bill_usage(ordered.sample(fraction=1, shuffle=True, seed=5), tables, PERIOD, Policy(), Earlier())
    places = ["source_file", "source_line"]
    assert_frame_equal(first.charges.drop(places), second.charges.drop(places))
    assert_frame_equal(first.bridge, third.bridge)


def test_a_repeated_record_is_dropped_and_an_edited_one_held() -> None:
    again = one("V", "1", source_record_id="A", description="x")

    billed = bill(world([code("V")], [rate("V", "3")]), again, again, {**again, "quantity": "2"})

    assert amounts(billed) == [Decimal(3)]
    assert found(billed) == [("U501", "INFO", "A"), ("U502", "HOLD", "A")]
    assert sorted(billed.outcomes["outcome"].to_list()) == ["BILLED", "DROPPED", "HELD"]


def test_no_records_bill_nothing() -> None:
    billed = bill(world([code("V")], [rate("V", "3")]))

    assert billed.charges.height == billed.bridge.height == billed.findings.height == 0
