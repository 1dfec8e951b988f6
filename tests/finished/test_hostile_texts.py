"""Texts that mean harm, from feed to every finished file: all is made, none of it is a formula, a link, a script or an attachment."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pypdf
import pytest
from lxml import etree

from tests.call_detail.unpacked import page, texts
from tests.call_detail.world import CANARIES, NUMBER, PERIOD
from tests.finished.hostile_month import BIDI, hostile_month
from tests.finished.month import compared
from tests.verify.world import remove

_OURS = re.compile(r"SUBTOTAL\(109,[A-Z]+\d+:[A-Z]+\d+\)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WORDS = {"description", "agency_name", "vendor_name", "name", "rate_code_name", "ChargeDescription", "ServiceName", "BillingAccountName"}
_UNSEEN = set(BIDI) - set("abcdef")
_UNSEEN_BYTES = [letter.encode().decode("latin-1") for letter in _UNSEEN]
_TEXT = {".csv", ".json", ".html", ".txt", ".xml", ".inf"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    yield hostile_month(folder).root
    remove(folder / "world")


def test_all_files_are_made_whole_and_harmless(root: Path) -> None:
    count, found = compared(root, PERIOD)

    assert found == []
    assert count > 1_000
    assert _carriers(root) == {".csv", ".html", ".json", ".pdf", ".xlsx", ".duckdb"}  # the texts came as far as the files
    assert _workbooks(root) == []
    assert _pages(root) == []
    assert _papers(root) == []
    assert _tables(root) == []
    written = [path for path in (root / "out").rglob("*") if path.suffix in _TEXT]
    assert [path.name for path in written if _UNSEEN & set(path.read_text("utf-8"))] == []  # stopped at the gate already
    assert etree.parse(root / "out" / PERIOD / "interface" / "iet.xml").getroot().tag == "AMS_DOC_XML_IMPORT_FILE"
    for place in ("out", "mart"):
        found = list(texts(root / place))
        assert any(NUMBER in text for _, text in found)
        assert [name for name, text in found if any(canary in text for canary in CANARIES)] == []


def _carriers(root: Path) -> set[str]:
    """The kinds of files that hold a formula's text, as text."""
    return {Path(name).suffix for place in ("out", "mart") for name, text in texts(root / place) if "=cmd|" in text}


def _workbooks(root: Path) -> list[tuple[str, str]]:
    """Formulas that are not our own, links, and members that a workbook of ours does not have."""
    found = []
    for path in (root / "out").rglob("*.xlsx"):
        archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            found += [(path.name, formula) for formula in re.findall(r"<f[^>]*>([^<]*)</f>", text) if not _OURS.fullmatch(formula)]
            found += [(path.name, name) for word in ("<hyperlink", "TargetMode=", "externalLink", "oleObject") if word in text + name]
    return found


def _pages(root: Path) -> list[tuple[str, object]]:
    """What a browser would load, run or follow."""
    found: list[tuple[str, object]] = []
    for path in (root / "out").rglob("*.html"):
        tree = lxml.html.document_fromstring(path.read_bytes())
        found += [(path.name, element.tag) for element in tree.xpath("//img|//iframe|//object|//embed|//base|//x|//link|//form[@action]")]
        found += [(path.name, script.get("src")) for script in tree.xpath("//script[@src]")]
        found += [(path.name, name) for name in tree.xpath("//@*[starts-with(name(), 'on')]")]
        found += [(path.name, link) for link in tree.xpath("//a/@href") if not link.startswith("#")]
        scripts = [script.get("type", "") for script in tree.xpath("//script")]
        found += [(path.name, scripts)] if scripts not in ([], ["application/json"] * 2 + ["", ""]) else []
        found += [(path.name, "unseen letters")] if any(letter in page(path.read_bytes()) for letter in _UNSEEN_BYTES) else []
    return found


def _papers(root: Path) -> list[tuple[str, object]]:
    """What a PDF would open, run or carry; an invoice carries its own detail file alone."""
    found: list[tuple[str, object]] = []
    for path in (root / "out").rglob("*.pdf"):
        reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
        attached = [name for name in reader.attachments if name != f"{path.stem}.csv"]
        found += [(path.name, name) for name in attached]
        for place in reader.pages:
            for note in place.get("/Annots") or []:
                action = note.get_object().get("/A", {})
                found += [(path.name, str(action))] if action and action.get_object().get("/S") != "/GoTo" else []
        raw = path.read_bytes()
        found += [(path.name, word) for word in (b"/JavaScript", b"/Launch", b"/OpenAction", b"/URI", b"/GoToR") if word in raw]
    return found


def _tables(root: Path) -> list[tuple[str, str]]:
    """Cells of CSV files that a spreadsheet would run: a text is guarded by an apostrophe, a number alone may bear its sign."""
    found = []
    for path in (root / "out").rglob("*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")):
            for name, cell in row.items():
                if cell[:1] in set("=+-@\t\r") and cell and (name in _WORDS or not _NUMBER.fullmatch(cell)):
                    found.append((path.name, cell))
    return found
