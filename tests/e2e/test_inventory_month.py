"""One month of circuits, VoIP lines and Centrex stations, every row worked out by hand from the published rules."""

from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import add_row, write_feed_text, write_world

PERIOD = "2026-10"  # 31 days
CODES = """
NAC,By the day,,circuits,TELECOM,EACH,NETWORK,,,DAILY_ACTUAL,ARREARS,,,,,,
NNO,Never by parts,,circuits,TELECOM,EACH,NETWORK,,,NONE,ARREARS,,,,,,
NSN,As on the last day,,circuits,TELECOM,EACH,NETWORK,,,SNAPSHOT,ARREARS,,,,,,
NB2,Broadband,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
NCH,Changed price,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
MIF,By FCC miles,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
MIS,By simple miles,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
MRK,Marked up,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
NOR,Without rate,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
ONLY,Consolidated only,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,CONSOLIDATED,
FT1,Voice mail,,voip,TELECOM,EACH,VOICE,,,DAILY_ACTUAL,ARREARS,,,,,,
FT2,Unpriced feature,,voip,TELECOM,EACH,VOICE,,,DAILY_30,ARREARS,,,,,,
CP-8841,Handset,,voip,TELECOM,EACH,VOICE,,,DAILY_30,ARREARS,,,,,,
E911,Emergency fee,,voip,FEE,EACH,VOICE,,,,,,,,,,
"""
RATES = """
NAC,2020-01-01,,450.00,,,,,,,S,cfo
NNO,2020-01-01,,450.00,,,,,,,S,cfo
NSN,2020-01-01,,450.00,,,,,,,S,cfo
NB2,2020-01-01,,300.00,,,,,,,S,cfo
NCH,2020-01-01,2026-10-15,100.00,,,,,,,S1,cfo
NCH,2026-10-15,,200.00,,,,,,,S2,cfo
MIF,2020-01-01,,50.00,0.85,FCC10,,,,,S,cfo
MIS,2020-01-01,,50.00,0.85,SIMPLE,,,,,S,cfo
MRK,2020-01-01,,7.00,,,15,FE05,,,S,cfo
ONLY,2020-01-01,,10.00,,,,,,,S,cfo
FT1,2020-01-01,,1.00,,,,,,,S,cfo
CP-8841,2020-01-01,,2.00,,,,,,,S,cfo
"""
AGENCY_RATES = """
agency_code,billing_number,rate_code,valid_from,valid_to,unit_rate,markup_pct,approval_ref,approved_by
039,,NT40,2020-01-01,,300.00,,AG-1,cfo
039,J0390001,NB2,2020-01-01,,150.00,,BN-1,cfo
039,,NB2,2020-01-01,,90.00,,AG-2,cfo
"""
SURCHARGES = """
surcharge_code,kind,applies_to,percent,amount,valid_from,valid_to
E911,PER_LINE,VP10;CX10;NSN,,0.75,2020-01-01,
"""
A, B, J = "D7580001", "D7580002", "J0390001"
# circuit: rows of (id, owner, rate code, start, disconnect, extra columns)
CIRCUITS = [
    ("start30", A, "NT40", "2026-10-12", "", {}),
    ("startAc", A, "NAC", "2026-10-12", "", {}),
    ("startNo", A, "NNO", "2026-10-12", "", {}),
    ("startSn", A, "NSN", "2026-10-12", "", {}),
    ("stopSn", A, "NSN", "2020-01-01", "2026-10-31", {}),
    ("stop30", A, "NT40", "2020-01-01", "2026-10-12", {}),
    ("stopAc", A, "NAC", "2020-01-01", "2026-10-12", {}),
    ("cap30", A, "NT40", "2026-10-02", "", {}),
    ("capAc", A, "NAC", "2026-10-02", "", {}),
    ("sameDay", A, "NT40", "2026-10-12", "2026-10-12", {}),
    ("lastDay", A, "NT40", "2026-10-31", "", {}),
    ("stopLast", A, "NT40", "2020-01-01", "2026-10-31", {}),
    ("stopNext", A, "NAC", "2020-01-01", "2026-11-01", {}),
    ("future", A, "NT40", "2026-11-01", "", {}),
    ("past", A, "NT40", "2020-01-01", "2026-10-01", {}),
    ("override", A, "NT40", "2026-10-12", "", {"mrc_override": "123.45"}),
    ("nrcNow", A, "NT40", "2026-11-01", "", {"nrc_amount": "125.50", "nrc_date": "2026-10-12"}),
    ("nrcPast", A, "NT40", "2020-01-01", "", {"nrc_amount": "125.50", "nrc_date": "2026-09-30"}),
    ("move.1", A, "NT40", "2020-01-01", "2026-10-16", {}),
    ("move.2", B, "NT40", "2026-10-16", "", {}),
    ("three.1", A, "NSN", "2020-01-01", "2026-10-11", {}),
    ("three.2", B, "NSN", "2026-10-11", "2026-10-31", {}),
    ("three.3", A, "NSN", "2026-10-31", "", {}),
    ("trio.1", A, "NT40", "2020-01-01", "2026-10-11", {}),
    ("trio.2", B, "NT40", "2026-10-11", "2026-10-31", {}),
    ("trio.3", A, "NT40", "2026-10-31", "", {}),
    ("part.1", A, "NT40", "2026-10-05", "2026-10-20", {}),
    ("part.2", B, "NT40", "2026-10-20", "", {}),
    ("actual.1", A, "NAC", "2020-01-01", "2026-10-16", {"mrc_override": "100.00"}),
    ("actual.2", B, "NAC", "2026-10-16", "", {"mrc_override": "100.00"}),
    ("differs.1", A, "NT40", "2020-01-01", "2026-10-16", {"mrc_override": "400.00"}),
    ("differs.2", B, "NT40", "2026-10-16", "", {}),
    ("recode.1", A, "NT40", "2020-01-01", "2026-10-16", {}),
    ("recode.2", A, "NB2", "2026-10-16", "", {}),
    ("twice.1", A, "NT40", "2020-01-01", "2026-10-20", {}),
    ("twice.2", B, "NT40", "2026-10-19", "", {}),
    ("clear.1", A, "NT40", "2020-01-01", "2026-10-11", {}),
    ("clear.2", A, "NT40", "2026-10-11", "", {}),
    ("clear.3", B, "NT40", "2026-10-15", "", {}),
    ("priceFull", A, "NCH", "2020-01-01", "", {}),
    ("priceNew", A, "NCH", "2026-10-20", "", {}),
    ("priceMove.1", A, "NCH", "2020-01-01", "2026-10-16", {}),
    ("priceMove.2", B, "NCH", "2026-10-16", "", {}),
    ("fccMiles", A, "MIF", "2020-01-01", "", {"a_v": "4997", "a_h": "1406", "z_v": "5986", "z_h": "3426"}),
    ("simpleMiles", A, "MIS", "2020-01-01", "", {"a_v": "4997", "a_h": "1406", "z_v": "5986", "z_h": "3426"}),
    ("givenMiles", A, "MIS", "2020-01-01", "", {"ioc_miles": "711"}),
    ("noMiles", A, "MIF", "2020-01-01", "", {}),
    ("agency", J, "NT40", "2020-01-01", "", {}),
    ("narrow", J, "NB2", "2020-01-01", "", {}),
    ("marked", A, "MRK", "2026-10-31", "", {}),
    ("noRate", A, "NOR", "2020-01-01", "", {}),
    ("noCode", A, "ZZZ", "2020-01-01", "", {}),
    ("notAllowed", J, "ONLY", "2020-01-01", "", {}),
    ("backwards", A, "NT40", "2026-10-12", "2026-10-01", {}),
    ("nobody", "", "NT40", "2020-01-01", "", {}),
    ("unknown", "ZZ", "NT40", "2020-01-01", "", {}),
    ("noOrder", B, "NT40", "2020-01-01", "", {"order_no": ""}),
    ("73/HCGS/123456/000/SC", B, "NT40", "2020-01-01", "", {"id_format": "SERIAL"}),
    ("not a serial", B, "NT40", "2020-01-01", "", {"id_format": "SERIAL"}),
    ("ended", B, "NT40", "2020-01-01", "", {"contract_end": "2026-09-30"}),
    ("endsLater", B, "NT40", "2020-01-01", "", {"contract_end": "2026-10-31"}),
    ("gift", B, "NT40", "2020-01-01", "", {"mrc_override": "0.00"}),
    ("negative", B, "NT40", "2020-01-01", "", {"mrc_override": "-5.00"}),
]
VOIP = [
    ("v1", A, "+15025640001", "CP-8841", "FT1;FT2;FT9", "2020-01-01", "", ""),
    ("v2", A, "+15025640002", "", "FT1", "2020-01-01", "2026-10-12", ""),
    ("v3", A, "+15025640003", "CP-8841", "FT1", "2020-01-01", "", "8.00"),
    ("v4.1", A, "+15025640004", "CP-8841", "FT1", "2020-01-01", "2026-10-16", ""),
    ("v4.2", B, "+15025640004", "CP-8841", "FT1", "2026-10-16", "", ""),
    ("v5", A, "5025640005", "", "", "2020-01-01", "", ""),
    ("v6", A, "+15025640006", "CP-9999", "", "2020-01-01", "", ""),
    ("v7", A, "+15025640007", "", "", "2020-01-01", "", "0"),
]
CENTREX = [
    ("x1", A, "5025650001", "RJ11C", "3", "CX10", "O1", "2020-01-01", ""),
    ("x2", A, "5025650002", "", "3", "CX10", "O1", "2026-10-12", ""),
    ("x3", A, "5025650003", "", "1", "CX10", "O1", "2020-01-01", ""),
    ("x4", A, "5025650003", "", "1", "CX10", "O1", "2026-10-01", ""),
    ("x5", A, "5025650004", "ABC", "1", "CX10", "O1", "2020-01-01", ""),
    ("x6", A, "5025650004", "ABD", "1", "CX10", "O1", "2020-01-01", ""),
    ("x7", A, "5025650005", "", "0", "CX10", "O1", "2020-01-01", ""),
    ("x8", A, "5025650006", "", "-2", "CX10", "O1", "2020-01-01", ""),
    ("x9", A, "502-565-0007", "", "1", "CX10", "", "2020-01-01", ""),
    ("xm.1", A, "5025650008", "ABC", "3", "CX10", "O1", "2020-01-01", "2026-10-08"),
    ("xm.2", B, "5025650008", "ABC", "3", "CX10", "O1", "2026-10-08", ""),
]
M, F, L = "2026-10-01", "2026-10-12", "2026-10-31"
# record, component, rate code, amount, quantity, service from, to (inclusive)
EXPECTED = [
    ("start30", "MRC", "NT40", "300.00", "0.666667", F, L),
    ("startAc", "MRC", "NAC", "290.32", "0.645161", F, L),
    ("startNo", "MRC", "NNO", "450.00", "1", F, L),
    ("startSn", "MRC", "NSN", "450.00", "1", F, L),
    ("startSn", "FEE", "E911", "0.75", "1", F, L),
    ("stop30", "MRC", "NT40", "165.00", "0.366667", M, "2026-10-11"),
    ("stopAc", "MRC", "NAC", "159.68", "0.354839", M, "2026-10-11"),
    ("cap30", "MRC", "NT40", "450.00", "1", "2026-10-02", L),
    ("capAc", "MRC", "NAC", "435.48", "0.967742", "2026-10-02", L),
    ("lastDay", "MRC", "NT40", "15.00", "0.033333", L, L),
    ("stopLast", "MRC", "NT40", "450.00", "1", M, "2026-10-30"),
    ("stopNext", "MRC", "NAC", "450.00", "1", M, L),
    ("override", "MRC", "NT40", "82.30", "0.666667", F, L),
    ("nrcNow", "NRC", "NT40", "125.50", "1", F, F),
    ("nrcPast", "MRC", "NT40", "450.00", "1", M, L),
    ("move.1", "MRC", "NT40", "225.00", "0.5", M, "2026-10-15"),
    ("move.2", "MRC", "NT40", "225.00", "0.5", "2026-10-16", L),
    ("three.3", "MRC", "NSN", "450.00", "1", L, L),
    ("three.3", "FEE", "E911", "0.75", "1", L, L),
    ("trio.1", "MRC", "NT40", "150.00", "0.333333", M, "2026-10-10"),
    ("trio.2", "MRC", "NT40", "300.00", "0.666667", "2026-10-11", "2026-10-30"),
    ("part.1", "MRC", "NT40", "225.00", "0.5", "2026-10-05", "2026-10-19"),
    ("part.2", "MRC", "NT40", "180.00", "0.4", "2026-10-20", L),
    ("actual.1", "MRC", "NAC", "48.39", "0.483871", M, "2026-10-15"),
    ("actual.2", "MRC", "NAC", "51.61", "0.516129", "2026-10-16", L),
    ("differs.1", "MRC", "NT40", "200.00", "0.5", M, "2026-10-15"),
    ("differs.2", "MRC", "NT40", "240.00", "0.533333", "2026-10-16", L),
    ("recode.1", "MRC", "NT40", "225.00", "0.5", M, "2026-10-15"),
    ("recode.2", "MRC", "NB2", "160.00", "0.533333", "2026-10-16", L),
    ("clear.1", "MRC", "NT40", "150.00", "0.333333", M, "2026-10-10"),
    ("priceFull", "MRC", "NCH", "100.00", "1", M, L),
    ("priceNew", "MRC", "NCH", "80.00", "0.4", "2026-10-20", L),
    ("priceMove.1", "MRC", "NCH", "50.00", "0.5", M, "2026-10-15"),
    ("priceMove.2", "MRC", "NCH", "106.67", "0.533333", "2026-10-16", L),
    ("fccMiles", "MRC", "MIF", "654.35", "1", M, L),
    ("simpleMiles", "MRC", "MIS", "655.20", "1", M, L),
    ("givenMiles", "MRC", "MIS", "654.35", "1", M, L),
    ("agency", "MRC", "NT40", "300.00", "1", M, L),
    ("narrow", "MRC", "NB2", "150.00", "1", M, L),
    ("marked", "MRC", "MRK", "0.23", "0.033333", L, L),
    ("marked", "FEE", "FE05", "0.04", "1", L, L),  # 15 % of 0.2333…, not of 0.23
    ("noOrder", "MRC", "NT40", "450.00", "1", M, L),
    ("73/HCGS/123456/000/SC", "MRC", "NT40", "450.00", "1", M, L),
    ("not a serial", "MRC", "NT40", "450.00", "1", M, L),
    ("ended", "MRC", "NT40", "450.00", "1", M, L),
    ("endsLater", "MRC", "NT40", "450.00", "1", M, L),
    ("v1", "MRC", "VP10", "11.00", "1", M, L),
    ("v1", "FEE", "E911", "0.75", "1", M, L),
    ("v1", "MRC", "CP-8841", "2.00", "1", M, L),
    ("v1", "MRC", "FT1", "1.00", "1", M, L),
    ("v2", "MRC", "VP10", "4.03", "0.366667", M, "2026-10-11"),
    ("v2", "FEE", "E911", "0.75", "1", M, "2026-10-11"),
    ("v2", "MRC", "FT1", "0.35", "0.354839", M, "2026-10-11"),
    ("v3", "MRC", "VP10", "8.00", "1", M, L),
    ("v3", "FEE", "E911", "0.75", "1", M, L),
    ("v3", "MRC", "CP-8841", "2.00", "1", M, L),
    ("v3", "MRC", "FT1", "1.00", "1", M, L),
    ("v4.1", "MRC", "VP10", "5.50", "0.5", M, "2026-10-15"),
    ("v4.1", "FEE", "E911", "0.75", "1", M, "2026-10-15"),
    ("v4.1", "MRC", "CP-8841", "1.00", "0.5", M, "2026-10-15"),
    ("v4.1", "MRC", "FT1", "0.48", "0.483871", M, "2026-10-15"),
    ("v4.2", "MRC", "VP10", "5.50", "0.5", "2026-10-16", L),
    ("v4.2", "FEE", "E911", "0.75", "1", "2026-10-16", L),
    ("v4.2", "MRC", "CP-8841", "1.00", "0.5", "2026-10-16", L),
    ("v4.2", "MRC", "FT1", "0.52", "0.516129", "2026-10-16", L),
    ("v5", "MRC", "VP10", "11.00", "1", M, L),
    ("v5", "FEE", "E911", "0.75", "1", M, L),
    ("v6", "MRC", "VP10", "11.00", "1", M, L),
    ("v6", "FEE", "E911", "0.75", "1", M, L),
    ("x1", "MRC", "CX10", "60.00", "3", M, L),
    ("x1", "FEE", "E911", "2.25", "3", M, L),
    ("x2", "MRC", "CX10", "40.00", "2", F, L),
    ("x2", "FEE", "E911", "2.25", "3", F, L),
    ("x5", "MRC", "CX10", "20.00", "1", M, L),
    ("x5", "FEE", "E911", "0.75", "1", M, L),
    ("x6", "MRC", "CX10", "20.00", "1", M, L),
    ("x6", "FEE", "E911", "0.75", "1", M, L),
    ("x9", "MRC", "CX10", "20.00", "1", M, L),
    ("x9", "FEE", "E911", "0.75", "1", M, L),
    ("xm.1", "MRC", "CX10", "14.00", "0.7", M, "2026-10-07"),
    ("xm.1", "FEE", "E911", "2.25", "3", M, "2026-10-07"),
    ("xm.2", "MRC", "CX10", "46.00", "2.3", "2026-10-08", L),
    ("xm.2", "FEE", "E911", "2.25", "3", "2026-10-08", L),
]  # fmt: skip
EXCEPTIONS = [
    ("A101", "HOLD", "nobody"), ("A102", "HOLD", "unknown"), ("A108", "HOLD", "notAllowed"), ("D405", "HOLD", "backwards"),
    ("M605", "HOLD", "clear.2"), ("M605", "HOLD", "clear.3"), ("M605", "HOLD", "twice.1"), ("M605", "HOLD", "twice.2"),
    ("M605", "HOLD", "x3"), ("M605", "HOLD", "x4"), ("M606", "WARN", "noOrder"), ("M606", "WARN", "x9"),
    ("M607", "WARN", "not a serial"), ("M607", "WARN", "v5"), ("M607", "WARN", "x9"), ("M608", "WARN", "ended"),
    ("Q301", "HOLD", "negative"), ("Q301", "HOLD", "x8"), ("Q302", "INFO", "x7"), ("R201", "HOLD", "noCode"),
    ("R201", "HOLD", "v1"), ("R201", "HOLD", "v6"), ("R202", "HOLD", "noRate"), ("R202", "HOLD", "v1"),
    ("R203", "HOLD", "noMiles"), ("R204", "WARN", "gift"), ("R204", "WARN", "v7"),
]  # fmt: skip
HELD = {
    "nobody",
    "unknown",
    "notAllowed",
    "backwards",
    "clear.2",
    "clear.3",
    "twice.1",
    "twice.2",
    "noCode",
    "noRate",
    "noMiles",
    "negative",
}

