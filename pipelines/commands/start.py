"""Start: make a workspace, or a sample one with its months billed."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing.errors import UsageError
from billing.layouts import TABLES
from billing.money import total
from billing.periods import Period
from pipelines.commands import show
from pipelines.files import write_atomic
from pipelines.settings import SETTINGS_FILE
from pipelines.workspace import Workspace, locked

if TYPE_CHECKING:
    from pipelines.commands.month import Done

_EMPTY_SETTINGS = "# Policy of this workspace. Every setting has a default; write only what differs.\n"
DEMO_PERIODS = ("2026-09", "2026-10")
_QUERY = '"select stream, sum(amount) from fact_charge group by 1 order by 1"'
DEMO_AS_OF = dt.date(2026, 11, 6)
DEMO_CLOSED_ON = dt.date(2026, 10, 6)  # the month before is billed in its own time: its invoices are older, and due later than issued


def init(*, directory: Path, sample: bool, scale: str, seed: int, dry_run: bool, as_json: bool) -> int:
    """Make a workspace in an empty or new folder.

    Raises:
        UsageError: the folder has something in it.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not empty; name a new folder")
    facts: dict[str, object] = {"workspace": str(directory), "sample": sample, "scale": scale if sample else None, "seed": seed}
    if not dry_run and sample:
        from pipelines.sample import write_sample

        summary = write_sample(directory, scale=scale, seed=seed)  # type: ignore[arg-type]
        facts |= {"planted": str(directory / "planted.csv"), "summary": str(summary)}
    elif not dry_run:
        _write_empty(directory)
    if as_json:
        show.data(facts)
    else:
        show.say(f"{'would make' if dry_run else 'made'} {directory}" + (f" ({scale} sample, seed {seed})" if sample else ""))
        show.say(f"next: cotbill check -w {directory}" if not sample else f"next: cotbill run 2026-10 -w {directory}")
    return 0


def _write_empty(directory: Path) -> None:
    """A workspace with every table's header and nothing in it; settings last, because they mark it complete."""
    for table in TABLES.values():
        if table.name == "number_plan":
            continue
        header = ",".join(column.name for column in table.columns) + "\n"
        write_atomic(directory / table.folder / f"{table.name}.csv", header.encode())
    for folder in ("inbox", "ledger", "out", "mart"):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    write_atomic(directory / SETTINGS_FILE, _EMPTY_SETTINGS.encode())


def demo(*, directory: Path, seed: int, as_of: dt.date | None, now: dt.datetime, dry_run: bool, as_json: bool) -> int:
    """Make the small sample, close its first month, bill the last one, render its invoices, and say where everything is."""
    from pipelines import rehearsal
    from pipelines.commands.month import run_and_publish
    from pipelines.invoices import invoice_files
    from pipelines.people import actor
    from pipelines.reporting import write_reports
    from pipelines.standing import standing

    if dry_run:
        facts = {"workspace": str(directory), "periods": DEMO_PERIODS, "seed": seed}
        if as_json:
            show.data(facts)
        else:
            show.say(f"would make a sample in {directory}, seed {seed}, and bill {' and '.join(DEMO_PERIODS)}")
        return 0
    if not (directory.exists() and any(directory.iterdir())):
        init(directory=directory, sample=True, scale="small", seed=seed, dry_run=False, as_json=False)
    workspace = Workspace.open(directory)
    day = as_of or DEMO_AS_OF
    first, last = (Period.parse(name) for name in DEMO_PERIODS)
    with locked(workspace, "demo"):
        if not standing(workspace, first).is_posted:
            _close(workspace, first, min(day, DEMO_CLOSED_ON), now)
        done = run_and_publish(workspace, last, day, rehearsal.BILLER, now)
        with show.progress("invoices") as report:
            rendered = invoice_files(workspace, last, only=(), workers=2, progress=report)
        _, papers = write_reports(workspace, last, actor(rehearsal.BILLER, now, done.run.bill.tables["users"]))
    _tell(directory, done, rendered, papers, as_json=as_json)
    return 0


def _close(workspace: Workspace, period: Period, day: dt.date, now: dt.datetime) -> None:
    """Take the sample's first month from its first run to its close."""
    from pipelines import rehearsal
    from pipelines.commands.month import run_and_publish

    rehearsal.give_keys(workspace)
    run_and_publish(workspace, period, day, rehearsal.BILLER, now)
    rehearsal.explain_all(workspace, period, now)
    rehearsal.approve_all(workspace, period, day, now)
    run_and_publish(workspace, period, day, rehearsal.BILLER, now)
    rehearsal.close_month(workspace, period, day, now)
    show.say(f"{period} closed: warnings explained, adjustments approved by two people with keys of their own, posted and sealed")


def _tell(directory: Path, done: "Done", rendered: list[Any], papers: dict[str, Path], *, as_json: bool) -> None:
    """Say what the demo made, where it is, and what to try next."""
    bill, period, mart = done.run.bill, DEMO_PERIODS[-1], done.published.mart
    if as_json:
        show.data({
            "workspace": str(directory), "period": period, "invoices": bill.invoices.height, "total": total(bill.invoices["amount"]),
            "waiting": bill.exceptions.filter(bill.exceptions["status"] == "OPEN").height, "mart": str(mart),
            "files": {name: str(path) for name, path in done.published.files.items() if not name.startswith("detail/")},
            "pdf": [str(each.path) for each in rendered], "reports": {name: str(path) for name, path in papers.items()},
        })  # fmt: skip
        return
    show.table(
        ("period", period),
        [
            ("month before", f"{DEMO_PERIODS[0]} closed and sealed"),
            ("invoices", f"{bill.invoices.height} for {show.money(total(bill.invoices['amount']))}"),
            ("exceptions", f"{bill.exceptions.filter(bill.exceptions['status'] == 'OPEN').height} wait for a person"),
            ("PDF invoices", f"{Workspace(directory).out(Period.parse(period)) / 'invoices'} ({len(rendered)} files)"),
            ("control report", str(done.published.files["control.html"])),
            ("reports", f"{Workspace(directory).out(Period.parse(period)) / 'reports'} (R01 to R26 as CSV and JSON)"),
            *[
                (words, str(papers[f"close-{period}.{form}"]))
                for words, form in (("pack to sign", "pdf"), ("workbook", "xlsx"), ("page", "html"))
            ],
            ("mart", str(mart)),
        ],
    )
    show.say()
    show.say("try next:")
    for line in (
        f"cotbill exceptions {period} -w {directory}",
        f"cotbill explain {bill.lines['charge_id'][0]} -w {directory}",
        " ".join(("cotbill sql", _QUERY, "-w", str(directory))),
    ):
        show.say(f"  {line}")
