"""The rules an adjustment is held by for approvals that came with its feed: forged, stale, or of too low a level."""

import datetime as dt
from collections import defaultdict
from typing import Any, Final

import polars as pl

from billing.approval_bars import Bar
from billing.approval_levels import Approval, Subject
from billing.approvals import weigh
from billing.errors import ReconciliationError
from billing.findings import find, gather
from billing.frames import SOURCE
from billing.people import People
from billing.periods import Period
from billing.policy import Policy

# One approval of a feed's approvals file.
GIVEN: Final = {
    "adjustment_id": pl.String(),
    "user": pl.String(),
    "level": pl.String(),
    "at": pl.String(),  # ISO 8601 with offset
    "content_hash": pl.String(),  # 64 hex digits in lower case; null: not given
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "feed_file": pl.String(),  # the adjustments file it belongs to
}
_CARRIED: Final = (*SOURCE, "billing_number", "agency_code", "amount")


def audit_approvals(rows: pl.DataFrame, given: pl.DataFrame, people: People, period: Period, policy: Policy) -> pl.DataFrame:
    """J003 and J004: approvals given with a feed that do not count. Missing ones are no finding: they stop the close.

    J004: of another content, or older than the record. J003: by who prepared it, for their own agency, by an unknown
    user, twice by one person, without the level that is needed, or over the person's limit. An approval without
    content_hash covers the content as it is; one more than needed is passed over.

    Args:
        rows: adjustments as `adjustment_subject` reads them, with the SOURCE columns.
        given: GIVEN, in file order.
        people: everybody of users.csv.
        period: the month being run.

    Rows: at most one of each code a record, of its first bad approval. Returns: FINDINGS.

    Raises:
        ReconciliationError: a record with approvals has no content_sha256; an error of ours.
    """
    approvals = _by_record(given)
    wanted = pl.DataFrame(list(approvals), schema={"source_file": pl.String(), "source_record_id": pl.String()}, orient="row")
    hits = rows.join(wanted, on=["source_file", "source_record_id"], how="semi", maintain_order="left")
    bad: dict[str, list[dict[str, Any]]] = {"J003": [], "J004": []}
    for row in hits.rows(named=True):
        found: dict[str, dict[str, Any]] = {}
        for approval, bar in _bars(row, approvals[row["source_file"], row["source_record_id"]], people, period, policy):
            if bar.code:
                where = f"{approval['source_file']}:{approval['source_line']}"
                found.setdefault(bar.code, {**_carried(row), "said": f"{bar.what} ({where})", "by": approval["user"]})
        for code, hit in found.items():
            bad[code].append(hit)
    shape = {name: rows.schema.get(name, pl.String()) for name in _CARRIED} | {"said": pl.String(), "by": pl.String()}
    return gather(*(_found(pl.DataFrame(hit, schema=shape), code) for code, hit in bad.items()))


def adjustment_subject(row: dict[str, Any], period: Period) -> Subject:
    """An adjustment as a subject of approvals.

    Args:
        row: source_record_id, amount, adj_type, prepared_by, content_sha256 (of the fields as received); and where
            known agency_code, original_agency, start_date, original_start.
        period: the month that bills it; prior is what touches a day before its fiscal year.

    Raises:
        ReconciliationError: content_sha256 is null; an error of ours.
    """
    if not row["content_sha256"]:
        raise ReconciliationError(f"adjustment {row['source_record_id']} has no content hash; report this")
    agencies = frozenset(code for code in (row.get("agency_code"), row.get("original_agency")) if code)
    days = [day for day in (row.get("start_date"), row.get("original_start")) if day is not None]
    return Subject(
        kind="ADJUSTMENT",
        identity=row["source_record_id"],
        period=str(period),
        content_sha256=row["content_sha256"],
        amount=row["amount"],
        agency_codes=agencies,
        adj_type=row["adj_type"],
        is_prior_fiscal_year=any(Period.of(day).fiscal_year < period.fiscal_year for day in days),
        prepared_by=row["prepared_by"],
    )


def feed_approval(row: dict[str, Any]) -> Approval:
    """A row of GIVEN as an approval."""
    at = dt.datetime.fromisoformat(row["at"])
    return Approval(row["adjustment_id"], row["user"], row["level"], "APPROVE", row["content_hash"], at, "FEED_FILE")


def _by_record(given: pl.DataFrame) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The approvals of each record, in file order, by the record's file and id."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in given.rows(named=True):
        found[row["feed_file"], row["adjustment_id"]].append(row)
    return found


def _bars(
    row: dict[str, Any], given: list[dict[str, Any]], people: People, period: Period, policy: Policy
) -> list[tuple[dict[str, Any], Bar]]:
    """What stands against each given approval of a record; those that count are left out."""
    prepared = dt.datetime.fromisoformat(row["prepared_at"])
    pairs = [(each, feed_approval(each)) for each in given]
    early = Bar("J004", f"approval is older than {row['source_record_id']}, prepared at {row['prepared_at']}", "have it approved again")
    stale = [(each, early) for each, approval in pairs if approval.at < prepared]
    timely = [(each, approval) for each, approval in pairs if approval.at >= prepared]
    weighed = weigh(adjustment_subject(row, period), [approval for _each, approval in timely], people=people, policy=policy)
    reasons = {id(approval): bar for approval, bar in weighed.refused}
    judged = [(each, reasons[id(approval)]) for each, approval in timely if id(approval) in reasons]
    return sorted([*stale, *judged], key=lambda pair: pair[0]["source_line"])


def _carried(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in _CARRIED}


def _found(hits: pl.DataFrame, code: str) -> pl.DataFrame:
    bad = pl.lit(value=True)
    return find(hits, code, bad, column="approvals", message=pl.col("said"), raw=pl.col("by"), amount=pl.col("amount"))
