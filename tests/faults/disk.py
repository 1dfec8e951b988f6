"""A disk that fails at the Nth change made to a folder: it dies, tears a write, is full, or loses what was not synced.

The program's own calls are caught where Python hands them to the system: every open for writing, write, fsync, truncate,
rename, link, unlink, mkdir, rmdir and chmod below one folder. DuckDB writes by itself; the building of its file is one
change here, whole or not.
"""

import builtins
import contextlib
import errno
import io
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.power import PowerLoss

KILL, POWER, TORN, FULL_ONCE, FULL, EIO = "killed", "power lost", "torn write", "full once", "full from then on", "fsync fails"
MODES = (KILL, POWER, TORN, FULL_ONCE, FULL, EIO)
DEADLY = (KILL, POWER, TORN)
GROWING = {"open", "write", "mkdir", "rename", "link", "fsync", "duckdb"}  # what a full disk refuses
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Died(BaseException):
    """The process is no more: nothing it still tries to do to the disk happens."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and at which change of the disk, counted from 1. seed: how a write is torn, what is lost."""

    mode: str
    at: int
    seed: int = 0


@dataclass(frozen=True)
class Change:
    """One change asked of the disk."""

    what: str
    path: str  # below the folder


class Disk:
    """Counts the changes made below a folder, and fails as told. Used as a context around the program."""

    def __init__(self, root: Path, fault: Fault | None = None) -> None:
        self.root = os.path.realpath(root)
        self.fault = fault
        self.changes: list[Change] = []
        self.is_dead = False
        self.is_ours = False  # while the real call is made for the program
        self.random = random.Random(f"{fault}")
        self.power = PowerLoss(Path(self.root)) if fault is not None and fault.mode == POWER else None
        self.files: dict[int, str] = {}  # open handles below the folder
        self.real: dict[str, Callable[..., Any]] = {}

    @contextlib.contextmanager
    def failing(self) -> Iterator["Disk"]:
        """Stand between the program and the disk; what a loss of power takes is gone when this ends."""
        try:
            with self._between():
                yield self
        finally:
            if self.power is not None:  # at its change, or else after the last
                self.power.strike(self.random)

    @contextlib.contextmanager
    def _between(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("open", "close", "write", "fsync", "ftruncate", "unlink", "mkdir", "rmdir", "chmod", "rename", "replace", "link"):
                self.real[name] = getattr(os, name)
            self.real["sendfile"], self.real["file"] = os.sendfile, io.open
            patch.setattr(os, "open", self._open)
            patch.setattr(os, "close", self._close)
            patch.setattr(os, "write", self._write)
            patch.setattr(os, "sendfile", self._sendfile)
            patch.setattr(os, "fsync", self._fsync)
            patch.setattr(os, "ftruncate", self._ftruncate)
            for name in ("unlink", "mkdir", "rmdir", "chmod"):
                patch.setattr(os, name, self._on_one(name))
            patch.setattr(os, "remove", os.unlink)
            for name in ("rename", "replace", "link"):
                patch.setattr(os, name, self._on_two(name))
            patch.setattr(io, "open", self._file)
            patch.setattr(builtins, "open", self._file)
            # they ask whether these can be called relative to a folder
            supports = {getattr(os, name) for name in ("open", "unlink", "mkdir", "rmdir", "chmod", "rename", "replace", "link")}
            patch.setattr(os, "supports_dir_fd", os.supports_dir_fd | supports)
            yield

    def change(self, what: str, path: str, do: Callable[[], Any], tear: Callable[[int], Any] | None = None, size: int = 0) -> Any:
        """Make one change, or fail at it.

        Args:
            do: makes it.
            tear: makes the first n bytes of it.
            size: how many bytes it has.
        """
        if self.is_dead:
            raise Died
        self.changes.append(Change(what, os.path.relpath(path, self.root)))
        if self.fault is not None:
            self._fail(what, path, tear, size)
        was, self.is_ours = self.is_ours, True
        try:
            return do()
        finally:
            self.is_ours = was

    def _fail(self, what: str, path: str, tear: Callable[[int], Any] | None, size: int) -> None:
        fault, number = self.fault, len(self.changes)
        assert fault is not None
        named = path if what not in {"write", "fsync", "truncate"} else None  # the system names no handle
        if fault.mode == FULL and number >= fault.at and what in GROWING:
            if tear is not None and number == fault.at and what == "write" and size > 1:
                tear(self.random.randrange(1, size))  # the last bytes that the disk had room for
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), named)
        if number != fault.at:
            return
        if fault.mode == FULL_ONCE and what in GROWING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), named)
        if fault.mode == EIO and what == "fsync":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if fault.mode in DEADLY and not (fault.mode == TORN and tear is None):
            if fault.mode == TORN and tear is not None and size:
                tear(self.random.randrange(size))
            self.is_dead = True
            raise Died

    def _below(self, path: Any, folder: int | None = None) -> str | None:
        """The absolute path when it is below the folder."""
        if isinstance(path, int):
            return self.files.get(path)
        name = os.fsdecode(path)
        if folder is not None:
            name = os.path.join(self.files.get(folder) or os.readlink(f"/proc/self/fd/{folder}"), name)
        name = os.path.abspath(name)  # links are not followed
        whole = name if name.startswith(self.root) else os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))
        return whole if whole == self.root or whole.startswith(self.root + os.sep) else None

    def _open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        whole = self._below(path, dir_fd)

        def do() -> int:
            is_new = whole is not None and not os.path.lexists(whole)
            handle: int = self.real["open"](path, flags, mode, dir_fd=dir_fd)
            if whole is not None:
                self.files[handle] = whole
                if is_new and self.power:
                    self.power.created(whole)
            return handle

        return do() if whole is None or not flags & _WRITES else self.change("open", whole, do)

    def _close(self, handle: int) -> None:
        self.files.pop(handle, None)
        self.real["close"](handle)

    def _write(self, handle: int, data: Any) -> int:
        path = self.files.get(handle)
        if path is None:
            return int(self.real["write"](handle, data))
        return self.write(handle, path, data)

    def _sendfile(self, target: int, source: int, place: int | None, count: int) -> int:
        path = self.files.get(target)
        if path is None:
            return int(self.real["sendfile"](target, source, place, count))
        data = os.read(source, count) if place is None else os.pread(source, count, place)
        return self.write(target, path, data) if data else 0

    def write(self, handle: int, path: str, data: Any) -> int:
        """Write to an open file of the folder."""
        raw = bytes(data)

        def put(size: int) -> int:
            if self.power:
                self.power.touched(path, os.lseek(handle, 0, os.SEEK_CUR))
            return int(self.real["write"](handle, raw[:size])) if size else 0

        return int(self.change("write", path, lambda: put(len(raw)), put, len(raw)))

    def _fsync(self, handle: Any) -> None:
        number = handle if isinstance(handle, int) else handle.fileno()
        path = self.files.get(number)
        if path is not None:
            self.change("fsync", path, lambda: self.power and self.power.synced(path))

    def _ftruncate(self, handle: int, size: int) -> None:
        path = self.files.get(handle)
        if path is None:
            self.real["ftruncate"](handle, size)
        else:
            self.truncate(handle, path, size)

    def truncate(self, handle: int, path: str, size: int) -> None:
        """Cut an open file of the folder."""

        def do() -> None:
            if self.power:
                self.power.touched(path, size)
            self.real["ftruncate"](handle, size)

        self.change("truncate", path, do)

    def _on_one(self, name: str) -> Callable[..., Any]:
        def call(path: Any, *words: Any, dir_fd: int | None = None, **more: Any) -> Any:
            more = more if dir_fd is None else {**more, "dir_fd": dir_fd}
            whole = self._below(path, dir_fd)
            if whole is None or (name == "mkdir" and os.path.isdir(whole)):  # what is there is not made
                return self.real[name](path, *words, **more)

            def do() -> Any:
                if self.power and name in {"unlink", "rmdir"}:
                    self.power.removing(whole)
                done = self.real[name](path, *words, **more)
                if self.power and name == "mkdir":
                    self.power.created(whole)
                return done

            return self.change(name, whole, do)

        return call

    def _on_two(self, name: str) -> Callable[..., Any]:
        def call(source: Any, target: Any, **more: Any) -> Any:
            whole = self._below(target, more.get("dst_dir_fd"))
            if whole is None:
                return self.real[name](source, target, **more)
            origin = self._below(source, more.get("src_dir_fd")) or os.fsdecode(source)

            def do() -> Any:
                moved = self.power.moving(origin, whole) if self.power and name != "link" else None
                done = self.real[name](source, target, **more)
                if self.power:
                    self.power.moved(moved) if moved else self.power.created(whole)
                return done

            return self.change("link" if name == "link" else "rename", whole, do)

        return call

    def _file(
        self, file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
        newline: str | None = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        """`open`: a file of the folder is written through this disk, buffered as ever."""
        whole = self._below(file)
        if whole is None or not set(mode) & set("wax+"):
            return self.real["file"](file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw_mode = mode.replace("b", "").replace("t", "")

        def do() -> "_Raw":
            is_new = not os.path.lexists(whole)
            if not is_new and self.power and "w" in mode:
                self.power.touched(whole, 0)
            raw = _Raw(self, whole, file, raw_mode, closefd, opener)
            if is_new and self.power:
                self.power.created(whole)
            return raw

        raw = do() if isinstance(file, int) else self.change("open", whole, do)
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)


class _Raw(io.FileIO):
    """An open file whose writes go through the disk."""

    def __init__(self, disk: Disk, path: str, file: Any, mode: str, closefd: bool, opener: Any) -> None:
        super().__init__(file, mode, closefd, opener)
        self.disk, self.path = disk, path
        disk.files[self.fileno()] = path

    def write(self, data: Any) -> int:
        return self.disk.write(self.fileno(), self.path, data)

    def truncate(self, size: int | None = None) -> int:
        where = self.tell() if size is None else size
        self.disk.truncate(self.fileno(), self.path, where)
        return where

    def close(self) -> None:
        if not self.closed:
            self.disk.files.pop(self.fileno(), None)
        super().close()
