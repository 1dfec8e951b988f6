"""Suggest a billing number: who took over, who had the same resource last, or what was mistyped."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.frames import Earlier, Tables, conform, empty
from billing.near_codes import only_near
from billing.periods import Period
from billing.suggestion_frames import SUGGESTIONS, active_on
from billing.wording import phrase

# by what a record of each feed is known again; the first that was ever billed decides
_TRAILS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "usage": (("resource_id",),),
    "pass_through": (("vendor_code", "vendor_account"),),
    "circuits": (("circuit_id",),),
    "voip": (("line_id",), ("device_id",)),
    "centrex": (("station_no",),),
}
# a snapshot lists an item twice when it moves, so only what was billed before proves whose it is
_SAME_MONTH: Final = ("usage", "pass_through")
_FOUND: Final[dict[str, pl.DataType]] = {"exception_id": pl.String(), "value": pl.String(), "why": pl.String()}


def taking_over(faulty: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A103: closed_to of the closed number, where that number is ACTIVE on the same day. Returns: SUGGESTIONS."""
    numbers = tables["billing_numbers"].select(
        "billing_number", "valid_from", "closed_to", _table="source_file", _line="source_line"
    )  # fmt: skip
    closed = active_on(faulty, tables, "billing_number").filter(~pl.col("is_active"))
    known = closed.select("exception_id", "billing_number", "rate_date").join(numbers, on="billing_number", how="inner")
    begun = known.filter(pl.col("valid_from") <= pl.col("rate_date")).sort("exception_id", "rate_date", "valid_from")
    rows = begun.group_by("exception_id", "rate_date", maintain_order=True).last().unique("exception_id", keep="first", maintain_order=True)
    taken = active_on(rows, tables, "closed_to").filter("is_active")
    return conform(
        taken.select(
            "exception_id",
            field=pl.lit("billing_number"),
            value="closed_to",
            why=phrase(
                "{} is closed on {} and names {}, active that day, as taking over ({}:{})",
                "billing_number", "rate_date", "closed_to", "_table", "_line",
            ),
        ),
        SUGGESTIONS,
    )  # fmt: skip


def likely_numbers(faulty: pl.DataFrame, feed: str, sound: pl.DataFrame, tables: Tables, earlier: Earlier, period: Period) -> pl.DataFrame:
    """A101 and A102: the number of the same resource; A102 also the number one slip of the finger away.

    Where the two differ, both are told and neither is put forward.

    Args:
        faulty: findings with their records and rate_date.
        sound: records of the same feed and month on which nothing holds.

    Returns: SUGGESTIONS.
    """
    once = faulty.unique("exception_id", keep="first", maintain_order=True)
    known = _by_resource(once, feed, sound, tables, earlier, period)
    near = _by_spelling(once, tables).rename({"value": "near", "why": "why_near"})
    both = once.select("exception_id").join(known, on="exception_id", how="left", validate="1:1", maintain_order="left")
    both = both.join(near, on="exception_id", how="left", validate="1:1", maintain_order="left")
    differ = pl.col("value").is_not_null() & pl.col("near").is_not_null() & (pl.col("value") != pl.col("near"))
    told = both.filter(pl.col("value").is_not_null() | pl.col("near").is_not_null())
    return conform(
        told.select(
            "exception_id",
            field=pl.when(differ.fill_null(value=False)).then(None).otherwise(pl.lit("billing_number")),
            value=pl.when(differ).then(phrase("either {} or {}: ask the agency", "value", "near")).otherwise(pl.coalesce("value", "near")),
            why=pl.concat_str("why", "why_near", separator="; ", ignore_nulls=True),
        ),
        SUGGESTIONS,
    )


def _by_resource(faulty: pl.DataFrame, feed: str, sound: pl.DataFrame, tables: Tables, earlier: Earlier, period: Period) -> pl.DataFrame:
    if feed == "adjustments":
        return _active(_of_line(faulty, earlier), faulty, tables)
    if feed not in _TRAILS or faulty.is_empty():
        return empty(_FOUND)
    left, found = faulty, []
    if feed == "pass_through":
        found.append(_mapped(left, tables))
        left = left.join(found[-1], on="exception_id", how="anti", maintain_order="left")
    for key in _TRAILS[feed]:
        past = earlier.of(feed).filter(pl.col("outcome") == "BILLED").select(*key, "billing_number", "period", "source_file", "source_line")
        if feed in _SAME_MONTH:
            now = sound.with_columns(period=pl.lit(str(period))).select(past.collect_schema().names())
            past = pl.concat([past, now.lazy()])
        found.append(_last_billed(left, key, past))
        left = left.join(found[-1], on="exception_id", how="anti", maintain_order="left")
    return _active(pl.concat(found), faulty, tables)


