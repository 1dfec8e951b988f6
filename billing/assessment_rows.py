"""Lead each row of a fixed-cost assessment to its dollars of the month, and a pool's row to its part before rounding."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import polars as pl

from billing import audit
from billing.behind_frames import ASSESSMENT_ROWS
from billing.carry import origin
from billing.effective import in_force
from billing.errors import ReconciliationError
from billing.fixed_cost import is_in_force, month_parts, sharing
from billing.frames import Earlier, Tables, conform, record_schema
from billing.money import CENT_PLACES, EXACT, RATE_PLACES, Exact, total, units
from billing.periods import Period
from billing.record_charges import RECORD, charged, last_day, with_agency

_FEED: Final = "fixed_cost"
_CENT: Final = pl.lit(Decimal("0.01"), EXACT)
_SHARES: Final[dict[str, pl.DataType]] = {
    "feed": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(), "exact_share": EXACT,
}  # fmt: skip


def assessment_rows(
    records: pl.DataFrame, siblings: Mapping[str, pl.DataFrame], lines: pl.DataFrame, bridge: pl.DataFrame, tables: Tables, period: Period
) -> pl.DataFrame:
    """Publish a month's fixed-cost records, carried ones too.

    sum(amount) = the BASE rows of fixed cost, to the cent. A pool's rows are shared by largest remainder, so no amount is a
    cent or more from its exact share; mark-ups are rows of their own. A row that is not in force, or comes to 0.00, has no
    charge row.

    Args:
        records: record_schema("fixed_cost") and outcome, BILLED HELD REJECTED DROPPED.
        siblings: month -> the rest of the snapshot of a month that records were carried from, as billed since then.
        lines: LINES of the month.
        bridge: BRIDGE of it.

    Rows: one a record. Returns: ASSESSMENT_ROWS, by file and line.

    Raises:
        ReconciliationError: the equation does not hold (V013), or an amount is not its share.
    """
    mine = charged(lines, bridge, _FEED, ("BASE",))
    shares = exact_shares(records.filter(pl.col("outcome") != "REJECTED"), siblings, period)
    placed = _addressed(records, tables, period).join(mine, on=RECORD, how="left", validate="1:1").join(
        shares, on=RECORD, how="left", validate="1:1"
    )  # fmt: skip
    codes = tables["rate_codes"].select("rate_code", code_name="name")
    rows = conform(
        placed.join(codes, on="rate_code", how="left", validate="m:1").with_columns(
            period=pl.lit(str(period)),
            billing_number=pl.coalesce("charge_number", "billing_number"),
            agency_code=pl.coalesce("charge_agency", "number_agency", "agency_code"),
            description=pl.coalesce("description", "code_name"),
            amount=pl.col("charge_amount"),
        ).select(list(ASSESSMENT_ROWS)).sort(RECORD),
        ASSESSMENT_ROWS,
    )  # fmt: skip
    _check(rows, lines, period)
    return rows


def _addressed(records: pl.DataFrame, tables: Tables, period: Period) -> pl.DataFrame:
    """A row without billing number is its agency's own; the owner is that of the first day of the row's month."""
    day = last_day(period).dt.month_start()
    own = {"fixed_cost_billing_number": "_own"}
    housed = in_force(records.with_columns(_day=day), tables["agencies"], on={"agency_code": "agency_code"}, date="_day", take=own)
    return with_agency(housed.with_columns(billing_number=pl.coalesce("billing_number", "_own")).drop("_own", "_day"), tables, day)


def exact_shares(records: pl.DataFrame, siblings: Mapping[str, pl.DataFrame], period: Period) -> pl.DataFrame:
    """Each pool row's part of the month's dollars, to 12 decimals; those of carried rows in their own month's pool.

    Rows: records in force of pools that can be shared. Returns: RECORD and exact_share.
    """
    bare = records.select(list(record_schema(_FEED)))
    found = [pl.DataFrame(schema=_SHARES), _exact(bare.filter(origin().is_null()), period)]
    for month, rest in siblings.items():
        carried = bare.filter(origin() == month)
        shared = _exact(pl.concat([rest.select(bare.columns), carried]), Period.parse(month))
        found.append(shared.join(carried.select(RECORD), on=RECORD, how="semi"))
    return pl.concat(found)


def _exact(records: pl.DataFrame, period: Period) -> pl.DataFrame:
    kept, doubles, _ = audit.duplicates(records, _FEED, Earlier())
    shared, _ = sharing(month_parts(kept.filter(is_in_force(period)), period), doubles)
    part = Exact(pl.col("month_cents"), pl.lit(10**CENT_PLACES, pl.Int128))
    share = part.share(units(pl.col("basis_quantity"), RATE_PLACES), units(pl.col("pool_quantity"), RATE_PLACES))
    return conform(shared.select(*RECORD, exact_share=share.exact()), _SHARES)


def _check(rows: pl.DataFrame, lines: pl.DataFrame, period: Period) -> None:
    base = lines.filter((pl.col("stream") == _FEED) & (pl.col("component") == "BASE"))
    billed, passed = total(rows["amount"]), total(base["amount"])
    if billed != passed:
        raise ReconciliationError(f"{period}: assessments come to {billed}, fixed cost to {passed}; nothing is published", code="V013")
    off = rows.filter((pl.col("exact_share") - pl.col("amount").cast(EXACT)).abs() >= _CENT)
    unshared = rows.filter((pl.col("method") == "ALLOCATED") & pl.col("amount").is_not_null() & pl.col("exact_share").is_null())
    if off.height or unshared.height:
        first = pl.concat([off, unshared])["source_record_id"][0]
        raise ReconciliationError(f"{period}: the amount of {first} is not its share of the pool; nothing is published")
