"""Three months in a row: credits against earlier lines, their caps, pairs and splits; lines, groups, moves of totals."""

from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import REFERENCE, write_feed_text, write_world

NUMBERS = """
K7580003,758,Filtered,ACTIVE,,,,ENGINE,,N,,2020-01-01,
G7580004,758,Group one,ACTIVE,,GRP1,,ENGINE,,N,,2020-01-01,
G7580005,758,Group two,ACTIVE,,GRP1,,ENGINE,,N,,2020-01-01,
N7580006,758,Only credits,ACTIVE,,,,ENGINE,,N,,2020-01-01,
"""
# seq 2 and 3 pay for what they list; seq 1 for the rest; A's strings change on 1 October
STRINGS = """
billing_number,seq,percent,fund,department,unit,appropriation_unit,object,sub_object,activity,function,program,phase,project,reporting_category,location,federal_share_pct,rate_code_filter,valid_from,valid_to
D7580001,1,50,0100,758,0001,,,,,,,,,,,,,2020-01-01,2026-10-01
D7580001,2,30,1200,758,0001,,,,,,,,,,,100,,2020-01-01,2026-10-01
D7580001,3,20,1300,758,0001,,,,,,,,,,,,,2020-01-01,2026-10-01
D7580001,7,100,0700,758,0001,,,,,,,,,,,,,2026-10-01,
D7580002,1,100,0100,758,0002,,,,,,,,,,,,,2020-01-01,
J0390001,1,60,0100,039,0001,,,,,,,,,,,,,2020-01-01,
J0390001,2,40,0200,039,0001,,,,,,,,,,,,,2020-01-01,
K7580003,1,100,0100,758,0003,,,,,,,,,,,,,2020-01-01,
K7580003,2,60,0200,758,0003,,,,,,,,,,,,PT10;PT20,2020-01-01,
K7580003,3,40,0300,758,0003,,,,,,,,,,,,PT10; PT20,2020-01-01,
G7580004,1,100,0100,758,0004,,,,,,,,,,,,,2020-01-01,
G7580005,1,100,0100,758,0005,,,,,,,,,,,,,2020-01-01,
N7580006,1,100,0100,758,0006,,,,,,,,,,,,,2020-01-01,
"""
SURCHARGES = """
surcharge_code,kind,applies_to,percent,amount,valid_from,valid_to
SF01,FEE_ON_TOTAL,PT20,0.5,,2026-11-01,
"""
VENDOR = """
source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,rate_code,cost_amount,tax_amount,surcharge_amount,received_date
"""


def _vendor(period: str, rows: list[tuple[str, str, str, str, str, str]]) -> str:
    """Rows of (record, owner, rate code, cost, tax, first day)."""
    lines = [
        f"{record},{owner},{day},{period}-28,V1,Acme,I-{record},{period}-20,1,{code},{cost},{tax},,{period}-21"
        for record, owner, code, cost, tax, day in rows
    ]
    return VENDOR + "\n".join(lines) + "\n"


ADJUSTED = (
    "adjustment_id,billing_number,adj_type,pair_id,original_invoice_no,original_line_no,no_original_reason,stream,rate_code,amount,"
    "reason_code,vendor_recovery_required,vendor_credit_ref,prepared_by,prepared_at,support_ref"
)
SEP = "COT-2026-09-D7580001-01"


def _adjust(rows: list[str]) -> str:
    """Rows of owner,type,pair,invoice,line,reason,amount[,recovery[,credit]] after the id."""
    lines = []
    for row in rows:
        cells = [*row.split(","), "", ""][:10]
        record, owner, kind, pair, invoice, line, why, amount, recovery, credit = cells
        money = f"pass_through,PT20,{amount},OTHER,{recovery or 'false'},{credit}"
        lines.append(f"{record},{owner},{kind},{pair},{invoice},{line},{why},{money},jdoe,2026-10-20T10:00:00-04:00,T-9")
    return "\n".join([ADJUSTED, *lines]) + "\n"


