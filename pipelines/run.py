"""Run a period: gate, lay decisions over, price, assemble, record; every step reused by content where nothing changed."""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from billing.carry import bill_late_snapshot, billed_again, is_snapshot, join, leave, origin, still_unread, superseded
from billing.decisions import decided, effective
from billing.errors import BillingError, InputError, Location, PeriodError, RefusalsError
from billing.frames import FINDINGS, OUTCOMES, SUSPENSE, Billed, Earlier, MonthBill, empty, record_schema
from billing.layouts import FEEDS, TABLES
from billing.month import Loaded, assemble, bill_stream
from billing.periods import Period
from billing.reissue import reissue
from inputs.gate import read_feed
from inputs.inbox import FeedFile, Inbox, list_inbox
from inputs.overlay import Overlaid, overlay
from pipelines.book import ENTERED, Book, rejects_noted
from pipelines.book_facts import with_book
from pipelines.files import file_hash, text_hash
from pipelines.interface_rejects import rejected_findings
from pipelines.journal import Journal
from pipelines.loading import load_tables, manifest_hash, table_hash, with_adjustment_facts
from pipelines.past import Past
from pipelines.ran import Progress, Run, StepTime, silent
from pipelines.recorded import LISTED, MONTH, explained_last, load_carried, load_issues
from pipelines.settings import read_settings
from pipelines.stages import Stages, code_hash
from pipelines.stock_past import stock_forward, with_corrected, with_old_lines
from pipelines.workspace import Workspace

_BILLED = tuple(item.name for item in dataclasses.fields(Billed))


def run_month(workspace: Workspace, period: Period, as_of: dt.date, *, write: bool = True, progress: Progress = silent) -> Run:
    """Take a period from its files to a recorded, reconciled bill.

    Nothing is recorded unless every file is whole and every equation holds; the last good run stays current until
    then. With `write` false nothing is written at all.

    Args:
        as_of: the day of issue on the trial invoices.
        progress: called as steps end.

    Raises:
        InputError: a file is refused (nothing is recorded).
        TableError: reference or rates contradict themselves.
        PeriodError: there is no inbox for the period.
        ReconciliationError: rows or cents do not add up.
    """
    return Runner(workspace, period, as_of, write=write, progress=progress).run()


