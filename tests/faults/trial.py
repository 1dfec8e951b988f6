"""One command under one fault: what it says, what it leaves, and what the same command makes of it when it is run again."""

import hashlib
import itertools
import os
import random
import re
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

import pipelines.closing
import pipelines.publish
import reports.invoice.render
import reports.mart
from billing.errors import BillingError
from billing.periods import Period
from pipelines.journal import Journal
from pipelines.recorded import load_bill
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.press.pool import Answer
from reports.press.printing import Job
from tests.e2e.program import Ended, cotbill
from tests.faults.disk import EIO, FULL, FULL_ONCE, GROWING, MODES, POWER, TORN, Change, Died, Disk, Fault
from tests.faults.small_month import PERIOD, at_noon

Tree = dict[str, str]  # path below the workspace: SHA-256; of a folder nothing
Words = tuple[str, ...]
SAFE, IDENTICAL = "untouched, with a message", "identical"
_RAM = Path("/dev/shm")


@dataclass(frozen=True)
class Outcome:
    """How a point ended. faults: what is wrong with it, one line each; none: it held."""

    fault: Fault
    what: str  # the change it struck
    ended: str
    faults: tuple[str, ...]


def tree(root: Path) -> Tree:
    """Every file and folder below a workspace, by content, but for the note on the mart's bytes, which depend on its past."""
    found: Tree = {}
    for where, folders, files in os.walk(root):
        for name in folders:
            path = Path(where) / name
            found[str(path.relative_to(root)) + "/"] = _sealed(path)
        for name in files:
            path = Path(where) / name
            if path.parent.name == "ledger" and name == "mart.json":
                continue
            found[str(path.relative_to(root))] = hashlib.sha256(path.read_bytes()).hexdigest() + _sealed(path)
    return found


def _sealed(path: Path) -> str:
    """Of a posted month also who may write it."""
    return f" {path.stat().st_mode:o}" if "posted" in path.parent.parts else ""


def differences(found: Tree, wanted: Tree) -> list[str]:
    """Paths that two trees do not share byte for byte."""
    return [f"{name} {_how(name, found, wanted)}" for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]


def _how(name: str, found: Tree, wanted: Tree) -> str:
    return "is left over" if name not in wanted else "is missing" if name not in found else "differs"


def room() -> Path:
    """A folder for workspaces, in memory where the machine has that."""
    return Path(tempfile.mkdtemp(prefix="cotbill-faults-", dir=_RAM if os.access(_RAM, os.W_OK) else None))


def clear(place: Path) -> None:
    """Remove such a folder, sealed months and all."""
    for where, _, _ in os.walk(place):
        Path(where).chmod(0o700)
    shutil.rmtree(place)


@contextmanager
def still() -> Iterator[None]:
    """Stop the clock; bill the test agency once; build each mart once and copy it from then on, as one change."""
    with pytest.MonkeyPatch.context() as patch:
        at_noon(patch)
        patch.setattr("pipelines.run.time", SimpleNamespace(perf_counter=lambda: 0))
        agency = cache(pipelines.closing.check_test_agency)
        patch.setattr(pipelines.closing, "check_test_agency", agency)
        patch.setattr(pipelines.publish, "check_test_agency", agency)
        patch.setattr(reports.mart, "_fill", _filled)
        patch.setattr(reports.mart, "measure", _measured)
        patch.setattr(reports.invoice.render, "printed", _printed)
        yield


_fill, _measure = reports.mart._fill, reports.mart.measure
_MARTS: dict[str, bytes] = {}
_MEASURES: dict[str, Any] = {}
_DISKS: list[Disk] = []  # the one in the way


def _filled(file: Path, frames: dict[str, Any], kept: Any, old: Path | None) -> None:
    key = hashlib.sha256(repr([(name, frames[name].rows()) for name in sorted(frames)]).encode())
    key.update(repr((kept.months, kept.gone, kept.anew) if kept else None).encode() + (old.read_bytes() if old else b""))
    name = key.hexdigest()
    if name not in _MARTS:
        with tempfile.TemporaryDirectory() as folder:
            aside, before = Path(folder) / file.name, Path(folder) / "old.duckdb"
            if old is not None:
                before.write_bytes(old.read_bytes())
            _fill(aside, frames, kept, before if old is not None else None)
            _MARTS[name] = aside.read_bytes()
    _put(file, _MARTS[name])


