"""Small months as tables: split charges of a few invoices, and the tables that say how they are sent."""

import datetime as dt
from decimal import Decimal

import polars as pl

from billing.frames import INVOICES, LINES, SPLITS, Tables, fill, table_schema
from billing.periods import Period
from billing.policy import Policy

PERIOD = Period(2026, 10)
POSTED_ON = dt.date(2026, 11, 6)
POLICY = Policy(seller_fund="6400", seller_department="079", seller_unit="1000")
CODES = {  # rate code: class, revenue source, buyer's object
    "VS10": ("RATED", "R401", None),
    "NT40": ("TELECOM", "R402", "E202"),
    "PT10": ("PASS", "R403", None),
}
GL_MAP = [(kind, None, same, "IET", event) for kind in ("RATED", "TELECOM", "PASS") for same, event in (("Y", "IN06"), ("N", "IN04"))]
Part = tuple[str, str, int, str, str, str]  # number, rate code, seq, fund, unit, amount


def tables(gl_map=None, codes=None, defaults=None, **more):
    """The tables the interface reads."""
    given = {
        "rate_codes": [{"rate_code": code, "class": kind, "revenue_source": revenue, "buyer_object": buys}
                       for code, (kind, revenue, buys) in (codes or CODES).items()],
        "gl_map": [dict(zip(("rate_class", "rate_code", "same_fund", "document_code", "event_type"), row, strict=True))
                   for row in (GL_MAP if gl_map is None else gl_map)],
        "billing_numbers": [{"billing_number": number, "status": "ACTIVE", "default_object": obj, "valid_from": dt.date(2020, 1, 1)}
                            for number, obj in (defaults or {}).items()],
        **more,
    }  # fmt: skip
    return Tables({name: fill(pl.DataFrame(rows, schema_overrides=_of(name, rows)), table_schema(name)) for name, rows in given.items()})


def _of(name, rows):
    shape = table_schema(name)
    return {column: shape[column] for column in (rows[0] if rows else {})}


def month(parts: list[Part]):
    """LINES, SPLITS and INVOICES of parts; each part is one charge of its own."""
    lines, splits = [], []
    for n, (number, code, seq, fund, unit, amount) in enumerate(parts):
        day = dt.date(2026, 10, 1 + n % 20)
        lines.append({"charge_id": f"C{n:05d}", "period": str(PERIOD), "billing_number": number, "rate_code": code, "start_date": day,
                      "stop_date": day + dt.timedelta(days=5), "amount": Decimal(amount),
                      "invoice_no": f"COT-{PERIOD}-{number}-01", "invoice_line_no": n + 1})  # fmt: skip
        splits.append({"charge_id": f"C{n:05d}", "seq": seq, "percent": Decimal(100), "fund": fund, "department": "758", "unit": unit,
                       "object": "E301", "amount": Decimal(amount)})  # fmt: skip
    framed = pl.DataFrame(lines, schema_overrides={name: LINES[name] for name in (lines[0] if lines else {})})
    sums = framed.group_by("invoice_no", "billing_number").agg(pl.col("amount").sum(), line_count=pl.len().cast(pl.Int64))
    invoices = sums.with_columns(issued_on=pl.lit(POSTED_ON)).sort("invoice_no")
    return (
        fill(framed, LINES),
        fill(pl.DataFrame(splits, schema_overrides={name: SPLITS[name] for name in splits[0]}), SPLITS),
        fill(invoices, INVOICES),
    )
