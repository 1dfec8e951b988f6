"""Which months before the look-back a month's records meet again: the little that has to be kept of all of them.

A number is billed once for ever, a vendor's line too. So of each record ever billed there is a row of what the rules
know it again by; where one is met, its month's records are looked at.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from billing.pass_through_audit import VENDOR_LINE
from billing.periods import Period
from billing.usage_audit import SAME
from billing.variance import ITEMS

_ID: Final = ("source_record_id",)
KNOWN_BY: Final[dict[str, tuple[str, ...]]] = {
    "usage": (*_ID, *SAME),
    "pass_through": (*_ID, *VENDOR_LINE),
    "long_distance": _ID,
    "stock": _ID,
    "adjustments": _ID,
    "circuits": ("circuit_id", "billing_start_date", "disconnect_date"),
    "voip": ("line_id", "start_date", "stop_date"),
    "centrex": ("station_no", "usoc", "rate_code", "start_date", "stop_date"),
}


def known_by(feed: str, records: pl.LazyFrame, period: Period) -> pl.LazyFrame:
    """What is kept of a posted month's records: of a snapshot the rows that end after the month, else what was billed.

    Args:
        records: record_schema(feed), period, outcome of that month.

    Returns: period and KNOWN_BY of the feed.
    """
    if feed in ITEMS:
        kept = records.filter(pl.col(ITEMS[feed][2]) > pl.lit(period.stop_day))
    else:
        kept = records.filter(pl.col("outcome") == "BILLED")
    return kept.select("period", *KNOWN_BY[feed])


def months_met(feed: str, records: pl.DataFrame, old: pl.LazyFrame, recent: pl.LazyFrame, since: Period) -> list[str]:
    """The older months whose records a month's records meet again, oldest first.

    Args:
        records: the month's records of the feed.
        old: `known_by` of the months before the window.
        recent: BILLED records of the months within the window.
        since: the first month of the window.
    """
    met = [_ended(feed, records, old, since)] if feed in ITEMS else [_again(records, old, list(_ID))]
    met += [way(records, old, recent) for way in _MORE.get(feed, ())]
    return pl.concat([part.select("period") for part in met]).unique().collect()["period"].sort().to_list()


def _again(records: pl.DataFrame, old: pl.LazyFrame, key: list[str], *, nulls_equal: bool = False) -> pl.LazyFrame:
    return old.join(records.select(key).unique().lazy(), on=key, how="semi", nulls_equal=nulls_equal)


def _same_usage(records: pl.DataFrame, old: pl.LazyFrame, _recent: pl.LazyFrame) -> pl.LazyFrame:
    return _again(records, old, list(SAME), nulls_equal=True)


def _same_vendor_line(records: pl.DataFrame, old: pl.LazyFrame, _recent: pl.LazyFrame) -> pl.LazyFrame:
    return _again(records, old, list(VENDOR_LINE))


def _same_day(records: pl.DataFrame, old: pl.LazyFrame, _recent: pl.LazyFrame) -> pl.LazyFrame:
    """Hours of the same worker on the same day."""
    one_day = pl.when(pl.col("service_from") == pl.col("service_to")).then(pl.col("service_to"))
    day = pl.coalesce("usage_date", one_day).alias("_day")
    ours = records.select("worker_id", day).drop_nulls().unique()
    return old.with_columns(day).join(ours.lazy(), on=["worker_id", "_day"], how="semi")


def _last_owner(records: pl.DataFrame, old: pl.LazyFrame, recent: pl.LazyFrame) -> pl.LazyFrame:
    """The latest month of each resource that was not billed since."""
    ours = records.lazy().select("resource_id").drop_nulls().unique().join(recent.select("resource_id"), on="resource_id", how="anti")
    return old.join(ours, on="resource_id", how="semi").group_by("resource_id").agg(pl.col("period").max())


def _ended(feed: str, records: pl.DataFrame, old: pl.LazyFrame, since: Period) -> pl.LazyFrame:
    """The latest month of each row that ends within the window and has left the snapshot."""
    names, start, stop = ITEMS[feed]
    row = [*names, start]
    gone = old.filter(pl.col(stop) >= pl.lit(since.first_day)).join(records.lazy().select(row), on=row, how="anti", nulls_equal=True)
    return gone.group_by(*row, stop).agg(pl.col("period").max())


_MORE: Final[dict[str, tuple[Callable[[pl.DataFrame, pl.LazyFrame, pl.LazyFrame], pl.LazyFrame], ...]]] = {
    "usage": (_same_usage, _same_day, _last_owner),
    "pass_through": (_same_vendor_line,),
}
