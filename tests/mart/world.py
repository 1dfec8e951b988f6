"""A mart in memory from rows in the test: what is not said of a row is null."""

from typing import Any

import duckdb

from billing.periods import Period
from reports.mart_schema import MART
from reports.mart_views import statements


def world(**tables: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """All published tables, the rows given in them, and all views and macros."""
    connection = duckdb.connect()
    for table in MART.values():
        columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
        connection.execute(f'create table "{table.name}" ({columns})')
    for name, rows in tables.items():
        put(connection, name, rows)
    for statement in statements():
        connection.execute(statement)
    return connection


def put(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Put rows in the place of all of a table."""
    connection.execute(f'delete from "{name}"')
    for row in rows:
        names = ", ".join(f'"{each}"' for each in row)
        connection.execute(f'insert into "{name}" ({names}) values ({", ".join("?" * len(row))})', list(row.values()))


def months(*periods: str, as_of: str = "2026-11-06") -> list[dict[str, Any]]:
    """Rows of dim_period."""
    found = []
    for period in periods:
        year, month = map(int, period.split("-"))
        last = Period.parse(period).last_day
        fiscal = year + (month >= 7)
        found.append(
            {"period": period, "fiscal_year": fiscal, "fiscal_period": (month - 7) % 12 + 1, "first_day": f"{period}-01",
             "last_day": last, "status": "OPEN", "as_of": as_of}
        )  # fmt: skip
    return found
