"""Closes in a process of their own, killed at a moment of chance: nothing is stood in for, DuckDB writes by itself."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipelines.mart_months import mart_stands
from pipelines.workspace import Workspace
from tests.e2e.program import cotbill
from tests.faults.small_month import CLOSE, at_noon
from tests.faults.trial import Tree, differences, marts_agree, reads, tree
from tests.house.tree import ROOT

import pytest  # isort: skip

_CHILD = """
import sys, pytest
import pipelines.commands.closing, pipelines.run, duckdb, polars
from pipelines.cli import main
from tests.faults.small_month import at_noon
at_noon(pytest.MonkeyPatch())
print("ready", flush=True)
sys.stdin.readline()
try:
    main(sys.argv[1:])
finally:
    print("done", flush=True)
"""
_MART = "mart/cotbill.duckdb"


def child(*words: str, code: str = _CHILD) -> "subprocess.Popen[str]":
    """Start the program in a process of its own; it waits for a line before it does anything."""
    started = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def go(process: "subprocess.Popen[str]", line: str = "") -> None:
    """Let it go."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def own(root: Path) -> Tree:
    """A workspace's files by content, but for the bytes of the mart, which DuckDB never writes alike twice."""
    found = tree(root)
    if (root / _MART).is_file():
        found[_MART] = f"there, and {'the one' if mart_stands(Workspace.open(root)) else 'another than the one'} that was published"
    return found


class KilledForReal:
    """Closes of one workspace that are killed, beside one that is not."""

    def __init__(self, before: Path, place: Path) -> None:
        self.before, self.place = before, place
        self.whole = Path(shutil.copytree(before, place / "whole"))
        process = child(*CLOSE, "-w", str(self.whole))
        started = time.perf_counter()
        go(process)
        process.communicate()
        self.seconds = time.perf_counter() - started
        assert process.returncode == 0

    def kill_once(self, seed: int) -> list[str]:
        """Kill one close at a moment of chance, close again undisturbed, and say what differs."""
        root = Path(shutil.copytree(self.before, self.place / f"{seed}" / "w"))
        process = child(*CLOSE, "-w", str(root))
        go(process)
        time.sleep(random.Random(seed).uniform(0, self.seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with pytest.MonkeyPatch.context() as patch:
            at_noon(patch)
            wrong = reads(root)
            ended = cotbill(*CLOSE, "-w", str(root))
        wrong += [] if ended.code == 0 else [f"closed again, it ended with {ended.code}: {ended.err}"]
        wrong += differences(own(root), own(self.whole))
        wrong += [] if marts_agree(root / _MART, self.whole / _MART) else ["the marts differ"]
        return wrong
