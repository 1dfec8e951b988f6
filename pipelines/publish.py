"""Publish a recorded run: register, control report and detail under `out/`, and the mart; unchanged ones are left."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from billing.frames import MonthBill
from billing.periods import Period
from billing.test_agency import TestAgency, check_test_agency
from pipelines.close_events import write_close_calendar
from pipelines.disputed import EVENTS as DISPUTE_EVENTS
from pipelines.files import file_hash, read_note, text_hash, write_atomic
from pipelines.history import known_months, states
from pipelines.interface_book import journal_of
from pipelines.journal import Journal
from pipelines.mart_months import mart_stands, publish_mart
from pipelines.recorded import load_bill
from pipelines.stages import code_hash
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.mart_papers import papers_stand, write_papers
from reports.month_files import write_month

_NOTE = "published.json"


@dataclass(frozen=True)
class Published:
    """Where the things of a period are, and whether they were made anew."""

    files: dict[str, Path]
    mart: Path
    reused: bool


def publish(workspace: Workspace, period: Period, bill: MonthBill, key: str) -> Published:
    """Write what people and analysts receive of a period, each file whole or not at all.

    Raises:
        ReconciliationError: a finished file does not come to the bill's totals.
    """
    out = workspace.out(period)
    note_path = workspace.ledger / str(period) / _NOTE
    facts = evidence(workspace, period, key)
    wanted = text_hash("publish", code_hash(), json.dumps(facts, sort_keys=True), json.dumps(_months(workspace, period), sort_keys=True))
    old = read_note(note_path)
    if old.get("key") == wanted and mart_stands(workspace) and papers_stand(workspace.mart.parent) and _are_whole(workspace, old):
        files = {name: workspace.root / path for name, path in old["names"].items()}
        return Published(files, workspace.mart, reused=True)
    files = write_month(bill, out, facts) | write_close_calendar(workspace, period, bill.tables)
    _clear(out / "detail", set(files.values()))
    hashes = {str(path.relative_to(workspace.root)): file_hash(path) for path in files.values()}
    # a run knows nothing of documents that were sent of an issue before it was reopened
    publish_mart(workspace, dataclasses.replace(bill, journal=journal_of(workspace, period)))
    write_papers(workspace.mart.parent)
    names = {name: str(path.relative_to(workspace.root)) for name, path in files.items()}
    note = {"key": wanted, "files": hashes, "names": names, "pdf": _pdf_hash(workspace, period)}
    write_atomic(note_path, json.dumps(note, indent=1, sort_keys=True).encode())
    return Published(files, workspace.mart, reused=False)


def _pdf_hash(workspace: Workspace, period: Period) -> str:
    """What stands for the hashes of a period's invoices."""
    return text_hash(json.dumps(read_note(workspace.ledger / str(period) / "invoices.json"), sort_keys=True))


def mart_has_invoices(workspace: Workspace, period: Period) -> bool:
    """Whether the mart was made with the hashes of a period's invoices as they are now."""
    return bool(read_note(workspace.ledger / str(period) / _NOTE).get("pdf") == _pdf_hash(workspace, period))


def evidence(workspace: Workspace, period: Period, key: str, checked: TestAgency | None = None) -> dict[str, str]:
    """What the control report names as evidence: the run, the program, the test agency; of a posted month its seal.

    Nothing of it depends on when the month was run; the head of the journal comes in when the month is posted.

    Args:
        checked: the test agency's bill, where it was looked at already.
    """
    agency = checked or check_test_agency(period)
    told = f"{agency.billed_total:,.2f} of {agency.expected_total:,.2f}"
    facts = {"run": key, "program": code_hash(), "test agency": told if not agency.differences else f"{told}: {agency.differences[0]}"}
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    if found.folder is None:
        return facts
    closed = [event for event in journal.of("closed") if event.data["issue"] == found.issue][-1]
    return {**facts, "issue": f"{found.issue:02d}", "seal": str(closed.data["seal_sha256"]), "journal head": closed.hash}


def republish_mart(workspace: Workspace, period: Period) -> None:
    """Publish the mart again, with what was recorded since the month was published."""
    publish_mart(workspace, load_bill(workspace, period, with_earlier=False))
    write_papers(workspace.mart.parent)
    note_path = workspace.ledger / str(period) / _NOTE
    old = {"files": {}} | read_note(note_path)
    old["pdf"] = _pdf_hash(workspace, period)
    write_atomic(note_path, json.dumps(old, indent=1, sort_keys=True).encode())


def _months(workspace: Workspace, period: Period) -> dict[str, str]:
    """What stands for each month in the mart: its bill, its state, and what its book adds."""
    found = known_months(workspace)
    told = states(workspace, found)
    return {
        str(each.period): f"{each.key} {told[str(each.period)]} {each.issue} {_told(workspace, each.period, own=each.period == period)}"
        for each in found.months
    }


def _told(workspace: Workspace, period: Period, *, own: bool) -> str:
    """What stands for the part of a period's book that goes into the mart beside the bill: its approvals and disputes.

    The month that is published notes its own run after that, which must not make it be published again; of the other
    months the journal's head tells enough.
    """
    folder = workspace.ledger / str(period)
    if not own:
        return str(read_note(folder / "head.json").get("head", "none"))
    return text_hash(*[event.hash for event in Journal(folder).of("approval", *DISPUTE_EVENTS)])


def _are_whole(workspace: Workspace, note: dict[str, dict[str, str]]) -> bool:
    for name, sha256 in note["files"].items():
        path = workspace.root / name
        if not path.is_file() or file_hash(path) != sha256:
            return False
    return True


def _clear(folder: Path, wanted: set[Path]) -> None:
    """Remove detail files of invoices that are no longer; all of them can be made again."""
    for path in sorted(folder.glob("*.csv")):
        if path not in wanted:
            path.unlink()
