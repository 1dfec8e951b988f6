"""What was sent to the accounting system is as it was sent: the batches in the ledger, and the files that went out."""

from collections.abc import Iterator

import polars as pl

from billing.errors import ReconciliationError
from billing.money import total
from pipelines.files import file_hash
from pipelines.interface_book import InterfaceBook, SentBatch
from pipelines.troubles import Trouble
from pipelines.verify_month import Month
from reports.interface_register import interface_register


def interface_troubles(month: Month) -> Iterator[Trouble]:
    """Where a batch or one of its files is not as the journal says, or does not come to the issue it was made of."""
    book = InterfaceBook(month.workspace, month.period, month.journal)
    place = f"{month.place}/interface"
    wanted = {entry["file"] for batch in book.batches for entry in batch.frames.values()}
    there = {path.name for path in book.folder.iterdir()} if book.folder.is_dir() else set()
    for name in sorted(there - wanted):
        yield Trouble(f"{place}/{name}", "is no batch that the journal knows; remove it")
    for batch in book.batches:
        try:
            journal = book.read(batch).journal
        except ReconciliationError:
            yield Trouble(f"{place}/{batch.batch_id}.journal.parquet", "or the parts beside it are not as they were sent; restore them")
            continue
        yield from _totals(month, batch, journal, place)
    yield from _files(month, book)


def _totals(month: Month, batch: SentBatch, journal: pl.DataFrame, place: str) -> Iterator[Trouble]:
    """A month's own documents come to the issue that they were made of."""
    if batch.sent_as != "ORIGINAL":
        return
    seals = {month.seal(issue)["sha256"]: month.seal(issue)["totals"]["amount"] for issue in month.closed}
    register = interface_register(journal.with_columns(status=pl.lit("SENT"), answer=pl.lit(None, pl.String)))
    if seals.get(batch.seal_sha256) != f"{total(register['net']):f}":
        words = f"batch {batch.batch_id} comes to {total(register['net']):f}, the issue it was made of to {seals.get(batch.seal_sha256)}"
        yield Trouble(place, f"{words}; restore the folder from a copy")


def _files(month: Month, book: InterfaceBook) -> Iterator[Trouble]:
    """What still lies in out/ is what was handed out; a file that was moved on is no trouble."""
    out = month.workspace.out(month.period) / "interface"
    newest = {batch.sent_as: batch for batch in book.batches}
    for batch in book.batches:
        is_own = batch.sent_as == "ORIGINAL"
        if is_own and batch is not newest["ORIGINAL"]:
            continue  # a later issue's files lie in its place
        folder = out if is_own else out / batch.batch_id
        for name, sha256 in sorted(batch.files.items()):
            if (folder / name).is_file() and file_hash(folder / name) != sha256:
                yield Trouble(str((folder / name).relative_to(month.workspace.root)), "is not as it was handed out; export it again")
