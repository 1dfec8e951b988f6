"""Adjustments beside the approvals that came with their feed: whose content was approved, and which approvals are void."""

from typing import Final

import polars as pl

from billing.approval_audit import GIVEN, audit_approvals
from billing.frames import FINDINGS, Tables, empty
from billing.people import People
from billing.periods import Period
from billing.policy import Policy

# What `Tables.frames` brings along for a period's adjustments, beside the tables of the contract.
GIVEN_APPROVALS: Final = "given_approvals"  # GIVEN
ADJUSTMENT_CONTENT: Final = "adjustment_content"  # CONTENT
CONTENT: Final = {"source_file": pl.String(), "source_line": pl.Int64(), "content_sha256": pl.String()}


def with_content(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add content_sha256, the hash of a record's fields as received; null where nobody hashed them."""
    hashes = tables.frames.get(ADJUSTMENT_CONTENT, empty(CONTENT)).select(list(CONTENT))
    return rows.join(hashes, on=["source_file", "source_line"], how="left", validate="m:1", maintain_order="left")


def audit_given(rows: pl.DataFrame, tables: Tables, period: Period, policy: Policy) -> pl.DataFrame:
    """J003 and J004 on adjustments whose given approvals do not count; see `billing.approval_audit`."""
    given = tables.frames.get(GIVEN_APPROVALS, empty(GIVEN))
    if given.is_empty():
        return empty(FINDINGS)
    return audit_approvals(rows, given, People(tables["users"]), period, policy)
