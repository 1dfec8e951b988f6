"""Findings: mark the rows a rule finds bad, in the one shape every rule shares."""

import polars as pl

from billing.catalogue import CATALOGUE, Severity
from billing.frames import FINDINGS, SOURCE, conform, empty

_OWNERS = ("billing_number", "agency_code")


def find(
    records: pl.DataFrame,
    code: str,
    bad: pl.Expr,
    *,
    column: str | None,
    message: pl.Expr | str,
    raw: pl.Expr | None = None,
    amount: pl.Expr | None = None,
    severity: Severity | None = None,
) -> pl.DataFrame:
    """List the records where `bad` is true; null counts as bad, because doubt holds a row.

    Args:
        records: any frame with the SOURCE columns; billing_number and agency_code are used where present.
        code: a catalogue code.
        bad: true means bad.
        column: the column the clerk looks at; its text is raw_value unless `raw` is given.
        message: what is wrong with the figures in it; the catalogue's fix is appended after `; `.
        amount: dollars at stake (DOLLARS), default: the frame's `at_stake` column if it has one, else null.

    Rows: at most one per record. Returns: FINDINGS.
    """
    # a column first: a filter by a bare literal fails on long frames, which polars filters in parts
    flags = records.with_columns(bad.fill_null(value=True).alias("_bad"))["_bad"]
    if not flags.any():
        return empty(FINDINGS)
    hits = records.filter(flags)
    kind = CATALOGUE[code]
    text = pl.lit(message) if isinstance(message, str) else message
    if raw is None:
        raw = pl.col(column).cast(pl.String) if column is not None and column in hits.columns else pl.lit(None, pl.String)
    if amount is None:
        amount = pl.col("at_stake") if "at_stake" in hits.columns else pl.lit(None)
    owners = [(pl.col(name) if name in hits.columns else pl.lit(None, pl.String)).alias(name) for name in _OWNERS]
    return conform(
        hits.select(
            pl.lit(code).alias("code"),
            *SOURCE,
            *owners,
            pl.lit(column, pl.String).alias("column_name"),
            raw.cast(pl.String).alias("raw_value"),
            amount.cast(FINDINGS["amount"]).alias("amount"),
            pl.concat_str(text.fill_null(kind.meaning), pl.lit("; " + kind.fix)).alias("message"),
            pl.lit(severity or kind.severity).alias("severity"),
        ),
        FINDINGS,
    )


def gather(*found: pl.DataFrame) -> pl.DataFrame:
    """Put findings together, in the order their rules ran: the first on a record is its first cause."""
    return pl.concat([conform(part, FINDINGS) for part in found]) if found else empty(FINDINGS)


def is_held(records: pl.DataFrame, findings: pl.DataFrame) -> pl.Series:
    """Tell for each record whether a HOLD finding stands on it (by feed, file and line)."""
    key = ["feed", "source_file", "source_line"]
    held = findings.filter(pl.col("severity") == "HOLD").select(key).unique().with_columns(held=pl.lit(value=True))
    joined = records.select(key).join(held, on=key, how="left", validate="m:1", maintain_order="left")
    return joined["held"].fill_null(value=False)
