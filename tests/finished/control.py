"""The control report's figures, by name: what every other file is held against. Agencies are those of its detail files."""

import csv
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.finished.figures import Figure, added

PARTS = ("in", "billed", "held", "rejected", "dropped")


def report_of(root: Path, period: str) -> dict[str, Any]:
    """The control report of a month."""
    found: dict[str, Any] = json.loads((root / "out" / period / "control-report.json").read_text("utf-8"))
    return found


def control(root: Path, period: str) -> dict[Figure, Decimal]:
    """Every figure that another file may show."""
    report = report_of(root, period)
    totals = {row["of"]: row for row in report["totals"]}
    found: dict[Figure, Decimal] = {
        ("total", ""): Decimal(report["bridge"]["invoices"]),
        ("fees on totals", ""): Decimal(report["bridge"]["fee_on_total"]),
        ("invoices", ""): Decimal(totals["Invoices"]["rows"]),
        ("lines", ""): Decimal(totals["Invoice lines"]["rows"]),
        ("splits", ""): Decimal(totals["Funding splits"]["rows"]),
        ("year to date", ""): year_to_date(root, period),
    }
    found |= {("stream", row["stream"]): Decimal(row["amount"]) for row in report["by_stream"]}
    found |= {("stream lines", row["stream"]): Decimal(row["rows"]) for row in report["by_stream"]}
    found |= {("invoice", row["invoice_no"]): Decimal(row["amount"]) for row in report["detail_files"]}
    found |= {("invoice lines", row["invoice_no"]): Decimal(row["line_count"]) for row in report["detail_files"]}
    found |= {("findings", row["code"]): Decimal(row["found"]) for row in report["exceptions"]}
    for kind, rows in (("file", report["files"]), ("feed", report["feeds"]), ("all", [report["all_feeds"]])):
        for row in rows:
            key = {"file": row["source_file"], "feed": row["feed"], "all": ""}[kind]
            found |= {(f"{kind} records {part}", key): Decimal(row["records"][part]) for part in PARTS}
            found |= {(f"{kind} dollars {part}", key): Decimal(row["amounts"][part]) for part in PARTS}
            found[f"{kind} unpriced", key] = Decimal(row["held_unpriced"])
    return found | {("agency", key): value for key, value in agencies(root, period, report).items()}


def agencies(root: Path, period: str, report: dict[str, Any]) -> dict[str, Decimal]:
    """Dollars by agency, of the detail files that the control report names by hash."""
    rows = []
    for file in report["detail_files"]:
        data = (root / "out" / period / "detail" / file["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            raise AssertionError(f"{file['file']} is not the file that the control report names")
        lines = list(csv.DictReader(data.decode("utf-8").splitlines(keepends=True)))
        rows += [(line["agency_code"], Decimal(line["amount"])) for line in lines]
    return added(rows)


def year_to_date(root: Path, period: str) -> Decimal:
    """All months of the fiscal year, which begins in July, up to this one."""
    year, month = int(period[:4]), int(period[5:])
    first = f"{year if month >= 7 else year - 1}-07"
    months = sorted(path.parent.name for path in (root / "out").glob("*/control-report.json"))
    return sum((Decimal(report_of(root, name)["bridge"]["invoices"]) for name in months if first <= name <= period), Decimal(0))
