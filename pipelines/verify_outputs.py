"""What people hold of a posted month is what was issued, and comes out the same when it is made again from the posted figures."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.files import file_hash, read_note
from pipelines.publish import evidence
from pipelines.recorded import load_bill
from pipelines.troubles import Trouble
from pipelines.verify_month import Month
from reports.month_files import write_month
from reports.write import file_name


def output_troubles(month: Month) -> Iterator[Trouble]:
    """What is wrong under `out/` and in the open copies of a posted month; nothing is asked of an open one."""
    if month.issue is None:
        return
    issued = [event.data for event in month.journal.of("issued") if event.data["issue"] == month.issue]
    yield from _open_copies(month, month.issue)
    if not issued:
        yield Trouble(month.diary, f"nothing is issued of {month.period}; finish its close with `cotbill close {month.period}`")
        return
    files = dict(issued[-1]["files"])
    pdfs: dict[str, str] = next((data["pdf_sha256"] for data in reversed(issued) if data["pdf_sha256"]), {})
    out = f"out/{month.period}"
    invoices = {f"{out}/invoices/{file_name(number, '.pdf')}": sha256 for number, sha256 in pdfs.items()}
    yield from _as_issued(month, {**files, **invoices})
    yield from _strangers(month, {*files, *invoices})
    yield from _report(month, files)
    yield from _notes(month, files, pdfs)
    yield from _made_again(month, files, pdfs)


def _as_issued(month: Month, hashes: dict[str, str]) -> Iterator[Trouble]:
    for name, sha256 in hashes.items():
        path = month.workspace.root / name
        if path.is_symlink():
            yield Trouble(name, "is a link; put the file itself there")
        elif not path.is_file():
            yield Trouble(name, f"is gone; make it again with `cotbill close {month.period}`")
        elif file_hash(path) != sha256:
            yield Trouble(name, f"is not as it was issued; remove it, and make it again with `cotbill close {month.period}`")


def _strangers(month: Month, known: set[str]) -> Iterator[Trouble]:
    """Bills that nobody issued."""
    out = month.workspace.out(month.period)
    for path in sorted([*(out / "detail").glob("*"), *(out / "invoices").glob("*.pdf")]):
        name = str(path.relative_to(month.workspace.root))
        if name not in known:
            yield Trouble(name, f"is not recorded as issued; remove it, or record it with `cotbill close {month.period}`")


def _report(month: Month, files: dict[str, str]) -> Iterator[Trouble]:
    """The control report, which people print and keep, names this seal and this close."""
    closed = month.closed[month.issue or 0]
    for name in files:
        path = month.workspace.root / name
        if path.name.startswith("control-report.") and path.is_file():
            text = path.read_text(encoding="utf-8")
            for what, hash_ in (("seal", str(closed.data["seal_sha256"])), ("journal head", closed.hash)):
                if hash_ not in text:
                    yield Trouble(name, f"names another {what} than {hash_}; compare it with a printed one: it or the ledger was changed")


def _notes(month: Month, files: dict[str, str], pdfs: dict[str, str]) -> Iterator[Trouble]:
    """The program's own notes beside the ledger say the same as the journal; that they may be gone is no matter."""
    folder = month.workspace.ledger / str(month.period)
    path = folder / "invoices.json"
    key = month.stages(month.issue or 0).step("month").key
    wanted = json.dumps({"key": key, "pdf_sha256": pdfs}, indent=1, sort_keys=True).encode()
    if pdfs and (path.is_symlink() or not path.is_file() or path.read_bytes() != wanted):
        yield Trouble(
            f"{month.place}/{path.name}", f"does not name the invoices that were issued; `cotbill close {month.period}` makes it again"
        )
    note: dict[str, Any] = read_note(folder / "published.json")
    said = {name: sha256 for name, sha256 in note.get("files", files).items() if name.startswith("out/")}
    if said != files or set(note.get("names", {}).values()) - set(files):
        yield Trouble(
            f"{month.place}/published.json", f"does not name the files that were issued; `cotbill close {month.period}` makes it again"
        )


def _made_again(month: Month, files: dict[str, str], pdfs: dict[str, str]) -> Iterator[Trouble]:
    """Register, detail and control report, made again from the posted figures, are the same bytes."""
    issue = month.issue or 0
    if not month.is_of_this_program(issue):
        return
    bill = load_bill(month.workspace, month.period)
    if pdfs and set(pdfs) != set(bill.invoices["invoice_no"].to_list()):
        yield Trouble(month.diary, f"the invoices that were issued are not those of {month.period}; restore the journal from a copy")
    facts = evidence(month.workspace, month.period, month.stages(issue).step("month").key, month.agency)
    with tempfile.TemporaryDirectory(prefix="cotbill-") as place:
        made = {f"out/{month.period}/{path.relative_to(place)}": path for path in write_month(bill, Path(place), facts).values()}
        odd = sorted(made.keys() - files.keys()) + sorted(name for name in files.keys() - made.keys() if "/detail/" in name)
        if odd:
            words = f"{odd[0]} is issued and not of the month, or of the month and not issued"
            yield Trouble(month.diary, f"{words}; restore the journal from a copy")
        for name, path in made.items():
            if name in files and file_hash(path) != files[name]:
                yield Trouble(
                    name, "comes out otherwise when it is made again from the posted figures; the figures or the journal were changed"
                )


def _open_copies(month: Month, issue: int) -> Iterator[Trouble]:
    """What the next run would start from: while the month is posted it is the posted content, and nothing else is there."""
    folder, sealed = month.workspace.ledger / str(month.period), month.folder(issue)
    names = {"manifest.json", *(entry["file"] for step in month.stages(issue).old.values() for entry in step.files.values())}
    there = {"manifest.json", *(str(path.relative_to(folder)) for path in (folder / "stages").glob("*"))}
    for name in sorted(names | there):
        path = folder / name
        if name not in names:
            yield Trouble(f"{month.place}/{name}", "is no stage file of the posted month; remove it")
        elif path.is_symlink() or not path.is_file() or not _is_same(path, sealed / name):
            yield Trouble(f"{month.place}/{name}", f"is not what was posted; put posted/{issue:02d}/{name} in its place")


def _is_same(path: Path, sealed: Path) -> bool:
    """Whether two files are one, or hold the same."""
    return sealed.is_file() and (path.samefile(sealed) or file_hash(path) == file_hash(sealed))
