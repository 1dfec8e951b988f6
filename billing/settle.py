"""Settle what was billed in arrears: what today's inventory says each month should have come to, against what was billed.

The difference is proposed as adjustments that wait for approval; nothing is billed by settling alone.
"""

from typing import Final

import polars as pl

from billing.frames import CHARGES, Earlier, Tables, conform, empty, record_schema
from billing.periods import Period
from billing.policy import Policy
from billing.recurring import named
from billing.settle_causes import explain_causes
from billing.settle_given import adjustments_of, attribute, lines_left
from billing.settle_inventory import KINDS, known_inventory
from billing.settle_rows import PROPOSALS, write_proposals
from billing.settle_sides import KEY, billed_rows, should_rows

__all__ = ["PROPOSALS", "differences", "months_to_settle", "propose", "to_records"]

_ZERO: Final = pl.lit(0, pl.Int128)


def months_to_settle(period: Period, policy: Policy, earlier: Earlier) -> list[Period]:
    """List the earlier months of the look-back that have been run, no further back than the workspace's first."""
    known = set(earlier.charges["period"].unique().to_list())
    for feed in earlier.records:
        known.update(earlier.of(feed).select(pl.col("period").unique()).collect()["period"].to_list())
    back = [period.shift(-step) for step in range(policy.look_back_periods, 0, -1)]
    return [month for month in back if str(month) in known]


