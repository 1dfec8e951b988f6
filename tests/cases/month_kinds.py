"""Peers' cases of parts of months, told to the circuits stream and to its proration."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from billing.periods import Period
from billing.policy import Policy
from billing.proration import in_service, share_parts, share_whole
from tests.vectors import world

Case = Mapping[str, Any]


def _share(start: str, stop: str, prorate: str) -> Fraction:
    """Months that a span start <= d < stop pays, calendar month by calendar month."""
    first, end = dt.date.fromisoformat(start), dt.date.fromisoformat(stop)
    months, period = Fraction(0), Period.of(first)
    while period.first_day < end:
        item = pl.DataFrame({"item": ["I"], "inventory_start": [first], "inventory_stop": [end], "prorate": [prorate]})
        served = in_service(item, period, Policy())
        parts = served.select(num=share_parts(pl.col("days"), pl.col("stop_date"), period), den=share_whole(period)).row(0)
        months += Fraction(*parts)
        period = period.shift(1)
    return months


def _amount(mrc: object, start: str, stop: str, prorate: str) -> Decimal:
    """The charge rows of a circuit over all months of a span."""
    first, end = dt.date.fromisoformat(start), dt.date.fromisoformat(stop)
    tables = _tables(prorate, RC=mrc)
    row = {"billing_start_date": start, "disconnect_date": stop}
    total, period = Decimal(0), Period.of(first)
    while period.first_day < end:
        total += world.total(world.bill("circuits", [row], tables, str(period)))
        period = period.shift(1)
    return total


def _tables(prorate: str, **mrcs: object) -> world.Tables:
    code = {"stream": "circuits", "class": "TELECOM", "uom": "MONTH", "prorate": prorate}
    return world.tables(
        rate_codes=[{**code, "rate_code": name} for name in mrcs],
        rates=[{"rate_code": name, "unit_rate": mrc} for name, mrc in mrcs.items()],
    )


def _day_after(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


def _method(case: Case) -> str:
    return "DAILY_30" if case.get("fixed_days") == 30 else "DAILY_ACTUAL"


def fixed_day_count(case: Case) -> Case:
    return {"days": _share(case["start"], case["end"], "DAILY_30") * 30}


def proration_factor(case: Case) -> Case:
    return {"factor": _share(case["start"], case["end"], _method(case))}


def prorated_amount_fixed30(case: Case) -> Case:
    return {"amount": _amount(case["price"], case["start"], case["end"], "DAILY_30")}


def fraction4(case: Case) -> Case:
    first = case["base"] - case["days"] + 1
    return {"factor": _share(f"2026-01-{first:02d}", "2026-02-01", "DAILY_ACTUAL")}


def fraction2(case: Case) -> Case:
    """The share is never rounded, the money is: what a hundred dollars a month come to."""
    return {"amount": _amount("100.00", "2026-01-01", f"2026-01-{1 + case['days']:02d}", "DAILY_ACTUAL")}


def months_inclusive(case: Case) -> Case:
    return {"months": _share(case["start"], _day_after(case["end"]), "DAILY_ACTUAL")}


def month_diff(case: Case) -> Case:
    return {"months": _share(case["start"], case["end"], "DAILY_ACTUAL")}


def cycles_in_advance(case: Case) -> Case:
    return {"cycles": _share(case["start"], case["end"], "DAILY_ACTUAL")}


def _change(old: Decimal, new: Decimal, days_left: int, days: int) -> Decimal:
    """A change of rate code in mid-month, less the month at the old price."""
    month = "2026-03" if days == 31 else "2026-04"
    stop = Period.parse(month).stop_day
    day = (stop - dt.timedelta(days=days_left)).isoformat()
    rows = [
        {"rate_code": "OLD", "disconnect_date": day, "billing_start_date": "2026-01-01"},
        {"rate_code": "NEW", "billing_start_date": day},
    ]
    return world.total(world.bill("circuits", rows, _tables("DAILY_ACTUAL", OLD=old, NEW=new), month)) - old


def change_net(case: Case) -> Case:
    return {"net": _change(Decimal(case["old"]), Decimal(case["new"]), case["days_left"], case["days"])}


def change_net_cents(case: Case) -> Case:
    old, new = Decimal(case["old_cents"]) / 100, Decimal(case["new_cents"]) / 100
    return {"net_cents": _change(old, new, case["days_left"], case["days"]) * 100}


def month_less_days(case: Case) -> Case:
    start = f"2026-04-{1 + case['skipped_days']:02d}"
    return {"amount": _amount(case["monthly"], start, "2026-05-01", "DAILY_30")}


def partial_period_amount(case: Case) -> Case:
    return {"amount": _amount(case["rate"], *case["kept"], "DAILY_ACTUAL")}


def weighted_sum(case: Case) -> Case:
    stop = Period.parse(case["month"]).stop_day.isoformat()
    return {"amount_at_1": sum((_amount(by, day, stop, "DAILY_ACTUAL") for day, by in case["changes"]), Decimal(case["opening"]))}


KINDS = {
    kind.__name__: kind
    for kind in (
        fixed_day_count, proration_factor, prorated_amount_fixed30, fraction4, fraction2, months_inclusive, month_diff, cycles_in_advance,
        change_net, change_net_cents, month_less_days, partial_period_amount, weighted_sum,
    )
}  # fmt: skip
