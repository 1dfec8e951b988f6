"""R17, inventory changes: what was installed, moved, changed and disconnected, and lines of numbers that never call."""

from typing import Final

import polars as pl

from billing.carry import origin
from reports.finance.item_moves import ITEM, in_service, item_moves
from reports.finance.places import stream_place
from reports.finance.record_charges import RECORD, record_charges
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

_LINES: Final = ("voip", "centrex")
_CHANGES: Final = ("INSTALL", "DISCONNECT", "MOVE", "CHANGE")
_NOTE: Final = (
    "In service on the last day of the month, beside the last day of the month before. LATE: dated in service before, but not in that"
    " month's snapshot; GONE: no longer in the snapshot, without a disconnect date. monthly is what the item was billed this month."
)
_UNCOMPARED: Final = " The month before is not published: the dates of this snapshot alone tell what was in service."
_IDLE: Final = (
    "Known only by billing number: published calls name the number that pays, not the station. Listed are lines whose billing number"
    " has no call at all, free ones included, in the months looked at; calls inside a switch reach no feed, and circuits count nothing."
)


def inventory_changes(published: Published) -> Report:
    """R17 of a month.

    Rows: `feeds` one per inventory feed: opening + installs - disconnects = closing; `changes` one per change;
    `zero_use` one per feed and billing number with lines in service and no call.

    Raises:
        ReconciliationError: a feed does not foot, or the items' charges are not the charge rows made of their records.
    """
    now, month = published.now("fact_inventory"), published.month
    is_compared = str(month.shift(-1)) in published.months
    before = published.before("fact_inventory") if is_compared else None
    moves = item_moves(before, now, month)
    changes = moves.join(_monthly(published, now), on=ITEM, how="left", validate="m:1", maintain_order="left")
    was = in_service(now if before is None else before, month.shift(-1).last_day)
    feeds = _feeds(was, in_service(now, month.last_day), moves)
    counts = {change: moves.filter(pl.col("change") == change).height for change in _CHANGES}
    idle = _zero_use(published, now)
    moved = pl.col("opening") + pl.col("install") - pl.col("disconnect")
    counted = sum(int(feeds[change.lower()].sum()) for change in _CHANGES)
    note = _NOTE if is_compared else _NOTE + _UNCOMPARED
    return Report(
        "R17", "inventory-changes", "Inventory changes", published.period,
        (
            Fact("opening", "In service at the start", was.height),
            *[Fact(change.lower(), f"{change.capitalize()}s", counts[change]) for change in _CHANGES],
            Fact("closing", "In service at the end", int(feeds["closing"].sum())),
            Fact("gone", "Vanished without a date", moves.filter(pl.col("how") == "GONE").height),
            Fact("zero_use", "Lines of numbers that never call", int(idle["lines"].sum())),
        ),
        (
            Section("feeds", "Inventories", feeds, tuple(name for name in feeds.columns if name != "feed"), note),
            Section("changes", "Changes", changes, ("monthly",), note),
            Section("zero_use", "Lines without use", idle, ("lines", "monthly"), f"{_IDLE} Months: {', '.join(published.months)}."),
        ),
        (
            Foot("feeds whose opening + installs - disconnects is not their closing",
                 NOTHING + feeds.filter((moved != pl.col("closing")).fill_null(value=True)).height, NOTHING),
            Foot("changes of the feeds and changes", NOTHING + counted, NOTHING + moves.height),
            Foot("what changed and what did not, billed", total(_monthly(published, now)["monthly"]),
                 total(record_charges(published, tuple(_FEEDS))["amount"])),
        ),
    ).checked()  # fmt: skip


_FEEDS: Final = ("circuits", *_LINES)


def _monthly(published: Published, now: pl.DataFrame) -> pl.DataFrame:
    """What each item was billed this month, all its rows together; one without item for records that are not published."""
    items = now.select(*RECORD, "item")
    charges = record_charges(published, _FEEDS).join(items, on=RECORD, how="left", validate="m:1", maintain_order="left")
    found = charges.group_by(ITEM).agg(monthly=pl.col("amount").sum())
    return money(found.sort(ITEM, nulls_last=True), ("monthly",))


def _feeds(was: pl.DataFrame, stands: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    marked = pl.concat([
        was.select("feed", what=pl.lit("opening")), stands.select("feed", what=pl.lit("closing")),
        moves.select("feed", what=pl.col("change").str.to_lowercase()),
    ])  # fmt: skip
    names = ("opening", *(change.lower() for change in _CHANGES), "closing")
    counts = [(pl.col("what") == name).sum().cast(pl.Int64).alias(name) for name in names]
    return marked.group_by("feed").agg(counts).sort(stream_place("feed"))


def _zero_use(published: Published, now: pl.DataFrame) -> pl.DataFrame:
    """Lines in service at the month's end whose billing number is named by no published call, by number."""
    lines = in_service(now.filter(pl.col("feed").is_in(_LINES), origin().is_null()), published.month.last_day)
    called = published.past("fact_call", ["billing_number"]).unique()
    idle = lines.join(called, on="billing_number", how="anti").join(_monthly(published, now), on=ITEM, how="left", validate="1:1")
    sums = idle.group_by("feed", "billing_number", "agency_code").agg(
        lines=pl.len().cast(pl.Int64), oldest_start=pl.col("start_date").min(), monthly=pl.col("monthly").sum()
    )
    return money(sums.sort(stream_place("feed"), "billing_number"), ("monthly",))
