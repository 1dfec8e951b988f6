"""Last month's figure beside a line: the same line found again, or nothing rather than a part."""

from decimal import Decimal

import pytest

from reports.invoice.last_month import LastMonth


def line(words, quantity="1", amount="2.00", stream="usage", number="N1", code="VS100", component="USAGE"):
    return {
        "billing_number": number, "family": stream, "stream": stream, "component": component, "rate_code": code,
        "description": words, "quantity": Decimal(quantity), "amount": Decimal(amount),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ([line("Server", "3")], [line("Server", "5")], ["3"]),
        ([line("Server", "3")], [line("Storage")], ["–"]),  # it was not there
        ([line("Server", "3"), line("Server", "4")], [line("Server")], [""]),  # merged
        ([line("Server", "3")], [line("Server"), line("Server")], ["", ""]),  # split
        ([line("Server", "3")], [line("Server", number="N2")], ["–"]),
        ([line("Server", "3")], [line("Server", code="VS200")], ["–"]),
        ([line("Server", "3")], [line("Server", component="FEE")], ["–"]),
        ([line("Toll, 555: 2 calls", "4", stream="long_distance")], [line("Toll, 555: 9 calls", stream="long_distance")], ["4"]),
    ],
)
def test_a_line_is_found_again_where_both_months_have_it_once(before, now, shown):
    last = LastMonth("September", before, now)

    assert [last.cell("before", each) for each in now] == shown


def test_dollars_of_a_line_and_lines_of_a_rate_code():
    before = [line("Server", amount="1200.50"), line("Server two"), line("Other", code="ST110")]
    last = LastMonth("September", before, [line("Server")])

    assert last.cell("was", line("Server")) == "1,200.50"
    assert last.of_code("usage", "VS100") == before[:2]
