"""How fast the usage, recurring and split kernels are, beside DuckDB SQL and pandas, to the same cents.

    python tests/bench/bench_kernels.py [ROWS]

Each engine runs each kernel in a process of its own: rows per core-second (CPU time of all its threads, loading left
out), how fast ours is beside it, and the process's peak memory. Ours does more than the others: it refuses what exact
arithmetic cannot hold. The words of a row's rule are in nobody's time. Nothing is asserted about time; every engine
must come to the same cents in every row.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.bench import kernel_data, kernels_duckdb, kernels_ours, kernels_pandas  # noqa: E402 - the checkout comes first

ENGINES = ("cotbill", "duckdb", "pandas")
ROUNDS = 3


def compute(kernel: str, engine: str, folder: Path, rounds: int = 1) -> tuple[pl.DataFrame, float, float]:
    """Row and cents of one kernel by one engine, with the least CPU and wall seconds of some rounds."""
    if engine == "cotbill":
        given, run = kernels_ours.load(kernel, folder), getattr(kernels_ours, kernel)
    elif engine == "duckdb":
        given, run = kernels_duckdb.load(kernel, folder), lambda loaded: kernels_duckdb.run(kernel, loaded)
    else:
        given, run = kernels_pandas.load(kernel, folder), lambda loaded: kernels_pandas.run(kernel, loaded)
    best: list[tuple[float, float]] = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        found = run(given)
        best.append((time.process_time() - cpu, time.perf_counter() - wall))
    return found, *min(best)


def fingerprint(found: pl.DataFrame) -> list[str]:
    """Rows, cents, and a sum that moves when two rows trade a cent."""
    row, cents = pl.col("row").cast(pl.Int128), pl.col("cents").cast(pl.Int128)
    sums = found.select(pl.len(), cents.sum().alias("cents"), (cents * (row % 997 + 1)).sum().alias("weighed")).row(0)
    return [str(value) for value in sums]


def _one(kernel: str, engine: str, folder: Path) -> None:
    found, cpu, wall = compute(kernel, engine, folder, ROUNDS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak, "fingerprint": fingerprint(found)}))


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = f"Python {platform.python_version()}, polars {pl.__version__}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, {versions}"


def main(rows: int) -> int:
    print(f"{rows:,} rows a kernel, best of {ROUNDS}, on {_machine()}\n")
    print(f"{'kernel':<11}{'engine':<9}{'rows/core-s':>14}{'wall s':>9}{'ours is':>10}{'peak MiB':>10}")
    differ = 0
    with tempfile.TemporaryDirectory(prefix="cotbill-bench-") as name:
        for kernel in kernel_data.MAKERS:
            kernel_data.write(kernel, rows, Path(name))
            told: dict[str, dict[str, object]] = {}
            for engine in ENGINES:
                words = [sys.executable, __file__, "--one", kernel, engine, name]
                told[engine] = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
                cpu, wall, peak = (told[engine][key] for key in ("cpu", "wall", "peak"))
                ratio = cpu / told["cotbill"]["cpu"]  # type: ignore[operator]
                print(f"{kernel:<11}{engine:<9}{rows / cpu:>14,.0f}{wall:>9.2f}{ratio:>9.2f}x{peak:>10,}")  # type: ignore[operator]
            prints = {engine: facts["fingerprint"] for engine, facts in told.items()}
            same = all(facts == prints["cotbill"] for facts in prints.values())
            differ += not same
            print(f"{'':<11}{'the same cents in every row' if same else f'DIFFERENT: {prints}'}\n")
    return 1 if differ else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000))
