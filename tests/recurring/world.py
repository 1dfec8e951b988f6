"""One small agency world for the inventory tests: three numbers of two agencies and a rate code of each kind."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from billing.centrex import bill_centrex
from billing.circuits import bill_circuits
from billing.frames import Billed, Earlier, Tables, record_schema, table_schema
from billing.layouts import DTYPES, TABLES
from billing.periods import Period
from billing.policy import Policy
from billing.voip import bill_voip

BILLERS = {"circuits": bill_circuits, "voip": bill_voip, "centrex": bill_centrex}
REQUIRED = {
    "circuits": {"vendor_code": "ATT", "service_type": "ETH", "a_address": "1 Main St", "order_no": "C1"},
    "voip": {"location_id": "FKT1"},
    "centrex": {"centrex_group": "FKFT564", "class_of_service": "1FB", "order_no": "C1", "quantity": "1"},
}

NUMBERS = """
billing_number | agency_code | name | status | valid_from
D1 | 758 | one | ACTIVE | 2010-01-01
D2 | 758 | two | ACTIVE | 2010-01-01
E1 | 605 | three | ACTIVE | 2010-01-01
OLD | 758 | shut | CLOSED | 2010-01-01
BARE | 758 | no string | ACTIVE | 2010-01-01
"""
AGENCIES = """
agency_code | agency_name | branch | consolidated | remit_method | valid_from
758 | Office | EXEC | Y | INTERNAL | 2010-01-01
605 | Court | JUD | N | INTERNAL | 2010-01-01
"""
CODES = """
rate_code | name | stream | class | uom | cost_group | prorate | requires_ticket | allowed_for | free
C30 | Ethernet | circuits | TELECOM | MONTH | NET | DAILY_30 | N | ALL | N
ACT | Actual days | circuits | TELECOM | MONTH | NET | DAILY_ACTUAL | | |
NONE | Whole month | circuits | TELECOM | MONTH | NET | NONE | | |
SNAP | Last day | circuits | TELECOM | MONTH | NET | SNAPSHOT | | |
DFLT | Blank method | circuits | TELECOM | MONTH | NET | | | |
OTHER | Ethernet fast | circuits | TELECOM | MONTH | NET | DAILY_30 | | |
MILE | By mile | circuits | TELECOM | MONTH | NET | DAILY_30 | | |
ZERO | Zero | circuits | TELECOM | MONTH | NET | DAILY_30 | | | N
FREE | Free | circuits | TELECOM | MONTH | NET | DAILY_30 | | | Y
BLANK | No price | circuits | TELECOM | MONTH | NET | DAILY_30 | | |
NORATE | No rate row | circuits | TELECOM | MONTH | NET | DAILY_30 | | |
TICK | Needs ticket | circuits | TELECOM | MONTH | NET | DAILY_30 | Y | |
CONS | Consolidated | circuits | TELECOM | MONTH | NET | DAILY_30 | | CONSOLIDATED |
MARK | Marked up | circuits | TELECOM | MONTH | NET | DAILY_30 | | |
FEE5 | Processing | circuits | FEE | EACH | FEES | | | |
LINE | VoIP line | voip | TELECOM | LINE | VOICE | DAILY_30 | | |
CP-8841 | Phone 8841 | voip | TELECOM | EACH | VOICE | DAILY_30 | | |
VM | Voice mail | voip | TELECOM | EACH | VOICE | NONE | | |
CT | Centrex line | centrex | TELECOM | LINE | VOICE | DAILY_30 | | |
"""
RATES = """
rate_code | valid_from | valid_to | unit_rate | per_mile_rate | mile_method | markup_pct | fee_rate_code | approval_ref | approved_by
C30 | 2010-01-01 | 2026-06-16 | 450 | | | | | S1 | x
C30 | 2026-06-16 | | 480 | | | | | S2 | x
ACT | 2010-01-01 | | 450 | | | | | S1 | x
NONE | 2010-01-01 | | 450 | | | | | S1 | x
SNAP | 2010-01-01 | | 450 | | | | | S1 | x
DFLT | 2010-01-01 | | 450 | | | | | S1 | x
OTHER | 2010-01-01 | | 600 | | | | | S1 | x
MILE | 2010-01-01 | | 50 | 0.85 | FCC10 | | | S1 | x
ZERO | 2010-01-01 | | 0 | | | | | S1 | x
FREE | 2010-01-01 | | 0 | | | | | S1 | x
BLANK | 2010-01-01 | | | | | | | S1 | x
TICK | 2010-01-01 | | 10 | | | | | S1 | x
CONS | 2010-01-01 | | 10 | | | | | S1 | x
MARK | 2010-01-01 | | 100 | | | 5 | FEE5 | S1 | x
LINE | 2010-01-01 | | 5 | | | | | S1 | x
CP-8841 | 2010-01-01 | | 2 | | | | | S1 | x
VM | 2010-01-01 | | 1.50 | | | | | S1 | x
CT | 2010-01-01 | | 20 | | | | | S1 | x
"""
FUNDING = "\n".join(
    ["billing_number | seq | percent | fund | department | valid_from"]
    + [f"{number} | 1 | 100 | 0100 | 758 | 2010-01-01" for number in ("D1", "D2", "E1", "OLD")]
)


def cast(value: str | None, dtype: pl.DataType) -> Any:
    if value is None or value == "":
        return None
    if isinstance(dtype, pl.Decimal):
        return Decimal(value)
    if dtype == pl.Date():
        return dt.date.fromisoformat(value)
    return int(value) if dtype == pl.Int64() else value


def rows(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    names = [name.strip() for name in lines[0].split("|")]
    return [dict(zip(names, [cell.strip() for cell in line.split("|")], strict=True)) for line in lines[1:]]


def table(name: str, text: str) -> pl.DataFrame:
    kinds = {column.name: DTYPES[column.kind] for column in TABLES[name].columns}
    found = [
        {**{key: cast(row.get(key), dtype) for key, dtype in kinds.items()}, "source_file": f"{name}.csv", "source_line": line}
        for line, row in enumerate(rows(text), 2)
    ]
    return pl.DataFrame(found, schema=table_schema(name), orient="row")


def tables(**more: str) -> Tables:
    texts = {"billing_numbers": NUMBERS, "agencies": AGENCIES, "rate_codes": CODES, "rates": RATES, "funding_strings": FUNDING, **more}
    return Tables({name: table(name, text) for name, text in texts.items()})


WORLD = tables()


def records(feed: str, *given: dict[str, str]) -> pl.DataFrame:
    """Make records; source_record_id counts up unless given, and what a test does not care about is filled in."""
    shape = record_schema(feed)
    fixed = {**REQUIRED[feed], "feed": feed, "source_file": f"{feed}_01.csv", "billing_number": "D1"}
    found = [{"source_line": str(line), "source_record_id": f"R{line}", **fixed, **row} for line, row in enumerate(given, 2)]
    return pl.DataFrame([{key: cast(row.get(key), dtype) for key, dtype in shape.items()} for row in found], schema=shape, orient="row")


def circuit(**row: str) -> dict[str, str]:
    return {"circuit_id": "A", "rate_code": "C30", "billing_start_date": "2020-01-01", **row}


def line(**row: str) -> dict[str, str]:
    return {"line_id": "+15025641234", "rate_code": "LINE", "start_date": "2020-01-01", **row}


def station(**row: str) -> dict[str, str]:
    return {"station_no": "5025641234", "usoc": "ESXCF", "rate_code": "CT", "start_date": "2020-01-01", **row}


def bill(feed: str, month: str, *given: dict[str, str], world: Tables = WORLD, policy: Policy | None = None) -> Billed:
    frame = records(feed, *given)
    billed = BILLERS[feed](frame, world, Period.parse(month), policy or Policy(), Earlier())
    assert billed.outcomes.height == frame.height
    assert billed.bridge["charge_id"].sort().equals(billed.charges["charge_id"].sort())
    return billed


def amounts(billed: Billed) -> list[tuple[str, str, str]]:
    """Record, rate code and amount of each charge row, sorted."""
    found = billed.charges.sort("source_record_id", "component", "rate_code", "start_date")
    return [(row["source_record_id"], row["rate_code"], str(row["amount"])) for row in found.to_dicts()]


def dollars(billed: Billed) -> list[str]:
    return [amount for _, _, amount in amounts(billed)]


def codes(billed: Billed) -> list[tuple[str, str]]:
    """Record and code of each finding, sorted."""
    return sorted((row["source_record_id"], row["code"]) for row in billed.findings.to_dicts())


def outcome(billed: Billed) -> list[str]:
    return billed.outcomes.sort("source_file", "source_line")["outcome"].to_list()
