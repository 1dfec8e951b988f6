"""Take up a dispute of a posted invoice, or decide one: find what it is about, check it, say it in the journal's words."""

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.disputes import Dispute, Outcome, Questioned, check_new, check_outcome, in_dispute, questioned
from billing.errors import BillingError, NotAllowedError, PeriodError, RefusalsError, UsageError
from billing.money import CENT_PLACES
from billing.people import People
from billing.periods import Period
from pipelines.book import Book
from pipelines.disputed import disputes_of
from pipelines.journal import Actor, Journal
from pipelines.recorded import load_issues, load_records, stages_of
from pipelines.settings import read_settings
from pipelines.standing import standing
from pipelines.workspace import Workspace

_REFERENCE: Final = re.compile(r"(COT-(\d{4}-\d{2})-.+-\d{2})(?:[/:](\d{1,9}))?", re.ASCII)
_IDENTITY: Final = re.compile(r"DSP-(\d{4}-\d{2})-\d{4,}", re.ASCII)
_AMOUNT: Final = re.compile(r"-?\d{1,13}(\.\d+)?", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Desk:
    """The book of the period whose invoice is disputed."""

    workspace: Workspace
    period: Period
    book: Book

    @classmethod
    def open(cls, workspace: Workspace, period: Period, users: pl.DataFrame) -> "Desk":
        """Open the book of a posted month.

        Raises:
            PeriodError: the month is not posted.
        """
        state = standing(workspace, period).state
        if state not in {"CLOSED", "FINAL"}:
            way = f"finish its close with `cotbill close {period}`" if state == "CLOSING" else "correct it there, it is not issued"
            raise PeriodError(f"{period} is {state}, and only an invoice that was issued can be disputed; {way}")
        return cls(workspace, period, Book.open(workspace, period, read_settings(workspace.root), users))

    @property
    def disputes(self) -> list[Dispute]:
        """Its disputes as they stand."""
        return disputes_of(self.book.journal)

    def about(self, invoice_no: str, line_no: int | None) -> Questioned:
        """What is questioned, as posted.

        Raises:
            UsageError: it was never billed, or a later issue took its place.
        """
        stages = stages_of(self.workspace, self.period)
        lines, invoices = stages.frame("month", "lines"), stages.frame("month", "invoices")
        if invoice_no not in invoices["invoice_no"].to_list():
            self._refuse_superseded(invoice_no, invoices["invoice_no"].to_list())
        return questioned(lines, invoices, invoice_no, line_no)

    def _refuse_superseded(self, invoice_no: str, standing_now: list[str]) -> None:
        """Say which invoice took the place of one that was issued before the month was reopened."""
        if not any(
            invoice_no in invoices["invoice_no"].to_list()
            for _, invoices in load_issues(self.workspace, Journal(self.workspace.ledger / str(self.period)), self.period)
        ):
            return
        instead = [name for name in standing_now if name[:-2] == invoice_no[:-2]]
        way = f"dispute {instead[0]}" if instead else "there is nothing left of it to dispute"
        raise UsageError(f"{invoice_no} was superseded when {self.period} was reopened; {way}")

    def check(self, dispute: Dispute, on: dt.date) -> None:
        """Refuse a new dispute that can't stand.

        Raises:
            UsageError, RefusalsError: one line for each thing that is wrong.
        """
        already = in_dispute(self.disputes, dispute.invoice_no, dispute.invoice_line_no)
        said = check_new(dispute, already)
        if self.book.people.find(dispute.owner, on) is None:
            said.append(f"owner '{dispute.owner}' is not a user on {on}; name a user of reference/users.csv")
        refuse(said)

    def find(self, identity: str) -> Dispute:
        """A dispute by its id.

        Raises:
            UsageError: there is none.
        """
        for dispute in self.disputes:
            if dispute.dispute_id == identity:
                return dispute
        raise UsageError(f"there is no dispute {identity}; `cotbill dispute list {self.period}` lists them")

    def next_id(self) -> str:
        """The id of the next dispute."""
        return f"DSP-{self.period}-{len(self.disputes) + 1:04d}"

    def decided(self, dispute: Dispute, outcome: Outcome, credit: Decimal | None, reason: str, adjustment: str | None, by: Actor,
                on: dt.date) -> Dispute:  # fmt: skip
        """A dispute with its outcome, checked; nothing is written.

        One that is decided takes the adjustment that credits it, when none was named yet.

        Raises:
            NotAllowedError: a second person has not taken it up.
            UsageError, RefusalsError: it is decided already, or the outcome can't stand.
        """
        usual = {"FULL_CREDIT": dispute.amount, "DENIED": Decimal("0.00")}.get(outcome)
        credited = usual if credit is None else credit
        if dispute.status in {"WAITING", "RETURNED"}:
            ways = {"WAITING": f"a second person takes it up with `cotbill approve {dispute.dispute_id}`", "RETURNED": "open it anew"}
            raise NotAllowedError(f"{dispute.dispute_id} came after the window and is {dispute.status}; {ways[dispute.status]}")
        is_same = (dispute.outcome, dispute.credited_amount) == (outcome, credited)
        if dispute.status == "DECIDED" and not (is_same and dispute.adjustment_id is None and adjustment):
            raise UsageError(f"{dispute.dispute_id} was decided {dispute.outcome} by {dispute.decided_by}; a decision is not changed")
        found = dataclasses.replace(
            dispute, outcome=outcome, credited_amount=credited, decided_by=by.user, decided_on=on, decided_at=by.at,
            decided_reason=reason.strip(), adjustment_id=adjustment,
        )  # fmt: skip
        said = check_outcome(found) + ([] if reason.strip() else ["a decision needs a reason; give it with --reason"])
        refuse(said + (self._adjustment_refusals(found) if adjustment and not said else []))
        return found

    def _adjustment_refusals(self, dispute: Dispute) -> list[str]:
        """Why an adjustment is not the one that credits a dispute."""
        identity = str(dispute.adjustment_id)
        row = find_adjustment(self.workspace, identity, self.book.people)
        if row is None:
            return [f"no period has an adjustment {identity}; enter it first with `cotbill adjust`"]
        said = []
        taken = [each.dispute_id for each in self.disputes if each.adjustment_id == identity and each.dispute_id != dispute.dispute_id]
        if taken:
            said.append(f"{identity} credits {taken[0]} already; enter another one")
        place = (row["original_invoice_no"], row["original_line_no"])
        if place[0] not in {None, dispute.invoice_no} or (place[1] and dispute.invoice_line_no not in {None, place[1]}):
            said.append(f"{identity} corrects {place[0]}/{place[1]}, not what is disputed; name the one that does")
        if row["pair_id"] is None and -row["amount"] != dispute.credited_amount:
            said.append(f"{identity} comes to {row['amount']}, the dispute credits {dispute.credited_amount}; they must be one amount")
        return said


def find_adjustment(workspace: Workspace, identity: str, people: People) -> dict[str, Any] | None:
    """An adjustment by its id, newest period first: as entered by command, else as it came with a feed."""
    policy = read_settings(workspace.root)
    for period in reversed(workspace.periods_with_ledger()):
        entered = Book(period, Journal(workspace.ledger / str(period)), policy, people).adjustments
        for rows in (entered, load_records(workspace, period, "adjustments")):
            found = rows.filter(pl.col("source_record_id") == identity)
            if found.height:
                return found.row(0, named=True)
    return None


def refuse(said: list[str]) -> None:
    """Raise what was said against something, one line each; nothing said is no refusal."""
    errors: list[BillingError] = [UsageError(line) for line in said]
    if errors:
        raise errors[0] if len(errors) == 1 else RefusalsError(errors)


def reference(text: str) -> tuple[Period, str, int | None]:
    """The period, the invoice and the line (none: all of it) of INVOICE_NO or INVOICE_NO/LINE.

    Raises:
        UsageError: it is neither.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise UsageError(f"'{text}' is no invoice; write it as COT-2026-09-D7580001-01, or with a line as COT-2026-09-D7580001-01/4")
    return Period.parse(found[2]), found[1], None if found[3] is None else int(found[3])


def period_of(identity: str) -> Period:
    """The period that a dispute's id names.

    Raises:
        UsageError: it is no id of a dispute.
    """
    found = _IDENTITY.fullmatch(identity)
    if found is None:
        raise UsageError(f"'{identity}' is no dispute; its id is like DSP-2026-09-0001")
    return Period.parse(found[1])


def dollars(text: str, option: str) -> Decimal:
    """Dollars as written on the command line; parts of a cent are left for the rule to refuse.

    Raises:
        UsageError: it is no amount.
    """
    if _AMOUNT.fullmatch(text) is None:
        raise UsageError(f"{option}: '{text}' is not an amount; write it as 125.50")
    amount = Decimal(text)
    cent = Decimal(1).scaleb(-CENT_PLACES)
    return amount.quantize(cent) if amount == amount.quantize(cent) else amount
