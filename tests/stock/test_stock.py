"""Checks stock billing: average cost, mark-up, returns, restocking."""

from decimal import Decimal

import polars as pl
import pytest

from tests.fees.small_world import APRIL, amounts, day, records
from tests.stock.shop import FIFTEEN, after, back, bill, codes, held, issue, moved, of, receipt, shop


def test_an_issue_is_billed_at_the_weighted_average_and_five_percent() -> None:
    billed = bill([*FIFTEEN, issue("I1", "2026-03-18", "3")])

    assert of(billed) == [("I1", "BASE", "312.00"), ("I1", "FEE", "15.60")]
    base = billed.charges.filter(component="BASE").row(0, named=True)
    assert (str(base["quantity"]), base["uom"], str(base["unit_rate"]), base["rate_code"]) == ("3.000000", "EACH", "104.000000", "EQ10")
    assert (base["start_date"], base["stop_date"], base["description"]) == (day("2026-03-18"), day("2026-03-19"), "IP phone")
    assert base["rule"] == "3 EACH x 104.000000 (average cost of PH8841 in FKT1)"
    assert held(billed) == []
    assert codes(billed) == []
    assert billed.outcomes["outcome"].to_list() == ["BILLED"] * 3


def test_the_average_keeps_six_decimals_and_the_row_is_rounded_once() -> None:
    rows = [receipt("R1", "2026-03-02", "7", "100.00"), receipt("R2", "2026-03-02", "3", "103.33"), issue("I1", "2026-03-18", "7")]

    billed = bill(rows)

    base = billed.charges.filter(component="BASE").row(0, named=True)
    assert (str(base["unit_rate"]), str(base["exact_amount"]), str(base["amount"])) == ("100.999000", "706.993000000000", "706.99")


def test_the_average_is_rounded_after_every_receipt() -> None:
    costs = [("1", "0"), ("2", "1"), ("3", "0")]
    rows = [receipt(f"R{n}", "2026-03-02", quantity, cost) for n, (quantity, cost) in enumerate(costs)]

    billed = bill([*rows, issue("I1", "2026-03-18", "1")])

    # 2/3 is 0.666667, and half of that 0.3333335: rounded only at the end, the average would be 0.333333
    assert [str(rate) for rate in billed.charges.filter(component="BASE")["unit_rate"]] == ["0.333334"]


def test_a_return_is_credited_at_what_was_billed_and_restocking_is_its_own_row() -> None:
    billed = bill([*FIFTEEN, issue("I1", "2026-03-18", "3"), back("B1", "2026-03-20", "1", "I1")])

    assert of(billed) == [("B1", "CREDIT", "-109.20"), ("B1", "FEE", "10.92"), ("I1", "BASE", "312.00"), ("I1", "FEE", "15.60")]
    base = billed.charges.filter(component="BASE")
    credit = billed.charges.filter(component="CREDIT").row(0, named=True)
    fee = billed.charges.filter(pl.col("source_record_id") == "B1", component="FEE").row(0, named=True)
    assert (credit["original_charge_id"], credit["rule"]) == (base["charge_id"][0], "-327.60 x 1/3 returned")
    assert (fee["base_charge_id"], fee["rate_code"], fee["rule"]) == (credit["charge_id"], "PROC5", "109.20 x 10 %")
    assert fee["description"] == "Processing charge: 10 % restocking of IP phone"


@pytest.mark.parametrize(("condition", "fee"), [("NEW", ["10.92"]), ("USED", ["10.92"]), ("DEFECTIVE", []), (None, ["10.92"])])
def test_restocking_is_for_new_and_used_goods(condition: str | None, fee: list[str]) -> None:
    billed = bill([*FIFTEEN, issue("I1", "2026-03-18", "3"), back("B1", "2026-03-20", "1", "I1", condition)])

    assert [str(amount) for amount in billed.charges.filter(source_record_id="B1", component="FEE")["amount"]] == fee
    assert [str(amount) for amount in billed.charges.filter(component="CREDIT")["amount"]] == ["-109.20"]


def test_goods_go_back_at_the_cost_they_were_issued_at_and_defective_ones_do_not() -> None:
    rows = [
        receipt("R1", "2026-03-01", "2", "100"), issue("I1", "2026-03-02", "1"), receipt("R2", "2026-03-03", "1", "130"),
        back("B1", "2026-03-04", "1", "I1"), issue("I2", "2026-03-05", "1"),
    ]  # fmt: skip
    usual = bill(rows).charges.filter(source_record_id="I2", component="BASE")
    rows[3]["condition"] = "DEFECTIVE"
    defective = bill(rows).charges.filter(source_record_id="I2", component="BASE")

    assert [str(rate) for rate in usual["unit_rate"]] == ["110.000000"]  # 2 at 115 and 1 at 100
    assert [str(rate) for rate in defective["unit_rate"]] == ["115.000000"]


