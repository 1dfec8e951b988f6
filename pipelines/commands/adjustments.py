"""Adjustments: enter one, or have them proposed from inventory and history; both wait for a second person."""

import datetime as dt
import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.errors import UsageError
from billing.frames import LINES
from billing.layouts import FEEDS
from billing.money import total
from billing.periods import Period
from inputs.overlay import read_row
from pipelines.book import ENTERED
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.journal import Actor, Journal
from pipelines.loading import load_tables
from pipelines.past import Past
from pipelines.people import actor
from pipelines.settings import read_settings
from pipelines.settling import proposed
from pipelines.standing import require_open
from pipelines.workspace import Workspace

_LINE: Final = re.compile(r"(COT-\d{4}-\d{2}-.+-\d{2})[/:](\d+)")
_WAITS: Final = 3
_EVIDENCE: Final = ("feed", "item", "month", "should_amount", "billed_amount", "credited_amount", "charge_ids", "evidence")


def adjust(
    *, period: str, line: str | None, identity: str | None, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool,
    as_json: bool, **words: Any,
) -> int:  # fmt: skip
    """Enter an adjustment, or both halves of a pair; the same rules judge it as one that came with the feed.

    Raises:
        UsageError: the line is unknown, or a pair lacks its other half.
        InputError: a value is not as its column demands.
    """
    month, home = Period.parse(period), Workspace.open(workspace)
    with writing(home, f"adjust {month}", dry_run=dry_run):
        journal = require_open(home, month, "an adjustment")
        by = actor(user, now, load_tables(home)["users"])
        original = _original(home, month, line)
        rows = _rows(words, original, identity or _next_id(journal, month), by)
        for cells in rows:
            read_row("adjustments", cells, ENTERED, len(journal.events) + 1)
        if not dry_run:
            journal.append_all([("adjustment", {"cells": cells}) for cells in rows], by)
    _tell(rows, month, dry_run=dry_run, as_json=as_json)
    return _WAITS


def _next_id(journal: Journal, month: Period) -> str:
    entered = {event.data["cells"]["source_record_id"] for event in journal.of("adjustment")}
    return f"ADJ-{month}-{len(entered) + 1:04d}"


def _original(home: Workspace, month: Period, line: str | None) -> dict[str, Any]:
    """The invoice line that is corrected; nothing when none is named."""
    if line is None:
        return {}
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsageError(f"'{line}' is not an invoice line; write it as COT-2026-09-D7580001-01/4")
    policy = read_settings(home.root)
    oldest = month.shift(-policy.look_back_periods)
    if found[1][4:11] < str(oldest):
        raise UsageError(f"{line} is of a month before the look-back, which starts {oldest}; it is not corrected by an adjustment (J002)")
    charges = Past(home, month, policy).earlier.charges
    rows = charges.filter((pl.col("invoice_no") == found[1]) & (pl.col("invoice_line_no") == int(found[2])))
    if rows.is_empty():
        raise UsageError(f"no earlier period has the line {line}; `cotbill explain {line}` shows a line")
    return dict(rows.select(list(LINES)).row(0, named=True))


def _rows(words: dict[str, Any], original: dict[str, Any], identity: str, by: Actor) -> list[dict[str, str | None]]:
    """The cells of the adjustment, and of the other half of a pair."""
    first = {
        "source_record_id": identity, "adj_type": words["adj_type"], "amount": words["amount"], "reason_code": words["reason_code"],
        "billing_number": words["billing_number"] or original.get("billing_number"), "stream": words["stream"] or original.get("stream"),
        "rate_code": words["rate_code"] or original.get("rate_code"), "original_invoice_no": original.get("invoice_no"),
        "original_line_no": original.get("invoice_line_no"), "no_original_reason": words["no_line_because"],
        "vendor_recovery_required": "true" if words["vendor_recovery"] else "false", "vendor_credit_ref": words["vendor_credit"],
        "prepared_by": by.user, "prepared_at": by.at, "support_ref": words["support"], "description": words["description"],
        "service_from": words["service_from"], "service_to": words["service_to"],
    }  # fmt: skip
    other = _other_half(first, words)
    return [{name: str(value) for name, value in row.items() if value is not None} for row in [first, *other]]


