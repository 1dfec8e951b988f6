"""Which document code and event type each part of the bill is sent under, and the accounting codes of both parties."""

from typing import Final

import polars as pl

from billing.coa import with_object
from billing.errors import Location, RefusalsError, TableError
from billing.frames import Tables
from billing.policy import Policy

_CODES: Final = ["document_code", "event_type"]
BUYER: Final = [
    "fund", "department", "unit", "appropriation_unit", "object", "sub_object", "activity", "function", "program", "project",
    "reporting_category",
]  # fmt: skip


def coded(parts: pl.DataFrame, tables: Tables, policy: Policy) -> pl.DataFrame:
    """Add rate_class, revenue_source, the object that pays, document_code and event_type.

    gl_map decides by rate code, else by class, and by whether the string's fund is the seller's.

    Args:
        parts: billing_number, rate_code, stop_date and the columns of BUYER.

    Rows: as given.

    Raises:
        TableError, RefusalsError: a rate code is unknown, or gl_map has no row for it; a line for each.
    """
    codes = tables["rate_codes"].select("rate_code", "revenue_source", rate_class="class")
    classed = parts.join(codes, on="rate_code", how="left", validate="m:1", maintain_order="left")
    strangers = classed.filter(pl.col("rate_class").is_null())["rate_code"].unique().sort().to_list()
    _refuse([TableError(f"rate code {code} is billed and not listed; add it", at=Location("rate_codes.csv")) for code in strangers])
    dated = classed.with_columns(_day=pl.col("stop_date").dt.offset_by("-1d"))
    paid = with_object(dated, tables, day="_day").drop("_day")
    same = pl.when(pl.col("fund") == policy.seller_fund).then(pl.lit("Y")).otherwise(pl.lit("N"))  # a string always has a fund
    asked = paid.with_columns(same_fund=same)
    found = _mapped(_mapped(asked, tables, "rate_code", "_code"), tables, "rate_class", "_class")
    told = found.with_columns(pl.coalesce(f"_code_{name}", f"_class_{name}").alias(name) for name in _CODES)
    _refuse(_unmapped(told))
    return told.drop(f"{by}_{name}" for by in ("_code", "_class") for name in _CODES)


def _mapped(parts: pl.DataFrame, tables: Tables, key: str, prefix: str) -> pl.DataFrame:
    """Add gl_map's codes under a prefix, by rate code or by class alone."""
    gl_map = tables["gl_map"]
    rows = gl_map.filter(pl.col("rate_code").is_null() if key == "rate_class" else pl.col("rate_code").is_not_null())
    named = rows.select(key, "same_fund", *[pl.col(name).alias(f"{prefix}_{name}") for name in _CODES])
    return parts.join(named, on=[key, "same_fund"], how="left", validate="m:1", maintain_order="left")


def _unmapped(parts: pl.DataFrame) -> list[TableError]:
    lacking = parts.filter(pl.col("document_code").is_null()).select("rate_class", "rate_code", "same_fund").unique()
    return [
        TableError(f"has no row for {code} or class {kind} with same_fund {same}; add one", at=Location("gl_map.csv"))
        for kind, code, same in lacking.sort("rate_class", "rate_code", "same_fund").rows()
    ]


def _refuse(faults: list[TableError]) -> None:
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise RefusalsError(list(faults))
