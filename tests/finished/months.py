"""A sample workspace brought to where its files are finished: its first month closed and sent, its second open; by commands."""

import datetime as dt
from pathlib import Path

from billing.periods import Period
from pipelines import rehearsal
from pipelines.commands.month import run_and_publish
from pipelines.workspace import Workspace, locked
from tests.e2e.program import Ended, cotbill

CLOSED, OPEN = "2026-09", "2026-10"
_AS_OF = dt.date(2026, 11, 6)
_NOW = dt.datetime(2026, 11, 6, 15, tzinfo=dt.UTC)


def done(root: Path, *words: str, ends: tuple[int, ...] = (0, 3)) -> Ended:
    """Run a command that has to end well."""
    ended = cotbill(*words, "-w", str(root))
    if ended.code not in ends:
        raise AssertionError(f"cotbill {' '.join(words)} ended with {ended.code}: {ended.out}{ended.err}")
    return ended


def sample(root: Path, scale: str = "small") -> Path:
    """The sample with nothing run."""
    ended = cotbill("init", str(root), "--sample", "--scale", scale)
    if ended.code:
        raise AssertionError(ended.err)
    return root


def close(root: Path) -> None:
    """Take the first month from its first run to its close, as the rehearsal does."""
    workspace, period = Workspace.open(root), Period.parse(CLOSED)
    with locked(workspace, f"rehearsal {CLOSED}"):
        rehearsal.give_keys(workspace)
        run_and_publish(workspace, period, _AS_OF, rehearsal.BILLER, _NOW)
        rehearsal.explain_all(workspace, period, _NOW)
        rehearsal.approve_all(workspace, period, _AS_OF, _NOW)
        run_and_publish(workspace, period, _AS_OF, rehearsal.BILLER, _NOW)
        rehearsal.close_month(workspace, period, _AS_OF, _NOW)


def finished(root: Path) -> Path:
    """Both months with everything that the commands make of them."""
    close(root)
    done(root, "run", OPEN, "--as-of", _AS_OF.isoformat())
    done(root, "interface", CLOSED, "--user", rehearsal.BILLER)
    for period in (CLOSED, OPEN):
        done(root, "invoices", period)
        done(root, "reports", period)
        done(root, "reports", period, "--format", "focus")
    return root
