"""The Reconciliation sheet: every pair of totals that must be one, and what became of every file's records."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from reports.close_book.sheets import billed
from reports.close_book.table import Table
from reports.footing import NOTHING, PARTS, total
from reports.interface_register import interface_register, standing_net
from reports.published import Published
from reports.report import Foot, Report

_MONEY: Final = pl.Decimal(18, 2)
_NAMES: Final = {"here": "First figure", "there": "Second figure", "from": "Report", "what": "What must be one"}


def checks(published: Published, reports: Mapping[str, Report]) -> Table:
    """Each check as two figures and their difference.

    Rows: the month's own checks, then one a foot of each report.

    Raises:
        ReconciliationError: a difference is not 0.00; only documents that were turned or sent again may differ.
    """
    found = [("close", foot) for foot in own_checks(published)]
    found += [(report.id, foot) for report in reports.values() for foot in report.foots]
    for name, foot in found:
        if foot.here != foot.there:
            raise ReconciliationError(
                f"{published.period}: {name}: {foot.what}: {foot.here} and {foot.there} differ; no workbook is written", code="V013"
            )
    found += [("interface", foot) for foot in interface_checks(published)]
    return _table(found, "" if published.now("fact_journal").height else "The accounting interface of this month is not made yet.")


def own_checks(published: Published) -> list[Foot]:
    """The month's totals against each other: invoices, lines, splits, register, files."""
    lines = billed(published)
    invoices, splits = published.now("fact_invoice"), published.now("fact_split")
    files = published.now("control_totals")
    fees = lines.filter(pl.col("source_file").is_null() & (pl.col("component") == "FEE") & pl.col("base_charge_id").is_null())
    due, charged = total(invoices["amount"]), total(lines["amount"])
    split = total(splits.join(lines.select("charge_id"), on="charge_id", how="semi")["amount"])
    outcome = sum((total(files[f"amount_{part}"]) for part in PARTS), NOTHING)
    return [
        Foot("invoices and their lines", due, charged),
        Foot("lines and funding splits", charged, split),
        Foot("invoices and what the files billed with fees on invoice totals", due, total(files["amount_billed"]) + total(fees["amount"])),
        Foot("files in, and billed + held + rejected + dropped", total(files["amount_in"]), outcome),
    ]


def interface_checks(published: Published) -> list[Foot]:
    """Invoices against the documents of the accounting interface that stand; none where no document was made.

    They differ when documents were turned or the month changed after they were sent, as R15 says.
    """
    journal = published.now("fact_journal")
    if journal.is_empty():
        return []
    return [
        Foot(
            "invoices and interface documents that stand",
            total(published.now("fact_invoice")["amount"]),
            standing_net(interface_register(journal)),
        )
    ]


def files(published: Published) -> list[Table]:
    """What became of every file: records in and where they went, then dollars; the differences are 0.

    Rows: one a file, as the control report has them.

    Raises:
        ReconciliationError: a file's records or dollars are not all accounted for.
    """
    found = published.now("control_totals")
    tables = []
    for kind, dtype in (("records", pl.Int64()), ("amount", _MONEY)):
        parts = [f"{kind}_{part}" for part in PARTS]
        difference = (pl.col(f"{kind}_in") - pl.sum_horizontal(parts)).cast(dtype)
        frame = found.select("feed", "source_file", f"{kind}_in", *parts, difference=difference)
        bad = frame.filter((pl.col("difference") != 0).fill_null(value=True))
        if bad.height:
            raise ReconciliationError(f"{bad['source_file'][0] or bad['feed'][0]}: {kind}: in and out differ; no workbook is written")
        word = "Records" if kind == "records" else "Dollars"
        labels = {f"{kind}_{part}": part for part in ("in", *PARTS)}
        title = f"{word} of every file: in = billed + held + rejected + dropped"
        tables.append(Table(f"{word}_of_files", frame, tuple(frame.columns[2:]), title, labels=labels))
    return tables


def _table(found: list[tuple[str, Foot]], note: str) -> Table:
    differences: list[Decimal] = [foot.here - foot.there for _, foot in found]
    frame = pl.DataFrame(
        {
            "from": [name for name, _ in found],
            "what": [foot.what for _, foot in found],
            "here": pl.Series([foot.here for _, foot in found], dtype=_MONEY),
            "there": pl.Series([foot.there for _, foot in found], dtype=_MONEY),
            "difference": pl.Series(differences, dtype=_MONEY),
        }
    )
    return Table("Checks", frame, (), "Totals that must be one", note, _NAMES)
