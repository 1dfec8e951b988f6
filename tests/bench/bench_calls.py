"""Measure the call path: CSV to buckets, buckets to amounts, beside DuckDB SQL and pandas on the same files.

Each measurement runs in a process of its own on one thread and counts CPU seconds, so that a busy machine changes the
figures little; totals must agree to the micro-dollar, or the script fails. It never judges a time.

    python tests/bench/bench_calls.py --rows 10000000
"""

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

CHUNK = 2_500_000  # calls in a file
PANDAS_ROWS = 1_000_000
PARTS = ("read and hash", "bytes -> numbers", "numbers -> codes", "the rest by the gate, lines", "bucket files")
PERIOD = (2026, 10)
# As whole numbers, by the kernel's own tricks: no branches, prices ready in sixtieths of a micro-dollar.
SQL = """
SELECT line, code, year(d) * 12 + month(d) - 1 AS month, count(*) AS calls, sum(billed_seconds) AS seconds,
       sum(rounded) AS cost, min(d) AS first_day, max(d) AS last_day
FROM (
    SELECT line, code, billed_seconds, DATE '1970-01-01' + day AS d,
           (units - CASE WHEN units * even_unit = cost AND units & 1 = 1 THEN 1 ELSE 0 END) * unit_cost AS rounded
    FROM (
        SELECT *, cost // unit_cost AS units
        FROM (
            SELECT line, day, c.billed_seconds, code, unit_cost, even_unit,
                   second_cost * c.billed_seconds + start_cost
                   + minute_cost * ((greatest(c.billed_seconds - 60, 0) + 59) // 60) AS cost
            FROM read_parquet($files) c JOIN prices USING (plan_row)
        )
    )
)
GROUP BY ALL
"""

# As the rule is written: decimal rates of the plan row, its scale and its rounding mode, exact to the last digit.
DECIMAL_SQL = """
SELECT line, rate_code, year(d) * 12 + month(d) - 1 AS month, count(*) AS calls, sum(billed_seconds) AS seconds,
       sum(units * unit) AS cost, min(d) AS first_day, max(d) AS last_day
FROM (
    SELECT line, rate_code, billed_seconds, unit, DATE '1970-01-01' + day AS d,
           CASE rounding
               WHEN 'UP' THEN (cost + unit - 1) // unit
               WHEN 'HALF_EVEN' THEN (cost + unit // 2) // unit
                    - CASE WHEN (cost + unit // 2) % unit = 0 AND ((cost + unit // 2) // unit) % 2 = 1 THEN 1 ELSE 0 END
               ELSE (cost + unit // 2) // unit
           END AS units
    FROM (
        SELECT line, rate_code, day, c.billed_seconds, rounding, CAST(60 * 10 ** (6 - scale) AS HUGEINT) AS unit,
               (1000000 * (60 * coalesce(per_call_charge, 0)
                   + CASE WHEN rate_per_min IS NOT NULL THEN rate_per_min * c.billed_seconds
                          ELSE 60 * (coalesce(initial_rate, 0)
                                     + coalesce(additional_rate, 0) * ((greatest(c.billed_seconds - 60, 0) + 59) // 60)) END
               ))::HUGEINT AS cost
        FROM read_parquet($files) c JOIN plan_rows USING (plan_row)
    )
)
GROUP BY ALL
"""
_RATES = ("rate_per_min", "initial_rate", "additional_rate", "per_call_charge")


