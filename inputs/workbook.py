"""Read the first sheet of a hand-made workbook as rows of text, under the same grammar as a CSV."""

import io
import zipfile
from typing import Final

import fastexcel
import polars as pl

from billing.errors import InputError, Location
from inputs.csv_rows import Fault, Rows, unsafe_character
from inputs.text_file import shown

WORKBOOK_LIMIT: Final = 64 * 2**20  # bytes as received
EXPANDED_LIMIT: Final = 512 * 2**20  # bytes of all parts together
RATIO_LIMIT: Final = 100  # expanded bytes for one packed byte
_SMALL_PART: Final = 2**20  # a part this small may be packed as tightly as it likes
_MOST_PARTS: Final = 1000
_ZIP: Final = b"PK\x03\x04"


def read_workbook(data: bytes, name: str) -> Rows:
    """Read the first sheet: row 1 is the header, an empty row is a blank line, an error cell faults its row.

    Raises:
        InputError: F006 when it is no workbook, is encrypted or expands beyond the limits; F005 without a header.
    """
    at = Location(shown(name))
    refuse_bombs(data, at)
    try:
        sheet = fastexcel.read_excel(data).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        batch, errors = sheet.to_arrow_with_errors()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError) as error:
        raise InputError("is not a workbook that can be read; save it as .xlsx or CSV", at=at, code="F006") from error
    frame = pl.DataFrame(pl.from_arrow(batch))
    if frame.height == 0 or all(value is None for value in frame.row(0)):
        raise InputError("has no header in row 1 of its first sheet; put the column names there", at=Location(at.file, 1), code="F005")
    broken = {cell.position: cell.detail for cell in errors.errors} if errors is not None else {}
    return _rows(frame, broken)


def refuse_bombs(data: bytes, at: Location) -> None:
    """Look at the sizes the archive declares before anything is unpacked."""
    if len(data) > WORKBOOK_LIMIT:
        raise InputError(f"is {len(data)} bytes, over the limit of {WORKBOOK_LIMIT} for workbooks; send CSV", at=at, code="F006")
    if not data.startswith(_ZIP):
        raise InputError("is not an .xlsx workbook; save it as .xlsx or CSV", at=at, code="F006")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError("is a damaged workbook; save it again", at=at, code="F006") from error
    expanded = sum(part.file_size for part in parts)
    packed_tight = any(part.file_size > max(_SMALL_PART, RATIO_LIMIT * part.compress_size) for part in parts)
    if expanded > EXPANDED_LIMIT or packed_tight or len(parts) > _MOST_PARTS:
        raise InputError("expands beyond the limits for workbooks; send CSV", at=at, code="F006")


def _rows(frame: pl.DataFrame, broken: dict[tuple[int, int], str]) -> Rows:
    """Turn the sheet's cells into rows; unnamed columns without any value are left out."""
    header = frame.row(0)
    kept = [place for place, name in enumerate(header) if name is not None or frame.to_series(place).null_count() < frame.height]
    cells = frame.select(pl.nth(*kept).name.map(str)).slice(1)
    cells = cells.rename({old: f"c{place}" for place, old in enumerate(cells.columns)})
    cells = cells.select(pl.when(pl.all() != "").then(pl.all())).with_columns(source_line=pl.int_range(2, cells.height + 2, dtype=pl.Int64))
    faults = _faults(cells, {position: detail for position, detail in broken.items() if position[0] > 0}, kept)
    is_blank = pl.all_horizontal(pl.exclude("source_line").is_null())
    lines = [fault.line for fault in faults]
    left = cells.filter(~pl.col("source_line").is_in(lines))
    filled = left.filter(~is_blank)
    names = tuple("" if header[place] is None else str(header[place]) for place in kept)
    return Rows(names, filled, tuple(faults), left.height - filled.height)


def _faults(cells: pl.DataFrame, broken: dict[tuple[int, int], str], kept: list[int]) -> list[Fault]:
    """Rows with an error value such as #REF!, or with a character that has no place in a text."""
    faults: dict[int, Fault] = {}
    for (row, place), detail in sorted(broken.items()):
        column_no = kept.index(place) + 1 if place in kept else None
        faults.setdefault(row + 1, Fault(row + 1, column_no, f"cell holds an error value ({shown(detail)})", _text(cells, row - 1)))
    texts = cells.drop("source_line")
    suspect = texts.select(pl.any_horizontal(pl.all().str.contains(r"[\p{C}\u{2028}\u{2029}]"))).to_series() if texts.width else None
    for row in suspect.arg_true() if suspect is not None else ():
        for place, value in enumerate(texts.row(row), start=1):
            unsafe = unsafe_character(value) if value else None
            if unsafe:
                message = f"holds the character U+{ord(unsafe):04X}, which has no place in a text"
                faults.setdefault(row + 2, Fault(row + 2, place, message, _text(cells, row)))
    return [faults[line] for line in sorted(faults)]


def _text(cells: pl.DataFrame, row: int) -> str:
    """A row as one line, for the clerk."""
    return ",".join("" if value is None else str(value) for value in cells.drop("source_line").row(row))
