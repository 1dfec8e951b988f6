"""Publish the mart month by month: what stands and is still right stays, only the other months are read and put in."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from billing.frames import MonthBill
from pipelines.behind import with_behind
from pipelines.close_events import REPORTED
from pipelines.files import read_note, text_hash, write_atomic
from pipelines.handing_on import past_tables
from pipelines.history import Known, KnownMonths, known_months, states
from pipelines.journal import Journal
from pipelines.recorded import load_bill
from pipelines.stages import code_hash
from pipelines.waiting_since import with_holds
from pipelines.workspace import Workspace
from reports.mart import Kept, MartChangedError, MartSummary, publish, stamp_of
from reports.mart_frames import REFERENCE, newest_first

_NOTE: Final = "mart.json"
_NO_HEAD: Final = "none"
_YEAR: Final = 12  # months after which the file is written out anew
_QUIET: Final = frozenset({"opened", "run", "issued", "calls-released", REPORTED})  # events that say nothing new of what was published
_TWICE: Final = 2  # so many times the bytes a row it was first written with, and it is written out anew


def mart_stands(workspace: Workspace) -> bool:
    """Whether the mart is the file that was published last."""
    stamp = stamp_of(workspace.mart)
    return stamp != "" and read_note(workspace.ledger / _NOTE).get("stamp") == stamp


def mart_is_current(workspace: Workspace) -> bool:
    """Whether the mart is the file that was published last, by this program, and shows all that is recorded by now.

    What is noted after a publication because of it (the run, its issue, that reports were made) makes it no older.
    """
    note = read_note(workspace.ledger / _NOTE)
    if not mart_stands(workspace) or note.get("code") != code_hash():
        return False
    found, before = known_months(workspace), note.get("heads", {})
    heads = _heads(workspace, found)
    for name, head in heads.items():
        if head != before.get(name) and name in before and _is_quiet_since(workspace, name, before[name]):
            heads[name] = before[name]
    return bool(note["keys"] == _keys(workspace, found, heads))


def _is_quiet_since(workspace: Workspace, period: str, head: str) -> bool:
    """Whether a journal has gone on since a head, and nothing that the mart shows was added."""
    journal = Journal(workspace.ledger / period)
    since = next((event.seq for event in journal.events if event.hash == head), 0)
    return (since > 0 or head == _NO_HEAD) and all(event.kind in _QUIET for event in journal.events[since:])


def publish_aside(workspace: Workspace, path: Path) -> None:
    """Publish every month as it is recorded now as a file elsewhere; the mart that stands and the notes on it stay.

    Raises:
        ReconciliationError: a month does not foot, or the file read back differs.
    """
    found = known_months(workspace)
    bills = [load_bill(workspace, each.period, with_earlier=False) for each in found.months]
    hashes = {name: sha256 for each in found.months for name, sha256 in pdf_hashes(workspace, each).items()}
    publish([_whole(workspace, bill) for bill in bills], path, pdf_hashes=hashes, statuses=states(workspace, found))


def _whole(workspace: Workspace, bill: MonthBill) -> MonthBill:
    """A bill with all that only the mart shows."""
    return with_holds(workspace, with_behind(workspace, bill))


def publish_mart(workspace: Workspace, bill: MonthBill) -> None:
    """Publish a month in the mart, with all that is not there as it is recorded now; the caller holds the lock.

    The file is the one that was published last, by its stamp, or every month is read again.

    Raises:
        ReconciliationError: a month does not foot, or the file read back differs; the mart that stands stays.
    """
    found = known_months(workspace)
    heads = _heads(workspace, found)
    keys = _keys(workspace, found, heads)
    path = workspace.ledger / _NOTE
    note = read_note(path)
    kept = _kept(note, keys, bill.period)
    told = states(workspace, found)
    try:
        done = _publish(workspace, found, bill, kept, told)
    except MartChangedError:
        kept = None
        done = _publish(workspace, found, bill, None, told)
    fresh = note["fresh"] if kept is not None and not kept.anew else _size(workspace, done)
    figures = {
        name: {month: [rows, None if dollars is None else f"{dollars:f}"] for month, (rows, dollars) in parts.items()}
        for name, parts in done.figures.items()
    }  # fmt: skip
    body = {
        "code": code_hash(), "stamp": done.stamp, "keys": keys, "heads": heads, "figures": figures, "fresh": fresh,
        "now": _size(workspace, done),
    }  # fmt: skip
    write_atomic(path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())


def _publish(workspace: Workspace, found: KnownMonths, bill: MonthBill, kept: Kept | None, told: dict[str, str]) -> MartSummary:
    stay = set(kept.months) if kept else set()
    others = [each for each in found.months if str(each.period) not in stay | {bill.period}]
    bills = [_whole(workspace, each) for each in [bill, *[load_bill(workspace, each.period, with_earlier=False) for each in others]]]
    hashes: dict[str, str] = {}
    for each in found.months:
        if str(each.period) not in stay:
            hashes |= pdf_hashes(workspace, each)
    references = {name: newest_first(name, past_tables(found, name)) for name in REFERENCE} if kept else None
    return publish(bills, workspace.mart, pdf_hashes=hashes, statuses=told, references=references, kept=kept)


def _kept(note: dict[str, Any], keys: dict[str, str], period: str) -> Kept | None:
    """The months whose rows are still right; none when nothing of the file can stay."""
    if note.get("code") != code_hash():
        return None
    months = tuple(sorted(name for name, key in note["keys"].items() if keys.get(name) == key and name != period))
    if not months:
        return None
    figures = {
        name: {month: (rows, None if dollars is None else Decimal(dollars)) for month, (rows, dollars) in parts.items()}
        for name, parts in note["figures"].items()
    }
    fresh, now = note["fresh"], note["now"]
    is_grown = now["bytes"] * fresh["rows"] > _TWICE * fresh["bytes"] * now["rows"]
    gone = tuple(sorted(set(note["keys"]) - set(months)))
    return Kept(note.get("stamp", ""), figures, months, gone, anew=is_grown or now["months"] - fresh["months"] >= _YEAR)


def _size(workspace: Workspace, done: MartSummary) -> dict[str, int]:
    return {"bytes": workspace.mart.stat().st_size, "rows": sum(done.rows.values()), "months": len(done.periods)}


def _heads(workspace: Workspace, found: KnownMonths) -> dict[str, str]:
    """The head of each month's journal: approvals and disputes go into the mart too."""
    return {
        str(each.period): str(read_note(workspace.ledger / str(each.period) / "head.json").get("head", _NO_HEAD)) for each in found.months
    }


def _keys(workspace: Workspace, found: KnownMonths, heads: dict[str, str]) -> dict[str, str]:
    """What stands for each month's rows: what it came to and all months before it, with which it is compared."""
    keys, before = {}, "none"
    for each in found.months:
        before = text_hash(before, str(each.period), each.key)
        keys[str(each.period)] = _key(workspace, each, before, heads[str(each.period)])
    return keys


def _key(workspace: Workspace, month: Known, came_to: str, head: str) -> str:
    """What stands for a month's rows: what it came to, what its journal says, and the invoices rendered of it."""
    path = workspace.ledger / str(month.period) / "invoices.json"
    rendered = path.stat() if path.is_file() else None
    return text_hash(came_to, head, f"{rendered.st_size} {rendered.st_mtime_ns}" if rendered else "none")


def pdf_hashes(workspace: Workspace, month: Known) -> dict[str, str]:
    """SHA-256 of the invoices rendered so far, by invoice number; those of an older run do not count."""
    held = read_note(workspace.ledger / str(month.period) / "invoices.json")
    return dict(held.get("pdf_sha256", {})) if held.get("key") == month.key else {}
