"""A published month made by hand with its reports, and a reader of the finished pack that knows nothing of its maker."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from reports.catalogue import CATALOGUE
from reports.mart_frames import mart_frame
from reports.mart_schema import MART
from reports.pack.cover import WANTED
from reports.published import Published, of_frames
from reports.report import Fact, Report, Section
from tests.reports.bill import month_bill
from tests.reports.tagged import Element, Tagged

BILL = month_bill()


def published(status: str = "OPEN", **tables: pl.DataFrame) -> Published:
    """The hand-made month, the first that is published; tables given by name stand in place of its own."""
    frames = {name: mart_frame(table, [BILL], {}, {BILL.period: status}) for name, table in MART.items()}
    return of_frames(BILL.period, frames | tables)


def reports_of(month: Published) -> dict[str, Report]:
    """The reports that the pack shows."""
    return {number: CATALOGUE[number].make(month) for number in WANTED}


def hand_made(month: Published) -> dict[str, Report]:
    """The reports of the hand-made month, whose one held record has no exception behind it; R10 is made by hand too."""
    made = {number: CATALOGUE[number].make(month) for number in WANTED if number != "R10"}
    counts, ages = ("records", "unpriced"), ("days_0_30", "days_31_60", "days_61_90", "days_over_90")
    row = {"code": "A103", "meaning": "billing number closed", "feed": "usage", "records": 3, "unpriced": 1, "amount": Decimal("125.40")}
    row |= dict(zip(ages, map(Decimal, ("100.00", "0.40", "0.00", "25.00")), strict=True))
    facts = (Fact("charges", "Held charges", Decimal("150.40")), Fact("credits", "Held credits", Decimal("-25.00")))
    schema = {"code": pl.String, "meaning": pl.String, "feed": pl.String, **dict.fromkeys(counts, pl.Int64)}
    frame = pl.DataFrame([row], schema=schema | dict.fromkeys(("amount", *ages), pl.Decimal(18, 2)))
    return made | {
        "R10": Report("R10", "suspense", "Suspense", month.period, facts, (Section("reasons", "", frame, (*counts, "amount", *ages)),))
    }


def table(name: str, *rows: Mapping[str, object]) -> pl.DataFrame:
    """A published table of a few cells; all others are null."""
    return pl.DataFrame(
        list(rows), schema_overrides={column.name: pl.String for column in MART[name].columns if column.sql_type == "VARCHAR"}
    )


@dataclass(frozen=True)
class Grid:
    """One table of the finished pack as a screen reader hears it."""

    part: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def total(self) -> tuple[str, ...]:
        """The last row."""
        return self.rows[-1]


@dataclass(frozen=True)
class Read:
    """A finished pack, read back."""

    text: str
    grids: tuple[Grid, ...]
    alts: tuple[str, ...]
    margins: str

    def grid(self, part: str, title: str = "") -> Grid:
        """The table of a part and title."""
        (found,) = [grid for grid in self.grids if (grid.part, grid.title) == (part, title or part)]
        return found


def read(data: bytes) -> Read:
    """The tables, each below its two headings."""
    tagged = Tagged(data)
    part = title = ""
    grids, alts = [], []
    for element in tagged.root.all("H2", "H3", "Table", "Figure"):
        if element.tag == "H2":
            part = title = element.text
        elif element.tag == "H3":
            title = element.text
        elif element.tag == "Figure":
            alts.append(str(element.facts.get("alt", "")))
        else:
            grid = _grid(part, title, element)
            if grids and (grids[-1].part, grids[-1].title, grids[-1].head) == (part, title, grid.head):  # it goes on on the next page
                grid = Grid(part, title, grid.head, grids.pop().rows + grid.rows)
            grids.append(grid)
    return Read(tagged.root.text, tuple(grids), tuple(alts), "".join(tagged.artifacts))


def _grid(part: str, title: str, element: Element) -> Grid:
    rows = [tuple(cell.text for cell in row.below) for row in element.all("TR")]
    return Grid(part, title, rows[0], tuple(rows[1:]))
