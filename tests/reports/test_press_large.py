"""Long invoices whole: ten thousand lines, each cell told once, conforming, quick and small in memory. Slow by their size."""

import json
import pickle
import re
import subprocess
import sys
from decimal import Decimal

import page
import pytest

from reports.invoice import Options
from reports.invoice.render import jobs
from reports.press.printing import pdf
from tests.bench.bench_invoices import OWN
from tests.house.tree import ROOT
from tests.reports.bill import many_invoices
from tests.reports.tagged import Tagged
from tests.reports.test_press_structure import cells_of

LINES = 10_000


@pytest.fixture(scope="module")
def job():
    month = many_invoices(1, LINES)
    (found,) = jobs(month, month.invoices, Options(most_lines=LINES))
    return found


@pytest.mark.slow
def test_ten_thousand_lines_conform_and_every_cell_is_told(job):
    data = pdf(job)
    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(data, profile=profile, limits=page.SafetyLimits.unlimited()).failures == []
    tagged = Tagged(data)
    assert sorted(tagged.used) == sorted(tagged.marks)

    parts = {part.title: part for part in (*job.view.sections, *job.view.closing)}
    told = {
        each.below[0].text: [tuple(cell.text for cell in row.below) for row in each.all("TR")] for each in tagged.root.below if each.below
    }
    for title, part in parts.items():
        assert told[title] == cells_of(part, job.key)
    lines = [row for rows in told.values() if rows and rows[0][:1] == ("Line",) for row in rows if row[0].replace(",", "").isdigit()]
    assert len(lines) == LINES
    amounts = [Decimal(row[-1].replace(",", "")) for row in lines]
    assert sum(amounts) == Decimal(re.sub(r"[$,]", "", job.view.due.amount))


@pytest.mark.slow
@pytest.mark.parametrize(("lines", "most_seconds", "most_mb"), [(LINES, 1.5, 150), (10 * LINES, 10, 600)])
def test_a_worker_prints_very_many_lines_within_its_seconds_and_memory(lines, most_seconds, most_mb, tmp_path):
    month = many_invoices(1, lines)
    (long,) = jobs(month, month.invoices, Options(most_lines=lines))
    path = tmp_path / "job"
    path.write_bytes(pickle.dumps(long))

    done = subprocess.run([sys.executable, str(OWN), str(path), "1"], capture_output=True, text=True, check=True, cwd=ROOT)

    found = json.loads(done.stdout)
    assert not found["polars"]
    assert found["seconds"] < most_seconds
    assert found["mb"] < most_mb
