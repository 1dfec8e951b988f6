"""A small workspace written as text by a test: only contract names, no code of the program."""

import csv
import hashlib
import io
import json
from decimal import Decimal
from pathlib import Path

FEED_SUMS = {
    "usage": ("quantity", None), "pass_through": ("quantity", "cost_amount"), "centrex": ("quantity", None), "stock": ("quantity", None),
    "adjustments": ("quantity", "amount"), "long_distance": ("duration_seconds", None),
}  # fmt: skip

REFERENCE = {
    "reference/agencies.csv": """
agency_code,agency_name,cabinet,branch,consolidated,fixed_cost_billing_number,billing_contact,fiscal_officer,remit_method,valid_from,valid_to
758,Department of Parks,Tourism,EXEC,Y,D7580001,,,INTERNAL,2020-01-01,
039,Court of Justice,Judicial,JUD,N,J0390001,,,INTERNAL,2020-01-01,
""",
    "reference/billing_numbers.csv": """
billing_number,agency_code,name,status,f100_ref,invoice_group,delivery,split_mode,default_object,tax_exempt,closed_to,valid_from,valid_to
D7580001,758,Parks main,ACTIVE,,,,ENGINE,,N,,2020-01-01,
D7580002,758,Parks lodges,ACTIVE,,,,ENGINE,,Y,,2020-01-01,
J0390001,039,Courts,ACTIVE,,,,EMARS,,N,,2020-01-01,
""",
    "reference/agency_contacts.csv": """
agency_code,role,name,email,may_order,may_approve,valid_from,valid_to
758,IT_SERVICES,Jo Doe,jo.doe@example.org,Y,N,2020-01-01,
""",
    "reference/funding_strings.csv": """
billing_number,seq,percent,fund,department,unit,appropriation_unit,object,sub_object,activity,function,program,phase,project,reporting_category,location,federal_share_pct,rate_code_filter,valid_from,valid_to
D7580001,1,50,0100,758,0001,,,,,,,,,,,,,2020-01-01,
D7580001,2,30,1200,758,0001,,,,,,,,,,,100,,2020-01-01,
D7580001,3,20,1300,758,0001,,,,,,,,,,,,,2020-01-01,
D7580002,1,100,0100,758,0002,,,,,,,,,,,,,2020-01-01,
J0390001,1,60,0100,039,0001,,,,,,,,,,,,,2020-01-01,
J0390001,2,40,0200,039,0001,,,,,,,,,,,,,2020-01-01,
""",
    "reference/rate_codes.csv": """
rate_code,name,description,stream,class,uom,cost_group,revenue_source,buyer_object,prorate,bill_timing,min_quantity,increment,min_charge,requires_ticket,allowed_for,free
VS10,Virtual server,,usage,RATED,USER_MONTH,HOSTING,,,,,,,,,,
HR10,Consulting,,usage,RATED,HOUR,LABOR,,,,,1,0.25,,Y,,
ST10,Storage graduated,,usage,RATED,GB_MONTH,STORAGE,,,,,,,,,,
ST20,Storage volume,,usage,RATED,GB_MONTH,STORAGE,,,,,,,,,,
EA01,Assessment,,fixed_cost,FIXED,EACH,EA,,,,,,,,,,
PT10,Vendor cost,,pass_through,PASS,EACH,PASS,,,,,,,,,,
PT20,Cloud,,pass_through,PASS,EACH,PASS,,,,,,,,,,
FE05,Processing charge,,pass_through,FEE,EACH,FEES,,,,,,,,,,
NT40,Ethernet,,circuits,TELECOM,EACH,NETWORK,,,DAILY_30,ARREARS,,,,,,
VP10,VoIP line,,voip,TELECOM,EACH,VOICE,,,DAILY_30,ARREARS,,,,,,
CX10,Centrex line,,centrex,TELECOM,EACH,VOICE,,,DAILY_30,ARREARS,,,,,,
LD10,Long distance,,long_distance,TELECOM,MINUTE,VOICE,,,,,,,,,,
SK10,IP phone,,stock,STOCK,EACH,STOCK,,,,,,,,,,
SF01,Support services fee,,usage,FEE,EACH,FEES,,,,,,,,,,
""",
    "reference/stock_items.csv": """
item_no,description,rate_code,tagged,restocking_pct
PH8841,IP phone,SK10,N,10
""",
    "reference/call_owners.csv": """
key_kind,key,billing_number,plan,international_allowed,valid_from,valid_to
NUMBER,5025641234,D7580001,STD,N,2020-01-01,
""",
    "reference/exchanges.csv": """
npa,nxx,block,state,lata,rate_center,v,h
502,564,,KY,462,FRANKFORT,6400,2700
606,432,,KY,466,PIKEVILLE,6400,2500
212,555,,NY,132,NEW YORK,4997,1406
""",
    "rates/rates.csv": """
rate_code,valid_from,valid_to,unit_rate,per_mile_rate,mile_method,markup_pct,fee_rate_code,tier_method,package_size,approval_ref,approved_by
VS10,2020-01-01,2026-10-01,30.00,,,,,,,SAMPLE-1,cfo
VS10,2026-10-01,,32.86,,,,,,,SAMPLE-2,cfo
HR10,2020-01-01,,78.06,,,,,,,SAMPLE-1,cfo
ST10,2020-01-01,,,,,,,GRADUATED,,SAMPLE-1,cfo
ST20,2020-01-01,,,,,,,VOLUME,,SAMPLE-1,cfo
PT10,2020-01-01,,,,,5,FE05,,,SAMPLE-1,cfo
PT20,2020-01-01,,,,,,,,,SAMPLE-1,cfo
FE05,2020-01-01,,,,,,,,,SAMPLE-1,cfo
NT40,2020-01-01,,450.00,,,,,,,SAMPLE-1,cfo
VP10,2020-01-01,,11.00,,,,,,,SAMPLE-1,cfo
CX10,2020-01-01,,20.00,,,,,,,SAMPLE-1,cfo
LD10,2020-01-01,,,,,,,,,SAMPLE-1,cfo
SK10,2020-01-01,,,,,5,FE05,,,SAMPLE-1,cfo
SF01,2020-01-01,,,,,,,,,SAMPLE-1,cfo
""",
    "rates/rate_tiers.csv": """
rate_code,valid_from,tier_no,upper_bound,unit_rate
ST10,2020-01-01,1,1000,0.10
ST10,2020-01-01,2,10000,0.08
ST10,2020-01-01,3,,0.05
ST20,2020-01-01,1,1000,0.10
ST20,2020-01-01,2,10000,0.08
ST20,2020-01-01,3,,0.05
""",
    "rates/ld_plans.csv": """
plan,match_kind,match,rate_code,time_band,mile_low,mile_high,mile_method,first_interval,sub_interval,rate_per_min,initial_rate,additional_rate,per_call_charge,scale,rounding,valid_from,valid_to
STD,JURISDICTION,INTERSTATE_INTERLATA,LD10,ALL,,,,30,6,0.049,,,,4,HALF_UP,2020-01-01,
STD,JURISDICTION,INTRASTATE_INTERLATA,LD10,ALL,,,,30,6,0.05,,,,4,HALF_UP,2020-01-01,
STD,CALL_TYPE,DA,LD10,ALL,,,,60,60,,,,1.40,4,HALF_UP,2020-01-01,
STD,PREFIX,93,LD10,ALL,,,,30,6,0.2875,,,,4,HALF_UP,2020-01-01,
""",
}


