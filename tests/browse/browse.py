"""The close page of the samples in a browser without a window: `python -m tests.browse.browse FOLDER`, see `just browse`."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reports.catalogue import CATALOGUE
from reports.close_page.page import close_page
from reports.close_page.pictures import TITLES
from reports.published import Published, of_mart
from tests.browse import walks
from tests.browse.driver import Browser
from tests.close_page.month import drawn, nasty_month

PERIOD = "2026-10"
SAMPLES = ("small", "medium")
Walk = tuple[str, Callable[[Browser], object], dict[str, Any]]


def made(folder: Path, sample: str) -> tuple[Published, Path]:
    """The page of a sample's month and what it was made of."""
    published = of_mart(PERIOD, folder / sample / "mart" / "cotbill.duckdb")
    start = time.monotonic()
    reports = {name: entry.make(published) for name, entry in CATALOGUE.items()}
    middle = time.monotonic()
    data = close_page(published, reports, {name: drawn(f"{title}: 1.00 and 2.00") for name, title in TITLES.items()})
    page = folder / f"{sample}-close-{PERIOD}.html"
    page.write_bytes(data)
    seconds = f"reports {middle - start:.1f} s, page {time.monotonic() - middle:.1f} s"
    print(f"{sample}: {len(data):,} bytes, {published.now('fact_charge').height:,} lines; {seconds}")
    return published, page


def of_sample(folder: Path, sample: str, axe: str) -> Iterator[Walk]:
    """Every walk of one sample, with the window it needs."""
    published, page = made(folder, sample)
    control = json.loads((folder / sample / "out" / PERIOD / "control-report.json").read_text(encoding="utf-8"))
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
        ("print", walks.its_print_holds_every_agency_and_the_totals, (published, page.with_suffix(".pdf"))),
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
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
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
        print(f"{name} ({time.monotonic() - start:.1f} s): {said or 'as it must be'}", flush=True)
    print(f"{failed} failed" if failed else "all as it must be: no request, no complaint in any walk")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), *sys.argv[2:3]))
