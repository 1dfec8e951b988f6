"""Two months of equipment from stock, every row worked out by hand from the published rules."""

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import add_row, write_feed_text, write_world

A, B = "D7580001", "D7580002"
HEAD = (
    "txn_id,txn_type,txn_date,warehouse,item_no,quantity,uom,billing_number,unit_cost,original_txn_id,condition,serial_no,asset_tag"
    ",ticket_no"
)
OPENING = """
warehouse,item_no,quantity,unit_cost,as_of
W7,PH8841,4,25.00,2026-09-30
"""
OCTOBER = f"""
r1,RECEIPT,2026-10-01,W1,PH8841,10,EACH,,100.00,,,,
r2,RECEIPT,2026-10-02,W1,PH8841,5,EACH,,112.00,,,,
i1,ISSUE,2026-10-05,W1,PH8841,3,EACH,{A},,,,,
b1,RETURN,2026-10-08,W1,PH8841,1,EACH,{A},,i1,NEW,,
b2,RETURN,2026-10-09,W1,PH8841,1,EACH,{A},,i1,DEFECTIVE,,
r3,RECEIPT,2026-10-20,W1,PH8841,13,EACH,,135.20,,,,
i2,ISSUE,2026-10-21,W1,PH8841,1,EACH,{A},,,,,
r4,RECEIPT,2026-10-01,W2,PH8841,3,EACH,,3.35,,,,
i3,ISSUE,2026-10-02,W2,PH8841,3,EACH,{A},,,,,
b3,RETURN,2026-10-03,W2,PH8841,1,EACH,{A},,i3,USED,,
b4,RETURN,2026-10-03,W2,PH8841,1,EACH,{A},,i3,USED,,
i4,ISSUE,2026-10-10,W3,PH8841,2,EACH,{B},,,,,
r5,RECEIPT,2026-10-10,W3,PH8841,2,EACH,,50.00,,,,
i5,ISSUE,2026-10-10,W4,PH8841,5,EACH,{A},,,,,
b5,RETURN,2026-10-10,W4,PH8841,1,EACH,{A},,nothing,NEW,,
r6,RECEIPT,2026-10-01,W5,PH8841,2,EACH,,10.00,,,,
i6,ISSUE,2026-10-02,W5,PH8841,2,EACH,ZZ,,,,,
i7,ISSUE,2026-10-02,W5,PH8841,2,EACH,{B},,,,,
b6,RETURN,2026-10-03,W5,PH8841,3,EACH,{B},,i7,NEW,,
b7,RETURN,2026-10-04,W5,PH8841,1,EACH,{B},,i6,NEW,,
r7,RECEIPT,2026-10-01,W6,PH8841,2,EACH,,10.00,,,,
c1,COUNT_ADJ,2026-10-02,W6,PH8841,-1,EACH,,,,,,
i8,ISSUE,2026-10-03,W6,PH8841,2,EACH,{B},,,,,
w1,WRITE_OFF,2026-10-04,W6,PH8841,1,EACH,,,,,,
i9,ISSUE,2026-10-05,W6,PH8841,1,EACH,{B},,,,,
i10,ISSUE,2026-10-05,W7,PH8841,1,EACH,{B},,,,,
i11,ISSUE,2026-09-30,W7,PH8841,1,EACH,{B},,,,,
r8,RECEIPT,2026-10-01,W8,LAP,9,EACH,,1000.00,,,,
i12,ISSUE,2026-10-02,W8,LAP,1,EACH,{B},,,,,KY1
i13,ISSUE,2026-10-02,W8,LAP,1,EACH,{B},,,,SN1,KY1
i14,ISSUE,2026-10-03,W8,LAP,1,EACH,{B},,,,SN1,KY1
b8,RETURN,2026-10-04,W8,LAP,1,EACH,{B},,i13,NEW,SN1,KY1
i15,ISSUE,2026-10-05,W8,LAP,1,EACH,{B},,,,SN1,KY1
i16,ISSUE,2026-10-05,W8,NIX,1,EACH,{B},,,,,
r9,RECEIPT,2026-10-06,W1,PH8841,1,EACH,,130.00,,,,
"""
NOVEMBER = f"""
b9,RETURN,2026-11-03,W1,PH8841,1,EACH,{A},,i1,USED,,
b10,RETURN,2026-11-03,W2,PH8841,1,EACH,{A},,i3,USED,,
b11,RETURN,2026-11-04,W2,PH8841,1,EACH,{A},,i3,USED,,
i17,ISSUE,2026-11-05,W8,LAP,1,EACH,{B},,,,SN1,KY1
i18,ISSUE,2026-11-05,W8,LAP,1,EACH,{B},,,,SN2,KY2
i19,ISSUE,2026-11-05,W7,PH8841,3,EACH,{B},,,,,
i20,ISSUE,2026-11-06,W7,PH8841,2,EACH,{B},,,,,
"""
# W1: 15 at 104; 3 go, 1 comes back on the 8th, 1 at 130.00 came on the 6th:
# 12 x 104 + 130 = 1,378 / 13 = 106.000000; + 1 at 104 = 105.857143 (14); + 13 at 135.20: 3,239.600002 / 27 = 119.985185
EXPECTED = {
    "2026-10": [
        ("i1", "BASE", "SK10", "312.00"), ("i1", "FEE", "FE05", "15.60"), ("b1", "CREDIT", "SK10", "-109.20"),
        ("b1", "FEE", "FE05", "10.92"), ("b2", "CREDIT", "SK10", "-109.20"),
        ("i2", "BASE", "SK10", "119.99"), ("i2", "FEE", "FE05", "6.00"),
        ("i3", "BASE", "SK10", "10.05"), ("i3", "FEE", "FE05", "0.50"),
        ("b3", "CREDIT", "SK10", "-3.52"), ("b3", "FEE", "FE05", "0.35"), ("b4", "CREDIT", "SK10", "-3.52"), ("b4", "FEE", "FE05", "0.35"),
        ("i4", "BASE", "SK10", "100.00"), ("i4", "FEE", "FE05", "5.00"), ("i7", "BASE", "SK10", "20.00"), ("i7", "FEE", "FE05", "1.00"),
        ("i10", "BASE", "SK10", "25.00"), ("i10", "FEE", "FE05", "1.25"), ("i11", "BASE", "SK10", "25.00"), ("i11", "FEE", "FE05", "1.25"),
        ("i13", "BASE", "SK20", "1000.00"), ("b8", "CREDIT", "SK20", "-1000.00"), ("i15", "BASE", "SK20", "1000.00"),
    ],
    "2026-11": [
        ("b9", "CREDIT", "SK10", "-109.20"), ("b9", "FEE", "FE05", "10.92"),
        ("b10", "CREDIT", "SK10", "-3.51"), ("b10", "FEE", "FE05", "0.35"), ("i18", "BASE", "SK20", "1000.00"),
        ("i20", "BASE", "SK10", "50.00"), ("i20", "FEE", "FE05", "2.50"),
    ],
}  # fmt: skip
EXCEPTIONS = {
    "2026-10": [
        ("A102", "i6"), ("D403", "i11"), ("E801", "i5"), ("E801", "i8"), ("E801", "i9"), ("E802", "i12"), ("E802", "i14"),
        ("E803", "b5"), ("E803", "b6"), ("E803", "b7"), ("E804", "r3"), ("R201", "i16"),
    ],
    "2026-11": [("E801", "i19"), ("E802", "i17"), ("E803", "b11")],
}  # fmt: skip


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("stock"), {"reference/stock_opening.csv": OPENING})
    add_row(root, "reference/rate_codes.csv", "SK20,Laptop,,stock,STOCK,EACH,STOCK,,,,,,,,,,")
    add_row(root, "rates/rates.csv", "SK20,2020-01-01,,,,,,,,,S,cfo")
    add_row(root, "reference/stock_items.csv", "LAP,Laptop,SK20,Y,")
    for period, rows in (("2026-10", OCTOBER), ("2026-11", NOVEMBER)):
        lines = [row + "," * (HEAD.count(",") - row.count(",") - 1) + ",T1" for row in rows.strip().splitlines()]
        write_feed_text(root, "stock", period, "\n".join([HEAD, *lines]) + "\n")
        ended = cotbill("run", period, "-w", str(root), "--as-of", "2026-12-06")
        assert ended.code == 3, ended.err
    return root


