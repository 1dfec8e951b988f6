"""What holds a month's journal, its seals and its neighbours together, so that none can be changed alone."""

from collections.abc import Iterator
from typing import Any, Final

from billing.errors import ReconciliationError
from billing.periods import Period
from pipelines.book import rates_hash
from pipelines.journal import FIRST, Event, Journal
from pipelines.standing import posted_folder, posted_issues, seal_of, standing
from pipelines.troubles import Trouble
from pipelines.verify_month import Month

_CHANGED: Final = "one of the two was changed: restore it from a copy"


def link_troubles(month: Month) -> Iterator[Trouble]:
    """Where a seal and the journal, or this month and the one before or after, do not know each other."""
    yield from _issues(month)
    for issue, event in month.closed.items():
        if (month.folder(issue) / "seal.json").is_file():
            yield from _closed(month, issue, event)
            yield from _ran(month, issue, event)
            yield from _previous(month, issue)
    for event in month.journal.of("final"):
        yield from _same_seal(month, int(event.data["issue"]), event)
    yield from _next(month)


def _issues(month: Month) -> Iterator[Trouble]:
    """Every issue has its event, every event its folder, and nothing else lies beside them."""
    posted = month.workspace.ledger / str(month.period) / "posted"
    for issue in sorted(set(posted_issues(month.workspace, month.period)) - set(month.closed)):
        words = f"is posted, but the journal does not know it; finish the close with `cotbill close {month.period}`"
        yield Trouble(month.seal_place(issue), words)
    wanted = {f"{issue:02d}" for issue in {*month.closed, *posted_issues(month.workspace, month.period)}}
    there = {path.name for path in posted.iterdir()} if posted.is_dir() else set()
    for name in sorted(wanted - there):
        yield Trouble(f"{month.place}/posted/{name}", "is gone; restore it from a copy")
    for name in sorted(there - wanted):
        if month.issue is not None or not name.endswith(".tmp"):
            yield Trouble(f"{month.place}/posted/{name}", "is no posted issue; remove it")


def _closed(month: Month, issue: int, event: Event) -> Iterator[Trouble]:
    """The event that closed an issue names its seal and totals; the seal names the journal up to that event."""
    seal = month.seal(issue)
    yield from _same_seal(month, issue, event)
    if event.data["totals"] != seal["totals"]:
        yield Trouble(month.diary, f"closes issue {issue} with totals that are not its seal's; {_CHANGED}", event.seq)
    if seal["journal"] != {"count": event.seq - 1, "head": event.previous}:
        words = f"stands on journal head {seal['journal']['head']}, the journal before its close came to {event.previous}"
        yield Trouble(month.seal_place(issue), f"{words}; {_CHANGED}")


def _ran(month: Month, issue: int, event: Event) -> Iterator[Trouble]:
    """What was posted is what the last run before the close came to."""
    ran = list(month.journal.as_of(event.seq).of("run"))
    said = {name: ran[-1].data[name] for name in ("key", "rates")} if ran else {}
    if said != {"key": month.stages(issue).step("month").key, "rates": rates_hash(month.inputs(issue))}:
        yield Trouble(month.seal_place(issue), f"is not of the run that the journal knows before its close; {_CHANGED}")


def _same_seal(month: Month, issue: int, event: Event) -> Iterator[Trouble]:
    if event.data["seal_sha256"] != month.seal(issue)["sha256"]:
        yield Trouble(
            month.diary, f"names seal {event.data['seal_sha256']} of issue {issue}, its folder has another; {_CHANGED}", event.seq
        )


def _previous(month: Month, issue: int) -> Iterator[Trouble]:
    """A seal goes on from the month before as it was posted then."""
    said, last = month.seal(issue)["previous"], month.period.shift(-1)
    now = standing(month.workspace, last)
    if said is None:
        if now.is_posted:
            yield Trouble(month.seal_place(issue), f"goes on from no month, but {last} is closed; reopen {month.period} and close it again")
        return
    if said["period"] != str(last):
        yield Trouble(month.seal_place(issue), f"goes on from {said['period']}, expected {last}; restore the folder from a copy")
        return
    if issue == month.issue and said["issue"] != now.issue:
        words = f"goes on from issue {said['issue']} of {last}, which has {now.issue} now; reopen {month.period} and close it again"
        yield Trouble(month.seal_place(issue), words)
    yield from _is_known(said, last, month, month.seal_place(issue))


def _is_known(said: dict[str, Any], last: Period, month: Month, place: str) -> Iterator[Trouble]:
    """The seal and the journal head that a month goes on from are those of the month before."""
    folder = posted_folder(month.workspace, last, said["issue"])
    if not (folder / "seal.json").is_file() or seal_of(folder)["sha256"] != said["seal_sha256"]:
        yield Trouble(place, f"goes on from seal {said['seal_sha256']} of {last}, whose issue {said['issue']} has another; {_CHANGED}")
    events = Journal(month.workspace.ledger / str(last)).events
    at = next((event.seq for event in events if event.hash == said["journal_head"]), 0)
    close = next((event.seq for event in events if event.kind == "closed" and event.data["issue"] == said["issue"]), 0)
    if not 0 < close <= at:
        words = f"goes on from journal head {said['journal_head']}, which {last} does not have after its close"
        yield Trouble(place, f"{words}; {_CHANGED}")


def _next(month: Month) -> Iterator[Trouble]:
    """What the month after knows of this one is still so."""
    after = month.period.shift(1)
    for issue in posted_issues(month.workspace, after):
        said = seal_of(posted_folder(month.workspace, after, issue)).get("previous")
        if said is not None:
            yield from _is_known(said, month.period, month, f"ledger/{after}/posted/{issue:02d}/seal.json")
    try:
        journal = month.journal_of(after)
    except ReconciliationError:
        return  # found when that month is looked at
    for event in journal.of("opened"):
        if event.data["previous_head"] != FIRST and not month.journal.knows(event.data["previous_head"]):
            words = f"goes on from head {event.data['previous_head']}, which {month.period} does not have"
            yield Trouble(f"ledger/{after}/journal.jsonl", f"{words}; {_CHANGED}", event.seq)
