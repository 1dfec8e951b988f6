"""What proves the month: the roads to its one total, what came in and what became of it by feed and file, and the close day by day."""

from collections.abc import Mapping
from typing import Final

from reports.charts.streams import title as stream_title
from reports.figures import count
from reports.pack.months import Months
from reports.pack.tables import Shown, table
from reports.pack.view import Part, Table
from reports.published import Published
from reports.report import Report, Section

_PARTS: Final = ("in", "billed", "held", "rejected", "dropped")
_MOST_FILES: Final = 60


def controls(_published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """R26: records and dollars in = billed + held + rejected + dropped."""
    if "R26" not in reports:
        return None
    report = reports["R26"]
    files = _bare(report.section("files"))
    sections = {section.name: _bare(section) for section in report.sections}
    dollars = [Shown(f"amount_{part}", f"{part.capitalize()} $", "money") for part in _PARTS]
    records = [Shown(f"records_{part}", part.capitalize(), "count") for part in _PARTS]
    feed = Shown("feed", "Feed", "words", stream_title)
    tables: list[Table] = []
    if "totals" in sections:
        roads = [Shown("of", "Road to the total"), Shown("rows", "Rows", "count"), Shown("amount", "Dollars $", "money")]
        tables.append(table(sections["totals"], roads, title="One total by every road"))
    if "feeds" in sections:
        tables.append(table(sections["feeds"], [feed, *dollars], what="feed feeds", title="Dollars by feed"))
        tables.append(
            table(sections["feeds"], [feed, Shown("files", "Files", "count"), *records], what="feed feeds", title="Records by feed")
        )
    file = Shown("source_file", "File", longest=46)
    tables.append(table(files, [file, *dollars], most=_MOST_FILES, what="file files", title="Dollars by file"))
    tables.append(table(files, [file, *records], most=_MOST_FILES, what="file files", title="Records by file"))
    about = f"In = billed + held + rejected + dropped, in records and in dollars, for {count(files.frame.height, 'file')}."
    return Part("controls", "Control totals", "R26", about, tuple(tables))


def calendar(_published: Published, reports: Mapping[str, Report], _months: Months) -> Part | None:
    """R20: the close, planned and done."""
    if "R20" not in reports:
        return None
    section = reports["R20"].section("steps")
    if section.frame.is_empty():
        return Part("calendar", "Close calendar", "R20", "The month is not posted, so the steps of its close are not recorded yet.")
    shown = [
        Shown("what", "Step"), Shown("planned_on", "Planned", "date"), Shown("done_at", "Done", "date"),
        Shown("days_late", "Days late", "days"), Shown("runs", "Runs", "count"),
    ]  # fmt: skip
    about = "Planned and real days; late counts working days, and below zero is early."
    return Part("calendar", "Close calendar", "R20", about, (table(_bare(section), shown, what="step steps", title="Steps"),))


def _bare(section: Section) -> Section:
    """The section without its note, which the part says in its own words."""
    return Section(section.name, section.title, section.frame, section.totals)
