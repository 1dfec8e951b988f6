"""Everything behind one charge row: its rate and authority, its split, its records, and what the book says of it."""

from typing import Any

import polars as pl

from billing.frames import FUNDING_FIELDS, MonthBill
from billing.ids import SEPARATOR
from billing.layouts import FEEDS
from billing.periods import Period
from pipelines.book_story import adjustment_story, superseded_lines
from pipelines.record_story import decisions_on, first_periods
from pipelines.recorded import load_records
from pipelines.workspace import Workspace


def charge_story(home: Workspace, bill: MonthBill, row: dict[str, Any]) -> dict[str, Any]:
    """Everything behind one charge row.

    Args:
        row: of LINES.
    """
    period = Period.parse(bill.period)
    sources = bill.bridge.filter(pl.col("charge_id") == row["charge_id"])
    rates = _rate_rows(bill, row)
    code = bill.tables["rate_codes"].filter(pl.col("rate_code") == row["rate_code"])
    split = bill.splits.filter(pl.col("charge_id") == row["charge_id"]).sort("seq").to_dicts()
    hidden = ("numerator", "denominator", "natural_key", "stop_date", "start_date")
    return {
        **{name: value for name, value in row.items() if name not in hidden},
        "service_from": row["start_date"],
        "service_to": bill.lines.filter(pl.col("charge_id") == row["charge_id"])["stop_date"].dt.offset_by("-1d")[0],
        "natural_key": row["natural_key"].replace(SEPARATOR, " | "),
        "rate_name": code["name"][0] if code.height else None,
        "rate_source": [f"{r['source_file']}:{r['source_line']}" for r in rates],
        "approved_by": [r["approved_by"] for r in rates],
        "splits": [
            {"seq": part["seq"], "percent": part["percent"], "amount": part["amount"],
             "string": "-".join(part[name] for name in FUNDING_FIELDS if part[name])} for part in split
        ],
        "sources": sources.select("feed", "source_file", "source_line", "source_record_id", "quantity").to_dicts(),
        "records": _source_records(home, bill, sources),
        "first_periods": first_periods(sources, period),
        "history": decisions_on(home, period, sources),
        "adjustment": adjustment_story(home, bill, row["adjustment_id"]),
        "disputes": _disputes(bill, row),
        "superseded": superseded_lines(home, period, row["charge_id"]),
        "fees_on_it": bill.lines.filter(pl.col("base_charge_id") == row["charge_id"])["charge_id"].to_list(),
    }  # fmt: skip


def _rate_rows(bill: MonthBill, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The table row that priced a charge: the billing number's own, else the agency's, else the standard one."""
    is_it = (
        (pl.col("rate_code") == row["rate_code"])
        & (pl.col("valid_from") == pl.lit(row["rate_valid_from"], pl.Date))
        & pl.col("approval_ref").eq_missing(pl.lit(row["approval_ref"], pl.String))
    )
    is_theirs = (pl.col("agency_code") == row["agency_code"]) & (
        pl.col("billing_number").is_null() | (pl.col("billing_number") == row["billing_number"])
    )
    agreed = bill.tables["agency_rates"].filter(is_it & is_theirs).sort("billing_number", nulls_last=True).head(1)
    return (agreed if agreed.height else bill.tables["rates"].filter(is_it)).to_dicts()


def _source_records(home: Workspace, bill: MonthBill, sources: pl.DataFrame) -> list[dict[str, Any]]:
    """The records themselves, as accepted, without what was not filled; called numbers stay out."""
    found: list[dict[str, Any]] = []
    for feed in sources["feed"].unique().sort().to_list():
        if feed == "long_distance":
            continue
        mine = sources.filter(pl.col("feed") == feed).select("source_file", "source_line").unique()
        records = load_records(home, Period.parse(bill.period), feed).join(mine, on=["source_file", "source_line"], how="semi")
        wanted = ["source_file", "source_line", *FEEDS[feed].names]
        for record in records.sort("source_file", "source_line").select(wanted).to_dicts():
            found.append({name: value for name, value in record.items() if value is not None})  # noqa: PERF401
    return found


def _disputes(bill: MonthBill, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Disputes of a line, and of the whole invoice it is on."""
    is_mine = (pl.col("charge_id") == row["charge_id"]) | (
        (pl.col("invoice_no") == row["invoice_no"]) & pl.col("invoice_line_no").is_null()
    )
    return bill.disputes.filter(is_mine).to_dicts()
