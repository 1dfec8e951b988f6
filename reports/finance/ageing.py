"""How long a finding has waited: in months as the worklist counts them, in days for the classes 0-30, 31-60, 61-90 and over 90."""

from typing import Final

import polars as pl

from billing.catalogue import CATALOGUE
from reports.published import Published

AGES: Final = ("days_0_30", "days_31_60", "days_61_90", "days_over_90")
_LAST_DAY: Final = (30, 60, 90)
AGE_NOTE: Final = (
    "A finding is known from the day after the month its record came in, for only then a month's files are whole; "
    "its age runs to the day the month is dated by."
)
MEANING: Final = pl.col("code").replace_strict(
    {code: kind.meaning for code, kind in CATALOGUE.items()}, default=None, return_dtype=pl.String
)  # fmt: skip


def aged(exceptions: pl.DataFrame, published: Published) -> pl.DataFrame:
    """Findings with age_months and age_days; the period stands in where a finding does not say when its record came in.

    age_months is what `cotbill exceptions` shows. A month that is dated before its own end has findings of 0 days.

    Args:
        exceptions: fact_exception.
    """
    came = pl.coalesce("first_period", "period")
    year, number = came.str.slice(0, 4).cast(pl.Int64), came.str.slice(5, 2).cast(pl.Int64)
    known_on = pl.date(year, number, 1).dt.offset_by("1mo")
    days = (pl.lit(published.as_of) - known_on).dt.total_days()
    return exceptions.with_columns(
        age_months=pl.lit(published.month.year * 12 + published.month.month, pl.Int64) - year * 12 - number,
        age_days=pl.max_horizontal(days, pl.lit(0, pl.Int64)),
        meaning=MEANING,
    )


def by_age(value: pl.Expr) -> list[pl.Expr]:
    """A value summed in each class of age_days: whole findings where it is 1, dollars where it is dollars."""
    bounds = [(-1, *_LAST_DAY)[n:][:2] for n in range(len(AGES))]
    return [
        value.filter((pl.col("age_days") > low[0]) & (pl.lit(value=True) if len(low) == 1 else pl.col("age_days") <= low[1]))
        .sum()
        .alias(name)
        for name, low in zip(AGES, bounds, strict=True)
    ]
