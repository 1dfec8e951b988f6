"""Explain: one charge, record, decision, adjustment or dispute, from the invoice line back to file, line, rate and who decided."""

from pathlib import Path

from billing.errors import UsageError
from pipelines.commands import show
from pipelines.commands.tell import tell
from pipelines.explained import find
from pipelines.workspace import Workspace


def explain(*, identity: str, workspace: Path, as_json: bool) -> int:
    """Find what an ID names, newest period first, and show where it came from.

    Raises:
        UsageError: nothing in any run period has this id.
    """
    found = find(Workspace.open(workspace), identity)
    if found is None:
        kinds = "charge_id, exception_id, source_record_id, INVOICE_NO/LINE, decision, adjustment or dispute"
        raise UsageError(f"nothing has the id {identity}; give a {kinds}")
    if as_json:
        show.data(found)
    else:
        tell(found)
    return 0
