"""Peers' cases of rounding, sharing, instalments and prices that come with the record."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from billing.frames import Earlier
from billing.money import EXACT_PLACES, Exact, largest_remainder
from billing.periods import Period
from billing.splits import split
from tests.vectors import world

Case = Mapping[str, Any]


def round_half_up(case: Case) -> Case:
    amount = Exact.of(pl.lit(Decimal(case["amount"]), pl.Decimal(38, EXACT_PLACES)), EXACT_PLACES)
    return {"rounded": pl.select(amount.at(case["decimals"])).item()}


def split_floor_remainder(case: Case) -> Case:
    strings = [{"seq": seq, "percent": percent, "fund": f"01{seq:02d}"} for seq, percent in enumerate(case["percents"], start=1)]
    tables = world.tables(rate_codes=[{}], rates=[{"unit_rate": case["amount"]}], funding_strings=strings)
    billed = world.bill("usage", [{"quantity": 1}], tables, "2026-03")
    return {"parts": split(billed.charges, tables, Earlier()).sort("seq")["amount"].to_list()}


def spread_discount(case: Case) -> Case:
    parts = largest_remainder(case["discount"], case["lines"])
    return {"after": [line - part for line, part in zip(case["lines"], parts, strict=True)]}


def linear(case: Case) -> Case:
    """An annual amount in equal months; all twelve are billed and must be alike."""
    code = {"stream": "fixed_cost", "class": "FIXED", "uom": "MONTH"}
    row = {"annual_amount": case["value"], "start_period": "2025-07", "end_period": "2026-06"}
    months = [str(Period(2025, 7).shift(n)) for n in range(case["months"])]
    (part,) = {world.total(world.bill("fixed_cost", [row], world.tables(rate_codes=[code]), month)) for month in months}
    return {"per_month": part}


def prepriced(case: Case) -> Case:
    code = {"stream": "pass_through", "class": "PASS", "uom": "EACH"}
    row = {"cost_amount": case["preset_price"], "quantity": case["volume"]}
    return {"price": world.total(world.bill("pass_through", [row], world.tables(rate_codes=[code], rates=[{}]), "2026-03"))}


def month_buckets(case: Case) -> Case:
    days = [dt.datetime.fromisoformat(moment).date() for moment in case["local_times"]]
    months = [str(Period.of(day)) for day in days]
    return {month: months.count(month) for month in sorted(set(months))}


KINDS = {kind.__name__: kind for kind in (round_half_up, split_floor_remainder, spread_discount, linear, prepriced, month_buckets)}
