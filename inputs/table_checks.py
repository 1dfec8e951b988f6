"""Whether the tables contradict themselves or one another: dates, keys, codes, tiers, mile bands."""

import difflib
from typing import Final

import polars as pl

from billing.errors import BillingError, Location, TableError
from billing.frames import Tables
from billing.layouts import TABLES, Table
from billing.people import ROLES
from inputs.text_file import shown

_NOTHING: Final = "\x00"  # stands for null in keys: a null billing number is a key of its own
_REFERENCES: Final = (  # table, column, table and column where it must be known
    ("billing_numbers", "agency_code", "agencies", "agency_code"),
    ("billing_numbers", "closed_to", "billing_numbers", "billing_number"),
    ("rates", "rate_code", "rate_codes", "rate_code"),
    ("rates", "fee_rate_code", "rate_codes", "rate_code"),
    ("agency_rates", "rate_code", "rate_codes", "rate_code"),
    ("agency_rates", "agency_code", "agencies", "agency_code"),
    ("ld_plans", "rate_code", "rate_codes", "rate_code"),
    ("surcharges", "surcharge_code", "rate_codes", "rate_code"),
    ("stock_items", "rate_code", "rate_codes", "rate_code"),
    ("vendor_accounts", "rate_code", "rate_codes", "rate_code"),
)

_POSITIVE: Final = (  # what cannot be zero or less where it is given
    ("rate_codes", "increment"),
    ("rate_codes", "min_quantity"),
    ("rate_codes", "min_charge"),
    ("rates", "package_size"),
    ("ld_plans", "sub_interval"),
)


def contradictions(tables: Tables) -> list[BillingError]:
    """List what makes the tables unusable, table by table; empty when they are sound."""
    faults: list[BillingError] = []
    for table in TABLES.values():
        frame = _keyed(tables[table.name], table)
        faults += _spans(frame, table) if table.is_dated else _doubles(frame, table)
    for name, column, other, target in _REFERENCES:
        faults += _unknown(tables[name], name, column, tables[other][target])
    for name, column in _POSITIVE:
        faults += _not_positive(tables[name], name, column)
    return [
        *faults,
        *_tiers(tables),
        *_bands(tables["ld_plans"]),
        *_bearers(tables),
        *_fee_codes(tables),
        *_ledger_keys(tables["gl_map"]),
        *_roles(tables),
    ]


def _not_positive(frame: pl.DataFrame, name: str, column: str) -> list[BillingError]:
    """A figure that must be above zero and is not."""
    bad = frame.filter(pl.col(column) <= 0).select("source_line", pl.col(column).cast(pl.String))
    return [
        TableError(f"{column} is {value}; give a figure above zero or leave it blank", at=Location(f"{name}.csv", line))
        for line, value in bad.iter_rows()
    ]


