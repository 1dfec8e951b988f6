"""The share of a month that an item in service pays, and how several owners of one item share it.

Spans are half-open. All shares are whole numbers over one denominator (30, the days of the month, or 1), so that
money is multiplied first and divided once.
"""

from typing import Final

import polars as pl

from billing.money import RATE_PLACES, divide
from billing.periods import Period
from billing.policy import Policy

DEFAULT_PRORATE: Final = "DAILY_30"  # for a rate code that leaves prorate blank
_BILLING_MONTH: Final = 30  # days; the telephone tariffs' billing month
_CENT_PLACES: Final = 2
_INT: Final = pl.Int128


def in_service(records: pl.DataFrame, period: Period, policy: Policy) -> pl.DataFrame:
    """Say on which days of the period each inventory row is in service and billed.

    The start day is billed and the disconnect day is not; policy can turn either. Where two rows of one item
    touch, that day is a hand-over, neither a start nor a disconnect: it belongs to the later row under any policy.

    Args:
        records: with item, inventory_start and inventory_stop (null: still in service).
        period: the month.
        policy: whether the start day and the disconnect day are billed.

    Rows: as they came, in their order. Adds: start_date, stop_date (within the period; null when not in service),
    days (0 when not in service).
    """
    start, stop = pl.col("inventory_start"), pl.col("inventory_stop")
    filled = records.filter(stop.is_null() | (start < stop))
    starts = filled.select("item", start.alias("inventory_stop")).unique().with_columns(_followed=pl.lit(value=True))
    stops = filled.filter(stop.is_not_null()).select("item", stop.alias("inventory_start")).unique()
    stops = stops.with_columns(_follows=pl.lit(value=True))
    joined = records.join(starts, on=["item", "inventory_stop"], how="left", validate="m:1", maintain_order="left")
    joined = joined.join(stops, on=["item", "inventory_start"], how="left", validate="m:1", maintain_order="left")
    follows, followed = pl.col("_follows").fill_null(value=False), pl.col("_followed").fill_null(value=False)
    late, long = (0 if policy.start_day_billed else 1), (1 if policy.disconnect_day_billed else 0)
    first = pl.when(follows).then(start).otherwise(start.dt.offset_by(f"{late}d"))
    last = pl.when(followed).then(stop).otherwise(stop.dt.offset_by(f"{long}d"))
    begin, end = pl.lit(period.first_day), pl.lit(period.stop_day)
    clipped = joined.with_columns(start_date=pl.max_horizontal(first, begin), stop_date=pl.min_horizontal(last.fill_null(end), end)).drop(
        "_follows", "_followed"
    )
    is_in = pl.col("start_date") < pl.col("stop_date")
    return clipped.with_columns(
        start_date=pl.when(is_in).then("start_date"),
        stop_date=pl.when(is_in).then("stop_date"),
        days=pl.when(is_in).then((pl.col("stop_date") - pl.col("start_date")).dt.total_days()).otherwise(pl.lit(0, pl.Int64)),
    )


def share_parts(days: pl.Expr, stop_date: pl.Expr, period: Period) -> pl.Expr:
    """Count the parts of the month (see `share_whole`) that a span of `days` up to `stop_date` pays.

    DAILY_30: days, at most 30, and 30 for a full month of any length. DAILY_ACTUAL: days. NONE: the one part.
    SNAPSHOT: the one part if in service on the last day. Needs the column prorate.
    """
    counted = days.cast(_INT)
    month = pl.lit(_BILLING_MONTH, _INT)
    thirtieths = pl.when(days == period.days).then(month).otherwise(pl.min_horizontal(counted, month))
    prorate = pl.col("prorate")
    return (
        pl.when(prorate == "DAILY_30").then(thirtieths)
        .when(prorate == "DAILY_ACTUAL").then(counted)
        .when(prorate == "SNAPSHOT").then((stop_date == pl.lit(period.stop_day)).cast(_INT))
        .otherwise((days > 0).cast(_INT))
    )  # fmt: skip


def share_whole(period: Period) -> pl.Expr:
    """Count the parts a month has under the column prorate: 30, its days, or 1."""
    prorate = pl.col("prorate")
    return (
        pl.when(prorate == "DAILY_30").then(pl.lit(_BILLING_MONTH, _INT))
        .when(prorate == "DAILY_ACTUAL").then(pl.lit(period.days, _INT))
        .otherwise(pl.lit(1, _INT))
    )  # fmt: skip


