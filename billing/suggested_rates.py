"""Suggest what is wrong with a rate code, its rate or its unit; a rate is only ever advice, its owner sets it."""

import polars as pl

from billing.frames import Tables, conform, empty
from billing.near_codes import only_near
from billing.number_text import number_text
from billing.suggestion_frames import SUGGESTIONS
from billing.wording import phrase


def near_codes(faulty: pl.DataFrame, feed: str, tables: Tables) -> pl.DataFrame:
    """R201: the one known code (stock: item number) a slip of the finger away, if it may be used in this feed.

    Returns: SUGGESTIONS.
    """
    column = "item_no" if feed == "stock" else "rate_code"
    table = tables["stock_items" if feed == "stock" else "rate_codes"]
    if column not in faulty.columns:
        return empty(SUGGESTIONS)
    once = faulty.unique("exception_id", keep="first", maintain_order=True)
    typed = once.filter((pl.col("column_name") == column) & pl.col(column).is_not_null())
    near = only_near(typed[column].to_list(), table[column].to_list())
    rows = typed.with_columns(_near=pl.col(column).replace_strict(near, default=None, return_dtype=pl.String))
    named = [] if feed == "stock" else [pl.col("stream").alias("_stream"), pl.col("class").alias("_class")]
    known = table.select(pl.col(column).alias("_near"), *named, pl.col("source_file").alias("_table"), pl.col("source_line").alias("_line"))
    found = rows.join(known, on="_near", how="inner", validate="m:1", maintain_order="left")
    if feed == "adjustments":
        found = found.filter(pl.col("_stream") == pl.col("stream"))
    elif feed != "stock":
        found = found.filter((pl.col("_stream") == feed) & ((pl.lit(feed) != "pass_through") | (pl.col("_class") == "PASS")))
    words = f"a guess: {{}} is the one known {column} that a slip of the finger makes of {{}} ({{}}:{{}})"
    return conform(
        found.select("exception_id", field=pl.lit(column), value="_near", why=phrase(words, "_near", pl.col(column), "_table", "_line")),
        SUGGESTIONS,
    )


def last_rates(faulty: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """R202: the row of rates.csv that ended last before the day, as the model of the row that is missing.

    Advice only. Where a later row exists, the missing one ends where that begins. Returns: SUGGESTIONS.
    """
    coded = faulty.filter(pl.col("column_name") == "rate_code").select("exception_id", "rate_date", rate_code="raw_value")
    rates = tables["rates"]
    known = coded.join(rates, on="rate_code", how="inner")
    ended = known.filter(pl.col("valid_to") <= pl.col("rate_date"))
    covered = known.filter(
        (pl.col("valid_from") <= pl.col("rate_date")) & (pl.col("valid_to").is_null() | (pl.col("rate_date") < pl.col("valid_to")))
    )
    key = ["exception_id", "rate_date"]
    bare = ended.join(covered, on=key, how="anti").sort(*key, "valid_from").group_by(key, maintain_order=True).last()
    bare = bare.unique("exception_id", keep="first", maintain_order=True)
    later = known.filter(pl.col("valid_from") > pl.col("rate_date")).group_by(key).agg(_next=pl.col("valid_from").min())
    rows = bare.join(later, on=key, how="left", validate="1:1", maintain_order="left").with_columns(_price=_price())
    end = pl.when(pl.col("_next").is_not_null()).then(phrase(" to {}", "_next")).otherwise(pl.lit(""))
    return conform(
        rows.select(
            "exception_id",
            field=pl.lit(None, pl.String),
            value=phrase(
                "add rates.csv row {} from {}{} at {} (as {} until {})", "rate_code", "valid_to", end, "_price", "approval_ref", "valid_to"
            ),
            why=phrase(
                "the last rate of {} before {} ended on {} ({}:{}); a new one needs its owner and an approval",
                "rate_code", "rate_date", "valid_to", "source_file", "source_line",
            ),
        ),
        SUGGESTIONS,
    )  # fmt: skip


def _price() -> pl.Expr:
    """What a rates row charges, in words; its tiers stand in another table."""
    parts = [
        number_text(pl.col("unit_rate")),
        phrase("{} a mile", number_text(pl.col("per_mile_rate"))),
        phrase("cost plus {} %", number_text(pl.col("markup_pct"))),
        pl.when(pl.col("tier_method").is_in(["GRADUATED", "VOLUME", "PACKAGE"])).then(phrase("{} tiers as before", "tier_method")),
    ]
    words = pl.concat_str(parts, separator=" and ", ignore_nulls=True)
    return pl.when(words != "").then(words).otherwise(pl.lit("a price (its last row had none)"))


def units(faulty: pl.DataFrame, feed: str, tables: Tables) -> pl.DataFrame:
    """R205: say which unit the code is billed by. Advice only: a unit is never converted. Returns: SUGGESTIONS."""
    if feed not in ("usage", "stock"):
        return empty(SUGGESTIONS)
    once = faulty.unique("exception_id", keep="first", maintain_order=True)
    if feed == "stock":
        items = tables["stock_items"].select("item_no", "rate_code")
        once = once.join(items, on="item_no", how="inner", validate="m:1", maintain_order="left")
    codes = tables["rate_codes"].select("rate_code", _uom="uom", _table="source_file", _line="source_line")
    rows = once.join(codes, on="rate_code", how="inner", validate="m:1", maintain_order="left")
    return conform(
        rows.select(
            "exception_id",
            field=pl.lit(None, pl.String),
            value=phrase("ask for the quantity in {}", "_uom"),
            why=phrase("{} is billed by {} ({}:{}); a unit is never converted here", "rate_code", "_uom", "_table", "_line"),
        ),
        SUGGESTIONS,
    )
