"""What a month needs of earlier ones: the months it looks back on whole, of older ones what its own records meet again."""

import dataclasses
from functools import cached_property
from typing import Final

import polars as pl

from billing.frames import Earlier
from billing.layouts import FEEDS
from billing.old_records import KNOWN_BY, known_by, months_met
from billing.periods import Period
from billing.policy import Policy
from pipelines.files import text_hash
from pipelines.history import Known, known_months
from pipelines.workspace import Workspace

_INVOICED: Final = 13  # months that an invoice pictures
LOADED: Final = "loaded"
STOCK: Final = ("stock_moves", "stock_lines", "stock_splits")


class Past:
    """The months before a period."""

    def __init__(self, workspace: Workspace, period: Period, policy: Policy, carried_from: Period | None = None) -> None:
        """Find the months; nothing of them is read yet.

        Args:
            policy: how far a bill looks back.
            carried_from: the oldest month that is billed again, beside what its snapshot held then; none: no such month.

        Raises:
            ReconciliationError: a month's record is not as it was written.
        """
        self.workspace = workspace
        found = known_months(workspace, period)
        self.months, self.history = found.months, found.history
        # a month is settled in advance by the one before it, so a bill meets charges one month beyond its look-back
        reach = max(policy.look_back_periods + 1, policy.outlier_months, _INVOICED)
        self.since = min(period, carried_from or period).shift(-reach)
        self.window = [each for each in self.months if each.period >= self.since]
        self.older = [each for each in self.months if each.period < self.since]

    def hash(self) -> str:
        """What stands for everything that was before."""
        return text_hash(*[f"{each.period}={each.key}" for each in self.months]) if self.months else "none"

    @cached_property
    def earlier(self) -> Earlier:
        """The months within the window, whole."""
        if not self.months:
            return Earlier()
        records = {feed: found for feed in FEEDS if (found := self.records(feed, self.window)) is not None}
        months = {
            name: pl.concat([each.stages.frame("month", name) for each in self.window]) for name in ("lines", "splits") if self.window
        }
        first = str(self.months[0].period)
        if not months:
            return Earlier(first=first)
        return Earlier(records=records, charges=months["lines"], splits=months["splits"], first=first)

    def records(self, feed: str, months: list[Known]) -> pl.LazyFrame | None:
        """A feed's records of some months; none where no month has any."""
        step = f"price:{feed}"
        scans = [each.stages.scan(step, "records") for each in months if step in each.stages.old]
        return pl.concat(scans) if scans else None

    def recall(self, feed: str, records: pl.DataFrame) -> Earlier:
        """What was before, with the older months that a feed's records meet again.

        Args:
            records: the month's records; none, to meet whatever can be met.
        """
        old = self.kept(feed) if feed in KNOWN_BY else None
        if old is None:
            return self.earlier
        recent = self.earlier.of(feed)
        names = set(months_met(feed, records, old, recent.filter(pl.col("outcome") == "BILLED"), self.since))
        met = self.records(feed, [each for each in self.older if str(each.period) in names])
        if met is None:
            return self.earlier
        return dataclasses.replace(self.earlier, records={**self.earlier.records, feed: pl.concat([met, recent])})

    def kept(self, feed: str) -> pl.LazyFrame | None:
        """What the records of all older months are known by; none where there is no such month."""
        scans, left = self.of_chunks(feed, self.older)
        steps = [(each, f"price:{feed}") for each in left]
        scans += [known_by(feed, each.stages.scan(step, "records"), each.period) for each, step in steps if step in each.stages.old]
        return pl.concat(scans) if scans else None

    def of_chunks(self, name: str, months: list[Known]) -> tuple[list[pl.LazyFrame], list[Known]]:
        """A frame of the years that some months are in, cut to them; and the months whose years do not have it."""
        scans: list[pl.LazyFrame] = []
        left = list(months)
        for chunk in self.history.chunks if self.history else ():
            mine = [str(each.period) for each in left if each.period in chunk.periods]
            scan = self.history.scan(chunk, name) if mine and self.history else None
            if scan is not None:
                scans.append(scan.filter(pl.col("period").is_in(mine)))
                left = [each for each in left if str(each.period) not in mine]
        return scans, left

    def loaded(self) -> dict[str, str]:
        """Hashes of the files of all earlier months, each with its month and name, so that no file is billed twice."""
        scans, left = self.of_chunks(LOADED, list(self.months))
        found = {sha256: where for scan in scans for sha256, where in scan.select("sha256", "name").collect().rows()}
        return found | dict(pair for each in left for pair in files_of(each))


def files_of(month: Known) -> list[tuple[str, str]]:
    """SHA-256 and `period/name` of the files that a month was billed from."""
    gates = [(name.removeprefix("gate:"), step) for name, step in month.stages.old.items() if name.startswith("gate:")]
    return [(str(step.facts["sha256"]), f"{month.period}/{name}") for name, step in gates]
