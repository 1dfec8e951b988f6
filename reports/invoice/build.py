"""Make each invoice's view from a month as billed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from billing.errors import ReconciliationError
from reports.detail import DetailFile
from reports.figures import MONTHS, dollars, money, month, span
from reports.footing import agree
from reports.invoice import movement, words
from reports.invoice.causes import cause_words
from reports.invoice.checks import checks
from reports.invoice.families import FAMILIES
from reports.invoice.funding import funding
from reports.invoice.last_month import LastMonth
from reports.invoice.notes import notes
from reports.invoice.overviews import number_section, rate_code_section
from reports.invoice.sections import Line, Manner, section, total_of
from reports.invoice.sources import KEY, Sources
from reports.press.letters import fit
from reports.press.view import Due, Section, Sender, Summary, View

ZERO = movement.ZERO
_MOST_FUNDS = 8  # on page one; all of them stand at the end


@dataclass(frozen=True)
class Wish:
    """What an invoice is made like."""

    sender: Sender
    most_lines: int  # more than this are added up, and the attached file alone lists them


@dataclass(frozen=True)
class _Month:
    """One invoice's rows of this month and the last."""

    lines: list[Line]
    splits: list[Line]
    before: list[Line] | None  # null: there is nothing to compare with
    history: movement.History


def view(found: Sources, invoice: dict[str, Any], detail: DetailFile, wish: Wish) -> View:
    """One invoice's view.

    Raises:
        ReconciliationError: its lines or splits do not come to its amount.
    """
    number, amount = invoice["invoice_no"], invoice["amount"]
    rows = _month(found, invoice)
    agree(f"invoice {number} and its lines", amount, total_of(rows.lines))
    agree(f"invoice {number} and its funding splits", amount, sum((row["amount"] for row in rows.splits), ZERO))
    funds, bar, bar_words = funding(rows.splits)
    sections = tuple(_sections(found, invoice, rows, wish))
    agency = found.agencies.get(invoice["agency_code"], {})
    findings = _findings(found, invoice, rows.lines)
    told = {finding["code"] for finding in findings}
    beside = notes(rows.lines, rows.before, rows.history, told=told)
    return View(
        sender=wish.sender,
        head=words.head(found.period, invoice, agency),
        due=_due(found, invoice, rows),
        summary=_summary(found, invoice, rows),
        funds=funds[:_MOST_FUNDS],
        more_funds=max(0, len(funds) - _MOST_FUNDS),
        fund_bar=bar,
        fund_words=bar_words,
        checks=checks(findings, beside, {part.anchor for part in sections}),
        sections=sections,
        closing=words.closing(invoice, agency, wish.sender, detail, funds),
    )


def _month(found: Sources, invoice: dict[str, Any]) -> _Month:
    number, key, prior = invoice["invoice_no"], invoice["invoice_no"][KEY], invoice["prior_amount"]
    before: list[Line] | None = None
    if prior is not None and found.has_before:
        rows = found.before.rows(key)
        before = rows if total_of(rows) == prior else None  # what the invoice says, or no comparison
    return _Month(found.lines.rows(number), found.splits.rows(number), before, found.history.get(key, {}))


def _due(found: Sources, invoice: dict[str, Any], rows: _Month) -> Due:
    amount = invoice["amount"]
    before = None if rows.before is None else movement.by_family(rows.before)
    totals = {period: sum(parts.values(), ZERO) for period, parts in rows.history.items()}
    pictured = totals if len(totals) >= movement.LEAST_MONTHS and any(list(totals.values())[:-1]) else {}
    sentence = movement.sentence(amount, invoice["prior_amount"], movement.by_family(rows.lines), before, found.period.shift(-1))
    causes = cause_words(found.effects.get(invoice["invoice_no"][KEY]), amount - invoice["prior_amount"]) if rows.before is not None else ""
    return Due(
        label=f"{'Credit' if amount < 0 else 'Amount due'} for {month(found.period)}",
        amount=dollars(amount),
        sentence=f"{sentence} {causes}".strip(),
        chart=movement.bars(pictured, found.period) if pictured else "",
        chart_words=movement.bar_words(pictured) if pictured else "",
        chart_labels=words.chart_labels(pictured, found.period),
    )


def _summary(found: Sources, invoice: dict[str, Any], rows: _Month) -> Summary:
    before = None if rows.before is None else movement.by_family(rows.before)
    pictured = rows.history if len(rows.history) >= movement.LEAST_TREND else {}
    last = invoice["prior_amount"] if before is not None else None
    return Summary(
        last_month=MONTHS[found.period.shift(-1).month - 1] if before is not None else "",
        this_month=MONTHS[found.period.month - 1],
        families=movement.families(movement.by_family(rows.lines), before, pictured),
        total=movement.family("Total", "", invoice["amount"], last, []),
        has_trends=bool(pictured),
    )


def _sections(found: Sources, invoice: dict[str, Any], rows: _Month, wish: Wish) -> Iterator[Section]:
    is_group, lines = invoice["is_group"], rows.lines
    last_name = MONTHS[found.period.shift(-1).month - 1] if rows.before is not None else ""
    this_name = MONTHS[found.period.month - 1]
    if is_group:
        yield number_section(lines, rows.before, found.numbers, last_name, this_name)
    by_code = rate_code_section(lines, rows.before or [], last_name, this_name, is_summary=len(lines) > wish.most_lines)
    if by_code is not None:
        yield by_code
    manner = Manner(
        period=found.period,
        is_group=is_group,
        last=None if rows.before is None else LastMonth(last_name, rows.before, lines),
        this_month=this_name,
        corrects=lambda line: _corrects(found, line),
        is_summary=len(lines) > wish.most_lines,
        names=found.rate_names,
    )
    by_family: dict[str, list[Line]] = {}
    for line in lines:
        by_family.setdefault(line["family"], []).append(line)
    for family in FAMILIES:
        if family in by_family:
            yield section(family, by_family.pop(family), manner)
    if by_family:
        raise ReconciliationError(f"invoice {invoice['invoice_no']}: no page prints {', '.join(sorted(by_family))}")


def _corrects(found: Sources, line: Line) -> str:
    original = line["original_charge_id"]
    if original is None:
        return fit(line["rule"], 90) or "no single line"
    if original not in found.corrected:
        return f"charge {original}"
    invoice_no, number, start, stop, amount = found.corrected[original]
    return f"{invoice_no} line {number}, {span(start, stop, found.period)}, {money(amount)}"


def _findings(found: Sources, invoice: dict[str, Any], lines: list[Line]) -> list[Line]:
    numbers = {invoice["billing_number"], *(line["billing_number"] for line in lines)}
    return [finding for number in sorted(numbers) for finding in found.findings.rows(number)]
