"""Make each invoice's view from a month as billed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill
from billing.invoicing import invoice_keys
from billing.periods import Period
from reports.detail import DetailFile
from reports.figures import MONTHS, bounded, dollars, money, month, span
from reports.footing import agree
from reports.invoice import movement, words
from reports.invoice.checks import checks
from reports.invoice.families import FAMILIES, with_family
from reports.invoice.funding import funding
from reports.invoice.sections import Line, number_section, rate_code_section, section, total_of
from reports.invoice.view import Due, Section, Sender, Summary, View
from reports.masking import masked_findings

ZERO = movement.ZERO
_KEY = slice(len("COT-2026-10-"), -len("-01"))
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Sources:
    """A month cut up by invoice once, so that each invoice is looked up and not searched for."""

    bill: MonthBill
    period: Period
    lines: Rows  # by invoice_no
    before: Rows  # last month's lines by the invoice key they would go to
    has_before: bool
    history: dict[str, movement.History]  # by invoice key
    splits: Rows  # by invoice_no
    findings: Rows  # by billing number, or by a group's code
    corrected: dict[str, str]  # charge_id -> `COT-… line 4, 1–30 Sep`
    numbers: dict[str, str]  # billing number -> name
    agencies: dict[str, dict[str, Any]]  # agency_code -> its row in force on the last day


def sources(bill: MonthBill) -> Sources:
    """Cut a month up by invoice."""
    period = Period.parse(bill.period)
    keys = invoice_keys(bill.tables, period)
    codes = bill.tables["rate_codes"].select("rate_code", pl.col("name").alias("rate_name"))
    lines = with_family(bill.lines).join(codes, on="rate_code", how="left", validate="m:1", maintain_order="left")
    own = (
        lines.group_by("billing_number")
        .agg(pl.col("invoice_no").first())
        .with_columns(_key=pl.col("invoice_no").str.slice(12).str.head(-3))
    )
    placed = keys.select("billing_number", "invoice_key").join(own, on="billing_number", how="full", coalesce=True, validate="1:1")
    placed = placed.select("billing_number", pl.coalesce("_key", "invoice_key").alias("invoice_key"))
    earlier = (
        with_family(bill.earlier.charges)
        .join(placed, on="billing_number", how="left", validate="m:1")
        .join(codes, on="rate_code", how="left", validate="m:1")
        .sort("period", "charge_id")
    )
    before = earlier.filter(pl.col("period") == str(period.shift(-1)))
    to_invoice = lines.select("charge_id", "invoice_no")
    return Sources(
        bill=bill,
        period=period,
        lines=_cut(lines.sort("invoice_no", "invoice_line_no"), "invoice_no"),
        before=_cut(before, "invoice_key"),
        has_before=not before.is_empty(),
        history=_history(earlier, lines, period),
        splits=_cut(bill.splits.join(to_invoice, on="charge_id", how="left", validate="m:1"), "invoice_no"),
        findings=_cut(masked_findings(bill.exceptions).sort("exception_id"), "billing_number"),
        corrected=_corrected(bill, period),
        numbers=dict(keys.select("billing_number", "name").iter_rows()),
        agencies={row["agency_code"]: row for row in _in_force(bill.tables["agencies"], period).iter_rows(named=True)},
    )


def _cut(frame: pl.DataFrame, key: str) -> Rows:
    cut: Rows = {}
    for row in frame.iter_rows(named=True):
        cut.setdefault(row[key], []).append(row)
    return cut


def _in_force(table: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The row in force on the last day of the month, one an agency: the latest where none is."""
    last = pl.lit(period.last_day)
    live = (pl.col("valid_from") <= last) & (pl.col("valid_to").is_null() | (last < pl.col("valid_to")))
    return table.with_columns(_live=live).sort("agency_code", "_live", "valid_from").unique("agency_code", keep="last", maintain_order=True)


def _history(earlier: pl.DataFrame, lines: pl.DataFrame, period: Period) -> dict[str, movement.History]:
    """Dollars by invoice key, month and family for the last months that were billed, this one included."""
    oldest = str(period.shift(1 - movement.MOST_MONTHS))
    months = sorted({each for each in earlier["period"].to_list() if oldest <= each < str(period)})
    sums = (
        earlier.filter(pl.col("period") >= oldest, pl.col("invoice_key").is_not_null())
        .group_by("invoice_key", "period", "family").agg(pl.col("amount").sum()).sort("invoice_key", "period", "family")
    )  # fmt: skip
    found: dict[str, movement.History] = {}
    for key, when, family, amount in sums.iter_rows():
        found.setdefault(key, {each: {} for each in months}).setdefault(when, {})[family] = amount
    now = lines.group_by("invoice_no", "family").agg(pl.col("amount").sum()).sort("invoice_no", "family")
    for invoice_no, family, amount in now.iter_rows():
        parts = found.setdefault(invoice_no[_KEY], {each: {} for each in months})
        parts.setdefault(str(period), {})[family] = amount
    return found


