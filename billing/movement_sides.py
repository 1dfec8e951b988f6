"""One month's lines as movement compares them: what each row is matched by, and what its quantity and price are."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.money import QUANTITY, RATE

KEY: Final = ("billing_number", "stream", "rate_code", "base_rate_code", "family", "item", "agency_code")
ITEMS: Final[dict[str, pl.DataType]] = {
    "feed": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "item": pl.String(),
}
CHARGE: Final = "CHARGE"  # BASE MRC USAGE CALLS
ONCE: Final = "ONCE"
_FOLLOWING: Final = ("FEE", "TAX", "SURCHARGE")
_ONCE_COMPONENTS: Final = ("NRC", "CREDIT", "DEBIT")
_ONCE_STREAMS: Final = ("stock", "adjustments")
_RECORD: Final = ("feed", "source_file", "source_line")
# feed -> the columns that name an item from month to month; a blank last one is the record's rate code
_NAMES: Final = {
    "circuits": ("circuit_id",),
    "voip": ("line_id",),
    "centrex": ("station_no", "usoc"),
    "fixed_cost": ("assessment_id",),
}
ITEM_FEEDS: Final = tuple(_NAMES)  # the feeds whose records name an item


def items_of(records: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Name the item of each record that has one: circuit, VoIP line, station and USOC, assessment.

    Charge rows do not carry these names, and record ids of a snapshot are only unique within a period.

    Args:
        records: feed -> records of one period (record_schema and more); other feeds have no items.

    Rows: one a record. Returns: ITEMS.
    """
    named = []
    for feed, columns in _NAMES.items():
        if feed in records:
            parts = [pl.coalesce(name, "rate_code") if name == "usoc" else pl.col(name) for name in columns]
            named.append(records[feed].select(*_RECORD, pl.concat_str(parts, separator=" ").alias("item")))
    return pl.concat([pl.DataFrame(schema=ITEMS), *named])


def month_side(lines: pl.DataFrame, items: pl.DataFrame | None) -> pl.DataFrame:
    """Add up one month's lines by what they are matched by.

    A fee, tax or surcharge is matched by its own code and its base row's (their record is one, so their item is too),
    counts its base row's quantity, and is once-only where its base row is; one with a price of its own (so much a line)
    keeps its own quantity.

    Args:
        lines: LINES of one month, a fee's base row among them.
        items: ITEMS of the month's records; null: rows are matched by rate code alone.

    Rows: one per KEY. Returns: KEY; amount; exact and base_exact (of its own and of its base rows, before rounding);
    has_base (false: base_exact says nothing); quantity; listed (the one price of its rows, or of its base rows; null
    where they have several or none); rows (how many); priced_from (since when its price is in force).

    Raises:
        ReconciliationError: a base row is missing.
    """
    known = items if items is not None else pl.DataFrame(schema=ITEMS)
    is_once = pl.col("component").is_in(_ONCE_COMPONENTS) | pl.col("stream").is_in(_ONCE_STREAMS)
    is_once = is_once | pl.col("is_prior_period")
    named = lines.join(known, on=_RECORD, how="left", validate="m:1").with_columns(is_once=is_once)
    follows = pl.col("component").is_in(_FOLLOWING)
    rows = pl.concat([_own(named.filter(~follows)), _following(named.filter(follows), named)])
    return rows.group_by(KEY).agg(
        pl.col("amount", "exact", "base_exact", "quantity").sum(),
        listed=pl.when(pl.col("listed").n_unique() == 1).then(pl.col("listed").first()),
        has_base=pl.col("base_exact").is_not_null().all(),
        rows=pl.len().cast(pl.Int64),
        priced_from=pl.col("rate_valid_from").max(),
    )


def _own(named: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand by themselves."""
    return named.select(
        "billing_number", "agency_code", "stream", "rate_code", "item", "amount", "quantity", "rate_valid_from",
        base_rate_code=pl.lit(None, pl.String),
        family=pl.when("is_once").then(pl.lit(ONCE)).otherwise(pl.lit(CHARGE)),
        exact="exact_amount",
        base_exact=pl.lit(None, named.schema["exact_amount"]),
        listed="unit_rate",
    ).select(_COLUMNS)  # fmt: skip


def _following(fees: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Fees, taxes and surcharges, each with what it takes from its base row."""
    base = lines.select(
        base_charge_id="charge_id", base_rate_code="rate_code", base_once="is_once", base_exact="exact_amount",
        base_quantity="quantity", base_listed="unit_rate",
    )  # fmt: skip
    joined = fees.join(base, on="base_charge_id", how="left", validate="m:1")
    lost = joined.filter(pl.col("base_charge_id").is_not_null() & pl.col("base_once").is_null())
    if not lost.is_empty():
        raise ReconciliationError(f"the base row of {lost['charge_id'].sort()[0]} is not among the month's lines")
    has_price = pl.col("unit_rate").is_not_null() | pl.col("base_charge_id").is_null()
    is_once = pl.coalesce("base_once", "is_once") | pl.col("is_once")
    return joined.select(
        "billing_number", "agency_code", "stream", "rate_code", "base_rate_code", "item", "amount", "rate_valid_from",
        family=pl.when(is_once).then(pl.lit(ONCE)).otherwise("component"),
        exact="exact_amount",
        base_exact=pl.when(~has_price).then("base_exact"),
        quantity=pl.when(has_price).then("quantity").otherwise("base_quantity").cast(QUANTITY),
        listed=pl.when(has_price).then("unit_rate").otherwise("base_listed").cast(RATE),
    ).select(_COLUMNS)  # fmt: skip


_COLUMNS: Final = (*KEY, "amount", "exact", "base_exact", "quantity", "listed", "rate_valid_from")
