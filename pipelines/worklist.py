"""An open month's worklist: exceptions with their ages, owners and suggestions, out to a workbook and back."""

from pathlib import Path

import polars as pl

from billing.exceptions import WAITING
from billing.suggestions import suggest
from billing.worklist import make_worklist, worklist_hash
from billing.worklist_cells import WorklistFacts
from inputs.worklist_book import WorklistReturn, read_worklist
from pipelines.decide import Desk
from pipelines.recorded import load_bill, load_records
from pipelines.waiting_since import waiting_since
from reports.worklist_book import masked_worklist, write_worklist


class Worklist:
    """The worklist of a desk."""

    def __init__(self, desk: Desk) -> None:
        """Load what suggestions are made of."""
        self.desk = desk
        bill = load_bill(desk.workspace, desk.period)
        feeds = desk.exceptions.filter(pl.col("status").is_in(WAITING))["feed"].drop_nulls().unique().to_list()
        loaded = {feed: load_records(desk.workspace, desk.period, feed).drop("period", "outcome") for feed in sorted(feeds)}
        self.suggestions = suggest(desk.exceptions, loaded, bill.tables, bill.earlier, desk.period)
        self.facts = WorklistFacts(str(desk.period), desk.book.journal.head, worklist_hash(desk.exceptions))

    def frame(self, *, show_all: bool = False) -> pl.DataFrame:
        """WORKLIST of what waits, or of everything."""
        carried = waiting_since(self.desk.workspace, self.desk.period, self.desk.exceptions)
        return make_worklist(self.desk.exceptions, self.suggestions, carried, self.desk.period, show_all=show_all)

    def export(self) -> bytes:
        """The workbook of what waits."""
        return write_worklist(self.frame(), self.facts)

    def take_back(self, path: Path) -> WorklistReturn:
        """Read a worked workbook.

        Raises:
            InputError, RefusalsError: it is refused, a line for each cell.
        """
        return read_worklist(path, masked_worklist(self.frame(show_all=True)), self.facts)
