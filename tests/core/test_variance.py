"""What moved against last month, split so that the parts add up."""

from decimal import Decimal

import polars as pl
import pytest

from billing.frames import LINES, Earlier, empty, fill
from billing.periods import Period
from billing.policy import Policy
from billing.variance import audit_invoices, movement
from tests.core.frames import day

AMOUNTS = {"amount": pl.Decimal(38, 2), "prior_amount": pl.Decimal(38, 2)}


def lines(*rows: tuple[str, str, str, str], period: str = "2026-10") -> pl.DataFrame:
    """Lines of (rate_code, component, quantity, amount) for one number."""
    if not rows:
        return empty(LINES)
    frame = pl.DataFrame(
        [
            {
                "charge_id": f"C{n}{period}", "period": period, "billing_number": "B1", "stream": "usage", "rate_code": code,
                "component": component, "quantity": Decimal(quantity), "amount": Decimal(amount), "invoice_no": f"COT-{period}-B1-01",
            }
            for n, (code, component, quantity, amount) in enumerate(rows)
        ],
        schema_overrides={name: LINES[name] for name in ("quantity", "amount")},
    )  # fmt: skip
    return fill(frame, LINES)


def test_price_and_quantity_parts_add_up_to_the_move():
    old, new = lines(("VS", "USAGE", "10", "300.00")), lines(("VS", "USAGE", "12", "394.32"))

    parts = movement(old, new)

    assert parts["quantity"] == Decimal("60.00")  # two more at the old price
    assert parts["price"] == Decimal("34.32")
    assert sum(parts.values()) == Decimal("94.32")


def test_new_gone_and_one_time_are_told_apart():
    old = lines(("A", "USAGE", "1", "5.00"), ("B", "MRC", "1", "7.00"))
    new = lines(("A", "USAGE", "1", "5.00"), ("C", "MRC", "1", "9.00"), ("D", "NRC", "1", "100.00"))

    parts = movement(old, new)

    assert (parts["gone"], parts["new"], parts["one-time"], parts["price"]) == (
        Decimal("-7.00"), Decimal("9.00"), Decimal("100.00"), Decimal(0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("prior", "now", "codes"),
    [
        ("2500.00", "3000.00", []),  # 500.00 is not more than 500
        ("2500.00", "3000.01", ["V010"]),
        ("2500.05", "3000.06", []),  # exactly 20 %
        ("5000.00", "5900.00", []),  # 18 %
        ("100.00", "-0.01", ["V012"]),
        ("0.00", "600.00", ["V010"]),
        (None, "90000.00", []),  # no month before
    ],
)
def test_large_moves_and_negative_invoices_are_warned_of(prior, now, codes):
    invoice = pl.DataFrame(
        {
            "invoice_no": ["COT-2026-10-B1-01"], "billing_number": ["B1"], "agency_code": ["758"], "amount": [Decimal(now)],
            "prior_amount": [None if prior is None else Decimal(prior)],
        },
        schema_overrides={"prior_amount": pl.Decimal(38, 2), "amount": pl.Decimal(38, 2)},
    )  # fmt: skip
    before = lines(("VS", "USAGE", "1", prior or "0.00"), period="2026-09")
    keys = pl.DataFrame({"billing_number": ["B1"], "invoice_key": ["B1"], "agency_code": ["758"]})

    found = audit_invoices(
        invoice, lines(("VS", "USAGE", "1", now)), Earlier(charges=before), keys, Period.parse("2026-10"), Policy()
    )  # fmt: skip

    assert found["code"].to_list() == codes
    assert day("2026-10-01") == Period.parse("2026-10").first_day


@pytest.mark.parametrize(("prior", "codes"), [("500.00", []), ("500.01", ["V010"]), ("-600.00", ["V010"])])
def test_a_number_that_is_not_billed_any_more_is_warned_of(prior, codes):
    before = lines(("VS", "USAGE", "1", prior), period="2026-09")
    keys = pl.DataFrame({"billing_number": ["B1"], "invoice_key": ["B1"], "agency_code": ["758"]})
    none = pl.DataFrame(schema={"invoice_no": pl.String(), "billing_number": pl.String(), "agency_code": pl.String(), **AMOUNTS})

    found = audit_invoices(none, lines(), Earlier(charges=before), keys, Period.parse("2026-10"), Policy())

    assert found["code"].to_list() == codes
