"""What waits for whom: every subject of an open period that a second person has to approve, with who may."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from billing.approval_levels import Approval, Subject
from billing.approvals import Standing, standing
from billing.frames import Earlier, Tables
from billing.periods import Period
from pipelines.book import Book
from pipelines.subjects import adjustment_subjects, given_approvals, reopening_subject


@dataclass(frozen=True)
class Queued:
    """A subject, its approvals so far and where it stands."""

    subject: Subject
    approvals: tuple[Approval, ...]
    standing: Standing


def queue(book: Book, adjustments: pl.DataFrame, tables: Tables, earlier: Earlier, period: Period) -> list[Queued]:
    """Every decision, adjustment, late dispute and reopening of a period that needs approval, approved ones included.

    Args:
        adjustments: records that are billed in the period.
        tables: with what came along for adjustments (`pipelines.loading.with_adjustment_facts`).
    """
    given = given_approvals(tables)
    subjects = [*book.subjects.values(), *adjustment_subjects(adjustments, tables, earlier, period).values()]
    reopening = reopening_subject(book.journal, period)
    every = [*subjects, *([reopening] if reopening else [])]
    judged = [judge(subject, [*given.get(subject.identity, []), *book.approvals.get(subject.identity, [])], book) for subject in every]
    return [each for each in judged if not _is_left(each)]


def queue_of_posted(book: Book, period: Period) -> list[Queued]:
    """What of a posted month still needs approval: its reopening, and disputes that came after the window."""
    reopening = reopening_subject(book.journal, period)
    late = [subject for subject in book.subjects.values() if subject.kind == "DISPUTE"]
    every = [*late, *([reopening] if reopening else [])]
    judged = [judge(subject, book.approvals.get(subject.identity, []), book) for subject in every]
    return [each for each in judged if not _is_left(each)]


def _is_left(each: Queued) -> bool:
    """A dispute that was sent back waits for nobody: the agency's next letter is another dispute."""
    return each.subject.kind == "DISPUTE" and each.standing.state == "RETURNED"


def judge(subject: Subject, approvals: Sequence[Approval], book: Book) -> Queued:
    """Where a subject stands after these approvals."""
    ordered = sorted(approvals, key=lambda each: each.at)
    return Queued(subject, tuple(ordered), standing(subject, ordered, people=book.people, policy=book.policy))
