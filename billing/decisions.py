"""What people decided on records and findings: the shape of it, what it is about, and what it does to the worklist."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.frames import EXCEPTIONS, FINDINGS, conform, empty
from billing.ids import SEPARATOR
from billing.layouts import FEEDS
from billing.money import DOLLARS

ACTIONS: Final = ("CORRECT", "HOLD", "RELEASE", "REJECT", "ACKNOWLEDGE")
# a person's word for what became of the finding
_DONE: Final = {"CORRECT": "CORRECTED", "HOLD": "HELD", "RELEASE": "RELEASED", "REJECT": "REJECTED", "ACKNOWLEDGE": "ACKNOWLEDGED"}

# One decision, in the order it was taken. What it is about is named by content, so that it survives a reordered file
# and never falls on a record that was sent anew with other content.
DECISIONS: Final = {
    "decision_id": pl.String(),
    "action": pl.String(),
    "exception_id": pl.String(),  # null: on a record that nothing is wrong with
    "feed": pl.String(),
    "source_record_id": pl.String(),
    "content": pl.String(),  # hash of the record as received, or of an unreadable row's text; null: on no record
    "code": pl.String(),  # the finding's; RELEASE lifts this one
    "column_name": pl.String(),  # CORRECT
    "old_value": pl.String(),
    "new_value": pl.String(),
    "reason": pl.String(),
    "owner": pl.String(),  # who works a held record
    "amount": DOLLARS,  # at stake when it was decided
    "decided_by": pl.String(),
    "decided_at": pl.String(),
    "state": pl.String(),  # DONE; WAITING for approval; RETURNED or WITHDRAWN: has no effect
}


def record_content(record: Mapping[str, Any], feed: str) -> str:
    """Name a record by what it says: SHA-256 of its layout columns, in order; numbers plain, null as nothing."""
    texts = [_text(record[column.name]) for column in FEEDS[feed].columns]
    return hashlib.sha256(SEPARATOR.join(texts).encode()).hexdigest()


def row_content(raw_text: str) -> str:
    """Name an unreadable row by its text."""
    return hashlib.sha256(raw_text.encode()).hexdigest()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)


def effective(decisions: pl.DataFrame) -> pl.DataFrame:
    """The decisions that are in effect."""
    return decisions.filter(pl.col("state") == "DONE")


def decided(exceptions: pl.DataFrame, decisions: pl.DataFrame, taken_on: pl.DataFrame) -> pl.DataFrame:
    """Put on each exception what was decided of it; exceptions that a decision made vanish stay listed with it.

    The newest decision on an exception counts. One that waits for approval leaves its exception WAITING. A CORRECT
    whose finding is still there did not help: the finding stays open, with the decision named beside it.

    Args:
        exceptions: EXCEPTIONS as found now.
        decisions: DECISIONS, oldest first.
        taken_on: EXCEPTIONS as they stood when they were decided, one an exception_id.

    Rows: exceptions, and decided ones that are found no more. Returns: EXCEPTIONS sorted by exception_id.
    """
    standing = decisions.filter(pl.col("exception_id").is_not_null() & ~pl.col("state").is_in(["RETURNED", "WITHDRAWN"]))
    newest = standing.group_by("exception_id", maintain_order=True).last()
    if newest.is_empty():
        return exceptions
    gone = newest.select("exception_id").join(exceptions, on="exception_id", how="anti")
    kept = taken_on.join(gone, on="exception_id", how="semi").select(list(EXCEPTIONS))
    both = pl.concat([exceptions.with_columns(_found=pl.lit(value=True)), kept.with_columns(_found=pl.lit(value=False))])
    named = newest.select("exception_id", _action="action", _state="state", _reason="reason", _by="decided_by", _at="decided_at")
    joined = both.join(named, on="exception_id", how="left", validate="1:1")
    done = pl.col("_action").replace_strict(_DONE, default=None, return_dtype=pl.String)
    in_vain = pl.col("_found") & (pl.col("_action") == "CORRECT")
    status = (
        pl.when(pl.col("_action").is_null() | in_vain).then("status")
        .when(pl.col("_state") == "WAITING").then(pl.lit("WAITING"))
        .otherwise(done)
    )  # fmt: skip
    marked = joined.with_columns(
        status=status,
        disposition=pl.coalesce("_action", "disposition"),
        reason=pl.coalesce("_reason", "reason"),
        decided_by=pl.coalesce("_by", "decided_by"),
        decided_at=pl.coalesce("_at", "decided_at"),
    )
    return conform(marked.select(list(EXCEPTIONS)), EXCEPTIONS).sort("exception_id")


# Warnings about a standing fact, whose explanation stands as long as the fact does.
STANDING: Final = ("A104", "A107", "R204", "R206", "M602", "M604", "M606", "M607", "M608", "L702", "L703", "L706", "T901")
_SAME: Final = ("code", "feed", "billing_number", "column_name", "raw_value", "item")


def carry_explanations(exceptions: pl.DataFrame, before: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Carry last month's explanation of a standing fact to the same finding of this month, and say so.

    Args:
        exceptions: EXCEPTIONS and item (see `with_items`), of this month.
        before: the same, of the month before.
        period: the month before.

    Rows: as given; an open warning that was explained becomes CARRIED. Returns: EXCEPTIONS.
    """
    explained = before.filter(pl.col("status").is_in(["ACKNOWLEDGED", "CARRIED"]) & pl.col("code").is_in(STANDING))
    old = explained.unique(list(_SAME), keep="first", maintain_order=True).select(
        *_SAME, _reason="reason", _by="decided_by", _at="decided_at", _carried=pl.col("status") == "CARRIED"
    )
    joined = exceptions.join(old, on=list(_SAME), how="left", validate="m:1", nulls_equal=True, maintain_order="left")
    is_same = pl.col("_reason").is_not_null() & (pl.col("status") == "OPEN") & (pl.col("severity") == "WARN")
    word = pl.concat_str(pl.lit(f"carried from {period}: "), pl.col("_reason").str.replace(r"^carried from \d{4}-\d{2}: ", ""))
    marked = joined.with_columns(
        reason=pl.when(is_same).then(word).otherwise("reason"),
        decided_by=pl.when(is_same).then("_by").otherwise("decided_by"),
        decided_at=pl.when(is_same).then("_at").otherwise("decided_at"),
        disposition=pl.when(is_same).then(pl.lit("CARRY")).otherwise("disposition"),
        status=pl.when(is_same).then(pl.lit("CARRIED")).otherwise("status"),
    )
    return conform(marked.select(list(EXCEPTIONS)), EXCEPTIONS)


