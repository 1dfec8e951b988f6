"""What waits for a second person: decisions, adjustments, disputes, bills, rates, reopenings, each a subject with its content."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import polars as pl

from billing.adjustment_approvals import GIVEN_APPROVALS
from billing.adjustments import enrich
from billing.approval_audit import adjustment_subject, feed_approval
from billing.approval_levels import Approval, Kind, Subject, content_hash
from billing.frames import Earlier, Tables
from billing.periods import Period
from pipelines.journal import Event, Journal

BY_HAND: Final = "H901"
# findings that one person alone can't set aside: a feed that did not come, what is held, service of a prior fiscal year
WAIVED: Final = ("F001", "D404")


def needs_approval(action: str, code: str | None, severity: str | None) -> Kind | None:
    """What kind of approval a decision needs before it has effect; none where one person decides."""
    if action == "REJECT":
        return "REJECT"
    if action == "RELEASE" and code != BY_HAND:
        return "RELEASE"
    if action == "ACKNOWLEDGE" and (code in WAIVED or severity in {"HOLD", "FATAL"}):
        return "WAIVER"
    return None


def decision_subject(event: Event, period: Period) -> Subject | None:
    """The subject of a decision that needs approval; the whole decision is its content."""
    kind = event.data.get("needs")
    if event.kind != "decision" or kind is None:
        return None
    amount = event.data.get("amount")
    agency = event.data.get("agency_code")
    return Subject(
        kind=kind,
        identity=event.data["decision_id"],
        period=str(period),
        content_sha256=content_hash([json.dumps(event.data, sort_keys=True, ensure_ascii=False)]),
        amount=None if amount is None else Decimal(amount),
        agency_codes=frozenset([agency] if agency else []),
        adj_type=None,
        is_prior_fiscal_year=event.data.get("code") == "D404",
        prepared_by=event.user,
    )


def dispute_subject(event: Event, period: Period) -> Subject | None:
    """The subject of a dispute that came after the window; the whole of it is its content. None for one that came in time."""
    data = event.data
    if not data["needs"]:
        return None
    return Subject(
        kind="DISPUTE",
        identity=data["dispute_id"],
        period=str(period),
        content_sha256=content_hash([json.dumps(data, sort_keys=True, ensure_ascii=False)]),
        amount=Decimal(data["amount"]),
        agency_codes=frozenset([data["about"]["agency_code"]]),
        adj_type=None,
        is_prior_fiscal_year=Period.of(dt.date.fromisoformat(data["received_on"])).fiscal_year > period.fiscal_year,
        prepared_by=event.user,
    )


def reopening_subject(journal: Journal, period: Period) -> Subject | None:
    """The reopening that was asked for and not yet decided, if there is one."""
    asked: Event | None = None
    for event in journal.of("reopen-asked", "reopened", "reopen-refused", "closed"):
        asked = event if event.kind == "reopen-asked" else None
    if asked is None:
        return None
    return _plain("REOPEN", f"reopen-{period}", period, content_hash([asked.hash]), asked.user)


def bill_subject(period: Period, key: str, ran_by: str) -> Subject:
    """The trial bill of a period, as one content."""
    return _plain("BILL", f"bill-{period}", period, content_hash([key]), ran_by)


def rates_subject(period: Period, rates_sha256: str, loaded_by: str) -> Subject:
    """The rate tables a period is priced with; who loaded them made them."""
    return _plain("RATES", f"rates-{period}", period, content_hash([rates_sha256]), loaded_by)


def _plain(kind: Kind, identity: str, period: Period, content: str, prepared_by: str) -> Subject:
    return Subject(kind, identity, str(period), content, None, frozenset(), None, is_prior_fiscal_year=False, prepared_by=prepared_by)


def adjustment_subjects(records: pl.DataFrame, tables: Tables, earlier: Earlier, period: Period) -> dict[str, Subject]:
    """Every adjustment of a period as something to approve, by its id.

    Args:
        records: record_schema("adjustments"); tables bring the hashes of their content.
    """
    rows = enrich(records, tables, period, earlier)
    return {row["source_record_id"]: adjustment_subject(row, period) for row in rows.to_dicts()}


def given_approvals(tables: Tables) -> dict[str, list[Approval]]:
    """Approvals that came with a feed, by adjustment id."""
    found: dict[str, list[Approval]] = defaultdict(list)
    for row in tables.frames.get(GIVEN_APPROVALS, pl.DataFrame()).to_dicts():
        found[row["adjustment_id"]].append(feed_approval(row))
    return dict(found)


def approvals_of(journal: Journal, events: Iterable[Event] | None = None) -> dict[str, list[Approval]]:
    """Approvals and returns by what they are about, oldest first."""
    found: dict[str, list[Approval]] = defaultdict(list)
    for event in journal.of("approval") if events is None else events:
        data = event.data
        found[data["identity"]].append(
            Approval(
                identity=data["identity"], user=event.user, level=data["level"], decision=data["decision"],
                content_sha256=data["content_sha256"], at=dt.datetime.fromisoformat(event.at), assurance=data["assurance"],
            )
        )  # fmt: skip
    return dict(found)
