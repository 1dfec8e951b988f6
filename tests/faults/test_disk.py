"""The failing disk itself: it sees every change, and fails as the systems it stands for fail."""

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disk import EIO, FULL, FULL_ONCE, KILL, POWER, TORN, Died, Disk, Fault
from tests.faults.small_month import CLOSE
from tests.faults.trial import Bench, run_on

_CHANGING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.utime"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_watched: list[tuple[Disk, list[str]]] = []


def _audit(event: str, words: tuple[Any, ...]) -> None:
    """Python's own word of what it is about to do: every change has to be one that the disk made."""
    if not _watched or _watched[-1][0].is_ours:
        return
    disk, unseen = _watched[-1]
    changes = event in _CHANGING or (event == "open" and isinstance(words[2], int) and words[2] & _WRITES)
    named = [os.fsdecode(word) for word in words if isinstance(word, str | bytes | os.PathLike)]
    made_already = event == "os.mkdir" and Path(named[0]).is_dir()
    if changes and not made_already and any(os.path.abspath(name).startswith(disk.root) for name in named):
        unseen.append(f"{event} {named}")


def test_no_change_of_a_close_passes_the_disk_by(bench: Bench) -> None:
    unseen: list[str] = []
    sys.addaudithook(_audit)
    with bench.copy() as root:
        disk = Disk(root)
        _watched.append((disk, unseen))
        try:
            ended = run_on(disk, *CLOSE)
        finally:
            _watched.pop()

    assert ended is not None
    assert ended.code == 0
    assert unseen == []
    assert len(disk.changes) > 300


def _write(path: Path, text: str, *, sync: bool = True) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(file.fileno())


def _write_then(path: Path, after: Path) -> None:
    try:
        _write(path, "x" * 5000)
    finally:
        _write(after, "not written")


@pytest.mark.parametrize("mode", [KILL, POWER, TORN])
def test_a_dead_process_changes_nothing_more(mode: str, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    disk = Disk(tmp_path / "w", Fault(mode, 2))
    after = tmp_path / "w" / "after"

    with pytest.raises(Died), disk.failing():
        _write_then(tmp_path / "w" / "a", after)

    assert disk.is_dead
    assert not after.exists()


def test_a_full_disk_refuses_whatever_grows_and_lets_the_rest_be_done(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")

    with Disk(tmp_path, Fault(FULL, 1)).failing():
        with pytest.raises(OSError, match="No space left") as refused:
            _write(tmp_path / "new", "text")
        with pytest.raises(OSError, match="No space left"):
            (tmp_path / "folder").mkdir()
        (tmp_path / "old").unlink()

    assert refused.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_once_has_room_again(tmp_path: Path) -> None:
    with Disk(tmp_path, Fault(FULL_ONCE, 1)).failing():
        with pytest.raises(OSError, match="No space left"):
            _write(tmp_path / "new", "text")
        _write(tmp_path / "new", "text")

    assert (tmp_path / "new").read_text() == "text"


def test_a_write_on_a_disk_that_fills_up_is_partly_there(tmp_path: Path) -> None:
    with Disk(tmp_path, Fault(FULL, 2)).failing(), pytest.raises(OSError, match="No space left"):
        _write(tmp_path / "new", "x" * 5000)

    assert 0 < (tmp_path / "new").stat().st_size < 5000


def test_bytes_sent_from_file_to_file_are_written_through_the_disk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 5000)
    disk = Disk(tmp_path, Fault(FULL, 2))

    with (
        disk.failing(),
        (tmp_path / "a").open("rb") as source,
        (tmp_path / "b").open("wb") as target,
        pytest.raises(OSError, match="No space"),
    ):
        os.sendfile(target.fileno(), source.fileno(), None, 9000)

    assert [change.what for change in disk.changes] == ["open", "write"]


def test_an_fsync_that_fails_says_so(tmp_path: Path) -> None:
    with Disk(tmp_path, Fault(EIO, 3)).failing(), pytest.raises(OSError, match="Input/output"):
        _write(tmp_path / "new", "text")


def test_synced_bytes_and_names_outlive_a_loss_of_power_and_the_others_may_not(tmp_path: Path) -> None:
    kept, lost = set(), set()
    for seed in range(40):
        root = tmp_path / f"{seed}" / "w"
        root.mkdir(parents=True)
        with Disk(root, Fault(POWER, 99, seed)).failing():
            _write(root / "synced", "x" * 3000)
            handle = os.open(root, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            _write(root / "synced", "y" * 3000, sync=False)
            (root / "synced").rename(root / "renamed")
            _write(root / "unsynced", "x" * 3000, sync=False)
        names = sorted(path.name for path in root.iterdir())
        kept.add(tuple(names))
        text = next(path for path in root.iterdir() if path.name != "unsynced").read_bytes()
        lost.add(len(text.strip(b"\0")))

    assert {name for names in kept for name in names} == {"synced", "renamed", "unsynced"}
    assert all(("synced" in names) != ("renamed" in names) for names in kept)
    assert {0, 3000} < lost  # cut to nothing by the opening, whole, and torn between
