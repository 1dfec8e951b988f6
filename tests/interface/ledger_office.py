"""A small world whose month is closed by commands and sent to an accounting system that answers."""

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.e2e.program import Ended, cotbill, query
from tests.e2e.world import REFERENCE, write_feed_text, write_world

SETTINGS = """expected_feeds = ["usage", "pass_through"]
seller_fund = "1300"
seller_department = "079"
seller_unit = "1000"
"""
GL_MAP = "rate_class,rate_code,same_fund,document_code,event_type\n" + "".join(
    f"{kind},,{same},IET,{event}\n" for kind in ("RATED", "PASS", "FEE") for same, event in (("Y", "IN06"), ("N", "IN04"))
)
CODES = REFERENCE["reference/rate_codes.csv"].replace(
    "VS10,Virtual server,,usage,RATED,USER_MONTH,HOSTING,,,", "VS10,Virtual server,,usage,RATED,USER_MONTH,HOSTING,R401,E201,"
)
USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom\n"
VENDOR = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,vendor_line_no,"
    "rate_code,cost_amount,received_date\n"
)


@dataclass(frozen=True)
class LedgerOffice:
    """The workspace, and commands given in it."""

    root: Path

    @classmethod
    def open(cls, root: Path, changes: dict[str, str] | None = None, settings: str = SETTINGS) -> "LedgerOffice":
        """Write the world."""
        given = {"reference/gl_map.csv": GL_MAP, "reference/rate_codes.csv": CODES, **(changes or {})}
        return cls(write_world(root, given, settings))

    def __call__(self, *words: str) -> Ended:
        return cotbill(*words, "-w", str(self.root))

    def feeds(self, period: str, number: int = 1) -> None:
        """A month: three numbers with usage, a vendor's cost, and a vendor's credit."""
        span = f"{period}-01,{period}-28"
        rows = [f"u{number}{n},{who},{span},VS10,{n + 1},USER_MONTH" for n, who in enumerate(("D7580001", "D7580002", "J0390001"))]
        write_feed_text(self.root, "usage", period, USAGE + "\n".join(rows) + "\n")
        costs = [("D7580001", "100.01"), ("D7580002", "-11.00")]
        lines = [f"p{number}{n},{who},{span},V1,Acme,I-{number},{period}-15,{n + 1},PT20,{cost},{period}-20"
                 for n, (who, cost) in enumerate(costs)]  # fmt: skip
        write_feed_text(self.root, "pass_through", period, VENDOR + "\n".join(lines) + "\n")

    def close(self, period: str, as_of: str) -> None:
        """Run and close a month in which nothing waits."""
        ran = self("run", period, "--as-of", as_of)
        assert ran.code in {0, 3}, ran.err
        for code in {row["code"] for row in json.loads(self("exceptions", period, "--json").out) if row["severity"] == "WARN"}:
            assert self("acknowledge", "--code", code, "--period", period, "--reason", "looked at").code == 0
        self("run", period, "--as-of", as_of)
        ended = self("close", period, "--no-pdf")
        assert ended.code == 0, ended.out + ended.err

    def answer(self, answers: dict[str, str], name: str = "answer.csv") -> Ended:
        """Load an answer: doc_id -> status or status and words."""
        path = self.root.parent / name
        rows = [[doc, *words.split(" ", 1), ""][:3] for doc, words in answers.items()]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([["doc_id", "status", "message"], *rows])
        path.write_text(text.getvalue(), encoding="utf-8")
        return self("ack", str(path))

    def folder(self, period: str, batch: str = "") -> Path:
        """Where a batch's files are."""
        return self.root / "out" / period / "interface" / batch

    def sent(self, period: str, batch: str = "") -> list[dict[str, str]]:
        """The lines of a batch's canonical CSV."""
        return list(csv.DictReader(io.StringIO((self.folder(period, batch) / "gl_interface.csv").read_text(encoding="utf-8"))))

    def documents(self, period: str, batch: str = "") -> list[str]:
        """The documents of a batch."""
        return sorted({row["doc_id"] for row in self.sent(period, batch)})

    def hashes(self, folder: Path) -> dict[str, str]:
        """SHA-256 of every file in a folder."""
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()}

    def events(self, period: str, kind: str) -> list[dict]:
        """What the period's journal says of a kind."""
        lines = (self.root / "ledger" / period / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        return [event["data"] for event in map(json.loads, lines) if event["kind"] == kind]

    def register(self, period: str) -> dict:
        """R15."""
        return json.loads((self.root / "out" / period / "reports" / "R15-interface-register.json").read_text(encoding="utf-8"))

    def invoiced(self, period: str) -> Decimal:
        """What the month's invoices come to."""
        return query(self.root, f"select sum(amount) from fact_invoice where period = '{period}'")[0][0]


def net(rows: list[dict[str, str]], party: str = "BUYER") -> Decimal:
    """What lines add to the buyers' debt."""
    return sum((Decimal(row["amount"]) * (1 if row["dr_cr"] == "DR" else -1) for row in rows if row["party"] == party), Decimal(0))
