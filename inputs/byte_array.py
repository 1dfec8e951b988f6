"""Read a file into memory that suits large arrays, and hash it on the way, part by part while the part is in cache."""

import hashlib
import os
from pathlib import Path
from typing import Final

import numpy as np

from inputs.swar import Bytes
from inputs.text_file import changed, opened

_PART: Final = 1 << 21  # bytes


def read_array(path: Path) -> tuple[Bytes, str]:
    """Read a regular file whole, following no symbolic link.

    Returns: its bytes and its SHA-256.

    Raises:
        InputError: as `text_file.read_bytes`.
    """
    digest = hashlib.sha256()
    with opened(path) as (handle, size):
        data = np.empty(size, dtype=np.uint8)
        done = 0
        with os.fdopen(handle, "rb", buffering=0, closefd=False) as file:
            while count := file.readinto(data[done : done + _PART].data):
                digest.update(data[done : done + count].data)
                done += count
            if done != size or file.read(1):
                raise changed(path)
    return data, digest.hexdigest()
