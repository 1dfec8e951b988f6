"""Circuits: parts of a month, moves between billing numbers, outages, miles. Figures worked out apart from the engine."""

from decimal import Decimal

import polars as pl
import pytest

from billing.mileage import fcc10_miles, simple_miles
from billing.money import Exact
from tests.vectors import world


def _tables(prorate: str, **rate: object) -> world.Tables:
    code = {"stream": "circuits", "class": "TELECOM", "uom": "MONTH", "prorate": prorate}
    numbers = [{}, {"billing_number": "N2", "name": "Second"}]
    return world.tables(
        rate_codes=[code], rates=[rate], billing_numbers=numbers, funding_strings=[{}, {"billing_number": "N2"}]
    )  # fmt: skip


# month, MRC, first day (None: long ago), disconnect day, days billed, then the amount by each method
PARTS = [
    ("C1", "2026-03", "450.00", "2026-03-12", None, 20, {"DAILY_30": "300.00", "DAILY_ACTUAL": "290.32", "NONE": "450.00"}),
    ("C2", "2026-03", "450.00", None, "2026-03-12", 11, {"DAILY_30": "165.00", "DAILY_ACTUAL": "159.68"}),
    ("C3", "2026-03", "450.00", "2026-03-01", None, 31, {"DAILY_30": "450.00", "DAILY_ACTUAL": "450.00", "NONE": "450.00"}),
    ("C4", "2026-03", "450.00", "2026-03-02", None, 30, {"DAILY_30": "450.00", "DAILY_ACTUAL": "435.48"}),
    ("C5", "2026-02", "450.00", "2026-02-10", None, 19, {"DAILY_30": "285.00", "DAILY_ACTUAL": "305.36", "NONE": "450.00"}),
    ("C6", "2028-02", "450.00", "2028-02-29", None, 1, {"DAILY_30": "15.00", "DAILY_ACTUAL": "15.52"}),
    ("C7", "2026-03", "450.00", "2026-03-12", "2026-03-12", 0, {"DAILY_30": "0.00", "DAILY_ACTUAL": "0.00", "NONE": "0.00"}),
    ("C8", "2026-03", "450.00", "2026-03-05", "2026-03-20", 15, {"DAILY_30": "225.00", "DAILY_ACTUAL": "217.74"}),
    ("C9", "2026-03", "450.00", "2026-04-01", None, 0, {"DAILY_30": "0.00", "NONE": "0.00"}),
    ("C10", "2016-05", "20.00", "2016-05-15", None, 17, {"DAILY_ACTUAL": "10.97"}),  # a published bill
    ("C11", "2016-04", "30.00", "2016-04-11", None, 20, {"DAILY_30": "20.00", "NONE": "30.00"}),  # a published bill
]
CASES = [(*row[:6], method, amount) for row in PARTS for method, amount in row[6].items()]


@pytest.mark.parametrize(
    ("month", "mrc", "start", "stop", "days", "method", "expected"), [row[1:] for row in CASES], ids=[f"{row[0]}-{row[6]}" for row in CASES]
)
def test_parts_of_a_month(month: str, mrc: str, start: str | None, stop: str | None, days: int, method: str, expected: str) -> None:
    row = {"billing_start_date": start or world.ALWAYS, "disconnect_date": stop}

    billed = world.bill("circuits", [row], _tables(method, unit_rate=mrc), month)

    assert str(world.total(billed)) == expected
    spans = billed.charges.select((pl.col("stop_date") - pl.col("start_date")).dt.total_days()).to_series().to_list()
    assert sum(spans) == days


@pytest.mark.parametrize(
    ("month", "moved", "old", "new"),
    [
        ("2026-02", "2026-02-15", "210.00", "240.00"),  # 1/30 a day on both sides would bill 420.00
        ("2026-03", "2026-03-16", "225.00", "225.00"),  # ... and here 465.00
    ],
)
def test_a_moved_circuit_costs_one_month_together(month: str, moved: str, old: str, new: str) -> None:
    rows = [{"disconnect_date": moved}, {"billing_number": "N2", "billing_start_date": moved}]

    billed = world.bill("circuits", rows, _tables("DAILY_30", unit_rate="450.00"), month)

    assert dict(billed.charges.select("billing_number", pl.col("amount").cast(pl.String)).iter_rows()) == {"N1": old, "N2": new}


def test_an_outage_of_three_days_is_worth_a_tenth_of_the_month() -> None:
    mrc = Exact.of(pl.lit(Decimal("-450.00"), pl.Decimal(38, 2)), 2)

    credit = pl.select(mrc.share(pl.lit(3), pl.lit(30)).dollars()).item()

    assert str(credit) == "-45.00"


@pytest.mark.parametrize(
    ("start", "end", "fcc10", "simple"),
    [
        ((4997, 1406), (5986, 3426), 711, 712),  # New York, Chicago
        ((4997, 1406), (4997, 1406), 0, 0),
    ],
)
def test_airline_miles(start: tuple[int, int], end: tuple[int, int], fcc10: int, simple: int) -> None:
    assert fcc10_miles(*start, *end) == fcc10
    assert simple_miles(*start, *end) == simple


def test_a_circuit_priced_by_the_mile() -> None:
    tables = _tables("DAILY_30", unit_rate="50.00", per_mile_rate="0.85", mile_method="FCC10")
    ends = {"a_v": 4997, "a_h": 1406, "z_v": 5986, "z_h": 3426}

    by_ends = world.bill("circuits", [ends], tables, "2026-03")
    by_miles = world.bill("circuits", [{"ioc_miles": 711}], tables, "2026-03")

    assert [str(amount) for amount in world.amounts(by_ends)] == ["654.35"]
    assert [str(amount) for amount in world.amounts(by_miles)] == ["654.35"]
