"""Warm workers: what they have loaded, the order of the work, the same bytes whatever the surroundings."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

from reports.invoice import Options, render_invoices
from reports.invoice.render import jobs
from reports.press.pool import pool
from reports.press.statement import machine
from tests.house.tree import ROOT
from tests.reports.bill import many_invoices, month_bill

LOADED = "[name in __import__('sys').modules for name in ('weasyprint', 'reports.press.printing', 'polars')]"


def test_a_worker_has_the_renderer_and_never_polars():
    with pool(1) as hands:
        assert hands.submit(eval, LOADED).result() == [True, True, False]


def test_the_press_does_not_load_polars():
    code = "import sys, reports.press.warm; sys.exit('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode == 0


def test_the_press_sees_the_bundled_fonts_and_no_others():
    from weasyprint.text.ffi import fontconfig

    fonts = fontconfig.FcConfigGetFonts(machine(None).fonts._config, fontconfig.FcSetSystem)

    assert fonts.nfont == len(list((ROOT / "reports/fonts").glob("*.woff")))


def test_the_largest_invoice_is_first():
    month = month_bill(history=0)
    sizes = dict(month.invoices.select("invoice_no", "line_count").iter_rows())

    order = [sizes[job.view.invoice_no] for job in jobs(month, month.invoices, Options())]

    assert order == sorted(order, reverse=True)


def test_surroundings_and_row_order_do_not_move_a_byte(tmp_path):
    month = month_bill(history=2)
    number = "COT-2026-10-1000001-01"
    (ours,) = render_invoices(month, tmp_path / "ours", only={number})
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; from tests.reports.bill import month_bill;"
        "from reports.invoice import render_invoices; month = month_bill(history=2);"
        "month = replace(month, lines=month.lines.reverse(), splits=month.splits.reverse(), exceptions=month.exceptions.reverse());"
        "render_invoices(month, Path(sys.argv[1]), only={sys.argv[2]})"
    )

    for seed, zone, locale in (("1", "Pacific/Kiritimati", "C"), ("99", "America/Kentucky/Louisville", "de_DE.UTF-8")):
        folder = tmp_path / f"other folder {seed}"
        folder.mkdir()
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", code, str(folder), number], check=True, env=environment, cwd=folder)
        assert (folder / f"{number}.pdf").read_bytes() == ours.path.read_bytes()


def test_memory_holds_a_few_jobs_and_not_the_month(monkeypatch):
    from reports.press import pool as pools

    made, most = [], []
    monkeypatch.setattr(pools, "print_one", len)
    taken = (made.append(place) or [place] for place in range(40))

    for done, _ in enumerate(pools.printed(taken, 2), start=1):
        most.append(len(made) - done)

    assert len(made) == 40
    assert max(most) <= 2 * 3


def test_progress_counts_kept_and_made(tmp_path):
    month = many_invoices(5, 1)
    render_invoices(month, tmp_path, only=set(month.invoices["invoice_no"].head(2)))
    told = []

    done = render_invoices(month, tmp_path, progress=lambda ready, total: told.append((ready, total)))

    assert [each.reused for each in done] == [True, True, False, False, False]
    assert told == [(ready, 5) for ready in range(6)]
    assert pl.Series([each.invoice_no for each in done]).is_sorted()


def test_nothing_is_left_in_the_temporary_folder(tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.reports.bill import many_invoices; from reports.invoice import render_invoices;"
        "render_invoices(many_invoices(3, 1), Path(sys.argv[1]), workers=int(sys.argv[2]))"
    )
    with tempfile.TemporaryDirectory(prefix="s") as name:  # a short one: workers meet at a socket in it
        scratch = Path(name)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": name}

        for workers in ("1", "2"):
            out = str(tmp_path / workers)
            subprocess.run([sys.executable, "-c", code, out, workers], check=True, env=environment, cwd=ROOT)
            assert list(scratch.iterdir()) == []
