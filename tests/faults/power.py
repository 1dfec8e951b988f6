"""What a loss of power leaves: of a file what was synced and perhaps some 512-byte blocks more; of a folder's names a prefix.

Names are made durable by an fsync of their folder alone, and are lost latest first. That is stricter than the file
systems in use: those keep more.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 512


@dataclass
class _Name:
    """One change of a folder's names that is not durable yet."""

    folder: str
    undo: Callable[[], None]


class PowerLoss:
    """Remembers what was not synced below a folder, and takes it away when told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = Path(tempfile.mkdtemp(prefix="graves-", dir=root.parent))
        self.unsynced: dict[int, tuple[bytes, int]] = {}  # inode: the bytes it had when last synced, and where it changed first
        self.names: list[_Name] = []
        self.unlink, self.rename, self.link, self.mkdir = os.unlink, os.rename, os.link, os.mkdir

    def created(self, path: str) -> None:
        """A file, folder or second name is new."""
        state = os.lstat(path)
        if state.st_nlink == 1 and os.path.isfile(path):
            self.unsynced[state.st_ino] = b"", 0
        self._note(path, lambda: self._remove(path))

    def touched(self, path: str, start: int) -> None:
        """A file is about to change from an offset on."""
        number = os.stat(path).st_ino
        old, first = self.unsynced.get(number) or (Path(path).read_bytes(), start)
        self.unsynced[number] = old, min(first, start)

    def synced(self, path: str) -> None:
        """What a file or a folder holds is durable."""
        if os.path.isdir(path):
            self.names = [name for name in self.names if name.folder != path]
        elif os.path.exists(path):
            self.unsynced.pop(os.stat(path).st_ino, None)

    def removing(self, path: str) -> None:
        """A name is about to go."""
        if os.path.isdir(path) and not os.path.islink(path):
            mode = os.stat(path).st_mode & 0o777
            self._note(path, lambda: self._into(path, lambda: self.mkdir(path, mode)))
        elif os.path.lexists(path):
            grave = self._bury(path)
            self._note(path, lambda: self._into(path, lambda: self.link(grave, path)))

    def moving(self, source: str, target: str) -> tuple[str, str, str | None]:
        """A name is about to become another's."""
        return source, target, self._bury(target) if os.path.isfile(target) else None

    def moved(self, move: tuple[str, str, str | None]) -> None:
        """It has."""
        source, target, grave = move

        def undo() -> None:
            if os.path.isdir(os.path.dirname(source)):
                self.rename(target, source)
            else:
                self._remove(target)
            if grave is not None:
                self.link(grave, target)

        self._note(target, undo)

    def strike(self, chance: random.Random) -> None:
        """Lose power: undo names that were not synced, latest first, and tear what files had not synced."""
        folders = sorted({name.folder for name in self.names})
        left = {}
        for folder in folders:
            count = sum(name.folder == folder for name in self.names)
            left[folder] = chance.choice((0, count, chance.randint(0, count)))
        for name in reversed(self.names):
            if left[name.folder]:
                left[name.folder] -= 1
                name.undo()
        for where, _, files in sorted(os.walk(self.root)):
            for file in sorted(files):
                path = Path(where) / file
                number = path.stat().st_ino
                if number in self.unsynced:
                    _tear(path, *self.unsynced[number], chance)
        shutil.rmtree(self.kept)

    def _note(self, path: str, undo: Callable[[], None]) -> None:
        self.names.append(_Name(os.path.dirname(path), undo))

    def _bury(self, path: str) -> str:
        grave = str(self.kept / f"{len(os.listdir(self.kept))}")
        self.link(path, grave)
        return grave

    def _into(self, path: str, put: Callable[[], None]) -> None:
        """Bring a name back, if its folder is still there."""
        if os.path.isdir(os.path.dirname(path)) and not os.path.lexists(path):
            put()

    def _remove(self, path: str) -> None:
        if os.path.isdir(path) and not os.path.islink(path):
            for where, _, _ in os.walk(path):
                os.chmod(where, 0o700)
            shutil.rmtree(path)
        elif os.path.lexists(path):
            self.unlink(path)


def _tear(path: Path, old: bytes, start: int, chance: random.Random) -> None:
    """Leave a file as synced, as written, or torn at a block: what is not written is as it was, or zeros.

    What was synced and not changed since is not touched.
    """
    new = path.read_bytes()
    cut = min(max(start, chance.randint(min(start, len(new)) // _BLOCK, len(new) // _BLOCK) * _BLOCK), len(new))
    forms = (new, old, new[:cut], new[:cut] + old[cut:], new[:cut] + bytes(len(new) - cut))
    mode = path.stat().st_mode & 0o777
    path.chmod(0o600)
    path.write_bytes(chance.choice(forms))
    path.chmod(mode)
