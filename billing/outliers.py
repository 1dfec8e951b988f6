"""Quantities beyond their own history: median and median absolute deviation, in whole numbers throughout."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

from billing.findings import find
from billing.frames import Earlier
from billing.money import RATE_PLACES, units
from billing.number_text import number_text
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

# A history that never moves has no spread; a twentieth of its median stands in, so that one user more is no alarm.
_LEAST_SPREAD: Final = Fraction(1, 20)
_COARSE: Final = ["billing_number", "rate_code"]
_FINE: Final = [*_COARSE, "resource_id"]


def median(values: Sequence[int | Fraction]) -> Fraction:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle]) / 2


def is_outlier(value: int, history: Sequence[int], spread: Decimal) -> bool:
    """Whether a value is more than `spread` median absolute deviations from the median of its history."""
    centre = median(history)
    deviation = median([abs(past - centre) for past in history]) or abs(centre) * _LEAST_SPREAD
    return abs(value - centre) > Fraction(spread) * deviation


def audit_history(records: pl.DataFrame, period: Period, policy: Policy, earlier: Earlier) -> pl.DataFrame:
    """Q303: the period's quantity is beyond what the same line came to in the last policy.outlier_months periods.

    A line is billing number, rate code and resource where that has at least policy.outlier_least_months months of
    history, else billing number and rate code with all their resources. Months without a billed record are no
    history. The record with the largest quantity of the line is the one named.
    """
    first = str(period.shift(-policy.outlier_months))
    past = (
        earlier.of("usage")
        .filter((pl.col("outcome") == "BILLED") & (pl.col("period") >= first) & (pl.col("period") < str(period)))
        .join(records.select(_COARSE).unique().lazy(), on=_COARSE, how="semi")
        .select(*_FINE, "period", "quantity").collect()
    )  # fmt: skip
    by_resource = _beyond(records, past, _FINE, policy)
    by_code = _beyond(records, past, _COARSE, policy).filter(pl.col("_beyond").is_not_null())
    decided = by_resource.filter(pl.col("_beyond").is_not_null()).select(_FINE)
    rest = records.join(decided, on=_FINE, how="anti", nulls_equal=True).join(
        by_code, on=_COARSE, how="inner", validate="m:1", nulls_equal=True
    )
    fine = records.join(by_resource, on=_FINE, how="inner", validate="m:1", nulls_equal=True)
    named = [_largest(fine, _FINE), _largest(rest, _COARSE)]
    shown = [name for name in named[0].columns if name in named[1].columns]
    listed = pl.concat([part.select(shown) for part in named]).filter(pl.col("_beyond"))
    return find(
        listed, "Q303", pl.lit(value=True), column="quantity", raw=number_text(pl.col("quantity")),
        message=phrase(
            "{} of {} this period, {} in the periods before", number_text(pl.col("_total")), "rate_code", pl.col("_history")
        ),
    )  # fmt: skip


def _beyond(records: pl.DataFrame, past: pl.DataFrame, key: list[str], policy: Policy) -> pl.DataFrame:
    """Decide each line: _total, _history (text) and _beyond, null where there is too little history."""
    months = (
        past.group_by(*key, "period").agg(pl.col("quantity").sum()).sort(*key, "period")
        .group_by(key, maintain_order=True)
        .agg(_past=units(pl.col("quantity"), RATE_PLACES), _history=number_text(pl.col("quantity")).str.join(", "))
    )  # fmt: skip
    lines = (
        records.group_by(key, maintain_order=True).agg(_total=pl.col("quantity").sum())
        .join(months, on=key, how="left", validate="1:1", nulls_equal=True, maintain_order="left")
    )  # fmt: skip
    totals = lines.select(units(pl.col("_total"), RATE_PLACES)).to_series().to_list()
    beyond = [
        is_outlier(total, history, policy.outlier_spread) if history is not None and len(history) >= policy.outlier_least_months else None
        for total, history in zip(totals, lines["_past"].to_list(), strict=True)
    ]
    return lines.select(*key, "_total", "_history", pl.Series("_beyond", beyond, dtype=pl.Boolean))


def _largest(records: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The record with the largest quantity of each line; the lowest source_record_id of several."""
    ordered = records.sort("quantity", "source_record_id", descending=[True, False])
    return ordered.unique(key, keep="first", maintain_order=True)
