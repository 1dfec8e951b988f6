"""A small world for calls: stations in Frankfort and Covington, places near and far, plans; calls are written as dicts."""

import datetime as dt
from typing import Any

import polars as pl

from billing.call_billing import bill_calls
from billing.frames import Billed, Earlier, Tables
from billing.policy import Policy
from rates.number_plan import builtin
from tests.usage.world import PERIOD, Row, code, rate, records, world

STATION = "5025641234"  # Frankfort, owned by N1 under plan STD
OTHER = "5025642222"  # Frankfort, owned by N3 of another agency, under plan FLAT
COVINGTON = "8592921111"  # owned by N2, under plan STD


def exchange(
    number: str, state: str, lata: str, center: str | None, v: int | None = None, h: int | None = None, block: str | None = None
) -> Row:
    return {"npa": number[:3], "nxx": number[3:6], "block": block, "state": state, "lata": lata, "rate_center": center, "v": v, "h": h}


EXCHANGES = [
    exchange("502564", "KY", "462", "FRANKFORT", 6462, 2634),
    exchange("502875", "KY", "462", "FRANKFORT", 6462, 2634),
    exchange("502839", "KY", "462", "LAWRENCEBG", 6485, 2640),
    exchange("502589", "KY", "462", "LOUISVILLE", 6529, 2772),
    exchange("859233", "KY", "466", "LEXINGTON", 6459, 2562),
    exchange("859292", "KY", "922", "COVINGTON", 6275, 2676),
    exchange("513241", "OH", "922", "CINCINNATI", 6263, 2679),
    exchange("212555", "NY", "132", "NEW YORK", 4997, 1406),
    exchange("312222", "IL", "358", "CHICAGO", 5986, 3426),
    exchange("502777", "KY", "462", "SHELBYVL", 6500, 2690),
    exchange("502777", "KY", "466", "LEXINGTON", 6459, 2562, block="4"),
]


def owner(key: str, billing_number: str = "N1", plan: str | None = "STD", kind: str = "NUMBER", **more: Any) -> Row:
    return {"key_kind": kind, "key": key, "billing_number": billing_number, "plan": plan, "international_allowed": "Y", **more}


OWNERS = [
    owner(STATION), owner(OTHER, "N3", "FLAT"), owner(COVINGTON, "N2"), owner("8005550000", "N1"),
    owner("48213", "N2", kind="AUTH_CODE"), owner("TG7", "N2", kind="TRUNK"),
]  # fmt: skip


def plan(match_kind: str, match: str, rate_per_min: str | None = None, plan: str = "STD", rate_code: str = "LD", **more: Any) -> Row:
    return {
        "plan": plan, "match_kind": match_kind, "match": match, "rate_code": rate_code, "rate_per_min": rate_per_min,
        "first_interval": 30, "sub_interval": 6, "scale": 4, "rounding": "HALF_UP", **more,
    }  # fmt: skip


PLANS = [
    plan("CALL_TYPE", "DA", per_call_charge="1.40", rate_code="DA", scale=2),
    plan("CALL_TYPE", "TF_IN", "0.030"),
    plan("PREFIX", "1", "0.0098"),
    plan("PREFIX", "93", "0.2875", rate_code="IN"),
    plan("PREFIX", "9320", "0.3000", rate_code="IN"),
    plan("PREFIX", "1876", "0.0908", rate_code="IN"),
    plan("PREFIX", "43820", None, rate_code="IN"),
    plan("PREFIX", "8000", "0", rate_code="IN"),
    plan("JURISDICTION", "INTRASTATE_INTRALATA", "0.05"),
    plan("JURISDICTION", "INTRASTATE_INTERLATA", "0.06"),
    plan("JURISDICTION", "INTERSTATE_INTRALATA", "0.07"),
    plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.049"),
    plan("PREFIX", "1", "0.0098", plan="FLAT"),
    plan("PREFIX", "1212", "0.0200", plan="FLAT"),
]


def call_world(plans: list[Row] | None = None, owners: list[Row] | None = None, exchanges: list[Row] | None = None, **more: Any) -> Tables:
    """Tables with the owners, exchanges and plans above, each replaced where given."""
    codes = [code(name, "MINUTE", stream="long_distance", **{"class": "TELECOM"}) for name in ("LD", "IN")]
    codes += [code("DA", "CALL", stream="long_distance", **{"class": "TELECOM"})]
    tables = world(
        more.pop("codes", codes),
        more.pop("rates", [rate("LD"), rate("IN"), rate("DA")]),
        call_owners=owners or OWNERS,
        exchanges=exchanges or EXCHANGES,
        ld_plans=plans or PLANS,
        local_calling=more.pop("local", [{"rate_center_a": "FRANKFORT", "rate_center_b": "LAWRENCEBG"}]),
        **more,
    )
    return Tables({**tables.frames, "number_plan": builtin()})


def call(to_number: str = "2125550100", seconds: int = 62, at: str = "2026-10-14T09:02:11-04:00", **more: Any) -> Row:
    """One answered call from STATION; `at` in its own offset."""
    moment = dt.datetime.fromisoformat(at)
    base: Row = {
        "source": "CARRIER", "charge_number": STATION, "from_number": more.get("charge_number", STATION), "to_number": to_number,
        "connect_at": at, "duration_seconds": seconds, "answered": seconds > 0, "direction": "OUT",
        "call_date": moment.date(), "local_second": moment.hour * 3600 + moment.minute * 60 + moment.second,
        "utc_second": int(moment.timestamp()),
    }  # fmt: skip
    return {**base, **more}


def calls(*rows: Row) -> pl.DataFrame:
    return records("long_distance", *rows)


def bill(*rows: Row, tables: Tables | None = None, policy: Policy | None = None, earlier: Earlier | None = None) -> Billed:
    return bill_calls(calls(*rows), tables or call_world(), PERIOD, policy or Policy(), earlier or Earlier())


def one(row: Row, tables: Tables | None = None, policy: Policy | None = None) -> dict[str, Any]:
    """The listed call of one record."""
    listed = bill(row, tables=tables, policy=policy).calls
    assert listed.height == 1
    return listed.row(0, named=True)
