"""Every invoice of a sample on paper: its amount and its attached file are the mart's to the cent. Slow by its size."""

import csv
import hashlib
import io
import re
from decimal import Decimal

import pypdf
import pytest

from tests.e2e.program import cotbill, query

AMOUNT = re.compile(r"−?\$[\d,]+\.\d\d")


def dollars(text):
    return Decimal(text.replace("$", "").replace(",", "").replace("−", "-"))


def faults_of(root, row):
    """What of one invoice is not as the mart says."""
    number, amount, digest = row
    data = (root / "out/2026-10/invoices" / f"{number}.pdf").read_bytes()
    reader = pypdf.PdfReader(io.BytesIO(data))
    first, last = (reader.pages[place].extract_text() for place in (0, -1))
    ((name, (detail, *_)),) = reader.attachments.items()
    amounts = [Decimal(line["amount"]) for line in csv.DictReader(io.StringIO(detail.decode()))]
    before_last = reader.pages[-2].extract_text()  # the closing may begin there
    facts = {
        "pdf hash": hashlib.sha256(data).hexdigest() == digest,
        "amount on page one": dollars(AMOUNT.search(first)[0]) == amount,
        "attached file": detail == (root / "out/2026-10/detail" / name).read_bytes(),
        "sum of the attached lines": sum(amounts, Decimal(0)) == amount,
        "hash of the attached file": hashlib.sha256(detail).hexdigest() in "".join((before_last + last).split()),
    }
    return [(number, fact) for fact, holds in facts.items() if not holds]


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["small", "medium"])
def test_every_invoice_of_the_sample_says_what_the_mart_says(tmp_path, scale):
    root = tmp_path / "state"
    cotbill("init", str(root), "--sample", "--scale", scale)
    for period, day in (("2026-09", "2026-10-06"), ("2026-10", "2026-11-06")):
        cotbill("run", period, "-w", str(root), "--as-of", day)
    assert cotbill("invoices", "2026-10", "-w", str(root)).code == 0

    rows = query(root, "select invoice_no, amount, pdf_sha256 from fact_invoice where period = '2026-10' order by invoice_no")

    assert len(rows) == len(list((root / "out/2026-10/invoices").glob("*.pdf"))) > 30
    assert [fault for row in rows for fault in faults_of(root, row)] == []
