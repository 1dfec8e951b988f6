"""Long distance from feed to mart: every sentence of the rules as calls of one month, worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import REFERENCE, add_row, write_feed_text, write_world

LINE, NEAR, OHIO, DESK, SHARED, TOLL_FREE = "5025641234", "8593411111", "5132411111", "2127363333", "5025642000", "8005550000"
EXCHANGES = """
npa,nxx,block,state,lata,rate_center,v,h
502,564,,KY,462,FRANKFORT,6462,2634
502,875,,KY,462,FRANKFORT,6462,2634
502,839,,KY,462,LAWRENCEBG,6485,2640
502,589,,KY,462,LOUISVILLE,6529,2772
859,233,,KY,466,LEXINGTON,6459,2562
859,292,,KY,922,COVINGTON,6275,2676
859,341,,KY,922,ERLANGER,6280,2680
513,241,,OH,922,CINCINNATI,6263,2679
212,736,,NY,132,NEW YORK,4997,1406
312,222,,IL,358,CHICAGO,5986,3426
815,469,,IL,358,FRANKFORT,6000,3400
"""
LOCAL = """
rate_center_a,rate_center_b
LAWRENCEBG,FRANKFORT
CINCINNATI,ERLANGER
"""
HEAD = REFERENCE["rates/ld_plans.csv"].strip().splitlines()[0] + "\n"
# plan, match_kind, match, rate_code, time_band, miles, method, intervals, per minute, initial, additional, per call, scale, rounding
PLANS = """
STD,CALL_TYPE,DA,LD20,ALL,,,,60,60,,,,1.40,2,HALF_UP,2020-01-01,
STD,CALL_TYPE,TF_IN,LD10,ALL,,,,60,60,0.03,,,,4,HALF_UP,2020-01-01,
STD,CALL_TYPE,CARD,LD20,ALL,,,,60,60,0.2,,,0.50,4,HALF_UP,2020-01-01,
STD,PREFIX,1,LD30,ALL,,,,30,6,0.0098,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,1212,LD30,ALL,,,,30,6,0.9,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,1876,LD30,ALL,,,,30,6,0.0908,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,93,LD30,ALL,,,,30,6,0.2875,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,9320,LD30,ALL,,,,30,6,0.3,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,43,LD30,ALL,,,,30,6,0.1,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,43820,LD30,ALL,,,,30,6,,,,,4,HALF_UP,2020-01-01,
STD,PREFIX,437,LD30,ALL,,,,30,6,0,,,,4,HALF_UP,2020-01-01,
STD,JURISDICTION,INTRASTATE_INTRALATA,LD10,ALL,,,,30,6,0.05,,,,4,HALF_UP,2020-01-01,
STD,JURISDICTION,INTRASTATE_INTERLATA,LD10,ALL,,,,30,6,0.06,,,,4,HALF_UP,2020-01-01,
STD,JURISDICTION,INTERSTATE_INTRALATA,LD10,ALL,,,,30,6,0.07,,,,4,HALF_UP,2020-01-01,
STD,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,30,6,0.049,,,,4,HALF_UP,2020-01-01,2026-10-20
STD,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,30,6,0.098,,,,4,HALF_UP,2026-10-20,
PFX,PREFIX,1,LD10,ALL,,,,30,6,0.01,,,,4,HALF_UP,2020-01-01,
PFX,PREFIX,1212736,LD10,ALL,,,,30,6,0.03,,,,4,HALF_UP,2020-01-01,
TYP,CALL_TYPE,DDD,LD10,ALL,,,,60,60,0.02,,,,4,HALF_UP,2020-01-01,
TYP,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,60,60,0.049,,,,4,HALF_UP,2020-01-01,
TYP,JURISDICTION,INTERNATIONAL,LD10,ALL,,,,60,60,1,,,,4,HALF_UP,2020-01-01,
BND,JURISDICTION,INTERSTATE_INTERLATA,LD10,DAY,,,,60,60,0.10,,,,4,HALF_UP,2020-01-01,
BND,JURISDICTION,INTERSTATE_INTERLATA,LD10,EVENING,,,,60,60,0.07,,,,4,HALF_UP,2020-01-01,
BND,JURISDICTION,INTERSTATE_INTERLATA,LD10,NIGHT,,,,60,60,0.05,,,,4,HALF_UP,2020-01-01,
MIF,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,0,710,,60,60,,0.1,0.2,,4,HALF_UP,2020-01-01,
MIF,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,711,711,,60,60,,0.286,0.242,,4,HALF_UP,2020-01-01,
MIF,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,712,,,60,60,,0.1,0.2,,4,HALF_UP,2020-01-01,
MIS,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,0,711,SIMPLE,60,60,0.10,,,,4,HALF_UP,2020-01-01,
MIS,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,712,,SIMPLE,60,60,0.20,,,,4,HALF_UP,2020-01-01,
UP2,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,30,6,0.049,,,,2,UP,2020-01-01,
EVN,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,6,6,0.05,,,,2,HALF_EVEN,2020-01-01,
AWY,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,6,6,0.05,,,,2,HALF_UP,2020-01-01,
SIX,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,1,1,0.01,,,,6,HALF_UP,2020-01-01,
SIU,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,1,1,0.019,,,,6,UP,2020-01-01,
I18,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,18,6,0.049,,,,4,HALF_UP,2020-01-01,
SET,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,60,60,0.10,,,0.25,4,HALF_UP,2020-01-01,
NOR,JURISDICTION,INTERSTATE_INTERLATA,LDNO,ALL,,,,60,60,0.1,,,,4,HALF_UP,2020-01-01,
EXP,JURISDICTION,INTERSTATE_INTERLATA,LDEX,ALL,,,,60,60,0.1,,,,4,HALF_UP,2020-01-01,
MRK,JURISDICTION,INTERSTATE_INTERLATA,LDMK,ALL,,,,60,60,0.1,,,,4,HALF_UP,2020-01-01,
FEE,JURISDICTION,INTERSTATE_INTERLATA,LDFE,ALL,,,,60,60,0.1,,,,4,HALF_UP,2020-01-01,
CON,JURISDICTION,INTERSTATE_INTERLATA,LDNC,ALL,,,,60,60,0.1,,,,4,HALF_UP,2020-01-01,
"""
OWNERS = f"""
key_kind,key,billing_number,plan,international_allowed,valid_from,valid_to
NUMBER,{LINE},D7580001,STD,Y,2020-01-01,
NUMBER,5025640009,D7580001,STD,N,2020-01-01,
NUMBER,5028391111,D7580001,STD,Y,2020-01-01,
NUMBER,8592921111,D7580002,STD,Y,2020-01-01,
NUMBER,{NEAR},D7580002,STD,Y,2020-01-01,
NUMBER,{OHIO},D7580001,STD,Y,2020-01-01,
NUMBER,{TOLL_FREE},D7580001,STD,Y,2020-01-01,
NUMBER,5025642003,CLOSED01,STD,Y,2020-01-01,
NUMBER,5025642004,NONE01,STD,Y,2020-01-01,
NUMBER,5025642005,D7580001,,Y,2020-01-01,
NUMBER,{SHARED},D7580001,STD,Y,2020-01-01,2026-10-15
NUMBER,{SHARED},D7580002,STD,Y,2026-10-15,
AUTH_CODE,48213,D7580002,STD,Y,2020-01-01,
AUTH_CODE,77777,J0390001,STD,Y,2020-01-01,
AUTH_CODE,66666,D7580002,STD,Y,2020-01-01,2026-10-10
TRUNK,TG7,D7580002,STD,Y,2020-01-01,
"""
PLANS_ALONE = ["PFX", "TYP", "BND", "UP2", "EVN", "AWY", "SIX", "SIU", "I18", "SET", "NOR", "EXP", "MRK", "FEE", "CON"]
OF_PLAN = {plan: f"502564{3000 + n}" for n, plan in enumerate(PLANS_ALONE)}
OF_PLAN |= {"MIF": DESK, "MIS": "2127364444"}
CODES = {"LD20": "", "LD30": "", "LDNO": "", "LDEX": "", "LDMK": "", "LDFE": "", "LDNC": "NON_CONSOLIDATED"}
RATES = """LD20,2020-01-01,,,,,,,,,A,cfo
LD30,2020-01-01,,,,,,,,,A,cfo
LDEX,2020-01-01,2026-10-01,,,,,,,,A,cfo
LDMK,2020-01-01,,,,,5,FE05,,,A,cfo
LDFE,2020-01-01,,,,,5,,,,A,cfo
LDNC,2020-01-01,,,,,,,,,A,cfo"""
II, IE, XI, XE = "INTRASTATE_INTRALATA", "INTRASTATE_INTERLATA", "INTERSTATE_INTRALATA", "INTERSTATE_INTERLATA"
FREE, HELD, NY = ("free",), ("held",), "12127360100"
OCT = "2026-10-{}-04:00"


def on(plan, *wanted, to=NY, codes="", **more):
    """A call of the line that has this plan."""
    return to, wanted, codes, {"line": OF_PLAN[plan], **more}


def std(to, *wanted, codes="", **more):
    """A call of a line under plan STD."""
    return to, wanted, codes, more


# called number, (jurisdiction, billed seconds, amount) or free or held, exception codes, what else the record says
CALLS = [
    *[std(f"{n}11", *FREE) for n in (2, 3, 5, 6, 7, 8, 9)],
    std("411", "DA", 120, "1.40"), std("12125551212", "DA", 120, "1.40"), std("5551212", "DA", 120, "1.40"),
    *[std(f"1{npa}5550100", *FREE) for npa in (800, 888, 877, 866, 855, 844, 833, 822)],
    std("18005551212", *FREE), std("8005550100", *FREE),
    std(TOLL_FREE, "TOLL_FREE", 120, "0.06", line=TOLL_FREE, from_number=NY, direction="IN", seconds=61),
    std("01193701234567", "INTERNATIONAL", 48, "0.2300", seconds=47), std("+93701234567", "INTERNATIONAL", 48, "0.2300", seconds=47),
    std("01193201234567", "INTERNATIONAL", 66, "0.3300"),  # the longest prefix
    *[std(n, "INTERNATIONAL", 66, "0.0999") for n in ("18765551234", "8765551234", "+18765551234")],  # Jamaica: 1.1 x 0.0908
    std("14165551234", "INTERNATIONAL", 66, "0.0108"),  # Canada, under prefix 1: 0.01078
    std("14165551234", "INTERNATIONAL", 66, "0.0108", codes="L706", line="5025640009"),
    std("01193701234567", "INTERNATIONAL", 66, "0.3163", codes="L706", line="5025640009"),
    *[std(n, *HELD, codes="L707") for n in ("19005551234", "9005551234", "9761234", "15029761234", "12129761234")],
    std("5028751234", *FREE), std("8751234", *FREE),  # the same rate centre, ten digits and seven
    std("5028391234", *FREE), std("5025641234", *FREE, line="5028391111"),  # one row of local_calling serves both ways
    std("5132411234", *FREE, line=NEAR), std("8593411234", *FREE, line=OHIO),  # across a state line too
    std("18154691234", XE, 66, "0.0539"),  # another state's Frankfort is not ours
    std("15025891234", II, 66, "0.0550"), std("5891234", II, 66, "0.0550"), std("18592331234", IE, 66, "0.0660"),
    std("15132411234", XI, 66, "0.0770", line="8592921111"), std("18592921234", XI, 66, "0.0770", line=OHIO),
    std(NY, XE, 66, "0.0539"), std("+12127360100", XE, 66, "0.0539"), std("2127360100", XE, 66, "0.0539"),
    std("12129990100", XE, 66, "0.0539", codes="L702"), std("12215550100", XE, 66, "0.0539", codes="L702"),
    *[std(n, *HELD, codes="L709") for n in ("0", "123456", "12345678", "011", "*67", "1411", "+1212736010", "22127360100")],
    # call type, then prefix, then jurisdiction; hold and free rules first
    std(NY, XE, 120, "0.90", call_type="CARD"), std("911", *FREE, call_type="CARD"), std("18005550100", *FREE, call_type="CARD"),
    std("5028751234", *FREE, call_type="CARD"), std("19005550100", *HELD, codes="L707", call_type="CARD"),
    std(NY, XE, 120, "1.40", call_type="DA"), std(NY, XE, 66, "0.0539", call_type="LOCAL"), std(NY, XE, 66, "0.0539", call_type="IDDD"),
    on("TYP", XE, 120, "0.04"), on("TYP", XE, 120, "0.0980", call_type="CARD"), on("TYP", "INTERNATIONAL", 120, "2", to="011441234567"),
    on("PFX", XE, 66, "0.0110", to="13122221234"), on("PFX", XE, 66, "0.0330", to="2127360100"), on("PFX", *FREE, to="8751234"),
    on("PFX", XE, 66, "0.0110", to="12215550100", codes="L702"),
    std("01143820123456", *HELD, codes="R203"), std("0114371234567", *FREE), std("0114351234567", "INTERNATIONAL", 66, "0.1100"),
    std("011441234567", *HELD, codes="R202"),
    # the rate code needs a row in rates on the day, and may be used by this agency
    on("NOR", *HELD, codes="R202"), on("EXP", *HELD, codes="R202"), on("CON", *HELD, codes="A108"), on("FEE", *HELD, codes="T902"),
    on("EXP", XE, 120, "0.20", codes="D403", at="2026-09-30T12:00:00-04:00"), on("MRK", XE, 60, "0.10", seconds=60),
    std(NY, *HELD, codes="A103", line="5025642003"), std(NY, *HELD, codes="A102", line="5025642004"),
    std(NY, *HELD, codes="R203", line="5025642005"),
    # bands by local time at the call's own offset, start inclusive
    *[
        on("BND", XE, 60, amount, at=at, seconds=1)
        for at, amount in (
            (OCT.format("14T07:59:59"), "0.05"), (OCT.format("14T08:00:00"), "0.10"), (OCT.format("14T16:59:59"), "0.10"),
            (OCT.format("14T17:00:00"), "0.07"), (OCT.format("14T22:59:59"), "0.07"), (OCT.format("14T23:00:00"), "0.05"),
            (OCT.format("16T22:00:00"), "0.07"), (OCT.format("17T12:00:00"), "0.05"), (OCT.format("17T18:00:00"), "0.05"),
            (OCT.format("18T16:59:59"), "0.05"), (OCT.format("18T17:00:00"), "0.07"), (OCT.format("18T23:00:00"), "0.05"),
            ("2026-10-13T07:59:30-05:00", "0.05"), ("2026-10-13T08:00:00-05:00", "0.10"), ("2026-10-15T08:00:00Z", "0.10"),
            ("2026-10-19T00:30:00+09:00", "0.05"), ("2026-10-15T08:00:00+05:30", "0.10"), (OCT.format("20T07:59:59.999"), "0.05"),
        )
    ],
    # New York to Chicago is 711 miles by one method, 712 by the other; bounds are inclusive
    on("MIF", XE, 300, "1.2540", to="13122221234", seconds=241), on("MIF", XE, 60, "0.2860", to="13122221234", seconds=1),
    on("MIS", XE, 60, "0.20", to="13122221234", seconds=60), on("MIF", *HELD, to="13129991234", codes="R202"),
    on("UP2", XE, 66, "0.06"), on("EVN", XE, 6, "0", seconds=6), on("EVN", XE, 18, "0.02", seconds=18), on("AWY", XE, 6, "0.01", seconds=6),
    on("SIX", XE, 1, "0.000167", seconds=1), on("SIU", XE, 1, "0.000317", seconds=1), on("SIU", XE, 30, "0.009500", seconds=30),
    on("I18", XE, 18, "0.0147", seconds=13), on("I18", XE, 18, "0.0147", seconds=18), on("I18", XE, 24, "0.0196", seconds=19),
    on("SET", XE, 120, "0.45"),
    # the code's owner, else the charge number's, else the trunk's, each in force on the day
    std(NY, XE, 66, "0.0539", auth_code="48213"), std(NY, XE, 66, "0.0539", auth_code="77777", codes="A104"),
    std(NY, XE, 66, "0.0539", auth_code="99999"), std(NY, XE, 66, "0.0539", auth_code="66666", at=OCT.format("12T09:00:00")),
    std(NY, XE, 66, "0.0539", auth_code="66666", at=OCT.format("09T09:00:00")),
    std(NY, XE, 66, "0.0539", line="5025649999", trunk="TG7"), std(NY, XE, 66, "0.0539", trunk="TG7"),
    std(NY, *HELD, codes="L701", line="5025649999"), std(NY, *HELD, codes="L701", line="5025649999", trunk="TG9"),
    std(NY, "none", line="5025649999", seconds=0), std("911", *FREE, line="5025649999"),
    std(NY, XE, 66, "0.0539", line=SHARED, at=OCT.format("14T23:30:00")),
    std(NY, XE, 66, "0.0539", line=SHARED, at=OCT.format("15T00:00:00")),
    # dates: of the plan, the month, the look-back, the fiscal year
    std(NY, XE, 66, "0.0539", at=OCT.format("19T23:50:00")), std(NY, XE, 66, "0.1078", at=OCT.format("20T00:00:00")),
    std(NY, XE, 66, "0.1078", at=OCT.format("31T23:30:00")), std(NY, *HELD, codes="D401", at="2026-11-01T00:10:00+09:00"),
    std(NY, XE, 66, "0.0539", codes="D403", at="2026-09-30T23:50:00-04:00"),
    std(NY, XE, 66, "0.0539", codes="D403", at="2026-09-01T08:50:00-04:00"),
    std(NY, XE, 66, "0.0539", codes="D403 D404", at="2026-06-30T08:50:00-04:00"),
    std(NY, XE, 66, "0.0539", codes="D403 D404", at="2025-10-01T00:00:00-04:00"),
    std(NY, *HELD, codes="D402", at="2025-09-30T23:50:00-04:00"),
    # answered and seconds
    std(NY, "none", seconds=0), std(NY, *HELD, codes="L708", answered="false"), std(NY, *HELD, codes="L708", seconds=0, answered="true"),
    # the carrier's own figures, length, overlap
    std(NY, XE, 66, "0.0539", codes="L703", vendor_jurisdiction=II), std(NY, XE, 66, "0.0539", vendor_jurisdiction=XE),
    std(NY, XE, 66, "0.0539", codes="L704", vendor_charge="0.0640"), std(NY, XE, 66, "0.0539", vendor_charge="0.0639"),
    std(NY, XE, 66, "0.0539", codes="L704", vendor_charge="0.0438"),
    std(NY, XE, 14406, "23.5298", codes="L705", seconds=14401, at=OCT.format("24T01:00:00")),
    std(NY, XE, 14400, "23.5200", seconds=14400, at=OCT.format("24T10:00:00")),
    std(NY, XE, 60, "0.0980", codes="L705", seconds=60, at=OCT.format("25T10:00:00")),
    std(NY, XE, 60, "0.0980", codes="L705", seconds=60, at="2026-10-25T15:00:59+01:00"),
    std(NY, XE, 60, "0.0980", seconds=60, at="2026-10-25T09:01:59-05:00"),  # begins when the one before ends
]  # fmt: skip


def feed_text(calls, id_column="call_id"):
    rows = []
    for n, (to, _, _, more) in enumerate(calls):
        line, seconds = more.get("line", LINE), more.get("seconds", 62)
        at = more.get("at") or f"2026-10-05T{8 + n // 12:02}:{n % 12 * 5:02}:00-04:00"
        answered = more.get("answered", "true" if seconds else "false")
        rest = [more.get(name, "") for name in ("call_type", "auth_code", "vendor_jurisdiction", "vendor_charge", "trunk")]
        caller = more.get("from_number", line)
        record = [f"L{n}", "CARRIER", line, caller, to, at, str(seconds), answered, more.get("direction", "OUT"), *rest]
        rows.append(",".join(record))
    head = "source,charge_number,from_number,to_number,connect_at,duration_seconds,answered,direction"
    return f"{id_column},{head},call_type,auth_code,vendor_jurisdiction,vendor_charge,trunk\n" + "\n".join(rows) + "\n"


def world(root):
    owners = OWNERS + "".join(f"NUMBER,{line},D7580001,{plan},Y,2020-01-01,\n" for plan, line in OF_PLAN.items())
    changes = {
        "reference/exchanges.csv": EXCHANGES, "reference/local_calling.csv": LOCAL, "reference/call_owners.csv": owners,
        "rates/ld_plans.csv": HEAD + PLANS.lstrip(),
    }  # fmt: skip
    write_world(root, changes)
    add_row(root, "reference/billing_numbers.csv", "CLOSED01,758,Closed,CLOSED,,,,ENGINE,,N,D7580001,2020-01-01,")
    for code, allowed in CODES.items():
        add_row(root, "reference/rate_codes.csv", f"{code},{code},,long_distance,TELECOM,MINUTE,VOICE,,,,,,,,,{allowed},")
    add_row(root, "rates/rates.csv", RATES)
    return root


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    root = world(tmp_path_factory.mktemp("calls"))
    write_feed_text(root, "long_distance", "2026-10", feed_text(CALLS))
    ended = cotbill("run", "2026-10", "-w", str(root), "--as-of", "2026-11-06")
    assert ended.code == 3, ended.err
    return root


def test_every_call_is_classified_billed_and_priced_as_by_hand(month):
    found = {row[0]: row[1:] for row in query(month, "select call_id, jurisdiction, billed_seconds, amount from fact_call")}
    wrong = []
    for n, (to, wanted, _, more) in enumerate(CALLS):
        got = found.get(f"L{n}")
        if wanted[0] in {"held", "none"}:
            right = got is None
        elif wanted == FREE:
            right = got is not None and got[2] == 0
        else:
            right = got == (wanted[0], wanted[1], Decimal(wanted[2]))
        if not right:
            wrong.append((to, more, wanted, got))

    assert wrong == []


def test_every_call_has_the_exceptions_planted_and_no_others(month):
    found: dict[str, list[str]] = {}
    for name, code in query(month, "select source_record_id, code from fact_exception where feed = 'long_distance' order by 1, 2"):
        found.setdefault(name, []).append(code)

    assert found == {f"L{n}": codes.split() for n, (_, _, codes, _) in enumerate(CALLS) if codes}


def test_a_record_is_held_for_a_reason_and_otherwise_billed(month):
    held = sum(wanted == HELD for _, wanted, _, _ in CALLS)

    sql = "select records_in, records_billed, records_held, amount_in - amount_billed - amount_held from control_totals"
    assert query(month, f"{sql} where feed = 'long_distance'") == [(len(CALLS), len(CALLS) - held, held, Decimal("0.00"))]


# billing number, charge number, rate code, first and last day, minutes, amount, prior period, one record's own source
ROWS = [
    ("D7580002", LINE, "LD10", "2026-10-05", "2026-10-09", "2.2", "0.11", False, False),  # two calls by authorisation code
    ("J0390001", LINE, "LD10", "2026-10-05", "2026-10-05", "1.1", "0.05", False, True),
    ("D7580001", LINE, "LD10", "2026-09-01", "2026-09-30", "2.2", "0.11", True, False),  # late: one row a month
    ("D7580001", LINE, "LD10", "2026-06-30", "2026-06-30", "1.1", "0.05", True, True),
    ("D7580001", LINE, "LD10", "2025-10-01", "2025-10-01", "1.1", "0.05", True, True),
    ("D7580001", SHARED, "LD10", "2026-10-14", "2026-10-14", "1.1", "0.05", False, True),
    ("D7580002", SHARED, "LD10", "2026-10-15", "2026-10-15", "1.1", "0.05", False, True),
    ("D7580001", OF_PLAN["BND"], "LD10", "2026-10-13", "2026-10-20", "18", "1.23", False, False),  # 5 x 0.10 + 4 x 0.07 + 9 x 0.05
    ("D7580001", OF_PLAN["EVN"], "LD10", "2026-10-05", "2026-10-05", "0.4", "0.02", False, False),
    ("D7580001", DESK, "LD10", "2026-10-05", "2026-10-05", "6", "1.54", False, False),
    ("D7580001", LINE, "LD20", "2026-10-05", "2026-10-05", "10", "6.50", False, False),  # 4 x 1.40 + 0.90
]  # fmt: skip


def test_a_row_is_the_sum_of_one_billing_number_charge_number_rate_code_and_month(month):
    rows = query(
        month,
        "select billing_number, description, rate_code, service_from, service_to, quantity, amount, is_prior_period,"
        " source_record_id is not null and source_file is not null and source_line is not null and feed is not null"
        " from fact_charge where component = 'CALLS'",
    )
    for number, line, code, first, last, minutes, amount, late, alone in ROWS:
        want = (number, code, dt.date.fromisoformat(first), dt.date.fromisoformat(last), Decimal(minutes), Decimal(amount), late, alone)
        assert [(row[0], *row[2:]) for row in rows if line in row[1] and (row[0], *row[2:5]) == want[:4]] == [want]


def test_a_row_and_its_calls_and_records_agree(month):
    bad = query(
        month,
        "select charge_id from fact_charge c where component = 'CALLS' and (exact_amount <> (select sum(amount) from fact_call f"
        " where f.charge_id = c.charge_id) or quantity - (select sum(quantity) from bridge_charge_source b"
        " where b.charge_id = c.charge_id) not between -0.00001 and 0.00001)",
    )

    assert bad == []


def test_a_mark_up_on_calls_is_a_fee_row_beside_them(month):
    rows = query(
        month,
        "select c.component, c.rate_code, c.exact_amount, c.amount, b.source_record_id = f.call_id from fact_charge c"
        " join bridge_charge_source b using (charge_id) join fact_call f on f.call_id = b.source_record_id"
        " where c.rate_code in ('LDMK', 'FE05') order by 1",
    )

    assert rows == [("CALLS", "LDMK", Decimal("0.10"), Decimal("0.10"), True), ("FEE", "FE05", Decimal("0.005"), Decimal("0.01"), True)]


def test_calls_are_published_in_universal_time(month):
    wanted = next(f"L{n}" for n, call in enumerate(CALLS) if call[3].get("at") == "2026-10-15T08:00:00+05:30")

    assert query(month, f"select connect_at::text from fact_call where call_id = '{wanted}'") == [("2026-10-15 02:30:00",)]


def test_no_called_number_is_published(month):
    called = {to.lstrip("+") for to, _, _, more in CALLS if len(to) >= 7 and more.get("direction") != "IN"}
    own = {*OF_PLAN.values(), LINE, NEAR, OHIO, DESK, SHARED}
    secret = {digits[-10:] for digits in called} - own
    tables = [name for (name,) in query(month, "select table_name from information_schema.tables where table_schema = 'main'")]

    text = "\n".join(str(query(month, f"select * from {name}")) for name in tables)
    text += "".join(path.read_text("utf-8", "replace") for path in (month / "out").rglob("*") if path.is_file())
    assert [number for number in sorted(secret) if number in text] == []


def test_billing_numbers_stay_readable_in_messages(month):
    assert query(month, "select message from fact_exception where code = 'A103'") == [
        ("billing number CLOSED01 is not active on 2026-10-05, D7580001 took over; move it to the taking-over number",)
    ]


def test_a_plan_row_that_prices_nothing_is_named_by_its_line(tmp_path):
    root = world(tmp_path / "w")
    add_row(root, "rates/ld_plans.csv", "BAD,PREFIX,1,LD10,ALL,,,,30,6,0.01,,,,7,HALF_UP,2020-01-01,")
    write_feed_text(root, "long_distance", "2026-10", feed_text(CALLS[:1]))

    ended = cotbill("run", "2026-10", "-w", str(root), "--as-of", "2026-11-06")

    line = len(PLANS.strip().splitlines()) + 2
    assert (ended.code, ended.err.split(": ")[0]) == (11, f"ld_plans.csv:{line}")


def test_a_call_is_billed_once_whatever_file_or_month_brings_it_again(tmp_path):
    root = world(tmp_path / "w")
    september = [std(NY, at=f"2026-09-10T10:0{n}:00-04:00", seconds=60) for n in range(2)]
    text = feed_text(september)
    write_feed_text(root, "long_distance", "2026-09", text)
    assert cotbill("run", "2026-09", "-w", str(root), "--as-of", "2026-10-06").code == 3
    rows = text.splitlines()
    old = [rows[1], rows[2].replace(",60,", ",66,")]  # the same again, and one with other seconds
    day = "2026-10-01T10:00:00-04:00"
    new = [rows[1].replace("L0,", f"{name},").replace("2026-09-10T10:00:00-04:00", day) for name in ("A", "A", "A", "B")]
    new[2] = new[2].replace(",60,", ",90,")
    new[3] = new[3].replace(day, "2026-10-02T10:00:00-04:00")
    write_feed_text(root, "long_distance", "2026-10", "\n".join([rows[0], *old, *new]) + "\n")
    again = "\n".join([rows[0].replace("call_id", "source_record_id"), new[3], new[3].replace("10:00", "11:00")])
    write_feed_text(root, "long_distance", "2026-10", again + "\n", sequence=2)

    ended = cotbill("run", "2026-10", "-w", str(root), "--as-of", "2026-11-06")

    assert ended.code == 3, ended.err
    found = query(
        root,
        "select code, source_record_id, source_file, source_line from fact_exception"
        " where period = '2026-10' and feed = 'long_distance' and source_line is not null order by 3, 4",
    )
    one, two = "long_distance_2026-10_001.csv", "long_distance_2026-10_002.csv"
    assert found == [
        ("U501", "L0", one, 2), ("U502", "L1", one, 3), ("U501", "A", one, 5), ("U502", "A", one, 6),
        ("U501", "B", two, 2), ("U502", "B", two, 3),
    ]  # fmt: skip
    assert query(root, "select service_from, service_to, amount from fact_charge where period = '2026-10'") == [
        (dt.date(2026, 10, 1), dt.date(2026, 10, 2), Decimal("0.10"))  # 2 x 0.049
    ]
