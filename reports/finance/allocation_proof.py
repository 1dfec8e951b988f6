"""R19, fixed-cost allocation proof: each pool shared anew by its basis, beside what was billed, with the rounding shown."""

from typing import Final

import polars as pl

from billing.money import EXACT
from reports.finance.pool_shares import pool_shares
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_ROW: Final = ["source_file", "source_line"]
_NOTE: Final = (
    "exact_share is the pool's month x the row's basis / the whole basis; share is that in cents, by largest remainder; rounding is"
    " share - exact_share. A held row keeps its share: it is not billed, and nobody else pays it."
)
_POOL: Final = (
    "rate_code", "basis", "basis_as_of", "approval_ref", "start_period", "end_period", "pool_annual_amount", "month_no", "month_amount",
)  # fmt: skip


def allocation_proof(published: Published) -> Report:
    """R19 of a month.

    Rows: `shares` one per row of a pool, by assessment and file; `pools` one per pool; `amounts` one per row with an
    annual amount of its own.

    Raises:
        ReconciliationError: the shares of a pool are not the pool's month, a billed row is not its share, or the rows are
            not the fixed-cost charge rows.
    """
    rows = published.now("fact_assessment").sort(_ROW)
    shared = rows.join(pool_shares(rows, published.month), on=_ROW, how="left", validate="1:1", maintain_order="left")
    known = shared.with_columns(rounding=pl.col("share").cast(EXACT) - pl.col("exact_share"))
    shares = known.filter(pl.col("method") == "ALLOCATED").sort("assessment_id", *_ROW)
    amounts = known.filter(pl.col("method") == "AMOUNT").sort("assessment_id", *_ROW)
    pools = _pools(shares)
    lines = published.now("fact_charge").filter(pl.col("stream") == "fixed_cost", pl.col("component") == "BASE")
    proven = known.filter(pl.col("share").is_not_null(), pl.col("outcome") == "BILLED")
    apart = proven.filter(pl.coalesce("amount", pl.lit(NOTHING, pl.Decimal(18, 2))) != pl.col("share")).height
    return Report(
        "R19", "allocation-proof", "Fixed-cost allocation proof", published.period,
        (
            Fact("billed", "Fixed cost billed", total(rows["amount"])), Fact("pools", "Pools", pools.height),
            Fact("pooled", "Of it from pools", total(shares["amount"])), Fact("agreed", "Of it by annual amount", total(amounts["amount"])),
            Fact("unbilled", "Pools' dollars not billed", total(pools["unbilled"])),
        ),
        (
            Section("shares", "Shares of the pools", shares.select(_SHOWN), ("share", "rounding", "amount"), _NOTE),
            Section("pools", "Pools", pools, ("month_amount", "rows", "shares", "billed", "unbilled")),
            Section("amounts", "Annual amounts", amounts.select(_AMOUNTS), ("annual_amount", "month_amount", "amount")),
        ),
        (
            Foot("shares and the pools' month", total(shares["share"]), total(pools["month_amount"])),
            Foot("pools whose shares do not come to their month", NOTHING + pools.filter(_is_apart()).height, NOTHING),
            Foot("billed rows that are not their share", NOTHING + apart, NOTHING),
            Foot("assessments and the fixed-cost charge rows", total(rows["amount"]), total(lines["amount"])),
        ),
    ).checked()  # fmt: skip


_SHOWN: Final = (
    "assessment_id", "billing_number", "agency_code", "rate_code", "description", "basis", "basis_as_of", "basis_quantity", "exact_share",
    "share", "rounding", "outcome", "amount", "charge_id", *_ROW,
)  # fmt: skip
_AMOUNTS: Final = (
    "assessment_id", "billing_number", "agency_code", "rate_code", "description", "start_period", "end_period", "approval_ref",
    "annual_amount", "month_no", "month_amount", "outcome", "amount", "charge_id", *_ROW,
)  # fmt: skip


def _pools(shares: pl.DataFrame) -> pl.DataFrame:
    """One row a pool that could be shared; one that is held whole has no share to prove."""
    taken = shares.filter(pl.col("share").is_not_null())
    sums = taken.group_by("assessment_id", maintain_order=True).agg(
        *[pl.col(name).first() for name in _POOL],
        rows=pl.len().cast(pl.Int64),
        quantity=pl.col("basis_quantity").sum().cast(pl.Decimal(18, 6)),
        shares=pl.col("share").sum(),
        largest_rounding=pl.col("rounding").abs().max(),
        billed=pl.col("amount").sum(),
    )
    return money(sums.with_columns(unbilled=pl.col("month_amount") - pl.col("billed")), ("shares", "billed", "unbilled"))


def _is_apart() -> pl.Expr:
    """Shares that do not come to the month, or one that is a cent or more from its exact part."""
    cent = pl.lit(1, EXACT) / pl.lit(100, EXACT)
    return (pl.col("shares") != pl.col("month_amount")) | (pl.col("largest_rounding") >= cent).fill_null(value=True)