class Runner:
    """One run: keys first, so that unchanged steps are known before anything is read."""

    def __init__(
        self, workspace: Workspace, period: Period, as_of: dt.date, *, write: bool, progress: Progress, journal: Journal | None = None
    ) -> None:
        if not (workspace.inbox / str(period)).is_dir():
            raise PeriodError(f"inbox/{period} does not exist; put the month's feeds there")
        self.workspace, self.period, self.as_of, self.write, self.progress = workspace, period, as_of, write, progress
        self.policy = read_settings(workspace.given)
        self.tables = load_tables(workspace)
        self.carried, self.carried_hash = load_carried(workspace, period)
        self.past = Past(workspace, period, self.policy, billed_again(self.carried))
        self.book = Book.open(workspace, period, self.policy, self.tables["users"], journal)
        self.inbox: Inbox = list_inbox(workspace.inbox / str(period), period, self.policy, self.past.loaded())
        self.tables = with_adjustment_facts(self.tables, self.inbox, self.book)
        self.rejected = rejected_findings(workspace, period) if journal is None else rejects_noted(journal)
        self.stages = Stages(workspace.ledger / str(period), period, afresh=True)
        self.steps: list[StepTime] = []
        self.total = len(self.inbox.files) + len(FEEDS) + 2  # the month, and what it carries on
        self.memory: dict[str, dict[str, pl.DataFrame]] = {}
        self.facts: dict[str, dict[str, object]] = {}
        self.keys: dict[str, str] = {}
        self.worked: dict[str, Overlaid] = {}
        self.before: dict[str, Earlier] = {}

    def run(self) -> Run:
        """Do every step that is not current, and record them where the run writes."""
        tables_hash, policy_hash, code = table_hash(self.workspace), repr(self.policy), code_hash()
        gate_keys = {}
        for file in self.inbox.files:
            manifest = manifest_hash(file)
            gate_keys[file.path.name] = text_hash("gate", file.feed, str(self.period), file.sha256, manifest, policy_hash, code)
        price_keys = {
            feed: text_hash(
                "price", feed, str(self.period), tables_hash, policy_hash, self.past.hash(), code, self.carried_hash,
                self.book.decisions_key(feed), self._approvals_hash(feed),
                *[gate_keys[file.path.name] for file in self.inbox.files if file.feed == feed],
            )
            for feed in FEEDS
        }  # fmt: skip
        missing = [str(row) for row in (*self.inbox.findings.rows(), *self.rejected.rows())]
        month_key = text_hash("month", str(self.as_of), code, self.book.key(), *self._issues(), *price_keys.values(), *missing)
        self._gate_all(gate_keys)
        for feed in FEEDS:
            self._step(f"price:{feed}", price_keys[feed], partial(self._price, feed))
        self._step("month", month_key, self._assemble)
        self._step("carry", month_key, self._carry)
        bill = self._bill()
        if self.write:
            for name, frames in self.memory.items():
                self.stages.store(name, self.keys[name], frames, self.facts[name])
            self.stages.commit(
                {"as_of": self.as_of.isoformat(), "code": code, "policy": policy_hash, "tables": tables_hash,
                 "decisions": self.book.decisions.height}
            )  # fmt: skip
        return Run(
            bill,
            self.policy,
            month_key,
            self.book,
            self.rejected,
            self._stale(),
            self.steps,
            lambda feed: self._frame(f"price:{feed}", "records"),
        )

    def _issues(self) -> list[str]:
        """The seals of the issues that the journal knows: an invoice that changed since is issued anew."""
        return [str(event.data["seal_sha256"]) for event in self.book.journal.of("closed")]

    def _approvals_hash(self, feed: str) -> str:
        return text_hash(*[file_hash(path) for path in self.inbox.approvals]) if feed == "adjustments" else "none"

    def _step(self, name: str, key: str, work: Callable[[], tuple[dict[str, pl.DataFrame], dict[str, object]]]) -> None:
        started = time.perf_counter()
        reused = self.stages.is_current(name, key)
        if reused:
            self.stages.keep(name)
        else:
            frames, facts = work()
            self.memory[name], self.facts[name], self.keys[name] = frames, facts, key
        self.steps.append(StepTime(name, reused, time.perf_counter() - started))
        self.progress(name, len(self.steps), self.total)

    def _gate_all(self, keys: dict[str, str]) -> None:
        """Read every file, and name everything that is wrong with any of them before refusing."""
        faults: list[BillingError] = []
        for file in self.inbox.files:
            try:
                self._step(f"gate:{file.path.name}", keys[file.path.name], partial(self._gate, file))
            except BillingError as fault:
                faults += fault.errors if isinstance(fault, RefusalsError) else [fault]
        if faults:
            raise faults[0] if len(faults) == 1 else RefusalsError(faults)

    def _frame(self, step: str, name: str) -> pl.DataFrame:
        return self.memory[step][name] if step in self.memory else self.stages.frame(step, name)

    def _gate(self, file: FeedFile) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        gated = read_feed(file.path, file.feed, self.period, self.policy)
        if gated.sha256 != file.sha256:
            raise InputError("the file changed while it was being read; run again when it is complete", at=Location(file.path.name))
        frames = {"records": gated.records, "suspense": gated.suspense, "findings": gated.findings}
        return frames, {
            "sha256": gated.sha256,
            "rows": gated.row_count,
            "feed": gated.feed,
        }

    def _received(self, feed: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """A feed's records and unreadable rows as received, this month's and what the month before left."""
        steps = [f"gate:{file.path.name}" for file in self.inbox.files if file.feed == feed]
        entered = [self.book.adjustments] if feed == "adjustments" else []
        records = [empty(record_schema(feed)), *[self._frame(step, "records") for step in steps], *entered, self.carried.of(feed)]
        left = self.carried.suspense.filter(pl.col("feed") == feed)
        return pl.concat(records), pl.concat([empty(SUSPENSE), *[self._frame(step, "suspense") for step in steps], left])

    def _work(self, feed: str) -> Overlaid:
        """A feed's records with people's decisions laid over them."""
        if feed not in self.worked:
            mine = effective(self.book.decisions).filter(pl.col("feed") == feed)
            brought = self.carried.rulings.filter(pl.col("feed") == feed)
            self.worked[feed] = overlay(feed, *self._received(feed), mine, self.book.rows, brought)
        return self.worked[feed]

    def _earlier(self, feed: str) -> Earlier:
        """What was before, as far as a feed's records of this month meet it."""
        if feed not in self.before:
            records = self._work(feed).records.select(list(record_schema(feed)))
            if is_snapshot(feed) and self.carried.of(feed).height:
                records = records.clear()  # what is billed for an older month is held against the snapshot of then
            found = self.past.recall(feed, records)
            if feed == "stock":
                found = with_old_lines(self.past, stock_forward(self.past, records, self.tables, found))
            self.before[feed] = found
        return self.before[feed]

    def _price(self, feed: str) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        worked = self._work(feed)
        billed = join(self._billed(feed, worked.records), Billed(outcomes=worked.rejected))
        fates = billed.outcomes.select("source_file", "source_line", "outcome")
        whole = self._with_fate(feed, worked.records, fates)
        stays = pl.col("outcome").is_in(["BILLED", "HELD"])
        frames = {**{name: getattr(billed, name) for name in _BILLED}, "records": whole.filter(stays)}
        if feed in LISTED:
            frames["out"] = pl.concat([whole.filter(~stays), self._with_fate(feed, worked.out, fates)])
        return frames, {"stale": list(worked.stale)}

    def _with_fate(self, feed: str, records: pl.DataFrame, fates: pl.DataFrame) -> pl.DataFrame:
        """A feed's records with the period and what became of each."""
        known = records.join(fates, on=["source_file", "source_line"], how="inner", validate="1:1", maintain_order="left")
        return known.with_columns(period=pl.lit(str(self.period))).select(*record_schema(feed), "period", "outcome")

    def _billed(self, feed: str, records: pl.DataFrame) -> Billed:
        """Bill a feed: its own records for this month, carried snapshot records for the month they came in."""
        own, old = records.filter(origin().is_null()), records.filter(origin().is_not_null())
        earlier = self._earlier(feed)
        if old.is_empty():
            return bill_stream(feed, records, self.tables, self.period, self.policy, earlier)
        if is_snapshot(feed):
            late = bill_late_snapshot(feed, old, self.tables, self.period, self.policy, earlier, bill_stream)
            return join(bill_stream(feed, own, self.tables, self.period, self.policy, earlier), late)
        stands, dropped = superseded(old, own)
        whole = pl.concat([own, stands])
        return join(bill_stream(feed, whole, self.tables, self.period, self.policy, earlier), dropped)

    def _assemble(self) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        worked = {feed: self._work(feed) for feed in FEEDS}
        gates = [f"gate:{file.path.name}" for file in self.inbox.files]
        loaded = Loaded(
            records={feed: pl.concat([each.records.select(list(record_schema(feed))), each.out]) for feed, each in worked.items()},
            files=self._files(),
            suspense=pl.concat([empty(SUSPENSE), *[each.suspense for each in worked.values()]]),
            findings=pl.concat([empty(FINDINGS), self.inbox.findings, self.rejected, self._gate_findings(gates)]),
        )
        streams = {feed: Billed(**{name: self._frame(f"price:{feed}", name) for name in _BILLED}) for feed in FEEDS}
        bill = assemble(loaded, streams, self.tables, self.period, self.policy, self._earlier("stock"), self.as_of)
        bill = reissue(bill, load_issues(self.workspace, self.book.journal, self.period))
        bill = dataclasses.replace(bill, exceptions=self._worklist(bill, loaded.records))
        whole = {**{name: self.tables[name] for name in TABLES}, **self.tables.frames}
        used = {f"table-{name}": frame for name, frame in whole.items()}
        return {**{name: getattr(bill, name) for name in MONTH}, **used}, {}

    def _files(self) -> pl.DataFrame:
        """How many data rows each file holds: as counted in its bytes, entered by command, or carried."""
        shape = {"feed": pl.String(), "source_file": pl.String(), "rows": pl.Int64()}
        rows = [
            {"feed": file.feed, "source_file": file.path.name, "rows": self._rows(f"gate:{file.path.name}")} for file in self.inbox.files
        ]
        if self.book.adjustments.height:
            rows.append({"feed": "adjustments", "source_file": ENTERED, "rows": self.book.adjustments.height})
        return pl.concat([pl.DataFrame(rows, schema=shape), self.carried.files()])

    def _gate_findings(self, steps: list[str]) -> pl.DataFrame:
        """What the gate found, less what people have settled of unreadable rows; carried rows are still found."""
        found = pl.concat([empty(FINDINGS), *[self._frame(step, "findings") for step in steps]])
        return still_unread(found, pl.concat([empty(SUSPENSE), *[each.suspense for each in self.worked.values()]]))

    def _worklist(self, bill: MonthBill, records: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """The month's exceptions with what people decided of them, and last month's explanations of the same."""
        marked = decided(bill.exceptions, self.book.decisions, self.book.taken_on)
        return explained_last(self.workspace, self.period.shift(-1), marked, records)

    def _carry(self) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        """What this month leaves to the next."""
        fates = pl.concat([empty(OUTCOMES), *[self._frame(f"price:{feed}", "outcomes") for feed in FEEDS]])
        left = pl.concat([empty(SUSPENSE), *[self._work(feed).suspense for feed in FEEDS]])
        carried = leave({feed: self._work(feed).records for feed in FEEDS}, fates, left, self.period)
        return {**carried.records, "suspense": carried.suspense, "rulings": carried.rulings}, {}

    def _stale(self) -> tuple[str, ...]:
        return tuple(sorted(each for feed in FEEDS for each in self._facts(f"price:{feed}")["stale"]))

    def _rows(self, step: str) -> int:
        return int(self._facts(step)["rows"])

    def _facts(self, step: str) -> dict[str, Any]:
        return self.facts.get(step) or self.stages.step(step).facts

    def _bill(self) -> MonthBill:
        frames: dict[str, Any] = {name: self._frame("month", name) for name in MONTH}
        earlier = with_corrected(self.past, self.past.earlier, frames["lines"])
        bill = MonthBill(period=str(self.period), as_of=self.as_of.isoformat(), tables=self.tables, earlier=earlier, **frames)
        return with_book(bill, self.book, self._frame("price:adjustments", "records"))