def make(folder: Path, rows: int) -> dict[str, float]:
    """Write the month's CSV files with their manifests: the nine columns that a carrier fills, not the optional ones."""
    from tests.bench.call_months import month_chunks

    for number, chunk in enumerate(month_chunks(rows, CHUNK), 1):
        name = f"long_distance_2026-10_{number:03d}"
        chunk.select([column.name for column in chunk if column.null_count() < chunk.height]).write_csv(folder / f"{name}.csv")
        manifest = {"feed": "long_distance", "period": "2026-10", "sequence": number, "row_count": chunk.height}
        (folder / f"{name}.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return {"rows": rows, "bytes": sum(path.stat().st_size for path in folder.glob("*.csv"))}


def ingest(folder: Path, _rows: int) -> dict[str, float]:
    """CSV -> gate -> validated, encoded calls in buckets."""
    from billing.call_encode import read_rates
    from billing.periods import Period
    from billing.policy import Policy
    from pipelines.call_buckets import write_buckets
    from tests.bench.call_months import month_tables

    tables = month_tables()
    started = time.process_time()
    buckets = write_buckets(sorted(folder.glob("*.csv")), folder / "buckets", tables, Period(*PERIOD), Policy())
    seconds = time.process_time() - started
    rates = read_rates(tables)
    (folder / "buckets.pickle").write_bytes(pickle.dumps((buckets, rates)))
    import polars as pl

    table = rates.prices.table.select("second_cost", "start_cost", "minute_cost", "unit_cost", "even_unit")
    table.with_columns(code=rates.codes.codes, plan_row=pl.int_range(table.height)).write_parquet(folder / "prices.parquet")
    decimal = [pl.col(name).cast(pl.Decimal(18, 6)) for name in _RATES]
    rates.rows.select("plan_row", "rate_code", "scale", "rounding", *decimal).write_parquet(folder / "plan_rows.parquet")
    return {"cpu": seconds, "rows": buckets.records}


def gate_alone(folder: Path, _rows: int) -> dict[str, float]:
    """The first file through the gate's text columns, without the lane: the careful way for every row."""
    from unittest.mock import PropertyMock, patch

    from billing.periods import Period
    from billing.policy import Policy
    from inputs.call_feed import CallFile
    from pipelines.call_buckets import write_buckets
    from tests.bench.call_months import month_tables

    tables = month_tables()
    with patch.object(CallFile, "has_lane", new_callable=PropertyMock, return_value=False):
        started = time.process_time()
        buckets = write_buckets(sorted(folder.glob("*.csv"))[:1], folder / "gate", tables, Period(*PERIOD), Policy())
        seconds = time.process_time() - started
    return {"cpu": seconds, "rows": buckets.records}


def polars_texts(folder: Path, _rows: int) -> dict[str, float]:
    """Bare read of the same files with polars, every column text: nothing checked, hashed, looked up or written."""
    import polars as pl

    rows, started = 0, time.process_time()
    for path in sorted(folder.glob("*.csv")):
        rows += pl.read_csv(path.read_bytes(), infer_schema=False).height
    return {"cpu": time.process_time() - started, "rows": rows}


def duckdb_texts(folder: Path, _rows: int) -> dict[str, float]:
    """Bare read of the same files with DuckDB, every column text, kept as a table; nothing else."""
    import duckdb

    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        rows, started = 0, time.process_time()
        for path in sorted(folder.glob("*.csv")):
            db.execute("CREATE OR REPLACE TABLE calls AS SELECT * FROM read_csv($file, all_varchar = true)", {"file": str(path)})
            rows += db.execute("SELECT count(*) FROM calls").fetchall()[0][0]
        return {"cpu": time.process_time() - started, "rows": rows}


def parts(folder: Path, _rows: int) -> dict[str, float]:
    """Where the time from CSV to buckets goes, part by part, nanoseconds of one core a row."""
    from billing.periods import Period
    from billing.policy import Policy
    from inputs.call_feed import CallFile
    from pipelines.call_buckets import write_buckets
    from pipelines.call_ingest import CallIngest
    from tests.bench.call_months import month_tables

    spent = dict.fromkeys(PARTS, 0)
    at = {"part": PARTS[-1], "since": time.process_time_ns()}

    def enter(part: str) -> str:
        now, before = time.process_time_ns(), str(at["part"])
        spent[before] += now - int(at["since"])
        at.update(part=part, since=now)
        return before

    def timed(owner: type, name: str, part: str) -> None:
        whole = getattr(owner, name)

        def run(*args: Any, **more: Any) -> Any:
            before = enter(part)
            try:
                return whole(*args, **more)
            finally:
                enter(before)

        setattr(owner, name, run)

    def rows_of(file: CallFile) -> Iterator[Any]:
        blocks = plain_calls(file)
        while True:
            before = enter(PARTS[1])
            block = next(blocks, None)
            enter(before)
            if block is None:
                return
            yield block

    plain_calls = CallFile.plain_calls
    CallFile.plain_calls = rows_of  # type: ignore[method-assign, assignment]
    timed(CallFile, "__init__", PARTS[0])
    timed(CallIngest, "_code", PARTS[2])
    timed(CallIngest, "_read_both", PARTS[3])
    timed(CallIngest, "_read_whole", PARTS[3])
    tables = month_tables()
    enter(PARTS[-1])
    spent.update(dict.fromkeys(PARTS, 0))
    buckets = write_buckets(sorted(folder.glob("*.csv")), folder / "parts", tables, Period(*PERIOD), Policy())
    enter(PARTS[-1])
    return {part: nanoseconds / buckets.records for part, nanoseconds in spent.items()}


def ours(folder: Path, _rows: int) -> dict[str, float]:
    """Rate the buckets with the kernel."""
    from pipelines.call_buckets import rate_buckets

    buckets, rates = pickle.loads((folder / "buckets.pickle").read_bytes())
    rate_buckets(buckets, rates)
    started = time.process_time()
    rated = rate_buckets(buckets, rates)
    seconds = time.process_time() - started
    return {"cpu": seconds, "rows": buckets.bounds.calls, "micros": int(rated["amount_micros"].sum()), "groups": rated.height}


def duckdb_whole(folder: Path, _rows: int) -> dict[str, float]:
    """The same job on the same files in SQL on whole numbers, tuned as the kernel is."""
    return _duckdb(folder, SQL)


def duckdb_decimal(folder: Path, _rows: int) -> dict[str, float]:
    """The same job on the same files in SQL on decimals, as the rule is written."""
    return _duckdb(folder, DECIMAL_SQL)


def _duckdb(folder: Path, sql: str) -> dict[str, float]:
    import duckdb

    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        for table in ("prices", "plan_rows"):
            db.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet(?)", [str(folder / f"{table}.parquet")])
        files = {"files": [str(path) for path in sorted((folder / "buckets").rglob("*.parquet"))]}
        db.execute(sql, files).fetchall()
        started = time.process_time()
        found = db.execute(sql, files).fetchall()
        seconds = time.process_time() - started
    return {"cpu": seconds, "rows": sum(row[3] for row in found), "micros": sum(int(row[5]) for row in found) // 60, "groups": len(found)}


def pandas_frame(folder: Path, rows: int) -> dict[str, float]:
    """The same job in pandas on the first files only, up to a million calls or so; scaled by rows."""
    import pandas as pd

    files = sorted((folder / "buckets").rglob("*.parquet"))
    prices = pd.read_parquet(folder / "prices.parquet").set_index("plan_row")
    part = files if rows <= PANDAS_ROWS else files[: max(1, len(files) * PANDAS_ROWS // rows)]
    started = time.process_time()
    calls = pd.concat([pd.read_parquet(path) for path in part]).join(prices, on="plan_row")
    further = ((calls["billed_seconds"] - 60).clip(lower=0) + 59) // 60
    cost = calls["second_cost"] * calls["billed_seconds"] + calls["start_cost"] + calls["minute_cost"] * further
    units = cost // calls["unit_cost"]
    units -= ((units * calls["even_unit"] == cost) & (units % 2 == 1)).astype("int64")
    calls["cost"] = units * calls["unit_cost"]
    keyed = calls.groupby(["line", "code"])
    found = keyed.agg(
        calls=("cost", "size"), seconds=("billed_seconds", "sum"), cost=("cost", "sum"), first=("day", "min"), last=("day", "max")
    )
    seconds = time.process_time() - started
    return {"cpu": seconds, "rows": int(found["calls"].sum()), "files": len(part), "all_files": len(files)}


STEPS = {
    "make": make, "ingest": ingest, "gate": gate_alone, "polars": polars_texts, "duckdb": duckdb_texts, "parts": parts,
    "ours": ours, "whole": duckdb_whole, "decimal": duckdb_decimal, "pandas": pandas_frame,
}  # fmt: skip


def step(name: str, folder: Path, rows: int) -> dict[str, float]:
    """Run one step in its own process on one thread."""
    command = [sys.executable, __file__, "--step", name, "--folder", str(folder), "--rows", str(rows)]
    one = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=one)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def machine() -> str:
    """Cores and memory of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}"


def report(rows: int, folder: Path) -> None:
    """Run all steps, check the totals, print the table."""
    step("make", folder, rows)
    found = {name: step(name, folder, rows) for name in ("ingest", "gate", "polars", "duckdb", "ours", "decimal", "whole", "pandas")}
    spent = step("parts", folder, rows)
    for other in ("decimal", "whole"):
        if any(found["ours"][key] != found[other][key] for key in ("rows", "micros", "groups")):
            raise SystemExit(f"totals differ: {found['ours']} {found[other]}")
    speed = {name: facts["rows"] / facts["cpu"] / 1e6 for name, facts in found.items()}
    read = {
        "ingest": "CSV -> validated buckets",
        "gate": "the same, all by the gate",
        "polars": "polars, bare read as text",
        "duckdb": "DuckDB, bare read as text",
    }
    names = {
        "ours": "kernel, buckets -> amounts",
        "decimal": "DuckDB SQL, decimals",
        "whole": "DuckDB SQL, tuned",
        "pandas": f"pandas, {found['pandas']['rows'] / 1e6:.1f} M of the calls",
    }
    print(f"{rows:,} calls, {int(found['ours']['rows']):,} of them charged; {machine()}; one thread each")
    for own, rivals, what in (("ingest", read, "buckets are x times"), ("ours", names, "kernel is x times")):
        print(f"{'':30}{'M rows per core-second':>24}{what:>20}{'peak MiB':>10}")
        for name, label in rivals.items():
            ratio = "" if name == own else f"{speed[own] / speed[name]:.2f}"
            print(f"{label:30}{speed[name]:>24.2f}{ratio:>20}{found[name]['peak_mib']:>10.0f}")
    print("CSV -> buckets in ns a row: " + ", ".join(f"{part} {spent[part]:.0f}" for part in PARTS))
    print(f"totals agree: {int(found['ours']['micros']):,} micro-dollars in {int(found['ours']['groups']):,} rows")


def main() -> None:
    """Read the arguments; a step prints one line of JSON."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=10_000_000)
    words.add_argument("--step", choices=STEPS)
    words.add_argument("--folder", type=Path)
    asked = words.parse_args()
    if asked.step is None:
        with tempfile.TemporaryDirectory(prefix="cotbill-bench-") as folder:
            report(asked.rows, Path(folder))
        return
    facts = STEPS[asked.step](asked.folder, asked.rows)
    print(json.dumps({**facts, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
