"""Approvals: what waits for a second person, and that person's decision, signed where there are keys."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

from billing.approval_levels import Approval, Subject, words_of
from billing.approvals import level_for, refusal
from billing.errors import NotAllowedError, UsageError
from billing.periods import Period
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.decide import open_periods
from pipelines.journal import Actor, Journal
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.reopening import carry_out
from pipelines.run import Run, run_month
from pipelines.recorded import read_as_of, stages_of
from pipelines.standing import standing
from pipelines.subjects import bill_subject, rates_subject, reopening_subject
from pipelines.waiting import Queued, judged
from pipelines.workspace import Workspace

_WAITS: Final = 3


def approvals(*, period: str | None, show_all: bool, workspace: Path, now: dt.datetime, as_json: bool) -> int:
    """List what waits for a second person; 3 when anything does."""
    home = Workspace.open(workspace)
    months = [Period.parse(period)] if period else sorted(home.periods_with_ledger())
    found = [each for month in months for each in _queue(home, month)]
    waiting = [each for each in found if each.standing.state != "APPROVED"]
    shown = found if show_all else waiting
    if as_json:
        show.data([_facts(each) for each in shown])
        return _WAITS if waiting else 0
    rows = [
        (each.subject.identity, each.subject.kind, show.money(each.subject.amount), each.subject.prepared_by, each.standing.state,
         each.standing.why)
        for each in shown
    ]  # fmt: skip
    show.table(("id", "kind", "dollars", "prepared by", "state", "who must approve"), rows, right=(2,))
    return _WAITS if waiting else 0


def _facts(each: Queued) -> dict[str, Any]:
    subject = each.subject
    return {
        "id": subject.identity, "kind": subject.kind, "period": subject.period, "amount": subject.amount,
        "prepared_by": subject.prepared_by, "agencies": sorted(subject.agency_codes), "content_sha256": subject.content_sha256,
        "state": each.standing.state, "missing": words_of(each.standing.missing), "why": each.standing.why,
        "approvals": [{"user": a.user, "level": a.level, "decision": a.decision, "at": a.at, "assurance": a.assurance} for a in each.approvals],
    }  # fmt: skip


def _queue(home: Workspace, month: Period) -> list[Queued]:
    """What of a period needs approval: of an open one as it would be run now, of a closed one a reopening."""
    found = standing(home, month)
    journal = Journal(home.ledger / str(month))
    if found.state != "OPEN":
        subject = reopening_subject(journal, month)
        return [judged(home, journal, subject)] if subject else []
    return _run(home, month).queue()


def _run(home: Workspace, month: Period) -> Run:
    """The month as it stands now, nothing written."""
    return run_month(home, month, dt.date.fromisoformat(read_as_of(stages_of(home, month))), write=False)


def approve(
    *, decision: str, ids: tuple[str, ...], key: Path | None, note: str, user: str | None, period: str | None, workspace: Path,
    now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Approve or return what a colleague prepared.

    Raises:
        NotAllowedError: the person may not approve it, or the signature does not hold.
        UsageError: nothing that waits has the id.
    """
    home = Workspace.open(workspace)
    by = actor(user, now, load_tables(home)["users"])
    done = []
    for identity in ids:
        with writing(home, f"{decision.lower()} {identity}", dry_run=dry_run):
            done.append(_decide(home, identity, decision, key, note, by, period, dry_run=dry_run))
    if as_json:
        show.data(done)
        return 0
    rows = [(each["identity"], each["decision"], each["level"], each["assurance"], each["state"]) for each in done]
    show.table(("id", "decision", "level", "assurance", "now"), rows)
    return 0


def _decide(
    home: Workspace, identity: str, decision: str, key: Path | None, note: str, by: Actor, period: str | None, *, dry_run: bool
) -> dict[str, Any]:
    month, queued = _find(home, identity, period)
    journal = Journal(home.ledger / str(month))
    tables = load_tables(home)
    signed = sign_off(queued, decision, key, note, by, journal, tables["users"])
    after = judged(home, journal, queued.subject, [*queued.approvals, signed.approval])
    if not dry_run:
        journal.append("approval", signed.data, by)
        if queued.subject.kind == "REOPEN":
            carry_out(journal, month, after, by)
    return {**{name: signed.data[name] for name in ("identity", "decision", "level", "assurance")}, "state": after.standing.state}


def _find(home: Workspace, identity: str, period: str | None) -> tuple[Period, Queued]:
    """What an id names among all that can be approved, newest period first."""
    months = [Period.parse(period)] if period else sorted(home.periods_with_ledger(), reverse=True)
    for month in months:
        extra = _named(home, month, identity)
        for queued in [*extra, *_queue(home, month)]:
            if queued.subject.identity == identity:
                return month, queued
    raise UsageError(f"nothing that waits has the id {identity}; `cotbill approvals` lists what does")


def _named(home: Workspace, month: Period, identity: str) -> list[Queued]:
    """A trial bill or its rates, which wait only when somebody asks."""
    if identity not in {f"bill-{month}", f"rates-{month}"} or month not in open_periods(home):
        return []
    journal = Journal(home.ledger / str(month))
    ran = list(journal.of("run"))
    if not ran:
        raise UsageError(f"{month} was not run yet; run it with `cotbill run {month}`")
    if identity.startswith("bill-"):
        subject: Subject = bill_subject(month, ran[-1].data["key"], ran[-1].user)
    else:
        loaded = next(event for event in ran if event.data["rates"] == ran[-1].data["rates"])
        subject = rates_subject(month, ran[-1].data["rates"], loaded.user)
    return [judged(home, journal, subject)]
