"""What must hold over all months together: every road comes to the same cents, and no record is lost in suspense."""

from dataclasses import dataclass, field
from decimal import Decimal

import duckdb
import polars as pl

from billing.carry import origin
from billing.frames import MonthBill
from billing.money import total
from pipelines.workspace import Workspace

ZERO = Decimal("0.00")
FATES = ("billed", "held", "rejected", "dropped")


@dataclass
class Balances:
    """Sums over the months so far."""

    lines: Decimal = ZERO
    splits: Decimal = ZERO
    invoices: Decimal = ZERO
    controls: Decimal = ZERO  # billed by file, and what is taken on whole bills
    waiting: int = 0  # records that the last month left in suspense
    carried: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("in", *FATES), 0))
    first_held: int = 0  # records held in the month that they came in

    def add(self, bill: MonthBill) -> None:
        """Take a closed month in, and see that it takes over exactly what the month before left."""
        on_total = bill.lines.join(bill.bridge.select("charge_id").unique(), on="charge_id", how="anti")
        self.lines += total(bill.lines["amount"])
        self.splits += total(bill.splits["amount"])
        self.invoices += total(bill.invoices["amount"])
        self.controls += total(bill.controls["amount_billed"]) + total(on_total["amount"])
        old = bill.controls.filter(origin().is_not_null())
        came = int(old["records_in"].sum())
        assert came == self.waiting, f"{bill.period}: {self.waiting} records were carried over, {came} came in"
        for name in self.carried:
            self.carried[name] += int(old[f"records_{name}"].sum())
        own = bill.controls.filter(origin().is_null())
        self.first_held += int(own["records_held"].sum())
        self.waiting = int(bill.controls["records_held"].sum())

    def check(self, home: Workspace) -> None:
        """See that all roads meet, in the mart too."""
        assert self.lines == self.splits == self.invoices == self.controls, self
        assert self.carried["in"] == sum(self.carried[name] for name in FATES), self
        settled = sum(self.carried[name] for name in ("billed", "rejected", "dropped"))
        assert self.first_held == settled + self.waiting, self
        with duckdb.connect(str(home.mart), read_only=True) as connection:
            tables = ("fact_charge", "fact_split", "fact_invoice")
            sums = [connection.table(name).aggregate("sum(amount)").fetchall()[0][0] for name in tables]
            states = connection.table("dim_period").aggregate("status, count(*)").fetchall()
        assert sums == [self.lines] * len(sums), (sums, self)
        assert states == [("CLOSED", len(home.periods_with_ledger()))]


def a_line(bill: MonthBill, owner: str) -> tuple[str, int]:
    """A line of a number, on which a dollar can be credited."""
    found = bill.lines.filter((pl.col("billing_number") == owner) & (pl.col("amount") > 100) & (pl.col("stream") == "usage")).head(1)
    return found["invoice_no"][0], found["invoice_line_no"][0]
