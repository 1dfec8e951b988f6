"""What is unusual in a month, computed from its reports: who moved most, what is open, held, late, waiting, disputed, over a limit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from reports.charts.words import called, listed
from reports.figures import count, dollars, money, to_charge_and_credit
from reports.footing import NOTHING, total
from reports.pack.months import Months, dollars_of
from reports.pack.view import Remark
from reports.published import Published
from reports.report import Report

_MOST_NAMED: Final = 3
_ENDED: Final = ("DECIDED",)  # of disputes
Reports = Mapping[str, Report]


def remarks(published: Published, reports: Reports, months: Months) -> tuple[tuple[Remark, ...], tuple[str, ...]]:
    """The unusual things, and what was looked for and not found."""
    found: list[Remark] = []
    clear: list[str] = []
    for looked in (
        _movers(reports, months), _exceptions(reports), _held(reports), _over(reports), _late(reports),
        _waiting(reports), _disputes(published),
    ):  # fmt: skip
        if isinstance(looked, str):
            clear.append(looked)
        elif looked is not None:
            found.append(looked)
    return tuple(found), tuple(clear)


def _rows(reports: Reports, number: str, section: str) -> list[dict[str, Any]] | None:
    """The rows of a section; null where the report is not at hand."""
    report = reports.get(number)
    return None if report is None else report.section(section).frame.to_dicts()


def _movers(reports: Reports, months: Months) -> Remark | str | None:
    rows = _rows(reports, "R07", "agencies")
    if rows is None or months.before is None:
        return None
    moved = [row for row in rows if row["change"]]
    up = max((row for row in moved if row["change"] > 0), key=lambda row: row["change"], default=None)
    down = min((row for row in moved if row["change"] < 0), key=lambda row: row["change"], default=None)
    parts = [
        f"{called(row['agency_name'] or row['agency_code'])} pays ${money(abs(row['change']))} {way}"
        for row, way in ((up, "more"), (down, "less"))
        if row is not None
    ]
    return Remark(f"Moved most since {months.last}: {listed(parts)}.", "movers") if parts else "an agency whose bill moved"


def _exceptions(reports: Reports) -> Remark | str | None:
    rows = _rows(reports, "R08", "codes")
    if rows is None:
        return None
    opened = [row for row in rows if row["open"]]
    if not opened:
        return "an open exception"
    how_many = sum(row["open"] for row in opened)
    old = sum(row["days_over_90"] or 0 for row in opened)
    amount = sum((row["amount"] for row in opened if row["amount"] is not None), NOTHING)
    most = max(opened, key=lambda row: (row["open"], row["code"]))
    words = f"{count(how_many, 'exception')} {_are(how_many)} open, {dollars(amount)} at stake"
    words += f"; the most of one kind: {most['open']:,} of {called(most['code'])}, {called(most['meaning'])}"
    return Remark(f"{words}{f'; {old:,} older than 90 days' if old else ''}.", "exceptions")


def _held(reports: Reports) -> Remark | str | None:
    rows = _rows(reports, "R10", "reasons")
    if rows is None:
        return None
    records = sum(row["records"] for row in rows)
    if not records:
        return "a record held back"
    unpriced = sum(row["unpriced"] or 0 for row in rows)
    old = sum((row["days_over_90"] for row in rows if row["days_over_90"] is not None), NOTHING)
    held = to_charge_and_credit(dollars_of(reports["R10"], "charges"), dollars_of(reports["R10"], "credits"))
    words = f"{count(records, 'record')} {_are(records)} held and not billed: {held}"
    words += f", and {unpriced:,} of them without a price" if unpriced else ""
    words += f"; {dollars(old)} older than 90 days" if old else ""
    return Remark(f"{words}.", "suspense")


def _over(reports: Reports) -> Remark | str | None:
    rows = _rows(reports, "R12", "groups")
    if rows is None:
        return None
    over = sorted((row for row in rows if row["state"] == "OVER_LIMIT"), key=lambda row: row["reserve_limit"] - row["over_under"])
    unknown = sum(row["state"] == "NO_COST" for row in rows)
    unsaid = f"{count(unknown, 'cost group')} {'has' if unknown == 1 else 'have'} no known cost, so what is over it is not known"
    if not over:
        return Remark(f"{unsaid}.", "recovery") if unknown else "a cost group over 60 days of cost"
    named = [f"{called(row['cost_group'])} by {dollars(row['over_under'] - row['reserve_limit'])}" for row in over[:_MOST_NAMED]]
    named += [f"{len(over) - _MOST_NAMED:,} more"] if len(over) > _MOST_NAMED else []
    return Remark(
        f"{count(len(over), 'cost group')} {_are(len(over))} over 60 days of cost: {listed(named)}{f'; {unsaid}' if unknown else ''}.",
        "recovery",
    )


def _late(reports: Reports) -> Remark | str | None:
    rows = _rows(reports, "R20", "steps")
    if not rows:
        return None
    late = [row for row in rows if row["days_late"] is not None and row["days_late"] > 0]
    if not late:
        return "a late step"
    late.sort(key=lambda row: -row["days_late"])
    named = [f"{called(row['what'])} by {count(row['days_late'], 'working day')}" for row in late[:_MOST_NAMED]]
    named += [f"{len(late) - _MOST_NAMED:,} more"] if len(late) > _MOST_NAMED else []
    return Remark(f"{count(len(late), 'step')} of the close {'was' if len(late) == 1 else 'were'} late: {listed(named)}.", "calendar")


def _waiting(reports: Reports) -> Remark | str | None:
    rows = _rows(reports, "R09", "adjustments")
    if rows is None:
        return None
    waiting = [row for row in rows if row["approval_state"] != "APPROVED"]
    if not waiting:
        return "an adjustment without its approval"
    ways = [sum((row["amount"] for row in waiting if (row["amount"] > 0) is up), NOTHING) for up in (True, False)]
    words = f"{count(len(waiting), 'adjustment row')} {_are(len(waiting))} billed without a full approval, {to_charge_and_credit(*ways)}"
    return Remark(f"{words}.", "adjustments")


def _disputes(published: Published) -> Remark | str:
    opened = open_disputes(published)
    if opened.is_empty():
        return "an open dispute"
    amount: Decimal = total(opened["amount"])
    return Remark(f"{count(opened.height, 'dispute')} {_are(opened.height)} open, {dollars(amount)} disputed.", "adjustments")


def open_disputes(published: Published) -> pl.DataFrame:
    """The disputes that nobody has decided yet; one without a state is open."""
    return published.now("fact_dispute").filter(pl.col("status").is_in(_ENDED).not_().fill_null(value=True))


def _are(how_many: int) -> str:
    return "is" if how_many == 1 else "are"
