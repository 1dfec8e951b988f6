"""Read PDF files back: the pack by its structure and its first page's text, an invoice by its first page and attachment."""

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pypdf

from tests.finished.control import PARTS
from tests.finished.figures import Reading, number
from tests.pack.world import Grid, Read, read

FEEDS = {
    "Rated services": "usage", "Fixed cost": "fixed_cost", "Pass-through": "pass_through", "Network data circuits": "circuits",
    "VoIP phones": "voip", "Centrex voice circuits": "centrex", "Long distance": "long_distance", "Equipment from stock": "stock",
    "Adjustments and credits": "adjustments",
}  # fmt: skip
_AMOUNT = r"(−?\$[\d,]+\.\d\d)"
_BILLED = re.compile(r"Billed in \w+ \d{4}\s*" + _AMOUNT)
_ROADS = re.compile(_AMOUNT + r": ([\d,]+) invoices?, ([\d,]+) lines? and ([\d,]+) funding splits? come")
_HELD = re.compile(
    r"([\d,]+) records? (?:is|are) held and not billed: "
    + _AMOUNT
    + r"(?: to charge and "
    + _AMOUNT
    + r" to credit)?(?:, and ([\d,]+) of them)?"
)


def pack(data: bytes) -> Reading:
    """The pack to sign."""
    paper, found = read(data), Reading()
    first = " ".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    _page_one(first, found)
    for row in _rows(paper.grid("Agencies"), found, "agency", "Agencies"):
        found.one("Agencies", "agency", row[-1], row[0])
    for place in ("Agencies", "Services"):
        _total(paper.grid(place), found, place, "total", -1)
    _total(paper.grid("Services"), found, "Services", "year to date", -2)
    streams = paper.grid("Streams", "Streams and cost groups")
    found.all("Streams", "stream", [(FEEDS[row[0]], number(row[-1])) for row in streams.rows[:-1]])
    _total(streams, found, "Streams", "total", -1)
    _total(paper.grid("Over and under recovery", "Cost groups"), found, "Over and under recovery", "year to date", 1)
    _moved(paper, found)
    _suspense(paper, found)
    _controls(paper, found)
    return found


def _page_one(text: str, found: Reading) -> None:
    roads, billed, held = _ROADS.search(text), _BILLED.search(text), _HELD.search(text)
    found.one("page 1", "total", billed[1] if billed else "NaN")
    for place, family in enumerate(("total", "invoices", "lines", "splits"), start=1):
        found.one("page 1, the control total", family, roads[place] if roads else "NaN")
    found.one("page 1, unusual", "all records held", held[1] if held else "0")
    found.one("page 1, unusual", "all dollars held", number(held[2]) - number(held[3] or "0") if held else "0")
    found.one("page 1, unusual", "all unpriced", (held and held[4]) or "0")


def _rows(grid: Grid, found: Reading, family: str, place: str) -> list[tuple[str, ...]]:
    """The rows above the total; without one that only says how many more there are, the family is whole."""
    rows = [row for row in grid.rows[:-1] if not row[0].startswith("and ")]
    if len(rows) == len(grid.rows) - 1:
        found.whole.add((place, family))
    return rows


def _total(grid: Grid, found: Reading, place: str, family: str, column: int) -> None:
    found.one(f"{place}, last row", family, grid.total[column])


def _moved(paper: Read, found: Reading) -> None:
    if any(grid.title == "What moved each stream" for grid in paper.grids):
        grid = paper.grid("Streams", "What moved each stream")
        found.all("What moved each stream", "stream", [(FEEDS[row[0]], number(row[-1])) for row in grid.rows[:-1]])


def _suspense(paper: Read, found: Reading) -> None:
    if any(grid.title == "Held by reason" for grid in paper.grids):
        grid = paper.grid("Suspense", "Held by reason")
        for family, column in (("all records held", 1), ("all unpriced", 2), ("all dollars held", -1)):
            _total(grid, found, "Suspense", family, column)


def _controls(paper: Read, found: Reading) -> None:
    for kind in ("Feed", "File"):
        for what in ("Dollars", "Records"):
            grid, place = paper.grid("Control totals", f"{what} by {kind.lower()}"), f"{what} by {kind.lower()}"
            for at, part in enumerate(PARTS):
                family = f"{what.lower()} {part}"
                rows = [(FEEDS[row[0]] if kind == "Feed" else row[0], number(row[at - 5])) for row in grid.rows[:-1]]
                found.all(place, f"{kind.lower()} {family}", rows)
                _total(grid, found, place, f"all {family}", at - 5)
    roads = {row[0]: row[1:] for row in paper.grid("Control totals", "One total by every road").rows}
    for name, family in (("Invoices", "invoices"), ("Invoice lines", "lines"), ("Funding splits", "splits")):
        found.one("One total by every road", family, roads[name][0])
        found.one("One total by every road", "total", roads[name][1])
    found.one("One total by every road", "fees on totals", roads["Fees on invoice totals"][1])


def invoices(folder: Path) -> Reading:
    """All invoices of a month: the amount on page one, and the lines attached."""
    found = Reading()
    paper, lines = [], []
    for path in sorted(folder.glob("*.pdf")):
        document = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
        amount = re.search(_AMOUNT, document.pages[0].extract_text())
        paper.append((path.stem, number(amount[0]) if amount else Decimal("NaN")))
        for contents in document.attachments.values():
            rows = csv.DictReader(contents[0].decode("utf-8").splitlines(keepends=True))
            lines += [(row["invoice_no"], Decimal(row["amount"])) for row in rows]
    found.all("page 1", "invoice", paper)
    found.all("attached lines", "invoice", lines)
    found.one("all of them", "total", sum((amount for _, amount in paper), Decimal(0)))
    return found
