"""The equations stop a month that is a row or a cent out."""

from decimal import Decimal

import polars as pl
import pytest

from billing.errors import ReconciliationError
from billing.frames import BRIDGE, CHARGES, INVOICES, LINES, OUTCOMES, SPLITS, SUSPENSE, empty, fill, record_schema
from billing.money import EXACT
from billing.periods import Period
from billing.reconcile import by_file, check_totals, control_totals

OCTOBER = Period.parse("2026-10")


def charges_of(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Charges of (charge_id, component, amount)."""
    return fill(
        pl.DataFrame(
            [{"charge_id": name, "component": component, "amount": Decimal(amount)} for name, component, amount in rows],
            schema={"charge_id": pl.String(), "component": pl.String(), "amount": CHARGES["amount"]},
        ),
        CHARGES,
    )


def bridge_of(*rows: tuple[str, str, int, str]) -> pl.DataFrame:
    """Bridge rows of (charge_id, file, line, quantity)."""
    return pl.DataFrame(
        [
            {
                "charge_id": c, "feed": "usage", "source_file": f, "source_line": n, "source_record_id": f"{f}{n}",
                "quantity": Decimal(q),
            }
            for c, f, n, q in rows
        ],
        schema=BRIDGE,
    )  # fmt: skip


def test_a_row_of_two_files_is_shared_to_the_cent():
    costs = empty({"feed": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "cost_amount": EXACT})

    shares = by_file(charges_of(("C1", "USAGE", "10.00")), bridge_of(("C1", "a", 2, "1"), ("C1", "b", 2, "2")), costs)

    assert sorted(shares.select("source_file", "amount").rows()) == [("a", Decimal("3.33")), ("b", Decimal("6.67"))]


def loaded(rows: int) -> pl.DataFrame:
    """One file of so many rows."""
    return pl.DataFrame({"feed": ["usage"], "source_file": ["a"], "rows": [rows]})


def outcomes_of(*fates: str) -> pl.DataFrame:
    """Outcomes of file a, from line 2."""
    return pl.DataFrame(
        [
            {"feed": "usage", "source_file": "a", "source_line": n, "source_record_id": f"a{n}", "outcome": fate, "amount": None}
            for n, fate in enumerate(fates, start=2)
        ],
        schema=OUTCOMES,
    )


def test_a_lost_row_stops_the_month():
    with pytest.raises(ReconciliationError, match="3 records went in, 2 came out"):
        control_totals(
            OCTOBER, loaded(3), {"usage": empty(record_schema("usage"))}, outcomes_of("BILLED", "HELD"), empty(SUSPENSE), empty(CHARGES),
            empty(BRIDGE),
        )  # fmt: skip


def test_held_dropped_and_billed_are_counted_apart():
    controls = control_totals(
        OCTOBER, loaded(3), {}, outcomes_of("BILLED", "HELD", "DROPPED"), empty(SUSPENSE), charges_of(("C1", "USAGE", "7.00")),
        bridge_of(("C1", "a", 2, "1")),
    ).to_dicts()[0]  # fmt: skip

    assert [controls[f"records_{name}"] for name in ("in", "billed", "held", "rejected", "dropped")] == [3, 1, 1, 0, 1]
    assert controls["amount_billed"] == controls["amount_in"] == Decimal("7.00")
    assert controls["held_unpriced"] == 1


@pytest.mark.parametrize("wrong", ["splits", "invoices", "files"])
def test_a_cent_too_much_anywhere_stops_the_month(wrong):
    lines = fill(charges_of(("C1", "USAGE", "7.00")), LINES)
    amount = {"splits": Decimal("7.00"), "invoices": Decimal("7.00"), "files": Decimal("7.00")}
    amount[wrong] += Decimal("0.01")
    splits = fill(pl.DataFrame({"charge_id": ["C1"], "amount": [amount["splits"]]}, schema_overrides={"amount": SPLITS["amount"]}), SPLITS)
    invoices = fill(pl.DataFrame({"amount": [amount["invoices"]]}, schema_overrides={"amount": INVOICES["amount"]}), INVOICES)
    controls = pl.DataFrame({"amount_billed": [amount["files"]]})

    with pytest.raises(ReconciliationError, match=r"7\.01"):
        check_totals(lines, splits, invoices, controls, bridge_of(("C1", "a", 2, "1")))


def test_a_charge_without_a_record_stops_the_month():
    lines = fill(charges_of(("C1", "USAGE", "7.00")), LINES)
    splits = fill(pl.DataFrame({"charge_id": ["C1"], "amount": [Decimal("7.00")]}, schema_overrides={"amount": SPLITS["amount"]}), SPLITS)
    invoices = fill(pl.DataFrame({"amount": [Decimal("7.00")]}, schema_overrides={"amount": INVOICES["amount"]}), INVOICES)

    with pytest.raises(ReconciliationError, match="no record behind"):
        check_totals(lines, splits, invoices, pl.DataFrame({"amount_billed": [Decimal("7.00")]}), empty(BRIDGE))
