"""Peers' cases of timed calls, told to the long-distance stream."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from billing.policy import Policy, TimeBand
from tests.vectors import world

Case = Mapping[str, Any]
NOON = "2026-03-04T12:00:00"
WORKDAYS = (1, 2, 3, 4, 5)
EXCHANGES = [
    {"npa": "502", "nxx": "555", "state": "KY", "lata": "462", "rate_center": "FRANKFORT"},
    {"npa": "212", "nxx": "555", "state": "NY", "lata": "132", "rate_center": "NEW YORK"},
]
AREAS = [{"npa": "502", "country": "US", "state": "KY"}, {"npa": "212", "country": "US", "state": "NY"}]


def _cost(start: str, seconds: int, plans: Sequence[Case], policy: Policy | None = None) -> Decimal:
    """What one answered call comes to."""
    tables = world.tables(
        rate_codes=[{"stream": "long_distance", "class": "TELECOM", "uom": "MINUTE"}],
        rates=[{}],
        ld_plans=plans,
        call_owners=[{}],
        exchanges=EXCHANGES,
        number_plan=AREAS,
    )
    row = {"duration_seconds": seconds, **world.moment(start)}
    billed = world.bill("long_distance", [row], tables, start[:7], policy)
    world.amounts(billed)  # a hold shows itself
    (amount,) = billed.calls["amount"].to_list()
    return amount


def _plan(steps: Sequence[Case], connect: str = "0") -> Case:
    """A plan row of a first step and a further one at the same price per minute."""
    first, further = steps[0], steps[-1]
    return {
        "first_interval": first["increment_s"],
        "sub_interval": further["increment_s"],
        "rate_per_min": Decimal(first["price"]) * 60 / first["per_s"],
        "per_call_charge": connect,
    }


def _seconds(case: Case) -> int:
    return int((dt.datetime.fromisoformat(case["end"]) - dt.datetime.fromisoformat(case["start"])).total_seconds())


def timed_call(case: Case) -> Case:
    day, night = case["bands"][0], case["bands"][1] if len(case["bands"]) > 1 else case["bands"][0]
    plans = [{"time_band": name, **_plan(band["steps"], band["connect"])} for name, band in (("DAY", day), ("NIGHT", night))]
    policy = Policy(time_bands=(TimeBand("DAY", WORKDAYS, dt.time(0), dt.time(18)),))
    return {"cost": _cost(case["start"], _seconds(case), plans, policy)}


def banded_call_run(case: Case) -> Case:
    plans = []
    for name, steps in (("DAY", case["peak"]), ("NIGHT", case["off"])):
        told = [{"price": step["rate"], "per_s": step["unit_s"], "increment_s": step["increment_s"]} for step in steps]
        plans.append({"time_band": name, **_plan(told, steps[0]["connect"])})
    policy = Policy(time_bands=(TimeBand("DAY", WORKDAYS, dt.time(8), dt.time(18)),))
    return {"cost": _cost(case["start"], case["seconds"], plans, policy)}


def step_cost(case: Case) -> Case:
    return {"cost": _cost(NOON, case["seconds"], [_plan(case["steps"])])}


def call_rounded(case: Case) -> Case:
    plan = {**_plan([{**case, "per_s": case["per_s"]}], case["connect"]), "scale": case["decimals"], "rounding": case["round"].upper()}
    return {"cost": _cost(NOON, case["seconds"], [plan])}


def _beats(steps: Sequence[Case]) -> Case:
    """Started beats: one price a minute as steps, two prices as first minute and further minutes."""
    first, further = steps[0], steps[-1]
    intervals = {"first_interval": first["beat"], "sub_interval": further["beat"]}
    if first["factor"] == further["factor"]:
        return {**intervals, "rate_per_min": Decimal(first["factor"]) * 60 / first["base"]}
    return {**intervals, "initial_rate": first["factor"], "additional_rate": further["factor"]}


def beat_tiered(case: Case) -> Case:
    return {"cost": _cost(NOON, int(case["seconds"]), [_beats(case["steps"])])}


def beat_tiered_overrun(case: Case) -> Case:
    return beat_tiered(case)


def beat_effective(case: Case) -> Case:
    starts = [version["valid_from"] for version in case["versions"]]
    plans = [
        {"valid_from": start, "valid_to": stop, **_beats(version["steps"])}
        for start, stop, version in zip(starts, [*starts[1:], None], case["versions"], strict=True)
    ]
    return {"cost": _cost(f"{case['date']}T12:00:00", int(case["seconds"]), plans)}


KINDS = {
    kind.__name__: kind for kind in (timed_call, banded_call_run, step_cost, call_rounded, beat_tiered, beat_tiered_overrun, beat_effective)
}
