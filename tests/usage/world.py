"""A small world to bill in: two agencies, three billing numbers, a handful of codes; rows are written as dicts."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from billing.frames import Billed, Tables, record_schema, table_schema
from billing.layouts import TABLES
from billing.periods import Period

PERIOD = Period(2026, 10)
START = dt.date(2020, 1, 1)
Row = dict[str, Any]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def typed(rows: list[Row], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as dicts -> frame of a schema; texts become dates and decimals, what is left out is null."""

    def value(name: str, raw: object) -> object:
        if not isinstance(raw, str):
            return Decimal(raw) if isinstance(raw, int) and schema[name].is_decimal() else raw
        if schema[name] == pl.Date:
            return day(raw)
        return Decimal(raw) if schema[name].is_decimal() else raw

    unknown = {name for row in rows for name in row} - set(schema)
    assert unknown == set(), unknown
    data = {name: [value(name, row.get(name)) for row in rows] for name in schema}
    return pl.DataFrame(data, schema=schema)


def table(name: str, *rows: Row) -> pl.DataFrame:
    """A checked table; valid_from defaults to 2020-01-01."""
    dated = "valid_from" in TABLES[name].schema
    defaults: Row = {"valid_from": "2020-01-01"} if dated else {}
    numbered = [{**defaults, "source_file": f"{name}.csv", "source_line": n + 2, **row} for n, row in enumerate(rows)]
    return typed(numbered, table_schema(name))


def records(feed: str, *rows: Row, **defaults: Any) -> pl.DataFrame:
    """Accepted records of one file, numbered from line 2 in the order given; source_record_id defaults to R<line>."""
    base = {"feed": feed, "source_file": f"{feed}_2026-10_01.csv", **defaults}
    return typed(
        [{**base, "source_line": n + 2, "source_record_id": f"R{n + 2}", **row} for n, row in enumerate(rows)], record_schema(feed)
    )


def code(rate_code: str, uom: str = "EACH", **more: Any) -> Row:
    return {
        "rate_code": rate_code, "name": f"{rate_code} service", "stream": "usage", "class": "RATED", "uom": uom,
        "cost_group": "G", **more,
    }  # fmt: skip


def rate(rate_code: str, unit_rate: str | None = None, **more: Any) -> Row:
    return {"rate_code": rate_code, "unit_rate": unit_rate, "approval_ref": f"AP-{rate_code}", "approved_by": "x", **more}


def tiers(rate_code: str, *steps: tuple[str | None, str], valid_from: str = "2020-01-01") -> list[Row]:
    return [
        {"rate_code": rate_code, "valid_from": valid_from, "tier_no": n, "upper_bound": bound, "unit_rate": price}
        for n, (bound, price) in enumerate(steps, 1)
    ]


def world(codes: list[Row], rates: list[Row] | None = None, tier_rows: list[Row] | None = None, **more: list[Row]) -> Tables:
    """Tables with billing numbers N1 and N2 (agency 100), N3 (agency 200), N9 (agency 100, closed), fully funded."""
    numbers = [("N1", "100"), ("N2", "100"), ("N3", "200"), ("N9", "100")]
    frames: dict[str, list[Row]] = {
        "agencies": [
            {"agency_code": agency, "agency_name": f"Agency {agency}", "branch": "EXEC", "consolidated": "Y",
             "remit_method": "INTERNAL", "fixed_cost_billing_number": number}
            for agency, number in (("100", "N1"), ("200", None))
        ],
        "billing_numbers": [
            {"billing_number": number, "agency_code": agency, "name": number, "status": "CLOSED" if number == "N9" else "ACTIVE"}
            for number, agency in numbers
        ],
        "funding_strings": [
            {"billing_number": number, "seq": 1, "percent": "100", "fund": "0100", "department": agency}
            for number, agency in numbers
        ],
        "rate_codes": codes,
        "rates": rates or [],
        "rate_tiers": tier_rows or [],
        **more,
    }  # fmt: skip
    return Tables({name: table(name, *rows) for name, rows in frames.items()})


def amounts(billed: Billed, component: str | None = None) -> list[Decimal]:
    rows = billed.charges if component is None else billed.charges.filter(pl.col("component") == component)
    return sorted(rows["amount"].to_list())


def found(billed: Billed, *codes: str) -> list[tuple[str, str, str]]:
    """(code, severity, source_record_id) of the findings, sorted; of the codes named only, if any are."""
    rows = billed.findings.select("code", "severity", "source_record_id").rows()
    return sorted(row for row in rows if not codes or row[0] in codes)


def held(billed: Billed) -> set[str]:
    return set(billed.outcomes.filter(pl.col("outcome") == "HELD")["source_record_id"].to_list())


def as_earlier(frame: pl.DataFrame, period: str, outcome: str = "BILLED") -> pl.DataFrame:
    """Records as `Earlier` keeps them."""
    return frame.with_columns(period=pl.lit(period), outcome=pl.lit(outcome))
