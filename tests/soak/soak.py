"""Work years of months to their close and say what each cost: `python -m tests.soak.soak MONTHS [FOLDER]`."""

import dataclasses
import gc
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from billing.frames import MonthBill
from pipelines.workspace import Workspace
from tests.soak.balances import Balances, a_line
from tests.soak.desk import Clock, work
from tests.soak.feeds import FIRST, OWNER, Years, years_of

YOUNG = 24  # months after which a copy is taken, to be set beside the old one: the look-back is full from the 14th on
PAIRS = 7
MIB = 1 << 20


class Opened:
    """Counts the files that the program opens for reading (those that libraries open by themselves are not seen)."""

    def __init__(self, root: Path) -> None:
        self.root, self.count = str(root) + os.sep, 0
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


class Row:
    """One workspace whose months are worked one after another, and what each cost."""

    def __init__(self, years: Years, opened: Opened, done: int = 0, line: tuple[str, int] | None = None) -> None:
        self.years, self.home, self.opened, self.done, self.line = years, Workspace.open(years.root), opened, done, line
        self.clock = Clock()

    def next_month(self) -> tuple[MonthBill, dict[str, float]]:
        """Work the next month to its close. Returns: its bill, and what it cost."""
        period, before = FIRST.shift(self.done), self.opened.count
        self.years.write(period, self.line)
        self.clock = Clock()
        bill = work(self.home, period, self.clock).bill
        self.done, self.line = self.done + 1, a_line(bill, OWNER)
        gc.collect()
        shutil.rmtree(self.home.out(period))  # what people received; nothing of it is read again
        wall, cpu = (sum(self.clock.told[name][place] for name in ("run", "close")) / 10**9 for place in (0, 1))
        return bill, {"wall": wall, "cpu": cpu, "rss": _rss(), "files": self.opened.count - before}


def soak(months: int, root: Path) -> None:
    """Work the months, one line each; then the balances, and how a month after all of them compares with one after two years."""
    row, balances = Row(years_of(root), Opened(root)), Balances()
    young: Row | None = None
    started = time.perf_counter()
    _say("month run_s run_cpu close_s close_cpu desk_s rss_mib files_read mart_mib waiting")
    for _ in range(months):
        bill, cost = row.next_month()
        balances.add(bill)
        seconds = {name: tuple(each / 10**9 for each in pair) for name, pair in row.clock.told.items()}
        run, close = seconds["run"], seconds["close"]
        _say(bill.period, f"{run[0]:.2f} {run[1]:.2f} {close[0]:.2f} {close[1]:.2f} {seconds['desk'][0]:.2f}", cost["rss"], cost["files"],
             f"{row.home.mart.stat().st_size / MIB:.1f}", balances.waiting)  # fmt: skip
        if row.done == YOUNG and months > YOUNG:
            copy = Path(shutil.copytree(root, root.with_name(f"{root.name}-young"), symlinks=True))
            young = Row(dataclasses.replace(row.years, root=copy), Opened(copy), row.done, row.line)
    balances.check(row.home)
    _say("balances", balances)
    _say("seconds", f"{time.perf_counter() - started:.0f}", "peak_rss_mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    if young is not None:
        compare(young, row)


def compare(young: Row, old: Row) -> None:
    """Work months on both in turn, each pair in the same minute, and print the ratio of what they cost: old by young."""
    months = f"{young.done} and {old.done} months"
    for each in (young, old):
        each.next_month()  # a copied workspace's mart is made anew once
    pairs = []
    for number in range(PAIRS):
        both = (young, old) if number % 2 == 0 else (old, young)
        costs = {each is old: each.next_month()[1] for each in both}
        pairs.append({name: costs[True][name] / costs[False][name] for name in ("wall", "cpu", "files")})
        _say("pair", number + 1, *(f"{name} {costs[False][name]:.2f} {costs[True][name]:.2f}" for name in ("wall", "cpu", "files")))
    for name in pairs[0]:
        ratios = sorted(each[name] for each in pairs)
        _say(f"a month after {months}, {name}: median ratio {statistics.median(ratios):.3f}, {ratios[0]:.3f} to {ratios[-1]:.3f}")


if __name__ == "__main__":
    where = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp()) / "years"
    soak(int(sys.argv[1]), where)
