"""Issue a posted month: reports, mart and invoices, and their hashes in the journal; whatever is there already is kept."""

from pathlib import Path
from typing import Any

from billing.periods import Period
from pipelines.files import file_hash
from pipelines.invoices import invoice_files
from pipelines.journal import Actor, Journal
from pipelines.publish import publish
from pipelines.ran import Progress, silent
from pipelines.recorded import load_bill, stages_of
from pipelines.standing import standing
from pipelines.workspace import Workspace


def issue_month(workspace: Workspace, period: Period, by: Actor, *, pdf: bool, progress: Progress = silent) -> dict[str, Any]:
    """Make everything that people receive of a posted month and record it; the caller holds the lock.

    Safe to repeat: the same files come out, and what is recorded already is not recorded twice.

    Raises:
        ReconciliationError: a finished file does not come to the posted totals.
    """
    bill = load_bill(workspace, period)
    key = stages_of(workspace, period).old["month"].key
    done = publish(workspace, period, bill, key)
    rendered = invoice_files(workspace, period, only=(), workers=2, progress=progress) if pdf else []
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    facts = {
        "issue": found.issue,
        "pdf_sha256": {each.invoice_no: each.sha256 for each in rendered},
        "files": {str(path.relative_to(workspace.root)): file_hash(path) for path in sorted(_published(done.files.values()))},
    }
    last = [event.data for event in journal.of("issued")]
    if facts not in last:
        journal.append("issued", facts, by)
    return facts


def _published(paths: Any) -> list[Path]:
    return [path for path in paths if path.is_file()]