def _other_half(first: dict[str, Any], words: dict[str, Any]) -> list[dict[str, Any]]:
    kind, amount, rebill, number = words["adj_type"], words["amount"], words["rebill"], words["other_number"]
    if kind not in {"CREDIT_REBILL", "TRANSFER"}:
        if rebill or number:
            raise UsageError(f"--rebill and --to are for CREDIT_REBILL and TRANSFER, not for {kind}")
        return []
    if kind == "CREDIT_REBILL" and rebill is None:
        raise UsageError("CREDIT_REBILL needs what is billed instead; give --rebill AMOUNT")
    if kind == "TRANSFER" and number is None:
        raise UsageError("TRANSFER needs who is billed instead; give --to BILLING_NUMBER")
    first["pair_id"] = f"P-{first['source_record_id']}"
    instead = rebill if kind == "CREDIT_REBILL" else (amount.removeprefix("-") if amount.startswith("-") else f"-{amount}")
    second = {**first, "source_record_id": f"{first['source_record_id']}-B", "amount": instead}
    second["billing_number"] = number or first["billing_number"]
    return [second]


def _tell(rows: list[dict[str, str | None]], month: Period, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show.data([{**row, "period": str(month), "written": not dry_run} for row in rows])
        return
    names = ("source_record_id", "adj_type", "billing_number", "amount", "reason_code")
    shown = [tuple(row.get(name) or "" for name in names) for row in rows]
    show.table(("adjustment", "type", "billing number", "amount", "reason"), shown, right=(3,))
    if dry_run or not rows:
        show.say("nothing was written")
    else:
        show.say(f"next: cotbill run {month}, then a second person: cotbill approve {rows[0]['source_record_id']} --user NAME")


def settle(*, period: str, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Propose what inventory says should have been billed against what was; 3 when anything waits for approval."""
    month, home = Period.parse(period), Workspace.open(workspace)
    with writing(home, f"settle {month}", dry_run=dry_run):
        journal = require_open(home, month, "settling")
        by = actor(user, now, load_tables(home)["users"])
        proposals = proposed(home, month)
        if not dry_run:
            words = [{"cells": _cells(row, by), "evidence": _evidence(row)} for row in proposals.to_dicts()]
            journal.append_all([("adjustment", data) for data in words], by)
    if as_json:
        show.data([{**row, "written": not dry_run} for row in proposals.drop("prepared_by", "prepared_at").to_dicts()])
    else:
        rows = [(row["source_record_id"], row["billing_number"], show.money(row["amount"]), row["reason_code"], row["evidence"])
                for row in proposals.to_dicts()]  # fmt: skip
        show.table(("adjustment", "billing number", "amount", "reason", "evidence"), rows, right=(2,))
        ending = "nothing was written" if dry_run or not rows else f"next: cotbill run {month}, then a second person approves them"
        show.say(f"{len(rows)} proposed, {show.money(total(proposals['amount']))}; {ending}")
    return _WAITS if proposals.height else 0


def _evidence(row: dict[str, Any]) -> dict[str, str]:
    """What a proposal stands on, for whoever approves or explains it."""
    return {name: show.as_text(row[name]) for name in _EVIDENCE if row[name] is not None}


def _cells(row: dict[str, Any], by: Actor) -> dict[str, str]:
    """A proposal as the cells of an adjustment, prepared by whoever settles."""
    filled = {**row, "prepared_by": by.user, "prepared_at": by.at, "vendor_recovery_required": "false"}
    names = [column.name for column in FEEDS["adjustments"].columns]
    return {name: show.as_text(filled[name]) for name in names if filled.get(name) is not None}
