"""Post a month: gather everything it stands on in one sealed folder, and make it the month's issue by one rename.

Before the rename nothing refers to the folder; after it the month is posted, whatever happens to the process. What a
folder holds, not what a call answered, decides whether a posting took place.
"""

import contextlib
import hashlib
import json
import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from billing.errors import InputError, Location, ReconciliationError
from billing.frames import MonthBill
from billing.money import total
from billing.periods import Period
from inputs.text_file import entries, read_bytes
from pipelines.files import file_hash, make_folder, naming, sync_folder, text_hash
from pipelines.handing_on import hand_on
from pipelines.journal import Journal
from pipelines.leftovers import remove_folder
from pipelines.recorded import stage_paths
from pipelines.settings import SETTINGS_FILE
from pipelines.stages import Stages, code_hash
from pipelines.standing import SEAL, posted_folder, seal_of, standing
from pipelines.troubles import Trouble
from pipelines.workspace import Workspace

_FILE_MODE: Final = 0o444
_FOLDER_MODE: Final = 0o555
_TABLE_FOLDERS: Final = ("reference", "rates")


@dataclass(frozen=True)
class Posted:
    """A posted issue: its number, its folder and the hash of its seal."""

    issue: int
    folder: Path
    seal_sha256: str


def seal_hash(body: dict[str, Any]) -> str:
    """The hash of a seal's content."""
    return text_hash(json.dumps({name: value for name, value in body.items() if name != "sha256"}, sort_keys=True))


def preparing(workspace: Workspace, period: Period, issue: int) -> Path:
    """Where an issue is gathered before it is the month's."""
    folder = posted_folder(workspace, period, issue)
    return folder.with_name(f".{folder.name}.tmp")


def prepare(workspace: Workspace, period: Period, bill: MonthBill, journal: Journal, issue: int) -> Path:
    """Write a month's sealed folder under a temporary name.

    Raises:
        InputError: a file of the inbox is not the one that was run.
    """
    temporary = preparing(workspace, period, issue)
    discard(temporary)
    with naming(temporary.parent):
        make_folder(temporary.parent)
    temporary.mkdir()
    stages = Stages(workspace.ledger / str(period), period)
    for path in [stages.manifest_path, *stage_paths(stages)]:
        _copy(path, temporary / path.relative_to(stages.folder))
    _copy_inputs(workspace, period, stages, temporary / "inputs")
    hand_on(workspace, period, issue, temporary)
    body = _seal_body(workspace, period, bill, journal, issue, temporary)
    body["sha256"] = seal_hash(body)
    _write(temporary / SEAL, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())
    _lock(temporary)
    return temporary


def commit(workspace: Workspace, period: Period, issue: int, temporary: Path) -> Posted:
    """Make a prepared folder the month's issue: the one commit point of a close.

    Where the rename's outcome is not known, the folder that is there tells.
    """
    folder = posted_folder(workspace, period, issue)
    answer = ""
    try:
        temporary.rename(folder)
    except OSError as error:
        answer = f": {error.strerror}"
    if temporary.exists() or not (folder / SEAL).is_file():
        raise OSError(None, f"the posted month could not be put in place{answer}", str(folder))
    with naming(folder):
        sync_folder(folder.parent)
    return posted(folder, issue)


def posted(folder: Path, issue: int) -> Posted:
    """Read a posted folder's seal, and check that its files are all there as sealed.

    Raises:
        ReconciliationError: it is not as it was sealed.
    """
    troubles = seal_troubles(folder)
    if troubles:
        raise ReconciliationError(str(troubles[0]))
    return Posted(issue, folder, str(seal_of(folder)["sha256"]))


