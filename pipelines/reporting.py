"""Make all that Financial Management receives of a month: the reports, the pack to sign, the workbook, the page."""

import contextlib
import datetime as dt
import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from billing.periods import Period
from pipelines.close_events import REPORTED
from pipelines.journal import Actor, Journal
from pipelines.mart_months import mart_is_current, publish_aside
from pipelines.publish import republish_mart
from pipelines.recorded import load_tables_used, require_run, stages_of
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.catalogue import CATALOGUE
from reports.pack.made import Made
from reports.published import Published, of_mart
from reports.report import Report, report_files
from reports.write import write_bytes

FOLDER: Final = "reports"


@dataclass(frozen=True)
class Source:
    """A month as published, and the file that it is read from."""

    published: Published
    mart: Path


@contextlib.contextmanager
def published_month(workspace: Workspace, period: Period, *, write: bool = True) -> Iterator[Source]:
    """A month as it is recorded now; a mart that is gone, foreign or older than the book is made anew, or aside where nothing is written.

    The caller holds the lock, unless nothing is written.

    Raises:
        PeriodError: the month was never run.
    """
    require_run(workspace, period)
    with tempfile.TemporaryDirectory(prefix="cotbill-") as folder:
        mart = workspace.mart
        if not mart_is_current(workspace):
            if write:
                republish_mart(workspace, period)
            else:
                mart = Path(folder) / workspace.mart.name
                publish_aside(workspace, mart)
        yield Source(of_mart(str(period), mart), mart)


def made_reports(published: Published, numbers: list[str]) -> dict[str, Report]:
    """Reports of the catalogue by number.

    Raises:
        ReconciliationError: one does not foot to its neighbours.
    """
    return {number: CATALOGUE[number].make(published) for number in numbers}


def files_of_reports(reports: Mapping[str, Report]) -> dict[str, bytes]:
    """CSV and JSON by file name, of those that no other command writes."""
    ours = [report for report in reports.values() if not CATALOGUE[report.id].written_by]
    return {name: data for report in ours for name, data in report_files(report).items()}


def close_files(workspace: Workspace, period: Period, source: Source, reports: Mapping[str, Report]) -> dict[str, bytes]:
    """The pack, the workbook and the page of a month by file name; the pack is set in a process of its own meanwhile.

    Raises:
        ReconciliationError: one of them does not come to the totals of the month.
    """
    from reports.charts.of_month import charts_of_month
    from reports.close_book.book import close_book
    from reports.close_page.page import close_page

    stem, made, published = f"close-{period}", made_of(workspace, period), source.published
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        paper = pool.submit(_pack, str(period), source.mart, dict(reports), made)
        book = close_book(published, reports)
        page = close_page(published, reports, charts_of_month(published, reports))
        return {f"{stem}.pdf": paper.result(), f"{stem}.xlsx": book, f"{stem}.html": page}


def _pack(period: str, mart: Path, reports: dict[str, Report], made: Made) -> bytes:
    from reports.pack.pack import pack

    return pack(of_mart(period, mart), reports, made)


def write_reports(workspace: Workspace, period: Period, by: Actor, *, write: bool = True) -> tuple[dict[str, Report], dict[str, Path]]:
    """Make and write all that Financial Management receives; of a posted month note the first time in its journal.

    The caller holds the lock, unless nothing is written. Returns: the reports by number, and the files by name.

    Raises:
        PeriodError: the month was never run.
        ReconciliationError: a total differs from its neighbour's; nothing is written.
    """
    with published_month(workspace, period, write=write) as source:
        reports = made_reports(source.published, list(CATALOGUE))
        files = files_of_reports(reports) | close_files(workspace, period, source, reports)
    paths = {name: workspace.out(period) / FOLDER / name for name in sorted(files)}
    if write:
        write_files(paths, files)
        _note(workspace, period, by)
    return reports, paths


def write_files(paths: Mapping[str, Path], files: Mapping[str, bytes]) -> None:
    """Write each file whole or not at all."""
    for name, path in paths.items():
        write_bytes(path, files[name])


def _note(workspace: Workspace, period: Period, by: Actor) -> None:
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    if found.is_posted and all(event.data["issue"] != found.issue for event in journal.of(REPORTED)):
        journal.append(REPORTED, {"issue": found.issue}, by)


def made_of(workspace: Workspace, period: Period) -> Made:
    """How the month's figures came to be: of an open month its run alone, of a posted one who closed it, and the seal."""
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    run = stages_of(workspace, period).step("month").key
    names = {row["user"]: row["name"] for row in load_tables_used(workspace, period)["users"].to_dicts()}
    if not found.is_posted:
        return Made(evidence=(("run", run),), names=names)
    closed = [event for event in journal.of("closed") if event.data["issue"] == found.issue][-1]
    evidence = (("run", run), ("seal", str(closed.data["seal_sha256"])), ("journal head", closed.hash))
    return Made(found.issue, evidence, closed.user, dt.datetime.fromisoformat(closed.at), names)