@pytest.mark.parametrize("period", list(EXPECTED))
def test_issues_and_returns_come_to_the_cents_worked_by_hand(months, period):
    rows = query(months, f"select source_record_id, component, rate_code, amount from fact_charge where period = '{period}'")

    assert sorted((r, c, k, str(a)) for r, c, k, a in rows) == sorted(EXPECTED[period])


@pytest.mark.parametrize("period", list(EXCEPTIONS))
def test_every_exception_names_its_record(months, period):
    rows = query(
        months,
        "select code, source_record_id from fact_exception"
        f" where period = '{period}' and code not like 'F%' and code not like 'V%' order by all",
    )

    assert rows == EXCEPTIONS[period]


def test_a_late_issue_is_marked_and_dated_by_its_day(months):
    rows = query(
        months, "select is_prior_period, service_from::varchar, service_to::varchar from fact_charge where source_record_id = 'i11'"
    )

    assert rows == [(True, "2026-09-30", "2026-09-30")] * 2


def test_receipts_and_counts_are_billed_with_nothing(months):
    rows = query(months, "select period, records_in, records_billed, records_held from control_totals where feed = 'stock' order by 1")

    assert rows == [("2026-10", 35, 25, 10), ("2026-11", 7, 4, 3)]


def test_a_return_is_paid_back_as_its_issue_was_paid(months):
    rows = query(
        months,
        "select s.seq, s.amount::varchar from fact_split s join fact_charge c using (charge_id)"
        " where source_record_id = 'b9' and component = 'CREDIT' order by 1",
    )

    assert rows == [(1, "-54.60"), (2, "-32.76"), (3, "-21.84")]
