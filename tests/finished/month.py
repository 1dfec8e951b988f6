"""Every finished file of a month held against its control report: what each shows, and what differs."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from tests.finished.analysts import focus, mart
from tests.finished.control import control
from tests.finished.figures import Figure, Reading, differences
from tests.finished.handed_on import canonical, fixed, note, register, xml
from tests.finished.page import page
from tests.finished.papers import invoices, pack
from tests.finished.sheets import book
from tests.finished.tables import reports

BATCH = {"gl_interface.csv": canonical, "iet.xml": xml, "journal_fixed.txt": fixed, "iet.inf": note}


def readings(root: Path, period: str) -> Iterator[tuple[str, Reading]]:
    """Each file that is there, read back."""
    out = root / "out" / period
    for name, read in {f"close-{period}.pdf": pack, f"close-{period}.xlsx": book, f"close-{period}.html": page}.items():
        yield name, read((out / "reports" / name).read_bytes())
    yield from reports(out / "reports", period).items()
    yield "cotbill.duckdb", mart(root / "mart" / "cotbill.duckdb", period)
    if (path := out / "reports" / f"focus-{period}.csv").exists():
        yield path.name, focus(path.read_bytes())
    if (out / "invoices").is_dir():
        yield "invoices", invoices(out / "invoices")
    if (out / "interface").is_dir():
        for name, read in BATCH.items():
            yield name, read((out / "interface" / name).read_bytes())
        name = "R15-interface-register.json"
        yield name, register((out / "reports" / name).read_bytes())


def expected(root: Path, period: str) -> dict[Figure, Decimal]:
    """The control report's figures; of a month that was sent, also how many documents went out, as the canonical file has them."""
    found = control(root, period)
    path = root / "out" / period / "interface" / "gl_interface.csv"
    if path.exists():
        shown = {(place, figure): value for place, figure, value in canonical(path.read_bytes()).shown}
        for place, family in (("lines", "documents"), ("sellers", "documents' dollars")):
            found[family, ""] = shown[place, (family, "")]
    return found


def compared(root: Path, period: str) -> tuple[int, list[str]]:
    """How many figures were read, and every one that differs."""
    figures, count, found = expected(root, period), 0, []
    for name, reading in readings(root, period):
        count += len(reading.shown)
        found += differences(name, reading, figures)
    return count, found
