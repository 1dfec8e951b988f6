"""Settle what is billed in advance: what each month should have come to against what was billed for it.

One rule gives the coming month, the part-month of a new item and the credit of a disconnect: the difference.
"""

from typing import Final

import polars as pl

from billing.frames import Earlier
from billing.money import CENT_PLACES, DOLLARS, QUANTITY, RATE_PLACES, Exact, divide, units
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

ADVANCE: Final = "ADVANCE"
KEY: Final = ["item", "billing_number", "rate_code", "month"]  # what is settled: an item's owner and code, in a month
_INT: Final = pl.Int128
# what settling adds to a part; null on parts billed in arrears
SETTLED: Final = {
    "month": pl.Date(), "billed_cents": _INT(), "billed_quantity": QUANTITY, "original_id": pl.String(), "is_credit": pl.Boolean(),
}  # fmt: skip


def settled_months(period: Period, policy: Policy, earlier: Earlier, feed: str) -> list[Period]:
    """List the months a run settles: the look-back, its own and the coming one.

    It reaches back no further than policy.advance_from, which is the first period of the workspace unless set.
    """
    start = Period.parse(policy.advance_from or earlier.first or _first_known(period, earlier, feed))
    oldest = max(start, period.shift(-policy.look_back_periods))
    return [period.shift(step) for step in range(oldest.months_since(period), 2) if period.shift(step) >= oldest]


def _first_known(period: Period, earlier: Earlier, feed: str) -> str:
    recorded = earlier.of(feed).select(pl.col("period").unique()).collect()["period"]
    return str(min([*earlier.charges["period"].unique(), *recorded, str(period)]))


def billed_before(records: pl.DataFrame, earlier: Earlier, feed: str) -> pl.DataFrame:
    """Add up what earlier periods billed and credited for each item, owner, rate code and month.

    Args:
        records: the feed's earlier records with their period and item.

    Returns: KEY, billed_cents, billed_quantity, original_id (the largest row billed for that month).
    """
    source = ["period", "source_file", "source_line"]
    rows = earlier.charges.filter(
        (pl.col("feed") == feed) & (pl.col("stream") == feed) & pl.col("component").is_in(["MRC", "CREDIT"])
    ).join(records.select(*source, "item"), on=source, how="inner", validate="m:1")
    largest = pl.struct("charge_id").sort_by("amount", "charge_id", descending=[True, False]).first().struct.field("charge_id")
    return (
        rows.with_columns(month=pl.col("start_date").dt.month_start())
        .group_by(KEY)
        .agg(
            billed_cents=units(pl.col("amount"), CENT_PLACES).sum(), billed_quantity=pl.col("quantity").sum().cast(QUANTITY),
            original_id=largest,
        )
    )  # fmt: skip


def frozen_months(records: pl.DataFrame, snapshot: pl.DataFrame) -> pl.DataFrame:
    """Say up to which month an item is not settled again: rows of it that ended have left the snapshot.

    What such a month should have come to cannot be known from the rows that are left.

    Args:
        records: the feed's earlier records with item, inventory_start and inventory_stop.
        snapshot: this period's, with the same columns.

    Returns: item, frozen (first day of the month of the last such end).
    """
    gone = records.join(snapshot, on=["item", "inventory_start"], how="anti").filter(pl.col("inventory_stop").is_not_null())
    return gone.group_by("item").agg(frozen=pl.col("inventory_stop").max().dt.month_start())


def settle(parts: pl.DataFrame, billed: pl.DataFrame, frozen: pl.DataFrame) -> pl.DataFrame:
    """Take off each part what was billed for it before; parts that come to nothing are left out.

    The parts of one KEY take what was billed in the order of their days, each up to its own cents, the last the
    rest. A part whose price is unknown or zero stays, for the rules to find.

    Args:
        parts: priced parts with month, idle ones (should come to nothing) included.
        billed: see `billed_before`.
        frozen: see `frozen_months`.

    Rows: at most one per part. Adds SETTLED; numerator and denominator become the difference.
    """
    live = parts.join(frozen, on="item", how="left", validate="m:1").filter(
        pl.col("frozen").is_null() | (pl.col("month") > pl.col("frozen"))
    )
    mine = live.join(billed, on=KEY, how="left", validate="m:1", nulls_equal=True).sort(
        *KEY, "is_accepted", "start_date", "sub", "source_record_id", "source_file", "source_line"
    )
    zero, group = pl.lit(0, _INT), [*KEY, "is_accepted"]
    own = divide(pl.col("numerator"), pl.col("denominator"), CENT_PLACES).fill_null(zero)
    paid = pl.when(pl.col("is_accepted")).then(pl.col("billed_cents").fill_null(zero)).otherwise(zero)
    counted = mine.with_columns(_own=own, _paid=paid).with_columns(_before=(pl.col("_own").cum_sum() - pl.col("_own")).over(group))
    left = pl.max_horizontal(pl.col("_paid") - pl.col("_before"), zero)
    is_last = pl.int_range(pl.len()).over(group) == pl.len().over(group) - 1
    taken = counted.with_columns(billed_cents=pl.when(is_last).then(left).otherwise(pl.min_horizontal(left, "_own")))
    to_judge = ~pl.col("is_idle") & (pl.col("numerator").is_null() | (pl.col("price_micros") == 0).fill_null(value=False))
    moved = taken.filter((pl.col("_own") != pl.col("billed_cents")) | to_judge)
    hundred, difference = pl.lit(100, _INT), pl.col("billed_cents") * pl.col("denominator")
    is_again = pl.col("billed_cents") != zero
    return moved.with_columns(
        is_credit=pl.col("numerator").is_not_null() & (pl.col("_own") < pl.col("billed_cents")),
        numerator=pl.when(is_again).then(pl.col("numerator") * hundred - difference).otherwise("numerator"),
        denominator=pl.when(is_again).then(pl.col("denominator") * hundred).otherwise("denominator"),
        billed_quantity=pl.when(is_again).then("billed_quantity").otherwise(pl.lit(0, QUANTITY)),
    ).drop("_own", "_paid", "_before", "frozen")


def settled_amount() -> pl.Expr:
    """What was billed before, in words: ` less 450.00 billed before`; empty where nothing was."""
    dollars = Exact(pl.col("billed_cents"), pl.lit(100, _INT)).dollars().cast(DOLLARS)
    return (
        pl.when((pl.col("billed_cents") != 0).fill_null(value=False)).then(phrase(" less {} billed before", dollars)).otherwise(pl.lit(""))
    )


def settled_quantity(share: Exact) -> pl.Expr:
    """The share of the month that a row settles: what it should be less what was billed."""
    return share.at(RATE_PLACES) - pl.col("billed_quantity").fill_null(pl.lit(0, QUANTITY))
