"""A published month made by hand, the reports a workbook takes, and readers that know nothing of the writer."""

import io
import re
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import fastexcel
import polars as pl

from billing.frames import MonthBill
from reports.mart_frames import mart_frame
from reports.mart_schema import MART
from reports.published import Published, of_frames
from reports.report import Foot, Report, Section
from tests.reports.bill import month_bill

MONEY = pl.Decimal(18, 2)
SHEETS = ["Summary", "Lines", "Exceptions", "Adjustments", "Rates used", "Recovery", "Vendor match", "Reconciliation"]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BILL = month_bill()


def published(bill: MonthBill = BILL, status: str = "OPEN", **tables: pl.DataFrame) -> Published:
    """The month as published; tables given by name stand in place of the bill's."""
    frames = {name: mart_frame(table, [bill], {}, {bill.period: status}) for name, table in MART.items()}
    return of_frames(bill.period, frames | tables)


def described(text: str) -> Published:
    """The month with one text in every description, unit, message and name."""
    found = published()
    texts = {
        "fact_charge": ("description", "uom", "source_record_id"),
        "fact_exception": ("message", "raw_value"),
        "fact_invoice": ("agency_name",),
        "dim_rate_code": ("name",),
        "control_totals": ("source_file",),
    }
    tables = {table: found.now(table).with_columns(pl.lit(text).alias(name) for name in names) for table, names in texts.items()}
    return published(**tables)


def frame(head: str, *rows: tuple[Any, ...]) -> pl.DataFrame:
    """A frame of texts and dollars: a column's name with a $ is dollars, with a # a whole number."""
    shape: dict[str, pl.DataType] = {
        name.rstrip("$#"): MONEY if name.endswith("$") else pl.Int64() if name.endswith("#") else pl.String() for name in head.split()
    }
    columns = zip(*rows, strict=True) if rows else [[] for _ in shape]
    made = [
        [Decimal(cell) if dtype == MONEY and cell is not None else cell for cell in column]
        for column, dtype in zip(columns, shape.values(), strict=True)
    ]
    return pl.DataFrame(dict(zip(shape, made, strict=True)), schema=shape)


def report(number: str, *sections: Section, foots: tuple[Foot, ...] = ()) -> Report:
    return Report(number, "name", f"Title of {number}", BILL.period, (), sections, foots)


def reports() -> dict[str, Report]:
    """The reports that the workbook takes figures from, each as small as it can be."""
    bridge = frame(
        "before$ price_effect$ quantity_effect$ new_effect$ gone_effect$ one_time_effect$ now$ change$",
        ("100.00", "1.00", "2.00", "3.00", "-4.00", "0.50", "102.50", "2.50"),
    )
    codes = frame("code meaning open# decided# amount$", ("A103", "billing number closed", 2, 1, "12.34"))
    groups = frame(
        "cost_group revenue$ cost$ over_under$ state",
        ("NETWORK", "10.00", "7.00", "3.00", "OVER_LIMIT"),
        ("VOICE", "5.00", "9.00", "-4.00", "UNDER"),
    )
    circuits = frame("circuit vendor_billed$ we_billed$ difference$ state", ("=1+1", "10.00", "9.00", "1.00", "DIFFERS"))
    return {
        "R06": report("R06", Section("bridge", "Bridge", bridge)),
        "R08": report("R08", Section("codes", "Codes", codes, ("open",))),
        "R12": report("R12", Section("groups", "Cost groups", groups, ("revenue", "cost"), "No netting.")),
        "R16": report(
            "R16", Section("circuits", "Circuits", circuits, ("vendor_billed",)), foots=(Foot("one", Decimal("1.00"), Decimal("1.00")),)
        ),
    }


def parts(data: bytes) -> dict[str, str]:
    """The workbook's XML by name."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def grid(data: bytes, sheet: str) -> list[list[str | None]]:
    """A sheet as fastexcel sees it: every cell as text, the first cell at A1."""
    shown = fastexcel.read_excel(data).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [list(row) for row in shown.rows()]


def column(data: bytes, sheet: str, heading: str) -> list[str | None]:
    """The cells below a heading, down to the next empty row."""
    rows = grid(data, sheet)
    later = [at for at, row in enumerate(rows) if heading in row[1:]]  # a first cell may be the label of a figure
    head = later[0] if later else next(at for at, row in enumerate(rows) if row[0] == heading)
    place = rows[head].index(heading)
    below = []
    for row in rows[head + 1 :]:
        if all(cell is None for cell in row) or row[0] == "Total":
            break
        below.append(row[place])
    return below


def cells(data: bytes, sheet: str) -> dict[str, tuple[str, str]]:
    """A sheet's cells from the raw XML by reference: kind (s shared text, n number) and value as written."""
    found = parts(data)
    names = re.findall(r'<sheet name="([^"]+)"', found["xl/workbook.xml"])
    tree = ElementTree.fromstring(found[f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"])
    return {
        str(cell.get("r")): (cell.get("t", "n"), value.text or "")
        for cell in tree.iter(f"{_MAIN}c")
        if (value := cell.find(f"{_MAIN}v")) is not None
    }


def added(found: list[str | None]) -> Decimal:
    return sum((Decimal(cell) for cell in found if cell is not None), Decimal("0.00"))
