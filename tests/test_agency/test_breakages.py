"""Break the engine or its data in one place at a time: the test agency must notice, and say where."""

import dataclasses
from decimal import Decimal

import polars as pl
import pytest

from billing import (
    call_classes,
    call_plans,
    fees,
    fees_on_total,
    fixed_cost,
    mileage,
    money,
    month,
    pass_through,
    pools,
    proration,
    shares,
    splits,
    stock_ledger,
    stock_returns,
    test_agency,
)
from billing.fee_rows import percent_of
from billing.frames import Earlier
from billing.money import divide, units
from billing.periods import Period
from billing.policy import Policy
from billing.splits import split
from billing.test_agency import check_test_agency
from billing.test_agency_feeds import FEEDS
from billing.test_agency_tables import TABLES

MARCH = Period(2026, 3)  # 31 days: naive shares of a moved circuit do not add up


def differences() -> str:
    return "\n".join(check_test_agency(MARCH).differences)


def reword(monkeypatch, texts, name, old, new):
    assert texts[name].count(old) == 1, f"{old!r} stands {texts[name].count(old)} times in {name}"
    monkeypatch.setitem(texts, name, texts[name].replace(old, new))


# table, what it says, what it says instead, the row that must be named
DATA = [
    ("rates", "TARD | 2000-01-01 | | 1.00 |", "TARD | 2000-01-01 | | 1.01 |", "TESTAGY01 usage USAGE TARD: expected 1001.07"),
    (
        "rates",
        "TAN4 | 2000-01-01 | | 450.00",
        "TAN4 | 2000-01-01 | | 450.01",
        "TESTAGY03 circuits MRC TAN4: expected 300.00, billed 300.01",
    ),
    ("rates", "TAFL | {d15} | | 32.86", "TAFL | {d15} | | 32.87", "TESTAGY01 usage USAGE TAFL: expected 1305.82"),
    ("rates", "TAEQ | 2000-01-01 | | | | | 5", "TAEQ | 2000-01-01 | | | | | 6", "TESTAGY01 stock FEE TAFE: expected 26.52"),
    ("agency_rates", "TST | | TAAG | 1.80", "TST | | TAAG | 2.00", "TESTAGY01 usage USAGE TAAG: expected 18.00, billed 20.00"),
    ("rate_tiers", "TAVO | 1 | 1000", "TAVO | 1 | 999", "TESTAGY03 usage USAGE TAVO: expected 100.00, billed 80.00"),
    ("rate_tiers", "TAGR | 2 | 10000", "TAGR | 2 | 9999", "TESTAGY01 usage USAGE TAGR: expected 945.00, billed 944.97"),
    ("rate_codes", "TAFL | Flat, price", "TAFL | Flat: price", ""),  # a name is no figure: nothing may be found
    ("rate_codes", "HOUR | TEST | | 1 | 0.25", "HOUR | TEST | | 1 | 0.5", "TESTAGY01 usage USAGE TAHR: expected 175.64"),
    ("ld_plans", "0.0490 | | | | 4", "0.0490 | | | | 2", "TESTAGY01 long_distance CALLS TALD: expected 0.16, billed 0.15"),
    ("ld_plans", "0.0490 | | | | 4 | HALF_UP", "0.0490 | | | | 2 | UP", "TESTAGY01 long_distance CALLS TALD: expected 0.16, billed 0.18"),
    ("ld_plans", "PREFIX | 9370", "PREFIX | 9371", "TESTAGY01 long_distance CALLS TAIN: expected 0.23, billed 0.08"),
    ("funding_strings", "TESTAGY01 | 1 | 50", "TESTAGY01 | 1 | 49.999999", "usage TA-U03 A105: held, and should not be"),
    ("billing_numbers", "TESTGRP | EMARS", "TESTGRP | ENGINE", "fund TESTAGY02 0400: expected 105622.81"),
    ("stock_items", "TAEQ | N | 10", "TAEQ | N | 11", "TESTAGY01 stock FEE TAFE: expected 26.52 (10.92 + 15.60)"),
    ("surcharges", "0.5 |", "0.6 |", "TESTAGY01 usage FEE TASF: expected 0.39, billed 0.46"),
    ("exchanges", "6500 | 2854", "6500 | 2856", "TESTAGY01 long_distance CALLS TAMB: expected 1.55"),
]


