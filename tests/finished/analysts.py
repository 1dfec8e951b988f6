"""Read the analysts' files back: the mart's tables and views, and the FOCUS export."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.finished.control import PARTS
from tests.finished.figures import Reading

BY = [
    ("fact_charge", "agency", "agency_code"), ("fact_charge", "stream", "stream"), ("fact_charge", "invoice", "invoice_no"),
    ("fact_invoice", "invoice", "invoice_no"), ("fact_invoice", "agency", "agency_code"), ("v_invoices", "invoice", "invoice_no"),
    ("v_bill_by_agency", "agency", "agency_code"), ("v_invoice_lines", "invoice", "invoice_no"), ("v_invoice_lines", "stream", "stream"),
]  # fmt: skip
ONE = [
    ("fact_split", "total", "sum(amount)"), ("fact_split", "splits", "count(*)"), ("fact_invoice", "invoices", "count(*)"),
    ("fact_charge", "lines", "count(*)"), ("v_bill_by_agency", "total", "sum(amount)"), ("v_revenue_by_rate_code", "total", "sum(amount)"),
    ("v_revenue_by_funding", "total", "sum(amount)"), ("v_month_over_month", "total", "sum(now)"),
]  # fmt: skip


def mart(path: Path, period: str) -> Reading:
    """The mart's figures of one month."""
    found = Reading()
    with duckdb.connect(str(path), read_only=True) as connection:
        for table, family, column in BY:
            where = " and invoice_no is not null" if table == "fact_charge" else ""
            sql = f"select {column}, sum(amount) from {table} where period = ?{where} group by 1"
            found.all(table, family, connection.execute(sql, [period]).fetchall())
        for table, family, value in ONE:
            where = " and invoice_no is not null" if table == "fact_charge" else ""
            ((shown,),) = connection.execute(f"select {value} from {table} where period = ?{where}", [period]).fetchall()
            if shown is not None or table != "v_month_over_month" or period > _first(connection):
                found.one(table, family, shown)
        for table, kind, column in (("control_totals", "file", "source_file"), ("v_control_totals", "feed", "feed")):
            names = [(f"{kind} {what} {part}", f"{short}_{part}") for what, short in _KINDS.items() for part in PARTS]
            columns = ", ".join(f"sum({name})" for _, name in names)
            for row in connection.execute(f"select {column}, {columns} from {table} where period = ? group by 1", [period]).fetchall():
                for (family, _), value in zip(names, row[1:], strict=True):
                    found.one(table, family, Decimal(value), row[0])
            found.whole |= {(table, family) for family, _ in names}
        _documents(connection, period, found)
    return found


def _first(connection: duckdb.DuckDBPyConnection) -> str:
    """The first month of the mart: nothing is before it to be compared with."""
    return str(connection.execute("select min(period) from dim_period").fetchall()[0][0])


_KINDS = {"records": "records", "dollars": "amount"}


def _documents(connection: duckdb.DuckDBPyConnection, period: str, found: Reading) -> None:
    """The documents of a month that was sent."""
    sql = (
        "select invoice_no, sum(case when dr_cr = 'DR' then j.amount else -j.amount end) from fact_journal j"
        " join fact_invoice i using (invoice_no) where i.period = ? and party = 'BUYER' group by 1"
    )
    if rows := connection.execute(sql, [period]).fetchall():
        found.all("fact_journal", "invoice", rows)


def focus(data: bytes) -> Reading:
    """The FOCUS export."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
    found = Reading()
    for family, column in (("invoice", "InvoiceId"), ("agency", "BillingAccountId"), ("stream", "x_Stream")):
        found.all("BilledCost", family, [(row[column], Decimal(row["BilledCost"])) for row in rows])
    found.one("rows", "lines", len(rows))
    return found
