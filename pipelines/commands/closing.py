"""The end of a month: close it or say what is missing, reopen it, make it final."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

from billing.errors import NotAllowedError, PeriodError
from billing.frames import MonthBill
from billing.people import People
from billing.periods import Period
from pipelines.closing import Blocker, blockers, finish, post
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.issuing import issue_month
from pipelines.journal import Actor, Journal
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.posting import posted
from pipelines.publish import republish_mart
from pipelines.recorded import read_as_of, stages_of
from pipelines.reopening import ask
from pipelines.run import run_month
from pipelines.standing import standing
from pipelines.workspace import Workspace

_WAITS: Final = 3
_MAY_END: Final = frozenset({"MANAGER", "FINANCE"})


def close(
    *, period: str, pdf: bool, user: str | None, workspace: Path, as_of: dt.date | None, now: dt.datetime, dry_run: bool, as_json: bool
) -> int:
    """Close a month, or finish a close that was interrupted; 3 with the list when something is missing.

    Raises:
        PeriodError: the month was not run, or is final.
    """
    month, home = Period.parse(period), Workspace.open(workspace)
    with writing(home, f"close {month}", dry_run=dry_run):
        by = actor(user, now, load_tables(home)["users"])
        found = standing(home, month)
        if found.state == "CLOSING" and not dry_run:
            finish(home, month, by)
        elif found.state == "OPEN":
            missing, bill = _look(home, month, as_of)
            if missing:
                return _tell_missing(missing, month, as_json=as_json)
            if dry_run:
                return _tell(home, month, "nothing is missing; nothing was written", as_json=as_json)
            post(home, month, bill, by)
        if not dry_run:
            with show.progress(f"issue {month}") as report:
                issue_month(home, month, by, pdf=pdf, progress=report)
    return _tell(home, month, f"next: cotbill verify {month}", as_json=as_json)


def _look(home: Workspace, month: Period, as_of: dt.date | None) -> tuple[list[Blocker], MonthBill]:
    """The month as it would be run now, beside what stands in its way."""
    if month not in home.periods_with_ledger():
        raise PeriodError(f"{month} was not run yet; run it with `cotbill run {month}`")
    day = as_of or dt.date.fromisoformat(read_as_of(stages_of(home, month)))
    with show.progress(f"close {month}") as report:
        run = run_month(home, month, day, write=False, progress=report)
    return blockers(home, month, run), run.bill


def _tell_missing(missing: list[Blocker], month: Period, *, as_json: bool) -> int:
    if as_json:
        show.data({"period": str(month), "closed": False, "missing": [
            {"code": each.code, "count": each.count, "dollars": each.dollars, "what": each.words, "ids": list(each.ids)} for each in missing
        ]})  # fmt: skip
        return _WAITS
    show.say(f"{month} is not closed; this is missing:")
    rows = [(each.code, f"{each.count:,}", show.money(each.dollars), each.words) for each in missing]
    show.table(("code", "count", "dollars", "what is missing; what to do"), rows, right=(1, 2))
    return _WAITS


def _tell(home: Workspace, month: Period, words: str, *, as_json: bool) -> int:
    found = standing(home, month)
    journal = Journal(home.ledger / str(month))
    facts: dict[str, Any] = {"period": str(month), "closed": found.is_posted, "state": found.state, "issue": found.issue,
                             "journal_head": journal.head}  # fmt: skip
    if found.folder is not None:
        facts["seal_sha256"] = posted(found.folder, found.issue).seal_sha256
    if as_json:
        show.data(facts)
        return 0
    show.table(("period", "state", "issue", "journal head"), [(str(month), found.state, f"{found.issue:02d}", journal.head)])
    show.say(words)
    return 0


def reopen(*, period: str, reason: str, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Ask to reopen a closed month; always 3, because a second person has to approve it."""
    month, home = Period.parse(period), Workspace.open(workspace)
    with writing(home, f"reopen {month}", dry_run=dry_run):
        by = actor(user, now, load_tables(home)["users"])
        journal = ask(home, month, reason)
        if not dry_run:
            journal.append("reopen-asked", {"reason": reason.strip()}, by)
    if as_json:
        show.data({"period": str(month), "asked": not dry_run, "waits_for": f"reopen-{month}"})
    else:
        show.say("nothing was written" if dry_run else f"asked; a second person: cotbill approve reopen-{month} --user NAME")
    return _WAITS


def final(*, period: str, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Make a closed month final.

    Raises:
        PeriodError: the month is not closed, or an earlier one is not final.
        NotAllowedError: the person is neither MANAGER nor FINANCE.
    """
    month, home = Period.parse(period), Workspace.open(workspace)
    with writing(home, f"final {month}", dry_run=dry_run):
        users = load_tables(home)["users"]
        by = actor(user, now, users)
        _refuse_final(home, month, by, People(users), now)
        journal = Journal(home.ledger / str(month))
        if not dry_run:
            found = standing(home, month, journal)
            if found.folder is None:
                raise PeriodError(f"{month} is {found.state}; close it first")
            seal = posted(found.folder, found.issue)
            journal.append("final", {"issue": found.issue, "seal_sha256": seal.seal_sha256}, by)
            republish_mart(home, month)
    return _tell(home, month, "nothing was written" if dry_run else f"{month} never changes again", as_json=as_json)


def _refuse_final(home: Workspace, month: Period, by: Actor, people: People, now: dt.datetime) -> None:
    found = standing(home, month)
    if found.state != "CLOSED":
        ways = {"OPEN": "close it first", "FINAL": "there is nothing left to do", "CLOSING": f"finish it with `cotbill close {month}`"}
        raise PeriodError(f"{month} is {found.state}; {ways[found.state]}")
    earlier = [each for each in home.periods_with_ledger() if each < month and standing(home, each).state != "FINAL"]
    if earlier:
        raise PeriodError(f"{earlier[0]} is not final; months are made final in their order")
    person = people.find(by.user, now.date())
    if person is None or not person.roles & _MAY_END:
        raise NotAllowedError(f"{by.user} is neither MANAGER nor FINANCE in users.csv; have one of them make {month} final")
