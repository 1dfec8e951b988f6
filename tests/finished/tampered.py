"""One cent changed in a copy of a finished file, of every kind, so that its reader is known to see."""

import base64
import csv
import io
import json
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import pypdf
from pypdf.generic import DecodedStreamObject, NameObject

from tests.finished.analysts import focus, mart
from tests.finished.figures import Figure, Reading, differences
from tests.finished.handed_on import canonical, fixed, note, register, xml
from tests.finished.page import page
from tests.finished.papers import invoices, pack
from tests.finished.sheets import book
from tests.finished.tables import MOVEMENT, RULES, reports

Tamper = Callable[[bytes], bytes]
_CENT = Decimal("0.01")


def faults(
    name: str, tamper: Tamper, read: Callable[[bytes], Reading], root: Path, period: str, figures: Mapping[Figure, Decimal]
) -> list[str]:
    """What the comparison says of a copy with a cent changed."""
    path = root / name.partition(":")[0].replace("PERIOD", period)
    data = path.read_bytes()
    other = tamper(data)
    if other == data:
        raise AssertionError(f"{name}: nothing was changed")
    found = differences(path.name, read(other), figures)
    return [line for line in found if line.startswith(path.name)]


def _first(pattern: bytes) -> Tamper:
    """The first number that a pattern finds, a cent more."""

    def tamper(data: bytes) -> bytes:
        found = re.search(pattern, data)
        if found is None:
            return data
        old = found[1].decode()
        return data[: found.start(1)] + _more(old).encode() + data[found.end(1) :]

    return tamper


def _more(text: str) -> str:
    """A number a cent more, written alike."""
    plain = text.replace(",", "")
    new = Decimal(plain) + _CENT
    return (f"{new:,f}" if "," in text else f"{new:f}").rjust(len(text))


_DRAWN = re.compile(rb"/(?P<font>\S+)\s+[-\d.]+\s+Tf|(?P<texts>\[[^\]]*\]\s*TJ|<[0-9a-fA-F]+>\s*Tj)")


def _drawn(pattern: str, page_number: int) -> Tamper:
    """A figure on paper: the glyph of its last digit exchanged for another in what the page draws."""

    def tamper(data: bytes) -> bytes:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
        place = writer.pages[page_number]
        content = place.get_contents().get_data()
        at, glyph = _last_digit(content, _letters(place), pattern)
        stream = DecodedStreamObject()
        stream.set_data(content[:at] + glyph + content[at + 4 :])
        place[NameObject("/Contents")] = writer._add_object(stream)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return tamper


def _last_digit(content: bytes, fonts: dict[str, dict[str, str]], pattern: str) -> tuple[int, bytes]:
    """Where the last glyph of the first text of that pattern is, and another digit's glyph."""
    letters: dict[str, str] = {}
    for token in _DRAWN.finditer(content):
        if token["font"]:
            letters = fonts[token["font"].decode()]
            continue
        places = [
            (token.start() + part.start(1) + at, part[1][at : at + 4].decode().lower())
            for part in re.finditer(rb"<([0-9a-fA-F]+)>", token[0]) for at in range(0, len(part[1]), 4)
        ]  # fmt: skip
        text = "".join(letters.get(glyph, "?") for _, glyph in places)
        if re.fullmatch(pattern, text):
            other = next(glyph for glyph, letter in letters.items() if letter.isdigit() and letter != text[-1])
            return places[-1][0], other.encode()
    raise AssertionError(f"no text like {pattern} is drawn")


def _letters(place: pypdf.PageObject) -> dict[str, dict[str, str]]:
    found = {}
    for name, font in place["/Resources"]["/Font"].items():
        cmap = font.get_object()["/ToUnicode"].get_object().get_data()
        pairs = re.findall(rb"<([0-9a-f]{4})>\s*<([0-9a-f]+)>", cmap)
        found[name.removeprefix("/")] = {glyph.decode(): bytes.fromhex(code.decode()).decode("utf-16-be") for glyph, code in pairs}
    return found


def _cell(sheet: str, pattern: bytes) -> Tamper:
    """A number in a sheet of a workbook."""
    name = f"xl/worksheets/sheet{sheet}.xml"

    def tamper(data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for member in old.namelist():
                content = old.read(member)
                new.writestr(member, _first(pattern)(content) if member == name else content)
        return out.getvalue()

    return tamper


def _packed_line(data: bytes) -> bytes:
    """A line's cents in what the page carries packed."""
    found = re.search(rb'"lines":"([A-Za-z0-9+/=]+)"', data)
    if found is None:
        return data
    lines = json.loads(zlib.decompress(base64.b64decode(found[1])))
    lines["amount"][0] += 1
    packed = base64.b64encode(zlib.compress(json.dumps(lines).encode()))
    return data[: found.start(1)] + packed + data[found.end(1) :]


def _in_mart(table: str, column: str) -> tuple[Tamper, Callable[[bytes], Reading]]:
    """A cent in a row of a month of the mart; it is read from a file, so each copy has one."""
    period = "2026-09"
    statement = f"update {table} set {column} = {column} + 0.01 where rowid = (select min(rowid) from {table} where period = '{period}')"

    def at(data: bytes, work: Callable[[Path], object]) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mart.duckdb"
            path.write_bytes(data)
            work(path)
            return path.read_bytes()

    def update(path: Path) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(statement)

    def read(data: bytes) -> Reading:
        found: list[Reading] = []
        at(data, lambda path: found.append(mart(path, period)))
        return found[0]

    return (lambda data: at(data, update)), read


def _invoice(data: bytes) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "COT-2026-09-D0121001-01.pdf").write_bytes(data)
        found = invoices(Path(folder))
    return Reading([each for each in found.shown if each[1][0] == "invoice"])


