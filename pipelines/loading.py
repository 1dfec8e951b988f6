"""Load what a period is billed with: the tables, what came with its adjustments, and hashes that stand for them."""

from pathlib import Path

import polars as pl

from billing.adjustment_approvals import ADJUSTMENT_CONTENT, CONTENT, GIVEN_APPROVALS
from billing.approval_audit import GIVEN
from billing.approval_levels import content_hash
from billing.frames import Tables, empty
from billing.layouts import FEEDS, TABLES
from inputs.approvals_file import read_approvals
from inputs.inbox import FeedFile, Inbox
from inputs.record_hashes import record_hashes
from inputs.tables import read_tables
from pipelines.book import ENTERED, Book
from pipelines.files import file_hash, text_hash
from pipelines.workspace import Workspace
from rates.number_plan import builtin


def table_hash(workspace: Workspace) -> str:
    """Hash of every reference and rate file, and of which there are."""
    parts = []
    for table in TABLES.values():
        path = workspace.given / table.folder / f"{table.name}.csv"
        parts += [table.name, file_hash(path) if path.is_file() else "absent"]
    return text_hash(*parts)


def manifest_hash(file: FeedFile) -> str:
    """Hash of a feed's manifest; one that cannot be read has none, and the gate says so."""
    try:
        return file_hash(file.manifest) if file.manifest else "none"
    except OSError:
        return "none"


def load_tables(workspace: Workspace) -> Tables:
    """Read and check reference and rates; the built-in number plan stands in for an absent one."""
    tables = read_tables(workspace.given)
    if tables["number_plan"].is_empty():
        return Tables({**tables.frames, "number_plan": builtin()})
    return tables


def with_adjustment_facts(tables: Tables, inbox: Inbox, book: Book) -> Tables:
    """Add what a period's adjustments need beside the tables: their content as received, and approvals that came along.

    Raises:
        InputError, RefusalsError: an approvals file is refused.
    """
    files = {file.path.name: file.path for file in inbox.files if file.feed == "adjustments"}
    content = [record_hashes(path).select(list(CONTENT)) for path in files.values()]
    names = [column.name for column in FEEDS["adjustments"].columns]
    cells = {event.seq: event.data["cells"] for event in book.journal.of("adjustment")}
    own = [
        {"source_file": ENTERED, "source_line": seq, "content_sha256": content_hash([cells[seq].get(name) for name in names])}
        for seq in book.adjustments["source_line"].to_list()
    ]
    beside = {path.stem.removesuffix(".approvals"): path for path in inbox.approvals}
    given = [read_approvals(path, _beside(stem, files)) for stem, path in sorted(beside.items())]
    frames = {
        ADJUSTMENT_CONTENT: pl.concat([empty(CONTENT), *content, pl.DataFrame(own, schema=CONTENT)]),
        GIVEN_APPROVALS: pl.concat([empty(GIVEN), *given]),
    }
    return Tables({**tables.frames, **frames})


def _beside(stem: str, files: dict[str, Path]) -> Path:
    """The adjustments file that approvals belong to; the inbox refuses approvals without one."""
    return next(path for name, path in files.items() if path.stem == stem)
