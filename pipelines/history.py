"""What a posted month hands on: the months posted before it, its stock book, the tables ever used, years of numbers.

It lies in the month's posted folder, under its seal. Everything in it can be made again from the months themselves: a
file that is gone or changed is passed over, and the months are read instead.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.periods import Period
from pipelines.files import read_frame, read_note, scan_frame, text_hash
from pipelines.stages import Stages
from pipelines.standing import posted_folder, standing
from pipelines.workspace import Workspace

FOLDER: Final = "history"
NOTE: Final = "history.json"


@dataclass(frozen=True)
class Known:
    """A month that was run: the issue that stands (0: as last run), what it came to, where its stage files are."""

    workspace: Workspace
    period: Period
    issue: int
    key: str

    @cached_property
    def folder(self) -> Path:
        """Where its stage files are."""
        return posted_folder(self.workspace, self.period, self.issue) if self.issue else self.workspace.ledger / str(self.period)

    @cached_property
    def stages(self) -> Stages:
        """Its stage files.

        Raises:
            ReconciliationError: they are not those of the month that was handed on.
        """
        found = Stages(self.folder, self.period)
        if "month" not in found.old or found.old["month"].key != self.key:
            raise ReconciliationError(f"ledger/{self.period}/manifest.json is not the one that was posted; restore it from a copy")
        return found


@dataclass(frozen=True)
class Chunk:
    """Years of months in few files: what their records are known by, their stock, the files they came in."""

    periods: tuple[Period, ...]
    at: str  # folder under ledger/
    files: dict[str, str]  # name -> SHA-256


@dataclass(frozen=True)
class History:
    """The note of one posted month and the files beside it."""

    workspace: Workspace
    folder: Path
    months: tuple[Known, ...]
    chunks: tuple[Chunk, ...]
    files: dict[str, str]
    stock_opening: str

    def frame(self, name: str) -> pl.DataFrame:
        """A frame that the month handed on.

        Raises:
            ReconciliationError: its bytes are not the ones that were written.
        """
        return read_frame(self.folder / f"{name}.parquet", self.files.get(name, ""))

    def scan(self, chunk: Chunk, name: str) -> pl.LazyFrame | None:
        """A frame of a year; none when it is gone or changed, so that the months themselves are read."""
        path = self.workspace.ledger / chunk.at / f"{name}.parquet"
        try:
            return scan_frame(path, chunk.files.get(name, ""))
        except ReconciliationError:
            return None


def note_hash(body: dict[str, Any]) -> str:
    """The hash of a note's content."""
    return text_hash(json.dumps({name: value for name, value in body.items() if name != "sha256"}, sort_keys=True))


def read_history(workspace: Workspace, period: Period, issue: int) -> History | None:
    """What a posted issue hands on; none when there is no note or it is not as it was written."""
    folder = posted_folder(workspace, period, issue) / FOLDER
    body = read_note(folder / NOTE)
    if body.get("sha256") != note_hash(body):
        return None
    months = [(Period.parse(name), issue, key) for name, issue, key in body["months"]]
    return History(
        workspace,
        folder,
        tuple(Known(workspace, each, issue, key) for each, issue, key in months),
        tuple(Chunk(tuple(map(Period.parse, each["periods"])), each["at"], each["files"]) for each in body["chunks"]),
        body["files"],
        body["stock_opening"],
    )


@dataclass(frozen=True)
class KnownMonths:
    """The months that were run, oldest first; what the newest posted one hands on, where that tells of all before it."""

    months: tuple[Known, ...]
    history: History | None


def known_months(workspace: Workspace, before: Period | None = None) -> KnownMonths:
    """The months that were run, without reading the journals of those that a posted month answers for.

    A month is closed only after the one before it, and not reopened while a later one is closed; so what the newest
    posted month says of those before it holds.
    """
    periods = [each for each in workspace.periods_with_ledger() if before is None or each < before]
    since: list[Known] = []
    for place in range(len(periods) - 1, -1, -1):
        found = standing(workspace, periods[place])
        history = read_history(workspace, found.period, found.issue) if found.is_posted else None
        if history is not None and [each.period for each in history.months] == periods[: place + 1]:
            return KnownMonths((*history.months, *reversed(since)), history)
        since.append(known(workspace, found.period))
    return KnownMonths(tuple(reversed(since)), None)


def known(workspace: Workspace, period: Period) -> Known:
    """One month that was run."""
    found = standing(workspace, period)
    folder = found.folder or workspace.ledger / str(period)
    old = Stages(folder, period).old
    return Known(workspace, period, found.issue if found.folder else 0, old["month"].key)


def states(workspace: Workspace, found: KnownMonths) -> dict[str, str]:
    """OPEN, CLOSING, CLOSED or FINAL of each month. Months are made final in their order, so the last final one is looked for."""
    old = found.history.months if found.history else ()
    low, high = 0, len(old)
    while low < high:
        middle = (low + high) // 2
        if standing(workspace, old[middle].period).state == "FINAL":
            low = middle + 1
        else:
            high = middle
    told = {str(each.period): "FINAL" if place < low else "CLOSED" for place, each in enumerate(old)}
    return told | {str(each.period): standing(workspace, each.period).state for each in found.months[len(old) :]}


def frame_hash(frame: pl.DataFrame) -> str:
    """What stands for a small frame's rows."""
    return text_hash(*[repr(row) for row in frame.rows()])
