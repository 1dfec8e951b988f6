"""Read the month's workbook back: cells as fastexcel sees them, cached totals as they stand in the XML."""

import re
from decimal import Decimal

from tests.close_book.months import grid, parts
from tests.finished.figures import Reading, number

Row = list[str | None]


def book(data: bytes) -> Reading:
    """The workbook."""
    found = Reading()
    _lines(data, found)
    _summary(grid(data, "Summary"), found)
    for sheet, family in (("Rates used", "total"), ("Adjustments", "stream")):
        rows = grid(data, sheet)
        key = "adjustments" if family == "stream" else ""
        if len(rows) < 6 or "Amount" not in rows[5]:  # the sheet says that there is none
            found.one(sheet, family, 0, key)
            continue
        place = rows[5].index("Amount")
        found.one(f"{sheet}, all rows", family, _cached(data, sheet, place, 4), key)
        found.one(f"{sheet}, added up", family, _sum(rows[6:], place), key)
    rows = _below(grid(data, "Recovery"), "Cost group")
    found.one("Recovery, added up", "year to date", _sum(rows, 1))
    found.one("Recovery, total", "year to date", next(row[1] or "" for row in grid(data, "Recovery") if row[0] == "Total"))
    _reconciliation(grid(data, "Reconciliation"), found)
    return found


def _lines(data: bytes, found: Reading) -> None:
    rows = grid(data, "Lines")
    head = {str(name): place for place, name in enumerate(rows[5])}
    lines = [row for row in rows[6:] if row[head["Invoice"]]]
    cells = [(row, Decimal(row[head["Amount"]] or "NaN")) for row in lines]
    for family, column in (("agency", "Agency"), ("stream", "Stream"), ("invoice", "Invoice")):
        found.all("Lines", family, [(str(row[head[column]]), amount) for row, amount in cells])
    found.one("Lines, added up", "total", sum((amount for _, amount in cells), Decimal(0)))
    found.one("Lines", "lines", len(lines))
    found.one("Lines, all rows", "total", _cached(data, "Lines", head["Amount"], 4))
    found.one("Lines, rows shown", "total", _cached(data, "Lines", head["Amount"], 5))


def _summary(rows: list[Row], found: Reading) -> None:
    figures = {row[0]: row for row in rows[:12] if row[0]}
    found.one("Summary", "total", figures["Billed"][2] or "")
    found.one("Summary", "all dollars held", figures["Held"][2] or "")
    found.one("Summary", "lines", figures["Invoice lines"][2] or "")
    found.one("Summary, this month", "total", next(row[2] or "" for row in rows if row[0] == "This month"))
    streams = _below(rows, "Stream")
    found.all("Summary, streams", "stream", [(str(row[0]), number(row[2] or "0")) for row in streams])


def _reconciliation(rows: list[Row], found: Reading) -> None:
    pairs = {f"{row[0]} {row[1]}": row for row in rows if row[1] and row[2] and row[0] != "Report"}
    for what in ("close invoices and their lines", "close lines and funding splits", "R01 lines and invoices"):
        found.one(f"Reconciliation, {what}", "total", pairs[what][2] or "")
        found.one(f"Reconciliation, {what}", "total", pairs[what][3] or "")
    road = pairs["close files in, and billed + held + rejected + dropped"]
    found.one("Reconciliation, files in", "all dollars in", road[2] or "")
    found.one("Reconciliation, held", "all dollars held", pairs["R10 held dollars and the control totals"][2] or "")


def _below(rows: list[Row], heading: str) -> list[Row]:
    """The rows below a heading, down to the total."""
    start = next(place for place, row in enumerate(rows) if row[0] == heading)
    stop = next(place for place, row in enumerate(rows) if place > start and row[0] in {None, "", "Total"})
    return rows[start + 1 : stop]


def _sum(rows: list[Row], place: int) -> Decimal:
    return sum((Decimal(row[place] or "0") for row in rows), Decimal(0))


def _cached(data: bytes, sheet: str, column: int, row: int) -> str:
    """A cell's value as the XML has it."""
    found = parts(data)
    names = re.findall(r'<sheet name="([^"]+)"', found["xl/workbook.xml"])
    text = found[f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"]
    letters = chr(ord("A") + column) if column < 26 else "A" + chr(ord("A") + column - 26)
    cell = re.search(rf'<c r="{letters}{row}"[^>]*>(?:<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>', text)
    return cell[1] if cell else "NaN"