def prorate(parts: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Take each part's share of the month of its price.

    Touching parts of one item with the same rate code, price and method are one item handed over in the month:
    every part but the last takes its own share, capped at what is left; the last takes price x the share of the
    whole span, in cents, minus what the earlier ones took in cents. Parts that differ, or that a gap divides, are
    each prorated by their own.

    Args:
        parts: item, sub, is_recurring, is_accepted (a part that is not accepted is prorated alone), rate_code,
            prorate, price_micros (Int128 millionths of a dollar a month for one line, null: unknown), lines (Int64),
            start_date, stop_date, days, source_record_id, source_file, source_line.
        period: the month.

    Rows: as many as came, sorted by item. Adds: share_num, share_den, span_num (the whole run's), numerator,
        denominator (dollars; null with the price), earlier_cents (taken by the earlier owners; null unless the row
        is a remainder).
    """
    chained = _chain(parts).with_columns(share_num=share_parts(pl.col("days"), pl.col("stop_date"), period), share_den=share_whole(period))
    span = (pl.col("stop_date").max() - pl.col("start_date").min()).over("_chain").dt.total_days()
    whole = share_parts(span, pl.col("stop_date").max().over("_chain"), period)
    own = pl.col("share_num")
    chained = chained.with_columns(span_num=whole, _before=own.cum_sum().over("_chain") - own)
    shared = pl.col("_is_shared")
    left = pl.col("span_num") - pl.min_horizontal("_before", "span_num")
    taken = pl.when(pl.col("_is_last")).then(left).otherwise(pl.min_horizontal(own, left))
    chained = chained.with_columns(share_num=pl.when(shared).then(taken).otherwise(own))
    return _take_cents(chained).drop("_chain", "_is_last", "_is_shared", "_before")


def _chain(parts: pl.DataFrame) -> pl.DataFrame:
    """Number runs of touching parts of one item, and say which runs are one item handed over."""
    key = ["is_accepted", "item", "sub"]
    ordered = parts.sort(*key, "start_date", "stop_date", "source_record_id", "source_file", "source_line")
    touches = pl.col("is_accepted") & pl.col("is_recurring") & (pl.col("start_date") == pl.col("stop_date").shift(1).over(key))
    chained = ordered.with_columns(_chain=(~touches.fill_null(value=False)).cast(pl.Int64).cum_sum())
    alike = pl.all_horizontal([pl.col(name).n_unique().over("_chain") == 1 for name in ("rate_code", "prorate", "price_micros", "lines")])
    row = pl.int_range(pl.len()).over("_chain")
    return chained.with_columns(
        _is_last=row == pl.len().over("_chain") - 1,
        _is_shared=alike & (pl.len().over("_chain") > 1) & pl.col("price_micros").is_not_null(),
    )


def _take_cents(chained: pl.DataFrame) -> pl.DataFrame:
    """Put the exact amount on every part; in a run that is shared, the last takes the remainder in cents."""
    zero = pl.lit(0, _INT)
    price = pl.col("price_micros") * pl.col("lines").cast(_INT)
    per_share = pl.lit(10**RATE_PLACES, _INT) * pl.col("share_den")

    def cents(share: pl.Expr) -> pl.Expr:
        return divide(price.abs() * share, per_share, _CENT_PLACES)

    own = cents(pl.col("share_num"))
    counted = chained.with_columns(_own_cents=own, _whole_cents=cents(pl.col("span_num"))).with_columns(
        _taken_before=pl.min_horizontal(pl.col("_own_cents").cum_sum().over("_chain") - pl.col("_own_cents"), "_whole_cents")
    )
    left = pl.col("_whole_cents") - pl.col("_taken_before")
    is_rest = pl.col("_is_shared") & (pl.col("_is_last") | (pl.col("_own_cents") > left))
    signed = pl.when(price < zero).then(zero - left).otherwise(left)
    return counted.with_columns(
        numerator=pl.when(is_rest).then(signed).otherwise(price * pl.col("share_num")),
        denominator=pl.when(is_rest).then(pl.lit(100, _INT)).otherwise(per_share),
        earlier_cents=pl.when(is_rest).then("_taken_before"),
    ).drop("_own_cents", "_whole_cents", "_taken_before")