CIRCUIT_COLUMNS = [
    "source_record_id", "billing_number", "circuit_id", "id_format", "vendor_code", "service_type", "a_address", "rate_code",
    "order_no", "billing_start_date", "disconnect_date", "mrc_override", "nrc_amount", "nrc_date", "ioc_miles", "a_v", "a_h", "z_v",
    "z_h", "contract_end",
]  # fmt: skip


def _circuits() -> str:
    lines = [",".join(CIRCUIT_COLUMNS)]
    for record, owner, code, start, stop, extra in CIRCUITS:
        row = {
            "source_record_id": record, "billing_number": owner, "circuit_id": record.split(".")[0], "vendor_code": "ATT",
            "service_type": "ETH", "a_address": "Frankfort", "rate_code": code, "order_no": "O1", "billing_start_date": start,
            "disconnect_date": stop, **extra,
        }  # fmt: skip
        lines.append(",".join(row.get(name, "") for name in CIRCUIT_COLUMNS))
    return "\n".join(lines) + "\n"


def _voip() -> str:
    head = "source_record_id,billing_number,line_id,device_model,rate_code,features,start_date,stop_date,location_id,mrc_override"
    rows = [f"{i},{o},{line},{model},VP10,{feats},{a},{b},L1,{own}" for i, o, line, model, feats, a, b, own in VOIP]
    return "\n".join([head, *rows]) + "\n"


