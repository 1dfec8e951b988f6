"""Take a person's decision on an exception or a record: find what it is about, check it, write it in the journal."""

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.decisions import decided, record_content, row_content
from billing.errors import UsageError
from billing.frames import EXCEPTIONS, empty, table_schema
from billing.layouts import FEEDS
from billing.periods import Period
from billing.rulings import RELEASABLE
from inputs.overlay import correct_cell, read_row
from inputs.text_file import read_bytes, text_body
from pipelines.book import ENTERED, Book
from pipelines.journal import Actor, Event
from pipelines.recorded import load_carried, stages_of
from pipelines.settings import read_settings
from pipelines.stages import Stages
from pipelines.standing import require_open, standing
from pipelines.subjects import needs_approval
from pipelines.workspace import Workspace

_EXCEPTION: Final = re.compile("X[0-9a-f]{8,20}")
_CALL_FEED: Final = "long_distance"
_SECRET: Final = ("from_number", "to_number")  # no word of the journal says who called whom


@dataclass(frozen=True)
class Target:
    """What a decision is about: an exception, its record or unreadable row, or a record that nothing is wrong with."""

    exception: dict[str, Any] | None
    feed: str | None
    record: dict[str, Any] | None  # as received
    raw_text: str | None  # of an unreadable row
    amount: Decimal | None

    @property
    def content(self) -> str | None:
        """The name by content; none for a finding on no record."""
        if self.raw_text is not None:
            return row_content(self.raw_text)
        return record_content(self.record, self.feed) if self.record is not None and self.feed is not None else None

    @property
    def code(self) -> str | None:
        """The finding's code."""
        return None if self.exception is None else str(self.exception["code"])

    @property
    def severity(self) -> str | None:
        """The finding's severity."""
        return None if self.exception is None else str(self.exception["severity"])


