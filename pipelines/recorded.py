"""Read what is recorded of periods: as posted where a month is closed, else as last run."""

import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.carry import Carried
from billing.decisions import carry_explanations, with_items
from billing.errors import PeriodError
from billing.frames import Earlier, MonthBill, Tables
from billing.layouts import FEEDS
from billing.periods import Period
from pipelines.book import Book
from pipelines.book_facts import with_book
from pipelines.interface_book import journal_of
from pipelines.journal import Journal
from pipelines.past import Past
from pipelines.settings import read_settings
from pipelines.stages import Stages
from pipelines.standing import posted_folder, standing
from pipelines.stock_past import with_corrected
from pipelines.workspace import Workspace

_TABLE: Final = "table-"
LISTED: Final = ("circuits", "voip", "centrex", "pass_through", "fixed_cost")  # feeds whose records the mart lists, all of them
MONTH: Final = ("lines", "bridge", "splits", "calls", "exceptions", "invoices", "controls", "suspense")


def stages_of(workspace: Workspace, period: Period) -> Stages:
    """The stage files that stand for a period."""
    return Stages(standing(workspace, period).folder or workspace.ledger / str(period), period)


def load_carried(workspace: Workspace, period: Period) -> tuple[Carried, str]:
    """What the month before left in suspense, if it is closed, and the hash that stands for it."""
    last = period.shift(-1)
    if not standing(workspace, last).is_posted:
        return Carried(), "none"
    stages = stages_of(workspace, last)
    names = stages.step("carry").files
    records = {feed: stages.frame("carry", feed) for feed in FEEDS if feed in names}
    return Carried(records, stages.frame("carry", "suspense"), stages.frame("carry", "rulings")), stages.step("carry").key


def explained_last(workspace: Workspace, last: Period, marked: pl.DataFrame, records: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """A month's exceptions with the explanations that the month before gave to the same.

    Args:
        marked: EXCEPTIONS with what people decided.
        records: the month's records by feed.
    """
    if last not in workspace.periods_with_ledger():
        return marked
    then = stages_of(workspace, last)
    old = then.frame("month", "exceptions")
    if old.filter(pl.col("status").is_in(["ACKNOWLEDGED", "CARRIED"])).is_empty():
        return marked
    before = {feed: then.frame(f"price:{feed}", "records") for feed in FEEDS}
    return carry_explanations(with_items(marked, records), with_items(old, before), period=str(last))


def require_run(workspace: Workspace, period: Period) -> None:
    """Refuse a period that has no run.

    Raises:
        PeriodError: the period was never run.
    """
    if period not in workspace.periods_with_ledger():
        raise PeriodError(f"{period} was not run yet; run it with `cotbill run {period}`")


def load_lines(workspace: Workspace, period: Period) -> pl.DataFrame:
    """LINES of a period alone, which need nothing of other periods.

    Raises:
        PeriodError: the period was never run.
    """
    require_run(workspace, period)
    return stages_of(workspace, period).frame("month", "lines")


def load_tables_used(workspace: Workspace, period: Period) -> Tables:
    """The tables that a period was billed with.

    Raises:
        PeriodError: the period was never run.
    """
    require_run(workspace, period)
    stages = stages_of(workspace, period)
    names = [name for name in stages.step("month").files if name.startswith(_TABLE)]
    return Tables({name.removeprefix(_TABLE): stages.frame("month", name) for name in names})


def load_bill(workspace: Workspace, period: Period, *, with_earlier: bool = True) -> MonthBill:
    """Read a period's bill.

    Args:
        with_earlier: with what was before, which only invoices show.

    Raises:
        PeriodError: the period was never run.
    """
    require_run(workspace, period)
    stages = stages_of(workspace, period)
    frames: dict[str, Any] = {name: stages.frame("month", name) for name in MONTH}
    tables = load_tables_used(workspace, period)
    adjustments = stages.frame("price:adjustments", "records")
    earlier = Earlier()
    if with_earlier or adjustments.height:
        past = Past(workspace, period, read_settings(workspace.root))
        earlier = with_corrected(past, past.earlier, frames["lines"])
    sent = journal_of(workspace, period)
    bill = MonthBill(period=str(period), as_of=read_as_of(stages), tables=tables, earlier=earlier, journal=sent, **frames)
    settings = read_settings(stages.folder / "inputs" if (stages.folder / "inputs").is_dir() else workspace.root)
    return with_book(bill, Book.open(workspace, period, settings, tables["users"]), adjustments)


def load_issues(workspace: Workspace, journal: Journal, period: Period) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """Lines and invoices of a period's posted issues, oldest first: those that its journal, as given, has closed."""
    issues = [int(event.data["issue"]) for event in journal.of("closed")]
    stages = [Stages(posted_folder(workspace, period, issue), period) for issue in issues]
    return [(stage.frame("month", "lines"), stage.frame("month", "invoices")) for stage in stages]


def read_as_of(stages: Stages) -> str:
    """The day of issue of the run that stands."""
    return str(json.loads(stages.manifest_path.read_text(encoding="utf-8"))["as_of"])


def load_records(workspace: Workspace, period: Period, feed: str) -> pl.DataFrame:
    """Read a feed's records with their outcomes."""
    return stages_of(workspace, period).frame(f"price:{feed}", "records")


def load_all_records(stages: Stages, feed: str) -> pl.DataFrame:
    """A LISTED feed's records whatever became of them: billed, held, rejected, dropped.

    Of a month posted before those that are out were kept there are the billed and held ones.
    """
    step = f"price:{feed}"
    names = [name for name in ("records", "out") if name in stages.step(step).files]
    return pl.concat([stages.frame(step, name) for name in names])


def stage_paths(stages: Stages) -> list[Path]:
    """The stage files that a manifest names."""
    return [stages.folder / entry["file"] for step in stages.old.values() for entry in step.files.values()]
