"""The worklist: what a person must look at, on the terminal or in a workbook that goes out and comes back."""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import polars as pl

from billing.catalogue import CATALOGUE
from billing.decision_effect import decision_effect
from billing.errors import UsageError
from billing.exceptions import WAITING, waits_for_a_person
from billing.money import total
from billing.periods import Period
from inputs.worklist_book import WorklistReturn
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.decide import Desk
from pipelines.files import write_atomic
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.recorded import load_bill
from pipelines.standing import standing
from pipelines.worklist import Worklist
from pipelines.workspace import Workspace

_WAITS: Final = 3


def exceptions(
    *, period: str, workspace: Path, code: str | None, severity: str | None, show_all: bool, export: Path | None, take: Path | None,
    user: str | None, now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """List what a person must look at, or give it out as a workbook, or take a workbook back.

    Raises:
        UsageError: no such code, or both directions at once.
    """
    if code is not None and code not in CATALOGUE:
        raise UsageError(f"there is no exception code {code}; codes are like R202")
    if export is not None and take is not None:
        raise UsageError("give --export or --import, not both")
    home, month = Workspace.open(workspace), Period.parse(period)
    if export is not None:
        return _export(home, month, export, dry_run=dry_run, as_json=as_json)
    if take is not None:
        return _take_back(home, month, take, user, now, dry_run=dry_run, as_json=as_json)
    return _list(home, month, code, severity, show_all=show_all, as_json=as_json)


def _list(home: Workspace, month: Period, code: str | None, severity: str | None, *, show_all: bool, as_json: bool) -> int:
    found = load_bill(home, month).exceptions
    worked = None
    if standing(home, month).state == "OPEN":  # decisions since the last run count at once
        worked = Worklist(Desk(home, month))
        found = worked.desk.exceptions
    waits = _WAITS if waits_for_a_person(found) else 0
    shown = found
    if not show_all:
        shown = shown.filter(pl.col("status").is_in(WAITING) & (pl.col("is_first_cause") if code is None else pl.lit(value=True)))
    if code is not None:
        shown = shown.filter(pl.col("code") == code)
    if severity is not None:
        shown = shown.filter(pl.col("severity") == severity)
    ordered = shown.with_columns(_dollars=pl.col("amount").abs()).sort(
        "_dollars", "code", "exception_id", descending=[True, False, False], nulls_last=True
    )
    rows = _with_help(ordered.drop("_dollars"), worked).to_dicts()
    if as_json:
        show.data(rows)
        return waits
    heads = ("id", "code", "severity", "dollars", "where", "what is wrong; what to do")
    show.table(heads, [_row(row, show_all=show_all) for row in rows], right=(3,))
    known = shown["amount"].drop_nulls()
    show.say(f"{ordered.height} shown, {show.money(total(known.abs()))} at stake where it is known")
    return waits


def _with_help(rows: pl.DataFrame, worked: Worklist | None) -> pl.DataFrame:
    """Add age in months, owner and suggestion, where the month is still worked."""
    extra = ["age_months", "owner", "suggestion_field", "suggestion_value", "suggestion_why"]
    if worked is None:
        return rows.with_columns(pl.lit(None).alias(name) for name in extra)
    known = worked.frame(show_all=True).select("exception_id", *extra)
    return rows.join(known, on="exception_id", how="left", validate="1:1", maintain_order="left")


def _row(row: dict[str, Any], *, show_all: bool) -> tuple[str, ...]:
    where = ":".join(str(part) for part in (row["source_file"] or row["feed"] or row["raw_value"], row["source_line"]) if part is not None)
    also = f" (also {row['also'].replace(';', ', ')})" if row["also"] and not show_all else ""
    state = "" if row["status"] in {"OPEN", "NOTED"} else f" [{row['status']}: {row['reason']}]"
    age = f" [{row['age_months']} months old]" if row["age_months"] else ""
    if row["suggestion_field"]:
        state += f" [try --set {row['suggestion_field']}={row['suggestion_value']}: {row['suggestion_why']}]"
    elif row["suggestion_value"]:
        state += f" [{row['suggestion_value']}: {row['suggestion_why']}]"
    return (row["exception_id"][:9], row["code"], row["severity"], show.money(row["amount"]), where, row["message"] + also + age + state)


def _export(home: Workspace, month: Period, path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Write the workbook; 3 when it holds anything."""
    worklist = Worklist(Desk(home, month))
    rows = worklist.frame()
    if path.suffix != ".xlsx":
        raise UsageError(f"{path.name} is no workbook; name it {path.stem}.xlsx")
    if not dry_run:
        write_atomic(path, worklist.export())
    facts = {"file": str(path), "rows": rows.height, "dollars": total(rows["amount"].drop_nulls().abs()), "written": not dry_run}
    if as_json:
        show.data(facts)
    else:
        show.table(("file", "rows", "dollars"), [(str(path), f"{rows.height:,}", show.money(facts["dollars"]))], right=(1, 2))  # type: ignore[arg-type]
        show.say(f"fill action and reason, then: cotbill exceptions {month} --import {path}")
    return _WAITS if rows.height else 0


def _take_back(home: Workspace, month: Period, path: Path, user: str | None, now: dt.datetime, *, dry_run: bool, as_json: bool) -> int:
    """Take a worked workbook back, all of it or nothing; show what it does in dollars."""
    with writing(home, f"exceptions {month} --import", dry_run=dry_run):
        desk = Desk(home, month)
        worklist = Worklist(desk)
        back = worklist.take_back(path)
        effect = decision_effect(back.decisions, worklist.frame(show_all=True))
        by = actor(user, now, load_tables(home)["users"])
        made = _made(desk, back)
        if not dry_run:
            desk.write(made, by)
    waits = [data["decision_id"] for data in made if data["needs"]]
    if as_json:
        show.data({"decisions": len(made), "written": not dry_run, "effect": effect.to_dicts(), "need_a_second_person": waits,
                   "without_action": list(back.without_action)})  # fmt: skip
        return _WAITS if waits else 0
    show.table(
        ("action", "effect", "records", "dollars", "unknown"),
        [(r["action"], r["effect"], f"{r['records']:,}", show.money(r["amount"]), f"{r['unknown']:,}") for r in effect.to_dicts()],
        right=(2, 3, 4),
    )
    for row in back.without_action:
        show.say(f"{path.name}:{row}: filled, but without an action; nothing was done")
    show.say("nothing was written" if dry_run else f"{len(made)} decisions taken; next: cotbill run {month}")
    if waits:
        show.say(f"{len(waits)} need a second person: cotbill approve {' '.join(waits)} --user NAME")
    return _WAITS if waits else 0


def _made(desk: Desk, back: WorklistReturn) -> list[dict[str, Any]]:
    """The journal's words for each row of the workbook."""
    first = sum(1 for _ in desk.book.journal.of("decision")) + 1
    made = []
    for number, row in enumerate(back.decisions.to_dicts(), start=first):
        target = desk.targets(row["exception_id"])[0]
        data = desk.decide(row["action"], target, row["reason"], column_name=row["field"], new_value=row["new_value"])
        made.append({**data, "decision_id": f"D-{desk.period}-{number:04d}"})
    return made
