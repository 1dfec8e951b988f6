"""Make the documents of the accounting interface: each invoice by event type, at most so many lines, always balanced.

The seller's lines carry the revenue, the buyer's lines the expenditure; a credit turns the sides, and every amount is
above zero. Source: domain, (f); Massachusetts asks for a document of its own per event type, older ADVANTAGE systems
for at most 99 lines a document [F MA-CB, SAM-OC].
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.fiscal import posting_place
from billing.frames import Tables, conform
from billing.interface_checks import check_documents, check_invoices
from billing.interface_codes import BUYER, coded
from billing.interface_frames import JOURNAL, PARTS
from billing.interface_names import batch_name, document_names
from billing.money import CENT_PLACES, DOLLARS, decimal, units
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

_DOCUMENT: Final = ["invoice_no", "rfed_doc_id", "document_code", "event_type", "is_credit"]
_SELLER: Final = ["revenue_source", "rate_class", "billing_number"]
_LINE: Final = [*_DOCUMENT, *_SELLER, *BUYER]
_LONGEST_DESCRIPTION: Final = 60
# the seller's line has no such element of its own
_BUYERS_ONLY: Final = ["appropriation_unit", "sub_object", "activity", "function", "program", "project", "reporting_category"]


@dataclass(frozen=True)
class Documents:
    """A batch of documents. journal: JOURNAL, by document and line; parts: PARTS, every split in them but those of 0.00."""

    journal: pl.DataFrame
    parts: pl.DataFrame


@dataclass(frozen=True)
class Batch:
    """Which batch of a period it is, and which number its first document takes."""

    number: int = 1
    first_document: int = 1
    sent_as: str = "ORIGINAL"


def documents(
    lines: pl.DataFrame, splits: pl.DataFrame, invoices: pl.DataFrame, tables: Tables, period: Period, policy: Policy, posted_on: dt.date,
    *, batch: Batch = Batch(), replaces: pl.DataFrame | None = None,
) -> Documents:  # fmt: skip
    """Turn a month's split charges into documents.

    One document per invoice, document code, event type and side (charge or credit), cut at `max_lines` buyer's lines.
    A buyer's line is one set of accounting codes, billing number, rate class and revenue source; charges and credits
    are never netted. Parts of 0.00 are left out. The same rows in any order give the same documents.

    Args:
        lines, splits, invoices: LINES, SPLITS and INVOICES of the month, or for `replaces` only what is sent again.
        tables: rate_codes, billing_numbers, gl_map and calendar.
        policy: max_lines, the seller's codes, period_13_days.
        posted_on: the day the documents are dated by.
        batch: its place among the period's batches.
        replaces: charge_id, seq, rfed_doc_code, rfed_doc_id: the documents that these stand for; none: originals,
            which must come to the invoices.

    Raises:
        TableError, RefusalsError: gl_map or rate_codes lack a row.
        ReconciliationError: V014 a document does not balance; V013 documents, invoices and splits differ.
    """
    parts = coded(_parts(lines, splits, invoices, replaces), tables, policy)
    placed = _numbered(_buyer_lines(parts), policy.max_lines, period, batch)
    journal = _journal(placed, tables, period, policy, posted_on, batch)
    check_documents(journal, splits["amount"])
    if replaces is None:
        check_invoices(journal, invoices)
    return Documents(journal, _bridge(parts, placed))


def _parts(lines: pl.DataFrame, splits: pl.DataFrame, invoices: pl.DataFrame, replaces: pl.DataFrame | None) -> pl.DataFrame:
    """Every split that is not 0.00 with its charge, its invoice and the document it stands for."""
    shape = {"charge_id": pl.String(), "seq": pl.Int64(), "rfed_doc_code": pl.String(), "rfed_doc_id": pl.String()}
    named = pl.DataFrame(schema=shape) if replaces is None else replaces.select(list(shape))
    charges = lines.select("charge_id", "invoice_no", "billing_number", "rate_code", "start_date", "stop_date")
    dated = charges.join(invoices.select("invoice_no", "issued_on"), on="invoice_no", how="left", validate="m:1")
    found = splits.filter(pl.col("amount") != 0).join(dated, on="charge_id", how="left", validate="m:1")
    if found["issued_on"].null_count():
        raise ReconciliationError("a split belongs to no invoice", code="V013")
    return found.join(named, on=["charge_id", "seq"], how="left", validate="1:1").with_columns(is_credit=pl.col("amount") < 0)


def _buyer_lines(parts: pl.DataFrame) -> pl.DataFrame:
    """Add the parts up to buyer's lines, in their one order."""
    cents = units(pl.col("amount"), CENT_PLACES).abs().sum()
    added = parts.group_by(_LINE).agg(
        pl.col("issued_on").first(), pl.col("rfed_doc_code").first(), _cents=cents,
        service_from=pl.col("start_date").min(), service_to=pl.col("stop_date").max().dt.offset_by("-1d"),
    )  # fmt: skip
    return added.with_columns(amount=decimal(pl.col("_cents"), CENT_PLACES).cast(DOLLARS)).drop("_cents").sort(_LINE, nulls_last=True)


