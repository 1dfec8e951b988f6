"""The shapes of the accounting interface: its lines, and which charge went into which of them."""

from typing import Final

import polars as pl

from billing.money import DOLLARS

# One line of one document, sellers' lines first; every document balances.
JOURNAL: Final[dict[str, pl.DataType]] = {
    "batch_id": pl.String(),
    "doc_id": pl.String(),
    "doc_code": pl.String(),
    "doc_line": pl.Int64(),  # 1-based over both parties
    "party": pl.String(),  # SELLER BUYER
    "dr_cr": pl.String(),  # DR CR; a credit turns the sides, its amounts stay above zero
    "event_type": pl.String(),
    "fund": pl.String(),
    "department": pl.String(),
    "unit": pl.String(),
    "appr_unit": pl.String(),
    "object_or_revenue": pl.String(),  # the buyer's object, the seller's revenue source
    "sub_object": pl.String(),
    "activity": pl.String(),
    "function": pl.String(),
    "program": pl.String(),
    "project": pl.String(),
    "reporting_category": pl.String(),
    "amount": DOLLARS,
    "bfy": pl.Int64(),
    "fy": pl.Int64(),
    "fiscal_period": pl.Int64(),  # of the posting date; 13 for papers of the year that ended
    "period": pl.String(),  # billing period
    "invoice_no": pl.String(),
    "invoice_date": pl.Date(),
    "service_from": pl.Date(),
    "service_to": pl.Date(),  # inclusive
    "billing_number": pl.String(),
    "rate_class": pl.String(),
    "description": pl.String(),
    "seller_line": pl.Int64(),  # BUYER: doc_line of the seller's line it pays
    "posted_on": pl.Date(),
    "sent_as": pl.String(),  # ORIGINAL RESEND REVERSAL
    "rfed_doc_code": pl.String(),  # RESEND, REVERSAL: the document it stands for or turns
    "rfed_doc_id": pl.String(),
}

# One funding string's part of a charge, and the buyer's line it is in.
PARTS: Final[dict[str, pl.DataType]] = {
    "charge_id": pl.String(),
    "seq": pl.Int64(),
    "doc_id": pl.String(),
    "doc_line": pl.Int64(),
    "amount": DOLLARS,  # signed, as split
}

# A document's line with where the document stands.
ANSWERED: Final[dict[str, pl.DataType]] = {
    **JOURNAL,
    "status": pl.String(),  # SENT ACCEPTED REJECTED RESENT REVERSED REPLACED
    "answer": pl.String(),  # the accounting system's words
}
