"""The month: plan, run, invoices."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from billing.exceptions import WAITING, waits_for_a_person
from billing.frames import MonthBill
from billing.money import total
from billing.periods import Period
from pipelines.book import note_run
from pipelines.commands import show
from pipelines.invoices import invoice_files
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.publish import Published, publish
from pipelines.ran import Run
from pipelines.recorded import load_bill
from pipelines.run import run_month
from pipelines.standing import require_open
from pipelines.workspace import Workspace, locked

WAITS = 3
_MOST_TOLD = 10  # findings about letters


@dataclass(frozen=True)
class Done:
    """A run and what was published of it."""

    run: Run
    published: Published


def run_and_publish(workspace: Workspace, period: Period, as_of: dt.date, user: str | None, now: dt.datetime) -> Done:
    """Run an open period, publish it and note the run in its journal; the caller holds the lock.

    Raises:
        PeriodError: the period is closed.
    """
    journal = require_open(workspace, period, "a run")
    by = actor(user, now, load_tables(workspace)["users"])
    with show.progress(f"run {period}") as report:
        done = run_month(workspace, period, as_of, progress=report)
        published = publish(workspace, period, done.bill, done.key)
    note_run(journal, workspace, period, done, by)
    return Done(done, published)


def run(*, period: str, workspace: Path, as_of: dt.date, user: str | None, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Run a period; 3 when something waits for a person."""
    month, home = Period.parse(period), Workspace.open(workspace)
    if dry_run:
        with show.progress(f"run {month}") as report:
            done = run_month(home, month, as_of, write=False, progress=report)
        summary = _summary(done)
    else:
        with locked(home, f"run {month}"):
            both = run_and_publish(home, month, as_of, user, now)
        done = both.run
        summary = _summary(done) | {
            "publish": "reused" if both.published.reused else "done",
            "control_report": str(both.published.files["control.txt"]),
            "mart": str(both.published.mart),
        }
    _show_run(summary, done.bill, as_json=as_json)
    return WAITS if waits_for_a_person(done.bill.exceptions) or done.stale else 0


def _summary(done: Run) -> dict[str, Any]:
    bill = done.bill
    return {
        "period": bill.period,
        "records": {name: int(bill.controls[f"records_{name}"].sum()) for name in ("in", "billed", "held", "rejected", "dropped")},
        "amounts": {name: total(bill.controls[f"amount_{name}"]) for name in ("in", "billed", "held", "rejected", "dropped")},
        "charges": bill.lines.height,
        "invoices": bill.invoices.height,
        "total": total(bill.invoices["amount"]),
        "exceptions": {row["code"]: row["len"] for row in bill.exceptions.group_by("code").len().sort("code").to_dicts()},
        "waiting": bill.exceptions.filter(pl.col("status").is_in(WAITING)).height,
        "stale_decisions": list(done.stale),
        "steps": [{"step": s.step, "how": "reused" if s.reused else "done", "seconds": round(s.seconds, 3)} for s in done.steps],
    }


def _show_run(summary: dict[str, Any], bill: MonthBill, *, as_json: bool) -> None:
    if as_json:
        show.data(summary)
        return
    steps = summary["steps"]
    reused = sum(step["how"] == "reused" for step in steps)
    show.say(f"{len(steps)} steps, {reused} reused, {sum(step['seconds'] for step in steps):.1f} s")
    rows = [
        (name, f"{summary['records'][name]:,}", show.money(summary["amounts"][name]))
        for name in ("in", "billed", "held", "rejected", "dropped")
    ]
    show.table(("records", "count", "dollars"), rows, right=(1, 2))
    show.say()
    show.table(
        ("invoices", "lines", "total"),
        [(f"{summary['invoices']:,}", f"{summary['charges']:,}", show.money(summary["total"]))],
        right=(1, 2),
    )
    if summary["waiting"]:
        held = bill.exceptions.filter(pl.col("severity") == "HOLD").height
        show.say(f"{summary['waiting']} exceptions wait for a person, {held} of them hold records: cotbill exceptions {bill.period}")
    for identity in summary["stale_decisions"]:
        show.say(f"{identity} is about a record that is not there any more, or says something else now; withdraw it and decide again")
    for name in ("control_report", "mart"):
        if name in summary:
            show.say(f"{name.replace('_', ' ')}: {summary[name]}")


