"""One small month of all nine feeds, every charge row worked out by hand."""

from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import write_feed_text, write_world

PERIOD = "2026-10"
FEEDS = {
    "usage": """
source_record_id,billing_number,service_from,service_to,description,ticket_no,requested_by,rate_code,quantity,uom,usage_date
U1,D7580001,2026-10-01,2026-10-31,,,JO.DOE@example.org,VS10,37,USER_MONTH,
U2,D7580001,2026-10-01,2026-10-31,,,,ST10,12500,GB_MONTH,
U3,D7580002,2026-10-01,2026-10-31,,,,ST20,12000,GB_MONTH,
U4,D7580002,2026-10-01,2026-10-31,,,,ST20,500,GB_MONTH,
U5,D7580001,2026-10-14,2026-10-14,,RITM1,,HR10,1,HOUR,2026-10-14
U6,D7580001,2026-10-14,2026-10-14,,RITM1,,HR10,0.516667,HOUR,2026-10-14
U7,J0390001,2026-10-14,2026-10-14,,RITM2,,HR10,0.4,HOUR,2026-10-14
U8,D7580001,2026-09-10,2026-09-20,,,,VS10,2,USER_MONTH,
U9,XX,2026-10-01,2026-10-31,,,,VS10,1,USER_MONTH,
""",
    "fixed_cost": """
source_record_id,billing_number,assessment_id,method,rate_code,agency_code,annual_amount,pool_annual_amount,basis,basis_quantity,basis_as_of,start_period,end_period,spread,approval_ref
F1,,A1,AMOUNT,EA01,758,100000.00,,,,,2026-07,2027-06,EQUAL_12,FM-1
F2,D7580001,P1,ALLOCATED,EA01,,,3000000.00,FTE,1203,2026-07-01,2026-07,2027-06,EQUAL_12,FM-2
F3,D7580002,P1,ALLOCATED,EA01,,,3000000.00,FTE,877,2026-07-01,2026-07,2027-06,EQUAL_12,FM-2
F4,J0390001,P1,ALLOCATED,EA01,,,3000000.00,FTE,14,2026-07-01,2026-07,2027-06,EQUAL_12,FM-2
""",
    "pass_through": """
source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,rate_code,cost_amount,quantity,unit_cost,tax_amount,tax_type,surcharge_amount,surcharge_type,received_date,charge_group
P1,D7580001,2026-10-01,2026-10-31,V1,Acme,INV-1,2026-10-05,1,PT10,1234.56,,,37.04,FET,9.20,EUCL,2026-10-09,
P2,D7580001,2026-10-01,2026-10-31,V2,Cloud,INV-2,2026-10-05,1,PT20,0.004,,,,,,,2026-10-09,g
P3,D7580001,2026-10-01,2026-10-31,V2,Cloud,INV-2,2026-10-05,2,PT20,0.00299999999,,,,,,,2026-10-09,g
P4,D7580002,2026-10-01,2026-10-31,V1,Acme,INV-1,2026-10-05,2,PT20,-11.005,,,,,,,2026-10-09,
""",
    "circuits": """
source_record_id,billing_number,ticket_no,circuit_id,id_format,vendor_code,service_type,a_address,rate_code,mrc_override,nrc_amount,nrc_date,order_no,billing_start_date,disconnect_date
C1,D7580001,,CKT1,LOCAL,ATT,ETH,Frankfort,NT40,,125.50,2026-10-12,O1,2026-10-12,
C2,D7580001,,CKT2,LOCAL,ATT,ETH,Frankfort,NT40,,,,O2,2020-01-01,2026-10-16
C3,D7580002,,CKT2,LOCAL,ATT,ETH,Frankfort,NT40,,,,O2,2026-10-16,
C4,J0390001,,CKT3,LOCAL,ATT,ETH,Frankfort,NT40,400.00,,,O3,2020-01-01,2026-10-12
""",
    "voip": """
source_record_id,billing_number,ticket_no,line_id,device_model,rate_code,features,start_date,stop_date,location_id,line_kind
V1,D7580002,T1,+15025640001,,VP10,,2020-01-01,,L1,USER
""",
    "centrex": """
source_record_id,billing_number,ticket_no,station_no,centrex_group,class_of_service,usoc,quantity,rate_code,order_no,start_date,stop_date
X1,D7580001,,5025640002,G1,1FB,,3,CX10,O9,2020-01-01,
""",
    "long_distance": """
call_id,source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,call_type,direction
L1,CARRIER,5025641234,5025641234,12125550100,2026-10-14T09:02:11-04:00,62,true,,OUT
L2,CARRIER,5025641234,5025641234,16064320100,2026-10-14T09:12:11-04:00,13,true,,OUT
L3,CARRIER,5025641234,5025641234,12125550100,2026-10-14T09:22:11-04:00,0,false,,OUT
L4,CARRIER,5025641234,5025641234,411,2026-10-14T09:32:11-04:00,20,true,,OUT
L5,CARRIER,5025641234,5025641234,18005550100,2026-10-14T09:42:11-04:00,200,true,,OUT
L6,CARRIER,5025649999,5025649999,12125550100,2026-10-14T09:42:11-04:00,200,true,,OUT
""",
    "stock": """
txn_id,billing_number,ticket_no,txn_type,txn_date,warehouse,item_no,item_description,quantity,uom,unit_cost,original_txn_id,condition
S1,,,RECEIPT,2026-10-01,FKT1,PH8841,IP phone,10,EACH,100.00,,
S2,,,RECEIPT,2026-10-02,FKT1,PH8841,IP phone,5,EACH,112.00,,
S3,D7580001,T7,ISSUE,2026-10-05,FKT1,PH8841,IP phone,3,EACH,,,
S4,D7580001,T8,RETURN,2026-10-08,FKT1,PH8841,IP phone,1,EACH,,S3,NEW
""",
    "adjustments": """
adjustment_id,billing_number,adj_type,no_original_reason,stream,rate_code,amount,reason_code,vendor_recovery_required,prepared_by,prepared_at,support_ref
A1,D7580002,CREDIT,agreed by letter,usage,VS10,-30.00,OTHER,false,jdoe,2026-10-20T10:00:00-04:00,T-9
""",
}
# stream, component, rate_code, billing_number, amount
EXPECTED = [
    ("usage", "USAGE", "VS10", "D7580001", Decimal("1215.82")),  # 37 x 32.86
    ("usage", "USAGE", "ST10", "D7580001", Decimal("945.00")),  # 100 + 720 + 125
    ("usage", "USAGE", "ST20", "D7580002", Decimal("625.00")),  # 12,500 x 0.05, two records
    ("usage", "USAGE", "HR10", "D7580001", Decimal("136.61")),  # 91 min on one ticket and day: 1.75 h
    ("usage", "USAGE", "HR10", "J0390001", Decimal("78.06")),  # 24 min: one hour
    ("usage", "USAGE", "VS10", "D7580001", Decimal("60.00")),  # September's rate, prior period
    ("fixed_cost", "BASE", "EA01", "D7580001", Decimal("8333.33")),  # month 4: 33,333.33 - 25,000.00
    ("fixed_cost", "BASE", "EA01", "D7580001", Decimal("143624.64")),
    ("fixed_cost", "BASE", "EA01", "D7580002", Decimal("104703.92")),
    ("fixed_cost", "BASE", "EA01", "J0390001", Decimal("1671.44")),
    ("pass_through", "BASE", "PT10", "D7580001", Decimal("1234.56")),
    ("pass_through", "TAX", "PT10", "D7580001", Decimal("37.04")),
    ("pass_through", "SURCHARGE", "PT10", "D7580001", Decimal("9.20")),
    ("pass_through", "FEE", "FE05", "D7580001", Decimal("61.73")),
    ("pass_through", "BASE", "PT20", "D7580001", Decimal("0.01")),  # 0.00699999999 summed first
    ("pass_through", "CREDIT", "PT20", "D7580002", Decimal("-11.01")),  # half away from zero
    ("circuits", "MRC", "NT40", "D7580001", Decimal("300.00")),  # 20/30
    ("circuits", "NRC", "NT40", "D7580001", Decimal("125.50")),
    ("circuits", "MRC", "NT40", "D7580001", Decimal("225.00")),  # 15/30, moved on the 16th
    ("circuits", "MRC", "NT40", "D7580002", Decimal("225.00")),  # the rest of one month
    ("circuits", "MRC", "NT40", "J0390001", Decimal("146.67")),  # 400 x 11/30
    ("voip", "MRC", "VP10", "D7580002", Decimal("11.00")),
    ("centrex", "MRC", "CX10", "D7580001", Decimal("60.00")),
    ("long_distance", "CALLS", "LD10", "D7580001", Decimal("1.48")),  # 0.0539 + 0.0250 + 1.40, summed then rounded
    ("stock", "BASE", "SK10", "D7580001", Decimal("312.00")),
    ("stock", "FEE", "FE05", "D7580001", Decimal("15.60")),
    ("stock", "CREDIT", "SK10", "D7580001", Decimal("-109.20")),
    ("stock", "FEE", "FE05", "D7580001", Decimal("10.92")),
    ("adjustments", "CREDIT", "VS10", "D7580002", Decimal("-30.00")),
]  # fmt: skip


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("month"))
    for feed, text in FEEDS.items():
        write_feed_text(root, feed, PERIOD, text)
    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")
    assert ended.code == 3, ended.err
    return root


