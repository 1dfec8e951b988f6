"""Ask: the mart and ad hoc queries; nothing here writes."""

import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.errors import BillingError, InputError, PeriodError, UsageError
from pipelines.commands import show
from pipelines.workspace import Workspace

_WAITS = 3


def _connect(home: Workspace) -> Any:
    import duckdb

    if not home.mart.is_file():
        raise PeriodError(f"{home.mart} does not exist yet; run a period first")
    try:
        connection = duckdb.connect(
            str(home.mart),
            read_only=True,
            config={"enable_external_access": "false", "TimeZone": "UTC", "autoinstall_known_extensions": "false"},
        )
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET lock_configuration = true")
        connection.table("dim_period")
    except duckdb.Error as fault:
        raise BillingError(f"{home.mart} cannot be opened ({_first_line(fault)}); make it anew with `cotbill run PERIOD`") from None
    return connection


def _first_line(fault: Exception) -> str:
    return str(fault).strip().splitlines()[0].rstrip(".:!")


def sql(*, query: str | None, workspace: Path, as_json: bool) -> int:
    """Run one query on the mart: read-only, no files, no network, no settings.

    Raises:
        InputError: the query is not valid, or it tries to leave the mart; in one line.
    """
    import duckdb

    text = query if query is not None else sys.stdin.read()
    if not text.strip():
        raise UsageError('the query is empty; write one, e.g. cotbill sql "select count(*) from fact_charge"')
    with _connect(Workspace.open(workspace)) as connection:
        try:
            statements = connection.extract_statements(text)
            if len(statements) != 1:
                raise UsageError(f"the query has {len(statements)} statements; write one")
            result = connection.execute(statements[0])
            names = _distinct([item[0] for item in result.description or []])
            rows = result.fetchall()
        except duckdb.Error as fault:
            if "pytz" in str(fault):
                raise InputError("a time with a zone cannot be shown; cast it, e.g. now()::timestamp") from None
            raise InputError(f"{_first_line(fault)}; correct the query") from None
    if as_json:
        show.data([dict(zip(names, row, strict=True)) for row in rows])
        return 0
    numbers = {n for n in range(len(names)) if any(isinstance(row[n], int | Decimal) and not isinstance(row[n], bool) for row in rows)}
    show.table(names, [tuple(_cell(value) for value in row) for row in rows], right=tuple(numbers))
    return 0


def _distinct(names: list[str]) -> list[str]:
    """Column names, a repeated one with its number behind it: JSON would keep only the last."""
    return [f"{name}_{names[:n].count(name) + 1}" if name in names[:n] else name for n, name in enumerate(names)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dict | list | tuple):
        return json.dumps(show.plain(value), ensure_ascii=False)
    return show.as_text(value)


def mart(*, workspace: Path, as_json: bool) -> int:
    """Say where the file is, and each table's rows and meaning."""
    home = Workspace.open(workspace)
    with _connect(home) as connection:
        tables = connection.execute(
            "select table_name, comment, estimated_size from duckdb_tables() where not internal order by table_name"
        ).fetchall()
        periods = [row[0] for row in connection.execute("select period from dim_period order by period").fetchall()]
    if as_json:
        show.data({"mart": str(home.mart), "periods": periods,
                   "tables": [{"table": name, "rows": rows, "comment": words} for name, words, rows in tables]})  # fmt: skip
        return 0
    show.say(f"{home.mart}  ({', '.join(periods)})")
    show.table(("table", "rows", "what is in it"), [(name, f"{rows:,}", words or "") for name, words, rows in tables], right=(1,))
    return 0