def seal_troubles(folder: Path) -> list[Trouble]:
    """What is wrong with a posted folder: its seal, a file changed, gone or added; nothing when it is as sealed."""
    where = f"ledger/{folder.parent.parent.name}/posted/{folder.name}"
    try:
        body = seal_of(folder)
        is_whole = body["sha256"] == seal_hash(body)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        return [Trouble(f"{where}/{SEAL}", "is not as it was written; restore the folder from a copy")]
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} - {SEAL}
    found = [Trouble(f"{where}/{name}", "is gone; restore it from a copy") for name in sorted(set(body["files"]) - files)]
    strays = sorted(files - set(body["files"]))
    found += [Trouble(f"{where}/{name}", "was not there when the month was sealed; remove it") for name in strays]
    for name in sorted(files & set(body["files"])):
        path = folder / name
        if path.is_symlink() or not path.is_file() or file_hash(path) != body["files"][name]["sha256"]:
            found.append(Trouble(f"{where}/{name}", "is not as it was sealed; restore it from a copy"))
    return found


def discard(temporary: Path) -> None:
    """Remove what an interrupted posting left; nothing refers to it."""
    if temporary.is_dir():
        remove_folder(temporary)


def _seal_body(workspace: Workspace, period: Period, bill: MonthBill, journal: Journal, issue: int, folder: Path) -> dict[str, Any]:
    files = {
        str(path.relative_to(folder)): {"sha256": file_hash(path), "bytes": path.stat().st_size}
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip
    return {
        "period": str(period), "issue": issue, "as_of": bill.as_of, "files": files,
        "journal": {"count": len(journal.events), "head": journal.head},
        "previous": _previous(workspace, period),
        "totals": {
            "invoices": bill.invoices.height, "lines": bill.lines.height, "amount": f"{total(bill.lines['amount']):f}",
            "splits": f"{total(bill.splits['amount']):f}",
            **{f"records_{name}": int(bill.controls[f"records_{name}"].sum()) for name in ("in", "billed", "held", "rejected", "dropped")},
        },
        "program": {"code": code_hash(), "python": platform.python_version(),
                    **{name: metadata.version(name) for name in ("cotbill", "polars", "duckdb")}},
    }  # fmt: skip


def _previous(workspace: Workspace, period: Period) -> dict[str, Any] | None:
    """The month before as it was posted: its seal and its journal's head, so that the chain goes on from month to month."""
    last = period.shift(-1)
    found = standing(workspace, last)
    if found.folder is None:
        return None
    return {"period": str(last), "issue": found.issue, "seal_sha256": seal_of(found.folder)["sha256"],
            "journal_head": Journal(workspace.ledger / str(last)).head}  # fmt: skip


def _copy_inputs(workspace: Workspace, period: Period, stages: Stages, to: Path) -> None:
    """Copy the very bytes that were run, so that the month can be billed again years later."""
    hashes = {name.removeprefix("gate:"): step.facts["sha256"] for name, step in stages.old.items() if name.startswith("gate:")}
    for path in entries(workspace.inbox / str(period)):
        if path.name.startswith(".") or not path.is_file():
            continue
        data = read_bytes(path)
        if path.name in hashes and hashlib.sha256(data).hexdigest() != hashes[path.name]:
            raise InputError("is not the file that was run; run the month again", at=Location(path.name))
        _write(to / "inbox" / str(period) / path.name, data)
    for folder in _TABLE_FOLDERS:
        for path in entries(workspace.root / folder):
            if path.is_file() and not path.name.startswith("."):
                _write(to / folder / path.name, read_bytes(path))
    settings = workspace.root / SETTINGS_FILE
    _write(to / SETTINGS_FILE, read_bytes(settings) if settings.is_file() else b"")


def _copy(source: Path, target: Path) -> None:
    """Put a file of ours into the folder; by a second name for the same bytes where the disk can.

    What a colleague wrote is copied: only its owner may make it read-only.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_uid == os.geteuid():
        with contextlib.suppress(OSError):
            os.link(source, target, follow_symlinks=False)
            return
    _write(target, source.read_bytes())


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with naming(target), os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _lock(folder: Path) -> None:
    """Make the folder durable, and nobody's to write in."""
    folders = [path for path in folder.rglob("*") if path.is_dir()]
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(_FILE_MODE)
    for path in [*sorted(folders, reverse=True), folder]:
        with naming(path):
            sync_folder(path)
        path.chmod(_FOLDER_MODE)
