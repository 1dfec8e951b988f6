"""Make Financial Management's reports of a month from what is published of it."""

from pathlib import Path
from typing import Any, Final

from billing.errors import UsageError
from billing.periods import Period
from pipelines.commands import show
from pipelines.workspace import Workspace, locked
from reports.catalogue import CATALOGUE
from reports.published import of_mart
from reports.report import Report, document, report_files
from reports.write import write_bytes

_FOLDER: Final = "reports"


def reports(*, period: str, only: tuple[str, ...], workspace: Path, dry_run: bool, as_json: bool) -> int:
    """Write the reports of a month, or some of them; those asked for by name are printed as well.

    The files of a report that another command writes are left to it: two writers of one file would be one too many.

    Raises:
        PeriodError: the month is not published.
        UsageError: there is no report of that number.
        ReconciliationError: a report does not foot to its neighbours; nothing is written.
    """
    home, month = Workspace.open(workspace), Period.parse(period)
    published = of_mart(str(month), home.mart)
    made = [CATALOGUE[name].make(published) for name in _wanted(only)]
    ours = [report for report in made if not CATALOGUE[report.id].written_by]
    files = {name: data for report in ours for name, data in report_files(report).items()}
    folder = home.out(month) / _FOLDER
    if not dry_run:
        with locked(home, f"reports {month}"):
            for name, data in files.items():
                write_bytes(folder / name, data)
    if only:
        _print(made, as_json=as_json)
    elif as_json:
        show.data({"period": str(month), "dry_run": dry_run, "files": {name: str(folder / name) for name in sorted(files)}})
    else:
        show.table(("report", "title", "rows"), [(r.id, r.title, f"{r.sections[0].frame.height:,}") for r in made], right=(2,))
    return 0


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