def _centrex() -> str:
    head = "source_record_id,billing_number,station_no,centrex_group,class_of_service,usoc,quantity,rate_code,order_no,start_date,stop_date"
    rows = [f"{i},{o},{s},G1,1FB,{u},{q},{c},{n},{a},{b}" for i, o, s, u, q, c, n, a, b in CENTREX]
    return "\n".join([head, *rows]) + "\n"


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    root = write_world(tmp_path_factory.mktemp("inventory"), {"rates/agency_rates.csv": AGENCY_RATES, "rates/surcharges.csv": SURCHARGES})
    for row in CODES.strip().splitlines():
        add_row(root, "reference/rate_codes.csv", row)
    for row in RATES.strip().splitlines():
        add_row(root, "rates/rates.csv", row)
    for feed, text in {"circuits": _circuits(), "voip": _voip(), "centrex": _centrex()}.items():
        write_feed_text(root, feed, PERIOD, text)
    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")
    assert ended.code == 3, ended.err
    return root


def test_every_row_has_its_amount_share_and_days(month):
    rows = query(
        month,
        "select source_record_id, component, rate_code, amount, quantity, service_from::varchar, service_to::varchar from fact_charge",
    )

    assert sorted(rows) == sorted((r, c, k, Decimal(a), Decimal(q), f, t) for r, c, k, a, q, f, t in EXPECTED)


