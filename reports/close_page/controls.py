"""The control totals as the page proves them: each file in = billed + held + rejected + dropped, and lines = invoices."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from billing.errors import ReconciliationError
from reports.close_page.coding import clean
from reports.footing import PARTS, agree, total
from reports.published import Published


@dataclass(frozen=True)
class Account:
    """What came in by one file, or by all, and what became of it."""

    feed: str
    file: str
    records: dict[str, int]
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class Controls:
    """Every file's account, their sum, and the way from the feeds to the invoices."""

    files: tuple[Account, ...]
    whole: Account
    fees: Decimal  # taken on whole invoices; no record brings them
    invoices: Decimal
    lines: Decimal


def controls(published: Published, shown: Decimal) -> Controls:
    """The proof of a month.

    Args:
        shown: what the page's own lines come to.

    Raises:
        ReconciliationError: a file does not balance, or lines, invoices and control totals are not one figure.
    """
    frame = published.now("control_totals").with_columns(clean(pl.col("source_file")))
    files = tuple(_account(str(part["feed"][0]), str(part["source_file"][0]), part) for part in frame.partition_by("feed", "source_file"))
    whole = _account("all feeds", "", frame)
    charges = published.now("fact_charge").filter(pl.col("invoice_no").is_not_null())
    sourced = published.now("bridge_charge_source").select("charge_id").unique()
    fees = total(charges.join(sourced, on="charge_id", how="anti")["amount"])
    invoices, lines = total(published.now("fact_invoice")["amount"]), total(charges["amount"])
    agree(f"{published.period}: lines and invoices", lines, invoices)
    agree(f"{published.period}: lines on the page and lines", shown, lines)
    agree(f"{published.period}: control totals with fees on totals, and invoices", whole.amounts["billed"] + fees, invoices)
    return Controls(files, whole, fees, invoices, lines)


def _account(feed: str, file: str, part: pl.DataFrame) -> Account:
    records = {name: int(part[f"records_{name}"].sum()) for name in ("in", *PARTS)}
    amounts = {name: total(part[f"amount_{name}"]) for name in ("in", *PARTS)}
    for kind, figures in (("records", records), ("dollars", amounts)):
        came = sum((figures[name] for name in PARTS), figures["in"] * 0)
        if came != figures["in"]:
            raise ReconciliationError(
                f"{file or feed}: {kind} in {figures['in']}, but {came} accounted for; nothing is written", code="V013"
            )
    return Account(feed, file, records, amounts)
