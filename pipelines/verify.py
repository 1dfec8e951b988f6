"""Verify months: every hash, link, signature and total, and the whole bill made again from what was sealed with it."""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from billing.errors import BillingError, PeriodError
from billing.periods import Period
from inputs.text_file import entries
from pipelines.journal import Journal
from pipelines.troubles import Trouble
from pipelines.verify_approvals import approval_troubles
from pipelines.verify_interface import interface_troubles
from pipelines.verify_journal import journal_troubles
from pipelines.verify_links import link_troubles
from pipelines.verify_month import Month
from pipelines.verify_outputs import output_troubles
from pipelines.verify_rebuild import rebuild_troubles
from pipelines.verify_seal import folder_troubles
from pipelines.verify_totals import total_troubles
from pipelines.workspace import Workspace

Check = Callable[[Month], Iterator[Trouble]]
# cheap ones first; each is needed: tests/verify shows what goes unseen without it
CHECKS: Final[tuple[Check, ...]] = (
    journal_troubles, link_troubles, output_troubles, approval_troubles, interface_troubles, total_troubles, rebuild_troubles,
)  # fmt: skip
_KNOWN: Final = frozenset(
    {"journal.jsonl", "head.json", "manifest.json", "published.json", "invoices.json", "stages", "posted", "interface"}
)
# what reading a text that somebody changed can end in
_MALFORMED: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, pl.exceptions.PolarsError)


def periods_to_verify(workspace: Workspace, period: Period | None) -> list[Period]:
    """The period that is asked for, else every one that the ledger has a folder of, oldest first.

    Raises:
        PeriodError: the ledger has nothing of the period.
    """
    found = []
    for path in entries(workspace.ledger):
        try:
            found.append(Period.parse(path.name))
        except BillingError:
            continue
    if period is not None and period not in found:
        raise PeriodError(f"the ledger has nothing of {period}; run it with `cotbill run {period}`")
    return sorted(found) if period is None else [period]


def verify_period(workspace: Workspace, period: Period) -> Iterator[Trouble]:
    """Everything that does not hold of one month, cheap checks first; nothing is written but temporary files.

    Of an open month the journal and superseded issues are checked. Earlier months are taken as they stand: each is
    verified as its own month. Where the journal's own chain is broken, no more is looked at.
    """
    folder, place = workspace.ledger / str(period), f"ledger/{period}"
    for path in entries(folder):
        if path.name not in _KNOWN:
            yield Trouble(f"{place}/{path.name}", "is nothing of the ledger's; remove it")
        elif path.is_symlink():
            yield Trouble(f"{place}/{path.name}", "is a link; put the file or folder itself there")
    for path in entries(folder / "posted"):
        if path.name.isdigit():
            yield from _guarded(folder_troubles(path, f"{place}/posted/{path.name}"), f"{place}/posted/{path.name}")
    try:
        month = Month(workspace, period, Journal(folder))
    except BillingError as error:
        yield Trouble.of(error, f"{place}/journal.jsonl")
        return
    for check in CHECKS:
        yield from _guarded(check(month), month.diary)


def _guarded(found: Iterator[Trouble], place: str) -> Iterator[Trouble]:
    """A check's troubles; one that cannot go on says so."""
    try:
        yield from found
    except BillingError as error:
        yield Trouble.of(error, place)
    except _MALFORMED as error:
        yield Trouble(
            place, f"or a file it names cannot be read as one of the ledger's ({type(error).__name__}: {error}); restore it from a copy"
        )
