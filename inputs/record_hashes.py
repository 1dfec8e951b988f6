"""The content hash of each adjustment as received: what an approval that comes with the feed covers."""

from pathlib import Path
from typing import Final

import polars as pl

from billing.approval_levels import content_hash
from billing.layouts import FEEDS
from inputs.csv_rows import split_csv
from inputs.headers import match_header
from inputs.text_file import read_bytes, shown, text_body
from inputs.workbook import read_workbook

_FEED: Final = FEEDS["adjustments"]
RECORD_HASHES: Final = {
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "source_record_id": pl.String(),
    "content_sha256": pl.String(),
}


def record_hashes(path: Path) -> pl.DataFrame:
    """Hash the records of one adjustments file, CSV or workbook.

    Fields are the cells as they were received, before anything is typed, in the layout's order, whatever the order in
    the file; a column that is absent counts as empty. The record id counts once, under whichever name it comes.

    Rows: one for each row that can be split into columns, readable or not, in file order. Returns: RECORD_HASHES.

    Raises:
        InputError: the file cannot be read as a table.
    """
    data = read_bytes(path)
    is_text = path.suffix == ".csv"
    rows = split_csv(text_body(data, path.name), path.name) if is_text else read_workbook(data, path.name)
    header = match_header(rows.header, (*_FEED.names, _FEED.id_column), ())
    texts = {name: rows.cells[f"c{place}"].to_list() for name, place in header.places.items()}
    blank: list[str | None] = [None] * rows.cells.height
    other = texts.get(_FEED.id_column, blank)
    texts["source_record_id"] = [own or its for own, its in zip(texts.get("source_record_id", blank), other, strict=True)]
    if not is_text:  # a workbook keeps dates as date-times
        dates = [column.name for column in _FEED.columns if column.kind == "date" and column.name in texts]
        texts |= {name: [value and value.removesuffix(" 00:00:00") for value in texts[name]] for name in dates}
    fields = zip(*(texts.get(name, blank) for name in _FEED.names), strict=True)
    return pl.DataFrame(
        {
            "source_file": [shown(path.name, 200)] * rows.cells.height,
            "source_line": rows.cells["source_line"],
            "source_record_id": texts["source_record_id"],
            "content_sha256": [content_hash(record) for record in fields],
        },
        schema=RECORD_HASHES,
    )
