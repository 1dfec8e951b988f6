"""A slow, obvious twin of call billing: one call at a time, text and Decimal, rules in the order people write them."""

import datetime as dt
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from billing.frames import Tables
from billing.mileage import fcc10_miles, simple_miles
from tests.usage.world import Row

TOLL_FREE = {"800", "822", "833", "844", "855", "866", "877", "888"}
ROUNDINGS = {"HALF_UP": ROUND_HALF_UP, "UP": ROUND_CEILING, "HALF_EVEN": ROUND_HALF_EVEN}


def rows(tables: Tables, name: str) -> list[Row]:
    return tables[name].to_dicts()


def live(row: Row, day: dt.date) -> bool:
    return row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])


def ten(text: str) -> str | None:
    if len(text) == 10 and text.isdigit():
        return text
    bare = text.removeprefix("+")
    return bare[1:] if len(bare) == 11 and bare.isdigit() and bare[0] == "1" else None


def owner_of(call: Row, tables: Tables) -> Row | None:
    for kind, column in (("AUTH_CODE", "auth_code"), ("NUMBER", "charge_number"), ("TRUNK", "trunk")):
        for row in rows(tables, "call_owners"):
            if row["key_kind"] == kind and call.get(column) is not None and row["key"] == call[column] and live(row, call["call_date"]):
                return row
    return None


def place(number: str | None, tables: Tables) -> Row:
    found: Row = {"state": None, "lata": None, "rate_center": None, "v": None, "h": None, "country": None, "npa": None}
    if number is None:
        return found
    for row in rows(tables, "number_plan"):
        if row["npa"] == number[:3]:
            found |= {"state": row["state"], "country": row["country"]}
    exchanges = [row for row in rows(tables, "exchanges") if (row["npa"], row["nxx"]) == (number[:3], number[3:6])]
    for block in (None, number[6]):
        for row in exchanges:
            if row["block"] == block:
                found |= {name: row[name] for name in ("state", "lata", "rate_center", "v", "h")}
    return found


def dialled_as(call: Row) -> tuple[str | None, str | None]:
    """The ten digits dialled, and the digits of a number abroad; one of the two or neither."""
    dialled = call["to_number"]
    if dialled.startswith("011") or (dialled[0] == "+" and ten(dialled) is None):
        world = dialled.removeprefix("011") if dialled.startswith("011") else dialled[1:]
        barred = "0" if dialled.startswith("011") else "01"
        return None, world if world.isdigit() and 4 <= len(world) <= 15 and world[0] not in barred else None
    caller = ten(call["from_number"]) or ten(call["charge_number"])
    if len(dialled) == 7 and dialled.isdigit() and caller is not None:
        return caller[:3] + dialled, None
    return ten(dialled), None


def classify(call: Row, tables: Tables) -> tuple[str, str | None]:
    """The class of a call, and the digits after the + where it has such."""
    called, world = dialled_as(call)
    if call["direction"] == "IN":
        if (called or "")[:3] in TOLL_FREE or (ten(call["charge_number"]) or "")[:3] in TOLL_FREE:
            return "TOLL_FREE", called and "1" + called
        if call.get("call_type") is None:
            return "INCOMING", None
    if call["to_number"] in {"211", "311", "411", "511", "611", "711", "811", "911"}:
        return ("DA" if call["to_number"] == "411" else "SERVICE"), None
    if world is not None:
        return "INTERNATIONAL", world
    return ("UNKNOWN", None) if called is None else classify_domestic(call, called, tables)


def classify_domestic(call: Row, called: str, tables: Tables) -> tuple[str, str | None]:
    here, there = place(ten(call["from_number"]) or ten(call["charge_number"]), tables), place(called, tables)
    if called[:3] in TOLL_FREE:
        return "TOLL_FREE_OUT", None
    if called[3:] == "5551212":
        return "DA", "1" + called
    if there["country"] not in (None, "US"):
        return "INTERNATIONAL", "1" + called
    if called[:3] == "900" or called[3:6] == "976":
        return "PREMIUM", None
    return ("LOCAL" if is_local(here, there, tables) else jurisdiction(here, there)), "1" + called


def is_local(here: Row, there: Row, tables: Tables) -> bool:
    a, b = here["rate_center"], there["rate_center"]
    if a is None or b is None:
        return False
    pairs = {(row["rate_center_a"], row["rate_center_b"]) for row in rows(tables, "local_calling")}
    return (a, here["state"]) == (b, there["state"]) or (a, b) in pairs or (b, a) in pairs


def jurisdiction(here: Row, there: Row) -> str:
    same_state = here["state"] is not None and here["state"] == there["state"]
    same_lata = here["lata"] is not None and here["lata"] == there["lata"]
    return f"{'INTRASTATE' if same_state else 'INTERSTATE'}_{'INTRALATA' if same_lata else 'INTERLATA'}"


