"""The workspace: where its parts are, and the one lock that lets a single command write."""

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from billing.errors import BillingError, InputError
from billing.periods import Period
from inputs.text_file import entries
from pipelines.settings import SETTINGS_FILE


@dataclass(frozen=True)
class Workspace:
    """One agency biller's world in a folder."""

    root: Path
    sealed: Path | None = None  # a posted month's inputs, read in place of the workspace's own to bill it again

    @classmethod
    def open(cls, root: Path) -> "Workspace":
        """Take an existing folder.

        Raises:
            InputError: the folder is no workspace.
        """
        if not (root / "reference").is_dir() and not (root / SETTINGS_FILE).is_file():
            raise InputError(f"{root} is not a workspace; make one with `cotbill init {root}` or name one with -w")
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


def _holder(text: str) -> str:
    """Who holds the lock, in words."""
    try:
        held = json.loads(text)
        return f"`{held['command']}` of {held['user']} on {held['host']}, process {held['pid']}"
    except (ValueError, TypeError, KeyError):
        return "another command"


@contextlib.contextmanager
def locked(workspace: Workspace, command: str) -> Iterator[None]:
    """Hold the workspace's lock; it is freed when the process ends, however it ends.

    Raises:
        BillingError: another process holds it; the message names the holder.
    """
    workspace.ledger.mkdir(parents=True, exist_ok=True)
    path = workspace.ledger / ".lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise BillingError(f"the workspace is in use by {_holder(file.read())}; wait for it to end") from None
        file.seek(0)
        file.truncate()
        holder = {"command": command, "user": _user(), "host": socket.gethostname(), "pid": os.getpid()}
        file.write(json.dumps(holder))
        file.flush()
        yield
        file.seek(0)
        file.truncate()
