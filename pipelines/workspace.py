"""The workspace: where its parts are, and the one lock that lets a single command write."""

import contextlib
import fcntl
import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from billing.errors import BillingError, InputError
from billing.periods import Period
from inputs.text_file import entries
from pipelines.files import is_shared, make_folder, naming, sync_folder
from pipelines.leftovers import clear
from pipelines.settings import SETTINGS_FILE

_NOTE_LIMIT: Final = 4096  # bytes
_TEAM_UMASK: Final = 0o007
_LOOKS: Final = 100
_PAUSE_SECONDS: Final = 0.01


@dataclass(frozen=True)
class Workspace:
    """One agency biller's world in a folder."""

    root: Path
    sealed: Path | None = None  # a posted month's inputs, read in place of the workspace's own to bill it again

    @classmethod
    def open(cls, root: Path) -> "Workspace":
        """Take an existing folder; in a team's (its group may write, and its set-group-ID bit is on) the team shares all files.

        Raises:
            InputError: the folder is no workspace.
        """
        if not (root / "reference").is_dir() and not (root / SETTINGS_FILE).is_file():
            raise InputError(f"{root} is not a workspace; make one with `cotbill init {root}` or name one with -w")
        if is_shared(root):
            os.umask(_TEAM_UMASK)
        return cls(root)

    @property
    def given(self) -> Path:
        """Where settings, reference, rates and feeds are read."""
        return self.sealed or self.root

    @property
    def inbox(self) -> Path:
        """Where feeds arrive, a folder a period."""
        return self.given / "inbox"

    @property
    def ledger(self) -> Path:
        """The system of record."""
        return self.root / "ledger"

    @property
    def mart(self) -> Path:
        """The newest complete published file for analysts."""
        return self.root / "mart" / "cotbill.duckdb"

    def out(self, period: Period) -> Path:
        """What people and other systems receive of a period."""
        return self.root / "out" / str(period)

    def periods_with_inbox(self) -> list[Period]:
        """Periods that have a folder in the inbox, oldest first."""
        return _periods(self.inbox)

    def periods_with_ledger(self) -> list[Period]:
        """Periods that have been run, oldest first."""
        return [period for period in _periods(self.ledger) if (self.ledger / str(period) / "manifest.json").is_file()]


def _periods(folder: Path) -> list[Period]:
    found = []
    for path in entries(folder):
        with contextlib.suppress(BillingError):
            found.append(Period.parse(path.name))
    return found


def _user() -> str:
    """Who runs this, by name where the machine knows one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _holder(note: bytes) -> tuple[str, bool]:
    """Who the lock's note names, in words, and whether that process is known to be gone."""
    try:
        held = json.loads(note)
        words = f"`{held['command']}` of {held['user']} on {held['host']}, process {held['pid']}"
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", True
    try:
        if held["host"] == socket.gethostname():
            os.kill(held["pid"], 0)  # no signal, only the question whether there is such a process
    except (ProcessLookupError, TypeError, OverflowError):
        return words, True
    except PermissionError:
        pass  # there is, and it is another's
    return words, False


@contextlib.contextmanager
def locked(workspace: Workspace, command: str) -> Iterator[None]:
    """Hold the workspace's lock; it is freed when the process ends, however it ends.

    The lock file names the holder and is empty when nobody is at work. One that is not empty when the lock is free is
    a command's that was killed or failed: what it left half-done is cleared away first.

    Raises:
        BillingError: another process holds it; the message names the holder.
    """
    path = workspace.ledger / ".lock"
    with naming(path):
        make_folder(workspace.ledger)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o660)
    try:
        _take(handle)
        with naming(path):
            is_left = bool(os.pread(handle, _NOTE_LIMIT, 0))
            _note(handle, {"command": command, "user": _user(), "host": socket.gethostname(), "pid": os.getpid()})
            sync_folder(workspace.ledger)
        if is_left:
            clear(workspace.root)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    """Take the lock, or say who has it; one who takes or frees it this very moment is given time to say so."""
    words = ""
    for _ in range(_LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            words, is_gone = _holder(os.pread(handle, _NOTE_LIMIT, 0))
            if not is_gone:
                break
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise BillingError(f"the workspace is in use by {words or 'another command'}; wait for it to end")


def _note(handle: int, holder: dict[str, object]) -> None:
    """Write who holds the lock over what is there, durably: while it is not empty, somebody is at work or was killed."""
    data = json.dumps(holder).encode()
    os.lseek(handle, 0, os.SEEK_SET)
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
    os.ftruncate(handle, len(data))
    os.fsync(handle)
