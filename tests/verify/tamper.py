"""Tamper with posted months at random, by a seed, and say of each kind how often it was tried and found.

python tests/verify/tamper.py 1000
"""

import collections
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from billing.periods import Period
from pipelines.troubles import Trouble
from pipelines.verify import periods_to_verify, verify_period
from pipelines.workspace import Workspace
from tests.verify.scene import Scene
from tests.verify.tampering import KINDS, Tamper
from tests.verify.world import FIRST, SECOND, open_office, remove, work_two_months


def first_trouble(root: Path, period: Period, *, alone: bool = False) -> Trouble | None:
    """The first thing that does not hold in any month, looking at one month first, or at that one alone."""
    workspace = Workspace(root)
    others = [] if alone else [each for each in periods_to_verify(workspace, None) if each != period]
    for each in [period, *others]:
        found = next((trouble for trouble in verify_period(workspace, each) if not trouble.is_note), None)
        if found is not None:
            return found
    return None


def attempt(root: Path, kind: Tamper, seed: int) -> tuple[str, Trouble | None]:
    """Tamper once, look, and take it back; what was touched (nothing: it could not be done), and what was found first."""
    chance = random.Random(seed)
    period = chance.choice([FIRST, SECOND])
    scene = Scene(root, period, chance)
    try:
        done = kind(scene)
        found = first_trouble(root, period) if done else None
    finally:
        scene.take_back()
    return (scene.touched or "?") if done else "", found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(count: int, seed: int) -> int:
    """Try so many, and print a table; 1 when one was not found."""
    place = Path(tempfile.mkdtemp(prefix="cotbill-tamper-"))
    office = open_office(place)
    work_two_months(office)
    tried, seen, missed, started = collections.Counter(), collections.Counter(), [], time.perf_counter()
    number = 0
    while sum(tried.values()) < count:
        kind = KINDS[number % len(KINDS)]
        touched, found = attempt(office.root, kind, seed + number)
        number += 1
        if touched:
            tried[kind.__name__] += 1
            seen[kind.__name__] += found is not None
            missed += [] if found else [f"seed {seed + number - 1}: {kind.__name__} {touched}"]
    seconds = time.perf_counter() - started
    say(f"{'kind':<36}{'tried':>7}{'found':>7}")
    for kind in KINDS:
        say(f"{kind.__name__.replace('_', ' '):<36}{tried[kind.__name__]:>7}{seen[kind.__name__]:>7}")
    say(f"{'all':<36}{sum(tried.values()):>7}{sum(seen.values()):>7}   {seconds:.0f} s, seeds from {seed}")
    for each in missed:
        say(each)
    clean = first_trouble(office.root, FIRST)
    say(f"all taken back: {clean or 'nothing is found any more'}")
    remove(place)
    return 1 if missed or clean else 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
