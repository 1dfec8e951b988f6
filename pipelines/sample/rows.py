"""Rows of text on their way to a CSV file: reading the sample's fixed data, writing tables, writing numbers exactly."""

import csv
import io
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

Row = dict[str, str]


def read_data(name: str) -> list[Row]:
    """Read `data/<name>.csv` of this package as text."""
    text = (resources.files("pipelines.sample") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows under a header; a column a row lacks is left empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def scaled(whole: int, places: int) -> str:
    """Write whole units of 10^-places as a plain decimal, every place kept: 1234 and 2 give 12.34."""
    if places == 0:
        return str(whole)
    sign, digits = ("-" if whole < 0 else ""), str(abs(whole)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
