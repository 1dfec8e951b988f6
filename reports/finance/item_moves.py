"""What became of each item between two inventory snapshots: installed, disconnected, moved or changed."""

import datetime as dt
from typing import Final

import polars as pl

from billing.carry import origin
from billing.periods import Period

ITEM: Final = ["feed", "item"]
FACTS: Final = (
    "description", "billing_number", "agency_code", "rate_code", "location", "quantity", "mrc_override", "start_date", "stop_date",
    "order_no", "order_type",
)  # fmt: skip
_MOVES: Final = ("billing_number", "location")
_CHANGES: Final = ("rate_code", "quantity", "mrc_override")


def in_service(rows: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The items in service on a day: started, and not yet disconnected (the disconnect day itself is not in service).

    Rows carried over from an earlier month are no part of a snapshot. Of an item with several rows that cover the day,
    which are held as overlapping, the last one speaks.

    Rows: one per feed and item. Returns: ITEM and FACTS.
    """
    live = (pl.col("start_date") <= day) & (pl.col("stop_date") > day).fill_null(value=True)
    found = rows.filter(live, origin().is_null()).sort(*ITEM, "start_date", "source_line")
    return found.unique(ITEM, keep="last", maintain_order=True).select(*ITEM, *FACTS)


def item_moves(before: pl.DataFrame | None, now: pl.DataFrame, month: Period) -> pl.DataFrame:
    """What changed from the last day before the month to its last day.

    change: INSTALL, DISCONNECT (an item that came and went within the month is both), MOVE (another billing number or
    place), CHANGE (another rate code, quantity or agreed price). how: DATED, by the dates of its row; LATE, it was dated in
    service before and the snapshot of that month did not have it; GONE, the snapshot no longer has it.

    Args:
        before: fact_inventory of the month before; none: not published, so the month's own dates tell what was in service.
        now: fact_inventory of the month.

    Rows: one per change. Returns: change, how, ITEM, FACTS (of a disconnect: what it was), then old_billing_number,
    old_location, old_rate_code, old_quantity, old_mrc_override.
    """
    was = in_service(now if before is None else before, month.shift(-1).last_day)
    stands = in_service(now, month.last_day)
    came = stands.join(was, on=ITEM, how="anti")
    went = was.join(stands, on=ITEM, how="anti")
    left = went.select(*ITEM).join(now.filter(origin().is_null()).select(ITEM).unique(), on=ITEM, how="semi")
    installs = came.with_columns(
        change=pl.lit("INSTALL"), how=pl.when(pl.col("start_date") < month.first_day).then(pl.lit("LATE")).otherwise(pl.lit("DATED"))
    )
    last = _last_rows(now).join(left, on=ITEM, how="semi")
    gone = went.join(left, on=ITEM, how="anti").with_columns(change=pl.lit("DISCONNECT"), how=pl.lit("GONE"))
    dated = last.with_columns(change=pl.lit("DISCONNECT"), how=pl.lit("DATED"))
    brief = [
        _brief(now, was, stands, month).with_columns(change=pl.lit(change), how=pl.lit("DATED")) for change in ("INSTALL", "DISCONNECT")
    ]
    parts = [_altered(was, stands), installs, dated, gone, *brief]
    return pl.concat(parts, how="diagonal").select("change", "how", *ITEM, *FACTS, *_OLD).sort("change", *ITEM)


_OLD: Final = tuple(f"old_{name}" for name in (*_MOVES, *_CHANGES))


def _altered(was: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """Items in service on both days whose row says otherwise; a move outweighs a change."""
    old = was.select(*ITEM, *[pl.col(name).alias(f"old_{name}") for name in (*_MOVES, *_CHANGES)])
    both = stands.join(old, on=ITEM, how="inner", validate="1:1")
    differs = {name: pl.col(name).ne_missing(pl.col(f"old_{name}")) for name in (*_MOVES, *_CHANGES)}
    is_moved = pl.any_horizontal(differs[name] for name in _MOVES)
    is_changed = pl.any_horizontal(differs[name] for name in _CHANGES)
    marked = both.with_columns(change=pl.when(is_moved).then(pl.lit("MOVE")).when(is_changed).then(pl.lit("CHANGE")), how=pl.lit("DATED"))
    return marked.filter(pl.col("change").is_not_null())


def _last_rows(now: pl.DataFrame) -> pl.DataFrame:
    """Each item's last row of the snapshot, in service or not."""
    rows = now.filter(origin().is_null()).sort(*ITEM, "start_date", "source_line")
    return rows.unique(ITEM, keep="last", maintain_order=True).select(*ITEM, *FACTS)


def _brief(now: pl.DataFrame, was: pl.DataFrame, stands: pl.DataFrame, month: Period) -> pl.DataFrame:
    """Items in service on some day of the month, but on neither day before nor at its end."""
    starts = pl.col("start_date").is_between(month.first_day, month.last_day)
    some_day = starts & (pl.col("stop_date") > pl.col("start_date")).fill_null(value=False)
    rows = _last_rows(now).filter(some_day)
    return rows.join(was, on=ITEM, how="anti").join(stands, on=ITEM, how="anti")
