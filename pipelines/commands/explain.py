"""Explain: one charge from its invoice line back to file, line, rate and authority."""

import re
from pathlib import Path
from typing import Any

import click
import polars as pl

from billing.errors import UsageError
from billing.frames import FUNDING_FIELDS, MonthBill
from billing.ids import SEPARATOR
from billing.layouts import FEEDS
from billing.periods import Period
from pipelines.commands import show
from pipelines.recorded import load_bill, load_records
from pipelines.workspace import Workspace

_EXCEPTION_ID = re.compile("X[0-9a-f]{8,20}")  # whole, or as the worklist shows it
_INVOICE_LINE = re.compile(r"(COT-\d{4}-\d{2}-.+-\d{2})[/:](\d+)")


def explain(*, identity: str, workspace: Path, as_json: bool) -> int:
    """Find what an ID names, newest period first, and show where it came from.

    Raises:
        UsageError: nothing in any run period has this id.
    """
    home = Workspace.open(workspace)
    for period in reversed(home.periods_with_ledger()):
        bill = load_bill(home, period, with_earlier=False)
        charges = _charges(bill, identity)
        is_named = pl.col("source_record_id") == identity
        if _EXCEPTION_ID.fullmatch(identity):
            is_named |= pl.col("exception_id").str.starts_with(identity)
        findings = bill.exceptions.filter(is_named)
        records = _named_records(home, period, identity) if charges.is_empty() and findings.is_empty() else []
        if charges.is_empty() and findings.is_empty() and not records:
            continue
        facts = [_charge_facts(home, bill, row) for row in charges.to_dicts()]
        found = {"id": identity, "period": str(period), "charges": facts, "exceptions": findings.to_dicts()}
        if charges.is_empty():
            found["records"] = records or _records(home, period, findings)
        if as_json:
            show.data(found)
        else:
            _tell(found)
        return 0
    raise UsageError(f"nothing has the id {identity}; give a charge_id, exception_id, source_record_id or INVOICE_NO/LINE")


def _charges(bill: MonthBill, identity: str) -> pl.DataFrame:
    line = _INVOICE_LINE.fullmatch(identity)
    if line:
        return bill.lines.filter((pl.col("invoice_no") == line[1]) & (pl.col("invoice_line_no") == int(line[2])))
    if identity.startswith("C") and bill.lines.filter(pl.col("charge_id") == identity).height:
        return bill.lines.filter(pl.col("charge_id") == identity)
    ids = bill.bridge.filter(pl.col("source_record_id") == identity)["charge_id"].unique().to_list()
    return bill.lines.filter(pl.col("charge_id").is_in(ids)).sort("invoice_no", "invoice_line_no")


def _charge_facts(home: Workspace, bill: MonthBill, row: dict[str, Any]) -> dict[str, Any]:
    """Everything behind one charge row."""
    sources = bill.bridge.filter(pl.col("charge_id") == row["charge_id"])
    rates = _rate_rows(bill, row)
    code = bill.tables["rate_codes"].filter(pl.col("rate_code") == row["rate_code"])
    split = bill.splits.filter(pl.col("charge_id") == row["charge_id"]).sort("seq").to_dicts()
    hidden = ("numerator", "denominator", "natural_key", "stop_date", "start_date")
    records = _source_records(home, bill, sources)
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
        "records": records,
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


def _named_records(home: Workspace, period: Period, identity: str) -> list[dict[str, Any]]:
    """Records of an id that made neither charge nor finding: a free call, a receipt; called numbers stay out."""
    found = []
    for feed in FEEDS:
        names = [] if feed == "long_distance" else FEEDS[feed].names
        mine = load_records(home, period, feed).filter(pl.col("source_record_id") == identity)
        for record in mine.select("source_file", "source_line", "outcome", *names).to_dicts():
            found.append({name: value for name, value in record.items() if value is not None})  # noqa: PERF401
    return found


def _records(home: Workspace, period: Any, findings: pl.DataFrame) -> list[dict[str, Any]]:
    found = []
    for feed in findings["feed"].drop_nulls().unique().sort().to_list():
        if feed == "long_distance":
            continue
        mine = findings.filter(pl.col("feed") == feed).select("source_file", "source_line").drop_nulls().unique()
        records = load_records(home, period, feed).join(mine, on=["source_file", "source_line"], how="semi")
        for record in records.select("source_file", "source_line", "outcome", *FEEDS[feed].names).to_dicts():
            found.append({name: value for name, value in record.items() if value is not None})  # noqa: PERF401
    return found


def _as_received(record: dict[str, Any]) -> str:
    return ", ".join(f"{name}={show.as_text(value)}" for name, value in record.items())


def _line(label: str, value: object) -> None:
    if value not in (None, "", []):
        click.echo(f"  {label:<14}{value}")


def _tell(found: dict[str, Any]) -> None:
    """Print the story of each charge, from the invoice line down to the file line, and of each finding."""
    for charge in found["charges"]:
        _tell_charge(charge)
    for finding in found["exceptions"]:
        click.echo(f"{finding['code']} ({finding['severity']}, {finding['status']}) {finding['message']}")
        _line("exception", finding["exception_id"])
        place = ":".join(str(finding[name]) for name in ("source_file", "source_line") if finding[name] is not None)
        _line("where", f"{place} {finding['source_record_id'] or ''}".strip())
        _line("column", f"{finding['column_name']} = {finding['raw_value']}" if finding["column_name"] else None)
        _line("at stake", show.money(finding["amount"]) if finding["amount"] is not None else None)
        _line("also", finding["also"])
    for record in found.get("records", []):
        _line("as received", _as_received(record))


def _tell_charge(charge: dict[str, Any]) -> None:
    click.echo(f"{charge['invoice_no']} line {charge['invoice_line_no']}: {show.money(charge['amount'])}  {charge['description'] or ''}")
    _line("charge", f"{charge['charge_id']} ({charge['stream']}, {charge['component']})")
    _line("billed to", f"{charge['billing_number']} of agency {charge['agency_code']}")
    _line(
        "service",
        f"{charge['service_from']} to {charge['service_to']}" + (", prior period" if charge["is_prior_period"] else ""),
    )
    _line("rate code", f"{charge['rate_code']} {charge['rate_name'] or ''}".strip())
    rate = f"{charge['unit_rate']:f} per {charge['uom']}" if charge["unit_rate"] is not None else None
    _line("rate", f"{rate}, in force from {charge['rate_valid_from']}" if rate and charge["rate_valid_from"] else rate)
    _line("rate row", ", ".join(charge["rate_source"]))
    _line(
        "authority",
        ", ".join(filter(None, [charge["approval_ref"], *(f"approved by {who}" for who in charge["approved_by"])])),
    )
    _line("rule", charge["rule"])
    _line("exact", f"{charge['exact_amount']:f}, rounded once to {charge['amount']}")
    _line("taken on", charge["base_charge_id"])
    _line("corrects", charge["original_charge_id"])
    for part in charge["splits"]:
        _line("paid by", f"{part['amount']} = {part['percent'].normalize():f} % of string {part['seq']}: {part['string']}")
    for source in charge["sources"][:20]:
        _line(
            "from",
            f"{source['source_file']}:{source['source_line']} {source['source_record_id']}"
            + ("" if source["quantity"] is None else f" (quantity {source['quantity']:f})"),
        )
    if len(charge["sources"]) > 20:
        _line("from", f"and {len(charge['sources']) - 20} more records; --json lists them all")
    for record in charge["records"][:3]:
        _line("as received", _as_received({name: value for name, value in record.items() if not name.startswith("source_")}))
    click.echo()