OCTOBER = [
    f"c1,D7580001,CREDIT,,{SEP},1,,-600.00",
    f"c2,D7580001,CREDIT,,{SEP},1,,-400.02",  # 400.01 is left
    f"c3,D7580001,CREDIT,,{SEP},1,,-100.01",
    f"c4,D7580001,DEBIT,,{SEP},1,,10.00",
    f"c5,D7580001,CREDIT,,{SEP},99,,-1.00",
    "c6,D7580001,CREDIT,,,,,-1.00",
    f"c7,D7580001,CREDIT,,{SEP},,,-1.00",
    "c8,D7580001,CREDIT,,,,no bill then,-1.00,true",
    "c9,D7580001,CREDIT,,,,no bill then,-1.00,true,CR-1",
    "p1,D7580002,CREDIT_REBILL,P1,COT-2026-09-D7580002-01,1,,-500.00",
    "p2,D7580002,CREDIT_REBILL,P1,COT-2026-09-D7580002-01,1,,470.00",
    "p3,D7580001,CREDIT_REBILL,P2,,,alone,-5.00",
    "p4,D7580001,CREDIT_REBILL,P3,,,x,-5.00",
    "p5,ZZ,CREDIT_REBILL,P3,,,x,4.00",
    "t1,D7580001,TRANSFER,P4,,,moved,-50.00",
    "t2,D7580002,TRANSFER,P4,,,moved,50.00",
    "t3,D7580001,TRANSFER,P5,,,moved,-50.00",
    "t4,D7580002,TRANSFER,P5,,,moved,49.99",
    "n1,N7580006,CREDIT,,,,goodwill,-30.00",
    "k1,K7580003,CREDIT,,COT-2026-09-K7580003-01,1,,-2.00",
    "j1,J0390001,CREDIT,,COT-2026-09-J0390001-01,1,,-10.00",
    "z1,D7580001,CREDIT,,,,nothing,0.00",
]
NOVEMBER = [
    f"d1,D7580001,CREDIT,,{SEP},1,,-300.01",  # 1000.01 - 600.00 - 100.01 leaves 300.00
    f"d2,D7580001,CREDIT,,{SEP},1,,-300.00",
]
PHONE = "source_record_id,billing_number,line_id,rate_code,start_date,stop_date,location_id\n"


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    root = write_world(
        tmp_path_factory.mktemp("corrected"),
        {
            "reference/billing_numbers.csv": REFERENCE["reference/billing_numbers.csv"] + NUMBERS.lstrip("\n"),
            "reference/funding_strings.csv": STRINGS, "rates/surcharges.csv": SURCHARGES,
        },
    )  # fmt: skip
    september = [
        ("a1", "D7580001", "PT20", "1000.01", "", "2026-09-01"),
        ("b1", "D7580002", "PT20", "500.00", "", "2026-09-01"),
        ("k1", "K7580003", "PT10", "100.00", "0.03", "2026-09-01"),
        ("k2", "K7580003", "PT20", "3.33", "", "2026-09-01"),
        ("j1", "J0390001", "PT20", "100.01", "", "2026-09-01"),
        ("g1", "G7580004", "PT20", "40.00", "", "2026-09-01"),
    ]
    november = [
        ("g2", "G7580004", "PT20", "40.00", "", "2026-11-05"),
        ("g3", "G7580005", "PT20", "37.00", "", "2026-11-01"),
        ("g4", "G7580005", "PT10", "10.00", "", "2026-11-09"),
        ("g5", "G7580004", "PT20", "-5.00", "", "2026-11-02"),
        ("a2", "D7580001", "PT20", "2000.00", "", "2026-11-01"),
        ("b2", "D7580002", "PT20", "19.99", "", "2026-11-01"),
    ]
    write_feed_text(root, "pass_through", "2026-09", _vendor("2026-09", september))
    write_feed_text(root, "voip", "2026-10", PHONE + "v1,D7580001,+15025640001,VP10,2020-01-01,,L1\n"
                    "v2,D7580001,+15025640002,VP10,2020-01-01,2026-10-20,L1\nv3,D7580001,+15025640003,VP10,2020-01-01,,L1\n")  # fmt: skip
    write_feed_text(root, "adjustments", "2026-10", _adjust(OCTOBER))
    write_feed_text(root, "pass_through", "2026-11", _vendor("2026-11", november))
    write_feed_text(root, "adjustments", "2026-11", _adjust(NOVEMBER))
    write_feed_text(root, "voip", "2026-11", PHONE + "v1,D7580001,+15025640001,VP10,2020-01-01,,L1\n"
                    "v4,D7580001,+15025640004,VP10,2026-11-01,,L1\n")  # fmt: skip
    for period in ("2026-09", "2026-10", "2026-11"):
        ended = cotbill("run", period, "-w", str(root), "--as-of", "2026-12-06")
        assert ended.code == 3, ended.err
    return root


