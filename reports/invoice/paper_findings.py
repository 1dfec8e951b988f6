"""Findings about letters: what a month's texts hold that no invoice can print, told before anything is rendered."""

from dataclasses import dataclass

import polars as pl

from billing.frames import MonthBill
from reports.press.letters import unprintable

_COLUMNS = ("description", "rate_code", "source_record_id", "adjustment_id", "approval_ref", "rule")
_NAMES = ("name", "agency_name")
_ODD = r"[^\x20-\x7e]"


@dataclass(frozen=True)
class PaperFinding:
    """One text that is printed with a code in place of some letters."""

    invoice_no: str
    line: int  # 0: the invoice's head
    column: str
    letters: tuple[str, ...]  # `U+202E`

    def __str__(self) -> str:
        place = f" line {self.line}" if self.line else ""
        return f"{self.invoice_no}{place}: {self.column} holds {', '.join(self.letters)}, which cannot be printed"


def paper_findings(bill: MonthBill, only: set[str] | None = None) -> dict[str, tuple[PaperFinding, ...]]:
    """Findings by invoice number. Rows: one a line, or an invoice's head, and column whose text cannot be printed as it is."""
    head = bill.invoices.with_columns(invoice_line_no=pl.lit(0, pl.Int64))
    found: dict[str, list[PaperFinding]] = {}
    for frame, columns in ((head, _NAMES), (bill.lines, _COLUMNS)):
        wanted = frame if only is None else frame.filter(pl.col("invoice_no").is_in(sorted(only)))
        for column in columns:
            odd = wanted.filter(pl.col(column).str.contains(_ODD), pl.col("invoice_no").is_not_null())
            for invoice_no, line, text in odd.select("invoice_no", "invoice_line_no", column).sort(pl.all()).iter_rows():
                letters = unprintable(text)
                if letters:
                    codes = tuple(f"U+{ord(each):04X}" for each in sorted(letters))
                    found.setdefault(invoice_no, []).append(PaperFinding(invoice_no, line, column, codes))
    return {number: tuple(some) for number, some in found.items()}
