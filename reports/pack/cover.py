"""Page one: the total, the change, why, what is unusual, who signs, and what proves it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError
from reports.charts import Chart
from reports.charts.bridge import EFFECTS
from reports.charts.words import called, listed
from reports.figures import change_percent, count, dollars, money, signed
from reports.footing import total
from reports.pack.made import Made
from reports.pack.months import Months
from reports.pack.pictures import picture
from reports.pack.remarks import remarks
from reports.pack.tables import short_day
from reports.pack.view import Cover, Signature
from reports.published import Published
from reports.report import Report

WANTED: Final = ("R02", "R04", "R05", "R06", "R07", "R08", "R09", "R10", "R12", "R20", "R26")
_HOW: Final = {"SIGNED": "signed with a key", "RECORDED": "recorded by the system", "FEED": "came with the feed"}


def cover(published: Published, reports: Mapping[str, Report], made: Made, months: Months, drawn: Mapping[str, Chart]) -> Cover:
    """Page one of a month.

    Raises:
        ReconciliationError: the invoices are not what the bridge or the control totals say.
    """
    agree(reports, months.now)
    found, clear = remarks(published, reports, months)
    moved = reports["R06"].section("bridge").frame if "R06" in reports and months.before is not None else None
    missing = [number for number in WANTED if number not in reports]
    return Cover(
        total=dollars(months.now),
        sentence=_sentence(published, months),
        why="" if moved is None else why(moved.row(0, named=True)),
        bridge=picture("", drawn["bridge"]) if "bridge" in drawn else None,
        remarks=found,
        clear=f"Looked for and not found: {listed(clear)}." if clear else "",
        signatures=signatures(published.now("fact_approval"), made),
        approvals=approvals(published.now("fact_approval"), made),
        control=_control(published, months.now),
        evidence=made.evidence,
        missing=f"Not at hand for this month: {listed(missing)}." if missing else "",
    )


def agree(reports: Mapping[str, Report], billed: Decimal) -> None:
    """Refuse a pack whose reports speak of another total."""
    said = {
        "R02": ("agencies", "amount"), "R04": ("rates", "amount"), "R05": ("groups", "amount"), "R06": ("bridge", "now"),
    }  # fmt: skip
    for number, (section, column) in said.items():
        if number in reports:
            found = total(reports[number].section(section).frame[column])
            if found != billed:
                raise ReconciliationError(f"{number} comes to {found}, the invoices to {billed}; nothing is written", code="V013")


def _sentence(published: Published, months: Months) -> str:
    invoices = published.now("fact_invoice")
    made = f"{count(invoices.height, 'invoice')} to {count(invoices['agency_code'].n_unique(), 'agency', 'agencies')}"
    if months.before is None or months.change is None:
        return f"{made}. No month before it is published, so nothing is compared."
    if months.change == 0:
        return f"{made}, as much as {months.last}."
    percent = change_percent(months.change, months.before)
    way = "more" if months.change > 0 else "less"
    return f"${money(abs(months.change))} {way} than {months.last}{'' if percent == '–' else f' ({percent})'}: {made}."


def why(row: Mapping[str, Any]) -> str:
    """The five effects of the bridge in a sentence, what raised it first, the largest first."""
    moved = [(words.lower(), row[effect]) for effect, words in EFFECTS.items() if row[effect]]
    up = sorted((each for each in moved if each[1] > 0), key=lambda each: -each[1])
    down = sorted((each for each in moved if each[1] < 0), key=lambda each: each[1])
    parts = [f"{_capital(_named(some))} {verb} it" for some, verb in ((up, "raised"), (down, "lowered")) if some]
    return f"{'. '.join(parts)}." if parts else ""


def _named(some: Sequence[tuple[str, Decimal]]) -> str:
    return listed([f"{words} ({signed(value)})" for words, value in some])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _control(published: Published, billed: Decimal) -> str:
    lines, splits = published.now("fact_charge"), published.now("fact_split")
    on_invoices = lines.filter(pl.col("invoice_no").is_not_null())
    roads = {
        "invoices": (published.now("fact_invoice").height, billed), "lines": (on_invoices.height, total(on_invoices["amount"])),
        "funding splits": (splits.height, total(splits["amount"])),
    }  # fmt: skip
    for name, (_, amount) in roads.items():
        if amount != billed and not (name == "funding splits" and splits.is_empty()):
            raise ReconciliationError(f"{name} come to {amount}, the invoices to {billed}; nothing is written", code="V013")
    parts = [f"{rows:,} {name}" for name, (rows, _) in roads.items() if rows]
    return f"Control total {dollars(billed)}: {listed(parts) or 'no invoice'} come to the same cent."


def signatures(approvals: pl.DataFrame, made: Made) -> tuple[Signature, ...]:
    """Who prepared and who approved the bill, where the month says so; lines to sign on where it does not."""
    prepared = Signature("Prepared by")
    if made.prepared_by is not None:
        at = "" if made.prepared_at is None else moment(made.prepared_at)
        prepared = Signature("Prepared by", _name(made, made.prepared_by), "", at)
    given = approvals.filter((pl.col("subject_kind") == "BILL") & (pl.col("decision") == "APPROVED")).sort("decided_at", "approval_id")
    approved = [
        Signature("Approved by", _name(made, row["user"]), called(row["level"]), moment(row["decided_at"]), _HOW.get(row["assurance"], ""))
        for row in given.to_dicts()
    ]
    return (prepared, *(approved or [Signature("Approved by")]))


def approvals(given: pl.DataFrame, made: Made) -> str:
    """What else of the month was approved, how often and by whom; empty where nothing was."""
    others = given.filter((pl.col("subject_kind") != "BILL") & (pl.col("decision") == "APPROVED"))
    if others.is_empty():
        return ""
    kinds = others.group_by("subject_kind").agg(pl.col("subject_id").n_unique().alias("how_many")).sort("subject_kind")
    named = [count(row["how_many"], called(row["subject_kind"]).lower()) for row in kinds.to_dicts()]
    who = [_name(made, user) for user in sorted(others["user"].unique().drop_nulls().to_list())]
    return f"Approved on the way: {listed(named)}, by {listed(who)}."


def _name(made: Made, user: str) -> str:
    return called(made.names.get(user, user))


def moment(value: dt.datetime | None) -> str:
    """`6 Nov 2026, 15:04 UTC`; empty for null."""
    if value is None:
        return ""
    at = value.astimezone(dt.UTC) if value.tzinfo is not None else value
    return f"{short_day(at)}, {at.hour:02d}:{at.minute:02d} UTC"