def test_every_charge_row_is_the_one_worked_by_hand(month):
    rows = query(month, "select stream, component, rate_code, billing_number, amount from fact_charge")

    assert sorted(rows) == sorted(EXPECTED)


def test_exceptions_are_the_unknown_number_the_ownerless_call_and_the_late_record(month):
    rows = query(month, "select code, source_record_id, severity from fact_exception order by 1")

    assert rows == [("A102", "U9", "HOLD"), ("D403", "U8", "WARN"), ("L701", "L6", "HOLD")]


def test_rows_and_cents_balance_for_every_feed(month):
    rows = query(
        month,
        "select feed, records_in - records_billed - records_held - records_rejected - records_dropped,"
        " amount_in - amount_billed - amount_held - amount_rejected - amount_dropped from control_totals",
    )

    assert sorted(rows) == sorted((feed, 0, Decimal("0.00")) for feed in FEEDS)


def test_lines_splits_and_invoices_come_to_the_same_cents(month):
    total = sum(row[4] for row in EXPECTED)

    assert query(month, "select sum(amount) from fact_split") == [(total,)]
    assert query(month, "select sum(amount) from fact_invoice") == [(total,)]
    assert query(month, "select sum(amount_billed) from control_totals") == [(total,)]


def test_an_emars_number_is_split_by_the_accounting_system_not_by_us(month):
    rows = query(
        month, "select distinct s.seq, s.percent from fact_split s join fact_charge c using (charge_id) where c.billing_number = 'J0390001'"
    )

    assert rows == [(1, Decimal("100.000000"))]


