"""What a run came to: the month's bill, its steps, its book, and what of it waits for a second person."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from billing.frames import FINDINGS, MonthBill, empty, record_schema
from billing.periods import Period
from billing.policy import Policy
from pipelines.book import Book
from pipelines.waiting import Queued, queue

Progress = Callable[[str, int, int], None]  # step, done, total


def silent(_step: str, _done: int, _total: int) -> None:
    """Report no progress."""


@dataclass
class StepTime:
    """One step of a run: what it was, whether it was reused, and how long it took."""

    step: str
    reused: bool
    seconds: float


def empty_records(feed: str) -> pl.DataFrame:
    """No records of a feed."""
    return empty({**record_schema(feed), "outcome": pl.String()})


@dataclass
class Run:
    """A finished run of a period."""

    bill: MonthBill
    policy: Policy
    key: str
    book: Book
    rejected: pl.DataFrame = field(default_factory=lambda: empty(FINDINGS))  # documents of earlier months, by the accounting system
    stale: tuple[str, ...] = ()  # decisions whose record is not there any more
    steps: list[StepTime] = field(default_factory=list)
    records: Callable[[str], pl.DataFrame] = empty_records  # feed -> its records with their outcomes

    @property
    def adjustments(self) -> pl.DataFrame:
        """The adjustments that are billed."""
        return self.records("adjustments").filter(pl.col("outcome") == "BILLED").select(list(record_schema("adjustments")))

    def queue(self) -> list[Queued]:
        """What of the month needs a second person, and where it stands."""
        bill = self.bill
        return queue(self.book, self.adjustments, bill.tables, bill.earlier, Period.parse(bill.period))
