"""Strike a close at many points and say how each kind of fault ended: `python -m tests.faults.sweep 500 2 30`."""

import contextlib
import multiprocessing
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.faults.disk import FULL, FULL_ONCE, KILL, MODES, POWER, Fault
from tests.faults.kills import KilledForReal
from tests.faults.small_month import CLOSE_WITH_PDF, work_small_month, write_small_month
from tests.faults.trial import IDENTICAL, SAFE, Bench, Outcome, clear, room, still

Point = tuple[Fault, Fault | None]
_RESUMED = 5  # of so many points one is struck again while it is resumed
_POWER_SEEDS = 4
_bench: Bench | None = None
_stopped = contextlib.ExitStack()  # the clock of a worker, for as long as it lives


def points(bench: Bench, count: int) -> list[Point]:
    """So many points over all modes and the whole close, every fifth with a second fault in its repair."""
    firsts = bench.spread(count, seeds=1)
    if len(firsts) < count:
        more = [point for point in bench.points((POWER,), _POWER_SEEDS * 9) if point.seed > 0]
        firsts += more[: count - len(firsts)]
    chance = random.Random(count)
    seconds = bench.points((KILL, POWER, FULL, FULL_ONCE))
    return [(first, chance.choice(seconds) if number % _RESUMED == 0 else None) for number, first in enumerate(firsts)]


def _start(before: str) -> None:
    global _bench  # noqa: PLW0603 - one a process, made once
    _stopped.enter_context(still())
    _bench = Bench(Path(before), *CLOSE_WITH_PDF)


def _try(point: Point) -> tuple[Outcome, str, bool]:
    started = time.perf_counter()
    assert _bench is not None
    outcome = _bench.try_point(*point)
    return outcome, f"{time.perf_counter() - started:.2f}", point[1] is not None


class Tally:
    """How each kind of fault ended, and how long the points took."""

    def __init__(self) -> None:
        self.ended: dict[str, Counter[str]] = defaultdict(Counter)
        self.hundredths: Counter[str] = Counter()

    def add(self, name: str, ended: str, faults: Iterable[str], seconds: str) -> None:
        """Count a point, and print what is wrong with it."""
        faults = tuple(faults)
        self.ended[name]["failed" if faults else ended] += 1
        self.hundredths[name] += round(float(seconds) * 100)
        for fault in faults:
            print(f"FAILED {name}: {fault}", file=sys.stderr, flush=True)

    def tell(self) -> int:
        """Print the table; returns how many failed."""
        total = sum(self.ended.values(), Counter())
        self.hundredths["all"] = self.hundredths.total()
        print(f"{'what failed':<40}{'points':>8}{IDENTICAL:>12}{SAFE:>28}{'failed':>8}{'seconds':>9}")
        for name, counts in [*sorted(self.ended.items()), ("all", total)]:
            told = f"{name:<40}{counts.total():>8}{counts[IDENTICAL]:>12}{counts[SAFE]:>28}{counts['failed']:>8}"
            print(f"{told}{self.hundredths[name] / 100:>9.1f}")
        return total["failed"]


def sweep(count: int, workers: int, kills: int) -> int:
    """Print the table and every failure; returns how many failed. Interrupted, it tells what was tried until then."""
    place, tally = room(), Tally()
    with still():
        before = work_small_month(write_small_month(place / "w"))
        bench = Bench(before, *CLOSE_WITH_PDF)
    print(f"{len(bench.changes)} changes in a close, {len(bench.points(MODES))} points at which a fault can strike", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        _strike_all(points(bench, count), before, workers, tally)
    with contextlib.suppress(KeyboardInterrupt):
        killed = KilledForReal(before, place / "killed")
        for seed in range(kills):
            started = time.perf_counter()
            faults = killed.kill_once(seed)
            tally.add("SIGKILL of a process", IDENTICAL, faults, f"{time.perf_counter() - started:.2f}")
    failed = tally.tell()
    clear(place)
    return failed


def _strike_all(wanted: list[Point], before: Path, workers: int, tally: Tally) -> None:
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start, (str(before),))
    try:
        for outcome, seconds, is_resumed in pool.map(_try, wanted):
            name = f"{outcome.fault.mode}, again in the repair" if is_resumed else outcome.fault.mode
            where = f"{outcome.fault} at {outcome.what}"
            tally.add(name, outcome.ended, [f"{where}: {fault}" for fault in outcome.faults], seconds)
    finally:
        pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    wanted, hands, deaths = (int(word) for word in sys.argv[1:4])
    sys.exit(1 if sweep(wanted, hands, deaths) else 0)
