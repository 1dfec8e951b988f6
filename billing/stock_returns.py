"""Credit what comes back to stock at what was billed for it, and take the restocking fee."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

from billing.charges import finish
from billing.fee_rows import beside, percent_of, plain
from billing.fees import surcharge_rows
from billing.frames import CHARGES, SOURCE, Earlier, Tables, empty
from billing.ids import natural_key
from billing.money import CENT_PLACES, DOLLARS, decimal, round_half_away, units
from billing.periods import Period
from billing.stock_audit import takes_restocking
from billing.stock_ledger import Ledger
from billing.wording import phrase

_KEY: Final = ["source_file", "source_line"]


@dataclass
class _Bill:
    """What one issue was billed and what has been credited on it, in cents."""

    charge_id: str
    rate_code: str
    rate_valid_from: object
    approval_ref: str | None
    billed: int
    credited: int = 0


def movement_columns(component: str, period: Period) -> dict[str, pl.Expr]:
    """What every charge row of a stock movement says: its key, stream, component, day, words and unit."""
    return {
        "natural_key": natural_key("stock", pl.col("source_record_id"), component),
        "stream": pl.lit("stock"),
        "component": pl.lit(component),
        "start_date": pl.col("txn_date"),
        "stop_date": pl.col("txn_date").dt.offset_by("1d"),
        "is_prior_period": pl.col("txn_date") < pl.lit(period.first_day),
        "description": pl.coalesce("description", "item_description", "item_name"),
        "uom": pl.col("code_uom"),
    }


def return_rows(
    returns: pl.DataFrame,
    ledger: Ledger,
    issues: pl.DataFrame,
    issue_fees: pl.DataFrame,
    tables: Tables,
    period: Period,
    earlier: Earlier,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Price clean returns.

    The credit is (base + fees of the issue, as billed in cents) x returned / issued; the return that completes an issue
    takes what is left, and none takes more than that. Restocking is a percent of the credit in cents, for NEW and
    USED goods (a blank condition counts as NEW).

    Args:
        returns: clean RETURN records in the order of the book, with the columns of `attach_rate` and `attach_code`.
        ledger: the book after this period was entered.
        issues: this period's BASE rows of issues.
        issue_fees: the mark-ups beside them.
        tables: surcharges and rate_codes.
        period: the period billed.
        earlier: charges of earlier periods.

    Rows: at most one credit and one restocking fee per return. Returns: CREDIT rows and FEE rows, both CHARGES.
    """
    if returns.is_empty():
        return empty(CHARGES), empty(CHARGES)
    surcharges = surcharge_rows(issues, tables, period)
    fees = pl.concat([issue_fees, surcharges])
    bills = _bills(earlier.charges.select(list(CHARGES)), pl.concat([issues, fees]))
    credited = _credits(returns, ledger, bills)
    rows = returns.join(credited, on=_KEY, how="inner", validate="1:1").with_columns(
        numerator=pl.col("cents"),
        denominator=pl.lit(10**CENT_PLACES, pl.Int128),
        **movement_columns("CREDIT", period),
        rate_code=pl.col("billed_code"),
        rate_valid_from=pl.col("billed_valid_from"),
        approval_ref=pl.col("billed_approval"),
        unit_rate=pl.lit(None, CHARGES["unit_rate"]),
    )
    credit = finish(rows, period)
    return credit, _restocking_rows(credit, returns, tables, period)


