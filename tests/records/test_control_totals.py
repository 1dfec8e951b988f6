"""R26: every file's records and dollars come out where they went in, and every road ends at the invoices."""

from decimal import Decimal

import pytest

from billing.errors import ReconciliationError
from reports.finance.control_totals import control_totals
from tests.records.world import month, rows, table

PARTS = ("in", "billed", "held", "rejected", "dropped")
HEADER = " | ".join(["feed | source_file", *[f"{kind}_{part}" for kind in ("records", "amount") for part in PARTS]])
FILES = """
circuits     | c.csv  | 3 | 2 | 1 | 0 | 0 | 770.00 | 600.00 | 170.00 | 0.00 | 0.00 |       |      | 0
usage        | a.csv  | 5 | 2 | 1 | 1 | 1 | 111.00 | 100.00 | 1.00   | 4.00 | 6.00 |       |      | 1
pass_through | p1.csv | 2 | 2 | 0 | 0 | 0 | 50.00  | 50.00  | 0.00   | 0.00 | 0.00 | 45.00 | 5.00 | 0
pass_through | p2.csv | 1 | 0 | 1 | 0 | 0 | -8.00  | 0.00   | -8.00  | 0.00 | 0.00 | -8.00 | 0.00 | 0
"""
BRIDGE = "charge_id | feed\nC1 | usage\nC1 | usage\nC2 | circuits\nC3 | pass_through\nC4 | pass_through"
FINDINGS = "exception_id | code | severity | amount\nE1 | R202 | HOLD | 1.00\nE2 | R202 | HOLD |\nE3 | A107 | WARN | 5.00"
LINES = """
charge_id | stream       | component | amount
C1        | usage        | USAGE     | 100.00
C2        | circuits     | MRC       | 600.00
C3        | pass_through | BASE      | 45.00
C4        | pass_through | FEE       | 5.00
C5        | usage        | FEE       | 3.75
"""


def world(files=FILES, lines=LINES):
    return month(
        control_totals=table("control_totals", f"{HEADER} | control_amount | amount_added | held_unpriced\n{files.strip()}"),
        fact_charge=table("fact_charge", lines, invoice_no="I1"),
        bridge_charge_source=table("bridge_charge_source", BRIDGE),
        fact_invoice=table("fact_invoice", "invoice_no | amount\nI1 | 753.75"),
        fact_split=table("fact_split", "charge_id | seq | amount\nC1 | 1 | 60.00\nC1 | 2 | 693.75"),
        fact_exception=table("fact_exception", FINDINGS),
    )  # fmt: skip


def test_every_feed_is_the_sum_of_its_files_in_the_order_of_an_invoice():
    report = control_totals(world())

    told = rows(report.section("feeds").frame, "feed", "files", "records_in", "records_held", "amount_in", "amount_held", "control_amount")
    assert told == [
        ("usage", "1", "5", "1", "111.00", "1.00", ""),
        ("pass_through", "2", "3", "1", "42.00", "-8.00", "37.00"),
        ("circuits", "1", "3", "1", "770.00", "170.00", ""),
    ]


def test_the_total_is_reached_by_five_roads():
    report = control_totals(world())

    assert rows(report.section("totals").frame) == [
        ("Charge rows made from records", "4", "750.00"),
        ("Fees on invoice totals", "1", "3.75"),
        ("Invoices", "1", "753.75"),
        ("Invoice lines", "5", "753.75"),
        ("Funding splits", "2", "753.75"),
    ]
    assert rows(report.section("codes").frame) == [("R202", "HOLD", "2", "1.00", "1"), ("A107", "WARN", "1", "5.00", "0")]
    assert {fact.name: fact.value for fact in report.facts}["amount_held"] == Decimal("163.00")


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ("| 111.00 ", "| 111.01 ", "dollars in, and billed"),
        ("| 5 | 2 ", "| 6 | 2 ", "records in, and billed"),
    ],
)
def test_a_file_that_does_not_foot_stops_the_report(was, now, what):
    files = FILES.replace(was, now)

    with pytest.raises(ReconciliationError, match=what):
        control_totals(world(files))


def test_errors_of_two_files_do_not_cancel():
    files = FILES.replace("| 111.00 ", "| 111.01 ").replace("| 770.00", "| 769.99")

    with pytest.raises(ReconciliationError, match=r"files whose dollars do not foot: 2 and 0"):
        control_totals(world(files))


def test_lines_that_are_not_the_invoices_stop_the_report():
    with pytest.raises(ReconciliationError, match="invoice"):
        control_totals(world(lines=LINES.replace("3.75", "3.76")))
