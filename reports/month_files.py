"""Write a month's register, detail files and control report, all proven to be one total."""

from pathlib import Path

from billing.frames import MonthBill
from reports.control import control
from reports.control_html import control_html
from reports.control_json import control_document
from reports.control_text import control_text
from reports.detail import detail_files, write_details
from reports.footing import agree, foot
from reports.register import register_files
from reports.tabular import json_bytes
from reports.write import write_bytes


def write_month(bill: MonthBill, out_dir: Path, facts: dict[str, str]) -> dict[str, Path]:
    """Write what a month's people receive beside the invoices; the same bill gives the same bytes.

    Args:
        bill: the month.
        out_dir: the period's own folder, `out/2026-10`.
        facts: evidence printed on the control report, name -> value: stage hashes, journal head.

    Returns:
        Paths by name: `register.csv`, `register.json`, `control.txt`, `control.json`, `control.html` and
        `detail/<invoice_no>` for each invoice.

    Raises:
        ReconciliationError: totals that must be one are not; no report is written.
    """
    footing = foot(bill)
    registers, register_total = register_files(bill)
    agree(f"{bill.period}: invoices and lines", footing.invoices, footing.lines)
    agree(f"{bill.period}: invoices and splits", footing.invoices, footing.splits)
    details = detail_files(bill)
    report = control(bill, footing, register_total, details, facts)
    for name, _, amount in report.totals:
        agree(f"{bill.period}: invoices and {name.lower()}", footing.invoices, amount)
    write_details(bill, details, out_dir)
    written = {f"detail/{number}": out_dir / "detail" / file.name for number, file in details.items()}
    for name, data in registers.items():
        written[f"register{Path(name).suffix}"] = write_bytes(out_dir / "reports" / name, data)
    forms = {
        "txt": control_text(report).encode(),
        "json": json_bytes(control_document(report)),
        "html": control_html(report).encode(),
    }
    for form, data in forms.items():
        written[f"control.{form}"] = write_bytes(out_dir / f"control-report.{form}", data)
    return written
