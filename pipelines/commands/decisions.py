"""Decisions: correct, hold, release, reject, acknowledge, and take one back."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from billing.errors import UsageError
from billing.exceptions import WAITING
from billing.periods import Period
from pipelines.commands import show
from pipelines.decide import Desk, open_periods, period_of
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.standing import require_open
from pipelines.workspace import Workspace, locked

_WAITS = 3


@contextlib.contextmanager
def writing(home: Workspace, command: str, *, dry_run: bool) -> Iterator[None]:
    """Hold the lock while something is written; a dry run writes nothing and needs none."""
    with contextlib.nullcontext() if dry_run else locked(home, command):
        yield


def correct(
    *, identity: str, changes: tuple[str, ...], row: str | None, reason: str, user: str | None, period: str | None, workspace: Path,
    now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Correct cells of one record; 3 when a second person has to look.

    Raises:
        UsageError: the id names several records, or FIELD=VALUE is not one.
    """
    home = Workspace.open(workspace)
    month = period_of(home, identity, period)
    pairs = [_pair(text) for text in changes] or [(None, None)]
    if pairs == [(None, None)] and row is None:
        raise UsageError("a correction needs a field and its new value; give --set FIELD=VALUE")
    with writing(home, f"correct {identity}", dry_run=dry_run):
        desk = Desk(home, month)
        targets = desk.targets(identity)
        if len(targets) > 1:
            raise UsageError(f"{identity} names {len(targets)} records; give the exception_id of the one that is meant")
        by = actor(user, now, load_tables(home)["users"])
        made: list[dict[str, Any]] = []
        for name, value in pairs:
            data = desk.decide("CORRECT", targets[0], reason, column_name=name, new_value=value, row=row, earlier=made)
            made.append(data)
        made = desk.numbered(made)
        if not dry_run:
            desk.write(made, by)
    return _tell(made, month, dry_run=dry_run, as_json=as_json)


def _pair(text: str) -> tuple[str | None, str | None]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise UsageError(f"'{text}' is not FIELD=VALUE; write it as billing_number=D7580001")
    return name.strip(), value


def decide(
    *, action: str, ids: tuple[str, ...], code: str | None, owner: str | None, reason: str, user: str | None, period: str | None,
    workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Take one decision on each of several exceptions or records, all or none; 3 when a second person has to look."""
    home = Workspace.open(workspace)
    if not ids and code is None:
        raise UsageError(f"name what to {action.lower()}: an ID, or --code with a code")
    month = _month(home, ids, period)
    with writing(home, f"{action.lower()} {month}", dry_run=dry_run):
        desk = Desk(home, month)
        by = actor(user, now, load_tables(home)["users"])
        named = [*ids, *(_of_code(desk, code, action) if code else ())]
        planned = [desk.decide(action, target, reason, owner=owner) for name in dict.fromkeys(named) for target in desk.targets(name)]
        made = desk.numbered(planned)
        if not dry_run:
            desk.write(made, by)
    return _tell(made, month, dry_run=dry_run, as_json=as_json)


def _month(home: Workspace, ids: tuple[str, ...], period: str | None) -> Period:
    if ids or period is not None:
        return period_of(home, ids[0] if ids else "", period)
    found = open_periods(home)
    if not found:
        raise UsageError("no period is open; name one with --period")
    return found[0]


def _of_code(desk: Desk, code: str, action: str) -> list[str]:
    """The exceptions of a code that wait; for a warning first causes and what follows alike."""
    rows = desk.exceptions.filter((pl.col("code") == code) & pl.col("status").is_in(WAITING))
    if rows.is_empty():
        raise UsageError(f"no exception {code} of {desk.period} waits; there is nothing to {action.lower()}")
    return [str(name) for name in rows["exception_id"].to_list()]


def withdraw(
    *, identity: str, reason: str, user: str | None, period: str | None, workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool
) -> int:
    """Take back a decision or an adjustment of an open period."""
    home = Workspace.open(workspace)
    if not reason.strip():
        raise UsageError("taking something back needs a reason; give it with --reason")
    months = [Period.parse(period)] if period else open_periods(home)
    with writing(home, f"withdraw {identity}", dry_run=dry_run):
        for month in months:
            desk = Desk(home, month)
            kind, data = _taken_back(desk, identity)
            if kind:
                by = actor(user, now, load_tables(home)["users"])
                journal = require_open(home, month, "taking something back")
                if not dry_run:
                    journal.append(kind, {**data, "reason": reason.strip()}, by)
                return _say_withdrawn(identity, month, dry_run=dry_run, as_json=as_json)
    raise UsageError(f"no open period has a decision or an entered adjustment {identity}")


def _taken_back(desk: Desk, identity: str) -> tuple[str, dict[str, Any]]:
    """The event that takes an id back; no kind when the period does not know it."""
    decided = desk.book.decisions.filter((pl.col("decision_id") == identity) & (pl.col("state") != "WITHDRAWN"))
    if decided.height:
        return "withdrawn", {"decision_id": identity}
    if identity in desk.book.adjustments["source_record_id"].to_list():
        return "adjustment-withdrawn", {"cells": {"source_record_id": identity}}
    return "", {}


def _say_withdrawn(identity: str, month: Period, *, dry_run: bool, as_json: bool) -> int:
    if as_json:
        show.data({"withdrawn": identity, "period": str(month), "written": not dry_run})
    else:
        show.say(f"{identity} {'would be' if dry_run else 'is'} withdrawn; next: cotbill run {month}")
    return 0


def _tell(made: list[dict[str, Any]], month: Period, *, dry_run: bool, as_json: bool) -> int:
    """Say what was decided, and what it still needs."""
    waits = [data["decision_id"] for data in made if data["needs"]]
    if as_json:
        show.data([{**{name: value for name, value in data.items() if name != "exception"}, "written": not dry_run} for data in made])
        return _WAITS if waits else 0
    rows = [
        (data["decision_id"], data["action"], data["code"] or "", data["amount"] or "–",
         data["source_record_id"] or data["exception_id"] or "")
        for data in made
    ]  # fmt: skip
    show.table(("decision", "action", "code", "dollars", "about"), rows, right=(3,))
    if dry_run:
        show.say("nothing was written")
    elif waits:
        show.say(f"{len(waits)} need a second person: cotbill approve {waits[0]} --user NAME")
    else:
        show.say(f"next: cotbill run {month}")
    return _WAITS if waits else 0
