"""Run the program in this process as a terminal would, and read what it published."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def cotbill(*words: str) -> Ended:
    """Run one command."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(words))
        except SystemExit as leave:
            code = int(leave.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def query(root: Path, sql: str) -> list[tuple]:
    """Ask the published mart."""
    with duckdb.connect(str(root / "mart" / "cotbill.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()
