"""The one door for writing: temp file in the same folder, fsync, rename, fsync the folder; and hashes of what is read."""

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

from billing.errors import ReconciliationError
from reports.write import is_shared, make_folder, naming, sync_folder, write_bytes

__all__ = ["is_shared", "make_folder", "naming", "sync_folder"]


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; readers see the old bytes or the new, never a part."""
    write_bytes(path, data)


def write_frame(path: Path, frame: pl.DataFrame) -> str:
    """Write a frame as Parquet, atomically; returns the file's SHA-256."""
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
    data = buffer.getvalue()
    write_atomic(path, data)
    return hashlib.sha256(data).hexdigest()


def read_frame(path: Path, sha256: str) -> pl.DataFrame:
    """Read a Parquet file of ours after checking its hash.

    Raises:
        ReconciliationError: the bytes are not the ones that were written.
    """
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise _changed(path)
    return pl.read_parquet(data)


def _changed(path: Path) -> ReconciliationError:
    """The refusal of a stage file, with the period whose run makes it again."""
    folder = path.parent.parent
    period = folder.name
    what = "is not as it was written" if path.is_file() else "is gone"
    if folder.parent.name == "posted":
        where = f"ledger/{folder.parent.parent.name}/posted/{folder.name}/stages/{path.name}"
        return ReconciliationError(f"{where} {what}; restore it from a copy")
    return ReconciliationError(f"ledger/{period}/stages/{path.name} {what}; restore it, or make it anew with `cotbill run {period}`")


def read_note(path: Path) -> dict[str, Any]:
    """Read a JSON note of ours; one that is absent or is no longer JSON is an empty one, and is made anew by its writer."""
    try:
        found = json.loads(path.read_bytes()) if path.is_file() else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_hash(*parts: str) -> str:
    """SHA-256 of texts, each with its length in front so that parts cannot run together."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def scan_frame(path: Path, sha256: str) -> pl.LazyFrame:
    """Open a Parquet file of ours lazily after checking its hash; the path is never read as a pattern.

    Raises:
        ReconciliationError: the bytes are not the ones that were written.
    """
    if not path.is_file() or file_hash(path) != sha256:
        raise _changed(path)
    return pl.scan_parquet(path, glob=False)
