"""Disputes: what an agency may question and until when, how it may end, and what stays payable meanwhile."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import conform
from billing.money import CENT_PLACES, DOLLARS

Outcome = Literal["FULL_CREDIT", "PARTIAL", "DENIED"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("FULL_CREDIT", "PARTIAL", "DENIED")
_ZERO: Final = pl.lit(Decimal(0), DOLLARS)

DISPUTES: Final[dict[str, pl.DataType]] = {
    "dispute_id": pl.String(),
    "invoice_no": pl.String(),
    "invoice_line_no": pl.Int64(),  # null: the whole invoice
    "period": pl.String(),
    "billing_number": pl.String(),  # of the line; of the invoice where the whole is disputed
    "agency_code": pl.String(),
    "amount": DOLLARS,
    "received_on": pl.Date(),
    "inside_window": pl.Boolean(),
    "reason": pl.String(),
    "owner": pl.String(),
    "due_on": pl.Date(),
    "outcome": pl.String(),  # FULL_CREDIT PARTIAL DENIED; null: open
    "credited_amount": DOLLARS,
    "opened_by": pl.String(),
    "decided_by": pl.String(),
    "decided_on": pl.Date(),
    "days_open": pl.Int64(),  # from receipt to the decision, else to the day of the report
}
UNDISPUTED: Final[dict[str, pl.DataType]] = {"invoice_no": pl.String(), "amount": DOLLARS, "disputed": DOLLARS, "payable": DOLLARS}


@dataclass(frozen=True)
class Dispute:
    """One dispute, open until it has an outcome."""

    dispute_id: str
    invoice_no: str
    invoice_line_no: int | None  # none: the whole invoice
    amount: Decimal
    received_on: dt.date
    reason: str
    owner: str  # who works it
    due_on: dt.date  # until when he means to have decided it
    opened_by: str
    window_override_reason: str | None = None
    outcome: Outcome | None = None
    credited_amount: Decimal | None = None
    decided_by: str | None = None
    decided_on: dt.date | None = None


def needs_approval(dispute: Dispute, dispute_by: dt.date) -> bool:
    """Whether another person must approve that it is taken up: it came after the window."""
    return dispute.received_on > dispute_by


def in_dispute(disputes: Sequence[Dispute], invoice_no: str, line_no: int | None) -> Decimal:
    """What of a line (of a whole invoice: line_no none) is in dispute already, or was credited by one.

    An open dispute counts by its amount, a decided one by what it credited. A dispute of the whole invoice may be about
    any line, so it counts on each of them; disputes of lines count on the whole.
    """
    touching = [
        one for one in disputes if one.invoice_no == invoice_no and (line_no is None or one.invoice_line_no in {None, line_no})
    ]  # fmt: skip
    return sum((one.amount if one.outcome is None else one.credited_amount or Decimal(0) for one in touching), Decimal("0.00"))


def check_new(dispute: Dispute, line_amount: Decimal, invoice_row: Mapping[str, Any], already_disputed_amount: Decimal) -> list[str]:
    """Say why a dispute cannot be taken up; nothing means it can.

    One that came after the window can, with a reason; another person must approve that (see `needs_approval`).

    Args:
        dispute: the new dispute.
        line_amount: of the disputed line; of the invoice where the whole is disputed.
        invoice_row: the row of INVOICES (issued_on, dispute_by).
        already_disputed_amount: see `in_dispute`.

    Returns: one line a refusal.
    """
    refusals = _amount_refusals(dispute, line_amount, already_disputed_amount)
    names = {"dispute_id": dispute.dispute_id, "reason": dispute.reason, "owner": dispute.owner, "opened_by": dispute.opened_by}
    refusals += [f"dispute has no {name}; give one" for name, value in names.items() if not value.strip()]
    if dispute.received_on < invoice_row["issued_on"]:
        refusals.append(f"received on {dispute.received_on}, before the invoice was issued on {invoice_row['issued_on']}; correct the date")
    if dispute.due_on < dispute.received_on:
        refusals.append(f"due on {dispute.due_on}, before it was received on {dispute.received_on}; give a later due date")
    if needs_approval(dispute, invoice_row["dispute_by"]) and not (dispute.window_override_reason or "").strip():
        refusals.append(
            f"received on {dispute.received_on}, after the window closed on {invoice_row['dispute_by']};"
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

    Args:
        lines: LINES of one or more months.

    Rows: one an invoice. Returns: UNDISPUTED, sorted by invoice_no.
    """
    open_ones = [(one.invoice_no, one.amount) for one in disputes if one.outcome is None]
    listed = pl.DataFrame(open_ones, schema={"invoice_no": pl.String(), "disputed": DOLLARS}, orient="row")
    held = listed.group_by("invoice_no").agg(pl.col("disputed").sum())
    sums = lines.group_by("invoice_no").agg(pl.col("amount").sum()).join(held, on="invoice_no", how="left", validate="1:1")
    known = sums.with_columns(disputed=pl.coalesce("disputed", _ZERO))
    return conform(known.with_columns(payable=pl.col("amount") - pl.col("disputed")).sort("invoice_no"), UNDISPUTED)


def register(disputes: Sequence[Dispute], invoices: pl.DataFrame, lines: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """List the disputes as they are published, on one day.

    Args:
        invoices: INVOICES of every month that is disputed.
        lines: LINES of the same months.
        as_of: the day to which an open dispute is counted.

    Rows: one a dispute. Returns: DISPUTES, sorted by dispute_id.

    Raises:
        ReconciliationError: a dispute is about an invoice or a line that was never billed.
    """
    own = [name for name in Dispute.__dataclass_fields__ if name in DISPUTES]
    columns = {name: [getattr(one, name) for one in disputes] for name in own}
    listed = pl.DataFrame(columns, schema={name: DISPUTES[name] for name in own})
    heads = invoices.select("invoice_no", "period", "dispute_by", head_number="billing_number", head_agency="agency_code")
    owners = lines.select("invoice_no", "invoice_line_no", line_number="billing_number", line_agency="agency_code")
    placed = listed.join(heads, on="invoice_no", how="left", validate="m:1").join(
        owners, on=["invoice_no", "invoice_line_no"], how="left", validate="m:1"
    )
    lost = placed.filter(pl.col("period").is_null() | (pl.col("invoice_line_no").is_not_null() & pl.col("line_number").is_null()))
    if not lost.is_empty():
        ids = ", ".join(sorted(lost["dispute_id"]))
        raise ReconciliationError(f"disputes of what was never billed: {ids}; look for the invoice and line they name")
    ended = pl.coalesce("decided_on", pl.lit(as_of))
    return conform(
        placed.with_columns(
            billing_number=pl.coalesce("line_number", "head_number"),
            agency_code=pl.coalesce("line_agency", "head_agency"),
            inside_window=pl.col("received_on") <= pl.col("dispute_by"),
            days_open=(ended - pl.col("received_on")).dt.total_days(),
        ).select(list(DISPUTES)).sort("dispute_id"),
        DISPUTES,
    )  # fmt: skip