@pytest.mark.parametrize(
    ("cost", "given"),
    [
        ("33.34", ["-35.01", "-35.01", "-35.00"]),  # 100.02 and 5.00
        ("31.746667", ["-33.33", "-33.33", "-33.34"]),  # 95.24 and 4.76
    ],
)
def test_the_last_return_of_an_issue_takes_what_is_left(cost: str, given: list[str]) -> None:
    rows = [receipt("R1", "2026-03-01", "3", cost), issue("I1", "2026-03-02", "3")]
    rows += [back(f"B{n}", f"2026-03-0{n + 3}", "1", "I1", "DEFECTIVE") for n in range(3)]

    billed = bill(rows)

    found = billed.charges.filter(component="CREDIT").sort("source_record_id")
    assert [str(amount) for amount in found["amount"]] == given
    assert billed.charges["amount"].sum() == 0


def test_returns_never_give_back_more_than_was_billed() -> None:
    rows = [receipt("R1", "2026-03-01", "10", "0.005"), issue("I1", "2026-03-02", "10")]  # 0.05
    rows += [back(f"B{n}", "2026-03-03", "1", "I1", "DEFECTIVE") for n in range(10)]

    billed = bill(rows)

    assert amounts(billed.charges.filter(component="CREDIT"), "source_record_id") == [(f"B{n}", "-0.01") for n in range(5)]
    assert billed.outcomes["outcome"].unique().to_list() == ["BILLED"]


def test_a_later_period_goes_on_where_the_earlier_one_stopped() -> None:
    march = after([*FIFTEEN, issue("I1", "2026-03-18", "3"), issue("I0", "2026-03-18", "99"), back("B1", "2026-03-20", "1", "I1")])

    april = bill([back("B2", "2026-04-02", "2", "I1"), issue("I2", "2026-04-03", "15"), issue("I3", "2026-04-04", "1")], None, APRIL, march)

    assert of(april) == [("B2", "CREDIT", "-218.40"), ("B2", "FEE", "21.84"), ("I2", "BASE", "1560.00"), ("I2", "FEE", "78.00")]
    assert codes(april) == [("I3", "E801")]
    credit = april.charges.filter(component="CREDIT").row(0, named=True)
    assert credit["original_charge_id"] == march.charges.filter(source_record_id="I1", component="BASE")["charge_id"][0]
    assert credit["rule"] == "-327.60 x 2/3 returned, the last return takes what is left"


def test_the_posted_cost_of_an_issue_stands_whatever_the_opening_stock_says_now() -> None:
    opening = [{"warehouse": "FKT1", "item_no": "PH8841", "quantity": "5", "unit_cost": "100", "as_of": "2026-02-28"}]
    march = after([issue("I1", "2026-03-18", "5")], shop(stock_opening=opening))
    opening[0]["unit_cost"] = "999"

    april = bill([back("B1", "2026-04-01", "5", "I1"), issue("I2", "2026-04-02", "1")], shop(stock_opening=opening), APRIL, march)

    assert [str(rate) for rate in april.charges.filter(component="BASE")["unit_rate"]] == ["100.000000"]
    assert [str(amount) for amount in april.charges.filter(component="CREDIT")["amount"]] == ["-525.00"]


def test_opening_stock_is_what_the_first_issue_takes_from() -> None:
    opening = [{"warehouse": "FKT1", "item_no": "PH8841", "quantity": "5", "unit_cost": "80.1234567", "as_of": "2026-02-28"}]

    billed = bill([issue("I1", "2026-03-01", "5"), issue("I2", "2026-03-01", "1")], shop(stock_opening=opening))

    assert of(billed) == [("I1", "BASE", "400.62"), ("I1", "FEE", "20.03")]
    assert codes(billed) == [("I2", "E801")]
    assert billed.findings["message"][0] == "0 of PH8841 in FKT1, 1 issued; look for the missing receipt"
    assert str(billed.findings["amount"][0]) == "84.13"


def test_receipts_come_before_returns_and_issues_of_a_day_and_counts_after_them() -> None:
    opening = [{"warehouse": "FKT1", "item_no": "PH8841", "quantity": "1", "unit_cost": "10", "as_of": "2026-02-28"}]
    march = after([issue("I0", "2026-03-01", "1")], shop(stock_opening=opening))
    rows = [
        moved("WRITE_OFF", "W1", "2026-04-02", "3"), moved("COUNT_ADJ", "C1", "2026-04-02", "-1"),
        issue("I1", "2026-04-02", "3"), back("B1", "2026-04-02", "1", "I0"), receipt("R1", "2026-04-02", "2", "40"),
    ]  # fmt: skip

    billed = bill(rows, shop(stock_opening=opening), APRIL, march)

    assert [str(rate) for rate in billed.charges.filter(component="BASE")["unit_rate"]] == ["30.000000"]  # 2 at 40 and 1 at 10
    assert held(billed) == []


