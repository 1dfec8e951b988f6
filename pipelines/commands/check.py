"""Check: read reference, rates and feeds as a run would, name every fault, write nothing."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from billing.errors import BillingError, PeriodError, RefusalsError
from billing.periods import Period
from billing.policy import Policy
from inputs.gate import read_feed
from inputs.inbox import list_inbox
from inputs.table_warnings import table_warnings
from pipelines.commands import show
from pipelines.loading import load_tables
from pipelines.settings import read_settings
from pipelines.workspace import Workspace

_WAITS = 3
_COLUMNS = ("period", "file", "rows", "accepted", "suspended")


@dataclass
class _Found:
    """What has been read so far, and what is wrong with it."""

    faults: list[BillingError] = field(default_factory=list)
    rows: list[tuple[str, str, int, int, int]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, fault: BillingError) -> None:
        """Keep a fault, or each of several."""
        self.faults += fault.errors if isinstance(fault, RefusalsError) else [fault]


def check(*, period: str | None, workspace: Path, as_json: bool) -> int:
    """Read everything, write nothing; every fault and every warning on a line of its own. 3 when there are warnings.

    Raises:
        RefusalsError: files or tables are refused, all of them named.
    """
    home = Workspace.open(workspace)
    policy, tables, found = read_settings(home.root), load_tables(home), _Found()
    found.findings += table_warnings(tables).to_dicts()
    for month in [Period.parse(period)] if period else home.periods_with_inbox():
        _check_period(home.inbox / str(month), month, policy, found)
    if found.faults:
        raise RefusalsError(found.faults)
    counts = {name: frame.height for name, frame in sorted(tables.frames.items())}
    if as_json:
        files = [dict(zip(_COLUMNS, row, strict=True)) for row in found.rows]
        show.data({"tables": counts, "files": files, "findings": found.findings})
    else:
        show.table(("table", "rows"), [(name, f"{count:,}") for name, count in counts.items()], right=(1,))
        show.say()
        shown = [(name, file, *(f"{number:,}" for number in numbers)) for name, file, *numbers in found.rows]
        show.table(_COLUMNS, shown, right=(2, 3, 4))
        for finding in found.findings:
            where = ":".join(str(finding[name]) for name in ("source_file", "source_line") if finding[name] is not None)
            show.say(f"{where}: {finding['code']}: {finding['message']}")
    return _WAITS if found.findings else 0


def _check_period(folder: Path, period: Period, policy: Policy, found: _Found) -> None:
    """Read one period's inbox, going on after a refused file."""
    if not folder.is_dir():
        raise PeriodError(f"inbox/{period} does not exist; put the month's feeds there")
    try:
        inbox = list_inbox(folder, period, policy, {})
    except BillingError as fault:
        found.refuse(fault)
        return
    found.findings += inbox.findings.to_dicts()
    for file in inbox.files:
        try:
            gated = read_feed(file.path, file.feed, period, policy)
        except BillingError as fault:
            found.refuse(fault)
            continue
        found.findings += gated.findings.to_dicts()
        found.rows.append((str(period), file.path.name, gated.row_count, gated.records.height, gated.suspense.height))
