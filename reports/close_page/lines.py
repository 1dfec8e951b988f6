"""Every line of the month as the page holds it: what it says, last month's amount, its rate's authority, its records."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from reports.close_page.coding import cents, clean, plain, texts
from reports.close_page.pairing import pair
from reports.published import Published

TEXTS: Final = (
    "billing_number", "agency_code", "invoice_no", "stream", "component", "rate_code", "description", "service_from", "service_to",
    "quantity", "uom", "unit_rate", "exact", "rule", "authority", "approval", "original_charge_id",
)  # fmt: skip
_DAYS: Final = ("service_from", "service_to")


def lines(published: Published) -> pl.DataFrame:
    """The lines of both months, paired, with `authority` (where the rate stands) and `approval` (who let it).

    Rows: one per line of an invoice of the month, and one per line of last month that is no longer billed; by agency,
    billing number, gone last, invoice and line.
    """
    now, before = _billed(published.now("fact_charge")), _billed(published.before("fact_charge"))
    found = _ruled(pair(now, before), published)
    return found.sort("agency_code", "billing_number", "is_gone", "invoice_no", "invoice_line_no", "charge_id", nulls_last=False)


def columns(found: pl.DataFrame, published: Published) -> dict[str, object]:
    """The lines by column: texts coded, money in cents, each line's records, and the line a fee is taken on."""
    shown = found.with_columns(
        *(pl.col(name).cast(pl.String) for name in _DAYS),
        quantity=plain(found["quantity"]),
        unit_rate=plain(found["unit_rate"]),
        exact=plain(found.select(pl.when(pl.col("exact_amount") != pl.col("amount")).then("exact_amount")).to_series()),
    )
    return {
        "texts": {name: texts(shown[name]) for name in TEXTS},
        "line_no": shown["invoice_line_no"].to_list(),
        "amount": cents(shown["amount"]),
        "before": cents(shown["before"]),
        "is_prior": shown["is_prior_period"].cast(pl.Int8).to_list(),
        "base": _places(shown),
        "records": _records(shown, published),
    }


def rate_names(published: Published, codes: Mapping[str, object]) -> list[str]:
    """The name of each rate code of the coded column, in its order."""
    known = published.now("dim_rate_code").select("rate_code", clean(pl.col("name"))).unique("rate_code", keep="last", maintain_order=True)
    wanted = pl.DataFrame({"rate_code": codes["words"]}, schema={"rate_code": pl.String})
    return wanted.join(known, on="rate_code", how="left", validate="1:1", maintain_order="left")["name"].fill_null("").to_list()


def _billed(charges: pl.DataFrame) -> pl.DataFrame:
    return charges.filter(pl.col("invoice_no").is_not_null()).with_columns(clean(pl.col("description", "rule")))


def _ruled(found: pl.DataFrame, published: Published) -> pl.DataFrame:
    """Put the rate's place and its approval on each line; an adjustment has its own approval, a fee's base has none."""
    keys = ["rate_code", "rate_valid_from", "approval_ref"]
    standard, agreed = _rates(published, "dim_rate", "standard rate"), _rates(published, "dim_agency_rate", "agreed rate")
    adjusted = published.now("fact_adjustment").select(
        "charge_id", _by=_words("approved by ", pl.col("approved_by")), _state=_words("", pl.col("approval_state").str.to_lowercase())
    ).unique("charge_id", keep="first", maintain_order=True)  # fmt: skip
    rated = (
        found.join(standard, on=keys, how="left", validate="m:1", nulls_equal=True)
        .join(agreed, on=keys, how="left", validate="m:1", suffix="_agreed", nulls_equal=True)
        .join(adjusted, on="charge_id", how="left", validate="m:1")
    )
    since = _words("in force from ", pl.col("rate_valid_from").cast(pl.String))
    authority = pl.concat_str([pl.coalesce("_row", "_row_agreed"), since], separator=", ", ignore_nulls=True)
    approval = pl.concat_str(
        [pl.col("approval_ref"), pl.coalesce("_by", "_giver", "_giver_agreed"), pl.col("_state")], separator=", ", ignore_nulls=True
    )
    return rated.with_columns(authority=_or_none(authority), approval=_or_none(clean(approval))).select(
        *found.columns, "authority", "approval"
    )


def _rates(published: Published, table: str, kind: str) -> pl.DataFrame:
    place = pl.concat_str(pl.lit(f"{kind}, "), "source_file", pl.lit(":"), pl.col("source_line").cast(pl.String))
    return published.now(table).select(
        "rate_code", pl.col("valid_from").alias("rate_valid_from"), "approval_ref",
        _row=place, _giver=_words("approved by ", pl.col("approved_by")),
    ).unique(["rate_code", "rate_valid_from", "approval_ref"], keep="first", maintain_order=True)  # fmt: skip


def _words(before: str, text: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(before), text)


def _or_none(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _places(shown: pl.DataFrame) -> list[int | None]:
    """The place in the list of the line a fee, tax or surcharge is taken on."""
    places = shown.select(base_charge_id="charge_id", _place=pl.int_range(pl.len(), dtype=pl.Int64))
    found = shown.select("base_charge_id").join(places, on="base_charge_id", how="left", validate="m:1", maintain_order="left")
    return found["_place"].to_list()


def _records(shown: pl.DataFrame, published: Published) -> dict[str, object]:
    """The records of all lines in one list: how many each line has, their file, their line in it."""
    bridge = pl.concat([published.before("bridge_charge_source"), published.now("bridge_charge_source")])
    placed = shown.select("charge_id", _place=pl.int_range(pl.len(), dtype=pl.Int64))
    found = bridge.select("charge_id", "source_file", "source_line").join(placed, on="charge_id", validate="m:1").sort(
        "_place", "source_file", "source_line"
    )  # fmt: skip
    counts = placed.join(found.group_by("_place").len(), on="_place", how="left", validate="1:1", maintain_order="left")["len"]
    return {"counts": counts.to_list(), "files": texts(found["source_file"]), "lines": found["source_line"].to_list()}
