"""Movement between two months: the rules on worked rows, and what must hold of any two months."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings

from billing.errors import ReconciliationError
from billing.movement import EFFECTS, KEY, MOVEMENT, by, items_of, largest, movement
from billing.periods import Period
from billing.test_agency import bill_test_agency
from billing.test_agency_world import make_records
from tests.movement import twin
from tests.movement.months import items, lines, month_lines, row

CIRCUIT = {"stream": "circuits", "feed": "circuits"}
FEE = {"rate_code": "FE"}


def moved(before, now, **keys):
    """The effects of the one row (or the one named) that moved, as words."""
    found = movement(before, now).filter(pl.col("change") != 0)
    for name, value in keys.items():
        found = found.filter(pl.col(name) == value)
    assert found.height == 1
    return {name: str(found[name][0]) for name in EFFECTS if found[name][0] != 0}


@pytest.mark.parametrize(
    ("before", "now", "effects"),
    [
        # 37 users become 40, and each a dollar dearer: 1.00 x 37, the rest is quantity
        (row(1, "USAGE", "1215.82", "37", "32.86"), row(1, "USAGE", "1354.40", "40", "33.86"), {"price": "37.00", "quantity": "101.58"}),
        (row(1, "USAGE", "1215.82", "37", "32.86"), row(1, "USAGE", "1314.40", "40", "32.86"), {"quantity": "98.58"}),
        (row(1, "USAGE", "1215.82", "37", "32.86"), row(1, "USAGE", "1252.82", "37", "33.86"), {"price": "37.00"}),
        # a circuit of 20/30 becomes whole: its rounded share is no change of price
        (row(1, "MRC", "300.00", "0.666667", "450", **CIRCUIT), row(1, "MRC", "450.00", "1", "450", **CIRCUIT), {"quantity": "150.00"}),
        # and at a new price: -50.00 x 0.666667
        (row(1, "MRC", "300.00", "0.666667", "450", **CIRCUIT), row(1, "MRC", "400.00", "1", "400", **CIRCUIT),
         {"price": "-33.33", "quantity": "133.33"}),
        # the last owner's share of 100.00 is a cent more than a third; that cent is no price either: 10.011 x 0.333333
        (
            row(1, "MRC", "33.34", "0.333333", "100", **CIRCUIT),
            row(1, "MRC", "110.01", "1", "110.011", **CIRCUIT),
            {"price": "3.34", "quantity": "73.33"},
        ),
        # tiers have no one price: 0.0756 a unit becomes 0.0728, x 12,500
        (row(1, "USAGE", "945.00", "12500"), row(1, "USAGE", "1092.00", "15000"), {"price": "-35.00", "quantity": "182.00"}),
        # packages: 101 pages at 7.50 a hundred; the listed price does not explain 15.00, so averages do
        (row(1, "USAGE", "15.00", "101", "7.50"), row(1, "USAGE", "16.00", "150", "8.00"), {"price": "-4.23", "quantity": "5.23"}),
        (row(1, "USAGE", "15.00", "101", "7.50"), row(1, "USAGE", "22.50", "250", "7.50"), {"quantity": "7.50"}),
        # a cost of the same number of units
        (row(1, "BASE", "86.90"), row(1, "BASE", "90.00"), {"price": "3.10"}),
        (row(1, "USAGE", "5.00", "0", "5"), row(1, "USAGE", "7.00", "1", "7"), {"quantity": "2.00"}),
        (row(1, "NRC", "250.00"), row(1, "NRC", "100.00"), {"one_time": "-150.00"}),
        (row(1, "DEBIT", "30.00", stream="adjustments"), row(1, "DEBIT", "31.00", stream="adjustments"), {"one_time": "1.00"}),
        (row(1, "BASE", "30.00", stream="stock"), row(1, "BASE", "31.00", stream="stock"), {"one_time": "1.00"}),
        (row(1, "USAGE", "30.00", is_prior_period=True), row(1, "USAGE", "31.00", is_prior_period=True), {"one_time": "1.00"}),
        # a fee on the total of the bill moves with the bill, unless another percentage is in force
        (row(1, "FEE", "0.39"), row(1, "FEE", "0.42"), {"quantity": "0.03"}),
        (row(1, "FEE", "0.39"), row(1, "FEE", "0.42", rate_valid_from=None), {"price": "0.03"}),
    ],
)  # fmt: skip
def test_a_row_of_both_months_moves_by_price_and_quantity(before, now, effects):
    assert moved(lines(before), lines(now)) == effects


@pytest.mark.parametrize(
    ("component", "stream", "effect"),
    [("USAGE", "usage", "new"), ("MRC", "circuits", "new"), ("NRC", "circuits", "one_time"), ("CREDIT", "circuits", "one_time"),
     ("BASE", "stock", "one_time"), ("BASE", "pass_through", "new"), ("FEE", "usage", "new")],
)  # fmt: skip
def test_a_row_of_one_month_is_new_or_gone_or_one_time(component, stream, effect):
    there, nothing = lines(row(1, component, "10.00", stream=stream)), lines()

    assert moved(nothing, there) == {effect: "10.00"}
    assert moved(there, nothing) == {effect.replace("new", "gone"): "-10.00"}


@pytest.mark.parametrize(
    ("base", "fee", "base_now", "fee_now", "effects"),
    [
        # 5 % of 450.00, then of 500.00: the base is dearer
        (("450.00", "1", "450"), "22.50", ("500.00", "1", "500"), "25.00", {"price": "2.50"}),
        # 5 % of 300.00 for 20/30, then of the whole: more of the base
        (("300.00", "0.666667", "450"), "15.00", ("450.00", "1", "450"), "22.50", {"quantity": "7.50"}),
        # 5 %, then 10 % of twice as much: 22.50 more a unit, and one unit more
        (("450.00", "1", "450"), "22.50", ("900.00", "2", "450"), "90.00", {"price": "22.50", "quantity": "45.00"}),
        # a cost without a price
        (("100.00", "2", None), "5.00", ("300.00", "4", None), "15.00", {"price": "2.50", "quantity": "7.50"}),
    ],
)
def test_a_fee_follows_its_base_row(base, fee, base_now, fee_now, effects):
    before = lines(row(1, "BASE", *base), row(2, "FEE", fee, base=1, **FEE))
    now = lines(row(1, "BASE", *base_now), row(2, "FEE", fee_now, base=1, **FEE))

    assert moved(before, now, family="FEE") == effects


def test_a_fee_of_half_a_cent_is_no_change_of_price():
    before = lines(row(1, "USAGE", "2.50", "1", "2.50"), row(2, "FEE", "0.13", exact="0.125", base=1, **FEE))
    now = lines(row(1, "USAGE", "5.00", "2", "2.50"), row(2, "FEE", "0.25", base=1, **FEE))

    assert moved(before, now, family="FEE") == {"quantity": "0.12"}


def test_a_charge_for_each_line_has_its_own_price_and_quantity():
    before = lines(row(1, "MRC", "30.00", "1.5", "20", **CIRCUIT), row(2, "FEE", "2.25", "3", "0.75", base=1, **FEE))
    now = lines(row(1, "MRC", "60.00", "3", "20", **CIRCUIT), row(2, "FEE", "3.00", "3", "1.00", base=1, **FEE))

    assert moved(before, now, family="FEE") == {"price": "0.75"}
    assert moved(before, now, family="CHARGE") == {"quantity": "30.00"}


@pytest.mark.parametrize("component", ["FEE", "TAX", "SURCHARGE"])
def test_what_is_taken_on_a_one_time_row_is_one_time(component):
    now = lines(row(1, "CREDIT", "-100.00"), row(2, component, "-5.00", base=1, **FEE))

    assert moved(lines(), now, rate_code="FE") == {"one_time": "-5.00"}


def test_items_are_matched_by_name_though_their_records_are_others():
    before = lines(row(1, "MRC", "450.00", "1", "450"), row(2, "MRC", "410.00", "1", "410"))
    now = lines(row(7, "MRC", "410.00", "1", "410"), row(8, "MRC", "450.00", "1", "450"))

    named = movement(before, now, items({1: "east", 2: "west"}), items({7: "west", 8: "north"}))
    unnamed = movement(before, now)

    assert named.select("item", "change", "new", "gone").filter(pl.col("change") != 0).rows() == [
        ("east", Decimal("-450.00"), Decimal("0.00"), Decimal("-450.00")),
        ("north", Decimal("450.00"), Decimal("450.00"), Decimal("0.00")),
    ]
    assert unnamed["change"].to_list() == [Decimal("0.00")]


def test_an_item_that_changes_its_rate_code_is_gone_and_new():
    before, now = lines(row(1, "MRC", "450.00", rate_code="NT40")), lines(row(1, "MRC", "500.00", rate_code="NT50"))

    found = by(movement(before, now, items({1: "east"}), items({1: "east"})), ["item"])

    assert found.select("item", "change", "new", "gone").rows() == [("east", Decimal("50.00"), Decimal("500.00"), Decimal("-450.00"))]


def test_a_fee_without_its_base_row_is_refused():
    with pytest.raises(ReconciliationError, match="the base row of C2 is not among the month's lines"):
        movement(lines(row(2, "FEE", "5.00", base=1)), lines())


def test_items_of_records_are_circuits_lines_stations_and_assessments():
    found = items_of(make_records(Period(2026, 3)))

    assert found["item"].to_list()[0] == "10/HCGS/000001/000/TA"
    assert set(found["item"]) >= {"+15025641234", "5025641236 RXR", "TA-AMOUNT", "TA-POOL"}
    assert set(found["feed"]) == {"circuits", "voip", "centrex", "fixed_cost"}


def test_a_real_bill_of_31_days_and_one_of_30_differ_by_their_shares_of_the_month_alone():
    march, april = Period(2026, 3), Period(2026, 4)
    frame = movement(
        bill_test_agency(march).lines, bill_test_agency(april).lines, items_of(make_records(march)), items_of(make_records(april))
    )

    assert frame.filter(pl.col("change") != 0).select("rate_code", "item", "quantity").rows() == [
        ("TAAC", "10/HCGS/000004/000/TA", Decimal("5.32")),
        ("TAN4", "10/HCGS/000001/000/TA", Decimal("-15.00")),
    ]
    assert by(frame, []).select("change", *EFFECTS).row(0) == tuple(map(Decimal, ("-9.68", "0.00", "-9.68", "0.00", "0.00", "0.00")))


def test_sums_and_largest_movers_keep_to_the_cent():
    before = lines(row(1, "USAGE", "10.00"), row(2, "USAGE", "5.00", rate_code="RD"), row(3, "NRC", "7.00"))
    now = lines(row(1, "USAGE", "12.00"), row(2, "USAGE", "1.00", rate_code="RD"), row(4, "USAGE", "3.00", billing_number="B2"))
    frame = movement(before, now)

    assert by(frame, ["billing_number"])["change"].to_list() == [Decimal("-9.00"), Decimal("3.00")]
    assert largest(frame, 2)["change"].to_list() == [Decimal("-7.00"), Decimal("-4.00")]
    assert largest(by(frame, ["billing_number"]), 1)["billing_number"].to_list() == ["B1"]
    assert largest(frame, 9).height == 4


def test_a_billing_number_that_moves_is_gone_from_one_agency_and_new_in_the_other():
    before = lines(row(1, "USAGE", "10.00", agency_code="758"), row(2, "FEE", "0.50", base=1, rate_code="FE", agency_code="758"))
    now = lines(row(1, "USAGE", "12.00", agency_code="039"), row(2, "FEE", "0.60", base=1, rate_code="FE", agency_code="039"))

    found = by(movement(before, now), ["agency_code"]).select("agency_code", "change", "price", "new", "gone").rows()

    assert found == [
        ("039", Decimal("12.60"), Decimal("0.00"), Decimal("12.60"), Decimal("0.00")),
        ("758", Decimal("-10.50"), Decimal("0.00"), Decimal("0.00"), Decimal("-10.50")),
    ]


@given(month_lines(), month_lines())
@settings(deadline=None)
def test_the_effects_add_up_in_every_row_and_to_the_whole(before, now):
    frame = movement(before, now)

    assert frame.schema == pl.Schema(MOVEMENT)
    assert frame.select((pl.sum_horizontal(EFFECTS) == pl.col("change")).all()).item()
    assert frame.select((pl.col("now") - pl.col("before") == pl.col("change")).all()).item()
    assert sum(frame["change"], Decimal(0)) == sum(now["amount"], Decimal(0)) - sum(before["amount"], Decimal(0))
    assert frame.select(KEY).is_unique().all()
    assert by(frame, []).select(pl.sum_horizontal(EFFECTS) == pl.col("change")).item()


@given(month_lines(), month_lines())
@settings(deadline=None)
def test_looked_at_backwards_all_signs_turn(before, now):
    there, back = movement(before, now), movement(now, before)

    assert there.select(KEY).equals(back.select(KEY))
    for name, other in {"change": "change", "new": "gone", "gone": "new", "one_time": "one_time"}.items():
        assert there[name].to_list() == [-value for value in back[other]]


@given(month_lines())
@settings(deadline=None)
def test_a_month_does_not_move_against_itself_in_any_order(month):
    frame = movement(month, month.sample(fraction=1, shuffle=True, seed=7))

    assert {value for name in ("change", *EFFECTS) for value in frame[name]} <= {Decimal(0)}


@given(month_lines())
@settings(deadline=None)
def test_where_only_prices_change_only_price_moves(month):
    recurring = month.filter(pl.col("component").is_in(["BASE", "MRC", "USAGE", "CALLS"]) & pl.col("base_charge_id").is_null())
    recurring = recurring.filter(~pl.col("is_prior_period") & (pl.col("stream") != "stock"))
    dearer = recurring.with_columns(pl.col("unit_rate") + Decimal("1.00"), pl.col("amount") + pl.col("quantity").cast(pl.Decimal(38, 2)))

    frame = movement(recurring, dearer)

    assert frame["price"].to_list() == frame["change"].to_list()


@given(month_lines(), month_lines())
@settings(deadline=None, max_examples=300)
def test_movement_agrees_with_the_slow_version(before, now):
    fast = {row[:5]: row[len(KEY) :] for row in movement(before, now).rows()}

    assert fast == twin.movement(before, now)