def _printed(jobs: Iterator[Job | None], workers: int) -> Iterator[Answer | None]:
    """Invoices as PDF in this process, where their writes are seen; their bytes are of no matter here."""
    for job in jobs:
        yield None if job is None else Answer(job.view.invoice_no, b"%PDF- " + job.view.canonical() * 3)


def _put(file: Path, data: bytes) -> None:
    """Put DuckDB's file there as DuckDB would: past Python, with its own error on a full disk."""

    def write(size: int) -> None:
        with disk.real["file"](file, "wb") as out:
            out.write(data[:size])
        if disk.power:
            disk.power.created(str(file))

    if not _DISKS:
        file.write_bytes(data)
        return
    disk = _DISKS[-1]
    try:
        disk.change("duckdb", str(file), lambda: write(len(data)), write, len(data))
    except OSError as error:
        raise duckdb.IOException(f'Could not write file "{file}": {error.strerror}') from error


def _measured(file: Path, stayed: Any) -> Any:
    name = hashlib.sha256(file.read_bytes() + repr(stayed).encode()).hexdigest()
    if name not in _MEASURES:
        _MEASURES[name] = _measure(file, stayed)
    return _MEASURES[name]


def run_on(disk: Disk, *words: str) -> Ended | None:
    """One command with this disk in its way; nothing when it died."""
    _DISKS.append(disk)
    try:
        with disk.failing():
            return told(*words, "-w", disk.root)
    except Died:
        return None
    finally:
        _DISKS.pop()


def told(*words: str) -> Ended:
    """How a command ended; with a traceback as -1."""
    try:
        return cotbill(*words)
    except Exception:
        return Ended(-1, "", traceback.format_exc())


def is_one_line(text: str) -> bool:
    """Whether an error is one clear line and no traceback."""
    lines = text.strip().splitlines()
    return len(lines) == 1 and "Traceback" not in text and ": " in lines[0] and len(lines[0]) > 20


def reads(root: Path) -> list[str]:
    """Open a workspace anew and read it; what refuses, refuses with one line."""
    home, month = Workspace.open(root), Period.parse(PERIOD)
    wrong = []
    looks: tuple[Callable[[], Any], ...] = (
        lambda: Journal(home.ledger / PERIOD), lambda: standing(home, month), lambda: load_bill(home, month),
    )  # fmt: skip
    for look in looks:
        try:
            look()
        except BillingError as error:
            wrong.append(f"refuses to be read: {error}")
        except Exception:
            wrong.append(f"cannot be read: {traceback.format_exc()}")
    ended = told("exceptions", PERIOD, "-w", str(root))
    if ended.code not in {0, 3}:
        wrong.append(f"exceptions: {ended.code} {ended.err}")
    return wrong