@pytest.mark.parametrize(("table", "old", "new", "named"), DATA, ids=[f"{row[0]} {row[2]}" for row in DATA])
def test_a_figure_of_a_table_that_moves_is_named(monkeypatch, table, old, new, named):
    reword(monkeypatch, TABLES, table, old, new)

    said = differences()

    assert named in said
    assert bool(said) == bool(named)


LOST = {
    "usage": "TA-U13", "fixed_cost": "TA-F4", "pass_through": "TA-P3", "circuits": "TA-C3", "voip": "TA-V2", "centrex": "TA-X1",
    "long_distance": "TA-L02", "stock": "TA-S2", "adjustments": "TA-J2",
}  # fmt: skip


@pytest.mark.parametrize(("feed", "record"), LOST.items())
def test_a_record_that_is_lost_before_it_is_billed_is_found(monkeypatch, feed, record):
    lines = FEEDS[feed].splitlines()
    kept = [line for line in lines if not line.startswith(f"{record} |")]
    assert len(kept) == len(lines) - 1
    monkeypatch.setitem(FEEDS, feed, "\n".join(kept))

    assert f" {feed} " in differences()


@pytest.mark.parametrize(("feed", "record"), {**LOST, "circuits": "TA-C6", "fixed_cost": "TA-F1", "adjustments": "TA-J2"}.items())
def test_a_record_that_is_billed_twice_is_found(monkeypatch, feed, record):
    row = next(line for line in FEEDS[feed].splitlines() if line.startswith(f"{record} |"))
    monkeypatch.setitem(FEEDS, feed, f"{FEEDS[feed].rstrip()}\n{row.replace(record, 'TA-TWICE')}\n")

    assert differences() != ""


def half_even(numerator, denominator, factor):
    pairs = zip(numerator.to_list(), denominator.to_list() * (numerator.len() if denominator.len() == 1 else 1), strict=True)
    exact = [None if a is None or b is None else Decimal(a * factor) / Decimal(b) for a, b in pairs]
    return pl.Series([None if x is None else int(x.quantize(Decimal(1), rounding="ROUND_HALF_EVEN")) for x in exact], dtype=pl.Int128)


def ties_to_the_last(place, count):
    rest = pl.col(f"rest{place}")
    ahead = [pl.col(f"rest{other}") >= rest if other > place else pl.col(f"rest{other}") > rest for other in range(count) if other != place]
    return pl.sum_horizontal(pl.lit(0, pl.Int16), *[test.cast(pl.Int16) for test in ahead])


