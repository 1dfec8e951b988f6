"""Disputes: what an agency may question and until when, how it may end, and what stays payable meanwhile."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import polars as pl

from billing.book_frames import DISPUTES
from billing.errors import UsageError
from billing.frames import conform
from billing.money import CENT_PLACES, DOLLARS

Outcome = Literal["FULL_CREDIT", "PARTIAL", "DENIED"]
Status = Literal["WAITING", "RETURNED", "OPEN", "DECIDED"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("FULL_CREDIT", "PARTIAL", "DENIED")
_ZERO: Final = pl.lit(Decimal(0), DOLLARS)

UNDISPUTED: Final[dict[str, pl.DataType]] = {"invoice_no": pl.String(), "amount": DOLLARS, "disputed": DOLLARS, "payable": DOLLARS}


@dataclass(frozen=True)
class Questioned:
    """What a dispute is about, as it was billed when the dispute was opened; a later issue of the month changes nothing of it."""

    invoice_no: str
    invoice_line_no: int | None  # none: the whole invoice
    charge_id: str | None  # of the line
    period: str
    billing_number: str  # of the line; of the invoice where the whole is disputed
    agency_code: str
    amount: Decimal  # of the line; of the invoice
    issued_on: dt.date
    dispute_by: dt.date  # the last day of the window


@dataclass(frozen=True)
class Dispute:
    """One dispute, open until it has an outcome."""

    dispute_id: str
    about: Questioned
    amount: Decimal
    received_on: dt.date
    reason: str
    owner: str  # who works it
    due_on: dt.date  # until when he means to have decided it
    opened_by: str
    opened_on: dt.date
    window_override_reason: str | None = None
    approval: Literal["WAITING", "RETURNED"] | None = None  # of one that came late and is not taken up, or was sent back
    outcome: Outcome | None = None
    credited_amount: Decimal | None = None
    decided_by: str | None = None
    decided_on: dt.date | None = None
    decided_at: str | None = None
    decided_reason: str | None = None
    adjustment_id: str | None = None  # that credits it

    @property
    def invoice_no(self) -> str:
        """The invoice that is questioned."""
        return self.about.invoice_no

    @property
    def invoice_line_no(self) -> int | None:
        """The line that is; none: the whole invoice."""
        return self.about.invoice_line_no

    @property
    def is_inside_window(self) -> bool:
        """Whether it came in time; the last day of the window is inside it."""
        return self.received_on <= self.about.dispute_by

    @property
    def status(self) -> Status:
        """DECIDED with an outcome; WAITING or RETURNED where a second person has not taken it up; else OPEN."""
        if self.outcome is not None:
            return "DECIDED"
        return self.approval or "OPEN"


def questioned(lines: pl.DataFrame, invoices: pl.DataFrame, invoice_no: str, line_no: int | None) -> Questioned:
    """Find what a dispute is about.

    Args:
        lines: LINES of the month as posted.
        invoices: INVOICES of it.
        invoice_no: the invoice that is questioned.
        line_no: its line; none: the whole invoice.

    Raises:
        UsageError: that was never billed.
    """
    heads = invoices.filter(pl.col("invoice_no") == invoice_no)
    rows = lines.filter((pl.col("invoice_no") == invoice_no) & (pl.col("invoice_line_no") == pl.lit(line_no, pl.Int64)))
    if heads.is_empty() or (line_no is not None and rows.is_empty()):
        what = invoice_no if line_no is None or heads.is_empty() else f"{invoice_no}/{line_no}"
        raise UsageError(f"{what} was never billed; look at the number on the invoice")
    head = heads.row(0, named=True)
    row = head if line_no is None else rows.row(0, named=True)
    return Questioned(
        invoice_no, line_no, None if line_no is None else row["charge_id"], head["period"], row["billing_number"], row["agency_code"],
        row["amount"], head["issued_on"], head["dispute_by"],
    )  # fmt: skip


def needs_approval(dispute: Dispute) -> bool:
    """Whether another person must approve that it is taken up: it came after the window."""
    return not dispute.is_inside_window


def in_dispute(disputes: Sequence[Dispute], invoice_no: str, line_no: int | None) -> Decimal:
    """What of a line (of a whole invoice: line_no none) is in dispute already, or was credited by one.

    An open dispute counts by its amount, a decided one by what it credited. A dispute of the whole invoice may be about
    any line, so it counts on each of them; disputes of lines count on the whole. One that waits to be taken up counts as
    an open one, one that was sent back does not.
    """
    touching = [
        one for one in disputes
        if one.invoice_no == invoice_no and (line_no is None or one.invoice_line_no in {None, line_no}) and one.status != "RETURNED"
    ]  # fmt: skip
    return sum((one.amount if one.outcome is None else one.credited_amount or Decimal(0) for one in touching), Decimal("0.00"))


def check_new(dispute: Dispute, already_disputed_amount: Decimal) -> list[str]:
    """Say why a dispute cannot be taken up; nothing means it can.

    One that came after the window can, with a reason; another person must approve that (see `needs_approval`).

    Args:
        dispute: the new dispute.
        already_disputed_amount: see `in_dispute`.

    Returns: one line a refusal.
    """
    about = dispute.about
    refusals = _amount_refusals(dispute, about.amount, already_disputed_amount)
    names = {"dispute_id": dispute.dispute_id, "reason": dispute.reason, "owner": dispute.owner, "opened_by": dispute.opened_by}
    refusals += [f"dispute has no {name}; give one" for name, value in names.items() if not value.strip()]
    if dispute.received_on < about.issued_on:
        refusals.append(f"received on {dispute.received_on}, before the invoice was issued on {about.issued_on}; correct the date")
    if dispute.received_on > dispute.opened_on:
        refusals.append(f"received on {dispute.received_on}, which is after today, {dispute.opened_on}; correct the date")
    if dispute.due_on < dispute.received_on:
        refusals.append(f"due on {dispute.due_on}, before it was received on {dispute.received_on}; give a later due date")
    if needs_approval(dispute) and not (dispute.window_override_reason or "").strip():
        refusals.append(
            f"received on {dispute.received_on}, after the window closed on {about.dispute_by};"
            " give the reason to take it up all the same, which another person must approve"
        )
    return refusals


def _amount_refusals(dispute: Dispute, line_amount: Decimal, already: Decimal) -> list[str]:
    """Say what is wrong with the amount; the first thing that is."""
    what = f"{dispute.invoice_no} line {dispute.invoice_line_no}" if dispute.invoice_line_no is not None else dispute.invoice_no
    if dispute.amount <= 0:
        return [f"disputed amount is {dispute.amount}; give what is questioned as a positive amount"]
    if dispute.amount != dispute.amount.quantize(Decimal(1).scaleb(-CENT_PLACES)):
        return [f"disputed amount {dispute.amount} has parts of a cent; give dollars and cents"]
    if line_amount <= 0:
        return [f"{what} comes to {line_amount}; only a charge can be disputed, correct a credit by an adjustment"]
    left = line_amount - already
    if dispute.amount > left:
        return [
            f"disputed amount {dispute.amount} is above the {left} left of {what} ({line_amount} less {already} in dispute or credited)"
        ]
    return []


def check_outcome(dispute: Dispute) -> list[str]:
    """Say why a decision cannot stand; nothing means it can.

    DENIED credits nothing, FULL_CREDIT the disputed amount, PARTIAL something between. What is credited is billed as an
    adjustment, which has its own approval.

    Returns: one line a refusal.
    """
    if dispute.outcome not in OUTCOMES:
        return [f"outcome is {dispute.outcome or 'missing'}; decide {', '.join(OUTCOMES[:-1])} or {OUTCOMES[-1]}"]
    refusals = []
    credited, amount = dispute.credited_amount, dispute.amount
    if credited is None:
        refusals.append(f"{dispute.outcome} has no credited amount; give it, 0.00 where nothing is credited")
    elif dispute.outcome == "DENIED" and credited != 0:
        refusals.append(f"DENIED credits {credited}; it can credit 0.00 only")
    elif dispute.outcome == "FULL_CREDIT" and credited != amount:
        refusals.append(f"FULL_CREDIT credits {credited}; it credits the disputed {amount}")
    elif dispute.outcome == "PARTIAL" and not 0 < credited < amount:
        refusals.append(f"PARTIAL credits {credited}; give an amount between 0.00 and the disputed {amount}, both excluded")
    if not (dispute.decided_by or "").strip():
        refusals.append("nobody decided it; name who did")
    if dispute.decided_on is None or dispute.decided_on < dispute.received_on:
        refusals.append(f"decided on {dispute.decided_on}, received on {dispute.received_on}; give the day of the decision")
    return refusals


def undisputed(lines: pl.DataFrame, disputes: Sequence[Dispute]) -> pl.DataFrame:
    """Say what of each invoice stays payable while disputes are open.

    A decided dispute holds nothing back: what it credits is a line of a later invoice. Disputes of other invoices than
    those in `lines` are passed over. amount = disputed + payable; payable is below zero where a line above the net of
    its invoice is disputed.

    One that waits to be taken up, or was sent back, holds nothing back either.

    Args:
        lines: LINES of one or more months.

    Rows: one an invoice. Returns: UNDISPUTED, sorted by invoice_no.
    """
    open_ones = [(one.invoice_no, one.amount) for one in disputes if one.status == "OPEN"]
    listed = pl.DataFrame(open_ones, schema={"invoice_no": pl.String(), "disputed": DOLLARS}, orient="row")
    held = listed.group_by("invoice_no").agg(pl.col("disputed").sum())
    sums = lines.group_by("invoice_no").agg(pl.col("amount").sum()).join(held, on="invoice_no", how="left", validate="1:1")
    known = sums.with_columns(disputed=pl.coalesce("disputed", _ZERO))
    return conform(known.with_columns(payable=pl.col("amount") - pl.col("disputed")).sort("invoice_no"), UNDISPUTED)


def register(disputes: Sequence[Dispute], as_of: dt.date | None = None) -> pl.DataFrame:
    """List the disputes as they are published.

    Args:
        as_of: the day to which an undecided dispute is counted; none: its days are not known.

    Rows: one a dispute. Returns: DISPUTES, sorted by dispute_id.
    """
    rows = []
    for one in disputes:
        facts = {**vars(one.about), **vars(one), "is_inside_window": one.is_inside_window, "status": one.status}
        ended = one.decided_on or as_of
        facts["days_open"] = None if ended is None else (ended - one.received_on).days
        rows.append({name: facts[name] for name in DISPUTES})
    return conform(pl.DataFrame(rows, schema=DISPUTES).sort("dispute_id"), DISPUTES)
