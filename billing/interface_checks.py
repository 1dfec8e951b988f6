"""What must hold of documents before they leave: each balances, and together they are the bill."""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.money import CENT_PLACES, units

LONGEST_INVOICE_NO: Final = 30
LONGEST_DOC_ID: Final = 20


def _cents() -> pl.Expr:
    return units(pl.col("amount"), CENT_PLACES)


def _signed() -> pl.Expr:
    """A buyer's line as it changes what he owes: debits add, credits take away."""
    return pl.when(pl.col("dr_cr") == "DR").then(_cents()).otherwise(pl.lit(0, pl.Int128) - _cents())


def check_documents(journal: pl.DataFrame, amounts: pl.Series) -> None:
    """Say twice what must not break.

    Args:
        journal: JOURNAL.
        amounts: the splits that the documents were made of (DOLLARS, signed).

    Raises:
        ReconciliationError: V014 an amount is not above zero, or a document's sides differ or are mixed; V013 the
            documents do not come to the splits, or a name is beyond what accounting systems take.
    """
    if journal.filter(pl.col("amount") <= 0).height:
        raise ReconciliationError("a document has a line that is not above zero", code="V014")
    sides = journal.group_by("doc_id").agg(
        balance=_signed().sum(), parties=pl.col("party").n_unique(), sides=pl.struct("party", "dr_cr").n_unique()
    )
    wrong = sides.filter((pl.col("balance") != 0) | (pl.col("parties") != 2) | (pl.col("sides") != 2)).sort("doc_id")
    if wrong.height:
        raise ReconciliationError(f"document {wrong['doc_id'][0]} does not balance; nothing is written", code="V014")
    sent = journal.filter(pl.col("party") == "BUYER").select(_signed().sum()).item()
    split = amounts.to_frame("amount").select(_cents().sum()).item()
    if int(sent or 0) != int(split or 0):
        raise ReconciliationError("documents do not come to the splits they are made of; nothing is written", code="V013")
    names = journal.filter(
        (pl.col("doc_id").str.len_chars() > LONGEST_DOC_ID) | (pl.col("invoice_no").str.len_chars() > LONGEST_INVOICE_NO)
        | (pl.col("doc_id") != pl.col("doc_id").str.to_uppercase()) | (pl.col("invoice_no") != pl.col("invoice_no").str.to_uppercase())
    )  # fmt: skip
    if names.height:
        raise ReconciliationError(f"invoice {names['invoice_no'][0]} has a name that no accounting system takes", code="V013")


def check_invoices(journal: pl.DataFrame, invoices: pl.DataFrame) -> None:
    """The buyer's lines of every invoice come to it; an invoice of 0.00 may have none.

    Raises:
        ReconciliationError: V013.
    """
    sent = journal.filter(pl.col("party") == "BUYER").group_by("invoice_no").agg(_sent=_signed().sum())
    both = invoices.select("invoice_no", _due=_cents()).join(sent, on="invoice_no", how="full", coalesce=True, validate="1:1")
    unsent = pl.col("_sent").is_null() & (pl.col("_due") != 0)
    wrong = both.filter(pl.col("_due").is_null() | unsent | (pl.col("_due") != pl.col("_sent"))).sort("invoice_no")
    if wrong.height:
        raise ReconciliationError(f"documents of {wrong['invoice_no'][0]} do not come to the invoice; nothing is written", code="V013")
