"""Why an invoice moved: the causes of the bridge in words, and they come to the change."""

import re
from decimal import Decimal

import pytest

from reports.invoice import Options
from reports.invoice.causes import cause_words
from reports.invoice.render import jobs
from tests.reports.bill import month_bill

NONE = dict.fromkeys(("price", "quantity", "new", "gone", "one_time"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("effects", "change", "words"),
    [
        ({"price": "1.00", "quantity": "2.00"}, "3.00", "By cause: quantities +2.00, prices +1.00."),
        ({"price": "-1.00", "new": "2.00", "gone": "-3.00"}, "-2.00", "By cause: items gone −3.00, new items +2.00, prices −1.00."),
        ({"price": "100.00", "quantity": "4.99"}, "104.99", "By cause: prices +100.00, other +4.99."),
        (
            {"price": "5", "quantity": "4", "new": "3", "one_time": "2"}, "14",
            "By cause: prices +5.00, quantities +4.00, new items +3.00, other +2.00.",
        ),
        ({"price": "3.00"}, "3.00", ""),  # one cause is the change itself
        ({"price": "1.00", "quantity": "2.00"}, "4.00", ""),  # they do not come to the change
        ({}, "0.00", ""),
    ],
)  # fmt: skip
def test_causes_are_named_largest_first_and_small_ones_together(effects, change, words):
    found = NONE | {name: Decimal(amount) for name, amount in effects.items()}

    assert cause_words(found, Decimal(change)) == words


def test_no_bridge_no_causes():
    assert cause_words(None, Decimal("1.00")) == ""


def test_the_causes_on_an_invoice_come_to_its_change():
    bill = month_bill(history=2)
    moved = {number: amount - prior for number, amount, prior in bill.invoices.select("invoice_no", "amount", "prior_amount").iter_rows()}
    seen = 0
    for job in jobs(bill, bill.invoices, Options()):
        found = re.search(r"By cause: (.*)\.$", job.view.due.sentence)
        if found:
            amounts = [Decimal(text.replace(",", "").replace("−", "-")) for text in re.findall(r"[+−][\d,]+\.\d\d", found[1])]
            assert sum(amounts) == moved[job.view.invoice_no]
            seen += 1
    assert seen
