"""The month's workbook opened by LibreOffice, saved anew, read back: totals as we wrote them, text as text, nothing run."""

import re
import subprocess
from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest

from reports.close_book.book import close_book
from reports.close_book.cells import clean_text
from reports.footing import total
from tests.close_book.months import BILL, SHEETS, added, cells, column, described, grid, parts, published, reports
from tests.worklist.lists import INJECTIONS

BILLED = total(BILL.invoices["amount"])
OURS = re.compile(r"SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)")
TEXTS = [text for text in INJECTIONS if clean_text(text).strip() and len(text) < 1_000]


def opened(folder: Path, data: bytes, kind: str = "xlsx:Calc MS Excel 2007 XML") -> bytes:
    """The workbook as LibreOffice saves it after opening it."""
    (folder / "close.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(folder / "out"), str(folder / "close.xlsx")]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    (made,) = (folder / "out").glob("close.*")
    return made.read_bytes()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return opened(tmp_path_factory.mktemp("saved"), close_book(published(), reports()))


def test_libreoffice_sees_the_same_sheets(saved: bytes) -> None:
    assert fastexcel.read_excel(saved).sheet_names == SHEETS


def test_totals_are_what_they_were_and_what_a_filter_leaves_is_calculated_to_the_same(saved: bytes) -> None:
    shown = cells(saved, "Lines")

    assert Decimal(shown["N4"][1]) == BILLED
    assert Decimal(shown["N5"][1]).quantize(Decimal("0.01")) == BILLED
    assert added(column(saved, "Lines", "Amount")) == BILLED
    assert added(column(saved, "Rates used", "Amount")) == BILLED


def test_every_cell_holds_what_we_wrote(saved: bytes) -> None:
    ours = close_book(published(), reports())

    for name in SHEETS:
        assert [[_plain(cell) for cell in row] for row in _trimmed(grid(saved, name))] == [
            [_plain(cell) for cell in row] for row in _trimmed(grid(ours, name))
        ], name


@pytest.mark.parametrize("text", TEXTS)
def test_text_from_the_data_stays_text_when_libreoffice_saves_it(tmp_path: Path, text: str) -> None:
    data = opened(tmp_path, close_book(described(text), reports()))

    for name, content in parts(data).items():
        if name.startswith("xl/worksheets/sheet"):
            found = re.findall(r"<f[^>]*>([^<]*)</f>", content)
            assert all(OURS.fullmatch(formula) for formula in found), name
            assert "<hyperlink" not in content, name
    assert {kind for place, (kind, _) in cells(data, "Lines").items() if re.fullmatch(r"H\d+", place)} == {"s"}


def test_it_prints(tmp_path: Path) -> None:
    assert opened(tmp_path, close_book(published(), reports()), "pdf").startswith(b"%PDF-")


def _trimmed(rows: list[list[str | None]]) -> list[list[str | None]]:
    """Rows without the empty cells at their ends, and without empty rows at the end."""
    cut = [row[: max((at + 1 for at, cell in enumerate(row) if cell), default=0)] for row in rows]
    while cut and not cut[-1]:
        cut.pop()
    return cut


def _plain(cell: str | None) -> str | Decimal:
    """A number by its value: programs write the same double with other digits."""
    text = cell or ""
    return Decimal(text).normalize() if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