def _bills(before: pl.DataFrame, now: pl.DataFrame) -> dict[str, _Bill]:
    """Add up every issue's base and fee rows and the credits of earlier periods, by the issue's record id."""
    rows = pl.concat([before, now]).filter(pl.col("feed") == "stock")
    cents = rows.with_columns(cents=units(pl.col("amount"), CENT_PLACES))
    bills: dict[str, _Bill] = {}
    by_charge: dict[str, _Bill] = {}
    for row in cents.filter(pl.col("component") == "BASE").to_dicts():
        bill = _Bill(row["charge_id"], row["rate_code"], row["rate_valid_from"], row["approval_ref"], row["cents"])
        bills[row["source_record_id"]] = by_charge[row["charge_id"]] = bill
    for row in cents.filter(pl.col("component") == "FEE").to_dicts():
        if row["base_charge_id"] in by_charge:
            by_charge[row["base_charge_id"]].billed += row["cents"]
    for row in cents.filter(pl.col("component") == "CREDIT").to_dicts():
        if row["original_charge_id"] in by_charge:
            by_charge[row["original_charge_id"]].credited -= row["cents"]
    return bills


def _credits(returns: pl.DataFrame, ledger: Ledger, bills: dict[str, _Bill]) -> pl.DataFrame:
    """Credit each return in turn: source_file, source_line, cents (negative), and what it credits."""
    left = {name: issue.movement.quantity - issue.returned for name, issue in ledger.issues.items()}
    coming: dict[str, Decimal] = {}
    for original, quantity in returns.select("original_txn_id", "quantity").rows():
        coming[original] = coming.get(original, Decimal(0)) + quantity
    rows = []
    for row in returns.to_dicts():
        original = row["original_txn_id"]
        coming[original] -= row["quantity"]
        bill = bills.get(original)
        if bill is None:  # an issue that came to 0.00
            continue
        issued = ledger.issues[original].movement.quantity
        is_last = left[original] == 0 and coming[original] == 0
        rest = bill.billed - bill.credited
        part = int(round_half_away(bill.billed * Fraction(row["quantity"]) / Fraction(issued), 0))
        cents = rest if is_last else min(part, rest)
        bill.credited += cents
        words = _words(bill, row["quantity"], issued, is_last=is_last)
        rows.append((row["source_file"], row["source_line"], -cents, bill.charge_id, bill.rate_code, bill.rate_valid_from,
                     bill.approval_ref, words))  # fmt: skip
    shape = {
        **{name: SOURCE[name] for name in _KEY}, "cents": pl.Int128(), "original_charge_id": pl.String(),
        "billed_code": pl.String(), "billed_valid_from": pl.Date(), "billed_approval": pl.String(), "rule": pl.String(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=shape, orient="row")


def _words(bill: _Bill, quantity: Decimal, issued: Decimal, *, is_last: bool) -> str:
    billed = Decimal(bill.billed).scaleb(-CENT_PLACES)
    part = f"-{billed} x {quantity.normalize():f}/{issued.normalize():f} returned"
    return f"{part}, the last return takes what is left" if is_last and quantity != issued else part


def _restocking_rows(credit: pl.DataFrame, returns: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Take restocking on each credit in cents, as a positive FEE row beside it."""
    due = returns.filter(takes_restocking()).select(
        *_KEY, "restocking_pct", "fee_rate_code", _valid_from="rate_valid_from", _approval="approval_ref"
    )
    codes = tables["rate_codes"].select(fee_rate_code="rate_code", fee_name="name", fee_uom="uom")
    base = credit.join(due, on=_KEY, how="inner", validate="1:1").join(codes, on="fee_rate_code", how="left", validate="m:1")
    cents = pl.lit(0, pl.Int128) - units(pl.col("amount"), CENT_PLACES)
    in_cents = base.with_columns(numerator=cents, denominator=pl.lit(10**CENT_PLACES, pl.Int128))
    rows = percent_of(beside(in_cents, "fee_rate_code", "RESTOCKING"), "restocking_pct")
    percent = plain(pl.col("restocking_pct"))
    named = rows.with_columns(
        description=phrase("{}: {} % restocking of {}", pl.col("fee_name"), percent, pl.col("_on")),
        rule=phrase("{} x {} %", decimal(cents, CENT_PLACES).cast(DOLLARS), percent),
        uom=pl.col("fee_uom"),
        rate_valid_from=pl.col("_valid_from"),
        approval_ref=pl.col("_approval"),
    )
    return finish(named, period)