def _active(found: pl.DataFrame, faulty: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """What points to one number that is ACTIVE on the record's day; value is null where it points to several."""
    rows = found.join(faulty.select("exception_id", "rate_date"), on="exception_id", how="inner", validate="1:1", maintain_order="left")
    return conform(active_on(rows, tables, "value").filter("is_active").select(list(_FOUND)), _FOUND)


def _mapped(faulty: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The number vendor_accounts.csv gives the vendor's account on that day; what is mapped is not sought elsewhere."""
    accounts = tables["vendor_accounts"]
    take = {"billing_number": "value", "source_file": "_table", "source_line": "_line"}
    key = {"vendor_code": "vendor_code", "vendor_account": "account"}
    rows = in_force(faulty, accounts, on=key, date="rate_date", take=take).filter(pl.col("value").is_not_null())
    why = phrase("account {} of {} is mapped to {} ({}:{})", "vendor_account", "vendor_code", "value", "_table", "_line")
    return conform(rows.select("exception_id", "value", why=why), _FOUND)


def _last_billed(faulty: pl.DataFrame, key: tuple[str, ...], past: pl.LazyFrame) -> pl.DataFrame:
    """The number under which the key was billed in the latest month that has it; null where it was under several."""
    keyed = faulty.drop_nulls(list(key))
    latest = (
        past.filter(pl.col("billing_number").is_not_null())
        .join(keyed.select(key).unique().lazy(), on=list(key), how="semi")
        .filter(pl.col("period") == pl.col("period").max().over(key))
        .sort("source_file", "source_line")
        .group_by(key, maintain_order=True)
        .agg(
            value=pl.when(pl.col("billing_number").n_unique() == 1).then(pl.col("billing_number").first()),
            _period=pl.col("period").first(),
            _file=pl.col("source_file").first(),
            _line=pl.col("source_line").first(),
        )
        .collect()
    )
    rows = keyed.select("exception_id", *key).join(latest, on=list(key), how="inner", validate="m:1", maintain_order="left")
    named = phrase(", ".join(f"{name} {{}}" for name in key), *key)
    why = phrase("{} was billed to {} in {} ({}:{})", named, "value", "_period", "_file", "_line")
    return conform(rows.select("exception_id", "value", why=why), _FOUND)


def _of_line(faulty: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """The number of the invoice line an adjustment corrects."""
    lines = earlier.charges.filter(pl.col("invoice_no").is_not_null()).select(
        original_invoice_no="invoice_no", original_line_no="invoice_line_no", value="billing_number", _file="source_file",
        _line="source_line",
    )  # fmt: skip
    key = ["original_invoice_no", "original_line_no"]
    rows = faulty.select("exception_id", *key).join(lines, on=key, how="inner", validate="m:1", maintain_order="left")
    place = pl.when(pl.col("_line").is_not_null()).then(phrase(" ({}:{})", "_file", "_line")).otherwise(pl.lit(""))
    why = phrase("line {} of {} was billed to {}{}", "original_line_no", "original_invoice_no", "value", place)
    return conform(rows.select("exception_id", "value", why=why), _FOUND)


def _by_spelling(faulty: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A102: the one known number a slip of the finger away from the one typed, if it is ACTIVE that day: a guess."""
    typed = faulty.filter(pl.col("billing_number").is_not_null())
    numbers = tables["billing_numbers"]
    near = only_near(typed["billing_number"].to_list(), numbers["billing_number"].to_list())
    rows = typed.with_columns(value=pl.col("billing_number").replace_strict(near, default=None, return_dtype=pl.String))
    lines = numbers.sort("valid_from").group_by("billing_number").last().select(
        value="billing_number", _table="source_file", _line="source_line"
    )  # fmt: skip
    rows = active_on(rows, tables, "value").filter("is_active").join(lines, on="value", how="left", validate="m:1", maintain_order="left")
    why = phrase(
        "a guess: {} is the one known number that a slip of the finger makes of {} ({}:{})", "value", "billing_number", "_table", "_line"
    )
    return conform(rows.select("exception_id", "value", why=why), _FOUND)
