"""One attempt at tampering with a posted month, every change of which is taken back afterwards."""

import collections
import random
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from billing.periods import Period

_TEXTS = {".json", ".jsonl", ".csv", ".txt", ".html", ".toml"}


class Scene:
    """One attempt: a root, a chance, and how everything was before."""

    def __init__(self, root: Path, period: Period, chance: random.Random) -> None:
        self.root, self.period, self.chance = root, period, chance
        self.undo: list[Callable[[], None]] = []
        self.touched = ""
        self.ledger = root / "ledger" / str(period)

    def take_back(self) -> None:
        """Put everything back, last change first."""
        for step in reversed(self.undo):
            step()

    def files(self, *, below: str = "", texts: bool = False, lines: bool = False) -> list[Path]:
        """Evidence of the month: the ledger's files and what was issued of them."""
        found = sorted(path for base in (self.ledger, self.root / "out" / str(self.period)) for path in base.rglob("*") if path.is_file())
        found = [
            path for path in found if path.name not in {"published.json", ".rendered.json"} and below in str(path.relative_to(self.root))
        ]
        found = [path for path in found if path.stat().st_size and (path.suffix in _TEXTS or not (texts or lines))]
        return [path for path in found if not lines or len(set(path.read_bytes().splitlines())) > 1]

    def pick(self, **more: object) -> Path:
        """One of them; the few that are changed by whoever knows the program come up more often than the many stage files."""
        found = self.files(**more)  # type: ignore[arg-type]
        kinds = collections.defaultdict(list)
        for path in found:
            kinds[path.name if path.parent == self.ledger else path.suffix + str(path.relative_to(self.root).parts[:3])].append(path)
        path = self.chance.choice(kinds[self.chance.choice(sorted(kinds))])
        self.touched = str(path.relative_to(self.root))
        return path

    def write(self, path: Path, data: bytes) -> None:
        """Change a file in place, whatever its mode; second names of it change too."""
        old, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)

        def put(content: bytes) -> None:
            path.chmod(0o600)
            with path.open("r+b") as file:
                file.write(content)
                file.truncate(len(content))
            path.chmod(mode)

        put(data)
        self.undo.append(lambda: put(old))

    def away(self, path: Path) -> Path:
        """Take a file out of its folder."""
        aside = Path(tempfile.mkdtemp(dir=self.root.parent)) / path.name
        with unlocked(path.parent):
            path.rename(aside)

        def back() -> None:
            with unlocked(path.parent):
                path.unlink(missing_ok=True)
                aside.rename(path)

        self.undo.append(back)
        return aside

    def make(self, path: Path, data: bytes) -> None:
        """Put a new file somewhere."""
        with unlocked(path.parent):
            path.write_bytes(data)
            path.chmod(0o444)

        def back() -> None:
            with unlocked(path.parent):
                path.unlink()

        self.undo.append(back)


@contextmanager
def unlocked(folder: Path) -> Iterator[None]:
    """Write in a sealed folder all the same."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(0o700)
    yield
    folder.chmod(mode)
