"""Read the month's HTML file back: what stands in its tables, and what it carries packed for the way down to a line."""

import base64
import json
import zlib
from decimal import Decimal
from typing import Any

import lxml.html

from tests.finished.control import PARTS
from tests.finished.figures import Reading, number

_CENTS = Decimal("0.01")


def page(data: bytes) -> Reading:
    """The page."""
    tree, found = lxml.html.document_fromstring(data), Reading()
    found.one("answers", "total", tree.xpath("//dd[@data-total]")[0].get("data-total"))
    found.one("answers, as shown", "total", _text(tree.xpath("//dd[@data-total]")[0]))
    found.one("proof", "total", _text(tree.get_element_by_id("invoices")))
    _places(tree, found)
    for key, family, at, column in TABLES:
        _table(tree, key, family, at, column, found)
    for key, family, column in FEET:
        _foot(tree, key, family, column, found)
    _controls(tree, found)
    _packed(tree, found)
    return found


# the table's key, what its rows are, the column that names a row, the column of dollars
TABLES = [
    ("R02-agencies", "agency", "Agency", "Amount"), ("R05-streams", "stream", "Stream", "Amount"),
    ("R06-agencies", "agency", "Agency", "This month"), ("R06-streams", "stream", "Stream", "This month"),
    ("R26-streams", "stream", "Stream", "Amount"), ("R26-files", "file dollars in", "File", "Dollars in"),
    ("R26-feeds", "feed dollars in", "Feed", "Dollars in"),
]  # fmt: skip
FEET = [
    ("R02-agencies", "total", "Amount"), ("R03-funds", "total", "Amount"), ("R03-claims", "total", "Amount"),
    ("R04-rates", "total", "Amount"), ("R04-rates", "year to date", "Year to date amount"), ("R05-groups", "total", "Amount"),
    ("R06-agencies", "total", "This month"), ("R10-reasons", "all dollars held", "Amount"), ("R10-reasons", "all records held", "Records"),
    ("R10-reasons", "all unpriced", "Unpriced"), ("R12-groups", "year to date", "Revenue"), ("R25-unbilled", "all dollars held", "Amount"),
    ("R26-streams", "total", "Amount"), ("R26-files", "all dollars in", "Dollars in"), ("R15-invoices", "total", "Amount"),
]  # fmt: skip


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip()


def _cells(table: Any, path: str) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in table.xpath(path)]


def _found(tree: Any, key: str) -> tuple[Any, list[str]] | None:
    tables = tree.xpath(f"//table[@id='t-{key}']")
    return (tables[0], _cells(tables[0], "thead/tr")[0]) if tables else None


def _table(tree: Any, key: str, family: str, at: str, column: str, found: Reading) -> None:
    if there := _found(tree, key):
        rows = _cells(there[0], "tbody/tr")
        if any(row[there[1].index(column)] for row in rows):  # a first month has no movement
            found.all(key, family, [(row[there[1].index(at)], number(row[there[1].index(column)])) for row in rows])


def _foot(tree: Any, key: str, family: str, column: str, found: Reading) -> None:
    if (there := _found(tree, key)) and (feet := _cells(there[0], "tfoot/tr")) and (cell := feet[0][there[1].index(column)]):
        found.one(f"{key}, last row", family, cell)


def _places(tree: Any, found: Reading) -> None:
    table = tree.get_element_by_id("still").xpath(".//table")[0]
    rows = _cells(table, "tbody/tr[not(@class)]")
    found.all("by cabinet and agency", "agency", [(row[0].split(" ", 1)[0], number(row[1])) for row in rows])
    found.one("by cabinet and agency, last row", "total", _cells(table, "tfoot/tr")[0][1])


def _controls(tree: Any, found: Reading) -> None:
    for body in tree.xpath("//table[contains(@class, 'control')]/tbody"):
        is_whole = body.get("class") == "whole"
        for row, what in zip(body.xpath("tr"), ("records", "dollars"), strict=True):
            name = body.xpath("string(.//small)")
            for part, cell in zip(PARTS, row.xpath("td")[:5], strict=True):
                found.one("proof", f"{'all' if is_whole else 'file'} {what} {part}", _text(cell), "" if is_whole else name)
    found.whole |= {("proof", f"file {what} {part}") for what in ("records", "dollars") for part in PARTS}


def _packed(tree: Any, found: Reading) -> None:
    month = json.loads(_text(tree.get_element_by_id("month-data")))
    lines = json.loads(zlib.decompress(base64.b64decode(month["lines"])))
    found.one("data", "total", month["total"] * _CENTS)
    billed = [(line, cents * _CENTS) for line, cents in enumerate(lines["amount"]) if cents is not None]
    for family, name in (("agency", "agency_code"), ("stream", "stream"), ("invoice", "invoice_no")):
        coded = lines["texts"][name]
        found.all("lines", family, [(coded["words"][coded["rows"][line]], amount) for line, amount in billed])
    found.one("lines", "lines", len(billed))
    rest = json.loads(_text(tree.get_element_by_id("rest-data")))
    for key, family in (("R01-lines", "total"), ("R03-funds", "total"), ("R03-claims", "total")):
        if key in rest and (there := _found(tree, key)):
            table = json.loads(zlib.decompress(base64.b64decode(rest[key])))
            shown = [number(cell) for cell in _column(table, there[1].index("Amount"))]
            rows = [number(row[there[1].index("Amount")]) for row in _cells(there[0], "tbody/tr")]
            found.one(f"{key}, rows", family, sum(shown if len(shown) > len(rows) else [*rows, *shown], Decimal(0)))


def _column(table: dict[str, Any], place: int) -> list[str]:
    return [str(cell) for cell in table["cells"][place]]
