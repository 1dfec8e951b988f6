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
_MICROS: Final = pl.lit(10**RATE_PLACES, _INT)


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
    dated, first, last = records, pl.col("inventory_start"), pl.col("inventory_stop")
    if not policy.start_day_billed or policy.disconnect_day_billed:
        dated = _mark_hand_overs(records)
        late, long = (0 if policy.start_day_billed else 1), (1 if policy.disconnect_day_billed else 0)
        first = pl.when("_follows").then(first).otherwise(first.dt.offset_by(f"{late}d"))
        last = pl.when("_followed").then(last).otherwise(last.dt.offset_by(f"{long}d"))
    begin, end = pl.lit(period.first_day), pl.lit(period.stop_day)
    clipped = dated.with_columns(start_date=pl.max_horizontal(first, begin), stop_date=pl.min_horizontal(last.fill_null(end), end)).drop(
        "_follows", "_followed", strict=False
    )
    is_in = pl.col("start_date") < pl.col("stop_date")
    return clipped.with_columns(
        start_date=pl.when(is_in).then("start_date"),
        stop_date=pl.when(is_in).then("stop_date"),
        days=pl.when(is_in).then((pl.col("stop_date") - pl.col("start_date")).dt.total_days()).otherwise(pl.lit(0, pl.Int64)),
    )


def _mark_hand_overs(records: pl.DataFrame) -> pl.DataFrame:
    """Say which rows start on the day another row of their item stops (_follows), and the other way round (_followed)."""
    start, stop = pl.col("inventory_start"), pl.col("inventory_stop")
    filled = records.filter(stop.is_null() | (start < stop))
    starts = filled.select("item", start.alias("inventory_stop")).unique().with_columns(_followed=pl.lit(value=True))
    stops = filled.filter(stop.is_not_null()).select("item", stop.alias("inventory_start")).unique()
    stops = stops.with_columns(_follows=pl.lit(value=True))
    joined = records.join(starts, on=["item", "inventory_stop"], how="left", validate="m:1", maintain_order="left")
    joined = joined.join(stops, on=["item", "inventory_start"], how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(pl.col("_follows", "_followed").fill_null(value=False))


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

    Rows: as many as came, sorted by item. Adds: share_num, share_den, span_num (of the whole run that shares, else its own), numerator,
        denominator (dollars; null with the price), earlier_cents (taken by the earlier owners; null unless the row
        is a remainder).
    """
    key = ["is_accepted", "item", "sub"]
    ordered = parts.sort(*key, "start_date", "stop_date", "source_record_id", "source_file", "source_line").with_row_index("_row")
    is_next = pl.col("is_accepted") & pl.col("is_recurring") & (pl.col("start_date") == pl.col("stop_date").shift(1))
    touches = pl.all_horizontal(*_same_as_before(key), is_next).fill_null(value=False)
    alone = (
        ordered.with_columns(
            _touches=touches,
            _price=pl.col("price_micros") * pl.col("lines").cast(_INT),
            share_num=share_parts(pl.col("days"), pl.col("stop_date"), period),
            share_den=share_whole(period),
        )
        .with_columns(span_num="share_num", numerator=pl.col("_price") * pl.col("share_num"), denominator=_MICROS * pl.col("share_den"))
        .with_columns(earlier_cents=pl.lit(None, _INT))
    )
    is_chained = pl.col("_touches") | pl.col("_touches").shift(-1, fill_value=False)
    shared = _share_cents(_share_days(_alike(alone.filter(is_chained)), period))
    return alone.update(shared, on="_row").drop("_row", "_touches", "_price")


def _same_as_before(columns: list[str]) -> list[pl.Expr]:
    return [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in columns]


def _alike(chained: pl.DataFrame) -> pl.DataFrame:
    """Number runs of touching parts of one item (_chain), and leave those that are one item handed over."""
    same = pl.all_horizontal(_same_as_before(["rate_code", "prorate", "price_micros", "lines"]))
    numbered = chained.with_columns(
        _chain=(~pl.col("_touches")).cum_sum(),
        _is_last=~pl.col("_touches").shift(-1, fill_value=False),
        _is_alike=(same | ~pl.col("_touches")) & pl.col("price_micros").is_not_null(),
    )
    return numbered.filter(pl.col("_is_alike").all().over("_chain"))


def _with_before(chained: pl.DataFrame, amount: str) -> pl.DataFrame:
    """Add _before: what the earlier parts of each row's run come to; one running total, less what it was before the run."""
    running = chained.with_columns(_before=pl.col(amount).cum_sum() - pl.col(amount))
    return running.with_columns(_before=pl.col("_before") - pl.col("_before").first().over("_chain"))


def _share_days(chained: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Let every part of a run take its own share, capped at what is left of the run's; the last takes the rest."""
    own, whole = pl.col("share_num"), pl.col("span_num")
    spanned = (
        _with_before(chained, "share_num")
        .with_columns(_stop=pl.col("stop_date").max().over("_chain"), _start=pl.col("start_date").min().over("_chain"))
        .with_columns(_span=(pl.col("_stop") - pl.col("_start")).dt.total_days())
        .with_columns(span_num=share_parts(pl.col("_span"), pl.col("_stop"), period))
        .with_columns(_left=whole - pl.min_horizontal("_before", whole))
    )
    return spanned.with_columns(share_num=pl.when("_is_last").then("_left").otherwise(pl.min_horizontal(own, "_left")))


def _share_cents(chained: pl.DataFrame) -> pl.DataFrame:
    """Put the exact amount on every part of a run; the last takes the remainder of the run's cents."""
    zero, price = pl.lit(0, _INT), pl.col("_price")

    def cents(share: str) -> pl.Expr:
        return divide(price.abs() * pl.col(share), pl.col("denominator"), _CENT_PLACES)

    counted = (
        _with_before(chained.with_columns(_own_cents=cents("share_num"), _whole_cents=cents("span_num")), "_own_cents")
        .with_columns(_taken=pl.min_horizontal("_before", "_whole_cents"))
        .with_columns(_left=pl.col("_whole_cents") - pl.col("_taken"))
        .with_columns(_is_rest=pl.col("_is_last") | (pl.col("_own_cents") > pl.col("_left")))
    )
    rest = pl.when(price < zero).then(zero - pl.col("_left")).otherwise("_left")
    return counted.select(
        "_row", "share_num", "span_num",
        numerator=pl.when("_is_rest").then(rest).otherwise(price * pl.col("share_num")),
        denominator=pl.when("_is_rest").then(pl.lit(100, _INT)).otherwise("denominator"),
        earlier_cents=pl.when("_is_rest").then("_taken"),
    )  # fmt: skip
