"""Run a period: gate, price, assemble, record, publish; every step reused by content where nothing changed."""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from billing.errors import BillingError, InputError, Location, PeriodError, RefusalsError
from billing.frames import FINDINGS, SUSPENSE, Billed, Earlier, MonthBill, Tables, empty, record_schema
from billing.layouts import FEEDS, TABLES
from billing.month import Loaded, assemble, bill_stream
from billing.periods import Period
from billing.policy import Policy
from inputs.gate import read_feed
from inputs.inbox import FeedFile, Inbox, list_inbox
from inputs.tables import read_tables
from pipelines.files import file_hash, text_hash
from pipelines.settings import read_settings
from pipelines.stages import Stages, code_hash
from pipelines.workspace import Workspace
from rates.number_plan import builtin

_BILLED = tuple(item.name for item in dataclasses.fields(Billed))
_MONTH = ("lines", "bridge", "splits", "calls", "exceptions", "invoices", "controls", "suspense")
Progress = Callable[[str, int, int], None]  # step, done, total


def silent(_step: str, _done: int, _total: int) -> None:
    """Report no progress."""


@dataclass
class StepTime:
    """One step of a run: what it was, whether it was reused, and how long it took."""

    step: str
    reused: bool
    seconds: float


@dataclass
class Run:
    """A finished run of a period."""

    bill: MonthBill
    policy: Policy
    key: str
    steps: list[StepTime] = field(default_factory=list)


def table_hash(workspace: Workspace) -> str:
    """Hash of every reference and rate file, and of which there are."""
    parts = []
    for table in TABLES.values():
        path = workspace.root / table.folder / f"{table.name}.csv"
        parts += [table.name, file_hash(path) if path.is_file() else "absent"]
    return text_hash(*parts)


def _manifest_hash(file: FeedFile) -> str:
    """Hash of a feed's manifest; one that cannot be read has none, and the gate says so."""
    try:
        return file_hash(file.manifest) if file.manifest else "none"
    except OSError:
        return "none"


def load_tables(workspace: Workspace) -> Tables:
    """Read and check reference and rates; the built-in number plan stands in for an absent one."""
    tables = read_tables(workspace.root)
    if tables["number_plan"].is_empty():
        return Tables({**tables.frames, "number_plan": builtin()})
    return tables


def load_earlier(workspace: Workspace, period: Period) -> tuple[Earlier, str]:
    """What earlier periods came to as last run, and the hash that stands for all of it."""
    found = [Stages(workspace.ledger, p) for p in workspace.periods_with_ledger() if p < period]
    if not found:
        return Earlier(), "none"
    records = {}
    for feed in FEEDS:
        scans = [stage.scan(f"price:{feed}", "records") for stage in found if f"price:{feed}" in stage.old]
        if scans:
            records[feed] = pl.concat(scans)
    months = {name: pl.concat([stage.frame("month", name) for stage in found]) for name in ("lines", "splits", "bridge")}
    earlier = Earlier(records=records, charges=months["lines"], splits=months["splits"], bridge=months["bridge"])
    return earlier, text_hash(*[f"{stage.period}={stage.old['month'].key}" for stage in found])


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
    return _Runner(workspace, period, as_of, write, progress).run()


