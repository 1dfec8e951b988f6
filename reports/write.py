"""Write a file whole or not at all: the one place this package touches a disk for people's files."""

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

_TEAM: Final = 0o660  # in a team's folder: for the group too


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def file_name(name: str, suffix: str) -> str:
    """A file name for one of our ids: every character but letters, digits and `_.-~` is percent-encoded."""
    return quote(name, safe="") + suffix


def write_bytes(path: Path, data: bytes) -> Path:
    """Put bytes at a path: temporary file beside it, fsync, rename, fsync the folder; for the owner alone, or for a team.

    A reader sees the old file or the new one, never a part; a failure leaves the old one and no litter. Where the
    process is killed, `.name.*.tmp` stays behind, which nothing reads.

    Raises:
        OSError: it cannot be written; it names the file.
    """
    with naming(path):
        make_folder(path.parent)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                if is_shared(path.parent):
                    os.fchmod(stream.fileno(), _TEAM)
                os.fsync(stream.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    return path


def is_shared(folder: Path) -> bool:
    """Whether a folder is a team's: its group may write in it, and what is made in it belongs to that group."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have a failure of the disk name the file that was to be written, not a handle or a temporary name."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; each is durable before anything is put in it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
