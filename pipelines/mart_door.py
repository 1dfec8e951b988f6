"""The one door to the mart for queries: read-only, with no file, network, setting, secret or disk space within reach."""

import os
import re
import sys
import threading
from typing import Any, Final

from billing.errors import BillingError, InputError, PeriodError, UsageError
from pipelines.workspace import Workspace

MOST_ROWS: Final = 1_000_000  # that are shown
MEMORY: Final = "2GiB"  # for one query; it never goes on to the disk
_READS: Final = frozenset({"SELECT", "EXPLAIN", "MULTI"})  # MULTI is a PIVOT
# a remark may stand before the bracket; the last two run a text that is put together on the way, where no name can be found
_ASIDE: Final = re.compile(
    r"\b(duckdb_secrets|which_secret|write_log|truncate_duckdb_logs|checkpoint|force_checkpoint|query|json_execute_serialized_sql)"
    r'"?\s*(?:\(|/\*|--)', re.IGNORECASE,
)  # fmt: skip
_LOOK_SECONDS: Final = 0.1
_INTERRUPTED: Final = 130


def open_mart(home: Workspace) -> Any:
    """Connect to the mart and lock it.

    Raises:
        PeriodError: there is none yet.
        BillingError: it cannot be opened.
    """
    import duckdb

    if not home.mart.is_file():
        raise PeriodError(f"{home.mart} does not exist yet; run a period first")
    config: dict[str, Any] = {
        "enable_external_access": "false", "allow_persistent_secrets": "false", "allow_community_extensions": "false",
        "autoinstall_known_extensions": "false", "python_enable_replacements": "false", "temp_directory": "", "memory_limit": MEMORY,
        "TimeZone": "UTC",
    }  # fmt: skip
    try:
        connection = duckdb.connect(str(home.mart), read_only=True, config=config)
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET autoload_known_extensions = false")
        connection.execute("SET lock_configuration = true")
        connection.table("dim_period")
    except duckdb.Error as fault:
        raise BillingError(f"{home.mart} cannot be opened ({first_line(fault)}); make it anew with `cotbill run PERIOD`") from None
    return connection


def first_line(fault: Exception) -> str:
    """What DuckDB said, in one line."""
    return str(fault).strip().splitlines()[0].rstrip(".:!")


def answer(connection: Any, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one query; where it is interrupted, the process ends there and then.

    Raises:
        InputError: the query is not valid, is no query, or tries to leave the mart; in one line.
        UsageError: it is more or less than one statement.
    """
    found: dict[str, Any] = {}

    def work() -> None:
        try:
            found["answer"] = _answer(connection, text)
        except BaseException as fault:  # it is raised again where the command waits
            found["fault"] = fault

    # DuckDB looks for no signal in the middle of a large join, so another thread waits for one. It wakes now and then,
    # because a wait without end is not broken off once polars has put its own handler before Python's.
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(_LOOK_SECONDS)
    except KeyboardInterrupt:
        sys.stderr.write("cotbill: interrupted; nothing was half-written\n")
        sys.stderr.flush()
        os._exit(_INTERRUPTED)  # nothing else is sure to stop it, and it holds nothing but a file open for reading
    if "fault" in found:
        raise found["fault"]
    names, rows = found["answer"]
    return names, rows


def _answer(connection: Any, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    import duckdb

    try:
        _check(connection, text)
        result = connection.execute(text)
        names = [item[0] for item in result.description or []]
        rows = result.fetchmany(MOST_ROWS + 1)
    except duckdb.OutOfMemoryException:
        raise InputError(f"the query needs more than {MEMORY} of memory; let it read or sort less") from None
    except duckdb.Error as fault:
        if "pytz" in str(fault):
            raise InputError("a time with a zone cannot be shown; cast it, e.g. now()::timestamp") from None
        raise InputError(f"{first_line(fault)}; correct the query") from None
    if len(rows) > MOST_ROWS:
        raise InputError(f"the query gives more than {MOST_ROWS:,} rows; narrow it, or open the mart with DuckDB itself")
    return names, rows


def _check(connection: Any, text: str) -> None:
    """See that a text is one statement, and a query."""
    statements = connection.extract_statements(text)
    if len(statements) != 1:
        raise UsageError(f"the query has {len(statements)} statements; write one")
    try:
        kind = statements[0].type.name
    except ValueError:  # a kind that DuckDB's Python side has no name for
        kind = "OTHER"
    if kind not in _READS:
        raise InputError(f"the query is a {kind} statement; write a SELECT, DESCRIBE, SHOW, SUMMARIZE, PIVOT or EXPLAIN")
    if aside := _ASIDE.search(text):
        raise InputError(f"{aside[1]}() is not for queries; leave it out")