def band_of(call: Row) -> str:
    weekday, hour = call["call_date"].isoweekday(), call["local_second"] // 3600
    if weekday <= 5 and 8 <= hour < 17:
        return "DAY"
    return "EVENING" if weekday != 6 and 17 <= hour < 23 else "NIGHT"


def miles_of(call: Row, row: Row, tables: Tables) -> int | None:
    """Only between two exchanges: directory assistance, toll-free and foreign numbers are nowhere."""
    if not classify(call, tables)[0].startswith(("INTRASTATE", "INTERSTATE")):
        return None
    caller = ten(call["from_number"]) or ten(call["charge_number"])
    called, _ = dialled_as(call)
    ends = [place(caller, tables)["v"], place(caller, tables)["h"], place(called, tables)["v"], place(called, tables)["h"]]
    if any(end is None for end in ends):
        return None
    return (simple_miles if row["mile_method"] == "SIMPLE" else fcc10_miles)(*ends)


def fits(row: Row, call: Row, tables: Tables) -> bool:
    if not live(row, call["call_date"]) or row["time_band"] not in (None, "ALL", band_of(call)):
        return False
    if row["mile_low"] is None and row["mile_high"] is None:
        return True
    miles = miles_of(call, row, tables)
    return miles is not None and (row["mile_low"] or 0) <= miles and (row["mile_high"] is None or miles <= row["mile_high"])


def plan_row(call: Row, plan: str, kind: str, digits: str | None, tables: Tables) -> Row | None:
    mine = [row for row in rows(tables, "ld_plans") if row["plan"] == plan]
    derived = {"TOLL_FREE": "TF_IN", "DA": "DA", "INTERNATIONAL": "IDDD"}.get(kind, "DDD")
    wanted = [("CALL_TYPE", call.get("call_type") or derived)]
    if derived in ("TF_IN", "DA"):
        wanted.append(("CALL_TYPE", derived))
    by_jurisdiction = any(row["match_kind"] == "JURISDICTION" and live(row, call["call_date"]) for row in mine)
    if digits is not None and (kind == "INTERNATIONAL" or not by_jurisdiction):
        wanted += [("PREFIX", digits[:n]) for n in range(len(digits), 0, -1)]
    wanted.append(("JURISDICTION", kind))
    for match_kind, match in wanted:
        found = [row for row in mine if (row["match_kind"], row["match"]) == (match_kind, match) and fits(row, call, tables)]
        if found:
            return min(
                found, key=lambda row: (row["time_band"] in (None, "ALL"), -(row["mile_low"] if row["mile_low"] is not None else -1))
            )
    return None


def price(row: Row, seconds: int) -> tuple[int, Decimal]:
    """Billed seconds and the amount; rounded once."""
    first = row["first_interval"] if row["first_interval"] is not None else row["sub_interval"] or 60
    sub = row["sub_interval"] if row["sub_interval"] is not None else row["first_interval"] or 60
    billed = first
    while billed < seconds:
        billed += sub
    if row["rate_per_min"] is not None:
        sixtieths = row["rate_per_min"] * billed
    else:
        further = 0
        while 60 + 60 * further < billed:
            further += 1
        sixtieths = ((row["initial_rate"] or 0) + (row["additional_rate"] or 0) * further) * 60
    sixtieths += (row["per_call_charge"] or 0) * 60
    unit = Decimal(1).scaleb(-row["scale"])
    # compared in sixtieths, so that a third of a cent is as exact as a half
    whole, rest = divmod(sixtieths, unit * 60)
    half = unit * 30
    mode = row["rounding"]
    up = rest > 0 if mode == "UP" else rest > half or (rest == half and (mode == "HALF_UP" or whole % 2 == 1))
    return billed, (whole + up) * unit


def rate(call: Row, tables: Tables) -> tuple[str, Any]:
    """(`free`, class), (`held`, why) or (`billed`, (billing number, rate code, billed seconds, amount, class))."""
    if not call["answered"] and call["duration_seconds"] == 0:
        return "free", "unanswered"
    kind, digits = classify(call, tables)
    owner = owner_of(call, tables)
    is_free = kind in ("SERVICE", "TOLL_FREE_OUT", "INCOMING", "LOCAL")
    if call["answered"] != (call["duration_seconds"] > 0):
        return "held", "L708"
    if is_free:
        return "free", kind
    if kind in ("PREMIUM", "UNKNOWN"):
        return "held", {"PREMIUM": "L707", "UNKNOWN": "L709"}[kind]
    if owner is None:
        return "held", "L701"
    row = plan_row(call, owner["plan"], kind, digits, tables) if owner["plan"] else None
    if owner["plan"] and row is None:
        return "held", "R202"
    if row is None or all(row[name] is None for name in ("rate_per_min", "initial_rate", "per_call_charge")):
        return "held", "R203"
    return "billed", (owner["billing_number"], row["rate_code"], *price(row, call["duration_seconds"]), kind)