def last_takes_the_rest(total, weights):
    parts = [total * weight // sum(weights) for weight in weights[:-1]]
    return [*parts, total - sum(parts)]


def last_cost(self, quantity, unit_cost):
    self.quantity, self.average = self.quantity + quantity, unit_cost


def on_rounded_dollars(base, percent):
    return percent_of(base.with_columns(numerator=units(pl.col("amount"), 2), denominator=pl.lit(100, pl.Int128)), percent)


def a_twelfth_each_month():
    return divide(units(pl.col("annual"), 2), pl.lit(12, pl.Int128), 0)


def without_groups(records):
    return keyed(records.with_columns(charge_group=pl.lit(None, pl.String)))


keyed = pass_through._keyed
number_keys = month.invoice_keys

# where, name, what stands there instead, what must be named
ENGINE = {
    "halves go to even": (money, "_divide", half_even, "TESTAGY01 usage USAGE TARD: expected 1001.07 (0.05 + 1.01 + 1000.01)"),
    "a billing month of 31 days": (proration, "_BILLING_MONTH", 31, "TESTAGY01 circuits MRC TAN4: expected 390.00 (165.00 + 225.00)"),
    "each owner by its own days": (
        proration,
        "_alike",
        lambda chained: chained.clear().with_columns(_chain=pl.lit(0), _is_last=pl.lit(value=True)),
        "TESTAGY02 circuits MRC TAN4: expected 225.00, billed 240.00",
    ),
    "ties to the last string": (shares, "_rank", ties_to_the_last, "fund TESTAGY01 0100: expected 79411.21"),
    "a fee on fees": (
        fees_on_total,
        "TOTAL_COMPONENTS",
        (*fees_on_total.TOTAL_COMPONENTS, "FEE"),
        "TESTAGY01 usage FEE TASF: expected 0.39",
    ),
    "mark-up on rounded dollars": (fees, "percent_of", on_rounded_dollars, "TESTAGY01 usage FEE TAFE: expected 1.40 (0.50 + 0.90)"),
    "a charge on cost leaves credits out": (fees, "COST_COMPONENTS", ("BASE",), "TESTAGY03 pass_through FEE TAPC: expected 3.35"),
    "the last cost, not the average": (
        stock_ledger.Position,
        "add",
        last_cost,
        "TESTAGY01 stock BASE TAEQ: expected 312.00, billed 336.00",
    ),
    "issues before receipts": (
        stock_ledger,
        "_DAY_ORDER",
        ("ISSUE", "RECEIPT", "RETURN", "COUNT_ADJ", "WRITE_OFF"),
        "TESTAGY01 stock BASE TAEQ: expected 312.00, billed 300.00",
    ),
    "no restocking": (stock_returns, "takes_restocking", lambda: pl.lit(value=False), "TESTAGY01 stock FEE TAFE: expected 26.52"),
    "one mileage for circuits": (mileage, "fcc10", mileage.simple, "TESTAGY01 circuits MRC TAMF: expected 654.35, billed 655.20"),
    "one mileage for calls": (call_plans, "fcc10", mileage.simple, "TESTAGY01 long_distance CALLS TAMB: expected 1.55"),
    "a twelfth each month": (
        fixed_cost,
        "_month_cents",
        a_twelfth_each_month,
        "TESTAGY01 fixed_cost BASE TAFX: expected 8333.34, billed 8333.33",
    ),
    "the last share takes the rest": (pools, "largest_remainder", last_takes_the_rest, "TESTAGY03 fixed_cost BASE TAFP: expected 1671.44"),
    "cloud rows rounded one by one": (pass_through, "_keyed", without_groups, "TESTAGY02 pass_through BASE TAPG: expected 20.53"),
    "premium calls are billed": (call_classes, "_PREMIUM_NPA", -1, "long_distance TA-L90 L707: expected to be held"),
    "eMARS numbers are split": (splits, "_lowest_string_alone", lambda strings, _sets: strings, "fund TESTAGY02 0500: expected nothing"),
    "a credit splits by today's strings": (
        month,
        "split",
        lambda charges, tables, _earlier: split(charges, tables, Earlier()),
        "fund TESTAGY01 0900: expected -27.00, billed nothing",
    ),
    "nobody shares an invoice": (
        month,
        "invoice_keys",
        lambda tables, period: number_keys(tables, period).with_columns(invoice_key="billing_number", is_group=pl.lit(value=False)),
        "invoice COT-2026-03-TESTGRP-01: expected 108373.54, billed nothing",
    ),
    "the disconnect day is billed": (
        test_agency,
        "Policy",
        lambda: dataclasses.replace(Policy(), disconnect_day_billed=True),
        "TESTAGY02 voip MRC TAVL: expected 5.50, billed 5.87",
    ),
    "no record may be late": (
        test_agency,
        "Policy",
        lambda: dataclasses.replace(Policy(), look_back_periods=0),
        "usage TA-U01 D402: held, and should not be",
    ),
}


@pytest.mark.parametrize("broken", ENGINE)
def test_a_rule_of_the_engine_that_breaks_is_named(monkeypatch, broken):
    place, name, instead, named = ENGINE[broken]
    monkeypatch.setattr(place, name, instead)

    assert named in differences()


def test_a_stream_that_loses_a_record_is_named_though_nothing_can_be_billed(monkeypatch):
    whole = month.BILLERS["voip"]
    monkeypatch.setitem(month.BILLERS, "voip", lambda records, *rest: whole(records.head(1), *rest))

    checked = check_test_agency(MARCH)

    assert checked.differences == ("the test agency cannot be billed: 2 voip records went in, 1 came out",)
    assert checked.billed_total == 0


def test_two_errors_of_one_sum_do_not_make_up_for_each_other(monkeypatch):
    reword(monkeypatch, FEEDS, "usage", "TARD | 1000.01 |", "TARD | 999.01 |")
    reword(monkeypatch, FEEDS, "usage", "TARD | 0.05 |", "TARD | 1.05 |")

    assert "TESTAGY01 usage USAGE TARD: expected 1001.07 (0.05 + 1.01 + 1000.01), billed 1001.07 (1.01 + 1.05 + 999.01)" in differences()