def _splits(root, period: str, where: str) -> list[tuple]:
    sql = f"select s.seq, s.fund, s.amount from fact_split s join fact_charge c using (charge_id) where c.period = '{period}' and {where}"
    return [(seq, fund, str(amount)) for seq, fund, amount in sorted(query(root, sql))]


def _found(root, period: str) -> list[tuple]:
    return query(
        root,
        "select code, severity, coalesce(source_record_id, billing_number) from fact_exception"
        f" where period = '{period}' and code <> 'F001' order by all",
    )


def test_a_line_is_split_by_largest_remainder_and_fees_follow_their_base(months):
    assert _splits(months, "2026-09", "source_record_id = 'a1'") == [(1, "0100", "500.01"), (2, "1200", "300.00"), (3, "1300", "200.00")]
    for component, parts in {"BASE": ("60.00", "40.00"), "FEE": ("3.00", "2.00"), "TAX": ("0.02", "0.01")}.items():
        where = f"source_record_id = 'k1' and component = '{component}'"
        assert _splits(months, "2026-09", where) == [(2, "0200", parts[0]), (3, "0300", parts[1])], component


def test_an_emars_number_has_one_string_of_100_percent(months):
    assert _splits(months, "2026-09", "billing_number = 'J0390001'") == [(1, "0100", "100.01")]
    assert _splits(months, "2026-10", "billing_number = 'J0390001'") == [(1, "0100", "-10.00")]


def test_a_credit_follows_the_split_of_its_line_though_the_strings_have_changed_since(months):
    assert _splits(months, "2026-10", "adjustment_id = 'c1'") == [(1, "0100", "-300.00"), (2, "1200", "-180.00"), (3, "1300", "-120.00")]
    assert _splits(months, "2026-10", "adjustment_id = 'c3'") == [(1, "0100", "-50.01"), (2, "1200", "-30.00"), (3, "1300", "-20.00")]
    assert _splits(months, "2026-10", "adjustment_id = 'c9'") == [(7, "0700", "-1.00")]
    assert _splits(months, "2026-10", "adjustment_id = 'k1'") == [(2, "0200", "-1.20"), (3, "0300", "-0.80")]  # line 1 is the fee
    assert _splits(months, "2026-11", "adjustment_id = 'd2'") == [(1, "0100", "-150.00"), (2, "1200", "-90.00"), (3, "1300", "-60.00")]


