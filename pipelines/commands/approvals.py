"""Approvals: what waits for a second person, and that person's decision, signed where there are keys."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.approval_levels import Decision, Subject, words_of
from billing.errors import UsageError
from billing.periods import Period
from pipelines import disputed, reopening
from pipelines.book import Book
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.decide import open_periods
from pipelines.journal import Actor
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.publish import republish_mart
from pipelines.ran import Run
from pipelines.recorded import read_as_of, stages_of
from pipelines.run import run_month
from pipelines.settings import read_settings
from pipelines.signing_off import Office
from pipelines.standing import standing
from pipelines.subjects import bill_subject, rates_subject
from pipelines.waiting import Queued, judge, queue_of_posted
from pipelines.workspace import Workspace

_WAITS: Final = 3
_SHOWN_AT_ONCE: Final = ("DISPUTE", "REOPEN")  # in the mart: they are about posted months, which no run publishes again


def approvals(*, period: str | None, show_all: bool, workspace: Path, as_json: bool) -> int:
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
        "approvals": [{"user": given.user, "level": given.level, "decision": given.decision, "at": given.at, "assurance": given.assurance}
            for given in each.approvals],
    }  # fmt: skip


def _queue(home: Workspace, month: Period) -> list[Queued]:
    """What of a period needs approval: of an open one as it would be run now, of a closed one a reopening and late disputes."""
    if standing(home, month).state == "OPEN":
        return _run(home, month).queue()
    return queue_of_posted(_book(home, month, load_tables(home)["users"]), month)


def _book(home: Workspace, month: Period, users: pl.DataFrame) -> Book:
    return Book.open(home, month, read_settings(home.root), users)


def _run(home: Workspace, month: Period) -> Run:
    """The month as it stands now, nothing written."""
    return run_month(home, month, dt.date.fromisoformat(read_as_of(stages_of(home, month))), write=False)


def approve(
    *, decision: Decision, ids: tuple[str, ...], key: Path | None, note: str, user: str | None, period: str | None, workspace: Path,
    now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Approve or return what a colleague prepared.

    Raises:
        NotAllowedError: the person may not approve it, or the signature does not hold.
        UsageError: nothing that waits has the id.
    """
    home = Workspace.open(workspace)
    users = load_tables(home)["users"]
    by = actor(user, now, users)
    with writing(home, f"{decision.lower()} {ids[0]}", dry_run=dry_run):
        queues = Queues(home, period)
        found = [queues.find(identity) for identity in dict.fromkeys(ids)]
        done = [_decide(home, month, queued, decision, key, note, by, users, dry_run=dry_run) for month, queued in found]
        if not dry_run and (months := [month for month, queued in found if queued.subject.kind in _SHOWN_AT_ONCE]):
            republish_mart(home, months[0])
    if as_json:
        show.data(done)
        return 0
    rows = [(each["identity"], each["decision"], each["level"], each["assurance"], each["state"]) for each in done]
    show.table(("id", "decision", "level", "assurance", "now"), rows)
    return 0


def _decide(
    home: Workspace, month: Period, queued: Queued, decision: Decision, key: Path | None, note: str, by: Actor, users: pl.DataFrame,
    *, dry_run: bool,
) -> dict[str, Any]:  # fmt: skip
    book = _book(home, month, users)
    signed = Office(home, book.journal, users, book.policy).sign_off(queued, decision, key, note, by)
    after = judge(queued.subject, [*queued.approvals, signed.approval], book)
    if not dry_run:
        more = disputed.follows(after) if queued.subject.kind == "DISPUTE" else reopening.follows(after)
        book.journal.append_all([("approval", signed.data), *more], by)
    return {**{name: signed.data[name] for name in ("identity", "decision", "level", "assurance")}, "state": after.standing.state}


class Queues:
    """What waits in each period, looked up once."""

    def __init__(self, home: Workspace, period: str | None) -> None:
        self.home = home
        self.months = [Period.parse(period)] if period else sorted(home.periods_with_ledger(), reverse=True)
        self.known: dict[Period, list[Queued]] = {}

    def find(self, identity: str) -> tuple[Period, Queued]:
        """What an id names among all that can be approved: the period that it names first, then the newest.

        Raises:
            UsageError: nothing that waits has the id.
        """
        for month in sorted(self.months, key=lambda month: str(month) not in identity):
            named = _named(self.home, month, identity)
            if not named and month not in self.known:
                self.known[month] = _queue(self.home, month)
            for queued in named or self.known[month]:
                if queued.subject.identity == identity:
                    return month, queued
        raise UsageError(f"nothing that waits has the id {identity}; `cotbill approvals` lists what does")


def _named(home: Workspace, month: Period, identity: str) -> list[Queued]:
    """A trial bill or its rates, which wait only when somebody asks."""
    if identity not in {f"bill-{month}", f"rates-{month}"} or month not in open_periods(home):
        return []
    book = _book(home, month, load_tables(home)["users"])
    ran = list(book.journal.of("run"))
    if not ran:
        raise UsageError(f"{month} was not run yet; run it with `cotbill run {month}`")
    rates = ran[-1].data["rates"]
    if identity.startswith("bill-"):
        subject: Subject = bill_subject(month, ran[-1].data["key"], ran[-1].user)
    else:
        subject = rates_subject(month, rates, next(event for event in ran if event.data["rates"] == rates).user)
    return [judge(subject, book.approvals.get(identity, []), book)]
