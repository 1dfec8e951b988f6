"""A month end with a watch: the sample closed, then mart, reports and interface timed, and all read back from the files."""

import json
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from billing.periods import Period
from pipelines import rehearsal
from pipelines.publish import republish_mart
from pipelines.workspace import Workspace, locked
from tests.finished.month import compared
from tests.finished.months import CLOSED, OPEN, close, done, sample

GOAL_SECONDS = 60
CORES = 2


def main(scale: str, folder: str) -> int:
    """Make, close, time, compare; 1 where a figure differs."""
    with _folder(folder) as home:
        root = home / f"{scale}-month-end"
        _say(_machine())
        _timed("sample", lambda: sample(root, scale))
        _timed(f"{CLOSED} run, explained, approved, closed", lambda: close(root))
        _timed(f"{OPEN} run and published", lambda: done(root, "run", OPEN, "--as-of", "2026-11-06"))
        total = _month_end(root)
        verdict = "within" if total <= GOAL_SECONDS else "BEYOND"
        _say(f"mart, reports and interface together: {total:.1f} s, {verdict} the goal of {GOAL_SECONDS} s; load {_load()}")
        _timed(f"besides: reports {OPEN}, which has a month before it", lambda: done(root, "reports", OPEN))
        _sizes(root)
        return max(_verdict(root, CLOSED), _verdict(root, OPEN))


def _month_end(root: Path) -> float:
    """Seconds of the three that the goal is about."""
    return sum((
        _timed("mart, every table, view and paper", lambda: _mart(root)),
        _timed(f"reports {CLOSED}: 26 reports, pack, workbook, page", lambda: done(root, "reports", CLOSED)),
        _timed(f"interface {CLOSED}, and the mart with it", lambda: done(root, "interface", CLOSED, "--user", rehearsal.BILLER)),
    ))  # fmt: skip


def _mart(root: Path) -> None:
    workspace = Workspace.open(root)
    with locked(workspace, "mart"):
        republish_mart(workspace, Period.parse(CLOSED))


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    if name:
        Path(name).mkdir(parents=True, exist_ok=True)
        yield Path(name)
    else:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)


def _timed(what: str, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    _say(f"{seconds:7.1f} s  {what}")
    return seconds


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    used = len(os.sched_getaffinity(0))
    return f"{used} of {os.cpu_count()} cores of {platform.machine()}, {memory:.0f} GiB, Python {platform.python_version()}, load {_load()}"


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _sizes(root: Path) -> None:
    places = [*sorted((root / "out" / CLOSED / "interface").iterdir()), root / "mart" / "cotbill.duckdb"]
    places += [root / "out" / CLOSED / "reports" / f"close-{CLOSED}.{kind}" for kind in ("pdf", "xlsx", "html")]
    for path in places:
        _say(f"{path.stat().st_size / 1024**2:7.1f} MiB  {path.name}")
    others = [path.stat().st_size for path in (root / "out" / CLOSED / "reports").glob("R*")]
    _say(f"{sum(others) / 1024**2:7.1f} MiB  {len(others)} CSV and JSON files of reports")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    _say(f"{peak / 1024:7.0f} MiB  most memory of one process")


def _verdict(root: Path, period: str) -> int:
    start = time.perf_counter()
    count, found = compared(root, period)
    for line in found:
        _say(line)
    report = json.loads((root / "out" / period / "control-report.json").read_text("utf-8"))
    lines = next(row["rows"] for row in report["totals"] if row["of"] == "Invoice lines")
    words = "all equal to the control report" if not found else f"{len(found)} DIFFER from the control report"
    _say(f"{time.perf_counter() - start:7.1f} s  {count:,} figures read back, {words}")
    _say(f"           of {period}, {lines:,} lines, {report['bridge']['invoices']} dollars")
    return 1 if found else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, cores)
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "medium", sys.argv[2] if len(sys.argv) > 2 else ""))
