"""Find what an id names, newest period first, with all that the files, the rates and the book say of it."""

import re
from typing import Any, Final

import polars as pl

from billing.frames import MonthBill
from billing.layouts import FEEDS
from billing.periods import Period
from pipelines.book_story import adjustment_story, month_story, superseded_line
from pipelines.charge_story import charge_story
from pipelines.record_story import decision_story, decisions_on, first_periods, open_book
from pipelines.recorded import load_bill, load_records
from pipelines.workspace import Workspace
from reports.masking import masked_findings

_EXCEPTION_ID: Final = re.compile("X[0-9a-f]{8,20}")  # whole, or as the worklist shows it
_INVOICE_LINE: Final = re.compile(r"(COT-\d{4}-\d{2}-.+-\d{2})[/:](\d{1,9})", re.ASCII)
_BOOK_ID: Final = re.compile(r"(D|DSP)-(\d{4}-\d{2})-\d{4,}", re.ASCII)
_PLACE: Final = ("feed", "source_file", "source_line")


def find(home: Workspace, identity: str) -> dict[str, Any] | None:
    """Everything that is known under an id; nothing when no period that was run knows it."""
    named = _BOOK_ID.fullmatch(identity)
    if named and (month := _month(home, named[2])) is not None:
        found = _decision(home, month, identity) if named[1] == "D" else _dispute(home, month, identity)
        if found is not None:
            return found
    for period in reversed(home.periods_with_ledger()):
        found = _in_period(home, load_bill(home, period, with_earlier=False), identity)
        if found is not None:
            return found
    return None


def _month(home: Workspace, text: str) -> Period | None:
    return next((period for period in home.periods_with_ledger() if str(period) == text), None)


def _base(home: Workspace, period: Period, identity: str) -> dict[str, Any]:
    return {"id": identity, "period": str(period), "month": month_story(home, period), "charges": [], "exceptions": []}


def _in_period(home: Workspace, bill: MonthBill, identity: str) -> dict[str, Any] | None:
    """What one period knows of an id: charges, exceptions, else records that made neither, else an adjustment not billed."""
    period = Period.parse(bill.period)
    line = _INVOICE_LINE.fullmatch(identity)
    charges = _charges(bill, identity)
    gone = superseded_line(home, period, line[1], int(line[2])) if line and charges.is_empty() else None
    if gone is not None:
        charges = bill.lines.filter(pl.col("charge_id") == gone["charge_id"])
    findings = _findings(bill, identity)
    is_quiet = charges.is_empty() and findings.is_empty()
    records = _named_records(home, period, identity) if is_quiet else []
    adjustment = adjustment_story(home, bill, identity) if charges.is_empty() else None
    decided = _decided(home, period, identity) if is_quiet and not records else []
    if is_quiet and not (records or decided) and adjustment is None and gone is None:
        return None
    found = {**_base(home, period, identity), "charges": [charge_story(home, bill, row) for row in charges.to_dicts()],
             "exceptions": findings.to_dicts(), "gone": gone, "adjustment": adjustment}  # fmt: skip
    if charges.is_empty():
        told = records or _records(home, period, findings)
        found["records"] = [{name: value for name, value in record.items() if name != "feed"} for record in told]
        places = pl.concat([findings.select(_PLACE), _places(records, findings)])
        found |= {"first_periods": first_periods(places, period), "history": decided or decisions_on(home, period, places)}
    return found


def _decided(home: Workspace, period: Period, identity: str) -> list[dict[str, Any]]:
    """The decisions of a month on a record that is not there any more: it was rejected for good."""
    book = open_book(home, period)
    rows = book.decisions.filter((pl.col("source_record_id") == identity) & (pl.col("action") == "REJECT")).to_dicts()
    return [decision_story(book, row) for row in rows]


def _decision(home: Workspace, period: Period, identity: str) -> dict[str, Any] | None:
    """A decision, and what became of what it is about."""
    book = open_book(home, period)
    rows = book.decisions.filter(pl.col("decision_id") == identity).to_dicts()
    if not rows:
        return None
    about = rows[0]["source_record_id"] or rows[0]["exception_id"]
    rest = _in_period(home, load_bill(home, period, with_earlier=False), about) if about else None
    taken_back = [{"by": event.user, "at": event.at, "reason": event.data["reason"]} for event in book.journal.of("withdrawn")
                  if event.data["decision_id"] == identity]  # fmt: skip
    told = {**decision_story(book, rows[0]), "withdrawn": taken_back[0] if taken_back else None}
    return {**(rest or _base(home, period, identity)), "id": identity, "decision": told}


def _dispute(home: Workspace, period: Period, identity: str) -> dict[str, Any] | None:
    """A dispute, and the charge it is about."""
    bill = load_bill(home, period, with_earlier=False)
    rows = bill.disputes.filter(pl.col("dispute_id") == identity).to_dicts()
    if not rows:
        return None
    rest = _in_period(home, bill, rows[0]["charge_id"]) if rows[0]["charge_id"] else None
    return {**(rest or _base(home, period, identity)), "id": identity, "dispute": rows[0]}


def _charges(bill: MonthBill, identity: str) -> pl.DataFrame:
    line = _INVOICE_LINE.fullmatch(identity)
    if line:
        return bill.lines.filter((pl.col("invoice_no") == line[1]) & (pl.col("invoice_line_no") == int(line[2])))
    if identity.startswith("C") and bill.lines.filter(pl.col("charge_id") == identity).height:
        return bill.lines.filter(pl.col("charge_id") == identity)
    ids = bill.bridge.filter(pl.col("source_record_id") == identity)["charge_id"].unique().to_list()
    return bill.lines.filter(pl.col("charge_id").is_in(ids)).sort("invoice_no", "invoice_line_no")


def _findings(bill: MonthBill, identity: str) -> pl.DataFrame:
    """EXCEPTIONS that an id names, the numbers of calls masked."""
    is_named = pl.col("source_record_id") == identity
    if _EXCEPTION_ID.fullmatch(identity):
        is_named |= pl.col("exception_id").str.starts_with(identity)
    return masked_findings(bill.exceptions.filter(is_named))


def _places(records: list[dict[str, Any]], findings: pl.DataFrame) -> pl.DataFrame:
    """Where records stand, as findings name a place."""
    shape = {name: findings.schema[name] for name in _PLACE}
    return pl.DataFrame([{name: record[name] for name in _PLACE} for record in records], schema=shape)


def _named_records(home: Workspace, period: Period, identity: str) -> list[dict[str, Any]]:
    """Records of an id that made neither charge nor finding: a free call, a receipt; called numbers stay out."""
    return [
        record for feed in FEEDS for record in _told(load_records(home, period, feed).filter(pl.col("source_record_id") == identity), feed)
    ]


def _records(home: Workspace, period: Period, findings: pl.DataFrame) -> list[dict[str, Any]]:
    """The records that findings are on; of calls nothing is told."""
    found = []
    for feed in findings["feed"].drop_nulls().unique().sort().to_list():
        if feed != "long_distance":
            mine = findings.filter(pl.col("feed") == feed).select("source_file", "source_line").drop_nulls().unique()
            found += _told(load_records(home, period, feed).join(mine, on=["source_file", "source_line"], how="semi"), feed)
    return found


def _told(records: pl.DataFrame, feed: str) -> list[dict[str, Any]]:
    """Records without what was not filled, and without called numbers."""
    names = [] if feed == "long_distance" else FEEDS[feed].names
    rows = records.select("feed", "source_file", "source_line", "outcome", *names).to_dicts()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]
