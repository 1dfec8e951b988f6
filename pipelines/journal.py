"""The journal of a period: what people and the program did, one line an event, each chained to the one before.

A line is JSON with the hash of the line before and its own; it is durable before anything else relies on it. The
newest hash, the head, also stands outside the file: beside it, in the seal of a close, in the control report, in
what approvers sign and in the first line of the next month's journal. So a changed, lost or re-hashed line is found.
"""

import copy
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from billing.errors import Location, ReconciliationError
from pipelines.files import make_folder, naming, read_note, sync_folder, write_atomic

FIRST: Final = "0" * 64  # what the first line of the first journal follows
_NAME: Final = "journal.jsonl"
_FIELDS: Final = ("seq", "at", "user", "os_user", "kind", "data", "previous")


@dataclass(frozen=True)
class Actor:
    """Who does something, and when: the person by user name, the operating-system user, the time with offset."""

    user: str
    os_user: str
    at: str


@dataclass(frozen=True)
class Event:
    """One line of a journal. seq counts from 1, and is the line's number."""

    seq: int
    at: str
    user: str
    os_user: str
    kind: str
    data: dict[str, Any]
    previous: str
    hash: str
    more: int = 0  # how many of the lines after it were written with it, all or none

    @property
    def by(self) -> Actor:
        """Who did it, and when."""
        return Actor(self.user, self.os_user, self.at)


def _body(event: dict[str, Any]) -> bytes:
    kept = {name: event[name] for name in (*_FIELDS, *(["more"] if "more" in event else []))}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _line(event: dict[str, Any]) -> bytes:
    whole = {**event, "hash": hashlib.sha256(_body(event)).hexdigest()}
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Journal:
    """The journal under `ledger/<period>/`, read and checked when opened."""

    def __init__(self, folder: Path) -> None:
        """Read and check a period's journal; one that is absent is empty.

        A last line without its line end, or last lines without those that were written with them, are what a crash left
        of events that nobody was told of: they do not count, and the next event takes their place.

        Raises:
            ReconciliationError: a line is not as it was written, or lines are missing that the head knows of.
        """
        self.folder = folder
        self.path = folder / _NAME
        self.events: list[Event] = []
        raw = self.path.read_bytes() if self.path.is_file() else b""
        lines = [line + b"\n" for line in raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]]
        for number, line in enumerate(lines, start=1):
            self.events.append(self._checked(number, line.removesuffix(b"\n")))
        while self.events and self.events[-1].more:
            self.events.pop()
        self._whole = sum(len(line) for line in lines[: len(self.events)])
        self.is_torn = self._whole != len(raw)
        self._check_head()

    @property
    def head(self) -> str:
        """The hash of the newest event; FIRST before any."""
        return self.events[-1].hash if self.events else FIRST

    @property
    def head_path(self) -> Path:
        """Where the head stands beside the journal."""
        return self.folder / "head.json"

    def of(self, *kinds: str) -> Iterator[Event]:
        """Events of these kinds, oldest first."""
        return (event for event in self.events if event.kind in kinds)

    def knows(self, head: str) -> bool:
        """Whether a hash is the one of an event of this journal."""
        return any(event.hash == head for event in self.events)

    def as_of(self, count: int) -> "Journal":
        """This journal as it stood after so many events; only to be read."""
        found = copy.copy(self)
        found.events = self.events[:count]
        return found

    def append(self, kind: str, data: dict[str, Any], by: Actor) -> Event:
        """Add an event and make it durable; the caller holds the workspace's lock.

        Either the event is there whole when this returns, or the journal is as before.
        """
        return self.append_all([(kind, data)], by)[0]

    def append_all(self, given: list[tuple[str, dict[str, Any]]], by: Actor) -> list[Event]:
        """Add events of one act, all or none, and make them durable; the caller holds the workspace's lock.

        Args:
            given: kind and data of each.
        """
        if not given:
            return []
        lines: list[bytes] = []
        made: list[Event] = []
        for number, (kind, data) in enumerate(given, start=1):
            body = {
                "seq": len(self.events) + number, "at": by.at, "user": by.user, "os_user": by.os_user, "kind": kind, "data": data,
                "previous": made[-1].hash if made else self.head, **({"more": len(given) - number} if number < len(given) else {}),
            }  # fmt: skip
            lines.append(_line(body))
            made.append(Event(**json.loads(lines[-1])))
        with naming(self.path):
            self._put(b"".join(lines))
        self._write_head(made[-1])
        self._whole += sum(len(line) for line in lines)
        self.is_torn = False
        self.events += made
        return made

    def settle(self) -> None:
        """Bring the journal and its head in line after a crash: cut what is left of an event that never was."""
        if self.is_torn:
            _cut(self.path, self._whole)
        if self.events and read_note(self.head_path).get("count") != len(self.events):
            self._write_head(self.events[-1])

    def _put(self, line: bytes) -> None:
        """Add lines after the last whole one, durably; its file's name is durable first."""
        make_folder(self.folder)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o660)
        try:
            if not self._whole:
                sync_folder(self.folder)
            os.ftruncate(handle, self._whole)  # what a crash left of an event that never was
            _write_or_undo(handle, line, self._whole)
        finally:
            os.close(handle)

    def _write_head(self, event: Event) -> None:
        """Put the head beside the journal; where that fails the event is taken back, so that it can be tried again."""
        note = {"count": event.seq, "head": event.hash}
        try:
            write_atomic(self.head_path, (json.dumps(note, sort_keys=True) + "\n").encode())
        except OSError:
            if read_note(self.head_path) == note:
                return  # it is there; whether its name is durable makes no difference, the head may be one behind
            _cut(self.path, self._whole)
            raise

    def _checked(self, number: int, line: bytes) -> Event:
        at = Location(f"ledger/{self.folder.name}/{_NAME}", number)
        try:
            raw = json.loads(line)
            event = Event(**raw)
            whole = _line(raw) == line + b"\n"
        except (ValueError, TypeError, KeyError, RecursionError):
            whole = False
        if not whole or event.seq != number or event.previous != self.head:
            raise ReconciliationError("is not as it was written; restore the journal from a copy", at=at)
        return event

    def _check_head(self) -> None:
        """The head beside the journal may be one act behind (a crash between the two), never ahead."""
        note = read_note(self.head_path)
        count, head = note.get("count", 0), note.get("head", FIRST)
        known = self.events[count - 1].hash if isinstance(count, int) and 0 < count <= len(self.events) else FIRST
        last = 1 + len(list(takewhile(lambda event: event.more, reversed(self.events[:-1]))))
        missing = not note and len(self.events) > last
        if missing or head != known or len(self.events) - count not in {0, last}:
            raise ReconciliationError(
                f"ends after {len(self.events)} events, its head knows of {count}; restore the journal from a copy",
                at=Location(f"ledger/{self.folder.name}/{_NAME}"),
            )


def _cut(path: Path, size: int) -> None:
    """Cut a file to a size, durably."""
    with naming(path):
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            os.ftruncate(handle, size)
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_or_undo(handle: int, line: bytes, start: int) -> None:
    """Write a line whole and durably, or take back what was written of it."""
    os.lseek(handle, start, os.SEEK_SET)
    try:
        left = memoryview(line)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except BaseException:
        os.ftruncate(handle, start)
        raise
