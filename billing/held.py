"""What each held record holds back in dollars, and which finding stands for it; together they are what the control totals hold."""

from fractions import Fraction
from typing import Any, Final

import polars as pl

from billing.exceptions import WAITING
from billing.frames import EXCEPTIONS, HOLDS, OUTCOMES, SUSPENSE, conform
from billing.layouts import FEEDS
from billing.money import DOLLARS, round_half_away

_KEY: Final = ("feed", "source_file", "source_line")

# One record that is held.
HELD_RECORDS: Final[dict[str, pl.DataType]] = {
    "feed": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "held_amount": DOLLARS,  # null where it cannot be known
}


def held_records(outcomes: pl.DataFrame, records: dict[str, pl.DataFrame], suspense: pl.DataFrame) -> pl.DataFrame:
    """Every held record with its dollars as `billing.reconcile.control_totals` counts them: of a file they come to its cents.

    A feed with a money column holds back the records' own money, other feeds what a record would have come to. Money with
    parts of a cent is shared so that the cents of a file are those of its sum: each record takes what the running sum,
    rounded, grows by.

    Args:
        outcomes: OUTCOMES.
        records: feed -> record_schema(feed); asked for are the feeds with a money column.
        suspense: SUSPENSE, rows that could not be read.

    Rows: one per HELD outcome and per row of suspense. Returns: HELD_RECORDS, sorted by feed, file and line.
    """
    held = conform(outcomes, OUTCOMES).filter(pl.col("outcome") == "HELD").select(*_KEY, held_amount="amount")
    own = pl.concat([pl.DataFrame(schema=HELD_RECORDS), *[_own_money(feed, frame, held) for feed, frame in records.items()]])
    rest = held.join(own, on=_KEY, how="anti")
    unread = conform(suspense, SUSPENSE).select(*_KEY, held_amount="amount")
    return conform(pl.concat([own, rest, unread]), HELD_RECORDS).sort(*_KEY)


def _own_money(feed: str, records: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    column = FEEDS[feed].sum_amount
    if column is None:
        return pl.DataFrame(schema=HELD_RECORDS)
    mine = records.join(held, on=_KEY, how="semi").select(*_KEY, _money=pl.col(column)).sort(*_KEY)
    found: list[dict[str, Any]] = []
    for _, part in mine.group_by("source_file", maintain_order=True):
        before = so_far = Fraction(0)
        for row in part.to_dicts():
            so_far += Fraction(row.pop("_money") or 0)
            found.append({**row, "held_amount": round_half_away(so_far) - round_half_away(before)})
            before = so_far
    return pl.DataFrame(found, schema=HELD_RECORDS)


def holds(exceptions: pl.DataFrame, held: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Say of each exception since when it waits, who works it, and what it holds back.

    A held record is stood for by one of its exceptions: a hold before a warning, one that waits before one that is
    decided, its first cause before the others.

    Args:
        exceptions: EXCEPTIONS.
        held: HELD_RECORDS.
        carried: billing.worklist.CARRIED.

    Rows: one an exception. Returns: HOLDS, sorted by exception_id.
    """
    order = (pl.col("severity") != "HOLD", ~pl.col("status").is_in(WAITING), ~pl.col("is_first_cause"), pl.col("exception_id"))
    first = conform(exceptions, EXCEPTIONS).join(held, on=_KEY, how="inner", validate="m:1").sort(*order).unique(_KEY, keep="first")
    stands = first.select("exception_id", "held_amount", is_held=pl.lit(value=True))
    known = exceptions.select("exception_id").join(carried, on="exception_id", how="left", validate="1:1")
    joined = known.join(stands, on="exception_id", how="left", validate="1:1")
    return conform(joined.with_columns(pl.col("is_held").fill_null(value=False)), HOLDS).sort("exception_id")