def plan(*, period: str, workspace: Path, as_of: dt.date, as_json: bool) -> int:
    """Run without writing and set the result beside the last run of the period, else beside the period before."""
    month, home = Period.parse(period), Workspace.open(workspace)
    with show.progress(f"plan {month}") as report:
        done = run_month(home, month, as_of, write=False, progress=report)
    against = month if month in home.periods_with_ledger() else month.shift(-1)
    old = load_bill(home, against, with_earlier=False).lines if against in home.periods_with_ledger() else done.bill.lines.clear()
    label = f"the last run of {against}" if against in home.periods_with_ledger() else "nothing, as no run was before"
    sums = [
        frame.group_by("agency_code").agg(pl.col("amount").sum().alias(name))
        for frame, name in ((old, "before"), (done.bill.lines, "after"))
    ]
    zero = pl.lit(0, pl.Decimal(38, 2))
    both = (
        sums[0].join(sums[1], on="agency_code", how="full", coalesce=True, validate="1:1")
        .with_columns(before=pl.coalesce("before", zero), after=pl.coalesce("after", zero))
        .with_columns(change=pl.col("after") - pl.col("before")).sort("agency_code")
    )  # fmt: skip
    steps = [{"step": s.step, "how": "unchanged" if s.reused else "to do"} for s in done.steps]
    changed = _rate_changes(old, done.bill.lines) if against == month else []
    if as_json:
        show.data({"period": str(month), "against": label, "rate_changes": changed, "agencies": both.to_dicts(), "steps": steps,
                   "total": total(done.bill.invoices["amount"]), "waiting": _summary(done)["waiting"]})  # fmt: skip
        return 0
    todo = [step["step"] for step in steps if step["how"] == "to do"]
    show.say(f"{len(todo)} of {len(steps)} steps to do; dollars against {label}; nothing was written")
    rows = [(row["agency_code"], *[show.money(row[name]) for name in ("before", "after", "change")]) for row in both.to_dicts()]
    totals = ("total", *[show.money(total(both[name])) for name in ("before", "after", "change")])
    show.table(("agency", "before", "after", "change"), [*rows, totals], right=(1, 2, 3))
    for change in changed:
        show.say(f"R208: {change['rate_code']} was {change['was']}, is {change['now']} on {change['lines']} lines; run the trial again")
    return 0


def _rate_changes(old: pl.DataFrame, new: pl.DataFrame) -> list[dict[str, Any]]:
    """R208: rates that differ from those of the trial bill, with the lines they touch."""
    both = old.select("charge_id", pl.col("unit_rate").alias("was")).join(
        new.select("charge_id", "rate_code", pl.col("unit_rate").alias("now")), on="charge_id", how="inner", validate="1:1"
    )
    moved = both.filter(pl.col("was").ne_missing(pl.col("now")))
    return moved.group_by("rate_code", "was", "now").agg(lines=pl.len()).sort("rate_code", "was", "now").to_dicts()


def invoices(*, period: str, workspace: Path, only: tuple[str, ...], workers: int, dry_run: bool, as_json: bool) -> int:
    """Render a period's invoices, unchanged ones reused."""
    month, home = Period.parse(period), Workspace.open(workspace)
    bill = load_bill(home, month)
    table = bill.invoices.filter(pl.col("invoice_no").is_in(list(only))) if only else bill.invoices
    if dry_run:
        made: dict[str, Any] = {}
    else:
        with locked(home, f"invoices {month}"), show.progress("invoices") as report:
            made = {each.invoice_no: each for each in invoice_files(home, month, only=only, workers=workers, progress=report)}
    rows = [
        {**{name: row[name] for name in ("invoice_no", "billing_number", "name", "line_count", "amount")},
         "file": str(made[row["invoice_no"]].path) if made else None,
         "sha256": made[row["invoice_no"]].sha256 if made else None,
         "unprintable": [str(finding) for finding in made[row["invoice_no"]].findings] if made else []}
        for row in table.to_dicts()
    ]  # fmt: skip
    if as_json:
        show.data(rows)
        return 0
    show.table(
        ("invoice", "lines", "amount", "name"),
        [(row["invoice_no"], f"{row['line_count']:,}", show.money(row["amount"]), row["name"]) for row in rows], right=(1, 2),
    )  # fmt: skip
    odd = [str(finding) for each in made.values() for finding in each.findings]
    for words in odd[:_MOST_TOLD]:
        show.say(words)
    if len(odd) > _MOST_TOLD:
        show.say(f"and {len(odd) - _MOST_TOLD} more texts with letters that cannot be printed; --json lists them")
    reused = sum(each.reused for each in made.values())
    show.say(f"{len(rows)} invoices, {show.money(total(table['amount']))}; {reused} unchanged; in {home.out(month) / 'invoices'}")
    return 0
