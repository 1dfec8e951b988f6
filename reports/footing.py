"""The totals of a month that must be one figure; anything else stops publication."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill
from billing.money import DOLLARS

PARTS: Final = ("billed", "held", "rejected", "dropped")
NOTHING: Final = Decimal("0.00")
_WIDE: Final = pl.Decimal(38, 2)


def total(amounts: pl.Series) -> Decimal:
    """Add dollars up in Python integers, which cannot wrap; no rows come to 0.00."""
    return sum((amount for amount in amounts.cast(_WIDE).to_list() if amount is not None), NOTHING)


def both_ways(amounts: pl.Series) -> tuple[Decimal, Decimal]:
    """What dollars charge and what they give back, apart: one set against the other would hide both."""
    return total(amounts.filter(amounts > 0)), total(amounts.filter(amounts < 0))


@dataclass(frozen=True)
class Footing:
    """What a month came to, proven equal by every road."""

    feeds_billed: Decimal  # the charge rows made from records, as the controls say
    fee_on_total: Decimal  # fees taken on whole invoices; no record brings them
    fee_on_total_rows: int
    lines: Decimal
    invoices: Decimal
    splits: Decimal


def foot(bill: MonthBill) -> Footing:
    """Prove a month's conservation.

    Every file: in = billed + held + rejected + dropped, in rows and in dollars. Every invoice = its lines, in
    rows and in dollars. Every line = its splits. What the feeds billed + the fees on invoice totals = the invoices.

    Raises:
        ReconciliationError: a figure differs; the message names the first place.
    """
    _check_controls(bill.controls)
    _check_sources(bill)
    _check_invoices(bill)
    _check_splits(bill)
    fees = _without_source(bill)
    footing = Footing(
        feeds_billed=total(bill.controls["amount_billed"]),
        fee_on_total=total(fees["amount"]),
        fee_on_total_rows=fees.height,
        lines=total(bill.lines["amount"]),
        invoices=total(bill.invoices["amount"]),
        splits=total(bill.splits["amount"]),
    )
    if footing.feeds_billed + footing.fee_on_total != footing.invoices:
        raise ReconciliationError(
            f"{bill.period}: the feeds billed {footing.feeds_billed} and fees on totals {footing.fee_on_total}, "
            f"but the invoices come to {footing.invoices}; nothing is published",
            code="V013",
        )
    return footing


def agree(what: str, first: Decimal, second: Decimal) -> None:
    """Two totals of the same thing.

    Raises:
        ReconciliationError: they differ; there is no tolerance.
    """
    if first != second:
        raise ReconciliationError(f"{what}: {first} and {second} differ; nothing is published", code="V013")


def _check_controls(controls: pl.DataFrame) -> None:
    for kind in ("records", "amount"):
        wide = _WIDE if kind == "amount" else pl.Int64()
        parts = pl.sum_horizontal([pl.col(f"{kind}_{part}").fill_null(pl.lit(0).cast(wide)).cast(wide) for part in PARTS])
        bad = controls.filter((parts != pl.col(f"{kind}_in").fill_null(pl.lit(0).cast(wide)).cast(wide)).fill_null(value=True))
        for row in bad.head(1).iter_rows(named=True):
            words = ", ".join(f"{part} {row[f'{kind}_{part}']}" for part in PARTS)
            raise ReconciliationError(
                f"{row['source_file'] or row['feed']}: {kind} in {row[f'{kind}_in']}, but {words}; nothing is published", code="V013"
            )


def _without_source(bill: MonthBill) -> pl.DataFrame:
    return bill.lines.join(bill.bridge.select("charge_id").unique(), on="charge_id", how="anti")


def _check_sources(bill: MonthBill) -> None:
    """Each charge row has sources, except a fee on an invoice's total, which has no record of its own."""
    orphans = _without_source(bill).filter((pl.col("component") != "FEE") | pl.col("source_file").is_not_null())
    if not orphans.is_empty():
        raise ReconciliationError(f"charge {orphans['charge_id'].sort()[0]} has no source record; nothing is published", code="V013")
    strays = bill.bridge.join(bill.lines.select("charge_id"), on="charge_id", how="anti")
    if not strays.is_empty():
        raise ReconciliationError(
            f"a source record names charge {strays['charge_id'].sort()[0]}, which is not billed; nothing is published", code="V013"
        )


def _check_invoices(bill: MonthBill) -> None:
    for name, frame in (("charge_id", bill.lines), ("invoice_no", bill.invoices)):
        if frame[name].n_unique() != frame.height:
            raise ReconciliationError(f"two rows have one {name}; nothing is published", code="V013")
    sums = bill.lines.group_by("invoice_no").agg(pl.len().cast(pl.Int64).alias("_count"), pl.col("amount").sum().alias("_sum"))
    joined = bill.invoices.join(sums, on="invoice_no", how="full", coalesce=True, validate="1:1").sort("invoice_no")
    same = (pl.col("line_count") == pl.col("_count")) & (pl.col("amount") == pl.col("_sum"))
    for row in joined.filter(~same.fill_null(value=False)).head(1).iter_rows(named=True):
        raise ReconciliationError(
            f"invoice {row['invoice_no']}: {row['amount']} on {row['line_count']} lines, but its lines are {row['_count']} "
            f"and come to {row['_sum']}; nothing is published",
            code="V013",
        )


def _check_splits(bill: MonthBill) -> None:
    sums = bill.splits.group_by("charge_id").agg(pl.col("amount").sum().cast(DOLLARS).alias("_sum"))
    lines = bill.lines.select("charge_id", "amount")
    joined = lines.join(sums, on="charge_id", how="full", coalesce=True, validate="1:1").sort("charge_id")
    same = (pl.col("amount") == pl.col("_sum")).fill_null(value=False)
    for row in joined.filter(~same).head(1).iter_rows(named=True):
        raise ReconciliationError(
            f"charge {row['charge_id']}: amount {row['amount']}, splits {row['_sum']}; nothing is published", code="V013"
        )
