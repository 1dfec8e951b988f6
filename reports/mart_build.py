"""Fill a mart file: from frames alone, or beside the months of a file that stands, which stay as they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from reports.mart_figures import QUIET, is_monthly
from reports.mart_schema import MART, POLARS, MartTable
from reports.mart_views import quoted, quoted_name, statements

if TYPE_CHECKING:
    import duckdb

STORAGE: Final = "v1.5.0"  # the newest layout that 1.x clients open too
Frames = dict[str, pl.DataFrame]


def build(file: Path, frames: Frames) -> None:
    """Create every table and fill it, then the views and macros."""
    for connection in _written(file):
        for table in MART.values():
            _create(connection, table)
            _insert(connection, table, frames[table.name])
        _define(connection)


def build_beside(file: Path, frames: Frames, gone: list[str]) -> None:
    """Put frames in the place of the months of a copy of a mart that go, and of its tables without months.

    What a month's rows are not in is not read: DuckDB knows the least and the greatest of each of its row groups.
    """
    for connection in _written(file):
        connection.begin()  # at once, because each commit waits for the disk
        for table in MART.values():
            if is_monthly(table) and table.name != "dim_period":
                for month in gone:
                    connection.execute(_all_in(table), [month])
            else:
                connection.execute(_all_of(table))
            _insert(connection, table, frames[table.name])
        connection.commit()
        _define(connection)


def build_anew(file: Path, frames: Frames, months: list[str], old: Path) -> None:
    """Create every table, take the months that stay from a copy of a mart, each table in the order of its key, add frames.

    So a file that has grown by rows that came and went is as small again as one that was built at once.
    """
    for connection in _written(file):
        connection.execute(_attached(old, "old", "READ_ONLY"))
        for table in MART.values():
            _create(connection, table)
            if is_monthly(table) and table.name != "dim_period":
                connection.execute(_taken(table), [months])
            _insert(connection, table, frames[table.name])
        connection.execute("DETACH old")
        _define(connection)


def periods_in(file: Path, months: list[str]) -> pl.DataFrame:
    """The rows of dim_period of some months."""
    import duckdb

    table = MART["dim_period"]
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(QUIET)
        rows = connection.table(table.name).order("period").fetchall()
    shape = {column.name: POLARS[column.sql_type] for column in table.columns}
    return pl.DataFrame(rows, schema=shape, orient="row").filter(pl.col("period").is_in(months))


def _written(file: Path) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection that writes to a file, once; after it the file is whole, with no log beside it."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(QUIET)
        connection.execute(_attached(file, "mart", f"STORAGE_VERSION {quoted(STORAGE)}"))
        connection.execute("USE mart")
        yield connection
        connection.execute("CHECKPOINT mart")
        connection.execute("USE memory")
        connection.execute("DETACH mart")


def _create(connection: "duckdb.DuckDBPyConnection", table: MartTable) -> None:
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
    orders = [
        f'CREATE TABLE "{table.name}" ({columns})',
        f'COMMENT ON TABLE "{table.name}" IS {quoted(table.comment)}',
        *(f'COMMENT ON COLUMN "{table.name}"."{column.name}" IS {quoted(column.comment)}' for column in table.columns),
    ]
    connection.begin()  # at once, because each commit waits for the disk
    for statement in orders:
        connection.execute(statement)
    connection.commit()


def _define(connection: "duckdb.DuckDBPyConnection") -> None:
    """Put in the views and macros, which name the file's own tables only; at once, because each commit waits for the disk."""
    connection.begin()
    for statement in statements():
        connection.execute(statement)
    connection.commit()


def _insert(connection: "duckdb.DuckDBPyConnection", table: MartTable, frame: pl.DataFrame) -> None:
    if not frame.is_empty():
        connection.from_arrow(frame.to_arrow(compat_level=pl.CompatLevel.oldest())).insert_into(table.name)


def _attached(file: Path, name: str, option: str) -> str:
    return f"ATTACH {quoted(str(file))} AS {name} ({option})"


def _all_in(table: MartTable) -> str:
    return " ".join(("DELETE FROM", quoted_name(table.name), "WHERE period = ?"))


def _all_of(table: MartTable) -> str:
    return " ".join(("DELETE FROM", quoted_name(table.name)))


def _taken(table: MartTable) -> str:
    names, key = (", ".join(map(quoted_name, part)) for part in (table.names, table.key))
    which = "WHERE period IN (SELECT unnest(?::VARCHAR[]))"
    name = quoted_name(table.name)
    return " ".join(("INSERT INTO", name, "SELECT", names, "FROM old.main." + name, which, "ORDER BY", key))
