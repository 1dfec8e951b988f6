"""The detail file that goes with each invoice: every line, its exact amount and what rounding did to it."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl

from billing.frames import MonthBill
from billing.money import EXACT
from reports.footing import agree, total
from reports.tabular import csv_bytes
from reports.write import file_name, sha256, write_bytes


@dataclass(frozen=True)
class DetailFile:
    """One invoice's detail file: name, bytes and what is in it."""

    invoice_no: str
    name: str
    data: bytes
    line_count: int
    amount: Decimal

    @property
    def sha256(self) -> str:
        """The hash printed on the invoice."""
        return sha256(self.data)


def published_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines in the order and with the dates people use: by invoice and line number, both dates inclusive.

    Rows: one per line. Adds service_from, service_to and rounding (exact_amount + rounding = amount).
    """
    return lines.sort("invoice_no", "invoice_line_no", "charge_id").with_columns(
        pl.col("start_date").alias("service_from"),
        pl.col("stop_date").dt.offset_by("-1d").alias("service_to"),
        (pl.col("amount").cast(EXACT) - pl.col("exact_amount")).cast(EXACT).alias("rounding"),
    )


DETAIL_COLUMNS = (
    "invoice_no", "invoice_line_no", "charge_id", "billing_number", "agency_code", "stream", "component", "rate_code",
    "description", "service_from", "service_to", "quantity", "uom", "unit_rate", "exact_amount", "rounding", "amount",
    "is_prior_period", "adjustment_id", "rate_valid_from", "approval_ref", "feed", "source_file", "source_line",
    "source_record_id", "rule",
)  # fmt: skip


def detail_file(invoice_no: str, amount: Decimal, lines: pl.DataFrame) -> DetailFile:
    """One invoice's file from its published lines.

    Raises:
        ReconciliationError: the lines do not come to the invoice.
    """
    agree(f"detail of invoice {invoice_no}", total(lines["amount"]), amount)
    data = csv_bytes(lines.select(DETAIL_COLUMNS))
    return DetailFile(invoice_no, file_name(invoice_no, ".csv"), data, lines.height, amount)


def detail_files(bill: MonthBill, only: set[str] | None = None) -> dict[str, DetailFile]:
    """Every invoice's detail file by invoice number, in invoice order.

    Raises:
        ReconciliationError: a file's lines do not come to its invoice.
    """
    lines = published_lines(bill.lines)
    if only is not None:
        lines = lines.filter(pl.col("invoice_no").is_in(sorted(only)))
    by_invoice = lines.partition_by("invoice_no", as_dict=True)
    found = {}
    for invoice_no, amount in bill.invoices.sort("invoice_no").select("invoice_no", "amount").iter_rows():
        if only is None or invoice_no in only:
            found[invoice_no] = detail_file(invoice_no, amount, by_invoice.get((invoice_no,), lines.clear()))
    return found


def write_details(bill: MonthBill, files: dict[str, DetailFile], out_dir: Path) -> None:
    """Write `detail/<invoice_no>.csv` for every invoice of the month, and take away what is no longer one."""
    for file in files.values():
        write_bytes(out_dir / "detail" / file.name, file.data)
    remove_stale(out_dir / "detail", bill, ".csv")


def remove_stale(folder: Path, bill: MonthBill, suffix: str) -> None:
    """Take away files of invoices this month no longer has; an issue that a reissue replaced stays.

    Only files named as this period's invoices are looked at.
    """
    current = set(bill.invoices["invoice_no"].to_list())
    names = {file_name(number, suffix) for number in current}
    bodies = {name.removesuffix(suffix).rpartition("-")[0]: name for name in sorted(names)}
    for path in sorted(folder.glob(f"COT-{bill.period}-*{suffix}")):
        body = path.name.removesuffix(suffix).rpartition("-")[0]
        reissue = bodies.get(body)
        if path.name not in names and (reissue is None or reissue < path.name):
            path.unlink()
