"""Render a period's invoices, and put their hashes where the mart and the journal find them."""

import json
from collections.abc import Callable
from typing import Any

from billing.errors import UsageError
from billing.periods import Period
from pipelines.files import read_note, write_atomic
from pipelines.publish import mart_has_invoices, republish_mart
from pipelines.ran import Progress, silent
from pipelines.recorded import load_bill, stages_of
from pipelines.settings import read_settings
from pipelines.workspace import Workspace


def invoice_files(workspace: Workspace, period: Period, *, only: tuple[str, ...], workers: int, progress: Progress = silent) -> list[Any]:
    """Render the invoices of a run period and put their hashes in the mart; the caller holds the lock.

    Raises:
        UsageError: an invoice that was asked for is not in the period.
    """
    from reports.invoice import SomeFailedError, render_invoices

    bill = load_bill(workspace, period)
    known = set(bill.invoices["invoice_no"].to_list())
    unknown = sorted(set(only) - known)
    if unknown:
        raise UsageError(f"{unknown[0]} is not an invoice of {period}; `cotbill invoices {period} --dry-run` lists them")
    folder = workspace.out(period) / "invoices"
    fault: SomeFailedError | None = None
    try:
        rendered = render_invoices(
            bill, folder, only=set(only) or None, workers=workers, progress=_count(progress), options=_options(workspace)
        )
    except SomeFailedError as found:
        fault, rendered = found, found.rendered
    _keep_hashes(workspace, period, rendered, only)
    if fault is not None:
        raise fault
    return rendered


def _options(workspace: Workspace) -> Any:
    """How this workspace's invoices look: its policy, and its own templates if it has any."""
    from reports.invoice import Options

    policy, own = read_settings(workspace.root), workspace.root / "templates"
    return Options(
        most_lines=policy.invoice_most_lines, with_workbook=policy.invoice_workbook, templates=own.resolve() if own.is_dir() else None
    )


def _keep_hashes(workspace: Workspace, period: Period, rendered: list[Any], only: tuple[str, ...]) -> None:
    """Take away PDFs of no invoice, and put the hashes in the mart."""
    folder = workspace.out(period) / "invoices"
    if not only:
        wanted = {each.path for each in rendered}
        for path in sorted(folder.glob("*.pdf")):
            if path not in wanted:
                path.unlink()
    key = stages_of(workspace, period).old["month"].key
    note = workspace.ledger / str(period) / "invoices.json"
    old = read_note(note)
    hashes = old.get("pdf_sha256", {}) if only and old.get("key") == key else {}
    hashes |= {each.invoice_no: each.sha256 for each in rendered}
    if old.get("key") != key or old.get("pdf_sha256") != hashes:
        write_atomic(note, json.dumps({"key": key, "pdf_sha256": hashes}, indent=1, sort_keys=True).encode())
    if not mart_has_invoices(workspace, period):
        republish_mart(workspace, period)


def _count(report: Callable[[str, int, int], None]) -> Callable[[int, int], None]:
    return lambda done, of: report("", done, of)
