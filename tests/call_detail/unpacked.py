"""A workspace's files as what their formats hide: pages and attachments, packed data, members, tables, columns."""

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pypdf


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Every file but the inbox's as raw bytes, and again as what its format hides: pages, members, tables, columns."""
    for path in sorted(path for path in root.rglob("*") if path.is_file() and "inbox" not in path.parts):
        name = str(path.relative_to(root))
        data = path.read_bytes()
        if "inputs" in path.parts and "long_distance" in path.name:
            continue  # the feed as received, sealed with the month
        yield name, data.decode("latin-1")
        if path.suffix == ".pdf":
            yield name, _paper(data)
        elif path.suffix == ".html":
            yield name, page(data)
        elif zipfile.is_zipfile(path):
            archive = zipfile.ZipFile(io.BytesIO(data))
            yield name, " ".join(archive.read(member).decode("latin-1") for member in archive.namelist())
        elif path.suffix == ".parquet":
            yield name, _columntexts(pl.read_parquet(path))
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as mart:
                tables = [str(row[0]) for row in mart.execute("select table_name from duckdb_tables()").fetchall()]
                yield name, " ".join(_columntexts(pl.DataFrame(mart.table(table).to_arrow_table())) for table in tables)


def _paper(data: bytes) -> str:
    """A PDF's text and its attachments'."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    attached = [content.decode("latin-1") for contents in reader.attachments.values() for content in contents]
    return " ".join([*(page.extract_text() for page in reader.pages), *attached])


def page(data: bytes) -> str:
    """What an HTML file carries packed: base64, and deflated text in it."""
    packed = [base64.b64decode(text + b"=" * (-len(text) % 4)) for text in re.findall(rb"[A-Za-z0-9+/]{64,}", data)]
    packed = [zlib.decompress(part) if part.startswith(b"\x78") else part for part in packed]
    return " ".join(part.decode("latin-1") for part in packed)


def _columntexts(frame: pl.DataFrame) -> str:
    return " ".join(str(cell) for column in frame.iter_columns() for cell in column.to_list())
