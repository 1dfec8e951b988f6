"""Open one file of the inbox as bytes, and refuse what cannot be a text table before any parser sees it.

A path is never handed to a library: some read a name such as `a[1]*.csv` as a pattern and open another file.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from billing.errors import InputError, Location

FILE_LIMIT: Final = 4 * 2**30  # bytes
LINE_LIMIT: Final = 2**20  # bytes of one record
SHOWN_LIMIT: Final = 60  # characters of a value in a message
UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_MAGIC: Final = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive or workbook"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
    (b"%PDF-", "a PDF"),
    (b"SQLite format 3\x00", "a database"),
)
PROBE_BYTES: Final = 4096
_NUL_SHARE: Final = 4  # one NUL in four bytes: wide characters or binary, not a slip in a row


def read_bytes(path: Path, limit: int = FILE_LIMIT) -> bytes:
    """Read a regular file whole, following no symbolic link.

    Raises:
        InputError: the file is missing, a link, not a regular file, over the limit, or changes while read.
    """
    with opened(path, limit) as (handle, size):
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read()
        if len(data) != size:
            raise changed(path)
    return data


def changed(path: Path) -> InputError:
    """The refusal of a file that is not as long as it was when it was opened."""
    return InputError("changed while it was read; wait for the transfer to end and run again", at=Location(shown(path.name)))


@contextmanager
def opened(path: Path, limit: int = FILE_LIMIT) -> Iterator[tuple[int, int]]:
    """Open a regular file for reading, following no symbolic link; its descriptor and its size.

    Raises:
        InputError: the file is missing, a link, not a regular file or over the limit.
    """
    at = Location(shown(path.name))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise InputError("is a symbolic link; put the file itself there", at=at) from error
        reason = error.strerror if isinstance(error, OSError) else "its name is not usable"
        raise InputError(f"cannot be opened: {str(reason).lower()}; put a readable file there", at=at) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("is not a regular file; put a plain file there", at=at)
        if status.st_size > limit:
            raise InputError(f"is {status.st_size} bytes, over the limit of {limit}; split it", at=at, code="F006")
        yield handle, status.st_size
    finally:
        os.close(handle)


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing when there is no such folder.

    Raises:
        InputError: the folder may not be read.
    """
    try:
        return sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
    except OSError as error:
        reason = str(error.strerror).lower()
        raise InputError(f"cannot be listed: {reason}; make the folder readable", at=Location(shown(folder.name))) from error


def text_body(data: bytes, name: str) -> bytes:
    """Strip a UTF-8 byte order mark; refuse other encodings, containers and empty files.

    Raises:
        InputError: F006 for another encoding or a binary file, F005 for a file without a header.
    """
    at = Location(shown(name))
    if data.startswith(_UTF16_BOMS):
        raise InputError("is UTF-16 or UTF-32; save it as UTF-8", at=at, code="F006")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"is {what}, not text; send the CSV itself", at=at, code="F006")
    probe = data[:PROBE_BYTES]
    if is_binary(probe):
        raise InputError("is UTF-16 or binary; save it as UTF-8 text", at=at, code="F006")
    body = data.removeprefix(UTF8_BOM)
    if not body[:PROBE_BYTES].strip() and not body.strip():
        raise InputError("is empty, it has no header; send a file with at least the header", at=Location(shown(name), 1), code="F005")
    if b"\n" not in body and body.rstrip(b"\r").count(b"\r"):
        raise InputError("has old Macintosh line ends (CR alone); save it with LF or CR LF", at=at, code="F006")
    return body


def is_binary(probe: bytes) -> bool:
    """Whether the first bytes of a file hold so many NULs that they are no text."""
    return probe.count(0) * _NUL_SHARE >= max(len(probe), _NUL_SHARE)


def shown(value: str, limit: int = SHOWN_LIMIT) -> str:
    """A value fit for a one-line message: controls and other unprintable characters escaped, then cut."""
    cut = value[:limit]
    text = "".join(char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in cut)
    return text if len(value) <= limit else f"{text}…"