class Desk:
    """An open period whose exceptions are worked; the caller holds the workspace's lock where it writes."""

    def __init__(self, workspace: Workspace, period: Period) -> None:
        """Open the last run of a period.

        Raises:
            PeriodError: the period is closed, or was never run.
        """
        require_open(workspace, period, "a decision")
        self.workspace, self.period = workspace, period
        self.stages: Stages = stages_of(workspace, period)
        if "month" not in self.stages.old:
            raise UsageError(f"{period} was not run yet; run it with `cotbill run {period}`")
        self.policy = read_settings(workspace.root)
        has_users = "table-users" in self.stages.step("month").files  # the table may be absent
        self.users = self.stages.frame("month", "table-users") if has_users else empty(table_schema("users"))
        self.book = Book.open(workspace, period, self.policy, self.users)
        found = self.stages.frame("month", "exceptions")
        self.exceptions = decided(found, self.book.decisions, self.book.taken_on)

    def targets(self, identity: str) -> list[Target]:
        """What an id names: an exception (whole id or its first nine characters), or records of a source_record_id.

        Raises:
            UsageError: nothing, or more than one exception.
        """
        if _EXCEPTION.fullmatch(identity):
            rows = self.exceptions.filter(pl.col("exception_id").str.starts_with(identity)).to_dicts()
            if len(rows) > 1:
                raise UsageError(f"{identity} names {len(rows)} exceptions; give more of the id")
            if rows:
                return [self._of(rows[0])]
        records = [target for feed in FEEDS for target in self._records(feed, pl.col("source_record_id") == identity)]
        if not records:
            raise UsageError(f"nothing in {self.period} has the id {identity}; `cotbill exceptions {self.period}` lists exceptions")
        return records

    def _of(self, row: dict[str, Any]) -> Target:
        """An exception with its record."""
        if row["source_line"] is None or row["feed"] is None or (row["code"] == "F005"):
            return Target(row, row["feed"], None, None, row["amount"])
        if row["code"] == "F006":
            raw = self._raw(row)
            return Target(row, row["feed"], None, raw, row["amount"])
        place = (pl.col("source_file") == row["source_file"]) & (pl.col("source_line") == row["source_line"])
        found = self._records(row["feed"], place)
        record = found[0].record if found else None
        return Target(row, row["feed"], record, None, row["amount"])

    def _records(self, feed: str, which: pl.Expr) -> list[Target]:
        """Records as received: before anybody's corrections."""
        steps = [name for name, step in self.stages.old.items() if name.startswith("gate:") and step.facts.get("feed") == feed]
        frames = [self.stages.scan(step, "records") for step in steps]
        frames.append(load_carried(self.workspace, self.period)[0].of(feed).lazy())
        if feed == "adjustments":
            frames.append(self.book.adjustments.lazy())
        rows = pl.concat([frame.filter(which) for frame in frames]).collect().to_dicts()
        return [Target(None, feed, row, None, row.get("amount") if feed == "adjustments" else None) for row in rows]

    def _raw(self, row: dict[str, Any]) -> str | None:
        rows = self.stages.frame("month", "suspense").filter(
            (pl.col("source_file") == row["source_file"]) & (pl.col("source_line") == row["source_line"])
        )
        return None if rows.is_empty() else str(rows["raw_text"][0])

    def decide(self, action: str, target: Target, reason: str, **more: Any) -> dict[str, Any]:
        """Make the journal's words for a decision, checked; nothing is written.

        Args:
            action: one of billing.decisions.ACTIONS.
            more: column_name and new_value, or row (a whole unreadable row as it should be); owner; earlier: corrections
                of the same record that are made with this one.

        Raises:
            UsageError: the action does not fit the target, or its reason is missing.
            InputError: the new value is not as its column demands.
        """
        if not reason.strip():
            raise UsageError("a decision needs a reason; give it with --reason")
        self._refuse(action, target)
        exception = target.exception
        data: dict[str, Any] = {
            "decision_id": f"D-{self.period}-{sum(1 for _ in self.book.journal.of('decision')) + 1:04d}",
            "action": action, "exception_id": exception["exception_id"] if exception else None, "feed": target.feed,
            "source_record_id": target.record["source_record_id"] if target.record else (exception or {}).get("source_record_id"),
            "content": target.content, "code": target.code, "reason": reason.strip(), "owner": more.get("owner"),
            "amount": None if target.amount is None else f"{target.amount:f}",
            "needs": needs_approval(action, target.code, target.severity),
            "agency_code": (exception or {}).get("agency_code") or (target.record or {}).get("agency_code"),
        }  # fmt: skip
        if exception is not None:
            data["exception"] = {name: _plain(exception[name]) for name in EXCEPTIONS}
        if action == "CORRECT":
            data |= self._correction(target, more)
        return data

    def write(self, made: list[dict[str, Any]], by: Actor) -> list[Event]:
        """Put checked decisions in the journal, all or none."""
        return self.book.journal.append_all([("decision", data) for data in made], by)

    def numbered(self, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Decisions of one act with their numbers in a row."""
        first = sum(1 for _ in self.book.journal.of("decision")) + 1
        return [{**data, "decision_id": f"D-{self.period}-{first + n:04d}"} for n, data in enumerate(made)]

    def _refuse(self, action: str, target: Target) -> None:
        about = target.code or "this record"
        if action in {"CORRECT", "HOLD", "REJECT"} and target.content is None:
            raise UsageError(f"{about} is on no record, so there is nothing to {action.lower()}; acknowledge it")
        if action == "RELEASE" and target.code not in RELEASABLE:
            can = ", ".join(sorted(RELEASABLE))
            raise UsageError(f"{about} can't be released, only {can} can: what is missing has to be corrected, or the record rejected")
        if action == "ACKNOWLEDGE" and target.exception is None:
            raise UsageError("only an exception can be acknowledged; give its id")
        if target.exception is not None and target.exception["status"] == "NOTED" and action == "ACKNOWLEDGE":
            raise UsageError(f"{about} is for information and waits for nobody")

    def _correction(self, target: Target, more: dict[str, Any]) -> dict[str, Any]:
        name, value = more.get("column_name"), more.get("new_value")
        if target.raw_text is not None and target.feed is not None and target.exception is not None:
            cells = self._cells(target, more)
            read_row(target.feed, cells, target.exception["source_file"], target.exception["source_line"])
            shown = {key: text for key, text in cells.items() if text}
            return {"column_name": name, "new_value": value, "old_value": target.exception["raw_value"], "cells": shown}
        if target.record is None or target.feed is None or name is None:
            raise UsageError("a correction needs a field and its new value; give --set FIELD=VALUE")
        if target.exception is not None and target.exception["source_file"] == ENTERED:
            raise UsageError("an adjustment entered by command is corrected by entering it again; `cotbill adjust --id ...`")
        record = self._as_corrected(target)
        for data in more.get("earlier") or []:
            record = correct_cell(target.feed, record, data["column_name"], data["new_value"])
        correct_cell(target.feed, record, name, value or None)
        old = target.record.get(name)
        hidden = target.feed == _CALL_FEED and name in _SECRET
        return {"column_name": name, "new_value": value or None, "old_value": None if old is None or hidden else _plain(old)}

    def _as_corrected(self, target: Target) -> dict[str, Any]:
        """The record with the corrections it has so far."""
        record = dict(target.record or {})
        mine = self.book.decisions.filter(
            (pl.col("action") == "CORRECT") & (pl.col("content") == target.content) & (pl.col("feed") == target.feed)
        )
        for row in mine.to_dicts():
            record = correct_cell(row["feed"], record, row["column_name"], row["new_value"])
        return record

    def _cells(self, target: Target, more: dict[str, Any]) -> dict[str, str | None]:
        """The cells of an unreadable row as it should read: the given row whole, or the row as received with one cell changed."""
        header = self._header(str((target.exception or {})["source_file"]), str(target.feed))
        text = more.get("row") or target.raw_text or ""
        try:
            parts = next(csv.reader([text], strict=True), [])
        except csv.Error:
            parts = []
        if len(parts) != len(header):
            raise UsageError(f"the row has {len(parts)} cells, its file {len(header)}; give the whole row as it should be with --row")
        cells: dict[str, str | None] = dict(zip(header, parts, strict=True))
        if more.get("column_name"):
            cells[more["column_name"]] = more.get("new_value")
        return cells

    def _header(self, source_file: str, feed: str) -> list[str]:
        """The column names of a feed file, under the layout's names."""
        where, _, name = source_file.rpartition("/")
        period = where or str(self.period)
        path = self.workspace.inbox / period / name
        if not name.endswith(".csv") or not path.is_file():
            raise UsageError(f"{source_file} is not there as CSV; correct the row in its file and run again, or reject it")
        first = text_body(read_bytes(path), name).split(b"\n", 1)[0].decode("utf-8").removesuffix("\r")
        id_column = FEEDS[feed].id_column
        names = next(csv.reader([first]))
        return ["source_record_id" if text == id_column and "source_record_id" not in names else text for text in names]


def _plain(value: object) -> Any:
    """A value as JSON holds it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def open_periods(workspace: Workspace) -> list[Period]:
    """Periods that were run and are not closed, newest first."""
    return [period for period in reversed(workspace.periods_with_ledger()) if not standing(workspace, period).is_posted]


def period_of(workspace: Workspace, identity: str, given: str | None) -> Period:
    """The period an id is worked in: the one given, else the newest open one that knows it.

    Raises:
        UsageError: no open period knows the id.
    """
    if given is not None:
        return Period.parse(given)
    found = open_periods(workspace)
    for period in found:
        try:
            Desk(workspace, period).targets(identity)
        except UsageError:
            continue
        return period
    raise UsageError(f"no open period has the id {identity}; `cotbill exceptions PERIOD` lists exceptions")
