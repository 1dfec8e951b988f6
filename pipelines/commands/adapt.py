"""Adapt: bring a vendor's own file in as a normal feed or plan, the original kept or named."""

import contextlib
import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from billing.errors import InputError, Location, TableError
from billing.layouts import TABLES
from billing.periods import Period
from inputs.text_file import read_bytes
from pipelines.commands import show
from pipelines.files import write_atomic
from pipelines.loading import load_tables
from pipelines.workspace import Workspace, locked

_WAITS = 3
_DECK_LIMIT = 256 * 2**20  # bytes


def focus(
    *, file: Path, period: str, workspace: Path, sequence: int | None, as_of: dt.date, dry_run: bool, as_json: bool, **options: Any
) -> int:
    """Write a pass_through feed from a FOCUS cost file; 3 when an account has no billing number yet.

    Raises:
        InputError: the file is no FOCUS file, or a cost in it cannot be read; nothing is written.
    """
    from inputs.focus import adapt_focus

    home, month = Workspace.open(workspace), Period.parse(period)
    with contextlib.ExitStack() as held:
        if dry_run:
            inbox = Path(held.enter_context(tempfile.TemporaryDirectory()))
        else:
            held.enter_context(locked(home, f"adapt focus {month}"))
            inbox = home.inbox
        number = sequence or _next_sequence(home.inbox / str(month), month)
        done = adapt_focus(file, inbox, month, load_tables(home), number, as_of, **options)
    feed, original = (home.inbox / path.relative_to(inbox) for path in (done.path, done.original))
    facts = {
        "feed": str(feed), "original": str(original), "written": not dry_run, "rows": done.row_count, "cost": done.cost,
        "rows_without_number": done.unmapped_rows,
        "accounts_without_number": [{"vendor_code": vendor, "account": account} for vendor, account in done.unmapped_accounts],
    }  # fmt: skip
    if as_json:
        show.data(facts)
    else:
        show.table(("rows", "exact cost", "feed"), [(f"{done.row_count:,}", f"{done.cost:f}", str(feed))], right=(0, 1))
        for vendor, account in done.unmapped_accounts:
            show.say(f"reference/vendor_accounts.csv: no billing number for account {account} of {vendor}; add a row")
    return _WAITS if done.unmapped_rows else 0


def _next_sequence(folder: Path, period: Period) -> int:
    """The first sequence number of the period's pass_through feed that is free."""
    taken = {path.name for path in folder.glob("pass_through_*")} if folder.is_dir() else set()
    free = (n for n in range(1, 1000) if not any(name.startswith(f"pass_through_{period}_{n:03d}") for name in taken))
    number = next(free, None)
    if number is None:
        raise InputError(f"inbox/{period} has 999 pass_through files; join some of them")
    return number


def deck(*, file: Path, workspace: Path, plan: str, rate_code: str, scale: int, rounding: str, dry_run: bool, as_json: bool) -> int:
    """Add a carrier's toll deck to `rates/ld_plans.csv` as one plan, every prefix a row.

    Raises:
        TableError: the deck cannot be read, or the plan is there already; nothing is written.
    """
    from rates.toll_deck import read_deck

    home = Workspace.open(workspace)
    path = home.root / "rates" / "ld_plans.csv"
    names = [column.name for column in TABLES["ld_plans"].columns]
    text = _read_text(path) if path.is_file() else ""
    text = text if text.strip() else ",".join(names) + "\n"
    known = {row.get("plan") for row in csv.DictReader(io.StringIO(text))}
    if plan in known:
        raise TableError(f"plan {plan} is there already; name another, or end its rows first", at=Location(path.name))
    read = read_deck(
        _read_text(file), name=file.name, plan=plan, rate_code=rate_code, scale=scale, rounding=rounding  # type: ignore[arg-type]
    )  # fmt: skip
    rated = read.plans.filter(pl.col("rate_per_min").is_not_null())
    facts = {
        "plan": plan, "prefixes": read.plans.height, "not_rated": read.plans.height - rated.height,
        "free": rated.filter(pl.col("rate_per_min") == 0).height, "file": str(path),
    }  # fmt: skip
    if not dry_run:
        with locked(home, "adapt deck"):
            header = next(csv.reader(io.StringIO(text)))
            added = io.StringIO()
            writer = csv.DictWriter(added, header, lineterminator="\n", extrasaction="ignore", restval="")
            writer.writerows([{name: _text(value) for name, value in row.items()} for row in read.plans.select(names).to_dicts()])
            write_atomic(path, ((text if text.endswith("\n") else text + "\n") + added.getvalue()).encode())
    if as_json:
        show.data(facts)
    else:
        show.table(list(facts), [tuple(str(value) for value in facts.values())], right=(1, 2, 3))
    return 0


def _read_text(path: Path) -> str:
    try:
        return read_bytes(path, _DECK_LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError("is not UTF-8; save it as UTF-8", at=Location(path.name), code="F006") from fault


def _text(value: object) -> str:
    """A cell as CSV has it; decimals without trailing zeros, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
