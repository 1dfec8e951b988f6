"""Clear away what a killed command left: temporary files and folders, a torn journal line, a head that is one event behind.

Everything of ours is written as `.name.*.tmp` before it is renamed; nothing reads such a name, so what is left of one
is of no use to anybody.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from billing.errors import ReconciliationError
from pipelines.journal import Journal

_OURS: Final = {"ledger": r"\..+\.tmp", "out": r"\..+\.tmp", "mart": r"\..+\.tmp", "rates": r"\..+\.tmp", "inbox": r"\..+\.\d+\.tmp"}
_OPEN_MODE: Final = 0o700


def clear(root: Path) -> None:
    """Remove what was left below a workspace, and settle its journals; the caller holds the lock."""
    for name, pattern in _OURS.items():
        for path in list(_left(root / name, re.compile(pattern))):
            if path.is_dir() and not path.is_symlink():
                remove_folder(path)
            else:
                path.unlink()
    for path in sorted((root / "ledger").glob("*/journal.jsonl")):
        with contextlib.suppress(ReconciliationError):  # whoever reads it says so
            Journal(path.parent).settle()


def _left(folder: Path, ours: re.Pattern[str]) -> Iterator[Path]:
    """Temporary names below a folder; sealed folders have none."""
    for where, folders, files in os.walk(folder):
        here = Path(where)
        found = [name for name in [*folders, *files] if ours.fullmatch(name)]
        folders[:] = [name for name in folders if name not in found and here.name != "posted"]
        yield from (here / name for name in found)


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours, sealed or not."""
    for path in [folder, *(each for each in folder.rglob("*") if each.is_dir())]:
        path.chmod(_OPEN_MODE)
    shutil.rmtree(folder)
