"""A posted folder is as it was sealed: every file, none more, nobody's to write in, and its seal says so itself."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pipelines.posting import seal_troubles
from pipelines.standing import SEAL, seal_of
from pipelines.troubles import Trouble

_WRITABLE: Final = 0o222


def folder_troubles(folder: Path, place: str) -> Iterator[Trouble]:
    """What is wrong with one posted issue, by itself.

    Args:
        folder: of the issue.
        place: the same as it is named in troubles.
    """
    if folder.is_symlink() or not (folder / SEAL).is_file():
        yield Trouble(f"{place}/{SEAL}", "is gone; restore the folder from a copy")
        return
    found = seal_troubles(folder)
    yield from found
    if any(each.file == f"{place}/{SEAL}" for each in found):
        return  # nothing it says can be relied on
    body = seal_of(folder)
    yield from _form(folder, place, body)
    for path in _everything(folder):
        yield from _condition(path, f"{place}/{path.relative_to(folder)}".removesuffix("/."))
    known = {Path(name).parent for name in body["files"]}
    for path in _everything(folder):
        inside = path.relative_to(folder)
        if path.is_dir() and inside.parts and not any(each.is_relative_to(inside) for each in known):
            yield Trouble(f"{place}/{inside}", "was not there when the month was sealed; remove it")


def _form(folder: Path, place: str, body: dict[str, Any]) -> Iterator[Trouble]:
    """The seal's text is the one that was written, byte for byte, and is about this folder."""
    if (folder / SEAL).read_bytes() != (json.dumps(body, indent=1, sort_keys=True) + "\n").encode():
        yield Trouble(f"{place}/{SEAL}", "is not as it was written; restore the folder from a copy")
    if (body["period"], f"{body['issue']:02d}") != (folder.parent.parent.name, folder.name):
        yield Trouble(f"{place}/{SEAL}", f"is the seal of {body['period']} issue {body['issue']}; restore the folder from a copy")
    for name, entry in body["files"].items():
        path = folder / name
        if path.is_file() and path.stat().st_size != entry["bytes"]:
            yield Trouble(f"{place}/{SEAL}", f"says {entry['bytes']} bytes of {name}, there are {path.stat().st_size}; restore the folder")


def _everything(folder: Path) -> Iterator[Path]:
    """The folder and all that is in it, links not followed."""
    yield folder
    for where, folders, files in os.walk(folder):
        yield from (Path(where) / name for name in sorted([*folders, *files]))


def _condition(path: Path, name: str) -> Iterator[Trouble]:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        yield Trouble(name, "is a link; put what was sealed itself there")
    elif status.st_mode & _WRITABLE:
        yield Trouble(name, "can be written; take that away with `chmod a-w`, and ask who gave it")
