"""Share a pool's cents by basis: every row of the pool in force, largest remainder, whatever order the file has."""

import re
from itertools import groupby

import polars as pl

from billing.findings import find, gather
from billing.money import RATE_PLACES, largest_remainder, units
from billing.wording import phrase

_AGREE = ("rate_code", "basis", "pool_annual_amount", "start_period")


def in_reading_order(record_id: str) -> tuple[list[str | int], str]:
    """Order record numbers as a person counts them: R9 before R10. A tie over a cent goes to the first."""
    parts = re.split(r"([0-9]+)", record_id)
    return [int(part) if part.isdecimal() else part for part in parts], record_id


def audit_pools(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold whole pools that cannot be shared.

    R203: the pool's amount is blank. R206 (held): rows of one assessment differ in rate code, basis, amount or
    first period, or a basis quantity is blank or negative, or all are zero.

    Args:
        rows: the ALLOCATED rows in force.
    """
    pool = "assessment_id"
    differs = pl.any_horizontal(pl.col(name).n_unique().over(pool) > 1 for name in _AGREE)
    quantity = pl.col("basis_quantity")
    unknown = (quantity.is_null() | (quantity < 0)).any().over(pool)
    nothing = quantity.sum().over(pool) == 0
    marked = rows.with_columns(_differs=differs, _unknown=unknown, _nothing=nothing)
    which = pl.col(pool)
    return gather(
        find(
            marked, "R203", pl.col("pool_annual_amount").is_null(), column="pool_annual_amount",
            message=phrase("pool {} has no annual amount", which),
        ),
        find(
            marked, "R206", pl.col("_differs"), column="assessment_id", severity="HOLD",
            message=phrase("rows of pool {} differ in rate code, basis, annual amount or first period", which),
        ),
        find(
            marked, "R206", pl.col("_unknown") | pl.col("_nothing"), column="basis_quantity", severity="HOLD",
            message=pl.when("_unknown").then(phrase("pool {} has a row whose basis quantity is blank or negative", which))
            .otherwise(phrase("the basis quantities of pool {} are all zero", which)),
        ),
    )  # fmt: skip


def share_pools(rows: pl.DataFrame) -> pl.DataFrame:
    """Share `month_cents` of each pool over its rows by basis_quantity.

    Args:
        rows: ALLOCATED rows in force, of pools that `audit_pools` finds nothing in; held ones take their share too.

    Returns: rows + share_cents (Int128) + pool_quantity (the whole basis), same rows, same order.
    """
    weights = rows.select(units(pl.col("basis_quantity"), RATE_PLACES)).to_series().to_list()
    pools, ids, cents = rows["assessment_id"].to_list(), rows["source_record_id"].to_list(), rows["month_cents"].to_list()
    order = sorted(range(rows.height), key=lambda n: (pools[n], in_reading_order(ids[n])))
    shares = [0] * rows.height
    for _, members in groupby(order, key=lambda n: pools[n]):
        places = list(members)
        parts = largest_remainder(cents[places[0]], [weights[n] for n in places])
        for place, part in zip(places, parts, strict=True):
            shares[place] = part
    return rows.with_columns(
        share_cents=pl.Series(shares, dtype=pl.Int128),
        pool_quantity=pl.col("basis_quantity").sum().over("assessment_id"),
    )
