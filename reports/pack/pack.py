"""Make a month's sign-off pack from what is published of it and its reports."""

from collections.abc import Mapping

from billing.errors import PeriodError
from reports.charts import Chart
from reports.charts.of_month import charts_of_month
from reports.figures import day
from reports.pack.cover import cover
from reports.pack.made import Made
from reports.pack.months import months_of
from reports.pack.paper import pdf
from reports.pack.parts import parts
from reports.pack.view import Head, PackView
from reports.published import REOPENED, Published
from reports.report import Report

_POSTED = ("CLOSED", "FINAL")
_OPEN = "Nothing is posted: every figure can still change."


def pack(published: Published, reports: Mapping[str, Report], made: Made | None = None) -> bytes:
    """The pack of a month as PDF, `close-2026-10.pdf`; the same month gives the same bytes.

    Args:
        published: the month.
        reports: by number; those of `cover.WANTED` are shown, and page one names what is not at hand.
        made: the issue, the evidence and the people, where they are known.

    Raises:
        PeriodError: a report is of another month.
        ReconciliationError: two totals that must be one differ; nothing is made.
        RenderError: the paper would not be as meant.
    """
    drawn = charts_of_month(published, reports)
    return pdf(pack_view(published, reports, made or Made(), drawn), published.period)


def pack_view(published: Published, reports: Mapping[str, Report], made: Made, drawn: Mapping[str, Chart]) -> PackView:
    """The pack in words and figures."""
    strange = sorted(number for number, report in reports.items() if report.period != published.period)
    if strange:
        raise PeriodError(f"{strange[0]} is of {reports[strange[0]].period}, the pack of {published.period}; make them of one month")
    months = months_of(published)
    first = cover(published, reports, made, months, drawn)
    return PackView(_head(published, made, months.this), first, parts(published, reports, months, drawn))


def _head(published: Published, made: Made, month: str) -> Head:
    status = str(published.now("dim_period")["status"].to_list()[0])
    is_posted = status in _POSTED
    issue = f", issue {made.issue:02d}" if made.issue is not None else ""
    words = "The invoices are sent as they stand here." if is_posted else REOPENED if published.is_reopened else _OPEN
    return Head(
        title=f"Billing close, {month}",
        month=month,
        mark=f"Posted{issue}" if is_posted else "TRIAL",
        mark_words=words,
        is_posted=is_posted,
        sender=made.sender.name,
        address=made.sender.address,
        dated=day(published.as_of),
        dated_iso=published.as_of.isoformat(),
    )
