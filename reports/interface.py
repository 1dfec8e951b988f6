"""The accounting interface as files: one canonical CSV, Advantage-style XML with its control file, fixed-width records."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from reports.footing import total
from reports.interface_checks import check_csv, check_xml
from reports.interface_templates import render, template_path
from reports.tabular import csv_bytes

CSV: Final = "gl_interface.csv"
XML: Final = "iet.xml"
CONTROL: Final = "iet.inf"
SCHEMA: Final = "iet.xsd"
FIXED: Final = "journal_fixed.txt"
FORMATS: Final = {"csv": (CSV,), "xml": (XML, CONTROL), "fixed": (FIXED,)}  # the canonical CSV goes with each of them
# in this order; `period` is the fiscal period here, as it stands beside bfy and fy
COLUMNS: Final = (
    "batch_id", "doc_id", "doc_code", "doc_line", "party", "dr_cr", "event_type", "fund", "department", "unit", "appr_unit",
    "object_or_revenue", "sub_object", "activity", "function", "program", "project", "reporting_category", "amount", "bfy", "fy",
    "period", "invoice_no", "invoice_date", "service_from", "service_to", "billing_number", "rate_class", "description",
)  # fmt: skip


def interface_csv(journal: pl.DataFrame) -> bytes:
    """The canonical table, text guarded against formulas."""
    return csv_bytes(journal.sort("doc_id", "doc_line").with_columns(period="fiscal_period").select(COLUMNS))


def interface_files(journal: pl.DataFrame, formats: tuple[str, ...], own: Path | None) -> dict[str, bytes]:
    """The files of one batch by name; the same batch and templates give the same bytes.

    Every file but the fixed-width one is read back and compared with the batch before it is handed out.

    Args:
        journal: JOURNAL of the batch.
        formats: keys of FORMATS.
        own: the workspace's templates.

    Raises:
        InputError: a template cannot be filled, or a value does not fit.
        ReconciliationError: a finished file does not come to the batch.
    """
    view = batch_view(journal)
    files = {CSV: interface_csv(journal)}
    for name in [each for kind in formats for each in FORMATS[kind] if each != CSV]:
        files[name] = render(name, own, view)
    check_csv(files[CSV], journal)
    if XML in files:
        check_xml(files[XML], template_path(SCHEMA, own).read_bytes(), journal)
    return files


def dollars(journal: pl.DataFrame) -> Decimal:
    """What a batch's documents come to, signs aside: the control total that goes with them."""
    return total(journal.filter(pl.col("party") == "BUYER")["amount"])


def batch_view(journal: pl.DataFrame) -> dict[str, Any]:
    """What templates are filled with: the batch and its documents, each with the sellers' and the buyers' lines.

    Args:
        journal: JOURNAL of a batch of at least one document.
    """
    rows = journal.sort("doc_id", "doc_line").to_dicts()
    by_document: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_document.setdefault(row["doc_id"], []).append(row)
    documents = [_document(found) for found in by_document.values()]
    first = documents[0]
    batch = {
        "batch_id": first["batch_id"], "short": first["batch_id"].removeprefix("COT-20").replace("-", ""),
        "posted_on": first["posted_on"], "department": first["department"], "unit": first["unit"],
        "doc_codes": sorted({row["doc_code"] for row in rows}), "document_count": len(documents), "line_count": len(rows),
        "dollars": dollars(journal),
    }  # fmt: skip
    return {"batch": batch, "documents": documents}


def _document(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """One document: what all its lines share, its total, and the lines of each party numbered from 1."""
    sellers = [row for row in rows if row["party"] == "SELLER"]
    buyers = [row for row in rows if row["party"] == "BUYER"]
    for side in (sellers, buyers):
        for number, row in enumerate(side, start=1):
            row["number"] = number
    own = {"department": sellers[0]["department"] or "", "unit": sellers[0]["unit"] or ""}
    return {**rows[0], **own, "sellers": sellers, "buyers": buyers, "amount": sum((row["amount"] for row in buyers), Decimal("0.00"))}
