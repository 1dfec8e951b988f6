"""Faults planted in the program on purpose: the harness has to find each, or it proves nothing."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pipelines.closing
import pipelines.journal
import pipelines.posting
import pipelines.workspace
import reports.mart
import reports.write
from pipelines.posting import Posted
from pipelines.standing import seal_of
from tests.faults.disk import FULL, FULL_ONCE, KILL, POWER, TORN
from tests.faults.small_month import CLOSE
from tests.faults.trial import Bench

Plant = Callable[[pytest.MonkeyPatch], None]


def naive_write(patch: pytest.MonkeyPatch) -> None:
    """Write a file in place."""

    def write(path: Path, data: bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    for module in ("pipelines.files", "reports.month_files", "reports.detail"):
        patch.setattr(f"{module}.write_bytes", write)


def no_sync_of_the_journal(patch: pytest.MonkeyPatch) -> None:
    """Write a journal line and call it durable."""
    patch.setattr(pipelines.journal, "_write_or_undo", lambda handle, line, start: (os.lseek(handle, start, 0), os.write(handle, line)))


def no_sync_of_new_folders(patch: pytest.MonkeyPatch) -> None:
    """Make a folder, and not its name durable."""
    patch.setattr(pipelines.posting, "make_folder", lambda folder: folder.mkdir(parents=True, exist_ok=True))


def swallowed_full_disk(patch: pytest.MonkeyPatch) -> None:
    """Go on as if a file had been written."""
    write = reports.write.write_bytes

    def quiet(path: Path, data: bytes) -> Path:
        with contextlib.suppress(OSError):
            write(path, data)
        return path

    for module in ("pipelines.files", "reports.month_files", "reports.detail"):
        patch.setattr(f"{module}.write_bytes", quiet)


def rename_not_checked(patch: pytest.MonkeyPatch) -> None:
    """Take the month for posted whatever the rename came to."""

    def commit(workspace: Any, period: Any, issue: int, temporary: Path) -> Posted:
        folder = temporary.with_name(f"{issue:02d}")
        seal = seal_of(temporary)
        with contextlib.suppress(OSError):
            temporary.rename(folder)
        return Posted(issue, folder if folder.exists() else temporary, str(seal["sha256"]))

    patch.setattr(pipelines.closing, "commit", commit)


def nothing_cleared(patch: pytest.MonkeyPatch) -> None:
    """Leave what a killed command left."""
    patch.setattr(pipelines.workspace, "clear", lambda root: None)


def posted_in_place(patch: pytest.MonkeyPatch) -> None:
    """Post the month without gathering it aside first."""
    patch.setattr(
        pipelines.posting, "preparing", lambda workspace, period, issue: workspace.ledger / str(period) / "posted" / f"{issue:02d}"
    )
    patch.setattr(pipelines.closing, "commit", lambda workspace, period, issue, folder: pipelines.posting.posted(folder, issue))


def duckdb_error_let_through(patch: pytest.MonkeyPatch) -> None:
    """Let DuckDB's own error out."""
    patch.setattr(reports.mart, "_written_by_duckdb", contextlib.nullcontext)


# what is planted, what brings it out, and at which changes: the kind of change and a part of its path
PLANTED: list[tuple[Plant, str, str, str]] = [
    (naive_write, TORN, "write", "head.json"),
    (no_sync_of_the_journal, POWER, "open", ".head.json"),
    (no_sync_of_new_folders, POWER, "open", ".head.json"),
    (swallowed_full_disk, FULL_ONCE, "write", "control-report.txt"),
    (rename_not_checked, FULL_ONCE, "rename", "posted/01"),
    (nothing_cleared, KILL, "write", "control-report.txt"),
    (posted_in_place, TORN, "write", "seal.json"),
    (duckdb_error_let_through, FULL, "duckdb", ""),
]


@pytest.mark.parametrize(("plant", "mode", "what", "where"), PLANTED, ids=[plant.__name__ for plant, *_ in PLANTED])
def test_the_harness_finds_what_is_planted(
    plant: Plant, mode: str, what: str, where: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    planted = Bench(bench.before, *CLOSE)
    points = [
        point
        for point in planted.points((mode,), seeds=8 if mode == POWER else 1)
        if what == planted.change_at(point).what and where in planted.change_at(point).path
    ]

    assert any(planted.try_point(point).faults for point in points)


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "what", "where"), [each[1:] for each in PLANTED], ids=[plant.__name__ for plant, *_ in PLANTED])
def test_the_same_points_hold_where_nothing_is_planted(mode: str, what: str, where: str, bench: Bench) -> None:
    points = [point for point in bench.points((mode,)) if what == bench.change_at(point).what and where in bench.change_at(point).path]

    assert points
    assert [bench.try_point(point).faults for point in points] == [()] * len(points)
