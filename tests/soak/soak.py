"""Work years of months to their close and say what each cost: `python -m tests.soak.soak MONTHS [FOLDER]`."""

import gc
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pipelines.workspace import Workspace
from tests.soak.balances import Balances, a_line
from tests.soak.desk import Clock, work
from tests.soak.feeds import FIRST, OWNER, years_of

BASE = (12, 24)  # the months that later ones are set beside: the look-back is full from the 14th on
MIB = 1 << 20


class Opened:
    """Counts the files that the program opens for reading (those that libraries open by themselves are not seen)."""

    def __init__(self, root: Path) -> None:
        self.root, self.count = str(root), 0
        sys.addaudithook(self._see)

    def _see(self, event: str, words: tuple[object, ...]) -> None:
        if event == "open" and isinstance(words[0], str | os.PathLike) and str(words[0]).startswith(self.root) and words[1] in {"r", "rb"}:
            self.count += 1


def _rss() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") // MIB


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def soak(months: int, root: Path) -> None:
    """Work the months, one line each; then the balances and how the last year compares with the second."""
    years = years_of(root)
    home, balances, opened = Workspace.open(root), Balances(), Opened(root)
    told: list[dict[str, float]] = []
    line = None
    started = time.perf_counter()
    _say("month run_s run_cpu close_s close_cpu desk_s rss_mib files_read mart_mib waiting")
    for index in range(months):
        period, clock, before = FIRST.shift(index), Clock(), opened.count
        years.write(period, line)
        bill = work(home, period, clock).bill
        line = a_line(bill, OWNER)
        balances.add(bill)
        gc.collect()
        seconds = {name: tuple(each / 10**9 for each in pair) for name, pair in clock.told.items()}
        wall, cpu = (sum(seconds[name][place] for name in ("run", "close")) for place in (0, 1))
        told.append({"wall": wall, "cpu": cpu, "rss": _rss(), "files": opened.count - before})
        run, close = seconds["run"], seconds["close"]
        _say(period, f"{run[0]:.2f} {run[1]:.2f} {close[0]:.2f} {close[1]:.2f} {seconds['desk'][0]:.2f}", _rss(), opened.count - before,
             f"{home.mart.stat().st_size / MIB:.1f}", balances.waiting)  # fmt: skip
        shutil.rmtree(home.out(period))  # what people received; nothing of it is read again
    balances.check(home)
    _say("balances", balances)
    _say("seconds", f"{time.perf_counter() - started:.0f}", "peak_rss_mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    if months >= 2 * BASE[1] - BASE[0]:
        for name in told[0]:
            early, late = (statistics.median(each[name] for each in part) for part in (told[slice(*BASE)], told[-12:]))
            _say(f"median {name}: {early:.2f} in months {BASE[0] + 1} to {BASE[1]}, {late:.2f} in the last 12, ratio {late / early:.3f}")


if __name__ == "__main__":
    where = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp()) / "years"
    soak(int(sys.argv[1]), where)
