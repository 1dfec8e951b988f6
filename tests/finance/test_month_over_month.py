"""R06 and R07: the bridge from last month's bill to this one, by hand-worked figures, and what stops it."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.month_over_month import month_over_month
from tests.finance.world import month, rows

MOVEMENT = """
    period  | row_no | agency_code | billing_number | stream      | rate_code | before | now    | change | price_effect | quantity_effect | new_effect | gone_effect | one_time_effect
    2026-10 | 1      | 54          | D541           | circuits    | CK10      | 100.00 | 110.00 | 10.00  | 10.00        | 0.00            | 0.00       | 0.00        | 0.00
    2026-10 | 2      | 54          | D541           | usage       | ST10      | 40.00  | 52.50  | 12.50  | 2.50         | 10.00           | 0.00       | 0.00        | 0.00
    2026-10 | 3      | 54          | D542           | usage       | ST10      | 7.00   | 7.00   | 0.00   | 0.00         | 0.00            | 0.00       | 0.00        | 0.00
    2026-10 | 4      | 60          | D601           | voip        | VL10      | 0.00   | 33.33  | 33.33  | 0.00         | 0.00            | 33.33      | 0.00        | 0.00
    2026-10 | 5      | 70          | D701           | centrex     | CX10      | 80.00  | 0.00   | -80.00 | 0.00         | 0.00            | 0.00       | -80.00      | 0.00
    2026-10 | 6      | 60          | D601           | adjustments | ST10      | 0.00   | -5.05  | -5.05  | 0.00         | 0.00            | 0.00       | 0.00        | -5.05
"""  # noqa: E501
INVOICES = """
    period  | invoice_no | agency_code | agency_name | amount
    2026-09 | I1         | 54          | Parks       | 147.00
    2026-09 | I2         | 70          | Court       | 80.00
    2026-10 | I3         | 54          | Parks       | 169.50
    2026-10 | I4         | 60          | Revenue     | 28.28
"""


def test_the_bridge_adds_up_price_quantity_new_gone_and_one_time() -> None:
    found = month_over_month(month("2026-10", fact_movement=MOVEMENT, fact_invoice=INVOICES))

    bridge = found.section("bridge").frame
    assert rows(bridge) == [("227.00", "12.50", "10.00", "33.33", "-80.00", "-5.05", "197.78", "-29.22")]
    assert {fact.name: fact.value for fact in found.facts}["compared_with"] == "2026-09"


def test_an_agency_that_is_billed_no_more_stands_in_the_bridge_by_agency() -> None:
    found = month_over_month(month("2026-10", fact_movement=MOVEMENT, fact_invoice=INVOICES)).section("agencies")

    assert rows(found.frame, "agency_code", "agency_name", "before", "gone_effect", "now", "change") == [
        ("54", "Parks", "147.00", "0.00", "169.50", "22.50"),
        ("60", "Revenue", "0.00", "0.00", "28.28", "28.28"),
        ("70", "Court", "80.00", "-80.00", "0.00", "-80.00"),
    ]
    assert str(found.sums()["change"]) == "-29.22"


def test_streams_stand_in_the_order_of_an_invoice() -> None:
    found = month_over_month(month("2026-10", fact_movement=MOVEMENT, fact_invoice=INVOICES)).section("streams").frame

    assert found["stream"].to_list() == ["usage", "circuits", "voip", "centrex", "adjustments"]


def test_billing_numbers_that_moved_come_largest_first_and_one_that_stood_still_is_left_out() -> None:
    found = month_over_month(month("2026-10", fact_movement=MOVEMENT, fact_invoice=INVOICES)).section("billing_numbers").frame

    assert rows(found, "billing_number", "change") == [("D701", "-80.00"), ("D601", "28.28"), ("D541", "22.50")]


def test_rate_codes_that_moved_say_by_which_effect() -> None:
    codes = "rate_code | name\n ST10 | Storage\n CK10 | Circuit"

    found = (
        month_over_month(month("2026-10", fact_movement=MOVEMENT, fact_invoice=INVOICES, dim_rate_code=codes)).section("rate_codes").frame
    )

    assert rows(found, "rate_code", "name", "price_effect", "quantity_effect", "one_time_effect", "change") == [
        ("CX10", None, "0.00", "0.00", "0.00", "-80.00"),
        ("VL10", None, "0.00", "0.00", "0.00", "33.33"),
        ("CK10", "Circuit", "10.00", "0.00", "0.00", "10.00"),
        ("ST10", "Storage", "2.50", "10.00", "-5.05", "7.45"),
    ]


def test_effects_that_cancel_out_are_not_left_out() -> None:
    still = "ST10      | 7.00   | 7.00   | 0.00   | 0.00         | 0.00 "
    text = MOVEMENT.replace(still, "ZZ10      | 7.00   | 7.00   | 0.00   | -5.00        | 5.00 ")
    assert text != MOVEMENT

    found = month_over_month(month("2026-10", fact_movement=text, fact_invoice=INVOICES)).section("rate_codes").frame

    assert rows(found.filter(found["rate_code"] == "ZZ10"), "price_effect", "quantity_effect", "change") == [("-5.00", "5.00", "0.00")]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("100.00 | 110.00 | 10.00  | 10.00 ", "100.00 | 110.01 | 10.01  | 10.01 ", "now and this month's invoices"),
        ("100.00 | 110.00 | 10.00  | 10.00 ", "100.01 | 110.00 | 9.99   | 9.99  ", "before and last month's invoices"),
        ("100.00 | 110.00 | 10.00  | 10.00 ", "100.00 | 110.00 | 10.00  | 10.01 ", "change and the five effects"),
        ("40.00  | 52.50  | 12.50  | 2.50 ", "40.00  | 52.50  | 12.51  | 2.51 ", "now less before, and change"),
    ],
)
def test_a_cent_that_goes_astray_stops_the_report(old: str, new: str, told: str) -> None:
    text = MOVEMENT.replace(old, new)
    assert text != MOVEMENT

    with pytest.raises(ReconciliationError, match=rf"R06: {told}"):
        month_over_month(month("2026-10", fact_movement=text, fact_invoice=INVOICES))


def test_two_rows_whose_errors_cancel_are_found_row_by_row() -> None:
    text = MOVEMENT.replace("| 10.00  | 10.00 ", "| 10.00  | 10.01 ").replace("| 12.50  | 2.50 ", "| 12.50  | 2.49 ")

    with pytest.raises(ReconciliationError, match="row by row"):
        month_over_month(month("2026-10", fact_movement=text, fact_invoice=INVOICES))


def test_a_mart_without_its_movement_has_no_bridge() -> None:
    with pytest.raises(ReconciliationError, match="R06: before and last month's invoices"):
        month_over_month(month("2026-10", fact_invoice=INVOICES))


def test_the_first_month_has_nothing_to_be_compared_with() -> None:
    found = month_over_month(month("2026-09", fact_movement=MOVEMENT, fact_invoice=INVOICES))

    assert {fact.name: fact.value for fact in found.facts}["compared_with"] is None
    assert rows(found.section("bridge").frame, "before", "new_effect", "now", "change") == [(None, None, "227.00", None)]
    assert found.section("agencies").frame.is_empty()