def test_adjustments_are_billed_held_or_warned_by_their_rules(months):
    # D7580002 moves by 480.00 only
    assert _found(months, "2026-10") == sorted([
        ("A102", "HOLD", "p5"), ("J001", "HOLD", "c6"), ("J001", "HOLD", "c7"), ("J002", "HOLD", "c2"), ("J002", "HOLD", "c5"),
        ("J005", "HOLD", "p3"), ("J005", "HOLD", "p4"), ("J005", "HOLD", "t3"), ("J005", "HOLD", "t4"), ("J006", "HOLD", "c8"),
        ("V010", "WARN", "D7580001"), ("V012", "WARN", "D7580001"), ("V012", "WARN", "J0390001"),
        ("V012", "WARN", "K7580003"), ("V012", "WARN", "N7580006"),
    ])  # fmt: skip
    rows = query(
        months, "select adjustment_id, component, stream, amount from fact_charge where adjustment_id is not null and period = '2026-10'"
    )
    assert sorted((record, component, stream, str(amount)) for record, component, stream, amount in rows) == sorted([
        ("c1", "CREDIT", "adjustments", "-600.00"), ("c3", "CREDIT", "adjustments", "-100.01"), ("c4", "DEBIT", "adjustments", "10.00"),
        ("c9", "CREDIT", "adjustments", "-1.00"), ("p1", "CREDIT", "adjustments", "-500.00"), ("p2", "DEBIT", "adjustments", "470.00"),
        ("t1", "CREDIT", "adjustments", "-50.00"), ("t2", "DEBIT", "adjustments", "50.00"), ("n1", "CREDIT", "adjustments", "-30.00"),
        ("k1", "CREDIT", "adjustments", "-2.00"), ("j1", "CREDIT", "adjustments", "-10.00"),
    ])  # fmt: skip


def test_a_cap_counts_the_credits_of_earlier_periods(months):
    rows = [row for row in _found(months, "2026-11") if row[0].startswith("J")]

    assert rows == [("J002", "HOLD", "d1")]


def test_adjustments_foot_in_rows_and_cents(months):
    rows = query(
        months,
        "select records_in, records_billed, records_held, amount_in, amount_billed, amount_held from control_totals"
        " where feed = 'adjustments' and period = '2026-10'",
    )

    assert rows == [(22, 12, 10, Decimal("-1173.04"), Decimal("-763.01"), Decimal("-410.03"))]


def test_a_group_has_one_invoice_and_shares_its_fee_by_base(months):
    invoice = query(
        months, "select invoice_no, amount, prior_amount, agency_code from fact_invoice where billing_number = 'GRP1' order by 1"
    )
    fees = query(months, "select billing_number, amount, service_from::varchar, service_to::varchar, stream, source_record_id"
                 " from fact_charge where rate_code = 'SF01' and invoice_no like '%GRP1%' order by 1")  # fmt: skip

    # 35.00 and 37.00: 0.5 % of 72.00 is 0.36, of which 17.5 and 18.5 cents: the tie goes to the first
    assert fees == [
        ("G7580004", Decimal("0.18"), "2026-11-01", "2026-11-30", "usage", None),
        ("G7580005", Decimal("0.18"), "2026-11-01", "2026-11-30", "usage", None),
    ]
    assert invoice == [
        ("COT-2026-09-GRP1-01", Decimal("40.00"), None, "758"),
        ("COT-2026-11-GRP1-01", Decimal("82.86"), Decimal("0.00"), "758"),
    ]


def test_lines_are_numbered_by_stream_code_first_day_and_id(months):
    rows = query(
        months,
        "select invoice_line_no, coalesce(source_record_id, billing_number), component, rate_code from fact_charge"
        " where invoice_no = 'COT-2026-11-GRP1-01' order by 1",
    )

    assert [row[1:] for row in rows[2:]] == [
        ("g4", "FEE", "FE05"), ("g4", "BASE", "PT10"), ("g3", "BASE", "PT20"), ("g5", "CREDIT", "PT20"), ("g2", "BASE", "PT20"),
    ]  # fmt: skip
    assert {row[3] for row in rows[:2]} == {"SF01"}
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5, 6, 7]


def test_totals_that_move_and_lines_that_come_and_go_are_warned_of(months):
    rows = [row for row in _found(months, "2026-11") if row[0].startswith("V")]

    # D7580001 moves by +2,461; D7580002 from 20.00 to 20.09
    assert rows == [("V010", "WARN", "D7580001"), ("V011", "WARN", "v3"), ("V011", "WARN", "v4")]


def test_an_invoice_shows_the_month_before_it(months):
    rows = query(months, "select period, amount, prior_amount from fact_invoice where billing_number = 'D7580002' order by 1")

    assert rows == [
        ("2026-09", Decimal("500.00"), None),
        ("2026-10", Decimal("20.00"), Decimal("500.00")),
        ("2026-11", Decimal("20.09"), Decimal("20.00")),
    ]
