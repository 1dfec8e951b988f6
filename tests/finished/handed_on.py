"""Read the accounting interface's files back: the canonical CSV, the XML, the fixed-width records, the batch's note, R15."""

import csv
import io
import json
import re
from collections.abc import Iterable
from decimal import Decimal

from lxml import etree

from tests.finished.figures import Reading, added

Line = tuple[str, str, str, str, Decimal]  # document, invoice, party (S, B), DR or CR, amount
_WIDTHS = {"document": 11, "party": 1, "number": 2, "side": 2, "codes": 4 + 3 + 4 + 9 + 4 + 4 + 2 + 10 + 10 + 4 + 8, "amount": 14}


def canonical(data: bytes) -> Reading:
    """The CSV: what each invoice comes to, on the buyers' side and on the sellers'."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8")))
    return _documents([(row["doc_id"], row["invoice_no"], row["party"][0], row["dr_cr"], Decimal(row["amount"])) for row in rows])


def xml(data: bytes) -> Reading:
    """The XML import."""
    lines: list[Line] = []
    heads = []
    for document in etree.fromstring(data).findall("AMS_DOCUMENT"):
        name, invoice = document.get("DOC_ID", ""), document.findtext("IET_DOC_HDR/DOC_NM", "")
        heads.append((invoice, name, Decimal(document.findtext("IET_DOC_HDR/DOC_AM", "NaN"))))
        for tag, party in (("IET_DOC_VEND", "S"), ("IET_DOC_ACTG", "B")):
            lines += [
                (name, invoice, party, line.findtext("DR_CR_CD", ""), Decimal(line.findtext("LN_AM", "NaN")))
                for line in document.findall(tag)
            ]
    found = _documents(lines)
    _heads(heads, lines, found)
    return found


def fixed(data: bytes) -> Reading:
    """The fixed-width records."""
    lines: list[Line] = []
    heads, invoice, batch = [], "", Reading()
    for record in data.decode("ascii").splitlines():
        if record[0] == "B":
            batch.one("batch record", "documents", int(record[22:28]))
            batch.one("batch record", "documents' dollars", record[34:48])
        elif record[0] == "D":
            invoice = record[45:].lstrip()[0:0] or record[52:82].strip()
            heads.append((invoice, record[8:19].strip(), Decimal(record[38:52].strip())))
        else:
            parts, at = {}, 1
            for name, width in _WIDTHS.items():
                parts[name] = record[at : at + width].strip()
                at += width
            lines.append((parts["document"], invoice, parts["party"], parts["side"], Decimal(parts["amount"])))
    found = _documents(lines)
    _heads(heads, lines, found)
    found.shown += batch.shown
    return found


def note(data: bytes) -> Reading:
    """The batch's note, which goes with the XML."""
    words = dict(re.findall(r"(\w+) = ([^;]*);", data.decode("ascii")))
    found = Reading()
    found.one("note", "documents", words["NewMmarsTransCount"])
    found.one("note", "documents' dollars", words["NewMmarsTransDollarAmount"])
    return found


def register(data: bytes) -> Reading:
    """R15."""
    report, found = json.loads(data), Reading()
    found.all("documents", "invoice", [(row["invoice_no"], Decimal(row["net"])) for row in report["documents"]])
    for name in ("documents_net", "invoices"):
        found.one(name, "total", report[name])
    found.one("difference", "nothing", report["difference"])
    found.one("documents", "documents", report["document_count"])
    found.one("documents", "documents' dollars", sum((Decimal(row["amount"]) for row in report["documents"]), Decimal(0)))
    return found


def _documents(lines: list[Line]) -> Reading:
    found = Reading()
    for party, side, name in (("B", "DR", "buyers"), ("S", "CR", "sellers")):
        signed = [(invoice, amount if dr_cr == side else -amount) for _, invoice, kind, dr_cr, amount in lines if kind == party]
        found.all(name, "invoice", signed)
        found.one(name, "total", sum((amount for _, amount in signed), Decimal(0)))
        found.one(name, "documents' dollars", sum((line[4] for line in lines if line[2] == party), Decimal(0)))
    found.one("lines", "documents", len({line[0] for line in lines}))
    return found


def _heads(heads: Iterable[tuple[str, str, Decimal]], lines: list[Line], found: Reading) -> None:
    """Each head's dollars are its buyers' lines'; the sum of what a head says too much is nothing."""
    mine = added((line[0], line[4]) for line in lines if line[2] == "B")
    for _, document, amount in heads:
        found.one(f"head of {document}, beyond its lines", "nothing", amount - mine.get(document, Decimal(0)))
