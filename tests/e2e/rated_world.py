"""Rates, numbers and four months of usage, vendor cost and assessments: one billing number for each thing to show."""

from pathlib import Path

from tests.e2e.world import REFERENCE, write_feed_text, write_world

MONTH = "2026-10"
EARLIER = ("2026-07", "2026-08", "2026-09")
_PLAIN = [f"B{number:02d}" for number in range(1, 45)]
_GROUPED = [f"{group}{number}" for group in ("GA", "GB", "GC") for number in (1, 2, 3)]
_CODES = """
RT10 usage RATED EACH
RD10 usage RATED EACH
MU10 usage RATED EACH
MC10 usage RATED EACH min_charge=25.00
IN10 usage RATED GB_MONTH min_quantity=10 increment=4
PK10 usage RATED EACH
HM10 usage RATED HOUR increment=0.25 min_charge=50.00
HP10 usage RATED HOUR
CO10 usage RATED EACH allowed_for=CONSOLIDATED
NC10 usage RATED EACH allowed_for=NON_CONSOLIDATED
FR10 usage RATED EACH free=Y
ZR10 usage RATED EACH
NR10 usage RATED EACH
NX10 usage RATED EACH
AG10 usage RATED EACH
AT10 usage RATED GB_MONTH
TC10 usage RATED GB_MONTH
PT30 pass_through PASS EACH
PT40 pass_through PASS EACH
PT50 pass_through PASS EACH
PT60 pass_through PASS EACH
PT70 pass_through PASS EACH
TB10 usage RATED EACH
EB01 fixed_cost RATED EACH
EB02 fixed_cost FIXED EACH
SX01 adjustments FEE EACH
PC01 pass_through FEE EACH
LN01 voip FEE EACH
"""
_RATES = """RT10,2020-01-01,2026-10-15,1.00,,,,,,,OLD,cfo
RT10,2026-10-15,,1.50,,,,,,,NEW,cfo
RD10,2020-01-01,,1,,,,,,,S,cfo
MU10,2020-01-01,,3.333333,,,10,FE05,,,S,cfo
MC10,2020-01-01,,1.50,,,,,,,S,cfo
IN10,2020-01-01,,0.10,,,,,,,S,cfo
PK10,2020-01-01,,7.50,,,,,PACKAGE,100,S,cfo
HM10,2020-01-01,,40,,,,,,,S,cfo
HP10,2020-01-01,,40,,,,,,,S,cfo
CO10,2020-01-01,,1,,,,,,,S,cfo
NC10,2020-01-01,,1,,,,,,,S,cfo
FR10,2020-01-01,,0,,,,,,,S,cfo
ZR10,2020-01-01,,0,,,,,,,S,cfo
NR10,2020-01-01,,,,,,,,,S,cfo
AG10,2020-01-01,,2.00,,,5,FE05,,,TABLE,cfo
AT10,2020-01-01,,,,,,,GRADUATED,,TABLE,cfo
TC10,2020-01-01,2026-10-15,,,,,,GRADUATED,,T1,cfo
TC10,2026-10-15,,,,,,,GRADUATED,,T2,cfo
PT30,2020-01-01,,,,,,,,,S,cfo
PT40,2020-01-01,,,,,5,,,,S,cfo
PT50,2020-01-01,2026-10-01,,,,5,FE05,,,S1,cfo
PT50,2026-10-01,,,,,10,FE05,,,S2,cfo
PT70,2020-01-01,,,,,,,,,S,cfo
TB10,2020-01-01,,1,,,5,FE05,,,S,cfo
EB02,2020-01-01,,,,,10,FE05,,,S,cfo
"""
_TIERS = """AT10,2020-01-01,1,1000,0.10
AT10,2020-01-01,2,,0.05
TC10,2020-01-01,1,100,1.00
TC10,2020-01-01,2,,0.50
TC10,2026-10-15,1,100,2.00
TC10,2026-10-15,2,,1.00
"""
_AGREED = """agency_code,billing_number,rate_code,valid_from,valid_to,unit_rate,markup_pct,approval_ref,approved_by
758,,AG10,2020-01-01,,1.80,,AGENCY,cfo
758,B21,AG10,2020-01-01,,,0,NUMBER,cfo
758,B22,AG10,2020-01-01,,0,,NUMBER,cfo
758,B23,AT10,2020-01-01,2026-10-01,0.07,,TIERS,cfo
758,B24,AT10,2020-01-01,,0.07,,TIERS,cfo
758,B25,NX10,2020-01-01,,4.00,,ALONE,cfo
"""
_SURCHARGES = """surcharge_code,kind,applies_to,percent,amount,valid_from,valid_to
SX01,FEE_ON_TOTAL,TB10;PT70;FEE,0.5,,2020-01-01,
PC01,PERCENT_OF_COST,PT30;PT30,5,,2020-01-01,
LN01,PER_LINE,VP10;CX10,,0.75,2020-01-01,
"""
_ACCOUNTS = """vendor_code,account,billing_number,rate_code,valid_from,valid_to
V1,ACC-J,J0390001,PT20,2020-01-01,
V1,ACC-B,B01,PT20,2020-01-01,
"""
_CONTACTS = """758,SECURITY,No Order,no@example.org,N,Y,2020-01-01,
758,HR,Former,old@example.org,Y,N,2020-01-01,2026-10-10
039,HR,Court,court@example.org,Y,N,2020-01-01,
"""
_CODE_TAIL = ("prorate", "bill_timing", "min_quantity", "increment", "min_charge", "requires_ticket", "allowed_for", "free")


