"""R01, the billing register: every line of every invoice of the month, footing to the invoices."""

from decimal import Decimal

import polars as pl

from billing.frames import MonthBill
from reports.detail import published_lines
from reports.footing import agree, total
from reports.tabular import csv_bytes, json_bytes, rows

NAME = "R01-billing-register"
COLUMNS = (
    "period", "invoice_no", "invoice_line_no", "charge_id", "billing_number", "agency_code", "agency_name", "stream",
    "component", "rate_code", "description", "service_from", "service_to", "quantity", "uom", "unit_rate", "amount",
    "is_prior_period", "adjustment_id",
)  # fmt: skip


def register(bill: MonthBill) -> pl.DataFrame:
    """The register as a frame, by invoice and line number.

    Rows: one per invoice line.

    Raises:
        ReconciliationError: it does not foot to the invoices.
    """
    names = bill.invoices.select("invoice_no", "agency_name")
    found = published_lines(bill.lines).join(names, on="invoice_no", how="left", validate="m:1", maintain_order="left").select(COLUMNS)
    agree(f"{bill.period}: register and invoices", total(found["amount"]), total(bill.invoices["amount"]))
    return found


def register_files(bill: MonthBill) -> tuple[dict[str, bytes], Decimal]:
    """The register's CSV and JSON by file name, and its total.

    Raises:
        ReconciliationError: it does not foot to the invoices.
    """
    frame = register(bill)
    amount = total(frame["amount"])
    document = {
        "report": "R01",
        "title": "Billing register",
        "period": bill.period,
        "as_of": bill.as_of,
        "invoice_count": bill.invoices.height,
        "line_count": frame.height,
        "total": amount,
        "lines": rows(frame),
    }
    return {f"{NAME}.csv": csv_bytes(frame), f"{NAME}.json": json_bytes(document)}, amount
