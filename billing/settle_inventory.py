"""The inventory as it is known today: what the snapshot lists, and what it lists no longer as that was last reported."""

import datetime as dt
from collections import defaultdict
from typing import Final

import polars as pl

from billing.centrex import CENTREX
from billing.circuits import CIRCUITS
from billing.frames import record_schema
from billing.periods import Period
from billing.recurring import Inventory, named
from billing.voip import VOIP

KINDS: Final[dict[str, Inventory]] = {"circuits": CIRCUITS, "voip": VOIP, "centrex": CENTREX}
_END: Final = dt.date(9999, 12, 31)
_ROW: Final = ["item", "inventory_start"]  # what stays the same of a row from snapshot to snapshot
Span = tuple[dt.date, dt.date]  # half-open


def known_inventory(kind: Inventory, snapshot: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Put beside the snapshot's rows what is known of the days they leave open.

    A row that has left the snapshot while its item is still listed stands as it was last reported, on the days that no
    row reported later covers and up to the month it was last listed in: ended rows leave a snapshot, and silence says
    nothing about days gone by. It does not stand when it was still open and a row of the same item, owner and rate code,
    unknown to the snapshot it was last in, is listed now: that is the same row with another start. An item of which no
    row is listed is not known at all.

    Args:
        snapshot: record_schema(kind.feed), the period's.
        before: earlier records as `named`, with period and outcome.

    Rows: the snapshot's, then one per stretch of days of a row that left. Returns: record_schema(kind.feed), what
    `named` adds, shown_file (the file's own name) and reported_in (the period of a row that left; else null).
    """
    now = named(kind, snapshot).with_columns(shown_file="source_file", reported_in=pl.lit(None, pl.String))
    words = before.filter(pl.col("outcome") == "BILLED").join(now.select("item").unique(), on="item", how="semi")
    last = words.sort("period", "inventory_stop", "source_file", "source_line").unique(_ROW, keep="last", maintain_order=True)
    gone = last.join(now, on=_ROW, how="anti", maintain_order="left")
    gone = gone.join(_restarted(gone, now, words), on=_ROW, how="anti", maintain_order="left")
    if gone.is_empty():
        return now
    return pl.concat([now, _stretches(kind, gone, now)])


def _restarted(gone: pl.DataFrame, now: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """List the rows that are listed now with another start: item, inventory_start."""
    same = ["item", "billing_number", "rate_code"]
    candidates = gone.filter(pl.col("inventory_stop").is_null()).join(now.select(*same, _now="inventory_start"), on=same, how="inner")
    old = words.select("item", "period", _now="inventory_start")
    return candidates.join(old, on=["item", "period", "_now"], how="anti").select(_ROW).unique()


def _stretches(kind: Inventory, gone: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Cut the rows that left down to the days no later word covers, the last reported first."""
    taken: dict[str, list[Span]] = defaultdict(list)
    listed = now.filter(pl.col("item").is_in(gone["item"].unique().implode())).select("item", *_span())
    for item, start, stop in listed.rows():
        taken[item].append((start, stop))
    ordered = gone.sort("period", "inventory_start", descending=True).with_row_index("_gone")
    cuts = []
    for row, item, start, stop in ordered.select("_gone", "item", *_span()).rows():
        left = open_days((start, stop), taken[item])
        taken[item] += left
        cuts += [(row, place, *span) for place, span in enumerate(left)]
    shape = {"_gone": pl.UInt32(), "_place": pl.Int64(), "_start": pl.Date(), "_stop": pl.Date()}
    pieces = pl.DataFrame(cuts, schema=shape, orient="row").join(ordered, on="_gone", how="left", validate="m:1", maintain_order="left")
    stop = pl.when(pl.col("_stop") < pl.lit(_END)).then("_stop")
    # the same record in two places is two rows: each needs a number and a file of its own
    own = [
        pl.concat_str("period", pl.col("_place").cast(pl.String), name, separator="/").alias(name)
        for name in ("source_record_id", "source_file")
    ]
    pieces = pieces.with_columns(
        *own, pl.col("_start").alias(kind.start), stop.alias(kind.stop), shown_file="source_file", reported_in="period",
        inventory_start="_start", inventory_stop=stop,
    )  # fmt: skip
    return pieces.select(now.columns)


def _span() -> list[pl.Expr]:
    return [pl.col("inventory_start"), pl.col("inventory_stop").fill_null(pl.lit(_END))]


def open_days(span: Span, taken: list[Span]) -> list[Span]:
    """Cut out of a span of days what others have taken."""
    left = []
    start, stop = span
    for begin, end in sorted(other for other in taken if other[0] < other[1]):
        if start < min(begin, stop):
            left.append((start, min(begin, stop)))
        start = max(start, end)
    return [*left, (start, stop)] if start < stop else left


def as_listed_then(kind: Inventory, known: pl.DataFrame, before: pl.DataFrame, month: Period) -> pl.DataFrame:
    """Take what is known of one month; what has no date of its own is as the month's own snapshot had it, if that lists the item.

    Features and handset of a VoIP line; the quantity of a Centrex station whose order took effect after the month.
    Were today's word taken, every feature added or taken off would be billed or credited for a year.

    Args:
        known: see `known_inventory`.
        before: earlier records as `named`, with period.

    Rows: the snapshot's, and those that left it in the month or later. Returns: record_schema(kind.feed).
    """
    known = known.filter(pl.col("reported_in").is_null() | (pl.col("reported_in") >= pl.lit(str(month))))
    shape = list(record_schema(kind.feed))
    undated = {"voip": ["features", "device_model"], "centrex": ["quantity"]}.get(kind.feed, [])
    then = before.filter(pl.col("period") == str(month)).sort("inventory_start", "source_file", "source_line")
    if not undated or then.is_empty():
        return known.select(shape)
    is_later = (pl.col("effective_date") >= pl.lit(month.stop_day)).fill_null(value=False) if kind.feed == "centrex" else pl.lit(value=True)
    found = known
    for key, mark in ((_ROW, "_row"), (["item"], "_item")):
        old = then.unique(key, keep="last", maintain_order=True)
        named_old = old.select(*key, *[pl.col(name).alias(f"{mark}_{name}") for name in undated], pl.lit(value=True).alias(mark))
        found = found.join(named_old, on=key, how="left", validate="m:1", maintain_order="left")
    return found.with_columns(
        pl.when(is_later & pl.col("_row").is_not_null()).then(f"_row_{name}")
        .when(is_later & pl.col("_item").is_not_null()).then(f"_item_{name}")
        .otherwise(name).alias(name)
        for name in undated
    ).select(shape)  # fmt: skip
