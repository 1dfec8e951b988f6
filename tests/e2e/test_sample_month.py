"""The sample month: the planted exceptions exactly, every total one, and the same bytes of charge however it is run."""

import csv
import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.program import cotbill, query

PERIOD = "2026-10"
CHARGES = (
    "select charge_id, invoice_no, invoice_line_no, billing_number, stream, component, rate_code, service_from, service_to, quantity,"
    " unit_rate, exact_amount, amount, is_prior_period, source_record_id from fact_charge order by charge_id"
)


def planted(root: Path, period: str) -> Counter:
    """The exceptions the sample says a period must raise."""
    with (root / "planted.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["period"] == period]
    return Counter((row["code"], row["feed"], row["source_record_id"]) for row in rows)


def raised(root: Path, period: str) -> Counter:
    """The exceptions a run raised, but those that need the month before."""
    rows = query(root, f"select code, feed, source_record_id from fact_exception where period = '{period}' and code not like 'V0%'")
    return Counter((code, feed, record or "") for code, feed, record in rows)


def run_apart(root: Path, **environment: str) -> int:
    """Run the period in a process of its own."""
    words = [sys.executable, "-c", "from pipelines.cli import main; main()", "run", PERIOD, "-w", str(root), "--as-of", "2026-11-06"]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, check=False).returncode


def shuffle(root: Path, seed: int) -> None:
    """Reorder the rows of every feed file of the period, each manifest kept true."""
    for path in sorted((root / "inbox" / PERIOD).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        random.Random(seed).shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
        manifest = path.with_name(path.stem + ".manifest.json")
        body = json.loads(manifest.read_text())
        body["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest.write_text(json.dumps(body))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample") / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    assert cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06").code == 3
    return root


def test_the_planted_exceptions_are_raised_exactly(sample):
    assert raised(sample, PERIOD) == planted(sample, PERIOD)


def test_every_total_is_one(sample):
    total = query(sample, "select sum(amount) from fact_charge")[0][0]

    assert total > 0
    assert query(sample, "select sum(amount) from fact_split")[0][0] == total
    assert query(sample, "select sum(amount) from fact_invoice")[0][0] == total
    assert query(sample, "select count(*) from (select charge_id from fact_split group by 1) ")[0][0] == query(
        sample, "select count(*) from fact_charge"
    )[0][0]  # fmt: skip
    apart = "records_in <> records_billed + records_held + records_rejected + records_dropped"
    assert query(sample, f"select count(*) from control_totals where {apart}") == [(0,)]
    dollars = "amount_in <> amount_billed + amount_held + amount_rejected + amount_dropped"
    assert query(sample, f"select count(*) from control_totals where {dollars}") == [(0,)]
    with (sample / "out" / PERIOD / "reports" / "R01-billing-register.csv").open(encoding="utf-8") as file:
        cents = sum(int(row["amount"].replace(".", "")) for row in csv.DictReader(file))
    assert cents == int(str(total).replace(".", ""))


def test_a_second_run_reuses_every_step_and_changes_no_byte(sample):
    before = {path: path.read_bytes() for path in (sample / "out").rglob("*") if path.is_file()}

    ended = cotbill("run", PERIOD, "-w", str(sample), "--as-of", "2026-11-06", "--json")

    summary = json.loads(ended.out)
    assert {step["how"] for step in summary["steps"]} == {"reused"}
    assert summary["publish"] == "reused"
    assert {path: path.read_bytes() for path in (sample / "out").rglob("*") if path.is_file()} == before


def test_a_dry_run_and_a_plan_write_nothing(tmp_path, sample):
    root = tmp_path / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    before = sorted(path for path in root.rglob("*"))

    assert cotbill("run", PERIOD, "-w", str(root), "--dry-run").code == 3
    assert cotbill("plan", PERIOD, "-w", str(root)).code == 0
    assert cotbill("check", "-w", str(root)).code == 3

    assert sorted(path for path in root.rglob("*")) == before


@pytest.mark.parametrize(
    ("threads", "zone"), [("1", "UTC"), ("2", "America/New_York"), ("2", "Asia/Tokyo")], ids=["one-thread", "new-york", "tokyo"]
)
def test_row_order_threads_and_time_zone_change_no_charge(tmp_path, sample, threads, zone):
    root = tmp_path / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    shuffle(root, seed=len(zone))

    assert run_apart(root, POLARS_MAX_THREADS=threads, TZ=zone) == 3

    assert query(root, CHARGES) == query(sample, CHARGES)
    assert raised(root, PERIOD) == raised(sample, PERIOD)


def test_october_after_september_raises_the_same_planted_exceptions(tmp_path):
    root = tmp_path / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    assert cotbill("run", "2026-09", "-w", str(root), "--as-of", "2026-10-06").code == 3
    assert raised(root, "2026-09") == planted(root, "2026-09")

    assert cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06").code == 3

    assert raised(root, PERIOD) == planted(root, PERIOD)
    moved = query(root, f"select count(*) from fact_invoice where period = '{PERIOD}' and prior_amount <> amount")
    assert moved[0][0] > 0
