"""The Summary sheet: how much, how much more than last month and why, by whom, and where the rest of it stands."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.layouts import STREAMS
from reports.close_book.cells import clean_text, dollars
from reports.close_book.page import Edition, open_page, put_stacked
from reports.close_book.sheets import billed
from reports.close_book.styles import Styles
from reports.close_book.table import Table
from reports.footing import NOTHING, total
from reports.invoice.families import FAMILIES
from reports.published import Published
from reports.report import Report, money

Figure = tuple[str, str, Decimal | int | None]  # label, words, value
_BRIDGE: Final = (
    ("before", "Last month", ""),
    ("price_effect", "Price", "the same things at new prices"),
    ("quantity_effect", "Quantity", "more or less of the same things"),
    ("new_effect", "New", "what was not there last month"),
    ("gone_effect", "Gone", "what is no longer there"),
    ("one_time_effect", "One-time", "what comes once, or came once"),
    ("now", "This month", "the sum of the above"),
)
_WIDTHS: Final = (22, 64, 18, 18, 18)  # the second takes the longest meaning of a code on one line, as a wrapped column is meant to
HOLDS: Final = {
    "Summary": "Total, change and why, streams, agencies",
    "Lines": "Every invoice line, to filter and sort",
    "Exceptions": "Every exception, the gravest first",
    "Adjustments": "Credits and debits: why, by whom, approved by whom",
    "Rates used": "Each rate that priced a line, and what it brought",
    "Recovery": "R12: what each cost group earned and cost",
    "Vendor match": "R16: what vendors billed and what we billed",
    "Reconciliation": "Totals that must be one; what became of every file",
}


def put_summary(
    book: Any, published: Published, reports: Mapping[str, Report], shown: Edition, styles: Styles, sheets: Sequence[str]
) -> None:
    """Write the first sheet; sheets: the names of all sheets, in order."""
    page = open_page(book, "Summary", "Billing close", shown, styles)
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    row = _put_figures(page, 3, published, reports, styles)
    row = _put_bridge(page, row, reports.get("R06"), styles)
    for table in (streams(published), *_codes(reports.get("R08")), _holds(sheets), agencies(published)):
        row = put_stacked(page, row, table, styles)
    page.activate()


def agencies(published: Published) -> Table:
    """What each agency pays and paid last month, by agency code; agencies that paid only last month are there too."""
    now = _sums(published.now("fact_invoice"), "agency_code", "now")
    before = _sums(published.before("fact_invoice"), "agency_code", "before")
    names = pl.concat([published.now("fact_invoice"), published.before("fact_invoice")]).group_by("agency_code").agg(
        pl.col("agency_name").sort_by("period", "invoice_no").last()
    )  # fmt: skip
    both = (
        _compared(now, before, "agency_code", is_known=_has_before(published))
        .join(names, on="agency_code", how="left", validate="1:1")
        .sort("agency_code")
    )
    frame = both.select("agency_code", "agency_name", "now", "before", "change")
    return Table("Agencies", frame, ("now", "before", "change"), "Agencies", labels=_HEADINGS)


def streams(published: Published) -> Table:
    """What each stream earned and earned last month, in the order of an invoice."""
    earlier = published.before("fact_charge").filter(pl.col("invoice_no").is_not_null())
    sums = _sums(billed(published), "stream", "now"), _sums(earlier, "stream", "before")
    both = _compared(*sums, "stream", is_known=_has_before(published))
    order = pl.col("stream").replace_strict({stream: place for place, stream in enumerate(STREAMS)}, return_dtype=pl.Int64)
    words = pl.col("stream").replace_strict(_WORDS, return_dtype=pl.String)
    frame = both.sort(order).select("stream", words.alias("what"), "now", "before", "change")
    return Table("Streams", frame, ("now", "before", "change"), "Streams", labels=_HEADINGS)


_HEADINGS: Final = {"now": "This month", "before": "Last month", "what": "What it is"}
_WORDS: Final = {stream: FAMILIES[stream].title for stream in STREAMS}


def _sums(frame: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    return frame.group_by(key).agg(pl.col("amount").sum().alias(name))


def _has_before(published: Published) -> bool:
    """Whether the month before is published; where it is not, what it came to is not known."""
    return not published.before("dim_period").is_empty()


def _compared(now: pl.DataFrame, before: pl.DataFrame, key: str, *, is_known: bool) -> pl.DataFrame:
    """Both months side by side; who has no invoice in a month that is known paid 0.00, else null."""
    both = now.join(before, on=key, how="full", coalesce=True, validate="1:1").with_columns(pl.col("now").fill_null(NOTHING))
    filled = both.with_columns(pl.col("before").fill_null(NOTHING)) if is_known else both
    return money(filled.with_columns(change=pl.col("now") - pl.col("before")), ("now", "before", "change"))


def _put_figures(page: Any, row: int, published: Published, reports: Mapping[str, Report], styles: Styles) -> int:
    invoices = published.now("fact_invoice")
    now, before = total(invoices["amount"]), total(published.before("fact_invoice")["amount"])
    held = published.now("control_totals")
    billed_to = f"{invoices.height:,} invoices to {invoices['agency_code'].n_unique():,} agencies"
    last: list[Figure] = [("Last month", "not published", None)]
    if _has_before(published):
        last = [("Last month", "", before), ("Change", "", now - before)]
    figures: list[Figure] = [
        ("Billed", billed_to, now),
        *last,
        ("Held", "records that wait, dollars as far as known, net", total(held["amount_held"])),
        *_told(reports, "R10", {"charges": ("Held charges", "not billed yet"), "credits": ("Held credits", "not given back yet")}),
        ("Invoice lines", "", billed(published).height),
        *_told(reports, "R08", {"open": ("Open exceptions", "what waits for a person, one a record")}),
    ]
    for at, figure in enumerate(figures, row):
        _put_figure(page, at, figure, styles, is_lead=at == row)
    return row + len(figures) + 1


def _told(reports: Mapping[str, Report], number: str, wanted: Mapping[str, tuple[str, str]]) -> list[Figure]:
    """Figures that lead a report, as it says them; none where the report is not at hand."""
    facts = {fact.name: fact.value for fact in reports[number].facts} if number in reports else {}
    return [(*words, value) for name, words in wanted.items() if isinstance(value := facts.get(name), Decimal | int)]


def _put_bridge(page: Any, row: int, report: Report | None, styles: Styles) -> int:
    page.write_string(row, 0, "From last month to this one", styles["section"])
    found = report.section("bridge").frame.to_dicts() if report else []
    if not found:
        page.write_string(row + 1, 0, "R06, the month-over-month report, is not at hand.", styles["note"])
        return row + 3
    for at, (name, label, words) in enumerate(_BRIDGE, row + 1):
        _put_figure(page, at, (label, words, found[0][name]), styles)
    return row + len(_BRIDGE) + 2


def _put_figure(page: Any, row: int, figure: Figure, styles: Styles, *, is_lead: bool = False) -> None:
    label, words, value = figure
    page.write_string(row, 0, clean_text(label), styles["lead_text" if is_lead else "text"])
    page.write_string(row, 1, clean_text(words), styles["text"])
    if isinstance(value, Decimal):
        page.write_number(row, 2, dollars(value), styles["lead" if is_lead else "dollars"])
    elif value is not None:
        page.write_number(row, 2, value, styles["whole"])


def _codes(report: Report | None) -> list[Table]:
    """R08's codes where they are at hand, what is open and what it puts at stake."""
    if report is None:
        return []
    frame = report.section("codes").frame.select("code", "meaning", "open", "decided", "amount")
    return [Table("Codes", frame, ("open", "decided", "amount"), "Exceptions by code", labels={"amount": "Dollars open"})]


def _holds(sheets: Sequence[str]) -> Table:
    frame = pl.DataFrame({"sheet": list(sheets), "holds": [HOLDS.get(name) or "The rows that found no room before" for name in sheets]})
    return Table("Sheets", frame, (), "What each sheet holds")
