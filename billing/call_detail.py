"""The calls of one billing number with what each cost, and beside them the rows that make their sum the billed dollars."""

from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.money import RATE

STREAM: Final = "long_distance"
NUMBERS: Final = ("to_number", "from_number", "charge_number")
_SHORTEST: Final = 7  # digits; what is shorter is a code of a service, and which service somebody needs is nobody's business
_HALF_CENT: Final = pl.lit("0.005").cast(RATE)

# One row of a billing number's call detail: a call, or what stands on the invoice beside calls.
CALL_DETAIL: Final = {
    "line": pl.Int64(),  # of the file; the header is line 1
    "kind": pl.String(),  # CALL; ROUNDING: what makes a charge's calls its cents; FEE, TAX ...: a charge row of its own
    "call_id": pl.String(),
    "charge_id": pl.String(),  # null for a call that costs nothing
    "invoice_no": pl.String(),
    "charge_number": pl.String(),
    "from_number": pl.String(),
    "to_number": pl.String(),
    "connect_at": pl.String(),
    "billed_seconds": pl.Int64(),
    "jurisdiction": pl.String(),
    "plan": pl.String(),
    "destination": pl.String(),
    "direction": pl.String(),
    "account_code": pl.String(),
    "description": pl.String(),  # of a row that is no call
    "amount": RATE,
}


def call_detail(calls: pl.DataFrame, records: pl.DataFrame, lines: pl.DataFrame, billing_number: str) -> pl.DataFrame:
    """Put each rated call of a billing number beside its record, and add what makes the sum the billed dollars.

    Calls keep their price at the plan's scale; a charge row is their sum, rounded once. So one ROUNDING row a charge
    makes up the difference, and every long-distance charge row without calls (fees, taxes) is a row too. The amounts add
    up to the number's long-distance charge rows, to the cent.

    Rows: one a call, by connect time and id; then roundings and charge rows without calls, by charge id.

    Args:
        calls: CALLS of the month.
        records: the month's long-distance records with their outcome.
        lines: LINES of the month.

    Returns:
        CALL_DETAIL.

    Raises:
        ReconciliationError: a call has no record or two, or the calls do not come to their charge row.
    """
    charges = lines.filter((pl.col("stream") == STREAM) & (pl.col("billing_number") == billing_number))
    mine = _recorded(calls.filter(pl.col("billing_number") == billing_number), records)
    invoiced = charges.select("charge_id", "invoice_no")
    found = mine.join(invoiced, on="charge_id", how="left", validate="m:1").sort("connect_at", "call_id")
    extra = pl.concat([_roundings(mine, charges), _without_calls(mine, charges)]).sort("charge_id", "kind", nulls_last=True)
    whole = pl.concat([found.with_columns(kind=pl.lit("CALL")), extra], how="diagonal").with_row_index("line", offset=2)
    detail = whole.with_columns(pl.col("line").cast(pl.Int64)).match_to_schema(
        pl.Schema(CALL_DETAIL), missing_columns="insert", extra_columns="ignore"
    )  # fmt: skip
    _check(detail, charges, billing_number)
    return detail


def masked(detail: pl.DataFrame) -> pl.DataFrame:
    """The same calls with the last four digits of every outside number hidden, and no account codes.

    Area code and exchange stay: they say no more than the place that stands beside them, and let whoever pays see where
    the money goes; behind them stand ten thousand numbers. To keep the last digits instead would leave a hundred in
    a place with one exchange. Numbers abroad keep three digits after the prefix. Codes of fewer than seven digits, which
    name services such as a crisis line, are hidden whole. The charge number stays: it is printed on the invoice.
    """
    own = pl.col("from_number") == pl.col("charge_number")
    return detail.with_columns(
        to_number=_hidden("to_number"),
        from_number=pl.when(own).then(pl.col("from_number")).otherwise(_hidden("from_number")),
        account_code=pl.lit(None, pl.String),
    )


def full_number(name: str) -> pl.Expr:
    """A number of a call however it was dialled: ten digits in this country, the country's digits first abroad.

    Without +, 011 or a leading 1; seven digits get the area code of the line that is charged.
    """
    number, area = pl.col(name).str.strip_prefix("+"), pl.col("charge_number").str.slice(0, 3)
    digits = number.str.len_chars()
    has_area = (pl.col("charge_number").str.len_chars() == 10) & (digits == _SHORTEST)
    return (
        pl.when(_is_national(number)).then(number.str.slice(1))
        .when(has_area).then(area + number)
        .otherwise(number.str.strip_prefix("011"))
    )  # fmt: skip


def _is_national(number: pl.Expr) -> pl.Expr:
    """Whether a number is 1 and ten digits."""
    return (number.str.len_chars() == 11) & number.str.starts_with("1")


def _hidden(name: str) -> pl.Expr:
    number = pl.col(name)
    bare = number.str.strip_prefix("+")
    digits = bare.str.len_chars()
    kept = (
        pl.when(digits < _SHORTEST).then(0)
        .when(bare.str.starts_with("011")).then(6)
        .when(_is_national(bare)).then(7)
        .when(digits == 10).then(6)
        .otherwise(3)
    ) + pl.when(digits < number.str.len_chars()).then(1).otherwise(0)  # fmt: skip
    return number.str.slice(0, kept) + number.str.slice(kept).str.replace_all(".", "X")


def _recorded(calls: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Calls with what only their records hold."""
    billed = records.filter(pl.col("outcome") == "BILLED").select(
        "charge_number", "from_number", "to_number", "direction", "account_code", call_id="source_record_id"
    )  # fmt: skip
    mine = billed.join(calls.select("call_id"), on="call_id", how="semi")
    if mine["call_id"].n_unique() != mine.height or mine.height != calls.height or calls["call_id"].n_unique() != calls.height:
        raise ReconciliationError(f"{calls.height} calls have {mine.height} records; verify the month before anything is given out")
    return calls.join(mine, on="call_id", how="left", validate="1:1")


def _roundings(calls: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    """What makes the calls of a charge its cents; calls too cheap to make a charge are taken back."""
    sums = calls.group_by("charge_id").agg(_sum=pl.col("amount").sum())
    both = sums.join(charges.select("charge_id", "invoice_no", _billed=pl.col("amount").cast(RATE)), on="charge_id", how="left")
    amount = pl.when(pl.col("_billed").is_null()).then(-pl.col("_sum")).otherwise(pl.col("_billed") - pl.col("_sum"))
    found = both.select(
        "charge_id", "invoice_no", amount.cast(RATE).alias("amount"), kind=pl.lit("ROUNDING"),
        description=pl.lit("rounded once to cents"),
    ).filter(pl.col("amount") != 0)  # fmt: skip
    wrong = found.filter(pl.col("charge_id").is_not_null() & (pl.col("amount").abs() > _HALF_CENT))
    if wrong.height:
        raise ReconciliationError(f"charge {wrong['charge_id'].sort()[0]} is not the sum of its calls; verify the month")
    return found.select("kind", "charge_id", "invoice_no", "description", "amount")


def _without_calls(calls: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    alone = charges.join(calls.filter(pl.col("charge_id").is_not_null()), on="charge_id", how="anti")
    return alone.select(pl.col("component").alias("kind"), "charge_id", "invoice_no", "description", pl.col("amount").cast(RATE))


def _check(detail: pl.DataFrame, charges: pl.DataFrame, billing_number: str) -> None:
    given, billed = (frame.select(pl.col("amount").cast(RATE).sum()).item() for frame in (detail, charges))
    if given != billed:
        raise ReconciliationError(f"the calls of {billing_number} come to {given}, billed is {billed}; nothing is written", code="V013")
