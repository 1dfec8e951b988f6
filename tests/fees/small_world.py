"""A small workspace in tables: two agencies, four billing numbers, a handful of codes."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from billing.charges import finish, priced
from billing.frames import CHARGES, Tables, record_schema, table_schema
from billing.ids import natural_key
from billing.money import EXACT_PLACES, Exact
from billing.periods import Period

MARCH = Period(2026, 3)
APRIL = Period(2026, 4)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _value(value: Any, dtype: pl.DataType) -> Any:
    if value is None or not isinstance(value, str):
        return Decimal(value) if isinstance(value, int) and isinstance(dtype, pl.Decimal) else value
    if isinstance(dtype, pl.Date):
        return day(value)
    return Decimal(value) if isinstance(dtype, pl.Decimal) else value


def frame(shape: Mapping[str, Any], rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a shape; dates and decimals may be text, what is not named is null, an unknown name is an error."""
    unknown = {name for row in rows for name in row} - set(shape)
    assert not unknown, f"no such columns: {sorted(unknown)}"
    columns = {name: [_value(row.get(name), dtype) for row in rows] for name, dtype in shape.items()}
    return pl.DataFrame(columns, schema=dict(shape))


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A checked reference or rate table; dated rows start in 2020 unless they say otherwise."""
    shape = table_schema(name)
    start = {"valid_from": "2020-01-01"} if "valid_from" in shape else {}
    placed = [{**start, "source_file": f"{name}.csv", "source_line": line, **row} for line, row in enumerate(rows, start=2)]
    return frame(shape, placed)


def records(feed: str, rows: list[dict[str, Any]], file: str | None = None) -> pl.DataFrame:
    """Accepted records of one file, in file order."""
    name = file or f"{feed}_2026-03_01.csv"
    placed = [{"feed": feed, "source_file": name, "source_line": line, **row} for line, row in enumerate(rows, start=2)]
    return frame(record_schema(feed), placed)


def code(rate_code: str, stream: str, kind: str, **more: Any) -> dict[str, Any]:
    named = {"name": f"{rate_code} name", "uom": "EACH", "cost_group": "G1"}
    return {"rate_code": rate_code, "stream": stream, "class": kind, **named, **more}


def world(**frames: list[dict[str, Any]]) -> Tables:
    """The small workspace, with tables replaced by those given."""
    rate = {"approval_ref": "APR-1", "approved_by": "x"}
    usual: dict[str, list[dict[str, Any]]] = {
        "agencies": [
            {"agency_code": "758", "agency_name": "Transport", "branch": "EXEC", "consolidated": "Y", "remit_method": "INTERNAL"},
            {"agency_code": "605", "agency_name": "Courts", "branch": "JUD", "consolidated": "N", "remit_method": "INTERNAL"},
        ],
        "billing_numbers": [
            {"billing_number": "D1", "agency_code": "758", "name": "one", "status": "ACTIVE", "tax_exempt": "Y"},
            {"billing_number": "D2", "agency_code": "758", "name": "two", "status": "ACTIVE"},
            {"billing_number": "D3", "agency_code": "605", "name": "three", "status": "ACTIVE"},
            {"billing_number": "D9", "agency_code": "605", "name": "nine", "status": "CLOSED", "closed_to": "D3"},
        ],
        "funding_strings": [
            {"billing_number": number, "seq": 1, "percent": "100", "fund": "0100", "department": "758"}
            for number in ("D1", "D2", "D3", "D9")
        ],
        "rate_codes": [
            code("PT10", "pass_through", "PASS"),
            code("PT20", "pass_through", "PASS"),
            code("NT40", "circuits", "TELECOM"),
            code("CX10", "centrex", "TELECOM"),
            code("ST20", "usage", "RATED", uom="GB_MONTH"),
            code("EQ10", "stock", "STOCK"),
            code("PROC5", "pass_through", "FEE", name="Processing charge"),
            code("SUPP", "usage", "FEE", name="Support services fee"),
            code("E911", "circuits", "FEE", name="E911"),
        ],
        "rates": [
            {"rate_code": "PT10", "markup_pct": "5", "fee_rate_code": "PROC5", **rate},
            {"rate_code": "PT20", **rate},
            {"rate_code": "EQ10", "markup_pct": "5", "fee_rate_code": "PROC5", **rate},
        ],
    }
    return Tables({name: table(name, rows) for name, rows in {**usual, **frames}.items()})


def charges(rows: list[dict[str, Any]], period: Period = MARCH) -> pl.DataFrame:
    """Finished charge rows from `exact`, the amount before rounding, and whatever else matters to the test."""
    usual = {
        "billing_number": "D1", "agency_code": "758", "stream": "circuits", "component": "MRC", "rate_code": "NT40",
        "start_date": period.first_day, "stop_date": period.stop_day, "rate_date": period.first_day, "quantity": "1",
        "exact_amount": "0", "is_prior_period": False, "feed": "circuits", "source_file": "circuits_2026-03_01.csv",
    }  # fmt: skip
    placed = [
        {**usual, "source_line": line, "source_record_id": f"R{line}", "natural_key": f"N{line}", **row, "exact_amount": row["exact"]}
        for line, row in enumerate(rows, start=2)
    ]
    raw = frame(CHARGES, [{name: value for name, value in row.items() if name != "exact"} for row in placed])
    return finish(
        raw.with_columns(
            *priced(Exact.of(pl.col("exact_amount"), EXACT_PLACES)), natural_key=natural_key(pl.col("feed"), pl.col("natural_key"))
        ),
        period,
    )


def amounts(found: pl.DataFrame, *keys: str) -> list[tuple[Any, ...]]:
    """The rows as (keys …, amount as text), sorted."""
    return sorted((*(row[key] for key in keys), str(row["amount"])) for row in found.iter_rows(named=True))
