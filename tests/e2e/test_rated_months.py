"""Usage, vendor cost and assessments after three earlier months: each row, split and exception worked out by hand."""

from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.rated_rows import FIXED, SEPTEMBER, USAGE, USER, VENDOR
from tests.e2e.rated_world import EARLIER, MONTH, assessed, bought, use, write_month, write_rated_world
from tests.e2e.world import write_feed_text

FOUND = """
H6 R205 HOLD, H7 A109 HOLD, H9 D403 WARN, W1 Q304 HOLD, W2 Q304 HOLD, T3 D403 WARN, T4 D403 WARN, A3 R204 WARN, A9 D403 WARN,
L1 D402 HOLD, L2 D403 WARN, L2 D404 WARN, L3 D403 WARN, L3 D404 WARN, L4 D403 WARN, L5 D401 HOLD, L6 D405 HOLD, L8 D403 WARN,
X1 U501 INFO, X1 U502 HOLD, X2 U503 WARN, C1 A101 HOLD, C2 A102 HOLD, C3 A103 HOLD, C4 D403 WARN, C5 A103 HOLD, C7 A105 HOLD,
C8 R201 HOLD, C9 R202 HOLD, C10 R203 HOLD, C11 R204 INFO, C12 R204 WARN, C14 Q301 HOLD, C15 R205 HOLD, C16 A108 HOLD, C17 A108 HOLD,
C20 A102 HOLD, C20 R201 HOLD, C20 Q301 HOLD, C20 D401 HOLD, C20 D405 HOLD, Q2 A107 WARN, Q4 A107 WARN, Q5 A107 WARN,
S1 U501 INFO, S2 U502 HOLD, S4 Q303 WARN, S5 A104 WARN, D4 Q302 INFO, H8 Q302 INFO, T10 Q302 INFO, C13 Q302 INFO,
P16 R201 HOLD, P17 T901 WARN, P19 T902 HOLD, P20 R202 HOLD, P21 R201 HOLD, P23 D403 WARN, P29 R206 WARN, P29 A104 WARN, P30 U504 HOLD,
PS1 U501 INFO, P38 D402 HOLD, P40 D403 WARN, P40 D404 WARN, P41 D401 HOLD,
F8 A101 HOLD, F9 A104 WARN, F10 R202 HOLD, F11 R201 HOLD, F15 A102 HOLD
"""
VOIP = """
source_record_id,billing_number,ticket_no,line_id,device_model,rate_code,features,start_date,stop_date,location_id,line_kind,mrc_override
V1,D7580002,T1,+15025640001,,VP10,,2026-10-20,,L1,USER,
V2,D7580002,T1,+15025640002,,VP10,,2026-09-20,,L1,USER,0
"""
CENTREX = """
source_record_id,billing_number,ticket_no,station_no,centrex_group,class_of_service,usoc,quantity,rate_code,order_no,start_date,stop_date
X1,D7580002,,5025640002,G1,1FB,,3,CX10,O9,2020-01-01,
"""
# 12 of 30 days; the charge for each line is whole, but none for a line that costs nothing
LINES = "D7580002 MRC VP10 4.40, D7580002 FEE LN01 0.75, D7580002 MRC CX10 60.00, D7580002 FEE LN01 2.25"


