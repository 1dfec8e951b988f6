"""What lies beside the mart: its data dictionary, a description for programs, and the queries that ship."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from reports.mart_columns import DAY, EXACT, MONEY, RATE, TEXT, TIME, WHOLE, YES_NO, MartColumn, MartTable
from reports.mart_figures import is_monthly
from reports.mart_schema import MART
from reports.mart_views import MartView, macros, queries, views
from reports.tabular import json_bytes
from reports.write import write_bytes

FILE: Final = "cotbill.duckdb"
_TYPES: Final = {
    MONEY: "number", RATE: "number", EXACT: "number", TEXT: "string", WHOLE: "integer", DAY: "date", TIME: "datetime", YES_NO: "boolean",
}  # fmt: skip
_IDENTITY: Final = {"fact_charge": ("period", "charge_id")}  # where a table is sorted by more than names its rows
_UNNAMED: Final = frozenset({"dim_agency_rate", "dim_cost_pool"})  # a part of the key may be empty there
_CHARGE: Final = (("period", "charge_id"), "fact_charge")
_REFERS: Final[dict[str, tuple[tuple[tuple[str, ...], str], ...]]] = {
    "fact_charge": ((("period", "invoice_no"), "fact_invoice"), (("rate_code",), "dim_rate_code")),
    "bridge_charge_source": (_CHARGE,),
    "fact_split": (_CHARGE,),
    "fact_call": (_CHARGE,),
    "fact_adjustment": (_CHARGE, (("period", "invoice_no"), "fact_invoice")),
}
_INTRODUCTION: Final = """\
# The analysts' file

`cotbill.duckdb` is a DuckDB database, made anew with every run. Open it read-only with DuckDB 1.5 or newer
(`duckdb -readonly cotbill.duckdb`), from Python, R or a BI tool, or ask with `cotbill sql "SELECT …"`.
Where it is attached beside other databases, `USE` it before calling `charges` or `bill`.

- Every posted month is in it, and the month that is being worked, which `dim_period.status` marks OPEN: its figures still change.
- Money is `DECIMAL(18,2)` dollars, rates and quantities `DECIMAL(18,6)`, exact costs `DECIMAL(38,12)`. Dividing them in DuckDB gives a
  DOUBLE: round and cast what you divide, and add up before you divide.
- Numbers of agencies, billing numbers and codes are text and keep their leading zeros. Times are UTC.
- A first and a last day of service are both inclusive; `valid_to` is the first day no longer in force.
- No number that was called is in it.
- The queries in `queries/` are written anew with the file; keep your own elsewhere.
"""


def write_papers(folder: Path) -> None:
    """Put the papers into the folder of a mart; one that is right already is left as it is."""
    for path, data in _wrong(folder):
        write_bytes(path, data)


def papers_stand(folder: Path) -> bool:
    """Whether every paper lies beside a mart as it should be."""
    return not _wrong(folder)


def _wrong(folder: Path) -> list[tuple[Path, bytes]]:
    found = [(folder / name, data) for name, data in papers().items()]
    return [(path, data) for path, data in found if not path.is_file() or path.read_bytes() != data]


@cache
def papers() -> dict[str, bytes]:
    """Each paper's name and bytes; nothing of them depends on what was billed."""
    texts = {f"queries/{query.name}.sql": query.text.encode() for query in queries()}
    return {"dictionary.md": dictionary().encode(), "datapackage.json": json_bytes(package()), **texts}


def dictionary() -> str:
    """The data dictionary: every table and view column by column, every macro, every query."""
    parts = [_INTRODUCTION, "## Tables\n"]
    for table in MART.values():
        key = ", ".join(f"`{name}`" for name in table.key)
        parts.append(_section(table, f"{table.comment}. Sorted by {key}.{_named(identity(table))}"))
    parts.append("## Views\n")
    parts += [_section(view, f"{view.comment}.") for view in views()]
    parts.append(
        "## Macros\n\n" + _table(("macro", "what it gives"), [(f"`{each.name}{each.arguments}`", each.comment) for each in macros()])
    )
    rows = [(f"`{query.name}`", " ".join(filter(None, (query.question, query.note)))) for query in queries()]
    parts.append("## Queries\n\nRun one with `cotbill sql --name QUERY`.\n\n" + _table(("query", "question"), rows))
    return "\n".join(parts)


def identity(table: MartTable) -> tuple[str, ...]:
    """The columns that name one row of a table and are never empty; none where there are no such columns."""
    return () if table.name in _UNNAMED else _IDENTITY.get(table.name, table.key)


def refers(table: MartTable) -> list[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """Columns of a table that name a row of another: columns, the other table, its columns."""
    found = [(names, other, names) for names, other in _REFERS.get(table.name, ())]
    if is_monthly(table) and table.name != "dim_period":
        found.append((("period",), "dim_period", ("period",)))
    return found


def package() -> dict[str, object]:
    """The tables and views as a Frictionless Data Package, version 1.

    A resource of that standard is a file; all of ours are the one database file, and `dialect.table` says which table
    or view of it is meant, as the Frictionless programs read databases. `sqlType` is the exact type.
    """
    return {
        "profile": "data-package",
        "name": "cotbill-mart",
        "title": "Agency billing by month",
        "description": f"Every resource is a table or view of the DuckDB database {FILE}; dialect.table names it. Open it with "
        "DuckDB 1.5 or newer, read-only. Decimals are exact: read them as sqlType says, not as binary floating point.",
        "resources": [
            *(_resource(table, _constraints(table)) for table in MART.values()),
            *(_resource(view, {}) for view in views()),
        ],
    }


def _resource(table: MartTable | MartView, more: dict[str, object]) -> dict[str, object]:
    needed = more.get("primaryKey", ())
    fields = [
        {"name": column.name, "type": _TYPES[column.sql_type], "description": column.comment, "sqlType": column.sql_type}
        | ({"constraints": {"required": True}} if column.name in needed else {})  # type: ignore[operator]
        for column in table.columns
    ]
    return {
        "profile": "data-resource", "name": table.name.replace("_", "-"), "title": table.comment, "path": FILE, "format": "duckdb",
        "mediatype": "application/vnd.duckdb", "dialect": {"table": table.name},
        "schema": {"fields": fields, "missingValues": [""], **more},
    }  # fmt: skip


def _constraints(table: MartTable) -> dict[str, object]:
    keys = [
        {"fields": list(names), "reference": {"resource": other.replace("_", "-"), "fields": list(theirs)}}
        for names, other, theirs in refers(table)
    ]
    return ({"primaryKey": list(identity(table))} if identity(table) else {}) | ({"foreignKeys": keys} if keys else {})


def _named(names: tuple[str, ...]) -> str:
    return " One row is named by " + ", ".join(f"`{name}`" for name in names) + "." if names else ""


def _section(table: MartTable | MartView, words: str) -> str:
    return f"### {table.name}\n\n{_cell(words)}\n\n" + _table(("column", "type", "meaning"), [_row(column) for column in table.columns])


def _row(column: MartColumn) -> tuple[str, str, str]:
    return f"`{column.name}`", column.sql_type, column.comment


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
