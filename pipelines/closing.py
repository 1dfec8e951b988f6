"""Close a month: say what is missing, or post it once; reopen it by two persons; make it final."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.carry import first_period
from billing.errors import PeriodError, ReconciliationError
from billing.exceptions import WAITING
from billing.frames import MonthBill
from billing.periods import Period
from billing.test_agency import check_test_agency
from pipelines.journal import Actor, Journal
from pipelines.posting import Posted, commit, discard, posted, prepare, preparing
from pipelines.ran import Run
from pipelines.standing import posted_issues, seal_of, standing
from pipelines.workspace import Workspace

_ZERO: Final = Decimal("0.00")


@dataclass(frozen=True)
class Blocker:
    """One kind of thing that keeps a month from being closed."""

    code: str
    count: int
    dollars: Decimal
    words: str  # what is missing; what to do
    ids: tuple[str, ...] = ()


def blockers(workspace: Workspace, period: Period, run: Run) -> list[Blocker]:
    """Everything that stands between a run month and its close; none when it can be posted.

    Args:
        run: the month run now, without writing.
    """
    return _by_standing(workspace, period, run) + unsettled(run, period)


def unsettled(run: Run, period: Period) -> list[Blocker]:
    """What of a run month's own content keeps it from being closed: its exceptions, adjustments and decisions."""
    worklist = run.bill.exceptions.filter(pl.col("status").is_in(WAITING))
    found = _exceptions(worklist.filter(pl.col("code") == "F001"), "get the feed, or acknowledge it as no activity with a second person")
    fatal = worklist.filter((pl.col("severity") == "FATAL") & (pl.col("code") != "F001"))
    found += _exceptions(fatal, "call support; there is no tolerance")
    found += _exceptions(worklist.filter(pl.col("severity") == "WARN"), "acknowledge, correct or reject them")
    found += _exceptions(
        _aged(worklist, period, run.policy.aged_hold_periods), "correct, release or reject, or acknowledge to carry them over"
    )
    found += _adjustments(run)
    if run.stale:
        words = "decisions are about records that are not there any more; withdraw them"
        found.append(Blocker("STALE", len(run.stale), _ZERO, words, run.stale))
    return found


def _by_standing(workspace: Workspace, period: Period, run: Run) -> list[Blocker]:
    found = []
    known = [each for each in workspace.periods_with_ledger() if each < period]
    if known and not standing(workspace, known[-1]).is_posted:
        found.append(Blocker("EARLIER", 1, _ZERO, f"{known[-1]} is not closed; close it first", (str(known[-1]),)))
    redone = [step.step for step in run.steps if not step.reused]
    if redone:
        words = f"files, tables, settings or decisions changed since the last run; run it again with `cotbill run {period}` and look at it"
        found.append(Blocker("RUN", len(redone), _ZERO, words, tuple(redone)))
    agency = check_test_agency(period)
    if agency.differences:
        found.append(
            Blocker("V016", len(agency.differences), _ZERO, f"the test agency's bill moved: {agency.differences[0]}; call support")
        )
    return found


def _aged(worklist: pl.DataFrame, period: Period, limit: int) -> pl.DataFrame:
    """Holds that came in more than `limit` months ago."""
    holds = worklist.filter(pl.col("severity") == "HOLD")
    ages = [period.months_since(Period.parse(first_period(name, str(period)))) for name in holds["source_file"].to_list()]
    return holds.filter(pl.Series(ages, dtype=pl.Int64) >= limit) if ages else holds


def _exceptions(rows: pl.DataFrame, what_to_do: str) -> list[Blocker]:
    """One blocker a code."""
    sums = rows.group_by("code").agg(
        pl.len(), dollars=pl.col("amount").abs().sum(), ids=pl.col("exception_id").sort(), severity=pl.col("severity").first()
    )
    return [
        Blocker(row["code"], row["len"], row["dollars"] or _ZERO, f"{row['len']} {row['severity']} not settled; {what_to_do}",
                tuple(row["ids"]))
        for row in sums.sort("dollars", "code", descending=[True, False]).to_dicts()
    ]  # fmt: skip


def _adjustments(run: Run) -> list[Blocker]:
    waiting = [each for each in run.queue() if each.subject.kind == "ADJUSTMENT" and each.standing.state != "APPROVED"]
    if not waiting:
        return []
    dollars = sum((abs(each.subject.amount or _ZERO) for each in waiting), _ZERO)
    words = f"{len(waiting)} adjustments not approved; approve, return or withdraw them"
    return [Blocker("APPROVAL", len(waiting), dollars, words, tuple(each.subject.identity for each in waiting))]


def finish(workspace: Workspace, period: Period, by: Actor) -> Posted:
    """End a close that was interrupted after its commit point.

    Raises:
        ReconciliationError: the posted folder is not as it was sealed, or the journal has gone on since.
    """
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    if found.folder is None or found.state != "CLOSING":
        raise PeriodError(f"{period} is {found.state}; there is no close to finish")
    done = posted(found.folder, found.issue)
    return _record(journal, period, done, by)


def post(workspace: Workspace, period: Period, bill: MonthBill, by: Actor) -> Posted:
    """Post a month that nothing stands in the way of; all or nothing."""
    journal = Journal(workspace.ledger / str(period))
    issue = max(posted_issues(workspace, period), default=0) + 1
    try:
        done = commit(workspace, period, issue, prepare(workspace, period, bill, journal, issue))
    except OSError:
        discard(preparing(workspace, period, issue))  # a full disk gets its room back
        raise
    return _record(journal, period, done, by)


def _record(journal: Journal, period: Period, done: Posted, by: Actor) -> Posted:
    seal = seal_of(done.folder)
    if seal["journal"]["head"] != journal.head:
        raise ReconciliationError(f"the journal of {period} went on after its close began; restore it from a copy")
    journal.append("closed", {"issue": done.issue, "seal_sha256": done.seal_sha256, "totals": seal["totals"]}, by)
    return done