def propose(
    snapshots: dict[str, pl.DataFrame], tables: Tables, period: Period, policy: Policy, earlier: Earlier, given: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Propose credits and debits for circuits, VoIP lines and Centrex stations.

    Every month of the look-back that has been run is billed again with the inventory and the tables of today, by the same
    functions as `run`: proration, several owners of an item, overrides, mark-ups and surcharges. What this comes to,
    less what was billed, less what adjustments moved since, is proposed: one row per item, owner, rate code, component
    and month; a credit above what is left on its largest line goes on to the next. A fee follows the row it stands on: a
    percentage moves with it, a PER_LINE amount falls when the line's charge falls wholly, and is a proposal of its own
    that names the fee's own line.

    Not settled here: codes of bill_timing ADVANCE, which every run settles; the period's own month. Nothing is proposed
    on silence: not for items the snapshot does not list (V011), for rows that left it (see `known_inventory`), for one-time
    charges no longer listed, for what a run would hold. A credit that a person gave is never billed back.

    Args:
        snapshots: feed -> the period's records (record_schema); those of "adjustments", if there, tell which line a
            debit of the period names.
        earlier: what was billed; LINES with their invoices.
        given: CHARGES or LINES of the period's adjustments so far, approved or waiting: settling again proposes what
            is still missing.

    Returns: PROPOSALS, sorted by feed, item, month, owner, code and line; prepared_by and prepared_at are null.

    Raises:
        TableError: a surcharge has no percent or amount.
        ReconciliationError: a record was lost on the way, or an amount is beyond any bill.
    """
    months = months_to_settle(period, policy, earlier)
    done = adjustments_of(earlier, empty(CHARGES) if given is None else given, snapshots.get("adjustments"), period)
    found = [
        _propose_feed(feed, snapshots[feed], tables, period, policy, earlier, done, months)
        for feed in KINDS
        if feed in snapshots and months and not snapshots[feed].is_empty()
    ]
    return pl.concat([empty(PROPOSALS), *found])


def _propose_feed(
    feed: str, snapshot: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier, done: pl.DataFrame,
    months: list[Period],
) -> pl.DataFrame:  # fmt: skip
    """Settle one feed over all months."""
    kind = KINDS[feed]
    before = named(kind, earlier.of(feed).collect())
    known = known_inventory(kind, snapshot, before)
    should, grounds = should_rows(kind, known, before, tables, months, policy)
    billed = billed_rows(kind, before, earlier)
    rows = pl.concat([frame.select("item", "billing_number", "rate_code") for frame in (known, before)])
    whole = [rows.with_columns(component=pl.lit(name)) for name in ("MRC", "NRC")]
    combos = pl.concat([should.select(KEY[:-1]), billed.select(KEY[:-1]), *whole]).unique()
    moves = attribute(feed, done, billed, combos)
    lines = lines_left(billed, moves, done, earlier)
    should, billed, moves = (grounds.judged(rows) for rows in (should, billed, moves))
    every = differences(should, billed, moves)
    if every.filter(pl.col("difference") != 0).is_empty():
        return empty(PROPOSALS)
    starts = before.select(billed_period="period", billed_file="source_file", billed_line="source_line", then_start="inventory_start")
    every = every.join(starts, on=["billed_period", "billed_file", "billed_line"], how="left", validate="m:1")
    told = explain_causes(every, known, before, period)
    return write_proposals(told, lines, done, feed, period)


def differences(should: pl.DataFrame, billed: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Set what should be against what was billed and moved since, key by key.

    Credits that did not come of settling only lower what may be credited: where they alone make a month come to less
    than it should, nothing is billed back.

    Returns: KEY, should_* and billed_* (cents, span, unit rate, file and line of the largest row), settled, hand_credit
    and hand_debit (cents), charge_ids, difference (cents; below zero: too much was billed).
    """
    sides = [_side(should, "should", []), _side(billed, "billed", ["period"])]
    is_own = pl.col("hash").is_not_null()
    cents = pl.col("cents")
    given = moves.group_by(KEY).agg(
        settled=cents.filter(is_own).sum(), hand_credit=cents.filter(~is_own & (cents < 0)).sum(),
        hand_debit=cents.filter(~is_own & (cents > 0)).sum(), _moves=pl.col("charge_id").sort(),
    )  # fmt: skip
    ids = billed.group_by(KEY).agg(_billed=pl.col("charge_id").sort())
    keys = pl.concat([frame.select(KEY) for frame in (*sides, given)]).unique()
    for frame in (*sides, given, ids):
        keys = keys.join(frame, on=KEY, how="left", validate="1:1")
    none = pl.lit([], pl.List(pl.String))
    amounts = {name: pl.coalesce(name, _ZERO) for name in ("should_cents", "billed_cents", "settled", "hand_credit", "hand_debit")}
    gap = amounts["should_cents"] - amounts["billed_cents"] - amounts["settled"] - amounts["hand_credit"] - amounts["hand_debit"]
    return keys.with_columns(
        charge_ids=pl.coalesce("_billed", none).list.concat(pl.coalesce("_moves", none)).list.join(";"),
        difference=pl.when(gap < _ZERO).then(gap).otherwise(pl.max_horizontal(gap + amounts["hand_credit"], _ZERO)),
    ).drop("_billed", "_moves").sort(KEY)  # fmt: skip


def _side(rows: pl.DataFrame, name: str, more: list[str]) -> pl.DataFrame:
    """Add up one side by key; its file, line and unit rate are those of its largest row."""
    ordered = rows.sort(*KEY, "cents", "start_date", "source_file", "source_line", descending=[False] * 5 + [True] + [False] * 3)
    first = {"unit": "unit_rate", "file": "source_file", "line": "source_line", **{word: word for word in more}}
    return ordered.group_by(KEY, maintain_order=True).agg(
        pl.col("cents").sum().alias(f"{name}_cents"),
        pl.col("start_date").min().alias(f"{name}_start"),
        pl.col("stop_date").max().alias(f"{name}_stop"),
        pl.col("rule").sort_by("start_date").str.join(" + ").alias(f"{name}_rule"),
        *[pl.col(column).first().alias(f"{name}_{word}") for word, column in first.items()],
    )


def to_records(proposals: pl.DataFrame, prepared_by: str, prepared_at: str, source_file: str) -> pl.DataFrame:
    """Make adjustment records of proposals, as if they had come in a file.

    Args:
        proposals: PROPOSALS.
        prepared_at: ISO 8601 with offset.
        source_file: the name the records stand under; lines count from 2.

    Rows: one per proposal. Returns: record_schema("adjustments").
    """
    shape = record_schema("adjustments")
    rows = proposals.drop("feed").with_columns(
        feed=pl.lit("adjustments"), source_file=pl.lit(source_file), source_line=pl.int_range(2, pl.len() + 2, dtype=pl.Int64),
        prepared_by=pl.lit(prepared_by), prepared_at=pl.lit(prepared_at),
    )  # fmt: skip
    return conform(rows.select(list(shape)), shape)
