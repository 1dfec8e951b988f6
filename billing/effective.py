"""Effective-dated look-ups: the one row of a table in force on a record's own date."""

import polars as pl

from billing.errors import ReconciliationError


def in_force(
    records: pl.DataFrame,
    table: pl.DataFrame,
    *,
    on: dict[str, str],
    date: str,
    take: dict[str, str],
) -> pl.DataFrame:
    """Add columns of the table row whose key matches and whose span covers the record's date.

    The span is half-open: valid_from <= date < valid_to, a null valid_to is still in force. A null key
    or date matches nothing.

    Args:
        records: any frame; its rows and order are kept.
        table: with valid_from and valid_to; spans of one key must not overlap.
        on: record column -> table column.
        date: the record's Date column.
        take: table column -> new column name.

    Rows: as many as records, in the same order; new columns null where nothing is in force.

    Raises:
        ReconciliationError: two rows are in force at once.
    """
    numbered = records.with_row_index("_row")
    keys = numbered.select("_row", pl.col(date).alias("_date"), *[pl.col(mine).alias(f"_k{n}") for n, mine in enumerate(on)])
    columns = [pl.col(theirs).alias(f"_k{n}") for n, theirs in enumerate(on.values())]
    spans = table.select(*columns, "valid_from", "valid_to", *[pl.col(old).alias(f"_t{n}") for n, old in enumerate(take)])
    names = [f"_k{n}" for n in range(len(on))]
    covers = (pl.col("valid_from") <= pl.col("_date")) & (pl.col("valid_to").is_null() | (pl.col("_date") < pl.col("valid_to")))
    # one row a record leaves this join because the spans of a key do not overlap: checked just below
    hits = keys.join(spans, on=names, how="inner").filter(covers)
    if hits["_row"].n_unique() != hits.height:
        raise ReconciliationError("two rows of one table are in force at once for one record")
    found = hits.select("_row", *[pl.col(f"_t{n}").alias(new) for n, new in enumerate(take.values())])
    return numbered.join(found, on="_row", how="left", validate="1:1", maintain_order="left").drop("_row")


def has_key(records: pl.DataFrame, table: pl.DataFrame, *, on: dict[str, str]) -> pl.Series:
    """Tell for each record whether its key is anywhere in the table, whatever the dates."""
    theirs = list(on.values())
    known = table.select(theirs).unique().with_columns(_known=pl.lit(value=True))
    joined = records.select([pl.col(mine).alias(their) for mine, their in on.items()]).join(
        known, on=theirs, how="left", validate="m:1", maintain_order="left"
    )
    return joined["_known"].fill_null(value=False)
