"""An open month's worklist: exceptions with their ages, owners and suggestions, out to a workbook and back."""

from pathlib import Path

import polars as pl

from billing.carry import first_period
from billing.exceptions import WAITING
from billing.periods import Period
from billing.suggestions import suggest
from billing.worklist import CARRIED, make_worklist, worklist_hash
from billing.worklist_cells import WorklistFacts
from inputs.worklist_book import WorklistReturn, read_worklist
from pipelines.decide import Desk
from pipelines.journal import Journal
from pipelines.recorded import load_bill, load_records
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
        return make_worklist(self.desk.exceptions, self.suggestions, self._carried(), self.desk.period, show_all=show_all)

    def export(self) -> bytes:
        """The workbook of what waits."""
        return write_worklist(self.frame(), self.facts)

    def take_back(self, path: Path) -> WorklistReturn:
        """Read a worked workbook.

        Raises:
            InputError, RefusalsError: it is refused, a line for each cell.
        """
        return read_worklist(path, masked_worklist(self.frame(show_all=True)), self.facts)

    def _carried(self) -> pl.DataFrame:
        """Since when each exception waits, and who works it by the newest decision on its record that names somebody."""
        month = str(self.desk.period)
        named = self.desk.exceptions.select("exception_id", "feed", "source_record_id", "source_file").rows()
        owners = self._owners({first_period(file, month) for *_, file in named})
        rows = [
            {
                "exception_id": identity,
                "first_period": first_period(file, month),
                "owner": owners.get((feed, record) if record else identity),
            }
            for identity, feed, record, file in named
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=CARRIED)

    def _owners(self, months: set[str]) -> dict[object, str]:
        """Who works what, by record and by exception, from the months that it came through."""
        oldest = Period.parse(min(months | {str(self.desk.period)}))
        found: dict[object, str] = {}
        for step in range(self.desk.period.months_since(oldest) + 1):
            for event in Journal(self.desk.workspace.ledger / str(oldest.shift(step))).of("decision"):
                if event.data.get("owner"):
                    found[event.data["feed"], event.data["source_record_id"]] = event.data["owner"]
                    found[event.data["exception_id"]] = event.data["owner"]
        return found
