"""Write a file whole or not at all: temporary name in the same folder, fsync, rename, fsync the folder."""

import os
from pathlib import Path
from typing import Final

from billing.errors import InputError, Location

_MODE: Final = 0o600  # the owner alone; call detail passes through here


def write_whole(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Put `data` under `path`; a reader sees the old file or the new one, never a part.

    Raises:
        InputError: the file is there already and `replace` is off, or the folder cannot be written.
    """
    if not replace and path.exists():
        raise InputError("file is there already; remove it or take the next sequence number", at=Location(path.name))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _write_synced(temporary, data)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"cannot be written: {error.strerror}; free space or fix the folder's rights", at=Location(path.name)) from error


def _write_synced(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
