"""Share each fixed-cost pool anew, by whole cents and largest remainder, as the proof of what was billed."""

from typing import Any, Final

import polars as pl

from billing.carry import origin
from billing.money import largest_remainder
from billing.periods import Period
from billing.pools import in_reading_order

_MONTHS: Final = 12
_CENTS: Final = 2
_MICROS: Final = 6
SHARES: Final[dict[str, pl.DataType]] = {
    "source_file": pl.String(), "source_line": pl.Int64(), "month_no": pl.Int64(), "month_amount": pl.Decimal(18, 2),
    "share": pl.Decimal(18, 2),
}  # fmt: skip


def month_part(annual_cents: int, month_no: int) -> int:
    """Month m's cents of a year: what is due after m months less what was due after m - 1, each rounded half away from zero.

    Source: domain, (c) 2.
    """

    def due(months: int) -> int:
        whole = (abs(annual_cents) * months * 2 + _MONTHS) // (_MONTHS * 2)
        return -whole if annual_cents < 0 else whole

    return due(month_no) - due(month_no - 1)


def pool_shares(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Each row's cents of its pool's month, or of its own annual amount, worked out row by row.

    A pool's cents go to its rows by basis; those left over go one each to the largest remainders, ties to the lower
    record number. Rows carried over from an earlier month belong to a pool that month shared: they have no share here.

    Args:
        rows: fact_assessment of a month.
        period: the month.

    Rows: one per own row in force that takes a share or has an amount of its own. Returns: SHARES.
    """
    own = rows.filter(origin().is_null(), pl.col("start_period") <= str(period), pl.col("end_period") >= str(period))
    found = []
    for row in own.filter(pl.col("method") == "AMOUNT", pl.col("annual_amount").is_not_null()).to_dicts():
        cents = _month_cents(row["annual_amount"], row, period)
        found.append(_share(row, period, cents, cents))
    pooled = own.filter(pl.col("method") == "ALLOCATED", pl.col("exact_share").is_not_null())
    for pool in pooled.partition_by("assessment_id", maintain_order=True):
        members = sorted(pool.to_dicts(), key=lambda row: in_reading_order(row["source_record_id"] or ""))
        cents = _month_cents(members[0]["pool_annual_amount"], members[0], period)
        parts = largest_remainder(cents, [int(row["basis_quantity"].scaleb(_MICROS)) for row in members])
        found += [_share(row, period, cents, part) for row, part in zip(members, parts, strict=True)]
    return pl.DataFrame(found, schema=SHARES)


def _month_no(row: dict[str, Any], period: Period) -> int:
    """1 in the first month, and 1 again after twelve."""
    start = Period.parse(row["start_period"])
    return ((period.year - start.year) * _MONTHS + period.month - start.month) % _MONTHS + 1


def _month_cents(annual: Any, row: dict[str, Any], period: Period) -> int:
    return month_part(int(annual.scaleb(_CENTS)), _month_no(row, period))


def _share(row: dict[str, Any], period: Period, whole: int, cents: int) -> dict[str, Any]:
    amounts = pl.Series([whole, cents], dtype=pl.Int128).reinterpret(dtype=pl.Decimal(38, 2)).to_list()
    place = {name: row[name] for name in ("source_file", "source_line")}
    return {**place, "month_no": _month_no(row, period), "month_amount": amounts[0], "share": amounts[1]}
