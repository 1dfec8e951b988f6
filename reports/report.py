"""A report: figures that lead, tables below them, and the neighbours it must foot to; the same for paper, screen and file."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from reports.footing import NOTHING, total
from reports.tabular import csv_bytes, json_bytes, rows

Value = Decimal | int | str | None


@dataclass(frozen=True)
class Fact:
    """One figure that leads a report: a name for files, words for people."""

    name: str
    label: str
    value: Value


@dataclass(frozen=True)
class Foot:
    """Two roads to one total, in dollars: what both are, this report's, the neighbour's."""

    what: str
    here: Decimal
    there: Decimal


@dataclass(frozen=True)
class Section:
    """One table of a report: its name in files, its title, its rows, and which columns have a total.

    frame: money Decimal(18, 2), quantities and rates Decimal(18, 6), exact costs Decimal(38, 12), days Date, counts Int64.
    """

    name: str
    title: str
    frame: pl.DataFrame
    totals: tuple[str, ...] = ()
    note: str = ""

    def sums(self) -> dict[str, Decimal | int]:
        """The total of each column that has one; no rows come to 0."""
        found: dict[str, Decimal | int] = {}
        for name in self.totals:
            column = self.frame[name]
            found[name] = total(column) if column.dtype == _MONEY else _whole(column)
        return found


@dataclass(frozen=True)
class Report:
    """One report of a period, whole: what stands first, the tables, what it was footed to."""

    id: str  # R06
    name: str  # month-over-month, in file names
    title: str
    period: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]  # the first is the report's own table
    foots: tuple[Foot, ...] = ()

    @property
    def stem(self) -> str:
        """Its files' name without ending, `R06-month-over-month`."""
        return f"{self.id}-{self.name}"

    def checked(self) -> "Report":
        """This report, if it foots to its neighbours.

        Raises:
            ReconciliationError: two roads to one total differ; there is no tolerance.
        """
        for foot in self.foots:
            if foot.here != foot.there:
                raise ReconciliationError(
                    f"{self.period}: {self.id}: {foot.what}: {foot.here} and {foot.there} differ; nothing is written", code="V013"
                )
        return self

    def section(self, name: str) -> Section:
        """The section of a name."""
        return next(section for section in self.sections if section.name == name)


_MONEY: Final = pl.Decimal(18, 2)


def _whole(column: pl.Series) -> Decimal | int:
    """A sum in Python's own numbers, which cannot wrap."""
    known = column.drop_nulls().to_list()
    return sum(known, NOTHING) if isinstance(column.dtype, pl.Decimal) else sum(known)


def document(report: Report) -> dict[str, object]:
    """A report as JSON can hold it: facts by name, sections with rows and totals, the foots."""
    return {
        "report": report.id,
        "title": report.title,
        "period": report.period,
        **{fact.name: fact.value for fact in report.facts},
        "sections": {
            section.name: {"title": section.title, "row_count": section.frame.height, "totals": section.sums(), "rows": rows(section.frame)}
            for section in report.sections
        },
        "foots": [{"what": foot.what, "here": foot.here, "there": foot.there} for foot in report.foots],
    }


def report_files(report: Report) -> dict[str, bytes]:
    """A report's CSV, one a section, and its JSON, by file name; the same report gives the same bytes."""
    first = report.sections[0]
    files = {f"{report.stem}.csv": csv_bytes(first.frame)}
    for section in report.sections[1:]:
        files[f"{report.stem}.{section.name}.csv"] = csv_bytes(section.frame)
    files[f"{report.stem}.json"] = json_bytes(document(report))
    return files


def money(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Bring sums back to published dollars, Decimal(18, 2)."""
    return frame.with_columns(pl.col(name).cast(_MONEY) for name in columns)
