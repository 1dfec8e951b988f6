"""Render a month's invoices: unchanged ones reused by content, the rest spread over worker processes."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from billing.frames import MonthBill
from reports.detail import detail_files
from reports.footing import foot
from reports.invoice.build import sources, views
from reports.invoice.paper import pdf, press_hash
from reports.invoice.view import COT, Sender, View
from reports.write import file_name, sha256, write_bytes

NOTE: Final = ".rendered.json"
LEAST_FOR_WORKERS: Final = 6  # a worker needs seconds to start; fewer invoices are done before that
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RenderedInvoice:
    """One invoice on disk."""

    invoice_no: str
    path: Path
    sha256: str
    reused: bool


def render_invoices(
    bill: MonthBill,
    out_dir: Path,
    *,
    only: set[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    reuse: bool = True,
    sender: Sender = COT,
) -> list[RenderedInvoice]:
    """Render invoices as `<out_dir>/<invoice_no>.pdf`, each file whole or not at all.

    An invoice is reused when what it says, the template and the renderer are the same as when it was rendered and
    the file still has the bytes it was given; `.rendered.json` beside the files remembers that.

    Args:
        bill: the month.
        out_dir: the folder of the PDFs.
        only: invoice numbers; null: all.
        workers: processes, started fresh; 1 renders in this one.
        progress: told (done, total) after each invoice.
        reuse: False renders every one anew.
        sender: who bills.

    Returns: one each, in invoice order.

    Raises:
        ReconciliationError: the month does not foot.
        RenderError: a page would lack something.
    """
    foot(bill)
    told = progress or (lambda _done, _total: None)
    wanted = list(views(sources(bill), detail_files(bill, only), sender, only))
    note = _read_note(out_dir / NOTE) if reuse else {}
    keys = {view.invoice_no: sha256(press_hash().encode() + view.canonical()) for view in wanted}
    kept = {view.invoice_no: note[view.invoice_no]["sha256"] for view in wanted if _is_whole(view, keys, note, out_dir)}
    done = len(kept)
    told(done, len(wanted))
    made: dict[str, str] = {}
    todo = [view for view in wanted if view.invoice_no not in kept]
    for number, data in _printed(todo, workers):
        write_bytes(_path(out_dir, number), data)
        made[number] = sha256(data)
        done += 1
        told(done, len(wanted))
    if made:
        everything = _read_note(out_dir / NOTE) | {number: {"key": keys[number], "sha256": digest} for number, digest in made.items()}
        write_bytes(out_dir / NOTE, json.dumps(everything, indent=1, sort_keys=True).encode())
    both = kept | made
    return [
        RenderedInvoice(view.invoice_no, _path(out_dir, view.invoice_no), both[view.invoice_no], view.invoice_no in kept) for view in wanted
    ]


def _path(out_dir: Path, invoice_no: str) -> Path:
    return out_dir / file_name(invoice_no, ".pdf")


def _read_note(path: Path) -> dict[str, dict[str, str]]:
    """What was rendered before; a note that cannot be read is no note."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _is_whole(view: View, keys: dict[str, str], note: dict[str, dict[str, str]], out_dir: Path) -> bool:
    held = note.get(view.invoice_no)
    path = _path(out_dir, view.invoice_no)
    if held is None or held["key"] != keys[view.invoice_no] or not path.is_file():
        return False
    return sha256(path.read_bytes()) == held["sha256"]


def _printed(todo: list[View], workers: int) -> Iterator[tuple[str, bytes]]:
    """PDFs in the order of the views, whichever process is first."""
    if workers <= 1 or len(todo) < LEAST_FOR_WORKERS:
        yield from map(_print, todo)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(todo)), mp_context=context) as pool:
        yield from pool.map(_print, todo, chunksize=1)


def _print(view: View) -> tuple[str, bytes]:
    return view.invoice_no, pdf(view)
