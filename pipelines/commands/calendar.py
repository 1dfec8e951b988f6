"""Calendar: the close of a month, step by step, planned and done, up to this moment."""

from pathlib import Path

from billing.periods import Period
from pipelines.close_events import close_calendar
from pipelines.commands import show
from pipelines.journal import Journal
from pipelines.recorded import load_tables_used
from pipelines.standing import standing
from pipelines.workspace import Workspace
from reports.close_calendar import told


def calendar(*, period: str, workspace: Path, as_json: bool) -> int:
    """Print R20 of a month, whatever state it is in.

    Raises:
        PeriodError: the month was never run.
    """
    home, month = Workspace.open(workspace), Period.parse(period)
    tables = load_tables_used(home, month)
    rows = told(close_calendar(month, tables, Journal(home.ledger / str(month)).events))
    state = standing(home, month).state
    if as_json:
        show.data({"period": str(month), "state": state, "steps": rows.to_dicts()})
        return 0
    heads = ("step", "planned", "done (UTC)", "days late", "runs", "seconds", "what")
    names = ("step", "planned_on", "done_at", "days_late", "runs", "seconds", "what")
    shown = [tuple("–" if row[name] is None else show.as_text(row[name]) for name in names) for row in rows.to_dicts()]
    show.table(heads, shown, right=(3, 4, 5))
    show.say(f"{month} is {state}; days late are working days, below zero is early")
    return 0
