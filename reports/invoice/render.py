"""Render a month's invoices: unchanged ones reused by content, the rest printed by warm workers, the largest first."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from billing.frames import MonthBill
from reports.detail import detail_file, published_lines
from reports.footing import foot
from reports.invoice.build import Wish, view
from reports.invoice.cut import Cut
from reports.invoice.paper_findings import PaperFinding, paper_findings
from reports.invoice.sources import sources
from reports.invoice.workbook import workbook
from reports.press.binding import Attachment
from reports.press.pool import Answer, printed
from reports.press.printing import Job, press_hash
from reports.press.statement import RenderError
from reports.press.view import COT, Sender
from reports.write import file_name, sha256, write_bytes

NOTE: Final = ".rendered.json"
MOST_LINES: Final = 10_000  # of an invoice whose lines are all printed
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RenderedInvoice:
    """One invoice on disk."""

    invoice_no: str
    path: Path
    sha256: str
    reused: bool
    findings: tuple[PaperFinding, ...] = ()


class SomeFailedError(RenderError):
    """Some invoices could not be rendered; `rendered` are the others, which are on disk."""

    rendered: list[RenderedInvoice]

    @classmethod
    def of(cls, faults: dict[str, str], rendered: list[RenderedInvoice]) -> "SomeFailedError":
        """One line that names every invoice that failed."""
        names = sorted(faults)
        more = f"; so did {', '.join(names[1:])}" if names[1:] else ""
        made = cls(f"{faults[names[0]]}{more}; the other {len(rendered)} are rendered")
        made.rendered = rendered
        return made


@dataclass(frozen=True)
class Options:
    """How invoices are rendered."""

    sender: Sender = COT
    most_lines: int = MOST_LINES
    with_workbook: bool = False  # attach the detail as XLSX too
    templates: Path | None = None  # a folder whose templates go before the bundled ones


@dataclass
class _Desk:
    """What is known of a month's rendering while it goes on."""

    out_dir: Path
    note: dict[str, dict[str, str]]
    keys: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def path(self, invoice_no: str) -> Path:
        return self.out_dir / file_name(invoice_no, ".pdf")

    def keep_if_whole(self, job: Job) -> bool:
        """Whether the invoice is on disk as this job would make it."""
        number = job.view.invoice_no
        self.keys[number] = job.key
        held, path = self.note.get(number), self.path(number)
        if held is None or held.get("key") != job.key or not path.is_file() or sha256(path.read_bytes()) != held.get("sha256"):
            return False
        self.kept[number] = held["sha256"]
        return True

    def take(self, answer: Answer) -> None:
        """Put a printed invoice on disk, or its fault on the list."""
        if answer.fault:
            self.faults[answer.invoice_no] = answer.fault
            return
        write_bytes(self.path(answer.invoice_no), answer.data)
        self.made[answer.invoice_no] = sha256(answer.data)

    def remember(self) -> None:
        """Write down what was rendered from what."""
        if self.made:
            rows = {number: {"key": self.keys[number], "sha256": digest} for number, digest in self.made.items()}
            write_bytes(self.out_dir / NOTE, json.dumps(self.note | rows, indent=1, sort_keys=True).encode())


def render_invoices(
    bill: MonthBill,
    out_dir: Path,
    *,
    only: set[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    reuse: bool = True,
    options: Options | None = None,
) -> list[RenderedInvoice]:
    """Render invoices as `<out_dir>/<invoice_no>.pdf`, each file whole or not at all.

    An invoice is reused when what it says, the templates and the press are the same as when it was rendered and
    the file still has the bytes it was given; `.rendered.json` beside the files remembers that.

    Args:
        bill: the month.
        out_dir: the folder of the PDFs.
        only: invoice numbers; null: all.
        workers: processes, warm before the first invoice; 1 renders in this one.
        progress: told (done, total) after each invoice.
        reuse: False renders every one anew.
        options: who bills, when lines are added up, what is attached, the workspace's templates.

    Returns: one each, in invoice order.

    Raises:
        ReconciliationError: the month does not foot.
        SomeFailedError: a page of some would lack something; all others are rendered.
    """
    foot(bill)
    table = bill.invoices if only is None else bill.invoices.filter(pl.col("invoice_no").is_in(sorted(only)))
    wish, told = options or Options(), progress or (lambda _done, _total: None)
    desk = _Desk(out_dir, _read_note(out_dir / NOTE))
    if not reuse:
        desk.note = {}
    told(0, table.height)
    odd = paper_findings(bill, only)
    todo = jobs(bill, table, wish)
    for answer in printed(_to_print(todo, desk), workers if table.height > 1 else 1):
        if answer is not None:
            desk.take(answer)
        told(len(desk.kept) + len(desk.made) + len(desk.faults), table.height)
    desk.note = _read_note(out_dir / NOTE)
    desk.remember()
    both = desk.kept | desk.made
    rendered = [
        RenderedInvoice(number, desk.path(number), both[number], number in desk.kept, odd.get(number, ()))
        for number in table["invoice_no"].sort().to_list()
        if number in both
    ]
    if desk.faults:
        raise SomeFailedError.of(desk.faults, rendered)
    return rendered


def _to_print(jobs: Iterator[Job], desk: _Desk) -> Iterator[Job | None]:
    """The jobs whose invoices are not there yet; null for one that is."""
    for job in jobs:
        yield None if desk.keep_if_whole(job) else job


def jobs(bill: MonthBill, table: pl.DataFrame, options: Options) -> Iterator[Job]:
    """One job an invoice, the largest first, each made when it is asked for."""
    found = sources(bill)
    press, wish = press_hash(options.templates), Wish(options.sender, options.most_lines)
    details = Cut(published_lines(bill.lines), "invoice_no", "invoice_line_no", "charge_id")
    for invoice in table.sort("line_count", "invoice_no", descending=[True, False]).to_dicts():
        number = invoice["invoice_no"]
        detail = detail_file(number, invoice["amount"], details.frame(number))
        made = view(found, invoice, detail, wish)
        files = [Attachment(detail.name, f"Every line of invoice {number}", detail.data)]
        if options.with_workbook:
            files.append(workbook(number, invoice["issued_on"], details.frame(number)))
        key = sha256("\n".join([press, sha256(made.canonical()), *(sha256(file.data) for file in files)]).encode())
        yield Job(made, tuple(files), key, options.templates)


def _read_note(path: Path) -> dict[str, dict[str, str]]:
    """What was rendered before; a note that cannot be read is no note."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}
