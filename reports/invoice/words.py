"""The standing words of an invoice: whose it is, its dates, how it is paid and disputed, and its detail file."""

import datetime as dt
from typing import Any

from billing.periods import Period
from reports.detail import DetailFile
from reports.figures import MONTHS, bounded, count, day, dollars, month
from reports.invoice.view import Head, LastPage, Sender


def head(period: Period, invoice: dict[str, Any], agency: dict[str, Any]) -> Head:
    """The top of page one."""
    return Head(
        invoice_no=invoice["invoice_no"],
        issued_iso=invoice["issued_on"].isoformat(),
        title=f"Invoice {invoice['invoice_no']}, {bounded(invoice['agency_name'], 90)}, {month(period)}",
        month=month(period),
        billed_to=bounded(invoice["agency_name"], 90),
        addressees=_addressees(invoice, agency),
        number_label="Invoice group" if invoice["is_group"] else "COT billing number",
        number=invoice["billing_number"],
        facts=_facts(period, invoice),
    )


def last_page(invoice: dict[str, Any], agency: dict[str, Any], sender: Sender, detail: DetailFile) -> LastPage:
    """Payment, dispute window, detail file."""
    return LastPage(_payment(invoice, agency), _dispute(invoice, sender), _detail(detail))


def chart_labels(periods: list[str]) -> tuple[str, str]:
    """The first and the last month of the chart."""
    ends = [Period.parse(each) for each in (*periods[:1], *periods[-1:])]
    names = [f"{MONTHS[each.month - 1][:3]} {each.year}" for each in ends]
    return (names[0], names[-1]) if names else ("", "")


def _addressees(invoice: dict[str, Any], agency: dict[str, Any]) -> tuple[str, ...]:
    name = invoice["name"] if invoice["name"] != invoice["agency_name"] else None
    contact = agency.get("fiscal_officer") or agency.get("billing_contact")
    lines = (name, agency.get("cabinet"), f"Attn: {contact}" if contact else None, f"Agency {invoice['agency_code']}")
    return tuple(bounded(line, 90) for line in lines if line)


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


def _detail(detail: DetailFile) -> tuple[tuple[str, str], ...]:
    return (
        ("File", f"detail/{detail.name}"),
        ("Lines", count(detail.line_count, "line")),
        ("Sum of its lines", dollars(detail.amount)),
        ("SHA-256", detail.sha256),
    )
