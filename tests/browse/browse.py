"""The close page of the samples in a browser without a window: `python -m tests.browse.browse FOLDER`, see `just browse`."""

import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reports.catalogue import CATALOGUE
from reports.charts.of_month import charts_of_month
from reports.close_page.page import close_page
from reports.published import Published, of_mart
from tests.browse import walks
from tests.browse.driver import Browser
from tests.close_page.month import nasty_month

PERIOD = "2026-10"
SAMPLES = ("small", "medium")
Walk = tuple[str, Callable[[Browser], object], dict[str, Any]]


def say(words: str) -> None:
    """One line, at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def opened(folder: Path, sample: str) -> tuple[Published, Path, dict[str, Any]]:
    """A sample's month: as published, its page as `cotbill reports` wrote it, its control report; the page made again is timed."""
    home = folder / sample
    published = of_mart(PERIOD, home / "mart" / "cotbill.duckdb")
    page = home / "out" / PERIOD / "reports" / f"close-{PERIOD}.html"
    control = json.loads((home / "out" / PERIOD / "control-report.json").read_text(encoding="utf-8"))
    reports = {name: entry.make(published) for name, entry in CATALOGUE.items()}
    charts = charts_of_month(published, reports)
    start, used = time.monotonic(), time.process_time()
    again = close_page(published, reports, charts)
    took = f"{time.monotonic() - start:.1f} s, {time.process_time() - used:.1f} s of one core"
    assert again == page.read_bytes(), f"{page} is not what the month's reports make today"
    lines = published.now("fact_charge").height
    say(f"{sample}: {len(again):,} bytes, {len(zlib.compress(again)):,} packed; {lines:,} lines; made in {took}")
    return published, page, control


def of_sample(folder: Path, sample: str, axe: str) -> Iterator[Walk]:
    """Every walk of one sample, with the window it needs."""
    published, page, control = opened(folder, sample)
    plain: dict[str, Any] = {}
    narrow = {"width": 400, "height": 850}
    for name, walk, words in (
        ("first paint", walks.its_first_paint_and_its_readiness, ()),
        ("totals", walks.every_total_it_shows_is_the_control_reports, (control,)),
        ("down and back", walks.one_line_is_found_by_going_down_and_left_by_back, (published,)),
        ("links", walks.a_link_to_a_level_opens_it, ()),
        ("keyboard", walks.the_keyboard_alone_reaches_a_line, ()),
        ("search", walks.a_search_finds_the_lines_that_the_mart_finds, (published,)),
        ("sort", walks.a_column_sorts_by_its_cents_and_says_so, ()),
        ("report", walks.a_reports_table_opens_and_filters, ()),
        ("print", walks.its_print_holds_every_agency_and_the_totals, (published, folder / f"{sample}-printed.pdf")),
        ("no script", walks.without_a_script_it_is_still_whole, (published,)),
    ):
        yield f"{sample}: {name}", lambda browser, walk=walk, words=words: walk(browser, page, *words), plain
    for words, window in (("at 1280", plain), ("at 400", narrow), ("in the dark", {"dark": True})):
        yield f"{sample}: axe", lambda browser, words=words: walks.axe_finds_nothing_serious(browser, page, axe, words), window


def every_walk(folder: Path) -> Iterator[Walk]:
    """The hostile month, then the samples."""
    axe = (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    nasty = folder / "hostile.html"
    nasty.write_bytes(close_page(nasty_month(), {}, {}))
    yield "hostile", lambda browser: walks.hostile_texts_are_only_texts(browser, nasty), {}
    for sample in SAMPLES:
        if (folder / sample).is_dir():
            yield from of_sample(folder, sample, axe)


def main(folder: Path, only: str = "") -> int:
    """Walk; say what each walk measured; how many failed."""
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    failed = 0
    for name, walk, window in every_walk(folder):
        if only not in name:
            continue
        start = time.monotonic()
        try:
            with Browser(**window) as browser:
                said = walk(browser)
                walks.quiet(browser)
        except AssertionError as error:
            failed += 1
            said = f"FAILED: {error}"
        say(f"{name} ({time.monotonic() - start:.1f} s): {said or 'as it must be'}")
    say(f"{failed} failed" if failed else "all as it must be: no request, no complaint in any walk")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), *sys.argv[2:3]))
