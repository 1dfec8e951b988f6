"""Make Financial Management's reports of a month from what is published of it."""

import datetime as dt
from pathlib import Path
from typing import Any

from billing.errors import UsageError
from billing.periods import Period
from pipelines.commands import show
from pipelines.commands.decisions import writing
from pipelines.loading import load_tables
from pipelines.people import actor
from pipelines.reporting import FOLDER, files_of_reports, made_reports, published_month, write_files, write_reports
from pipelines.workspace import Workspace
from reports.catalogue import CATALOGUE
from reports.focus import focus_file
from reports.report import Report, document


def reports(
    *, period: str, only: tuple[str, ...], form: str | None, user: str | None, workspace: Path, now: dt.datetime, dry_run: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Write the reports of a month, the pack to sign, the workbook and the page; or some reports, which are printed as well.

    The files of a report that another command writes are left to it: two writers of one file would be one too many.

    Raises:
        PeriodError: the month was never run.
        UsageError: there is no report of that number.
        ReconciliationError: a report does not foot to its neighbours; nothing is written.
    """
    home, month = Workspace.open(workspace), Period.parse(period)
    wanted = _wanted(only)
    if only and form:
        raise UsageError(f"--format {form} is a file of its own; give it without --only")
    with writing(home, f"reports {month}", dry_run=dry_run):
        if only or form:
            made, paths = _some(home, month, wanted if only else [], form, write=not dry_run)
        else:
            made, paths = write_reports(home, month, actor(user, now, load_tables(home)["users"]), write=not dry_run)
    _tell(str(month), made, paths, only=bool(only), dry_run=dry_run, as_json=as_json)
    return 0


def _some(home: Workspace, month: Period, wanted: list[str], form: str | None, *, write: bool) -> tuple[dict[str, Report], dict[str, Path]]:
    """Reports by number, or the charges in another shape."""
    with published_month(home, month, write=write) as source:
        made = made_reports(source.published, wanted)
        files = focus_file(source.published) if form else files_of_reports(made)
    paths = {name: home.out(month) / FOLDER / name for name in sorted(files)}
    if write:
        write_files(paths, files)
    return made, paths


def _tell(period: str, made: dict[str, Report], paths: dict[str, Path], *, only: bool, dry_run: bool, as_json: bool) -> None:
    if only:
        _print(list(made.values()), as_json=as_json)
    elif as_json:
        show.data({"period": period, "dry_run": dry_run, "files": {name: str(path) for name, path in paths.items()}})
    else:
        rows = [(r.id, f"{r.sections[0].frame.height:,}", r.title) for r in made.values()]
        if rows:
            show.table(("report", "rows", "title"), rows, right=(1,))
        for path in paths.values():
            if path.suffix in {".pdf", ".xlsx", ".html"} or not rows:
                show.say(f"{'would write' if dry_run else 'wrote'} {path}")


def _wanted(only: tuple[str, ...]) -> list[str]:
    """The numbers asked for, each once, in the order of the catalogue."""
    asked = {name.upper() for name in only}
    unknown = sorted(asked - set(CATALOGUE))
    if unknown:
        raise UsageError(f"there is no report {unknown[0]}; the reports are {', '.join(CATALOGUE)}")
    return [name for name in CATALOGUE if not asked or name in asked]


def _print(made: list[Report], *, as_json: bool) -> None:
    if as_json:
        found: list[dict[str, object]] = [document(report) for report in made]
        show.data(found[0] if len(found) == 1 else found)
        return
    for report in made:
        show.say(f"{report.id} {report.title}, {report.period}")
        for section in report.sections:
            _table(section.frame.to_dicts(), section.frame.columns)


def _table(rows: list[dict[str, Any]], names: list[str]) -> None:
    cells = [tuple("" if row[name] is None else show.as_text(row[name]) for name in names) for row in rows]
    numbers = tuple(n for n, name in enumerate(names) if rows and not isinstance(rows[0][name], str))
    show.table(names, cells, right=numbers)
