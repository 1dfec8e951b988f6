"""Take mark-ups and surcharges on finished charge rows: what bears a fee, how much, in force on which day."""

from typing import Final

import polars as pl

from billing.charges import finish, priced
from billing.errors import ReconciliationError
from billing.fee_rows import beside, fee_bridge, percent_of, percent_words, plain
from billing.fees_on_total import fee_on_total_rows
from billing.findings import find
from billing.frames import CHARGES, Tables, empty
from billing.money import QUANTITY, RATE, RATE_PLACES, Exact
from billing.periods import Period
from billing.surcharges import in_reach
from billing.wording import phrase

__all__ = [
    "COST_COMPONENTS", "audit_markup", "fee_bridge", "fee_on_total_rows", "has_markup", "lacks_fee_code", "markup_rows",
    "surcharge_rows",
]  # fmt: skip

# Rows that a percentage of cost is taken on. Fees, taxes and surcharges never bear a fee.
COST_COMPONENTS: Final = ("BASE", "MRC", "NRC", "USAGE", "CALLS", "CREDIT")


def has_markup() -> pl.Expr:
    """Whether a row's rate asks for a mark-up: markup_pct is set and not 0."""
    return (pl.col("markup_pct") != 0).fill_null(value=False)


def lacks_fee_code(tables: Tables) -> pl.Expr:
    """Whether fee_rate_code is blank or not in rate_codes.csv."""
    known = tables["rate_codes"]["rate_code"].implode()
    return ~pl.col("fee_rate_code").is_in(known).fill_null(value=False)


def audit_markup(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """T902: the rate row has a mark-up but no known rate code to bill it under.

    Needs rate_code, markup_pct, fee_rate_code (see `attach_rate`). Returns: FINDINGS.
    """
    message = phrase(
        "{} has a mark-up of {} % but its fee rate code is {}",
        pl.col("rate_code"), plain(pl.col("markup_pct")), pl.col("fee_rate_code").fill_null("(blank)"),
    )  # fmt: skip
    return find(records, "T902", has_markup() & lacks_fee_code(tables), column="fee_rate_code", message=message)


def markup_rows(base: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Take each base row's mark-up on its unrounded amount, as one FEE row beside it.

    A negative base gives a negative fee. The authority is that of the rate row that gave the mark-up where the frame
    says so (markup_valid_from, markup_approval_ref of `attach_rate`), else the base row's.

    Args:
        base: finished CHARGES with markup_pct and fee_rate_code; rows where either is blank or 0 % bear none.
        tables: rate_codes names the fee.
        period: the period that bills the fee.

    Rows: at most one per base row (fees of 0.00 are not written). Returns: CHARGES.

    Raises:
        ReconciliationError: a fee code is unknown (T902 holds its record), or a fee is beyond any bill.
    """
    marked = base.filter(has_markup() & pl.col("fee_rate_code").is_not_null())
    if marked.is_empty():
        return empty(CHARGES)
    codes = tables["rate_codes"].select(fee_rate_code="rate_code", fee_name="name", fee_uom="uom")
    named = marked.join(codes, on="fee_rate_code", how="left", validate="m:1", maintain_order="left")
    if named["fee_name"].null_count():
        raise ReconciliationError("a mark-up has a fee rate code that is not in rate_codes.csv")
    if "markup_valid_from" in named.columns:
        named = named.with_columns(rate_valid_from="markup_valid_from", approval_ref="markup_approval_ref")
    rows = percent_of(beside(named, "fee_rate_code", "FEE"), "markup_pct")
    return finish(rows.with_columns(**percent_words("markup_pct"), uom=pl.col("fee_uom")), period)


def surcharge_rows(charges: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """Take the surcharges of kind PERCENT_OF_COST and PER_LINE, one FEE row each beside its own base row.

    PERCENT_OF_COST is taken on the unrounded amount of cost rows, credits included; adjustments bear none, and the
    credit of a stock return, which gives back the issue's fees within itself, bears none either. PER_LINE is
    amount x lines for each monthly row, whole whatever the share of the month. The surcharge in force on the base
    row's rate_date counts.

    Args:
        charges: finished CHARGES of all streams.
        tables: surcharges and rate_codes.
        period: the period that bills the fee.

    Rows: at most one per charge row and surcharge. Returns: CHARGES.

    Raises:
        TableError: a surcharge has no percent or amount, or its code is not in rate_codes.csv.
    """
    dated = charges.with_columns(_day=pl.coalesce("rate_date", "start_date"))
    gives_back = (pl.col("stream") == "stock") & (pl.col("component") == "CREDIT")
    bears_percent = pl.col("component").is_in(COST_COMPONENTS) & (pl.col("stream") != "adjustments") & ~gives_back
    shares = in_reach(dated.filter(bears_percent), tables, "PERCENT_OF_COST", date="_day")
    lines = in_reach(dated.filter(pl.col("component") == "MRC"), tables, "PER_LINE", date="_day")
    return pl.concat([_percent_surcharges(shares, period), _line_surcharges(lines, period)]).sort("charge_id")


def _under_surcharge(reached: pl.DataFrame, kind: str) -> pl.DataFrame:
    return beside(reached, "surcharge_code", kind).with_columns(
        uom=pl.col("fee_uom"), rate_valid_from=pl.col("fee_valid_from"), approval_ref=pl.lit(None, pl.String)
    )


def _percent_surcharges(reached: pl.DataFrame, period: Period) -> pl.DataFrame:
    rows = percent_of(_under_surcharge(reached, "PERCENT_OF_COST"), "fee_percent")
    return finish(rows.with_columns(**percent_words("fee_percent")), period)


def _line_surcharges(reached: pl.DataFrame, period: Period) -> pl.DataFrame:
    counted = reached.with_columns(_lines=pl.col("line_count").fill_null(1).cast(QUANTITY))
    rows = _under_surcharge(counted, "PER_LINE").with_columns(
        *priced(Exact.of(pl.col("fee_amount"), 2).times(pl.col("_lines"), RATE_PLACES)),
        quantity=pl.col("_lines"),
        unit_rate=pl.col("fee_amount").cast(RATE),
        description=phrase("{}: {}", pl.col("fee_name"), pl.col("_on")),
        rule=phrase("{} lines x {}", plain(pl.col("_lines")), pl.col("fee_amount")),
    )
    return finish(rows, period)
