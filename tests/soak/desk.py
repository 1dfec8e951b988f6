"""Work one month to its close as its people do: explain, correct, reject, approve, run again, close."""

import datetime as dt
import time

import polars as pl

from billing.carry import origin
from billing.exceptions import WAITING
from billing.periods import Period
from pipelines.book import Book, note_run
from pipelines.closing import blockers, post
from pipelines.decide import Desk
from pipelines.issuing import issue_month
from pipelines.journal import Actor, Journal
from pipelines.loading import load_tables
from pipelines.publish import publish
from pipelines.ran import Run
from pipelines.run import run_month
from pipelines.signing_off import Office
from pipelines.standing import standing
from pipelines.waiting import judge
from pipelines.workspace import Workspace, locked
from tests.soak.feeds import NOBODY, OWNER

BILLER = "ghollingsworth"
_ROUNDS = 4  # what a correction brings to light is explained in the next
SIGNERS = ("fquisenberry", "mcantrell", "jnordstrom")


class Clock:
    """Time steps, as text of seconds."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[int, int]] = {}

    def time(self, name: str) -> "Clock":
        self.name, self.start = name, (time.perf_counter_ns(), time.process_time_ns())
        return self

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        before = self.told.get(self.name, (0, 0))
        now = (time.perf_counter_ns(), time.process_time_ns())
        self.told[self.name] = (before[0] + now[0] - self.start[0], before[1] + now[1] - self.start[1])


def by(user: str, period: Period) -> Actor:
    """A person at the terminal, each as an operating-system user of the same name."""
    return Actor(user, user, dt.datetime(period.year, period.month, 28, 9, tzinfo=dt.UTC).isoformat(timespec="seconds"))


def work(home: Workspace, period: Period, clock: Clock) -> Run:
    """Take a month from its feeds to CLOSED."""
    day = period.shift(1).first_day + dt.timedelta(days=5)
    with locked(home, f"run {period}"):
        with clock.time("run"):
            run = run_month(home, period, day)
        note_run(Journal(home.ledger / str(period)), home, period, run, by(BILLER, period))
        for _ in range(_ROUNDS):
            with clock.time("desk"):
                decided = _decide(home, period)
                _approve(home, period, run)
            if not decided:
                break
            with clock.time("run"):
                run = run_month(home, period, day)
        with clock.time("run"):
            publish(home, period, run.bill, run.key)
        note_run(Journal(home.ledger / str(period)), home, period, run, by(BILLER, period))
        with clock.time("close"):
            last = run_month(home, period, day, write=False)
            missing = blockers(home, period, last)
            assert missing == [], missing
            post(home, period, last.bill, by(BILLER, period))
            issue_month(home, period, by(BILLER, period), pdf=False)
    assert standing(home, period).state == "CLOSED"
    return last


def _decide(home: Workspace, period: Period) -> int:
    """Explain warnings; correct what came in last month for nobody, reject the rest of what was carried."""
    desk = Desk(home, period)
    waiting = desk.exceptions.filter(pl.col("status").is_in(WAITING)).with_columns(_from=origin())
    warnings = waiting.filter(pl.col("severity") == "WARN").to_dicts()
    for row in warnings:
        desk.write([desk.decide("ACKNOWLEDGE", desk._of(row), "looked at")], by(BILLER, period))
    carried = waiting.filter(pl.col("_from").is_not_null() & pl.col("is_first_cause") & (pl.col("severity") == "HOLD")).to_dicts()
    for row in carried:
        target = desk._of(row)
        if row["code"] == "A102" and not str(row["source_record_id"]).endswith("B"):
            assert (target.record or {})["billing_number"] == NOBODY
            words = desk.decide("CORRECT", target, "the owner is known now", column_name="billing_number", new_value=OWNER)
        else:
            words = desk.decide("REJECT", target, "nobody knows whose it is")
        desk.write([words], by(BILLER, period))
    return len(warnings) + len(carried)


def _approve(home: Workspace, period: Period, run: Run) -> None:
    """Approve all that waits for a second person, by as many persons as it takes."""
    users = load_tables(home)["users"]
    book = Book.open(home, period, run.policy, users)
    for queued in [*_of_decisions(book), *run.queue()]:
        now = queued
        for user in SIGNERS:
            if now.standing.state == "APPROVED":
                break
            person = book.people.find(user, period.last_day)
            if person is None or not any(roles & person.roles for roles in now.standing.missing):
                continue
            signed = Office(home, book.journal, users, run.policy).sign_off(now, "APPROVE", None, "", by(user, period))
            book.journal.append("approval", signed.data, by(user, period))
            now = judge(now.subject, [*now.approvals, signed.approval], book)
        assert now.standing.state == "APPROVED", now


def _of_decisions(book: Book) -> list:
    return [judge(subject, book.approvals.get(subject.identity, []), book) for subject in book.subjects.values()]
