"""Two processes that close one month at once: one posts it, the other says who is at it. `python -m tests.faults.racing 50`."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from billing.periods import Period
from pipelines.journal import Journal
from pipelines.posting import posted
from pipelines.standing import posted_issues, standing
from pipelines.workspace import Workspace
from tests.faults.kills import child, go, own
from tests.faults.small_month import PERIOD, work_small_month, write_small_month
from tests.faults.trial import clear, differences, room, still

_RACER = """
import json, sys, time, pytest
import pipelines.commands.closing, pipelines.run, duckdb, polars
from tests.e2e.program import cotbill
from tests.faults.small_month import CLOSE, at_noon
at_noon(pytest.MonkeyPatch())
print("ready", flush=True)
for line in sys.stdin:
    root, at = json.loads(line)
    time.sleep(max(0, at - time.monotonic()))
    started = time.monotonic()
    ended = cotbill(*CLOSE, "-w", root)
    print(json.dumps({"code": ended.code, "err": ended.err, "from": started, "until": time.monotonic()}), flush=True)
"""
_REFUSAL = r"cotbill: the workspace is in use by `close 2026-10` of \S+ on \S+, process (\d+); wait for it to end"
_HEAD_START_SECONDS = 0.05  # for both to hear of it


class Track:
    """Two racers and the month they race for."""

    def __init__(self, before: Path, place: Path) -> None:
        self.before, self.place = before, place
        self.racers = [child(code=_RACER) for _ in range(2)]
        self.runs = 0
        self.whole = self._fresh()
        go(self.racers[0], json.dumps([str(self.whole), 0]))
        assert self._heard(self.racers[0])["code"] == 0

    def __enter__(self) -> "Track":
        return self

    def __exit__(self, *_: object) -> None:
        for racer in self.racers:
            racer.communicate()

    def race(self) -> list[str]:
        """One race; what is wrong with how it ended. Two that did not meet are sent again."""
        for _ in range(10):
            root = self._fresh()
            at = time.monotonic() + _HEAD_START_SECONDS
            for racer in self.racers:
                go(racer, json.dumps([str(root), at]))
            heard = [self._heard(racer) for racer in self.racers]
            if max(each["from"] for each in heard) < min(each["until"] for each in heard) or sorted(each["code"] for each in heard) == [
                0,
                1,
            ]:
                wrong = self._judge(root, heard)
                clear(root)
                return wrong
        return ["ten times in a row one ended before the other began"]

    def _judge(self, root: Path, heard: list[dict[str, Any]]) -> list[str]:
        if sorted(each["code"] for each in heard) != [0, 1]:
            return [f"ended with {heard}"]
        loser = next(number for number, each in enumerate(heard) if each["code"] == 1)
        said = re.fullmatch(_REFUSAL, heard[loser]["err"].strip())
        wrong = [] if said and int(said[1]) == self.racers[1 - loser].pid else [f"the loser said {heard[loser]['err']!r}"]
        home, month = Workspace.open(root), Period.parse(PERIOD)
        journal = Journal(home.ledger / PERIOD)
        closed = list(journal.of("closed"))
        found = standing(home, month, journal)
        if len(closed) != 1 or posted_issues(home, month) != [1] or found.state != "CLOSED" or found.folder is None:
            return [*wrong, f"{len(closed)} closes, issues {posted_issues(home, month)}, {found.state}"]
        if posted(found.folder, 1).seal_sha256 != closed[0].data["seal_sha256"]:
            wrong.append("the journal's seal is not the folder's")
        return wrong + differences(own(root), own(self.whole))

    def _fresh(self) -> Path:
        self.runs += 1
        return Path(shutil.copytree(self.before, self.place / f"race-{self.runs}" / "w"))

    def _heard(self, racer: "subprocess.Popen[str]") -> dict[str, Any]:
        assert racer.stdout is not None
        found: dict[str, Any] = json.loads(racer.stdout.readline())
        return found


def main(count: int) -> int:
    """Race so many times and print how it went; returns how many went wrong."""
    place = room()
    with still():
        before = work_small_month(write_small_month(place / "before" / "w"))
    started = time.perf_counter()
    found: list[list[str]] = []
    with Track(before, place) as track, contextlib.suppress(KeyboardInterrupt):
        found.extend(track.race() for _ in range(count))
    wrong = [each for each in found if each]
    print(*wrong, sep="\n", file=sys.stderr)
    print(f"{len(found)} races, {len(found) - len(wrong)} with one winner and the other told who, {time.perf_counter() - started:.0f} s")
    clear(place)
    return len(wrong)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