class Bench:
    """A workspace at the door of a command, and the same after the command ran undisturbed."""

    def __init__(self, before: Path, *words: str, then: Words = (), prepare: Callable[[Path], None] | None = None) -> None:
        """Run the command undisturbed and count the changes it makes.

        Args:
            before: the workspace; it is copied, never changed.
            words: the command.
            then: a second command that is run after it in every trial, undisturbed; it sees what was left over.
        """
        self.before, self.words, self.then = before, words, then
        self.start = tree(before)
        with self.copy() as root:
            disk = Disk(root)
            ended = run_on(disk, *words)
            assert ended is not None
            assert ended.code in {0, 3}, ended
            self.changes = disk.changes
            self.code = ended.code
            self.middle = self._tree(root)
            self.events = len(Journal(root / "ledger" / PERIOD).events)
            if then:
                cotbill(*then, "-w", str(root))
            self.end = self._tree(root)

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """The workspace as it is before the command, to be thrown away."""
        place = room()
        try:
            yield Path(shutil.copytree(self.before, place / "w"))
        finally:
            clear(place)

    def _tree(self, root: Path) -> Tree:
        """Every file by content. Of a command that works a month, the journal by what it says but for how long it took."""
        found = tree(root)
        if self.then:
            try:
                events = [(event.kind, sorted(_lasting(event.data).items())) for event in Journal(root / "ledger" / PERIOD).events]
            except BillingError as error:
                return {"events": str(error)}
            found = {name: digest for name, digest in found.items() if not name.endswith(("journal.jsonl", "head.json"))}
            found["events"] = repr(events)
        return found

    def points(self, modes: tuple[str, ...], seeds: int = 1) -> list[Fault]:
        """Every point of the command at which a mode can strike; power is also lost when all is done and said."""
        last = Change("end", "")
        return [
            Fault(mode, at, seed)
            for mode in modes
            for seed in range(seeds)
            for at, change in enumerate([*self.changes, *([last] if mode == POWER else [])], start=1)
            if strikes(mode, change.what)
        ]

    def change_at(self, fault: Fault) -> Change:
        """The change that a fault strikes."""
        return self.changes[fault.at - 1] if fault.at <= len(self.changes) else Change("end", "")

    def spread(self, count: int, modes: tuple[str, ...] = MODES, seeds: int = 1) -> list[Fault]:
        """So many points: every mode at every kind of change in every folder first, then the others evenly."""
        groups: dict[tuple[str, str, str], list[Fault]] = {}
        for fault in self.points(modes, seeds):
            change = self.change_at(fault)
            place = str(Path(change.path).parent) if change.what in {"link", "chmod"} else re.sub(r"\.[a-z0-9_]{8}\b", "", change.path)
            groups.setdefault((fault.mode, change.what, place), []).append(fault)
        chance = random.Random(1)
        for points in groups.values():
            chance.shuffle(points)
        rounds = itertools.zip_longest(*sorted(groups.values(), key=lambda points: (points[0].at * 7919 % 997, points[0].mode)))
        return [point for row in rounds for point in row if point is not None][:count]

    def try_point(self, fault: Fault, second: Fault | None = None) -> Outcome:
        """The command under a fault, perhaps the repair under another, then undisturbed; and everything that is wrong then."""
        with self.copy() as root:
            wrong, ended = self._strike(root, fault)
            if second is not None:
                more, _ = self._strike(root, second)
                wrong += more
            wrong += reads(root)
            wrong += self._repeat(root)
            wrong += differences(self._tree(root), self.end)
        struck = self.change_at(fault)
        return Outcome(fault, f"{struck.what} {struck.path}", ended, tuple(wrong))

    def _strike(self, root: Path, fault: Fault) -> tuple[list[str], str]:
        ended = run_on(Disk(root, fault), *self.words)
        found = tree(root)
        if ended is None:
            return [], IDENTICAL
        if ended.code == self.code:  # it said that all is done
            return [f"said it was done: {each}" for each in differences(self._tree(root), self.middle) if ".lock " not in each], IDENTICAL
        wrong = [] if is_one_line(ended.err) and ended.code in {1, 10, 13} else [f"said {ended.err!r} with {ended.code}"]
        why = "input/output error" if fault.mode == EIO else "no space left on device"
        if why not in ended.err or str(root) not in ended.err:
            wrong.append(f"did not say where and why: {ended.err!r}")
        wrong += [
            f"{name} is half-written"
            for name, digest in found.items()
            if digest not in {self.start.get(name), self.middle.get(name)} and not _moves(name)
        ]
        ledger = {name: digest for name, digest in found.items() if name.startswith("ledger/") and not name.endswith((".lock", "/"))}
        untouched = ledger.items() <= self.start.items()
        return wrong, SAFE if untouched else IDENTICAL

    def _repeat(self, root: Path) -> list[str]:
        """Run the command again where its event is not there yet, then the one after it."""
        wrong = []
        try:
            done = len(Journal(root / "ledger" / PERIOD).events) >= self.events
        except BillingError:
            done = False
        if not (self.then and done):
            ended = told(*self.words, "-w", str(root))
            wrong += [] if ended.code == self.code else [f"run again, it ended with {ended.code}: {ended.err or ended.out}"]
        if self.then:
            told(*self.then, "-w", str(root))
        return wrong


def _lasting(data: dict[str, Any]) -> dict[str, Any]:
    """What an event says, without how much of a run was done anew."""
    return {name: value for name, value in data.items() if name not in {"seconds", "done"}}


def _moves(name: str) -> bool:
    """What tells of the moment and not of the month: who holds the lock, the head between two events, the published note."""
    return name.endswith((".lock", "journal.jsonl", "head.json", "published.json")) or name.endswith("cotbill.duckdb")


def strikes(mode: str, what: str) -> bool:
    """Whether a mode has something to strike at a change."""
    if mode == TORN:
        return what in {"write", "duckdb"}
    if mode in {FULL, FULL_ONCE}:
        return what in GROWING
    return what == "fsync" if mode == EIO else True


def marts_agree(one: Path, other: Path) -> bool:
    """Whether two mart files hold the same rows, whatever their bytes."""
    return _rows(one) == _rows(other)


def _rows(file: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        return {name: sorted(map(repr, connection.table(name).fetchall())) for name in names}