def test_service_dates_are_inclusive_and_late_records_marked(month):
    rows = query(month, "select service_from, service_to, is_prior_period from fact_charge where amount = 60.00 and stream = 'usage'")

    assert [(str(a), str(b), late) for a, b, late in rows] == [("2026-09-10", "2026-09-20", True)]


def test_the_exact_cost_of_cloud_detail_is_kept(month):
    rows = query(month, "select exact_amount, source_record_id from fact_charge where rate_code = 'PT20' and component = 'BASE'")

    assert rows == [(Decimal("0.006999999990"), None)]


def test_every_charge_row_is_joined_to_its_records(month):
    rows = query(month, "select count(*) from fact_charge where charge_id not in (select charge_id from bridge_charge_source)")

    assert rows == [(0,)]


def test_explain_leads_from_charge_to_file_line_and_authority(month):
    charge = query(month, "select charge_id from fact_charge where amount = 1215.82")[0][0]

    ended = cotbill("explain", charge, "-w", str(month))

    assert ended.code == 0
    assert "usage_2026-10_001.csv:2" in ended.out
    assert "SAMPLE-2" in ended.out
    assert "37" in ended.out
    assert "32.86" in ended.out


def test_cloud_detail_of_several_files_that_cancels_out_bills_nothing_and_balances(tmp_path):
    root = write_world(tmp_path / "w")
    head = FEEDS["pass_through"].strip().splitlines()[0] + "\n"
    row = "{},D7580001,2026-10-01,2026-10-31,V2,Cloud,INV-2,2026-10-05,{},PT20,{},,,,,,,2026-10-09,g\n"
    write_feed_text(root, "pass_through", PERIOD, head + row.format("P1", 1, "5.004"))
    write_feed_text(root, "pass_through", PERIOD, head + row.format("P2", 2, "-5.003"), sequence=2)

    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")

    assert ended.code == 3, ended.err
    assert query(root, "select count(*) from fact_charge") == [(0,)]
    assert query(root, "select records_in, records_billed, amount_in, control_exact from control_totals order by source_file") == [
        (1, 1, Decimal("0.00"), Decimal("5.004000000000")),
        (1, 1, Decimal("0.00"), Decimal("-5.003000000000")),
    ]


def test_a_focus_file_is_billed_to_its_exact_sum(tmp_path):
    root = write_world(tmp_path / "w")
    columns = "BilledCost,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,InvoiceIssuerName,ServiceName,SubAccountId"
    times = '"2026-10-01 00:00:00","2026-11-01 00:00:00","2026-10-18 22:00:00","2026-10-18 23:00:00","Acme Cloud, Inc.","Queue"'
    costs = ["0.00000080000", "0.00250605990", "0.00500000001", "1.23000000001"]
    text = columns + "\n" + "".join(f'{cost},{times},"{account}"\n' for cost, account in zip(costs, "1123", strict=True))
    (tmp_path / "focus.csv").write_text(text)
    (root / "reference" / "vendor_accounts.csv").write_text(
        "vendor_code,account,billing_number,rate_code,valid_from,valid_to\n"
        + "".join(f"ACME-CLOUD-INC,{account},D7580001,PT20,2020-01-01,\n" for account in "12")
    )

    adapted = cotbill("adapt", "focus", str(tmp_path / "focus.csv"), PERIOD, "-w", str(root), "--as-of", "2026-11-01")
    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")

    assert adapted.code == 3, adapted.err  # account 3 has no billing number yet
    assert "account 3 of ACME-CLOUD-INC" in adapted.err
    assert ended.code == 3, ended.err
    assert query(root, "select amount, exact_amount from fact_charge") == [(Decimal("0.01"), Decimal("0.007506859910"))]
    assert query(root, "select control_exact from control_totals") == [(Decimal("1.237506859920"),)]
    first_cause = "select code, also, amount from fact_exception where feed = 'pass_through' and is_first_cause"
    assert query(root, first_cause) == [("A101", "R201", Decimal("1.23"))]