def _september() -> dict[str, list[str]]:
    return {
        "usage": [
            use("S1", "B31", "VS10", 1, USER, **SEPTEMBER), use("S2", "B31", "VS10", 2, USER, **SEPTEMBER),
            use("SH", "J0390001", "VS10", 5, USER, **SEPTEMBER, resource="SHARED"),
        ],
        "pass_through": [
            bought("PS1", "B40", "PT10", "10.00", 1, invoice="INVS", dated="2026-09-05", **SEPTEMBER),
            bought("PS2", "ZZ", "PT10", "10.00", 2, invoice="INVS", dated="2026-09-05", **SEPTEMBER),
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    root = write_rated_world(tmp_path_factory.mktemp("rated"))
    for period in EARLIER:
        rows = _september() if period == "2026-09" else {}
        history = use(f"H-{period}", "B32", "VS10", 10, USER, f"{period}-01", f"{period}-28", resource="R50")
        year = assessed("F1", "B43", year="100000.00")
        write_month(root, period, {**rows, "usage": [*rows.get("usage", []), history], "fixed_cost": [year]})
        assert cotbill("run", period, "-w", str(root), "--as-of", "2026-11-06").code == 3
    feeds = {"usage": USAGE, "pass_through": VENDOR, "fixed_cost": FIXED}
    write_month(root, MONTH, {feed: [row for rows, _ in parts for row in rows] for feed, parts in feeds.items()})
    write_feed_text(root, "voip", MONTH, VOIP)
    write_feed_text(root, "centrex", MONTH, CENTREX)
    ended = cotbill("run", MONTH, "-w", str(root), "--as-of", "2026-11-06")
    assert ended.code == 3, ended.err
    return root


def words(text: str) -> list[tuple[str, ...]]:
    return sorted(tuple(part.split()) for part in text.replace("\n", " ").split(",") if part.strip())


def test_every_charge_row_is_the_one_worked_by_hand(months):
    rows = query(
        months, f"select billing_number, component, rate_code, amount::varchar from fact_charge where period = '{MONTH}' order by all"
    )

    assert rows == words(",".join([*[said for _, said in USAGE + VENDOR + FIXED], LINES]))


def test_every_exception_of_a_record_is_found_and_no_other(months):
    rows = query(
        months,
        "select source_record_id, code, severity from fact_exception"
        f" where period = '{MONTH}' and feed in ('usage', 'pass_through', 'fixed_cost') and source_record_id is not null",
    )

    assert sorted(rows) == words(FOUND)


def test_a_years_assessment_is_rounded_so_that_its_months_add_up(months):
    rows = query(months, "select amount::varchar from fact_charge where source_record_id = 'F1' order by period")

    assert rows == [("8333.33",), ("8333.34",), ("8333.33",), ("8333.33",)]


@pytest.mark.parametrize(
    ("record", "first", "last", "late", "rate_from", "approval"),
    [
        ("R1", "2026-10-01", "2026-10-31", False, "2020-01-01", "OLD"),
        ("R2", "2026-10-01", "2026-10-31", False, "2026-10-15", "NEW"),
        ("H9", "2026-09-16", "2026-09-16", True, "2020-01-01", "SAMPLE-1"),
        ("T3", "2026-09-01", "2026-09-30", True, "2020-01-01", "SAMPLE-1"),
        ("L2", "2025-09-01", "2025-10-01", True, "2020-01-01", "SAMPLE-1"),
        ("L7", "2026-09-01", "2026-10-01", False, "2026-10-01", "SAMPLE-2"),
        ("L8", "2026-09-15", "2026-11-15", True, "2020-01-01", "SAMPLE-1"),
        ("A2", "2026-10-01", "2026-10-31", False, "2020-01-01", "TABLE"),
        ("A8", "2026-10-01", "2026-10-31", False, "2020-01-01", "ALONE"),
        ("A9", "2026-09-01", "2026-09-30", True, "2020-01-01", "TIERS"),
        ("P23", "2026-09-01", "2026-09-30", True, "2026-10-01", "S2"),
    ],
)
def test_dates_lateness_rate_and_authority_are_those_of_the_service(months, record, first, last, late, rate_from, approval):
    rows = query(
        months,
        "select distinct service_from::varchar, service_to::varchar, is_prior_period, rate_valid_from::varchar, approval_ref"
        f" from fact_charge where period = '{MONTH}' and source_record_id = '{record}'",
    )

    assert rows == [(first, last, late, rate_from, approval)]


@pytest.mark.parametrize(
    ("owner", "code", "first", "last", "quantity", "records"),
    [
        ("B03", "HR10", "2026-10-13", "2026-10-15", "1.250000", 3),
        ("B05", "IN10", "2026-10-01", "2026-10-31", "12.000000", 2),
        ("B08", "ST10", "2026-10-01", "2026-10-31", "12500.000000", 2),
        ("B16", "TC10", "2026-10-01", "2026-10-15", "110.000000", 2),
        ("B35", "PT20", "2026-10-02", "2026-10-06", "2.000000", 2),
    ],
)
def test_a_row_of_several_records_spans_their_dates_and_leads_to_each(months, owner, code, first, last, quantity, records):
    rows = query(
        months,
        "select service_from::varchar, service_to::varchar, c.quantity::varchar, count(b.charge_id), count(c.feed) + count(c.source_file)"
        " + count(c.source_line) from fact_charge c join bridge_charge_source b using (charge_id)"
        f" where c.period = '{MONTH}' and c.source_record_id is null and billing_number = '{owner}' and rate_code = '{code}'"
        " group by charge_id, service_from, service_to, c.quantity",
    )

    assert (first, last, quantity, records, 0) in rows


def test_a_fee_on_the_total_has_its_own_stream_the_whole_month_an_invoice_and_no_source(months):
    rows = query(
        months,
        "select distinct stream, service_from::varchar, service_to::varchar, feed, invoice_no is null"
        " from fact_charge where rate_code = 'SX01'",
    )
    led = query(months, "select count(*) from bridge_charge_source join fact_charge using (charge_id) where rate_code = 'SX01'")

    assert (rows, led) == ([("adjustments", "2026-10-01", "2026-10-31", None, False)], [(0,)])


def test_fees_and_taxes_are_split_like_the_row_they_are_on(months):
    rows = query(
        months,
        "select c.component, c.rate_code, s.fund, s.amount from fact_charge c join fact_split s using (charge_id)"
        " where billing_number = 'FF01' and c.rate_code in ('FE05', 'SX01') or billing_number = 'FF01' and component = 'TAX'",
    )
    by_code = [
        ("FEE", "SX01", "0300", "0.70"),
        ("FEE", "SX01", "0400", "0.30"),
        ("TAX", "PT10", "0300", "2.33"),
        ("TAX", "PT10", "0400", "1.00"),
    ]
    on_base = [("FEE", "FE05", "0300", "7.00"), ("FEE", "FE05", "0400", "3.00")]

    assert sorted(rows) == sorted((kind, code, fund, Decimal(amount)) for kind, code, fund, amount in by_code + on_base)


def test_dropped_and_held_vendor_dollars_are_counted_as_such(months):
    rows = query(
        months,
        "select records_held, records_dropped, amount_held, amount_dropped, amount_in - amount_billed - amount_held - amount_dropped"
        f" from control_totals where period = '{MONTH}' and feed = 'pass_through'",
    )

    # P16 8, P19 to P21 and P30 10 each, P38 and P41 1 each; PS1 10
    assert rows == [(7, 1, Decimal("50.00"), Decimal("10.00"), Decimal("0.00"))]
