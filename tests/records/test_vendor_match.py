"""R16: what the vendor bills for an item beside what we bill for it, an item once, and nothing billed left out."""

import pytest

from reports.finance.vendor_match import vendor_match
from tests.records.world import month, rows, table

INVENTORY = """
feed     | source_line | item | vendor_code | billing_number | start_date | stop_date  | vendor_mrc | outcome
circuits | 2           | A    | V1          | B1             | 2024-01-01 |            | 410.00     | BILLED
circuits | 3           | B    | V1          | B1             | 2024-01-01 |            | 500.00     | BILLED
circuits | 4           | C    | V2          | B1             | 2026-10-16 |            | 300.00     | BILLED
circuits | 5           | D    | V2          | B1             | 2024-01-01 | 2026-09-01 | 90.00      | BILLED
circuits | 6           | E    | V2          | B1             | 2024-01-01 |            |            | BILLED
circuits | 7           | F    | V1          | B1             | 2024-01-01 | 2026-10-16 | 120.00     | BILLED
circuits | 8           | F    | V1          | B2             | 2026-10-16 |            | 120.00     | BILLED
circuits | 9           | G    | V1          | B1             | 2024-01-01 |            | 75.00      | HELD
centrex  | 2           | S    |             | B1             | 2024-01-01 |            | 18.00      | BILLED
"""
CHARGES = """
charge_id | component | is_prior_period | amount | stream | exact_amount
C1        | MRC       | no              | 410.00 | circuits |
C1F       | FEE       | no              | 4.10   | circuits |
C2        | MRC       | no              | 450.00 | circuits |
C3        | MRC       | no              | 310.00 | circuits |
C3N       | NRC       | no              | 99.00  | circuits |
C5        | MRC       | no              | 60.00  | circuits |
C6        | MRC       | no              | 60.00  | circuits |
C7        | MRC       | no              | 60.00  | circuits |
C7P       | MRC       | yes             | 11.00  | circuits |
CX        | MRC       | no              | 5.00   | circuits |
CS        | MRC       | no              | 20.00  | centrex |
P1        | BASE      | no              | 10.01  | pass_through | 10.008
"""
BRIDGE = """
charge_id | feed         | source_file | source_line
C1        | circuits     | f.csv       | 2
C1F       | circuits     | f.csv       | 2
C2        | circuits     | f.csv       | 3
C3        | circuits     | f.csv       | 4
C3N       | circuits     | f.csv       | 4
C5        | circuits     | f.csv       | 6
C6        | circuits     | f.csv       | 7
C7        | circuits     | f.csv       | 8
C7P       | circuits     | f.csv       | 8
CX        | circuits     | old.csv     | 8
CS        | centrex      | f.csv       | 2
P1        | pass_through | f.csv       | 2
P1        | pass_through | f.csv       | 3
"""
VENDOR_LINES = """
source_line | vendor_code | vendor_name | vendor_account | rate_code | cost_amount    | outcome | charge_id
2           | V1          | Ohio Wire   | AC-1           | PT        | 4.004000000000 | BILLED  | P1
3           | V1          | Ohio Wire   | AC-1           | PT        | 6.004000000000 | BILLED  | P1
4           | V2          | Twin        | AC-9           | PT        | 7.000000000000 | HELD    |
"""


@pytest.fixture
def report():
    return vendor_match(
        month(
            fact_inventory=table("fact_inventory", INVENTORY, source_file="f.csv"),
            fact_charge=table("fact_charge", CHARGES),
            bridge_charge_source=table("bridge_charge_source", BRIDGE),
            fact_vendor_line=table("fact_vendor_line", VENDOR_LINES, feed="pass_through", source_file="f.csv"),
            dim_vendor=table("dim_vendor", "vendor_code | vendor_name\nV1 | Ohio Wire\nV2 | Twin"),
        )
    )  # fmt: skip


def test_each_circuit_has_its_state(report):
    told = rows(report.section("circuits").frame, "item", "vendor_billed", "we_billed", "other_billed", "difference", "state")

    assert told == [
        ("A", "410.00", "410.00", "4.10", "0.00", "MATCHED"),
        ("B", "500.00", "450.00", "0.00", "-50.00", "WE_BILL_LESS"),
        ("C", "300.00", "310.00", "99.00", "10.00", "WE_BILL_MORE"),
        ("D", "90.00", "0.00", "0.00", "-90.00", "NOT_BILLED"),  # the vendor bills after the disconnect
        ("E", "", "60.00", "0.00", "", "NO_VENDOR_COST"),
        ("F", "120.00", "120.00", "11.00", "0.00", "MATCHED"),  # two owners, one vendor bill
        ("G", "75.00", "0.00", "0.00", "-75.00", "NOT_BILLED"),  # held
        ("", "", "5.00", "0.00", "", "NO_VENDOR_COST"),  # a record of an earlier month
    ]


def test_the_last_owner_of_the_month_stands_for_the_item(report):
    moved = [row for row in report.section("circuits").frame.to_dicts() if row["item"] == "F"]

    assert [row["billing_number"] for row in moved] == ["B2"]


def test_lines_and_passed_through_accounts_are_beside(report):
    assert rows(report.section("lines").frame, "item", "difference", "state") == [("S", "2.00", "WE_BILL_MORE")]
    assert rows(report.section("passed_through").frame, "vendor_account", "lines", "vendor_billed", "we_billed", "state") == [
        ("AC-1", "2", "10.008000000000", "10.008000000000", "MATCHED"),
        ("AC-9", "1", "7.000000000000", "0.000000000000", "NOT_BILLED"),
    ]


def test_vendors_are_summed_without_items_of_unknown_price(report):
    told = rows(report.section("vendors").frame, "vendor_code", "items", "unpriced", "differ", "vendor_billed", "we_billed")

    assert told == [
        ("V1", "6", "0", "2", "1115.008000000000", "990.008000000000"),
        ("V2", "4", "1", "3", "397.000000000000", "310.000000000000"),
        ("", "1", "0", "1", "18.000000000000", "20.000000000000"),
    ]


def test_what_the_vendor_bills_and_we_do_not_leads(report):
    facts = {fact.name: fact.value for fact in report.facts}

    assert str(facts["short"]) == "215.00"  # 50 + 90 + 75
    assert [(str(foot.here), str(foot.there)) for foot in report.foots] == [("1469.10", "1469.10"), ("20.00", "20.00")]
