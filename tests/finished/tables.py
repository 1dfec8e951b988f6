"""Read the reports' CSV and JSON files back: each figure, the JSON's own totals and feet, and one file against the other."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.finished.control import PARTS
from tests.finished.figures import Reading

Rows = list[dict[str, Any]]


class Rule(NamedTuple):
    """What a section shows: its rows' dollars by a key, or all of them together."""

    report: str
    section: str
    family: str
    value: str  # columns, added up
    key: str = ""


RULES = [
    Rule("R01", "", "total", "amount"), Rule("R01", "", "invoice", "amount", "invoice_no"), Rule("R01", "", "stream", "amount", "stream"),
    Rule("R01", "", "agency", "amount", "agency_code"), Rule("R02", "agencies", "agency", "amount", "agency_code"),
    Rule("R02", "agencies", "invoices", "invoices"), Rule("R03", "funds", "total", "amount"),
    Rule("R03", "agencies", "agency", "amount", "agency_code"), Rule("R03", "claims", "agency", "amount", "agency_code"),
    Rule("R04", "rates", "total", "amount"), Rule("R04", "rates", "lines", "lines"), Rule("R04", "rates", "stream", "amount", "stream"),
    Rule("R04", "rates", "year to date", "ytd_amount"), Rule("R05", "groups", "stream", "amount", "stream"),
    Rule("R05", "streams", "stream", "amount", "stream"), Rule("R05", "streams", "stream lines", "lines", "stream"),
    Rule("R06", "bridge", "total", "now"), Rule("R06", "agencies", "agency", "now", "agency_code"),
    Rule("R06", "streams", "stream", "now", "stream"), Rule("R07", "agencies", "agency", "now", "agency_code"),
    Rule("R07", "rate_codes", "total", "now"), Rule("R08", "codes", "findings", "open later decided noted", "code"),
    Rule("R10", "reasons", "all records held", "records"), Rule("R10", "reasons", "all dollars held", "amount"),
    Rule("R10", "reasons", "all unpriced", "unpriced"), Rule("R10", "reasons", "feed dollars held", "amount", "feed"),
    Rule("R10", "records", "file dollars held", "amount", "source_file"), Rule("R10", "agencies", "all dollars held", "amount"),
    Rule("R12", "groups", "year to date", "revenue"), Rule("R12", "months", "year to date", "revenue"),
    Rule("R13", "groups", "year to date", "revenue"), Rule("R14", "invoices", "invoice", "amount", "invoice_no"),
    Rule("R25", "unbilled", "all dollars held", "amount"), Rule("R25", "unbilled", "all records held", "records"),
    Rule("R26", "streams", "stream", "amount", "stream"), Rule("R26", "codes", "findings", "found", "code"),
    *(Rule("R26", section, f"{kind} {what} {part}", f"{short}_{part}", key)
      for section, kind, key in (("files", "file", "source_file"), ("feeds", "feed", "feed"))
      for what, short in (("records", "records"), ("dollars", "amount")) for part in PARTS),
]  # fmt: skip
MOVEMENT = ("R06", "R07")  # a first month has nothing to be compared with


def reports(folder: Path, period: str) -> dict[str, Reading]:
    """All reports of a month, by file name."""
    found: dict[str, Reading] = {}
    for path in sorted(folder.glob("R*.json")):
        document = json.loads(path.read_text("utf-8"))
        found[path.name] = reading = Reading()
        sections = document.get("sections") or {"": {"rows": document.get("lines", []), "totals": {}}}
        for place, (name, section) in enumerate(sections.items()):
            _rules(document["report"], name, section["rows"], period, reading)
            _totals(name, section, reading)
            file = path.with_suffix(".csv") if place == 0 else path.with_suffix(f".{name}.csv")
            if "sections" in document or document["report"] == "R01":
                found[file.name] = _csv(file, document["report"], name, section["rows"], period)
        for foot in document.get("foots", []):
            reading.one(f"foot {foot['what']}", "nothing", Decimal(foot["here"]) - Decimal(foot["there"]))
    return found


def _csv(path: Path, report: str, name: str, shown: Rows, period: str) -> Reading:
    """A section's CSV: its figures, and that it holds the rows of the JSON."""
    rows, found = list(csv.DictReader(io.StringIO(path.read_text("utf-8")))), Reading()
    _rules(report, name, rows, period, found)
    other = sum(not all(map(_is_same, row.values(), theirs.values())) for row, theirs in zip(rows, shown, strict=False))
    found.one("rows that are not the JSON's", "nothing", other)
    found.one("rows more than the JSON has", "nothing", len(rows) - len(shown))
    return found


def _is_same(cell: str, shown: str | int | bool | None) -> bool:
    """Whether a CSV's cell says what JSON says; a sign before it keeps a spreadsheet from reading a text as a formula."""
    text = {None: "", True: "true", False: "false"}[shown] if shown is None or isinstance(shown, bool) else str(shown)
    return cell in {text, f"'{text}"}


def _rules(report: str, section: str, rows: Rows, period: str, found: Reading) -> None:
    for rule in RULES:
        if (rule.report, rule.section) != (report, section) or (report in MOVEMENT and not any(row["now"] for row in rows)):
            continue
        mine = [row for row in rows if report != "R14" or row["period"] == period]
        cells = [
            (str(row[rule.key]) if rule.key else "", sum((_value(row[name]) for name in rule.value.split()), Decimal(0))) for row in mine
        ]
        if rule.key:
            found.all(section or "lines", rule.family, cells)
        else:
            found.one(section or "lines", rule.family, sum((value for _, value in cells), Decimal(0)))


def _totals(name: str, section: dict[str, Any], found: Reading) -> None:
    for column, total in section["totals"].items():
        rows = sum((_value(row[column]) for row in section["rows"]), Decimal(0))
        found.one(f"{name}: total of {column}, beyond its rows", "nothing", Decimal(total) - rows)


def _value(cell: str | int | None) -> Decimal:
    """A cell's number; what has no price adds nothing."""
    return Decimal(cell) if cell not in {None, ""} else Decimal(0)
