"""The standing words of an invoice: whose it is, its dates, how it is paid and disputed, and its detail file."""

import datetime as dt
from decimal import Decimal
from typing import Any

from billing.periods import Period
from reports.detail import DetailFile
from reports.figures import MONTHS, count, day, dollars, money, month
from reports.press.letters import fit
from reports.press.view import Column, Fund, Head, Row, Section, Sender

_FAR_APART = 6  # months; nearer bars share one label


def head(period: Period, invoice: dict[str, Any], agency: dict[str, Any]) -> Head:
    """The top of page one."""
    return Head(
        invoice_no=invoice["invoice_no"],
        issued_iso=invoice["issued_on"].isoformat(),
        title=f"Invoice {invoice['invoice_no']}, {fit(invoice['agency_name'], 90)}, {month(period)}",
        month=month(period),
        billed_to=fit(invoice["agency_name"], 90),
        running=fit(invoice["agency_name"], 44),
        addressees=_addressees(invoice, agency),
        number_label="Invoice group" if invoice["is_group"] else "COT billing number",
        number=fit(invoice["billing_number"], 40),
        facts=_facts(period, invoice),
    )


def closing(
    invoice: dict[str, Any], agency: dict[str, Any], sender: Sender, detail: DetailFile, funds: tuple[Fund, ...]
) -> tuple[Section, ...]:
    """The end of the invoice: payment, dispute window, accounting strings, the attached file."""
    return (
        Section("payment", "Payment", words=_payment(invoice, agency)),
        Section("disputes", "Questions and disputes", words=_dispute(invoice, sender)),
        _strings(invoice, funds),
        _attached(detail),
    )


def chart_labels(totals: dict[str, Decimal], period: Period) -> tuple[str, str]:
    """What stands under the first and the last bar of the chart."""
    if not totals:
        return ("", "")
    ends = (next(iter(totals)), str(period))
    names = [f"{MONTHS[Period.parse(each).month - 1][:3]} {each[:4]}: {_short(totals[each])}" for each in ends if each in totals]
    return (names[0], names[-1]) if len(totals) >= _FAR_APART else ("", " · ".join(names))


def _short(amount: Decimal) -> str:
    """Whole dollars, in thousands from ten thousand on."""
    whole = int(abs(amount) + Decimal("0.5"))
    text = f"${(whole + 500) // 1000:,}k" if whole >= 10_000 else f"${whole:,}"
    return f"−{text}" if amount < 0 and whole else text


def _addressees(invoice: dict[str, Any], agency: dict[str, Any]) -> tuple[str, ...]:
    name = invoice["name"] if invoice["name"] != invoice["agency_name"] else None
    contact = agency.get("fiscal_officer") or agency.get("billing_contact")
    lines = (name, agency.get("cabinet"), f"Attn: {contact}" if contact else None, f"Agency {invoice['agency_code']}")
    return tuple(fit(line, 90) for line in lines if line)


def _facts(period: Period, invoice: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return (
        ("Invoice number", invoice["invoice_no"]),
        ("Service period", f"1–{period.days} {month(period)}"),
        ("Issued", day(invoice["issued_on"])),
        ("Dispute by", day(invoice["dispute_by"])),
        ("Payment due", day(invoice["due_on"]) if invoice["amount"] > 0 else "nothing to pay"),
    )


def _payment(invoice: dict[str, Any], agency: dict[str, Any]) -> tuple[str, ...]:
    if invoice["amount"] <= 0:
        return ("Nothing is to be paid. The credit is posted to the accounting strings of the funding split.",)
    due: dt.date = invoice["due_on"]
    if agency.get("remit_method") == "EXTERNAL":
        return (
            f"Pay {dollars(invoice['amount'])} by {day(due)} and quote invoice {invoice['invoice_no']}.",
            "The funding split says which accounting strings the charges are for.",
        )
    return (
        f"{dollars(invoice['amount'])} is charged by an internal transaction to the strings of the funding split, due {day(due)}.",
        "No payment has to be sent.",
    )


def _dispute(invoice: dict[str, Any], sender: Sender) -> tuple[str, ...]:
    lines = (
        f"Dispute a charge in writing by {day(invoice['dispute_by'])}: give the invoice number, the line number and the reason.",
        "A change of the accounting strings is asked for in writing too, and counts from the next invoice.",
        f"Questions: {sender.contact}" if sender.contact else "",
    )
    return tuple(line for line in lines if line)


def _strings(invoice: dict[str, Any], funds: tuple[Fund, ...]) -> Section:
    columns = (Column("Fund"), Column("Accounting string", "w"), Column("Federal", "n"), Column("Share", "n"), Column("Amount $", "n"))
    rows = tuple(Row((each.fund, each.string, each.federal, each.share, each.amount)) for each in funds)
    about = "What the accounting entry charges; a credit goes back to the strings of what it corrects."
    foot = count(len(funds), "accounting string")
    return Section("strings", "Accounting strings", about, columns, rows, foot, money(invoice["amount"]))


def _attached(detail: DetailFile) -> Section:
    """The attached file and what the invoice was made from; `{key}` is filled in by the press."""
    about = "Attached to this PDF and sent beside it: every line with its exact amount, rounding, rate, approval and source record."
    rows = (
        Row(("File", detail.name)),
        Row(("Lines", count(detail.line_count, "line"))),
        Row(("Sum of its lines", dollars(detail.amount))),
        Row(("SHA-256 of the file", detail.sha256)),
        Row(("Made from", "{key}"), "The hash of everything this invoice was made from, in its metadata too."),
    )
    return Section("attached", "Attached detail", about, (Column(""), Column("", "w")), rows, has_head=False)
