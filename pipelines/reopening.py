"""Reopen a closed month: one person asks with a reason, a second one approves; the superseded issue is kept."""

from typing import Any

from billing.errors import PeriodError, UsageError
from billing.periods import Period
from pipelines.journal import Journal
from pipelines.standing import standing
from pipelines.subjects import reopening_subject
from pipelines.waiting import Queued
from pipelines.workspace import Workspace


def ask(workspace: Workspace, period: Period, reason: str) -> Journal:
    """The journal of a month whose reopening may be asked for.

    Raises:
        PeriodError: the month is open, final, or a later month is closed already.
        UsageError: there is no reason, or somebody asked already.
    """
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    if found.state != "CLOSED":
        words = {"FINAL": "it is never reopened; correct it by an adjustment in the open period", "OPEN": "there is nothing to reopen"}
        raise PeriodError(f"{period} is {found.state}; {words.get(found.state, f'finish its close with `cotbill close {period}`')}")
    later = [each for each in workspace.periods_with_ledger() if each > period and standing(workspace, each).is_posted]
    if later:
        raise PeriodError(f"{later[0]} is closed on top of {period}; correct {period} by an adjustment, or reopen {later[-1]} first")
    if not reason.strip():
        raise UsageError("reopening a month needs a reason; give it with --reason")
    asked = reopening_subject(journal, period)
    if asked is not None:
        raise UsageError(f"{asked.prepared_by} asked for that already; a second person approves reopen-{period}")
    return journal


def follows(after: Queued) -> list[tuple[str, dict[str, Any]]]:
    """What goes into the journal with an approval: the month is reopened, or the request is dropped when it is returned."""
    if after.subject.kind == "REOPEN" and after.standing.state == "APPROVED":
        return [("reopened", {"approved_by": [each.user for each in after.approvals]})]
    if after.subject.kind == "REOPEN" and after.standing.state == "RETURNED":
        return [("reopen-refused", {})]
    return []
