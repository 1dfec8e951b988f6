"""What ends a fiscal year: prior-year credits and catch-ups, papers of period 13, and what is not billed; in its last month only."""

from collections.abc import Mapping

from reports.charts.streams import title as stream_title
from reports.pack.months import Months, fact
from reports.pack.put_right import plain
from reports.pack.tables import Shown, table
from reports.pack.view import Part
from reports.published import Published
from reports.report import Report


def year_end(_published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """R25 of a fiscal year's last month; of other months it is on the page and among the files alone."""
    report = reports.get("R25")
    if report is None or fact(report, "year_end") != "yes":
        return None
    shown = {
        "adjustments": [
            Shown("adjustment_id", "Adjustment"), Shown("adj_type", "Type", "words", plain), Shown("billing_number", "Billing number"),
            Shown("prepared_by", "Prepared by"), Shown("approved_by", "Approved by"), Shown("amount", "Amount $", "money"),
        ],
        "prior_year": [
            Shown("period", "Billed in"), Shown("stream", "Stream", "words", stream_title), Shown("lines", "Lines", "count"),
            Shown("oldest_service", "Oldest service", "date"), Shown("amount", "Amount $", "money"),
        ],
        "period_13": [
            Shown("doc_id", "Document"), Shown("invoice_no", "Invoice"), Shown("posted_on", "Posted", "date"), Shown("status", "Answer"),
            Shown("amount", "Amount $", "money"), Shown("net", "Net $", "money"),
        ],
        "unbilled": [
            Shown("feed", "Feed", "words", stream_title), Shown("why", "Basis of the estimate", longest=70),
            Shown("records", "Records", "count"), Shown("amount", "Amount $", "money"),
        ],
    }  # fmt: skip
    tables = [table(report.section(name), columns) for name, columns in shown.items() if report.section(name).frame.height]
    year, months = fact(report, "fiscal_year"), fact(report, "months")
    about = f"Fiscal year {year} ends with this month; {months} of its twelve months are published."
    return Part("year-end", "Year end", "R25", about, tuple(tables))