def _keyed(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Add the key as one text; a blank time band means ALL, another null is a value of its own."""
    parts = [pl.col(name).cast(pl.String).fill_null("ALL" if name == "time_band" else _NOTHING) for name in table.key]
    return frame.with_columns(_key=pl.concat_str(parts, separator="\x1f"))


def key_words(key: str) -> str:
    """A key as people read it."""
    return shown(" ".join(part for part in key.split("\x1f") if part != _NOTHING))


def _spans(frame: pl.DataFrame, table: Table) -> list[BillingError]:
    """R207: a span that ends before it starts, and spans of one key that overlap; both lines are named."""
    name = f"{table.name}.csv"
    faults: list[BillingError] = [
        TableError(f"valid_to {to} is not after valid_from {start}; fix the dates", at=Location(name, line), code="R207")
        for line, start, to in frame.filter(pl.col("valid_to") <= pl.col("valid_from"))
        .select("source_line", "valid_from", "valid_to")
        .iter_rows()
    ]
    ordered = frame.sort("_key", "valid_from", "source_line").with_columns(
        pl.col("_key", "valid_from", "valid_to", "source_line").shift(1).name.prefix("before_")
    )
    meets = pl.col("before_valid_to").is_null() | (pl.col("valid_from") < pl.col("before_valid_to"))
    for row in ordered.filter((pl.col("_key") == pl.col("before__key")) & meets).sort("source_line").iter_rows(named=True):
        until = row["before_valid_to"] or "no end"
        message = f"{key_words(row['_key'])} from {row['valid_from']} overlaps line {row['before_source_line']}"
        message += f" ({row['before_valid_from']} to {until}); fix the dates"
        faults.append(TableError(message, at=Location(name, row["source_line"]), code="R207"))
    return faults


def _doubles(frame: pl.DataFrame, table: Table) -> list[BillingError]:
    """A key given twice in a table without dates."""
    numbered = frame.with_columns(first=pl.col("source_line").min().over("_key")).filter(pl.col("source_line") != pl.col("first"))
    return [
        TableError(f"{key_words(key)} is given twice, first in line {first}; keep one", at=Location(f"{table.name}.csv", line))
        for key, first, line in numbered.sort("source_line").select("_key", "first", "source_line").iter_rows()
    ]


def _unknown(frame: pl.DataFrame, name: str, column: str, known: pl.Series) -> list[BillingError]:
    """Codes that another table does not know."""
    place = next(number for number, each in enumerate(TABLES[name].columns, start=1) if each.name == column)
    wrong = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known.unique().implode()))
    return [
        TableError(f"{column} '{shown(code)}' is unknown; {_meant(code, known)}", at=Location(f"{name}.csv", line, place))
        for code, line in wrong.select(column, "source_line").iter_rows()
    ]


def _meant(code: str, known: pl.Series) -> str:
    like = difflib.get_close_matches(code, known.unique().sort().to_list(), 1)
    return f"did you mean '{like[0]}'" if like else "add it first or correct it"


def _tiers(tables: Tables) -> list[BillingError]:
    """Tiers belong to a row of rates, their bounds rise from above zero, and the last has no end."""
    rates = tables["rates"].select("rate_code", "valid_from").unique()
    tiers = tables["rate_tiers"]
    lost = tiers.join(rates, on=["rate_code", "valid_from"], how="anti")
    faults: list[BillingError] = [
        _tier_fault(line, f"{code} has no rate from {start}; use the valid_from of its row in rates.csv")
        for code, start, line in lost.sort("source_line").select("rate_code", "valid_from", "source_line").iter_rows()
    ]
    for _key, group in tiers.sort("rate_code", "valid_from", "tier_no").group_by("rate_code", "valid_from", maintain_order=True):
        below = None
        last = group.height - 1
        for place, row in enumerate(group.iter_rows(named=True)):
            bound, line, name = row["upper_bound"], row["source_line"], f"{row['rate_code']} tier {row['tier_no']}"
            if bound is None and place < last:
                faults.append(_tier_fault(line, f"{name} has no upper_bound but is not the last; give it one"))
            elif bound is not None and place == last:
                faults.append(_tier_fault(line, f"{name} is the last but ends at {bound.normalize():f}; leave upper_bound empty"))
            elif bound is not None and bound <= (below or 0):
                faults.append(_tier_fault(line, f"{name} does not end above the tier before it; make the bounds rise"))
            below = bound if bound is not None else below
    return faults


def _tier_fault(line: int, message: str) -> TableError:
    return TableError(message, at=Location("rate_tiers.csv", line))


def _bands(plans: pl.DataFrame) -> list[BillingError]:
    """Mile bands of one plan row, in force together, may not overlap; rows without any band are no bands."""
    alike = ["plan", "match_kind", "match", "time_band"]
    numbered = plans.filter(pl.col("mile_low").is_not_null() | pl.col("mile_high").is_not_null()).select(
        *[pl.col(name).fill_null("ALL") for name in alike], "mile_low", "mile_high", "valid_from", "valid_to", "source_line"
    )
    faults: list[BillingError] = [
        TableError(f"mile_high {high} is below mile_low {low}; correct the band", at=Location("ld_plans.csv", line))
        for low, high, line in numbered.filter(pl.col("mile_high") < pl.col("mile_low"))
        .select("mile_low", "mile_high", "source_line")
        .iter_rows()
    ]
    # each pair once; equal mile_low is an overlap of the key itself and reported there
    pairs = numbered.join(numbered, on=alike, how="inner", suffix="_b").filter(pl.col("source_line") < pl.col("source_line_b"))

    def reaches(high: str, low: str) -> pl.Expr:
        return pl.col(high).is_null() | pl.col(low).is_null() | (pl.col(low) <= pl.col(high))

    def before(start: str, stop: str) -> pl.Expr:
        return pl.col(stop).is_null() | (pl.col(start) < pl.col(stop))

    together = before("valid_from", "valid_to_b") & before("valid_from_b", "valid_to")
    hits = pairs.filter(
        reaches("mile_high", "mile_low_b")
        & reaches("mile_high_b", "mile_low")
        & together
        & pl.col("mile_low").ne_missing(pl.col("mile_low_b"))
    )
    faults += [
        TableError(f"mile band overlaps that of line {first}; correct the bands", at=Location("ld_plans.csv", line))
        for first, line in hits.sort("source_line_b", "source_line").select("source_line", "source_line_b").iter_rows()
    ]
    return faults


def _bearers(tables: Tables) -> list[BillingError]:
    """Each word of applies_to is a rate code or a class."""
    classes = next(column.choices for column in TABLES["rate_codes"].columns if column.name == "class")
    known = pl.Series([*tables["rate_codes"]["rate_code"].to_list(), *classes], dtype=pl.String)
    words = tables["surcharges"].with_columns(pl.col("applies_to").str.split(";")).explode("applies_to")
    return _unknown(words.with_columns(pl.col("applies_to").str.strip_chars()), "surcharges", "applies_to", known)


def _fee_codes(tables: Tables) -> list[BillingError]:
    """A surcharge is billed under a code of class FEE: fees never bear a fee, other classes might."""
    codes = tables["rate_codes"].unique("rate_code", keep="first", maintain_order=True).select("rate_code", "class")
    billed = tables["surcharges"].join(
        codes, left_on="surcharge_code", right_on="rate_code", how="left", validate="m:1", maintain_order="left"
    )
    return [
        TableError(
            f"surcharge_code '{shown(code)}' is of class {kind}; bill it under a code of class FEE", at=Location("surcharges.csv", line, 1)
        )
        for code, kind, line in billed.filter(pl.col("class") != "FEE").select("surcharge_code", "class", "source_line").iter_rows()
    ]


def _ledger_keys(gl_map: pl.DataFrame) -> list[BillingError]:
    """Each row of gl_map names a class or a code."""
    nameless = gl_map.filter(pl.col("rate_class").is_null() & pl.col("rate_code").is_null())
    return [
        TableError("rate_class and rate_code are both blank; fill one", at=Location("gl_map.csv", line)) for line in nameless["source_line"]
    ]


def _roles(tables: Tables) -> list[BillingError]:
    """Each word of roles is a role: a misspelt one would take away what the person may do."""
    words = tables["users"].with_columns(pl.col("roles").str.split(";")).explode("roles")
    return _unknown(words.with_columns(pl.col("roles").str.strip_chars()), "users", "roles", pl.Series(ROLES))