def _numbered(buyers: pl.DataFrame, max_lines: int, period: Period, batch: Batch) -> pl.DataFrame:
    """Cut into documents and name them: doc_id, and _seller, which of the document's seller's lines pays the line."""
    chunk = pl.int_range(pl.len()).over(_DOCUMENT) // max_lines
    cut = buyers.with_columns(_chunk=chunk).with_columns(_doc=pl.struct(*_DOCUMENT, "_chunk").rle_id().cast(pl.Int64))
    count = int(cut["_doc"].max() or 0) + 1 if cut.height else 0  # type: ignore[arg-type]
    names = document_names(period, batch.first_document, count)
    named = cut.join(names, on="_doc", how="left", validate="m:1", maintain_order="left")
    seller = pl.struct(_SELLER).rle_id().over("_doc").cast(pl.Int64) + 1
    numbered = named.with_columns(seller_line=seller)
    line = pl.col("seller_line").max().over("_doc") + pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("_doc")
    return numbered.with_columns(doc_line=line)


def _journal(
    buyers: pl.DataFrame, tables: Tables, period: Period, policy: Policy, posted_on: dt.date, batch: Batch
) -> pl.DataFrame:  # fmt: skip
    """Both parties' lines in the shape that is sent."""
    place = posting_place(tables, period, posted_on, policy.period_13_days)
    words = phrase("{}{} {} {}", pl.when("is_credit").then(pl.lit("CREDIT ")).otherwise(pl.lit("")), "rate_class", "billing_number",
                   pl.lit(str(period)))  # fmt: skip
    both = pl.concat([_sellers(buyers, policy), buyers.with_columns(party=pl.lit("BUYER"), object_or_revenue="object")], how="diagonal")
    is_debit = (pl.col("party") == "BUYER") != pl.col("is_credit")
    told = both.rename({"appropriation_unit": "appr_unit", "document_code": "doc_code", "issued_on": "invoice_date"}).with_columns(
        batch_id=pl.lit(batch_name(period, batch.number)),
        dr_cr=pl.when(is_debit).then(pl.lit("DR")).otherwise(pl.lit("CR")),
        fiscal_period=pl.lit(place.fiscal_period, pl.Int64), fy=pl.lit(place.fiscal_year, pl.Int64),
        bfy=pl.lit(place.fiscal_year, pl.Int64), period=pl.lit(str(period)), description=words.str.slice(0, _LONGEST_DESCRIPTION),
        posted_on=pl.lit(posted_on), sent_as=pl.lit(batch.sent_as),
    )  # fmt: skip
    return conform(told.select(list(JOURNAL)), JOURNAL).sort("doc_id", "doc_line")


def _sellers(buyers: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The seller's lines: what the buyer's lines of one revenue source, class and number of a document come to."""
    key = ["doc_id", *_DOCUMENT, *_SELLER, "seller_line"]
    added = buyers.group_by(key).agg(
        pl.col("issued_on", "rfed_doc_code").first(), pl.col("service_from").min(), pl.col("service_to").max(),
        _cents=units(pl.col("amount"), CENT_PLACES).sum(),
    )  # fmt: skip
    own = {"fund": policy.seller_fund, "department": policy.seller_department, "unit": policy.seller_unit}
    return added.select(
        *key, "issued_on", "rfed_doc_code", "service_from", "service_to",
        *[pl.lit(value or None, pl.String).alias(name) for name, value in own.items()],
        *[pl.lit(None, pl.String).alias(name) for name in _BUYERS_ONLY],
        party=pl.lit("SELLER"), doc_line="seller_line", object_or_revenue="revenue_source",
        amount=decimal(pl.col("_cents"), CENT_PLACES).cast(DOLLARS),
    ).with_columns(seller_line=pl.lit(None, pl.Int64))  # fmt: skip


def _bridge(parts: pl.DataFrame, buyers: pl.DataFrame) -> pl.DataFrame:
    """Say of every part which document's line it is in."""
    where = buyers.select(*_LINE, "doc_id", "doc_line")
    found = parts.join(where, on=_LINE, how="left", validate="m:1", nulls_equal=True)
    return conform(found.select(list(PARTS)), PARTS).sort("charge_id", "seq")
