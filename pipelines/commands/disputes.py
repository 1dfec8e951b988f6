"""Disputes: take one up, decide it, list them with what stays payable."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import click
import polars as pl

from billing.close_calendar import office_day
from billing.disputes import UNDISPUTED, Dispute, Outcome, register, undisputed
from billing.frames import empty
from billing.periods import Period
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.disputed import DECIDED, OPENED, decision_words, disputes_of, opening_words
from pipelines.disputing import Desk, dollars, period_of, reference
from pipelines.journal import Journal
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.publish import republish_mart
from pipelines.recorded import load_lines, require_run
from pipelines.workspace import Workspace

_WAITS: Final = 3


def open_dispute(
    *, invoice: str, amount: str, reason: str, owner: str, due: dt.date, received: dt.date | None, override: str | None, user: str | None,
    workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Take up a dispute; 3 when a second person has to, because it came after the window.

    Raises:
        PeriodError: the invoice's month is not posted.
        UsageError, RefusalsError: it can't stand; one line for each thing that is wrong.
    """
    home, (month, invoice_no, line_no), on = Workspace.open(workspace), reference(invoice), office_day(now)
    with writing(home, f"dispute open {invoice}", dry_run=dry_run):
        users = load_tables(home)["users"]
        by, desk = actor(user, now, users), Desk.open(home, month, users)
        dispute = Dispute(
            dispute_id=desk.next_id(), about=desk.about(invoice_no, line_no), amount=dollars(amount, "--amount"),
            received_on=received or on, reason=reason.strip(), owner=owner, due_on=due, opened_by=by.user, opened_on=on,
            window_override_reason=(override or "").strip() or None,
        )  # fmt: skip
        desk.check(dispute, on)
        words = opening_words(dispute)
        if not dry_run:
            desk.book.journal.append(OPENED, words, by)
            republish_mart(home, month)
    _tell_opened(words, dry_run=dry_run, as_json=as_json)
    return _WAITS if words["needs"] else 0


def _tell_opened(words: dict[str, Any], *, dry_run: bool, as_json: bool) -> None:
    status = "WAITING" if words["needs"] else "OPEN"
    if as_json:
        show.data({**words, "status": status, "written": not dry_run})
        return
    about = words["about"]
    place = about["invoice_no"] if about["invoice_line_no"] is None else f"{about['invoice_no']}/{about['invoice_line_no']}"
    show.table(("dispute", "about", "dollars", "status"), [(words["dispute_id"], place, words["amount"], status)], right=(2,))
    if dry_run:
        show.say("nothing was written")
    elif words["needs"]:
        show.say(f"it came after the window; a second person: cotbill approve {words['dispute_id']} --user NAME")
    else:
        show.say(f"next: cotbill dispute decide {words['dispute_id']} --outcome ... by {words['due_on']}")


def decide_dispute(
    *, identity: str, outcome: Outcome, credit: str | None, reason: str, adjustment: str | None, user: str | None, workspace: Path,
    now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Decide a dispute, or name the adjustment that credits a decided one.

    Raises:
        NotAllowedError: a second person has not taken it up.
        UsageError, RefusalsError: the decision can't stand.
    """
    home, month = Workspace.open(workspace), period_of(identity)
    credited = None if credit is None else dollars(credit, "--credit")
    with writing(home, f"dispute decide {identity}", dry_run=dry_run):
        users = load_tables(home)["users"]
        by, desk = actor(user, now, users), Desk.open(home, month, users)
        dispute = desk.decided(desk.find(identity), outcome, credited, reason, adjustment, by, office_day(now))
        if not dry_run:
            desk.book.journal.append(DECIDED, decision_words(dispute), by)
            republish_mart(home, month)
    if as_json:
        show.data({**decision_words(dispute), "status": dispute.status, "decided_by": by.user, "written": not dry_run})
        return 0
    row = (identity, outcome, show.money(dispute.credited_amount), dispute.adjustment_id or "–")
    show.table(("dispute", "outcome", "credited", "adjustment"), [row], right=(2,))
    if dry_run:
        show.say("nothing was written")
    elif dispute.credited_amount and adjustment is None:
        show.say("next: cotbill adjust, then name it here with --adjustment")
    return 0


def list_disputes(*, period: str | None, workspace: Path, now: dt.datetime, as_json: bool) -> int:
    """List disputes and what stays payable of each invoice meanwhile; 3 when one is not decided.

    Raises:
        PeriodError: the period was never run.
    """
    home = Workspace.open(workspace)
    months = [Period.parse(period)] if period else home.periods_with_ledger()
    for month in months:
        require_run(home, month)
    found = {month: disputes_of(Journal(home.ledger / str(month))) for month in months}
    listed = register([one for each in found.values() for one in each], office_day(now))
    payable = pl.concat([empty(UNDISPUTED), *[_payable(home, month, each) for month, each in found.items()]])
    waits = _WAITS if listed["status"].is_in(["OPEN", "WAITING"]).any() else 0
    if as_json:
        show.data({"disputes": listed.to_dicts(), "payable": payable.to_dicts()})
        return waits
    heads = ("id", "about", "dollars", "received", "in window", "status", "credited", "days", "due", "worked by", "reason")
    show.table(heads, [_row(row) for row in listed.to_dicts()], right=(2, 6, 7))
    if payable.height:
        click.echo()
        rows = [(row["invoice_no"], *(show.money(row[name]) for name in ("amount", "disputed", "payable"))) for row in payable.to_dicts()]
        show.table(("invoice", "amount", "in dispute", "stays payable"), rows, right=(1, 2, 3))
    return waits


def _payable(home: Workspace, month: Period, disputes: list[Dispute]) -> pl.DataFrame:
    """UNDISPUTED of the invoices that something is open against, as they stand."""
    held = {one.invoice_no for one in disputes if one.status == "OPEN"}
    if not held:
        return empty(UNDISPUTED)
    return undisputed(load_lines(home, month).filter(pl.col("invoice_no").is_in(list(held))), disputes)


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    place = row["invoice_no"] if row["invoice_line_no"] is None else f"{row['invoice_no']}/{row['invoice_line_no']}"
    window = "yes" if row["is_inside_window"] else "no"
    status = row["outcome"] or row["status"]
    return (row["dispute_id"], place, show.money(row["amount"]), str(row["received_on"]), window, status,
            show.money(row["credited_amount"]), str(row["days_open"]), str(row["due_on"]), row["owner"], row["reason"])  # fmt: skip
