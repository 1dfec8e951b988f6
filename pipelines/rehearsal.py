"""Rehearse a close on the sample: its people get keys, explain what is open, approve what waits, and post the month."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Final

import polars as pl

from billing.approval_levels import Decision
from billing.errors import BillingError
from billing.exceptions import WAITING
from billing.periods import Period
from pipelines.closing import blockers, post
from pipelines.decide import Desk
from pipelines.files import write_atomic
from pipelines.issuing import issue_month
from pipelines.loading import load_tables
from pipelines.openssh import run_keygen, said
from pipelines.people import actor
from pipelines.run import run_month
from pipelines.settings import read_settings
from pipelines.signing_off import Office
from pipelines.waiting import Queued, judge
from pipelines.workspace import Workspace

BILLER: Final = "ghollingsworth"
APPROVERS: Final = ("mcantrell", "jnordstrom")  # a manager, and Financial Management
_WHY: Final = "looked at in the rehearsal"


def give_keys(workspace: Workspace) -> Path:
    """Make a key for each approver of the sample, the private ones in `keys/`, and put the public ones in users.csv."""
    folder, table = workspace.root / "keys", workspace.root / "reference" / "users.csv"
    folder.mkdir(mode=0o700, exist_ok=True)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    for row in rows:
        path = folder / row["user"]
        if row["user"] in APPROVERS and not path.exists():
            made = run_keygen(["-q", "-t", "ed25519", "-N", "", "-C", row["user"], "-f", str(path)])
            if made.returncode:
                raise BillingError(f"no key could be made in {folder}: {said(made.stderr)}; remove the folder and try again")
            row["public_key"] = path.with_suffix(".pub").read_text(encoding="utf-8").strip()
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomic(table, text.getvalue().encode())
    return folder


def explain_all(workspace: Workspace, period: Period, now: dt.datetime) -> None:
    """Explain every warning of a run month."""
    desk = Desk(workspace, period)
    by = actor(BILLER, now, load_tables(workspace)["users"])
    rows = desk.exceptions.filter(pl.col("status").is_in(WAITING) & (pl.col("severity") == "WARN"))
    words = [desk.decide("ACKNOWLEDGE", desk.targets(identity)[0], _WHY) for identity in rows["exception_id"].to_list()]
    desk.write([{**data, "decision_id": f"D-{period}-{number:04d}"} for number, data in enumerate(words, start=1)], by)


def approve_all(workspace: Workspace, period: Period, as_of: dt.date, now: dt.datetime) -> None:
    """Have everything approved that waits, each by as many people as it needs."""
    users = load_tables(workspace)["users"]
    run = run_month(workspace, period, as_of, write=False)
    office = Office(workspace, run.book.journal, users, read_settings(workspace.root))
    approve: Decision = "APPROVE"
    for each in run.queue():
        queued: Queued = each
        for user in APPROVERS:
            if queued.standing.state != "APPROVED":
                by = actor(user, now, users)
                signed = office.sign_off(queued, approve, workspace.root / "keys" / user, _WHY, by)
                office.journal.append("approval", signed.data, by)
                queued = judge(queued.subject, [*queued.approvals, signed.approval], run.book)


def close_month(workspace: Workspace, period: Period, as_of: dt.date, now: dt.datetime) -> None:
    """Post the month; the caller ran it after the last decision.

    Raises:
        BillingError: something is still missing.
    """
    by = actor(BILLER, now, load_tables(workspace)["users"])
    run = run_month(workspace, period, as_of, write=False)
    missing = blockers(workspace, period, run)
    if missing:
        raise BillingError(f"{period} cannot be closed: {missing[0].words}")
    post(workspace, period, run.bill, by)
    issue_month(workspace, period, by, pdf=False)