def write_world(root: Path, changes: dict[str, str] | None = None, settings: str = "") -> Path:
    """Write reference and rates, with whole files replaced by `changes`, and nine empty feeds' folder."""
    for name, text in {**REFERENCE, **(changes or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    (root / "cotbill.toml").write_text(settings, encoding="utf-8")
    return root


def add_row(root: Path, name: str, row: str) -> None:
    """Append one row to a reference or rate table."""
    with (root / name).open("a", encoding="utf-8") as file:
        file.write(row + "\n")


def write_feed_text(root: Path, feed: str, period: str, text: str, sequence: int = 1, *, manifest: bool = True) -> Path:
    """Write a feed file as given, with a true manifest beside it."""
    text = text.lstrip("\n")
    path = root / "inbox" / period / f"{feed}_{period}_{sequence:03d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if manifest:
        write_manifest(path, feed, period, sequence)
    return path


def write_manifest(path: Path, feed: str, period: str, sequence: int, **changes: object) -> Path:
    """Write the manifest that is true of a file, with fields changed on request."""
    data = path.read_bytes()
    csv.field_size_limit(100_000_000)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8", "replace"))))
    quantity, amount = FEED_SUMS.get(feed, (None, None))

    def total(column: str | None) -> str | None:
        if column is None or not rows or column not in rows[0]:
            return None
        try:
            found = sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))
            return str(found) if found.is_finite() else None
        except ArithmeticError:
            return None

    body = {
        "feed": feed, "layout_version": "1", "period": period, "sequence": sequence, "producer": "test",
        "produced_at": f"{period}-28T00:00:00+00:00", "row_count": len(rows), "sum_quantity": total(quantity), "sum_amount": total(amount),
        "sha256": hashlib.sha256(data).hexdigest(), **changes,
    }  # fmt: skip
    place = path.with_name(path.stem + ".manifest.json")
    place.write_text(json.dumps(body), encoding="utf-8")
    return place
