"""The book of one period: what its journal says that people decided, entered and approved, as frames."""

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from billing.approval_levels import Approval, Subject
from billing.approvals import Standing, standing
from billing.decisions import DECISIONS
from billing.exceptions import WAITING
from billing.frames import EXCEPTIONS, FINDINGS, record_schema
from billing.money import DOLLARS
from billing.people import People
from billing.periods import Period
from billing.policy import Policy
from inputs.overlay import read_row
from pipelines.files import file_hash, text_hash
from pipelines.journal import Actor, Event, Journal
from pipelines.subjects import approvals_of, decision_subject, dispute_subject
from pipelines.workspace import Workspace

ENTERED: Final = "journal.jsonl"  # source_file of adjustments that were entered by command; the line is the event's


@dataclass(frozen=True)
class Book:
    """A period's journal as the run reads it."""

    period: Period
    journal: Journal
    policy: Policy
    people: People

    @classmethod
    def open(cls, workspace: Workspace, period: Period, policy: Policy, users: pl.DataFrame, journal: Journal | None = None) -> "Book":
        """Read a period's journal.

        Args:
            users: the table of users, by which approvals are judged.
            journal: as it stood at some time; none: as it is.

        Raises:
            ReconciliationError: the journal is not as it was written.
        """
        return cls(period, journal or Journal(workspace.ledger / str(period)), policy, People(users))

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Decisions and late disputes that need approval, by their identity."""
        decided = (decision_subject(event, self.period) for event in self.journal.of("decision"))
        disputed = (dispute_subject(event, self.period) for event in self.journal.of("dispute-opened"))
        return {subject.identity: subject for subject in [*decided, *disputed] if subject is not None}

    @cached_property
    def approvals(self) -> dict[str, list[Approval]]:
        """Approvals and returns by identity, oldest first."""
        return approvals_of(self.journal)

    def standing(self, subject: Subject) -> Standing:
        """Where the approval of a subject stands."""
        return standing(subject, self.approvals.get(subject.identity, []), people=self.people, policy=self.policy)

    @cached_property
    def decisions(self) -> pl.DataFrame:
        """DECISIONS, oldest first, each with its state."""
        gone = {event.data["decision_id"] for event in self.journal.of("withdrawn")}
        rows = [self._decision(event, gone) for event in self.journal.of("decision")]
        return pl.DataFrame(rows, schema=DECISIONS)

    def _decision(self, event: Event, gone: set[str]) -> dict[str, Any]:
        data = {name: event.data.get(name) for name in DECISIONS if name not in {"amount", "state", "decided_by", "decided_at"}}
        identity = event.data["decision_id"]
        state = "DONE"
        if identity in gone:
            state = "WITHDRAWN"
        elif identity in self.subjects:
            state = {"APPROVED": "DONE", "RETURNED": "RETURNED"}.get(self.standing(self.subjects[identity]).state, "WAITING")
        amount = event.data.get("amount")
        return {
            **data, "amount": pl.Series([amount], dtype=pl.String).cast(DOLLARS)[0], "state": state, "decided_by": event.user,
            "decided_at": event.at,
        }  # fmt: skip

    @cached_property
    def taken_on(self) -> pl.DataFrame:
        """EXCEPTIONS as they stood when they were decided, one an exception_id: the newest."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.journal.of("decision"):
            if event.data.get("exception"):
                found[event.data["exception_id"]] = event.data["exception"]
        texts = pl.DataFrame(list(found.values()), schema={name: _in_journal(dtype) for name, dtype in EXCEPTIONS.items()})
        return texts.select(pl.col(name).cast(dtype) for name, dtype in EXCEPTIONS.items())

    @cached_property
    def rows(self) -> dict[str, dict[str, str | None]]:
        """decision_id -> the whole row's texts, for unreadable rows that were corrected."""
        return {event.data["decision_id"]: event.data["cells"] for event in self.journal.of("decision") if event.data.get("cells")}

    @cached_property
    def adjustments(self) -> pl.DataFrame:
        """Adjustments entered by command, as records; a later entry under one id takes the place of the earlier."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.journal.of("adjustment", "adjustment-withdrawn"):
            identity = event.data["cells"]["source_record_id"]
            if event.kind == "adjustment":
                found[identity] = read_row("adjustments", event.data["cells"], ENTERED, event.seq)
            else:
                found.pop(identity, None)
        return pl.DataFrame(list(found.values()), schema=record_schema("adjustments"))

    def decisions_key(self, feed: str) -> str:
        """What stands for the decisions that touch one feed's records."""
        mine = self.decisions.filter((pl.col("feed") == feed) & (pl.col("state") == "DONE") & (pl.col("action") != "ACKNOWLEDGE"))
        entered = [repr(row) for row in self.adjustments.rows()] if feed == "adjustments" else []
        return text_hash(*mine["decision_id"].to_list(), *entered)

    def key(self) -> str:
        """What stands for everything that people decided."""
        return text_hash(*[json.dumps(row, default=str, sort_keys=True) for row in self.decisions.to_dicts()])


def _in_journal(dtype: pl.DataType) -> pl.DataType:
    """Dollars are text in a journal; all else is as it is."""
    return pl.String() if isinstance(dtype, pl.Decimal) else dtype


def note_run(journal: Journal, workspace: Workspace, period: Period, run: Any, by: Actor) -> None:
    """Note a run that came to something new; a run that came to the same as the last one leaves the journal as it is."""
    if next(journal.of("opened"), None) is None:
        last = Journal(workspace.ledger / str(period.shift(-1)))
        journal.append("opened", {"period": str(period), "previous_period": str(period.shift(-1)), "previous_head": last.head}, by)
    facts = {"key": run.key, "rates": rates_hash(workspace)}
    ran = [event.data for event in journal.of("run")]
    if not ran or {name: ran[-1][name] for name in facts} != facts:
        seconds = f"{sum(step.seconds for step in run.steps):.1f}"
        done = sum(not step.reused for step in run.steps)
        missing = run.bill.exceptions.filter((pl.col("code") == "F001") & pl.col("status").is_in(WAITING)).height
        rejected = run.rejected.select(pl.all().cast(pl.String)).to_dicts()
        told = {"feeds_missing": missing, "feeds_in": _feeds_in(workspace, period, by.at), "rejected": rejected}
        journal.append("run", {**facts, "seconds": seconds, "done": done, **told}, by)


def _feeds_in(workspace: Workspace, period: Period, now: str) -> str:
    """When the newest of a month's feed files came into its inbox, as far as the disk says, in UTC; no later than now."""
    came = [path.stat().st_mtime_ns // 10**9 for path in (workspace.inbox / str(period)).glob("*") if path.is_file()]
    moment = dt.datetime.fromisoformat(now)
    if not came:
        return now
    return min(moment, dt.datetime.fromtimestamp(max(came), moment.tzinfo)).isoformat()


def rejects_noted(journal: Journal) -> pl.DataFrame:
    """The rejected documents that a month's last run knew of; what was answered or sent since makes no difference.

    Returns: FINDINGS.
    """
    runs = [event.data for event in journal.of("run")]
    texts = pl.DataFrame(runs[-1].get("rejected", []) if runs else [], schema=dict.fromkeys(FINDINGS, pl.String()))
    return texts.select(pl.col(name).cast(dtype) for name, dtype in FINDINGS.items())


def rates_hash(workspace: Workspace) -> str:
    """What stands for the rate tables as they are."""
    found = sorted((workspace.given / "rates").glob("*.csv"))
    return text_hash(*[part for path in found for part in (path.name, file_hash(path))])
