"""Call detail: the calls of a billing number, masked for the desk, whole for who answers for the bill, redacted for the public."""

import datetime as dt
from pathlib import Path
from typing import Final

import polars as pl

from billing.call_detail import STREAM, call_detail, masked
from billing.close_calendar import office_day
from billing.errors import UsageError
from billing.periods import Period
from billing.redaction import redact
from inputs.answers_file import refuse
from inputs.redactions_file import read_redactions
from inputs.text_file import shown
from pipelines.call_release import (
    RELEASED,
    release_words,
    require_contact,
    require_posted,
    require_reason,
    write_calls,
)
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.files import file_hash
from pipelines.journal import Journal
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.recorded import load_lines, load_records, stages_of
from pipelines.workspace import Workspace
from reports.call_detail import CallFiles, call_files
from reports.masking import masked_text

_SHOWN: Final = ("period", "billing_number", "edition", "calls", "billed_seconds", "amount")


def calls(
    *, billing_number: str, period: str, unmasked: bool, redactions: Path | None, recipient: str, reason: str, user: str | None,
    workspace: Path, now: dt.datetime, dry_run: bool, as_json: bool,
) -> int:  # fmt: skip
    """Write the calls of one billing number; what shows numbers is recorded in the month's journal before it is written.

    Raises:
        PeriodError: the month was never run, or numbers are asked of one that is not posted.
        UsageError: the number has no calls there, or somebody or a reason is missing.
        NotAllowedError: who is to see them does not answer for the agency's bill.
        InputError, RefusalsError: the list of what to withhold cannot be applied as it is; nothing is written.
        ReconciliationError: the calls do not come to the billed rows.
    """
    home, month = Workspace.open(workspace), Period.parse(period)
    if unmasked and redactions is not None:
        raise UsageError("--unmasked and --redact are two different files; give one of them")
    shows_numbers = unmasked or redactions is not None
    if shows_numbers:
        require_reason(reason, recipient)
        require_posted(home, month)
    with writing(home, f"calls {month}", dry_run=dry_run):
        detail, agencies = _detail(home, month, billing_number)
        made = _made(str(month), billing_number, detail, redactions, unmasked=unmasked)
        if shows_numbers:
            tables = load_tables(home)
            if unmasked:
                require_contact(tables["agency_contacts"], recipient, agencies, office_day(now))
            by = actor(user, now, tables["users"])
            given = file_hash(redactions) if redactions is not None else None
            words = release_words(made.facts, agencies[0] if len(agencies) == 1 else None, recipient, reason, given)
            if not dry_run:
                Journal(home.ledger / str(month)).append(RELEASED, words, by)
        folder = None if dry_run else write_calls(home, month, made.files)
    _tell(made, folder, as_json=as_json)
    return 0


def _detail(home: Workspace, month: Period, billing_number: str) -> tuple[pl.DataFrame, list[str]]:
    """CALL_DETAIL of a number, and the agencies that its calls were billed to."""
    lines = load_lines(home, month)
    rated = stages_of(home, month).frame("month", "calls")
    mine = lines.filter((pl.col("billing_number") == billing_number) & (pl.col("stream") == STREAM))
    if mine.is_empty() and billing_number not in rated["billing_number"].to_list():
        raise UsageError(
            f"{masked_text(shown(billing_number), None, None)} has no calls in {month}; give a billing number as on the invoice"
        )
    found = call_detail(rated, load_records(home, month, STREAM), lines, billing_number)
    return found, mine["agency_code"].drop_nulls().unique().sort().to_list()


def _made(period: str, billing_number: str, detail: pl.DataFrame, redactions: Path | None, *, unmasked: bool) -> CallFiles:
    if redactions is None:
        return call_files(period, billing_number, "UNMASKED" if unmasked else "MASKED", detail if unmasked else masked(detail))
    done = redact(detail, read_redactions(redactions))
    refuse(shown(redactions.name, 200), [(line, None, text) for line, text in done.faults], "F006")
    return call_files(period, billing_number, "REDACTED", done.detail, done.withheld)


def _tell(made: CallFiles, folder: Path | None, *, as_json: bool) -> None:
    """Say what was made, by name and hash: no call and no number is printed."""
    files = made.facts["files"]
    if as_json:
        paths = {name: None if folder is None else str(folder / name) for name in files}
        show.data({**made.facts, "paths": paths, "written": folder is not None})
        return
    rows = [(name.replace("_", " "), show.as_text(made.facts[name])) for name in _SHOWN]
    withheld = made.facts.get("withheld", [])
    rows += [
        (f"withheld by {row['code']}", f"{row['fields']} fields of {row['calls']} calls, {show.as_text(row['amount'])}") for row in withheld
    ]
    show.table(("fact", "is"), rows)
    if folder is None:
        show.say("nothing was written")
        return
    for name in files:
        show.say(f"wrote {folder / name}")
