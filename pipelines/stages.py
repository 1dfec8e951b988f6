"""The record of a period's run: immutable stage files by content, and one manifest that says which are current."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from billing.periods import Period
from pipelines.files import file_hash, read_frame, read_note, scan_frame, text_hash, write_atomic, write_frame

PACKAGES: Final = ("billing", "rates", "inputs", "reports", "pipelines")
_KEY_DIGITS: Final = 16


@cache
def code_hash() -> str:
    """Hash of the program's own text: a step done by other code is done again."""
    parts = []
    for package in PACKAGES:
        root = Path(str(resources.files(package)))
        for path in sorted(root.rglob("*.py")) + sorted(root.rglob("data/*.csv")) + sorted(root.rglob("*.sql")):
            parts += [f"{package}/{path.relative_to(root)}", path.read_text(encoding="utf-8")]
    return text_hash(*parts)


@dataclass
class Step:
    """One finished step: its key, its files with their hashes, and small facts about it."""

    key: str
    files: dict[str, dict[str, str]]
    facts: dict[str, Any] = field(default_factory=dict)


class Stages:
    """The stage files of one period: under `ledger/<period>/` as last run, or in the folder of a posted issue."""

    def __init__(self, folder: Path, period: Period, *, afresh: bool = False) -> None:
        """Read what is recorded there.

        Args:
            folder: where the manifest and the stage files are.
            period: the month.
            afresh: take a manifest that is not as it was written for none, so that the run about to start makes it anew.

        Raises:
            ReconciliationError: the manifest is not as it was written.
        """
        self.folder = folder
        self.period = period
        try:
            self.old = self._read()
        except ReconciliationError:
            if not afresh:
                raise
            self.old = {}
        self.new: dict[str, Step] = {}

    @property
    def manifest_path(self) -> Path:
        """The manifest: the one file whose rename makes a run current."""
        return self.folder / "manifest.json"

    def _read(self) -> dict[str, Step]:
        if not self.manifest_path.is_file():
            return {}
        raw = read_note(self.manifest_path)
        body = {name: value for name, value in raw.items() if name != "sha256"}
        if text_hash(json.dumps(body, sort_keys=True)) != raw.get("sha256"):
            raise ReconciliationError(
                f"ledger/{self.period}/manifest.json is not as it was written; restore it, or make it anew with `cotbill run {self.period}`"
            )
        return {name: Step(**step) for name, step in raw["steps"].items()}

    def is_current(self, step: str, key: str) -> bool:
        """Whether the last run did this very step and its files are still as they were written."""
        found = self.old.get(step)
        return found is not None and found.key == key and all(self._is_whole(file) for file in found.files.values())

    def _is_whole(self, file: dict[str, str]) -> bool:
        path = self.folder / file["file"]
        return path.is_file() and file_hash(path) == file["sha256"]

    def keep(self, step: str) -> None:
        """Carry an unchanged step over into the new manifest."""
        self.new[step] = self.old[step]

    def store(self, step: str, key: str, frames: dict[str, pl.DataFrame], facts: dict[str, Any] | None = None) -> None:
        """Write a step's frames under its key; nothing refers to them before `commit`."""
        files = {}
        for name, frame in frames.items():
            file = f"stages/{step.replace(':', '-')}.{name}.{key[:_KEY_DIGITS]}.parquet"
            files[name] = {"file": file, "sha256": write_frame(self.folder / file, frame)}
        self.new[step] = Step(key, files, facts or {})

    def step(self, step: str) -> Step:
        """A step of this run, else of the last one.

        Raises:
            ReconciliationError: nothing is recorded of it.
        """
        found = self.new.get(step) or self.old.get(step)
        if found is None:
            raise ReconciliationError(f"ledger/{self.period} has no record of its {step}; restore the period from a copy")
        return found

    def frame(self, step: str, name: str) -> pl.DataFrame:
        """Read one frame of a step, its hash checked."""
        file = self.step(step).files[name]
        return read_frame(self.folder / file["file"], file["sha256"])

    def scan(self, step: str, name: str) -> pl.LazyFrame:
        """Open one frame of a step lazily, its hash checked."""
        file = self.step(step).files[name]
        return scan_frame(self.folder / file["file"], file["sha256"])

    def commit(self, facts: dict[str, Any]) -> None:
        """Make this run the current one by one rename; then clear stage files that nothing refers to."""
        steps = {name: {"key": s.key, "files": s.files, "facts": s.facts} for name, s in sorted(self.new.items())}
        body = {"period": str(self.period), **facts, "steps": steps}
        body["sha256"] = text_hash(json.dumps(body, sort_keys=True))
        write_atomic(self.manifest_path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())
        wanted = {entry["file"] for step in self.new.values() for entry in step.files.values()}
        for path in sorted((self.folder / "stages").glob("*.parquet")):
            if f"stages/{path.name}" not in wanted:
                path.unlink()
        self.old = dict(self.new)
