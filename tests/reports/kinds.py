"""Every kind of invoice that must look intended, by name, as jobs for the press."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl

from billing.frames import SPLITS, MonthBill
from billing.periods import Period
from reports.invoice import Options
from reports.invoice.render import jobs
from reports.press.printing import Job
from tests.reports.bill import Month, earlier_months, many_invoices, month_bill
from tests.reports.findings import NAMES, frame

LONG = "Department for the Preservation and Interpretation of Historic Farmsteads, Covered Bridges, and Rural Schoolhouses"
ACCENTS = "Ministère Łódź – Żółć, Ångström & Þórr: São José, Čeština, Œuvre, ĦĠ"


def _only(bill: MonthBill, number: str, **options: object) -> Job:
    (job,) = jobs(bill, bill.invoices.filter(pl.col("invoice_no").str.contains(f"-{number}-")), Options(**options))
    return job


def lines_bill(*lines: tuple[str, str, str, str], history: int = 0, number: str = "1000002") -> MonthBill:
    """A month of one invoice: stream, rate code, words, amount of each line."""
    month = Month(Period.parse("2026-10"))
    for stream, code, words, amount in lines:
        month.charge(number, stream, code, words, None, None, amount, uom=None)
    return month.bill(earlier=earlier_months(month.period, history))


def named(bill: MonthBill, name: str) -> MonthBill:
    """The same month for agencies of another name."""
    tables = replace(bill.tables, frames={**bill.tables.frames, "agencies": bill.tables["agencies"].with_columns(cabinet=pl.lit(name))})
    invoices = bill.invoices.with_columns(agency_name=pl.lit(name), name=pl.lit(name[::-1]))
    return replace(bill, tables=tables, invoices=invoices, lines=bill.lines.with_columns(description=pl.lit(name)))


def many_strings(bill: MonthBill, how_many: int) -> MonthBill:
    """Each line paid from very many strings, a cent or more each from the first line on."""
    rows = []
    for charge_id, amount in bill.lines.select("charge_id", "amount").iter_rows():
        left = amount
        for seq in range(1, how_many + 1):
            part = left if seq == how_many else (amount / how_many).quantize(Decimal("0.01"))
            left -= part
            rows.append({"charge_id": charge_id, "seq": seq, "fund": f"{100 + seq:04d}", "department": "540", "unit": f"U{seq:03d}",
                         "appropriation_unit": "54A0", "object": "E150", "percent": Decimal(1), "amount": part})  # fmt: skip
    return replace(bill, splits=frame(rows, SPLITS))


def kinds() -> Iterator[tuple[str, Job]]:
    """Each kind by name."""
    whole = month_bill(history=12)
    yield "ordinary", _only(whole, "1000001")
    yield "group", _only(whole, "REV-ALL")
    yield "credits-only", _only(whole, "3000001")
    yield "first-month", _only(month_bill(history=0), "1000001")
    yield "one-line", _only(lines_bill(("voip", "VP20", "606-555-0142, lodge desk", "16.25")), "1000002")
    zero = lines_bill(("usage", "VS100", "Virtual server, trial", "84.15"), ("usage", "VS100", "Trial credit", "-84.15"), history=3)
    yield "zero", _only(zero, "1000002")
    negative = lines_bill(("usage", "VS100", "Virtual server", "84.15"), ("adjustments", "VS100", "Refund", "-2084.15"), history=4)
    yield "negative", _only(negative, "1000002")
    yield "long-names", _only(named(whole, LONG * 3), "1000001")
    yield "accents", _only(named(whole, ACCENTS), "REV-ALL")
    yield "many-strings", _only(many_strings(whole, 60), "1000001")
    yield "200-lines", _only(many_invoices(1, 200), "9000000")
    yield "summary", _only(many_invoices(1, 1200), "9000000", most_lines=1000)


if __name__ == "__main__":
    import sys
    from pathlib import Path

    from reports.press.printing import pdf

    NAMES.setdefault("9000000", ("54", "Office 0"))
    for name, job in kinds():
        Path(sys.argv[1], f"{name}.pdf").write_bytes(pdf(job))