_REPORTS, _SENT = "out/PERIOD/reports", "out/PERIOD/interface"
_CENTS = r"−?[\d,]{3,}\.\d\d"
CASES: list[tuple[str, Tamper, Callable[[bytes], Reading]]] = [
    (f"{_REPORTS}/close-PERIOD.pdf:page one", _drawn(r"\$[\d,]+\.\d\d", 0), pack),
    (f"{_REPORTS}/close-PERIOD.pdf:agencies", _drawn(_CENTS, 2), pack),
    (f"{_REPORTS}/close-PERIOD.xlsx:a line", _cell("2", rb'<c r="N7"[^>]*><v>([\d.-]+)</v>'), book),
    (f"{_REPORTS}/close-PERIOD.xlsx:a cached total", _cell("2", rb'<c r="N4"[^>]*>.*?<v>([\d.-]+)</v>'), book),
    (f"{_REPORTS}/close-PERIOD.xlsx:what a filter leaves", _cell("2", rb'<c r="N5"[^>]*>.*?<v>([\d.-]+)</v>'), book),
    (f"{_REPORTS}/close-PERIOD.xlsx:summary", _cell("1", rb'<c r="C4"[^>]*>.*?<v>([\d.-]+)</v>'), book),
    (f"{_REPORTS}/close-PERIOD.html:total", _first(rb'data-total="[\d.]+">\$([\d,.]+)<'), page),
    (f"{_REPORTS}/close-PERIOD.html:a place", _first(rb'<tr><th scope="row">\d{3} [^<]+</th><td class="money">([\d,.]+)</td>'), page),
    (f"{_REPORTS}/close-PERIOD.html:proof", _first(rb'<th scope="row" class="kind">dollars</th>\s*<td class="money">([\d,.]+)</td>'), page),
    (f"{_REPORTS}/close-PERIOD.html:a packed line", _packed_line, page),
    (f"{_REPORTS}/focus-PERIOD.csv", _first(rb"\n([\d.]+),"), focus),
    (f"{_REPORTS}/R15-interface-register.json", _first(rb'"net": "([\d.]+)"'), register),
    (f"{_SENT}/gl_interface.csv", _first(rb",BUYER,.*?,(\d+\.\d\d),"), canonical),
    (f"{_SENT}/gl_interface.csv:seller", _first(rb",SELLER,.*?,(\d+\.\d\d),"), canonical),
    (f"{_SENT}/iet.xml", _first(rb"IET_DOC_ACTG[\s\S]*?<LN_AM><!\[CDATA\[([\d.]+)\]"), xml),
    (f"{_SENT}/iet.xml:a head", _first(rb"<DOC_AM><!\[CDATA\[([\d.]+)\]"), xml),
    (f"{_SENT}/journal_fixed.txt", _first(rb"\nL\S+S01[^\n]{64}\s+(\d+\.\d\d)"), fixed),
    (f"{_SENT}/iet.inf", _first(rb"DollarAmount = ([\d.]+);"), note),
    ("mart/cotbill.duckdb:lines", *_in_mart("fact_charge", "amount")),
    ("mart/cotbill.duckdb:splits", *_in_mart("fact_split", "amount")),
    ("mart/cotbill.duckdb:invoices", *_in_mart("fact_invoice", "amount")),
    ("mart/cotbill.duckdb:control totals", *_in_mart("control_totals", "amount_held")),
    ("out/PERIOD/invoices/COT-2026-09-D0121001-01.pdf", _drawn(r"\$[\d,]+\.\d\d", 0), _invoice),
]  # fmt: skip


def changed_reports(folder: Path, copies: Path, period: str, figures: Mapping[Figure, Decimal]) -> list[str]:
    """The rules whose cell can be changed by a cent, in the CSV or in the JSON, with no difference named in that file."""
    unseen = []
    for rule in RULES:
        stem = next(folder.glob(f"{rule.report}-*.json")).stem
        document = json.loads((folder / f"{stem}.json").read_text("utf-8"))
        sections = document.get("sections") or {"": {"rows": document["lines"]}}
        rows = sections[rule.section]["rows"]
        column = rule.value.split()[0]
        place = next(
            (at for at, row in enumerate(rows) if row[column] is not None and (rule.report != "R14" or row["period"] == period)), None
        )
        if place is None:
            if rule.report not in MOVEMENT:
                unseen.append(f"{rule}: no cell to change")
            continue
        first = next(iter(sections)) == rule.section
        for name in (f"{stem}.json", f"{stem}.csv" if first else f"{stem}.{rule.section}.csv"):
            home = copies / "copy"
            shutil.copytree(folder, home, ignore=shutil.ignore_patterns("close-*", f"[!{stem[0]}]*"))
            for path in home.glob("R*"):
                if not path.name.startswith(stem):
                    path.unlink()
            if name.endswith(".json"):
                cell = rows[place][column]
                rows[place][column] = _bumped(cell)
                (home / name).write_text(json.dumps(document), "utf-8")
                rows[place][column] = cell
            else:
                _bump_csv(home / name, place, column)
            found = reports(home, period)[name]
            if not any("rows" not in line for line in differences(name, found, figures)):
                unseen.append(f"{name}: {rule}")
            shutil.rmtree(home)
    return unseen


def _bumped(cell: str | int) -> str | int:
    return cell + 1 if isinstance(cell, int) else f"{Decimal(cell) + _CENT:f}"


def _bump_csv(path: Path, place: int, column: str) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    cell = rows[place][column]
    rows[place][column] = str(int(cell) + 1) if cell.lstrip("-").isdigit() else f"{Decimal(cell) + _CENT:f}"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
