"""Small typed tables for tests."""

import datetime as dt
from decimal import Decimal

import polars as pl

from billing.frames import Tables, fill, table_schema
from billing.layouts import TABLES


def day(text: str | None) -> dt.date | None:
    """A date, or none."""
    return dt.date.fromisoformat(text) if text else None


def table_of(name: str, *rows: dict[str, object]) -> pl.DataFrame:
    """A reference or rate table of the rows given; what is not given is null."""
    shape = table_schema(name)
    kinds = {column.name: column.kind for column in TABLES[name].columns}
    cast = {"date": lambda v: day(v) if isinstance(v, str) else v}
    for kind in ("rate", "money", "quantity", "percent", "cost"):
        cast[kind] = lambda v: Decimal(v) if isinstance(v, str) else v
    typed = [{key: cast.get(kinds.get(key, "text"), lambda v: v)(value) for key, value in row.items()} for row in rows]
    named = sorted({key for row in rows for key in row})
    return fill(pl.DataFrame(typed, schema={key: shape[key] for key in named}), shape)


def tables_of(**rows: list[dict[str, object]]) -> Tables:
    """Tables by name."""
    return Tables({name: table_of(name, *given) for name, given in rows.items()})
