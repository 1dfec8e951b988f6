"""Seconds and memory of invoices, beside WeasyPrint alone printing the same design: `just bench-invoices [INVOICES]`."""

import json
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

OWN = Path(__file__).resolve()
ROOT = OWN.parents[2]
LONG, VERY_LONG = 10_000, 100_000
PLAIN_LINES = 400  # WeasyPrint alone is timed on these; more would only take longer


def spent(work: Callable[[], object]) -> float:
    """Processor seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def in_worker(path: Path, how: str) -> None:
    """Print one invoice in a process that never loads polars, as a worker does; says seconds, bytes and memory as JSON."""
    import reports.press.warm  # noqa: F401
    from reports.press.printing import pdf
    from reports.press.statement import machine

    machine(None)
    job = pickle.loads(path.read_bytes())
    work = pdf
    if how == "plain":
        from tests.bench.plain_invoice import plain_pdf

        work = plain_pdf
    times = int(how) if how.isdigit() else 1
    if times > 1:
        pdf(job)
    data = work(job)
    seconds = statistics.median(spent(lambda: work(job)) for _ in range(times))
    print(json.dumps({"seconds": seconds, "bytes": len(data), "mb": peak_mb(), "polars": "polars" in sys.modules}))


def peak_mb() -> int:
    """The most memory this program has had; the kernel's other figure would count the parent's before exec."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def measured(job: object, how: str, folder: Path) -> dict[str, float]:
    """What a fresh process needs for one invoice."""
    path = folder / "job"
    path.write_bytes(pickle.dumps(job))
    done = subprocess.run([sys.executable, str(OWN), str(path), how], capture_output=True, text=True, check=True, cwd=ROOT, env=_env())
    return dict(json.loads(done.stdout))


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def job_of(lines: int) -> tuple[object, float]:
    """A job of one invoice with its seconds of making."""
    from reports.invoice import Options
    from reports.invoice.render import jobs
    from tests.reports.bill import many_invoices

    month = many_invoices(1, lines)
    start = time.process_time()
    (job,) = jobs(month, month.invoices, Options(most_lines=10**6))
    return job, time.process_time() - start


def pages_of(job: object) -> int:
    import io

    import pypdf

    from reports.press.printing import pdf

    return len(pypdf.PdfReader(io.BytesIO(pdf(job))).pages)  # type: ignore[arg-type]


def single(folder: Path) -> None:
    """Single invoices of one size after another."""
    four = next(job for job in (job_of(lines)[0] for lines in range(20, 200, 4)) if pages_of(job) >= 4)
    lines = len(four.attachments[0].data.splitlines()) - 1  # type: ignore[attr-defined]
    ours, plain = measured(four, "11", folder), measured(four, "plain", folder)
    print(f"four pages ({lines} lines)      {ours['seconds']:7.3f} s   WeasyPrint alone {plain['seconds']:7.2f} s   {ours['mb']:4.0f} MB")
    for lines in (1, 200, PLAIN_LINES):
        job, made = job_of(lines)
        ours, plain = measured(job, "5", folder), measured(job, "plain", folder)
        print(f"{lines:>7,} lines             {ours['seconds']:7.3f} s   WeasyPrint alone {plain['seconds']:7.2f} s   view {made:.2f} s")
    a_line = plain["seconds"] / PLAIN_LINES
    for lines in (LONG, VERY_LONG):
        job, made = job_of(lines)
        ours = measured(job, "1", folder)
        rate = lines / ours["seconds"]
        print(
            f"{lines:>7,} lines             {ours['seconds']:7.2f} s   {rate:,.0f} lines a second, {ours['mb']:.0f} MB,"
            f" {ours['bytes'] / 1e6:.1f} MB of PDF; view {made:.2f} s; WeasyPrint alone would take about {a_line * lines:,.0f} s"
        )


def many(how_many: int, folder: Path) -> None:
    """A month of ordinary invoices on two workers."""
    from reports.invoice import render_invoices
    from tests.reports.bill import many_invoices

    month = many_invoices(how_many, 60)
    start = time.perf_counter()
    done = render_invoices(month, folder, workers=2)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    again = render_invoices(month, folder, workers=2)
    reused = time.perf_counter() - start
    kept = sum(each.reused for each in again)
    print(f"{len(done):,} invoices of 60 lines on two workers {seconds:.0f} s; {kept:,} unchanged {reused:.0f} s")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) == 3:
        in_worker(Path(sys.argv[1]), sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as found:
            single(Path(found))
            many(int(sys.argv[1]) if len(sys.argv) == 2 else 2000, Path(found) / "invoices")
