"""Codes billed in advance: three months settled against what was billed, every row worked out by hand."""

from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import add_row, write_feed_text, write_world

A, B = "D7580001", "D7580002"
CODES = """
AHD,Billed ahead,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ADVANCE,,,,,,
FTA,Feature ahead,,voip,TELECOM,EACH,VOICE,,,DAILY_30,ADVANCE,,,,,,
"""
HEAD = "source_record_id,billing_number,circuit_id,vendor_code,service_type,a_address,rate_code,order_no,billing_start_date,disconnect_date"
# period -> rows of (circuit, owner, start, disconnect); a snapshot is numbered afresh each month
SNAPSHOTS = {
    "2026-09": [
        ("full", A, "2020-01-01", ""), ("new", A, "2026-09-12", ""), ("next", A, "2026-10-12", ""), ("gone", A, "2020-01-01", ""),
        ("known", A, "2020-01-01", "2026-09-16"), ("stops", A, "2020-01-01", ""), ("late", A, "2020-01-01", ""),
        ("moves", A, "2020-01-01", ""),
    ],
    "2026-10": [
        ("full", A, "2020-01-01", ""), ("new", A, "2026-09-12", ""), ("next", A, "2026-10-12", ""),
        ("stops", A, "2020-01-01", "2026-10-12"),
        ("late", A, "2020-01-01", "2026-09-16"), ("moves", A, "2020-01-01", "2026-10-16"), ("moves", B, "2026-10-16", ""),
        ("found", A, "2026-08-10", ""),
    ],
    "2026-11": [("full", A, "2020-01-01", ""), ("moves", B, "2026-10-16", ""), ("found", B, "2026-08-10", "2026-11-21")],
}  # fmt: skip
SEP, OCT, NOV, DEC = (
    ("2026-09-01", "2026-09-30"),
    ("2026-10-01", "2026-10-31"),
    ("2026-11-01", "2026-11-30"),
    ("2026-12-01", "2026-12-31"),
)
# circuit, owner, component, amount, quantity, first and last day, of an earlier month
EXPECTED = {
    "2026-09": [
        ("full", A, "MRC", "450.00", "1", SEP, False), ("full", A, "MRC", "450.00", "1", OCT, False),
        ("new", A, "MRC", "285.00", "0.633333", ("2026-09-12", "2026-09-30"), False), ("new", A, "MRC", "450.00", "1", OCT, False),
        ("next", A, "MRC", "300.00", "0.666667", ("2026-10-12", "2026-10-31"), False),
        ("gone", A, "MRC", "450.00", "1", SEP, False), ("gone", A, "MRC", "450.00", "1", OCT, False),
        ("known", A, "MRC", "225.00", "0.5", ("2026-09-01", "2026-09-15"), False),
        ("stops", A, "MRC", "450.00", "1", SEP, False), ("stops", A, "MRC", "450.00", "1", OCT, False),
        ("late", A, "MRC", "450.00", "1", SEP, False), ("late", A, "MRC", "450.00", "1", OCT, False),
        ("moves", A, "MRC", "450.00", "1", SEP, False), ("moves", A, "MRC", "450.00", "1", OCT, False),
    ],
    "2026-10": [
        ("full", A, "MRC", "450.00", "1", NOV, False), ("new", A, "MRC", "450.00", "1", NOV, False),
        ("next", A, "MRC", "450.00", "1", NOV, False),
        ("stops", A, "CREDIT", "-285.00", "-0.633333", OCT, False),
        ("late", A, "CREDIT", "-225.00", "-0.5", SEP, True), ("late", A, "CREDIT", "-450.00", "-1", OCT, False),
        ("moves", A, "CREDIT", "-225.00", "-0.5", OCT, False),
        ("moves", B, "MRC", "225.00", "0.5", ("2026-10-16", "2026-10-31"), False), ("moves", B, "MRC", "450.00", "1", NOV, False),
        ("found", A, "MRC", "450.00", "1", SEP, True), ("found", A, "MRC", "450.00", "1", OCT, False),
        ("found", A, "MRC", "450.00", "1", NOV, False),
    ],
    # B is found to own `found` since August: B is billed since September; A's row is gone and credits nothing
    "2026-11": [
        ("full", A, "MRC", "450.00", "1", DEC, False), ("moves", B, "MRC", "450.00", "1", DEC, False),
        ("found", B, "MRC", "450.00", "1", SEP, True), ("found", B, "MRC", "450.00", "1", OCT, True),
        ("found", B, "MRC", "300.00", "0.666667", ("2026-11-01", "2026-11-20"), False),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("ahead"))
    for row in CODES.strip().splitlines():
        add_row(root, "reference/rate_codes.csv", row)
    add_row(root, "rates/rates.csv", "AHD,2020-01-01,,450.00,,,,,,,S,cfo")
    add_row(root, "rates/rates.csv", "FTA,2020-01-01,,1.00,,,,,,,S,cfo")
    for period, rows in SNAPSHOTS.items():
        lines = [f"{period[-2:]}-{n},{owner},{item},ATT,ETH,Frankfort,AHD,O1,{a},{b}" for n, (item, owner, a, b) in enumerate(rows)]
        write_feed_text(root, "circuits", period, "\n".join([HEAD, *lines]) + "\n")
        phone = "source_record_id,billing_number,line_id,rate_code,features,start_date,stop_date,location_id\n"
        write_feed_text(root, "voip", period, phone + f"v-{period},{A},+15025640001,VP10,FTA,2020-01-01,,L1\n")
        ended = cotbill("run", period, "-w", str(root), "--as-of", "2026-12-06")
        assert ended.code == 3, ended.err
    return root


@pytest.mark.parametrize("period", list(EXPECTED))
def test_each_month_settles_what_should_be_against_what_was_billed(months, period):
    names = {f"{period[-2:]}-{n}": item for n, (item, *_) in enumerate(SNAPSHOTS[period])}
    rows = query(
        months,
        "select source_record_id, billing_number, component, amount, quantity, service_from::varchar, service_to::varchar,"
        f" is_prior_period from fact_charge where stream = 'circuits' and period = '{period}'",
    )

    found = [(names[r], owner, part, str(a), q, (f, t), late) for r, owner, part, a, q, f, t, late in rows]
    assert sorted(found) == sorted((i, o, c, a, Decimal(q), d, p) for i, o, c, a, q, d, p in EXPECTED[period])


def test_a_feature_ahead_goes_beside_its_line_in_arrears(months):
    rows = query(
        months, "select period, rate_code, amount, service_from::varchar from fact_charge where stream = 'voip' order by 1, 2 desc, 4"
    )

    one, line = Decimal("1.00"), Decimal("11.00")
    assert rows == [
        ("2026-09", "VP10", line, "2026-09-01"), ("2026-09", "FTA", one, "2026-09-01"), ("2026-09", "FTA", one, "2026-10-01"),
        ("2026-10", "VP10", line, "2026-10-01"), ("2026-10", "FTA", one, "2026-11-01"),
        ("2026-11", "VP10", line, "2026-11-01"), ("2026-11", "FTA", one, "2026-12-01"),
    ]  # fmt: skip


def test_a_vanished_item_is_warned_of_and_credits_nothing(months):
    rows = query(months, "select raw_value from fact_exception where code = 'V011' and period = '2026-10' and message like '%vanished%'")

    assert rows == [("gone",)]


def test_a_credit_is_split_as_the_line_it_gives_back(months):
    rows = query(
        months,
        "select s.seq, s.amount from fact_split s join fact_charge c using (charge_id)"
        " where c.component = 'CREDIT' and c.amount = -285.00 order by 1",
    )

    assert rows == [(1, Decimal("-142.50")), (2, Decimal("-85.50")), (3, Decimal("-57.00"))]


def test_settling_may_start_earlier_or_later_than_the_first_period(tmp_path):
    for start, expected in {"2026-08": ["2026-08-01", "2026-09-01", "2026-10-01"], "2026-10": ["2026-10-01"]}.items():
        root = write_world(tmp_path / start, settings=f'advance_from = "{start}"\n')
        add_row(root, "reference/rate_codes.csv", CODES.strip().splitlines()[0])
        add_row(root, "rates/rates.csv", "AHD,2020-01-01,,450.00,,,,,,,S,cfo")
        write_feed_text(root, "circuits", "2026-09", f"{HEAD}\nC1,{A},CKT1,ATT,ETH,Frankfort,AHD,O1,2020-01-01,\n")
        cotbill("run", "2026-09", "-w", str(root), "--as-of", "2026-10-06")

        assert [row[0] for row in query(root, "select service_from::varchar from fact_charge order by 1")] == expected


def test_a_start_that_is_no_month_is_refused(tmp_path):
    root = write_world(tmp_path, settings='advance_from = "soon"\n')
    write_feed_text(root, "circuits", "2026-09", f"{HEAD}\n")

    ended = cotbill("run", "2026-09", "-w", str(root))

    assert ended.code == 11
    assert ended.err.startswith("cotbill.toml:1: 'advance_from' is ")