_ITEMS: Final[dict[str, tuple[str, ...]]] = {
    "usage": ("resource_id", "worker_id", "rate_code"),
    "fixed_cost": ("assessment_id", "agency_code", "rate_code"),
    "pass_through": ("vendor_code", "vendor_account", "rate_code"),
    "circuits": ("circuit_id",),
    "voip": ("line_id",),
    "centrex": ("station_no", "usoc", "rate_code"),
    "long_distance": ("charge_number",),
    "stock": ("warehouse", "item_no"),
    "adjustments": ("source_record_id",),
}


def with_items(exceptions: pl.DataFrame, records: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Add item: what the record of an exception is about, the same from month to month; null where it has none.

    Args:
        exceptions: EXCEPTIONS.
        records: feed -> its records with their SOURCE columns.
    """
    key = ["feed", "source_file", "source_line"]
    named = [
        records[feed].join(exceptions.select(key).unique(), on=key, how="semi").select(
            *key, item=pl.concat_str([pl.col(name).fill_null("") for name in names], separator=SEPARATOR)
        )
        for feed, names in _ITEMS.items() if feed in records
    ]  # fmt: skip
    shape = {**{name: FINDINGS[name] for name in key}, "item": pl.String()}
    items = pl.concat([empty(shape), *named])
    return exceptions.join(items, on=key, how="left", validate="m:1", maintain_order="left")