class _Runner:
    """One run: keys first, so that unchanged steps are known before anything is read."""

    def __init__(self, workspace: Workspace, period: Period, as_of: dt.date, write: bool, progress: Progress) -> None:  # noqa: FBT001
        if not (workspace.inbox / str(period)).is_dir():
            raise PeriodError(f"inbox/{period} does not exist; put the month's feeds there")
        self.workspace, self.period, self.as_of, self.write, self.progress = workspace, period, as_of, write, progress
        self.policy = read_settings(workspace.root)
        self.tables = load_tables(workspace)
        self.earlier, self.earlier_hash = load_earlier(workspace, period)
        self.inbox: Inbox = list_inbox(workspace.inbox / str(period), period, self.policy, self._loaded_before())
        self.stages = Stages(workspace.ledger, period, afresh=True)
        self.steps: list[StepTime] = []
        self.total = len(self.inbox.files) + len(FEEDS) + 1
        self.memory: dict[str, dict[str, pl.DataFrame]] = {}
        self.facts: dict[str, dict[str, object]] = {}
        self.keys: dict[str, str] = {}

    def _loaded_before(self) -> dict[str, str]:
        """Hashes of the files of earlier periods, so that one file is not billed twice."""
        found = {}
        for period in self.workspace.periods_with_ledger():
            if period < self.period:
                for name, step in Stages(self.workspace.ledger, period).old.items():
                    if name.startswith("gate:"):
                        found[str(step.facts["sha256"])] = f"{period}/{name.removeprefix('gate:')}"
        return found

    def run(self) -> Run:
        tables_hash, policy_hash, code = table_hash(self.workspace), repr(self.policy), code_hash()
        gate_keys = {}
        for file in self.inbox.files:
            manifest = _manifest_hash(file)
            gate_keys[file.path.name] = text_hash("gate", file.feed, str(self.period), file.sha256, manifest, policy_hash, code)
        price_keys = {
            feed: text_hash(
                "price", feed, str(self.period), tables_hash, policy_hash, self.earlier_hash, code,
                *[gate_keys[file.path.name] for file in self.inbox.files if file.feed == feed],
            )
            for feed in FEEDS
        }  # fmt: skip
        missing = [str(row) for row in self.inbox.findings.rows()]
        month_key = text_hash("month", str(self.as_of), code, *price_keys.values(), *missing)
        self._gate_all(gate_keys)
        for feed in FEEDS:
            self._step(f"price:{feed}", price_keys[feed], partial(self._price, feed))
        self._step("month", month_key, self._assemble)
        bill = self._bill()
        if self.write:
            for name, frames in self.memory.items():
                self.stages.store(name, self.keys[name], frames, self.facts[name])
            self.stages.commit({"as_of": self.as_of.isoformat(), "code": code, "policy": policy_hash, "tables": tables_hash})
        return Run(bill, self.policy, month_key, self.steps)

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
        return frames, {"sha256": gated.sha256, "rows": gated.row_count, "feed": gated.feed}

    def _records(self, feed: str) -> pl.DataFrame:
        steps = [f"gate:{file.path.name}" for file in self.inbox.files if file.feed == feed]
        return pl.concat([empty(record_schema(feed)), *[self._frame(step, "records") for step in steps]])

    def _price(self, feed: str) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        records = self._records(feed)
        billed = bill_stream(feed, records, self.tables, self.period, self.policy, self.earlier)
        fate = billed.outcomes.filter(pl.col("outcome") != "DROPPED").select("source_file", "source_line", "outcome")
        kept = records.join(fate, on=["source_file", "source_line"], how="inner", validate="1:1", maintain_order="left")
        kept = kept.with_columns(period=pl.lit(str(self.period))).select(*record_schema(feed), "period", "outcome")
        return {**{name: getattr(billed, name) for name in _BILLED}, "records": kept}, {}

    def _assemble(self) -> tuple[dict[str, pl.DataFrame], dict[str, object]]:
        gates = [(file, f"gate:{file.path.name}") for file in self.inbox.files]
        rows = [{"feed": file.feed, "source_file": file.path.name, "rows": self._rows(step)} for file, step in gates]
        loaded = Loaded(
            records={feed: self._records(feed) for feed in FEEDS},
            files=pl.DataFrame(rows, schema={"feed": pl.String(), "source_file": pl.String(), "rows": pl.Int64()}),
            suspense=pl.concat([empty(SUSPENSE), *[self._frame(step, "suspense") for _, step in gates]]),
            findings=pl.concat([empty(FINDINGS), self.inbox.findings, *[self._frame(step, "findings") for _, step in gates]]),
        )
        streams = {feed: Billed(**{name: self._frame(f"price:{feed}", name) for name in _BILLED}) for feed in FEEDS}
        bill = assemble(loaded, streams, self.tables, self.period, self.policy, self.earlier, self.as_of)
        used = {f"table-{name}": self.tables[name] for name in TABLES}
        return {**{name: getattr(bill, name) for name in _MONTH}, **used}, {}

    def _rows(self, step: str) -> int:
        facts = self.facts[step] if step in self.facts else self.stages.step(step).facts
        return int(str(facts["rows"]))

    def _bill(self) -> MonthBill:
        frames = {name: self._frame("month", name) for name in _MONTH}
        return MonthBill(period=str(self.period), as_of=self.as_of.isoformat(), tables=self.tables, earlier=self.earlier, **frames)


def load_bill(workspace: Workspace, period: Period) -> MonthBill:
    """Read a period's bill as last run.

    Raises:
        PeriodError: the period was never run.
    """
    if period not in workspace.periods_with_ledger():
        raise PeriodError(f"{period} was not run yet; run it with `cotbill run {period}`")
    stages = Stages(workspace.ledger, period)
    earlier, _ = load_earlier(workspace, period)
    frames = {name: stages.frame("month", name) for name in _MONTH}
    as_of = read_as_of(stages)
    tables = Tables({name: stages.frame("month", f"table-{name}") for name in TABLES})
    return MonthBill(period=str(period), as_of=as_of, tables=tables, earlier=earlier, **frames)


def read_as_of(stages: Stages) -> str:
    """The day of issue of the last run."""
    import json

    return str(json.loads(stages.manifest_path.read_text(encoding="utf-8"))["as_of"])


def load_records(workspace: Workspace, period: Period, feed: str) -> pl.DataFrame:
    """Read a feed's records with their outcomes as last run."""
    return Stages(workspace.ledger, period).frame(f"price:{feed}", "records")


def stage_paths(workspace: Workspace, period: Period) -> list[Path]:
    """The current stage files of a period."""
    stages = Stages(workspace.ledger, period)
    return [stages.folder / entry["file"] for step in stages.old.values() for entry in step.files.values()]
