"""Bill a posted month again from its sealed inputs and decisions, and set every row beside the posted one."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from billing.errors import BillingError
from pipelines.closing import unsettled
from pipelines.ran import Run, silent
from pipelines.recorded import MONTH
from pipelines.run import Runner
from pipelines.stages import Step
from pipelines.troubles import Trouble
from pipelines.verify_month import Month

# what another version of the program may say in other words; amounts, ids and states may not differ
_WORDING: Final = frozenset({"description", "message", "rule", "reason", "natural_key", "also"})
_FIGURES: Final = pl.selectors.numeric() | pl.selectors.date()


def rebuild_troubles(month: Month) -> Iterator[Trouble]:
    """Where the month, billed again, differs from what was posted; nothing is written.

    The same program has to make the same rows, to the last one and to the last word; another version the same
    amounts, ids, splits, invoices and control totals.
    """
    issue = month.issue
    if issue is None:
        return
    runner = _runner(month, issue)
    try:
        run = runner.run()
    except BillingError as refusal:
        yield Trouble(month.seal_place(issue), f"cannot be billed again from its sealed inputs: {refusal}; restore the folder from a copy")
        return
    if month.is_of_this_program(issue):
        yield from _steps(month, issue, runner)
    else:
        words = "was posted by another version of the program; amounts, ids and states are compared, words and reports are not"
        yield Trouble(month.seal_place(issue), words, is_note=True)
    yield from _frames(month, issue, runner)
    yield from _closable(month, issue, run)


def _runner(month: Month, issue: int) -> Runner:
    """The run as it was when the month was closed: its inputs, its decisions, nothing reused."""
    as_of = dt.date.fromisoformat(month.seal(issue)["as_of"])
    then = month.journal.as_of(month.closed[issue].seq - 1)
    runner = Runner(month.inputs(issue), month.period, as_of, write=False, progress=silent, journal=then)
    runner.stages.old = {}
    return runner


def _steps(month: Month, issue: int, runner: Runner) -> Iterator[Trouble]:
    """The same steps, made of the same things."""
    posted: dict[str, Step] = month.stages(issue).old
    place = f"{month.place}/posted/{issue:02d}/manifest.json"
    for name in sorted(posted.keys() | runner.keys.keys()):
        if name not in posted or name not in runner.keys:
            yield Trouble(
                place, f"step {name} is {'not posted' if name in runner.keys else 'posted and not of the month'}; restore the folder"
            )
        elif (posted[name].key, posted[name].facts) != (runner.keys[name], runner.facts[name]):
            yield Trouble(place, f"step {name} stands on other inputs than those sealed with it; restore the folder from a copy")


def _frames(month: Month, issue: int, runner: Runner) -> Iterator[Trouble]:
    """The same rows."""
    stages = month.stages(issue)
    is_same_program = month.is_of_this_program(issue)
    for step, entry in sorted(stages.old.items()):
        for name, file in sorted(entry.files.items()):
            if not is_same_program and (step, name) not in {("month", each) for each in MONTH}:
                continue
            again = runner.memory.get(step, {}).get(name)
            where = f"{month.place}/posted/{issue:02d}/{file['file']}"
            found = "is not made" if again is None else _difference(stages.frame(step, name), again, is_same_program=is_same_program)
            if found is not None:
                yield Trouble(where, f"{found} when the month is billed again from its sealed inputs; restore the folder from a copy")


def _difference(posted: pl.DataFrame, again: pl.DataFrame, *, is_same_program: bool) -> str | None:
    """The first place where two frames differ, in words; no text of a row is told, for it may say who called whom."""
    if not is_same_program:
        both = [name for name in posted.columns if name in again.columns and name not in _WORDING]
        posted, again = posted.select(both), again.select(both)
    if posted.schema != again.schema:
        odd = next((name for name in [*posted.columns, *again.columns] if posted.schema.get(name) != again.schema.get(name)), "their order")
        return f"has other columns ({odd})"
    if posted.equals(again, null_equal=True):
        return None
    if posted.height != again.height:
        return f"has {posted.height} rows, {again.height}"
    firsts = {name: posted[name].ne_missing(again[name]).arg_true() for name in posted.columns}
    row, column = min((rows[0], name) for name, rows in firsts.items() if len(rows))
    return f"differs in row {row + 1}, {column}{_figures(posted, again, row, column)}"


def _figures(posted: pl.DataFrame, again: pl.DataFrame, row: int, column: str) -> str:
    if column not in posted.select(_FIGURES).columns:
        return ","
    values: list[Any] = [frame[column][row] for frame in (posted, again)]
    return f": {values[0]} as posted, {values[1]}"


def _closable(month: Month, issue: int, run: Run) -> Iterator[Trouble]:
    """Nothing stood in the way of the close: exceptions settled, adjustments approved by approvals that count."""
    for blocker in unsettled(run, month.period):
        ids = ", ".join(blocker.ids[:3])
        words = f"was closed although {blocker.code} stood in the way ({blocker.words.split(';')[0]}: {ids}); find out who closed it"
        yield Trouble(month.seal_place(issue), words)
