"""Read the finished interface files back, as whoever receives them would, and compare them with the batch."""

import csv
import io
from decimal import Decimal

import polars as pl

from billing.errors import InputError, Location, ReconciliationError
from reports.footing import agree, total


def check_csv(data: bytes, journal: pl.DataFrame) -> None:
    """Every document of the canonical CSV balances, and the file has every line.

    Raises:
        ReconciliationError: V014 or V013.
    """
    sides: dict[str, Decimal] = {}
    count = 0
    for row in csv.DictReader(io.StringIO(data.decode())):
        count += 1
        sign = 1 if row["dr_cr"] == "DR" else -1
        sides[row["doc_id"]] = sides.get(row["doc_id"], Decimal(0)) + sign * Decimal(row["amount"])
    bad = sorted(doc for doc, balance in sides.items() if balance)
    if bad:
        raise ReconciliationError(f"gl_interface.csv: document {bad[0]} does not balance; nothing is written", code="V014")
    if count != journal.height or set(sides) != set(journal["doc_id"].to_list()):
        raise ReconciliationError(f"gl_interface.csv has {count} lines of {journal.height}; nothing is written", code="V013")


def check_xml(data: bytes, schema: bytes, journal: pl.DataFrame) -> None:
    """The XML is what its schema demands, has every document once, and its accounting lines come to the batch.

    Raises:
        InputError: the schema of the workspace is none.
        ReconciliationError: V013 the file is not as it must be.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        rules = etree.XMLSchema(etree.fromstring(schema, parser))
    except etree.LxmlError as fault:
        raise InputError(f"is no XML schema ({fault}); correct it in templates/interface", at=Location("iet.xsd")) from None
    try:
        tree = etree.fromstring(data, parser)
        rules.assertValid(tree)
    except etree.LxmlError as fault:
        raise ReconciliationError(f"iet.xml is not as its schema demands: {fault}; correct the template", code="V013") from None
    names = [str(document.get("DOC_ID")) for document in tree]  # XPath gives up on files of some hundred thousand lines
    if sorted(names) != journal["doc_id"].unique().sort().to_list():
        raise ReconciliationError("iet.xml does not hold every document once; correct the template", code="V013")
    amounts = [Decimal(str(found.text)) for found in tree.iter("LN_AM") if found.getparent().tag.endswith("_DOC_ACTG")]
    if amounts:
        agree("iet.xml and the batch", sum(amounts, Decimal("0.00")), total(journal.filter(pl.col("party") == "BUYER")["amount"]))
