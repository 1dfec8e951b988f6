"""Ask: the mart, its dictionary, and ad hoc queries; nothing here writes."""

import datetime as dt
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Final

import click

from billing.errors import UsageError
from pipelines.commands import show
from pipelines.mart_door import answer, open_mart
from pipelines.workspace import Workspace
from reports.mart_papers import dictionary
from reports.mart_views import MartQuery, queries

_HELD: Final = {
    "view": "select view_name, comment from duckdb_views() where not internal order by view_name",
    "macro": "select function_name || '(' || array_to_string(parameters, ', ') || ')', comment from duckdb_functions() "
    "where not internal order by function_name",
}


def sql(*, query: str | None, name: str | None, is_list: bool, workspace: Path, as_json: bool) -> int:
    """Run one query on the mart: read-only, no files, no network, no settings; or list those that ship.

    Raises:
        InputError: the query is not valid, or it tries to leave the mart; in one line.
        UsageError: there is no query, or none of that name.
    """
    if is_list:
        return _list(as_json=as_json)
    if query is not None and name is not None:
        raise UsageError("give a query or --name, not both")
    text = _named(name).text if name is not None else query if query is not None else sys.stdin.read()
    if not text.strip():
        raise UsageError('the query is empty; write one, e.g. cotbill sql "select count(*) from fact_charge"')
    with open_mart(Workspace.open(workspace)) as connection:
        found, rows = answer(connection, text)
    names = _distinct(found)
    if as_json:
        show.data([dict(zip(names, row, strict=True)) for row in rows])
        return 0
    numbers = {n for n in range(len(names)) if any(isinstance(row[n], int | Decimal) and not isinstance(row[n], bool) for row in rows)}
    if name is not None:
        show.say(_named(name).question)
        if not rows:
            show.say(_named(name).note)
    show.table(names, [tuple(_cell(value) for value in row) for row in rows], right=tuple(numbers))
    return 0


def _list(*, as_json: bool) -> int:
    """The questions that ship."""
    if as_json:
        show.data([{"query": query.name, "question": query.question, "note": query.note} for query in queries()])
    else:
        show.table(("query", "question"), [(query.name, query.question) for query in queries()])
    return 0


def _named(name: str) -> MartQuery:
    for query in queries():
        if query.name == name.removesuffix(".sql"):
            return query
    raise UsageError(f"there is no query {name}; list them with `cotbill sql --list`")


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


def mart(*, has_dictionary: bool, workspace: Path, as_json: bool) -> int:
    """Say where the file is, which months are in it and how they stand, and what it holds; or print its dictionary."""
    home = Workspace.open(workspace)
    if has_dictionary:
        click.echo(dictionary(), nl=False)
        return 0
    with open_mart(home) as connection:
        months = connection.execute("select period, status from dim_period order by period").fetchall()
        tables = connection.execute(
            "select table_name, estimated_size, comment from duckdb_tables() where not internal order by table_name"
        ).fetchall()
        held = {kind: connection.execute(text).fetchall() for kind, text in _HELD.items()}
    named = held | {"query": [(query.name, query.question) for query in queries()]}
    if as_json:
        show.data({"mart": str(home.mart), "periods": [period for period, _ in months],
                   "months": [{"period": period, "status": status} for period, status in months],
                   "tables": [{"table": name, "rows": rows, "comment": words} for name, rows, words in tables],
                   "views": [{"view": name, "comment": words} for name, words in named["view"]],
                   "macros": [{"macro": name, "comment": words} for name, words in named["macro"]],
                   "queries": [{"query": name, "question": words} for name, words in named["query"]]})  # fmt: skip
        return 0
    show.say(f"{home.mart}  ({', '.join(f'{period} {status}' for period, status in months)})")
    show.table(("table", "rows", "what is in it"), [(name, f"{rows:,}", words or "") for name, rows, words in tables], right=(1,))
    for kind, words in (("view", "one row"), ("macro", "what it gives"), ("query", "what it answers: `cotbill sql --name QUERY`")):
        show.say("")
        show.table((kind, words), [(name, meaning or "") for name, meaning in named[kind]])
    return 0