def test_a_return_on_the_day_of_its_issue_follows_it() -> None:
    rows = [receipt("R1", "2026-03-01", "1", "100"), receipt("R2", "2026-03-01", "1", None)]
    rows += [issue("I1", "2026-03-02", "1", billing_number="XX"), issue("I2", "2026-03-02", "1"), issue("I3", "2026-03-02", "1")]

    billed = bill(rows)

    assert codes(billed) == [("I1", "A102"), ("I3", "E801"), ("R2", "R203")]
    assert of(billed, "source_record_id")[0] == ("I2", "100.00")
    stakes = {row["source_record_id"]: str(row["amount"]) for row in billed.outcomes.iter_rows(named=True)}
    assert stakes == {"R1": "None", "R2": "0.00", "I1": "105.00", "I2": "None", "I3": "105.00"}


def test_warehouses_and_items_are_apart() -> None:
    assert codes(bill([*FIFTEEN, issue("I1", "2026-03-18", "1", warehouse="LEX2")])) == [("I1", "E801")]


def test_stock_found_by_counting_has_no_cost_until_one_is_known() -> None:
    found = moved("COUNT_ADJ", "C1", "2026-03-01", "5")

    assert codes(bill([found, issue("I1", "2026-03-02", "1")])) == [("I1", "E801")]
    assert of(bill([{**found, "unit_cost": "7"}, issue("I1", "2026-03-02", "1")])) == [("I1", "BASE", "7.00"), ("I1", "FEE", "0.35")]


def test_a_receipt_into_what_is_missing_sets_the_average() -> None:
    rows = [receipt("R1", "2026-03-01", "1", "100"), moved("WRITE_OFF", "W1", "2026-03-01", "2"), receipt("R2", "2026-03-02", "3", "110"),
            issue("I1", "2026-03-03", "2"), issue("I2", "2026-03-03", "1")]  # fmt: skip

    billed = bill(rows)

    assert [str(rate) for rate in billed.charges.filter(component="BASE")["unit_rate"]] == ["110.000000"]
    assert codes(billed) == [("I2", "E801")]


def test_a_late_issue_is_marked_and_takes_the_average_as_it_stands() -> None:
    march = after(FIFTEEN)

    april = bill([issue("I1", "2026-03-01", "1"), receipt("R3", "2026-04-01", "14", "1")], None, APRIL, march)

    assert amounts(april.charges, "component", "is_prior_period") == [("BASE", True, "104.00"), ("FEE", True, "5.20")]
    assert codes(april) == [("I1", "D403"), ("R3", "E804")]


def test_a_return_gives_back_a_surcharge_on_cost_within_itself() -> None:
    surcharge = [{"surcharge_code": "SUPP", "kind": "PERCENT_OF_COST", "applies_to": "STOCK", "percent": "1"}]
    rows = [*FIFTEEN, issue("I1", "2026-03-18", "3"), back("B1", "2026-03-20", "3", "I1", "DEFECTIVE")]

    billed = bill(rows, shop(surcharges=surcharge))

    assert [str(amount) for amount in billed.charges.filter(component="CREDIT")["amount"]] == ["-330.72"]  # 312 + 15.60 + 3.12


def test_the_same_record_in_two_files_is_entered_once_and_a_number_used_twice_is_held() -> None:
    first = records("stock", [*FIFTEEN, issue("I1", "2026-03-18", "3")], "stock_2026-03_01.csv")
    second = records("stock", [issue("I1", "2026-03-18", "3"), issue("I1", "2026-03-18", "4")], "stock_2026-03_02.csv")

    billed = bill(pl.concat([second, first]))

    assert of(billed) == [("I1", "BASE", "312.00"), ("I1", "FEE", "15.60")]
    assert sorted(billed.outcomes["outcome"].to_list()) == ["BILLED", "BILLED", "BILLED", "DROPPED", "HELD"]


def test_the_order_of_rows_in_the_frame_changes_nothing() -> None:
    rows = [
        *FIFTEEN,
        *[issue(f"I{n}", f"2026-03-{n + 4:02}", "1") for n in range(9)],
        back("B1", "2026-03-20", "1", "I3"),
        receipt("R3", "2026-03-09", "7", "91.37"),
    ]
    read = records("stock", rows)

    first = bill(read)
    again = bill(read.sample(fraction=1, shuffle=True, seed=11))

    assert again.charges.equals(first.charges)
    assert again.findings.sort("source_line").equals(first.findings.sort("source_line"))
    assert first.charges.height == 20


def test_no_records_come_to_nothing() -> None:
    assert bill([]).charges.is_empty()
    assert Decimal(0) == bill([issue("I1", "2026-03-01", "0")]).charges["amount"].sum()
