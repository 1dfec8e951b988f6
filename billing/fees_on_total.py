"""Take a percentage of a whole invoice: one fee per invoice, rounded once, shared over a group's billing numbers."""

from typing import Final

import polars as pl

from billing.charges import finish
from billing.fee_rows import plain
from billing.frames import CHARGES, Tables, empty
from billing.ids import natural_key
from billing.money import CENT_PLACES, DOLLARS, QUANTITY, RATE_PLACES, decimal, divide, units
from billing.periods import Period
from billing.surcharges import in_reach
from billing.wording import phrase

# Rows in the base. FEE, TAX and SURCHARGE rows never bear a fee.
TOTAL_COMPONENTS: Final = ("BASE", "MRC", "NRC", "USAGE", "CALLS", "CREDIT", "DEBIT")
_FEE_SCALE: Final = 10 ** (RATE_PLACES + 2)  # percents in millionths, of a hundred
_FEE: Final = ["surcharge_code", "invoice_key"]


def share_fee(fee: int, bases: list[int]) -> list[int]:
    """Share a fee in cents over the billing numbers of an invoice by each number's own base in cents.

    The parts are proportional to the bases, by largest remainder, ties to the earliest; they sum to the fee. A base
    of the other sign than the total (a number whose credits outweigh its charges) takes a share of the other sign.

    Raises:
        ZeroDivisionError: the bases come to 0; such an invoice bears no fee.
    """
    total = sum(bases)
    weights = [base if total > 0 else -base for base in bases]
    shares = [divmod(abs(fee) * weight, abs(total)) for weight in weights]
    parts = [part for part, _ in shares]
    left = abs(fee) - sum(parts)
    for index in sorted(range(len(bases)), key=lambda i: (-shares[i][1], i))[:left]:
        parts[index] += 1
    return [-part for part in parts] if fee < 0 else parts


def fee_on_total_rows(charges: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Take the surcharges of kind FEE_ON_TOTAL on each invoice's cost in cents.

    The base is the sum in cents of the invoice's BASE, MRC, NRC, USAGE, CALLS, CREDIT and DEBIT rows whose rate
    code or class is in applies_to, late and adjusted ones included. The surcharge in force on the period's first day
    counts. The fee is rounded once per invoice; on an invoice of several billing numbers it is shared by largest
    remainder over each number's own base. The row has the stream of its own rate code, the whole period as dates,
    no source and no bridge rows, and is paid by the funding strings of its own rate code.

    Args:
        charges: finished CHARGES and invoice_key (billing number, or group on a group invoice).
        tables: surcharges and rate_codes.
        period: the period billed.

    Rows: one per invoice, surcharge and billing number in the base; none where the base is 0 or a share is 0.00.
    Returns: CHARGES.

    Raises:
        TableError: a surcharge has no percent, or its code is not in rate_codes.csv.
    """
    costs = charges.filter(pl.col("component").is_in(TOTAL_COMPONENTS)).with_columns(_day=pl.lit(period.first_day))
    reached = in_reach(costs, tables, "FEE_ON_TOTAL", date="_day").sort("stop_date", "charge_id")
    bases = (
        reached.group_by(*_FEE, "billing_number", maintain_order=True)
        .agg(
            pl.col("agency_code", "fee_percent", "fee_valid_from", "fee_name", "fee_uom", "fee_stream").last(),
            base=units(pl.col("amount"), CENT_PLACES).sum(),
        )
        .sort(*_FEE, "billing_number")
    )
    totals = bases.with_columns(total=pl.col("base").sum().over(_FEE), numbers=pl.len().over(_FEE)).filter(pl.col("total") != 0)
    if totals.is_empty():
        return empty(CHARGES)
    percent = units(pl.col("fee_percent"), RATE_PLACES)
    fees = totals.with_columns(
        numerator=pl.col("total") * percent,
        denominator=pl.lit(100 * _FEE_SCALE, pl.Int128),
        fee=divide(pl.col("total") * percent, pl.lit(100 * _FEE_SCALE, pl.Int128), CENT_PLACES),
    )
    shared = pl.concat([fees.filter(pl.col("numbers") == 1), _share(fees.filter(pl.col("numbers") > 1))])
    return finish(_rows(shared, period), period)


def _share(fees: pl.DataFrame) -> pl.DataFrame:
    """Give each billing number of a shared fee its cents as numerator / denominator."""
    if fees.is_empty():
        return fees
    parts: list[int] = []
    for group in fees.partition_by(_FEE, maintain_order=True):
        parts += share_fee(group["fee"][0], group["base"].to_list())
    return fees.with_columns(numerator=pl.Series(parts, dtype=pl.Int128), denominator=pl.lit(100, pl.Int128))


def _rows(fees: pl.DataFrame, period: Period) -> pl.DataFrame:
    of_total = phrase("{} x {} %", decimal(pl.col("total"), CENT_PLACES).cast(DOLLARS), plain(pl.col("fee_percent")))
    part = phrase(
        "{} = {} for invoice group {}, shared by the number's own {}",
        of_total, decimal(pl.col("fee"), CENT_PLACES), pl.col("invoice_key"), decimal(pl.col("base"), CENT_PLACES),
    )  # fmt: skip
    return fees.with_columns(
        natural_key=natural_key("FEE_ON_TOTAL", pl.col("surcharge_code"), pl.col("invoice_key"), pl.col("billing_number")),
        stream=pl.col("fee_stream"),
        component=pl.lit("FEE"),
        rate_code=pl.col("surcharge_code"),
        description=phrase("{}: {} % of the bill", pl.col("fee_name"), plain(pl.col("fee_percent"))),
        start_date=pl.lit(period.first_day),
        stop_date=pl.lit(period.stop_day),
        quantity=pl.lit(1, QUANTITY),
        uom=pl.col("fee_uom"),
        rate_date=pl.lit(period.first_day),
        rate_valid_from=pl.col("fee_valid_from"),
        rule=pl.when(pl.col("numbers") == 1).then(of_total).otherwise(part),
    )
