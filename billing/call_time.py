"""When a call is: its day, the stretch of days over which every table stands still, and its time band."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_codes import dense
from billing.frames import Tables
from billing.policy import Policy

NIGHT: Final = "NIGHT"
_DATED: Final = ("call_owners", "billing_numbers", "agencies", "rates", "agency_rates", "ld_plans", "funding_strings")
_DAY_SECONDS: Final = 86_400
_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Days:
    """The calls' days as codes.

    codes: each call's day (UInt32); distinct: the days (Date), ascending.
    eras: the era of each day (Int64); era_days: the first day of the calls in each era (Date).
    """

    codes: pl.Series
    distinct: pl.Series
    eras: pl.Series
    era_days: pl.Series


def read_days(call_date: pl.Series, tables: Tables) -> Days:
    """Number the days of the calls, and the eras: between two edges of validity all look-ups give the same."""
    numbers = call_date.to_physical().cast(pl.Int64)
    low, high = numbers.min(), numbers.max()
    low, high = (low, high) if isinstance(low, int) and isinstance(high, int) else (0, 0)
    codes, distinct = dense(numbers - low, high - low + 1)
    days = (distinct + low).cast(pl.Int32).cast(pl.Date)
    edges = pl.concat([tables[name][edge] for name in _DATED for edge in ("valid_from", "valid_to")]).drop_nulls().unique().sort()
    steps = edges.search_sorted(days, side="right").cast(pl.Int64)
    eras, _ = dense(steps, len(edges) + 1)
    firsts = pl.DataFrame({"era": eras, "day": days}).group_by("era").agg(pl.col("day").min()).sort("era")
    return Days(codes, days, eras.cast(pl.Int64), firsts["day"])


def bands(policy: Policy) -> list[str]:
    """The words for time bands, in a fixed order."""
    return sorted({NIGHT, *[band.band for band in policy.time_bands]})


def week_bands(policy: Policy) -> pl.Series:
    """The band of every second of a week that starts on Monday, as a place in `bands` (UInt8).

    A band's start is in it, its stop is not; the first band that covers a second has it, NIGHT the rest.
    """
    words = bands(policy)
    second = pl.int_range(7 * _DAY_SECONDS, eager=True)
    weekday, of_day = pl.lit(second // _DAY_SECONDS + 1), pl.lit(second % _DAY_SECONDS)
    found = pl.lit(words.index(NIGHT), pl.UInt8)
    for band in reversed(policy.time_bands):
        covers = weekday.is_in(list(band.weekdays)) & (of_day >= _seconds(band.start)) & (of_day < _seconds(band.stop))
        found = pl.when(covers).then(pl.lit(words.index(band.band), pl.UInt8)).otherwise(found)
    return pl.select(band=found)["band"]


def read_bands(days: Days, local_second: pl.Series, policy: Policy) -> pl.Series:
    """The band each call starts in, local time, as a place in `bands` (UInt8)."""
    starts = (days.distinct.dt.weekday().cast(pl.Int32) - 1) * _DAY_SECONDS
    return week_bands(policy).gather(starts.gather(days.codes) + local_second)


def _seconds(time: dt.time) -> int:
    return time.hour * 3600 + time.minute * 60 + time.second
