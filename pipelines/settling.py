"""Settle an open month: today's inventory against what was billed, less what people entered or suspense still holds."""

import datetime as dt

import polars as pl

from billing.carry import origin
from billing.frames import record_schema
from billing.ids import SEPARATOR
from billing.periods import Period
from billing.recurring import named
from billing.settle import propose
from billing.settle_inventory import KINDS
from pipelines.recorded import load_carried, read_as_of, stages_of
from pipelines.run import run_month
from pipelines.workspace import Workspace


def proposed(workspace: Workspace, period: Period) -> pl.DataFrame:
    """The proposals for a period as it would be run now; nothing is written. Returns: PROPOSALS.

    A month of an item whose record of that month is still held in suspense proposes nothing: the record bills it.

    Raises:
        PeriodError: the period was not run yet.
    """
    as_of = dt.date.fromisoformat(read_as_of(stages_of(workspace, period)))
    run = run_month(workspace, period, as_of, write=False)
    given = run.bill.lines.filter(pl.col("stream") == "adjustments")
    own = {feed: run.records(feed).filter(origin().is_null()).select(list(record_schema(feed))) for feed in (*KINDS, "adjustments")}
    found = propose(own, run.bill.tables, period, run.policy, run.bill.earlier, given)
    entered = run.book.adjustments["source_record_id"]
    found = found.filter(~pl.col("source_record_id").is_in(entered.implode()))  # entered before: waiting, held or rejected
    return found.join(_in_suspense(workspace, period), on=["feed", "item", "month"], how="anti", maintain_order="left")


def _in_suspense(workspace: Workspace, period: Period) -> pl.DataFrame:
    """feed, item and month of inventory records that earlier months left."""
    carried, _ = load_carried(workspace, period)
    parts = [
        named(kind, carried.of(feed)).select(
            pl.lit(feed).alias("feed"), pl.col("item").str.replace_all(SEPARATOR, " ", literal=True), month=origin()
        )
        for feed, kind in KINDS.items()
    ]
    return pl.concat(parts)