def _corrected(bill: MonthBill, period: Period) -> dict[str, str]:
    """What each corrected charge was, for the adjustments that name it."""
    wanted = bill.lines["original_charge_id"].drop_nulls().unique()
    columns = ["charge_id", "invoice_no", "invoice_line_no", "start_date", "stop_date", "amount"]
    rows = pl.concat([bill.earlier.charges.select(columns), bill.lines.select(columns)]).filter(pl.col("charge_id").is_in(wanted.to_list()))
    return {
        charge_id: f"{invoice_no} line {line}, {span(start, stop, period)}, {money(amount)}"
        for charge_id, invoice_no, line, start, stop, amount in rows.iter_rows()
    }


def views(found: Sources, details: dict[str, DetailFile], sender: Sender, only: set[str] | None) -> Iterator[View]:
    """Each invoice's view, in invoice order.

    Raises:
        ReconciliationError: an invoice's lines or splits do not come to its amount.
    """
    for invoice in found.bill.invoices.sort("invoice_no").iter_rows(named=True):
        if only is None or invoice["invoice_no"] in only:
            yield _view(found, invoice, details[invoice["invoice_no"]], sender)


def _view(found: Sources, invoice: dict[str, Any], detail: DetailFile, sender: Sender) -> View:
    number, amount = invoice["invoice_no"], invoice["amount"]
    lines = found.lines.get(number, [])
    splits = found.splits.get(number, [])
    agree(f"invoice {number} and its lines", amount, total_of(lines))
    agree(f"invoice {number} and its funding splits", amount, sum((row["amount"] for row in splits), ZERO))
    now, before = _by_family(lines), _comparison(found, _key(invoice), invoice["prior_amount"])
    history = found.history.get(_key(invoice), {})
    totals = [sum(parts.values(), ZERO) for parts in history.values()]
    pictured = history if len(totals) >= movement.LEAST_MONTHS and any(totals[:-1]) else {}
    funds, bar = funding(splits)
    pages = tuple(_sections(found, invoice, lines, compare=before is not None))
    agency = found.agencies.get(invoice["agency_code"], {})
    last = found.period.shift(-1)
    return View(
        sender=sender,
        head=words.head(found.period, invoice, agency),
        due=Due(
            label=f"{'Credit' if amount < 0 else 'Amount due'} for {month(found.period)}",
            amount=dollars(amount),
            sentence=movement.sentence(amount, invoice["prior_amount"], now, before, last),
            chart=movement.bars(totals) if pictured else "",
            chart_words=movement.bar_words(pictured) if pictured else "",
            chart_labels=words.chart_labels(list(pictured)),
        ),
        summary=Summary(
            last_month=MONTHS[last.month - 1] if before is not None else "",
            this_month=MONTHS[found.period.month - 1],
            families=movement.families(now, before, pictured),
            total=movement.family("Total", "", amount, invoice["prior_amount"] if before is not None else None, []),
            has_trends=bool(pictured),
        ),
        funds=funds,
        fund_bar=bar,
        checks=checks(_findings(found, invoice, lines), {part.anchor for part in pages}),
        sections=pages,
        last=words.last_page(invoice, agency, sender, detail),
    )


def _key(invoice: dict[str, Any]) -> str:
    """What an invoice number says between the period and the count of reissues."""
    return str(invoice["invoice_no"])[_KEY]


def _by_family(lines: list[Line]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line["family"]] = found.get(line["family"], ZERO) + line["amount"]
    return found


def _comparison(found: Sources, key: str, prior: Decimal | None) -> dict[str, Decimal] | None:
    """Last month by family; nothing where there was no month, or where it does not come to what the invoice says."""
    if prior is None or not found.has_before:
        return None
    before = _by_family(found.before.get(key, []))
    return before if sum(before.values(), ZERO) == prior else None


def _sections(found: Sources, invoice: dict[str, Any], lines: list[Line], *, compare: bool) -> Iterator[Section]:
    is_group = invoice["is_group"]
    if is_group:
        yield number_section(lines, found.numbers)
    last = found.period.shift(-1)
    old = found.before.get(_key(invoice), []) if compare else []
    by_code = rate_code_section(lines, old, MONTHS[last.month - 1] if compare else "", MONTHS[found.period.month - 1])
    if by_code is not None:
        yield by_code
    for family in FAMILIES:
        mine = [line for line in lines if line["family"] == family]
        if mine:
            yield section(family, mine, found.period, is_group=is_group, corrects=lambda line: _corrects(found, line))
    strays = {line["family"] for line in lines} - set(FAMILIES)
    if strays:
        raise ReconciliationError(f"invoice {invoice['invoice_no']}: no page prints {', '.join(sorted(strays))}")


def _corrects(found: Sources, line: Line) -> str:
    original = line["original_charge_id"]
    if original is None:
        return bounded(line["rule"], 90) or "no single line"
    return found.corrected.get(original, f"charge {original}")


def _findings(found: Sources, invoice: dict[str, Any], lines: list[Line]) -> list[dict[str, Any]]:
    numbers = {invoice["billing_number"], *(line["billing_number"] for line in lines)}
    return [finding for number in sorted(numbers) for finding in found.findings.get(number, [])]
