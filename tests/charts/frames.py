"""Small frames for charts, as the reports have them."""

import datetime as dt
from decimal import Decimal

import polars as pl

from reports.charts.ageing import AGES
from reports.charts.bridge import EFFECTS

MONEY = pl.Decimal(18, 2)


def bridge_row(before: str, *effects: str) -> pl.DataFrame:
    values = [Decimal(before), *map(Decimal, effects)]
    now = sum(values, Decimal(0))
    return pl.DataFrame([[*values, now, now - values[0]]], schema=dict.fromkeys(("before", *EFFECTS, "now", "change"), MONEY), orient="row")


def named(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [[name, Decimal(amount)] for name, amount in rows], schema={"agency_name": pl.String, "amount": MONEY}, orient="row"
    )


def many(count: int) -> pl.DataFrame:
    return named(*((f"Agency {n:02d}", f"{1000 - 7 * n}.{n:02d}") for n in range(count)))


def monthly(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame([[period, Decimal(amount)] for period, amount in rows], schema={"period": pl.String, "amount": MONEY}, orient="row")


def moved(*rows: tuple[str, str, str]) -> pl.DataFrame:
    schema = {"stream": pl.String, "before": MONEY, "now": MONEY}
    return pl.DataFrame([[stream, Decimal(before), Decimal(now)] for stream, before, now in rows], schema=schema, orient="row")


def groups(*rows: tuple[str, str | None, str | None, str | None, str]) -> pl.DataFrame:
    schema = {"cost_group": pl.String, "over_under": MONEY, "reserve_days": pl.Decimal(18, 6), "reserve_limit": MONEY, "state": pl.String}
    cells = [[row[0], *(None if value is None else Decimal(value) for value in row[1:4]), row[4]] for row in rows]
    return pl.DataFrame(cells, schema=schema, orient="row")


def aged(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame([[Decimal(value) for value in row] for row in rows], schema=dict.fromkeys(AGES, MONEY), orient="row")


def steps(*rows: tuple[str, int, int | None, int | None]) -> pl.DataFrame:
    """Rows: step in words, day of November planned, day done, working days late."""
    schema = {"what": pl.String, "planned_on": pl.Date, "done_at": pl.Datetime("us", "UTC"), "days_late": pl.Int64}
    cells = [
        [what, dt.date(2026, 11, plan), done and dt.datetime(2026, 11, done, 15, tzinfo=dt.UTC), late] for what, plan, done, late in rows
    ]
    return pl.DataFrame(cells, schema=schema, orient="row")