def test_every_exception_names_its_record_and_severity(month):
    rows = query(month, "select code, severity, source_record_id from fact_exception where code <> 'F001' order by all")

    assert rows == sorted(EXCEPTIONS)


def test_a_feature_or_handset_without_a_rate_is_named(month):
    rows = query(month, "select source_record_id, code, raw_value from fact_exception where source_record_id in ('v1', 'v6') order by all")

    assert rows == [("v1", "R201", "FT9"), ("v1", "R202", "FT2"), ("v6", "R201", "CP-9999")]


def test_records_without_charge_count_as_billed(month):
    rows = query(month, "select feed, records_in, records_billed, records_held from control_totals order by feed")

    assert rows == [
        ("centrex", 11, 8, 3),
        ("circuits", len(CIRCUITS), len(CIRCUITS) - len(HELD), len(HELD)),
        ("voip", 8, 8, 0),
    ]  # fmt: skip


def test_authority_of_a_row_is_the_rate_that_priced_it(month):
    rows = query(
        month,
        "select source_record_id, unit_rate, rate_valid_from::varchar, approval_ref from fact_charge"
        " where source_record_id in ('agency', 'narrow', 'priceNew', 'priceMove.1', 'override') order by 1",
    )

    assert rows == [
        ("agency", Decimal("300.000000"), "2020-01-01", "AG-1"),
        ("narrow", Decimal("150.000000"), "2020-01-01", "BN-1"),
        ("override", Decimal("123.450000"), None, None),
        ("priceMove.1", Decimal("100.000000"), "2020-01-01", "S1"),
        ("priceNew", Decimal("200.000000"), "2026-10-15", "S2"),
    ]


def test_each_row_is_joined_to_its_own_record(month):
    rows = query(
        month,
        "select count(*) from fact_charge c left join bridge_charge_source b using (charge_id)"
        " where b.source_record_id is distinct from c.source_record_id",
    )

    assert rows == [(0,)]
