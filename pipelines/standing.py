"""Where a period stands: OPEN, CLOSING, CLOSED or FINAL, as its journal and its posted issues tell."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from billing.errors import PeriodError
from billing.periods import Period
from pipelines.journal import Journal
from pipelines.workspace import Workspace

State = Literal["OPEN", "CLOSING", "CLOSED", "FINAL"]
SEAL: Final = "seal.json"
_CHANGES: Final[dict[str, State]] = {"closed": "CLOSED", "reopened": "OPEN", "final": "FINAL"}


@dataclass(frozen=True)
class Standing:
    """A period's state; issue: the newest posted issue (0: none), which stands when the state is CLOSED or FINAL."""

    period: Period
    state: State
    issue: int
    folder: Path | None  # of the posted issue that stands

    @property
    def is_posted(self) -> bool:
        """Whether the month can't change any more unless it is reopened."""
        return self.state in {"CLOSED", "FINAL"}


def posted_folder(workspace: Workspace, period: Period, issue: int) -> Path:
    """Where a posted issue is kept."""
    return workspace.ledger / str(period) / "posted" / f"{issue:02d}"


def posted_issues(workspace: Workspace, period: Period) -> list[int]:
    """The issues of a period that were posted, oldest first; one whose posting did not end has no such folder."""
    folder = workspace.ledger / str(period) / "posted"
    found = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(name) for name in found if name.isascii() and name.isdigit() and (folder / name / SEAL).is_file())


def standing(workspace: Workspace, period: Period, journal: Journal | None = None) -> Standing:
    """Tell where a period stands.

    A posted issue that the journal does not know yet is a close that was interrupted after its commit point: CLOSING.
    """
    book = journal or Journal(workspace.ledger / str(period))
    state: State = "OPEN"
    issue = 0
    for event in book.of(*_CHANGES):
        state = _CHANGES[event.kind]
        issue = int(event.data.get("issue", issue))
    issues = posted_issues(workspace, period)
    newest = issues[-1] if issues else 0
    if newest > issue:
        return Standing(period, "CLOSING", newest, posted_folder(workspace, period, newest))
    folder = posted_folder(workspace, period, issue) if state in {"CLOSED", "FINAL"} else None
    return Standing(period, state, issue, folder)


def require_open(workspace: Workspace, period: Period, what: str) -> Journal:
    """The journal of an open period, for a command that changes it.

    Raises:
        PeriodError: the period is closed, final, or its close was interrupted.
    """
    journal = Journal(workspace.ledger / str(period))
    found = standing(workspace, period, journal)
    if found.state == "OPEN":
        return journal
    ways = {
        "CLOSING": f"finish it with `cotbill close {period}`",
        "CLOSED": f"correct it in the open period, or `cotbill reopen {period}`",
        "FINAL": "a final period never changes; correct it by an adjustment in the open one",
    }
    raise PeriodError(f"{period} is {found.state}, so {what} is not possible; {ways[found.state]}")


def seal_of(folder: Path) -> dict[str, Any]:
    """The seal of a posted issue, as it stands in the file; `pipelines.verify` checks it."""
    found: dict[str, Any] = json.loads((folder / SEAL).read_text(encoding="utf-8"))
    return found
