"""Peers' cases of quantities and prices, told to the usage stream."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.vectors import world

MONTH = "2026-03"
Case = Mapping[str, Any]


def _amount(quantity: object, *, code: Case | None = None, rate: Case | None = None, tiers: Sequence[Case] = ()) -> Decimal:
    """What one record of a quantity comes to."""
    return world.total(_billed(quantity, code=code, rate=rate, tiers=tiers))


def _billed(quantity: object, *, code: Case | None = None, rate: Case | None = None, tiers: Sequence[Case] = ()) -> world.Billed:
    numbered = [{"tier_no": n, **tier} for n, tier in enumerate(tiers, start=1)]
    tables = world.tables(rate_codes=[code or {}], rates=[rate or {}], rate_tiers=numbered)
    unit = {"uom": code["uom"]} if code and "uom" in code else {}
    row = {"quantity": str(quantity), "usage_date": f"{MONTH}-14", "worker_id": "W1", "ticket_no": "T1", **unit}
    return world.bill("usage", [row], tables, MONTH)


def _tiered(method: str, tiers: Sequence[Case], quantity: object) -> world.Billed:
    slices = [{"upper_bound": tier["up_to"], "unit_rate": tier["unit"]} for tier in tiers]
    return _billed(quantity, rate={"tier_method": method}, tiers=slices)


def _blocks(case: Case) -> world.Billed:
    bound, tiers = 0, []
    for tier in case["tiers"]:
        bound += tier["max_blocks"] * tier["block"]
        tiers.append({"up_to": bound, "unit": tier["price"]})
    return _tiered(case["mode"].upper(), tiers, case["quantity"])


def graduated(case: Case) -> Case:
    return {"amount": world.total(_tiered("GRADUATED", case["tiers"], case["quantity"]))}


def volume(case: Case) -> Case:
    return {"amount": world.total(_tiered("VOLUME", case["tiers"], case["quantity"]))}


def block_tiers(case: Case) -> Case:
    billed = _blocks(case)
    held = billed.findings["code"].to_list()
    return {"held": held} if held else {"total": world.total(billed)}


def delta_block_tiers(case: Case) -> Case:
    before = sum((Decimal(part) for parts in case["already_billed"].values() for part in parts), Decimal(0))
    return {"delta": sum((world.total(_blocks(unit)) for unit in case["now"]), Decimal(0)) - before}


def package(case: Case) -> Case:
    rate = {"tier_method": "PACKAGE", "package_size": case["package"], "unit_rate": case["price"]}
    return {"amount": _amount(case["quantity"], rate=rate)}


def package_delta(case: Case) -> Case:
    before, now = (package({**case, "quantity": case[name]})["amount"] for name in ("before", "now"))
    return {"amount": now - before}


def late_usage_current_period(case: Case) -> Case:
    """A run of an open period bills it anew: what a run adds is the new bill less the one before."""
    price = case["price"]
    if price["kind"] == "package":
        bills = [package({**price, "quantity": quantity})["amount"] for quantity in case["cumulative"]]
    else:
        bills = [world.total(_tiered(price["kind"].upper(), price["tiers"], quantity)) for quantity in case["cumulative"]]
    return {"run_totals": [now - before for before, now in zip([Decimal(0), *bills], bills, strict=False)]}


def duration_steps(case: Case) -> Case:
    starts = [start for start, _ in case["steps"][1:]]
    tiers = [{"up_to": bound, "unit": price} for bound, (_, price) in zip([*starts, None], case["steps"], strict=True)]
    return {"cost": world.total(_tiered("GRADUATED", tiers, case["hours"]))}


def tier_pick_upper_inclusive(case: Case) -> Case:
    tiers = [{"up_to": tier["finish"], "unit": tier["variable"]} for tier in case["tiers"]]
    return {"variable": _tiered("VOLUME", tiers, case["value"]).charges["unit_rate"][0]}


def unit_round2(case: Case) -> Case:
    return {"amount": _amount(case["quantity"], rate={"unit_rate": case["price"]})}


def lookup(case: Case) -> Case:
    codes = [{"rate_code": key.upper()} for key in case["table"]]
    rates = [{"rate_code": key.upper(), "unit_rate": rate} for key, rate in case["table"].items()]
    billed = world.bill("usage", [{"rate_code": case["key"].upper()}], world.tables(rate_codes=codes, rates=rates), MONTH)
    return {"rate": billed.charges["unit_rate"][0]}


def rate_on_local_day(case: Case) -> Case:
    zone = ZoneInfo(case["timezone"])
    starts = [dt.datetime.fromisoformat(at).astimezone(zone).date().isoformat() for at, _ in case["versions"]]
    rates = [
        {"valid_from": start, "valid_to": stop, "unit_rate": rate}
        for start, stop, (_, rate) in zip(starts, [*starts[1:], None], case["versions"], strict=True)
    ]
    row = {"usage_date": case["local_day"], "service_from": case["local_day"], "service_to": case["local_day"]}
    billed = world.bill("usage", [row], world.tables(rate_codes=[{}], rates=rates), case["local_day"][:7])
    return {"rate": billed.charges["unit_rate"][0]}


def hourly_with_subsidy(case: Case) -> Case:
    hours = Decimal(case["minutes"]) / 60
    return {"cost": _amount(hours, code={"uom": "HOUR"}, rate={"unit_rate": case["rate_per_hour"]})}


def minute_minimum(case: Case) -> Case:
    per_minute = Decimal(case["rate_per_hour"]) / 60
    return {"cost": _amount(case["minutes"], code={"min_charge": case["minimum"]}, rate={"unit_rate": per_minute})}


def _raised(used: str, least: str) -> Decimal:
    """What a least charge adds to a row that comes to `used`."""
    return _amount(used, code={"min_charge": least}, rate={"unit_rate": "1"}) - _amount(used, rate={"unit_rate": "1"})


def min_spend(case: Case) -> Case:
    return {"true_up": _raised(case["now"], case["minimum"])}


def true_up(case: Case) -> Case:
    return {"true_up": _raised(case["used"], case["minimum"])}


def true_up_round_used(case: Case) -> Case:
    return {"true_up": _raised(case["used"], case["commitment"])}


def sum_of_rounded(case: Case) -> Case:
    tables = world.tables(rate_codes=[{}], rates=[{"unit_rate": "1"}])
    return {"subtotal": world.total(world.bill("usage", [{"quantity": line} for line in case["lines"]], tables, MONTH))}


def interval_steps(case: Case) -> Case:
    step = case["steps"][0]
    if step["ceil"]:
        rate = {"tier_method": "PACKAGE", "package_size": step["interval"], "unit_rate": step["price"]}
    else:
        rate = {"unit_rate": Decimal(step["price"]) / Decimal(step["interval"])}
    billed = _billed(case["volume"], rate=rate)
    held = billed.findings["code"].to_list()
    return {"held": held} if held else {"charge": world.total(billed)}


KINDS = {
    kind.__name__: kind
    for kind in (
        graduated, volume, block_tiers, delta_block_tiers, package, package_delta, late_usage_current_period, duration_steps,
        tier_pick_upper_inclusive, unit_round2, lookup, rate_on_local_day, hourly_with_subsidy, minute_minimum, min_spend, true_up,
        true_up_round_used, sum_of_rounded, interval_steps,
    )
}  # fmt: skip
