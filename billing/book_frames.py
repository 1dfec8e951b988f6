"""The shapes of what a month's book adds to its bill: approvals, adjustments and disputes."""

from typing import Final

import polars as pl

from billing.money import DOLLARS

# One decision of a second person.
APPROVALS: Final[dict[str, pl.DataType]] = {
    "approval_id": pl.String(),
    "period": pl.String(),
    "subject_kind": pl.String(),
    "subject_id": pl.String(),
    "user": pl.String(),
    "level": pl.String(),
    "decision": pl.String(),  # APPROVED RETURNED
    "decided_at": pl.String(),
    "content_hash": pl.String(),
    "assurance": pl.String(),  # SIGNED RECORDED FEED
}

# One adjustment of a period, with who made it and who approved it.
ADJUSTMENTS: Final[dict[str, pl.DataType]] = {
    "adjustment_id": pl.String(),
    "adj_type": pl.String(),
    "pair_id": pl.String(),
    "reason_code": pl.String(),
    "support_ref": pl.String(),
    "prepared_by": pl.String(),
    "prepared_at": pl.String(),
    "approved_by": pl.String(),  # users, `;` between; null: nobody yet
    "approval_state": pl.String(),  # WAITING APPROVED RETURNED STALE
}

# One dispute of an invoice or of a line of it, as it was billed when the dispute was opened.
DISPUTES: Final[dict[str, pl.DataType]] = {
    "dispute_id": pl.String(),
    "period": pl.String(),
    "invoice_no": pl.String(),
    "invoice_line_no": pl.Int64(),  # null: the whole invoice
    "charge_id": pl.String(),
    "billing_number": pl.String(),  # of the line; of the invoice where the whole is disputed
    "agency_code": pl.String(),
    "amount": DOLLARS,
    "received_on": pl.Date(),
    "opened_on": pl.Date(),
    "opened_by": pl.String(),
    "owner": pl.String(),
    "due_on": pl.Date(),
    "is_inside_window": pl.Boolean(),
    "window_override_reason": pl.String(),
    "reason": pl.String(),
    "status": pl.String(),  # WAITING (a second person must take it up) RETURNED OPEN DECIDED
    "outcome": pl.String(),  # FULL_CREDIT PARTIAL DENIED
    "credited_amount": DOLLARS,
    "decided_by": pl.String(),
    "decided_at": pl.String(),
    "decided_reason": pl.String(),
    "adjustment_id": pl.String(),  # that credits it
    "days_open": pl.Int64(),  # from receipt to the decision; null: not decided, and no day given to count to
}
