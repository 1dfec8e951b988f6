"""R23: every vendor dollar is billed, absorbed, held, rejected or dropped, to the twelfth decimal."""

import pytest

from billing.errors import ReconciliationError
from reports.finance.pass_through_proof import pass_through_proof
from tests.records.world import month, rows, table

LINES = """
source_line | vendor_code | vendor_invoice_no | rate_code | cost_amount    | tax_amount | surcharge_amount | outcome  | charge_id | billed_amount
2           | V1          | I-1               | PT        | 10.004000000001 |           |                  | BILLED   | C1        | 15.01
3           | V1          | I-1               | PT        | 5.002000000000  |           |                  | BILLED   | C1        |
4           | V1          | I-1               | PT        | 100.00          | 3.12      | 9.20             | BILLED   | C2        | 100.00
5           | V1          | I-2               | PT        | 7.50            |           |                  | HELD     |           |
6           | V1          | I-2               | PT        | 0.004000000000  |           |                  | BILLED   |           |
7           | V2          | I-1               | PT        | 64.00           | 1.00      |                  | REJECTED |           |
8           | V2          | I-1               | PT        | 1803.60         |           |                  | DROPPED  |           |
9           | V2          | I-3               | PT        | -20.125         |           |                  | BILLED   | C3        | -20.13
"""  # noqa: E501
CHARGES = """
charge_id | component | rate_code | exact_amount    | amount
C1        | BASE      | PT        | 15.006000000001 | 15.01
C2        | BASE      | PT        | 100.00          | 100.00
C2T       | TAX       | PT        | 3.12            | 3.12
C2S       | SURCHARGE | PT        | 9.20            | 9.20
C2O       | SURCHARGE | FUSF      | 4.00            | 4.00
C2F       | FEE       | PF        | 5.00            | 5.00
C3        | CREDIT    | PT        | -20.125         | -20.13
"""
MADE = (("C1", 2), ("C1", 3), ("C2", 4), ("C2T", 4), ("C2S", 4), ("C2O", 4), ("C2F", 4), ("C3", 9))


def world(lines=LINES, charges=CHARGES, records=8):
    bridge = "\n".join(["charge_id | source_line", *[f"{charge} | {line}" for charge, line in MADE]])
    place = {"feed": "pass_through", "source_file": "p.csv"}
    return month(
        fact_vendor_line=table("fact_vendor_line", lines, **place),
        fact_charge=table("fact_charge", charges, stream="pass_through"),
        bridge_charge_source=table("bridge_charge_source", bridge, **place),
        control_totals=table("control_totals", f"records_in\n{records}", **place),
    )


def test_each_vendor_s_cost_is_accounted_for():
    report = pass_through_proof(world())

    told = rows(report.section("vendors").frame, "vendor_code", "cost_in", "billed", "absorbed", "held", "rejected", "dropped", "added")
    assert told == [
        # 15.006000000001 billed as 15.01 brings a part of a cent; 0.004 made no row and is ours
        ("V1", "134.830000000001", "127.33", "0.000000000001", "7.500000000000", "0.000000000000", "0.000000000000", "9.00"),
        ("V2", "1848.475000000000", "-20.13", "0.005000000000", "0.000000000000", "65.000000000000", "1803.600000000000", "0.00"),
    ]


def test_each_invoice_foots_by_itself():
    report = pass_through_proof(world())

    told = rows(report.section("invoices").frame, "vendor_code", "vendor_invoice_no", "cost_in", "billed", "absorbed", "held")
    assert told == [
        ("V1", "I-1", "127.326000000001", "127.33", "-0.003999999999", "0.000000000000"),
        ("V1", "I-2", "7.504000000000", "0.00", "0.004000000000", "7.500000000000"),
        ("V2", "I-1", "1868.600000000000", "0.00", "0.000000000000", "0.000000000000"),
        ("V2", "I-3", "-20.125000000000", "-20.13", "0.005000000000", "0.000000000000"),
    ]
    assert rows(report.section("unbilled").frame, "outcome", "cost_in") == [
        ("HELD", "7.500000000000"), ("REJECTED", "65.000000000000"), ("DROPPED", "1803.600000000000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ("| 5.002000000000 ", "| 5.002000000001 ", "vendor cost in"),  # a part of a cent that no charge row has
        ("| 3.12      | 9.20", "| 3.13      | 9.20", "vendor cost in"),
        ("| 100.00\n5", "| 100.01\n5", "lines billed"),
    ],
)
def test_cost_that_is_lost_on_the_way_stops_the_report(was, now, what):
    assert was in LINES

    with pytest.raises(ReconciliationError, match=what):
        pass_through_proof(world(LINES.replace(was, now)))


def test_vendor_lines_that_cannot_be_read_are_counted_beside_the_proof():
    report = pass_through_proof(world(records=10))

    assert {fact.name: fact.value for fact in report.facts}["unread"] == 2


def test_more_vendor_lines_than_records_received_are_refused():
    with pytest.raises(ReconciliationError, match="beyond the records received"):
        pass_through_proof(world(records=7))
