"""A closed month that is handed on: two agencies, calls, documents for the accounting system, and a stand-in for slow paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from billing.periods import Period
from reports.report import Report, report_files
from tests.call_detail.world import MANAGER, NUMBER, open_office
from tests.e2e.world import write_feed_text
from tests.faults.small_month import PERIOD
from tests.interface.ledger_office import USAGE
from tests.verify.world import Office

DAY = "2026-11-06"
REPORTS = ("reports", PERIOD, "--user", "bo")
INTERFACE = ("interface", PERIOD, "--user", "bo")
RELEASE = ("calls", NUMBER, PERIOD, "--unmasked", "--for", MANAGER, "--reason", "the agency asks about its bill", "--user", "bo")
REOPEN = ("reopen", PERIOD, "--reason", "a wrong rate", "--user", "bo")
FINAL = ("final", PERIOD, "--user", "mo")
_GL_MAP = "rate_class,rate_code,same_fund,document_code,event_type\n" + "".join(
    f"{kind},,{same},IET,{event}\n" for kind in ("RATED", "TELECOM", "FEE") for same, event in (("Y", "IN06"), ("N", "IN04"))
)
_SELLER = 'seller_fund = "1300"\nseller_department = "079"\nseller_unit = "1000"\n'


def close_handed_month(folder: Path) -> Office:
    """A month with usage and calls, run, explained and closed without paper."""
    office = open_office(folder)
    root = office.root
    (root / "reference" / "gl_map.csv").write_text(_GL_MAP, encoding="utf-8")
    with (root / "cotbill.toml").open("a", encoding="utf-8") as settings:
        settings.write(_SELLER)
    rows = [f"u{n},{who},{PERIOD}-01,{PERIOD}-28,VS10,{n},USER_MONTH" for n, who in enumerate((NUMBER, "J0390001"), start=1)]
    write_feed_text(root, "usage", PERIOD, USAGE + "\n".join(rows) + "\n")
    office("run", PERIOD, "--as-of", DAY, user="bo")
    office.close(Period.parse(PERIOD), DAY, "--no-pdf")
    return office


def answer(office: Office, folder: Path, status: str) -> tuple[str, ...]:
    """The command that loads an answer to every document that was sent: all of them accepted, or all rejected."""
    register = (office.root / "out" / PERIOD / "interface" / "gl_interface.csv").read_text(encoding="utf-8").splitlines()
    place = register[0].split(",").index("doc_id")
    documents = sorted({row.split(",")[place] for row in register[1:]})
    file = folder / "answer.csv"
    file.write_text("doc_id,status,message\n" + "".join(f"{each},{status},\n" for each in documents), encoding="utf-8")
    return "ack", str(file), "--user", "bo"


def quick_paper(patch: pytest.MonkeyPatch) -> None:
    """Make the pack, the workbook and the page of the reports' own bytes: how they look is of no matter to a disk."""

    def close_files(_: Any, period: Period, __: Any, reports: Mapping[str, Report]) -> dict[str, bytes]:
        told = b"".join(data for report in reports.values() for data in report_files(report).values())
        return {f"close-{period}.{kind}": kind.encode() + told for kind in ("pdf", "xlsx", "html")}

    patch.setattr("pipelines.reporting.close_files", close_files)