def _codes() -> str:
    rows = []
    for line in _CODES.strip().splitlines():
        code, stream, kind, uom, *more = line.split()
        said = dict(word.split("=") for word in more)
        rows.append(",".join([code, f"Name of {code}", "", stream, kind, uom, "X", "", "", *[said.get(name, "") for name in _CODE_TAIL]]))
    return REFERENCE["reference/rate_codes.csv"] + "\n".join(rows) + "\n"


def _numbers() -> str:
    rows = [f"{number},758,{number},ACTIVE,,,,ENGINE,,N,,2020-01-01," for number in [*_PLAIN, "NF01", "FF01"]]
    rows += [f"{number},758,{number},ACTIVE,,GRP{number[:2]},,ENGINE,,N,,2020-01-01," for number in _GROUPED]
    rows += ["CL01,758,Closed,ACTIVE,,,,ENGINE,,N,,2020-01-01,2026-09-15", "CL01,758,Closed,CLOSED,,,,ENGINE,,N,B01,2026-09-15,"]
    rows += ["NW01,758,New,ACTIVE,,,,ENGINE,,N,,2026-10-10,", "EX01,758,Exempt,ACTIVE,,,,ENGINE,,Y,,2020-01-01,"]
    return REFERENCE["reference/billing_numbers.csv"] + "\n".join(rows) + "\n"


def _strings() -> str:
    whole = [(number, 1, 100, "0100", "") for number in [*_PLAIN, *_GROUPED, "CL01", "NW01", "EX01"]]
    by_code = [("FF01", 1, 50, "0100", ""), ("FF01", 2, 50, "0200", "")]
    by_code += [("FF01", 3, 70, "0300", "SX01;PT10"), ("FF01", 4, 30, "0400", "SX01;PT10")]
    rows = [
        f"{number},{seq},{percent},{fund},758,0001{',' * 12}{codes},2020-01-01," for number, seq, percent, fund, codes in whole + by_code
    ]
    return REFERENCE["reference/funding_strings.csv"] + "\n".join(rows) + "\n"


def use(
    record: str, owner: str, code: str, quantity: object, uom: str = "EACH", first: str = "2026-10-01", last: str = "2026-10-31",
    *, day: str = "", ticket: str = "", asked: str = "", resource: str = "", worker: str = "",
) -> str:  # fmt: skip
    """One usage row."""
    return f"{record},{owner},{first},{last},{ticket},{asked},{code},{quantity},{uom},{day},{resource},{worker}"


def bought(
    record: str, owner: str, code: str, cost: str, line: int, *, invoice: str = "I1", dated: str = "2026-10-05", vendor: str = "V1",
    first: str = "2026-10-01", last: str = "2026-10-31", quantity: str = "", price: str = "", tax: str = "", on_top: str = "",
    group: str = "", account: str = "",
) -> str:  # fmt: skip
    """One pass-through row."""
    return (
        f"{record},{owner},{first},{last},{vendor},Acme,{account},{invoice},{dated},{line},{code},{cost},{quantity},{price},"
        f"{tax},{on_top},2026-10-09,{group}"
    )


def assessed(
    record: str, owner: str, code: str = "EA01", *, year: str = "", pool: str = "", name: str = "A", share: str = "", agency: str = "",
    first: str = "2026-07", last: str = "2027-06",
) -> str:  # fmt: skip
    """One fixed-cost row."""
    method = "ALLOCATED" if pool else "AMOUNT"
    return f"{record},{owner},{name},{method},{code},{agency},{year},{pool},FTE,{share},2026-07-01,{first},{last},EQUAL_12,FM-1"


_HEADS = {
    "usage": "source_record_id,billing_number,service_from,service_to,ticket_no,requested_by,rate_code,quantity,uom,usage_date,resource_id,"
    "worker_id",
    "pass_through": "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_account,vendor_invoice_no,"
    "vendor_invoice_date,vendor_line_no,rate_code,cost_amount,quantity,unit_cost,tax_amount,surcharge_amount,received_date,charge_group",
    "fixed_cost": "source_record_id,billing_number,assessment_id,method,rate_code,agency_code,annual_amount,pool_annual_amount,basis,"
    "basis_quantity,basis_as_of,start_period,end_period,spread,approval_ref",
}


def write_month(root: Path, period: str, rows: dict[str, list[str]]) -> None:
    """Write the three feeds of a month."""
    for feed, head in _HEADS.items():
        write_feed_text(root, feed, period, "\n".join([head, *rows.get(feed, [])]) + "\n")


def write_rated_world(root: Path) -> Path:
    """Write reference and rates."""
    return write_world(
        root,
        {
            "reference/agencies.csv": REFERENCE["reference/agencies.csv"] + "999,Numberless,,EXEC,Y,,,,INTERNAL,2020-01-01,\n",
            "reference/agency_contacts.csv": REFERENCE["reference/agency_contacts.csv"] + _CONTACTS,
            "reference/billing_numbers.csv": _numbers(),
            "reference/funding_strings.csv": _strings(),
            "reference/rate_codes.csv": _codes(),
            "reference/vendor_accounts.csv": _ACCOUNTS,
            "rates/rates.csv": REFERENCE["rates/rates.csv"] + _RATES,
            "rates/rate_tiers.csv": REFERENCE["rates/rate_tiers.csv"] + _TIERS,
            "rates/agency_rates.csv": _AGREED,
            "rates/surcharges.csv": _SURCHARGES,
        },
    )
