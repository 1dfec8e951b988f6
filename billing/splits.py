"""Split every charge row over its billing number's funding strings, to the cent."""

from typing import Final

import polars as pl

from billing.audit import funding_set_totals
from billing.errors import ReconciliationError
from billing.frames import SPLITS, Earlier, Tables, conform, empty
from billing.funding import SET, STRING, paying_strings
from billing.ids import natural_key
from billing.money import CENT_PLACES, DOLLARS, LARGEST_AMOUNT, RATE_PLACES, decimal, units
from billing.origins import split_origins
from billing.shares import add_parts

_HUNDRED: Final = 100 * 10**RATE_PLACES  # percents in millionths


def split(charges: pl.DataFrame, tables: Tables, earlier: Earlier) -> pl.DataFrame:
    """Split a month's charge rows, each by one set of funding strings.

    The set is that of the row's own billing number and rate code on its last service day, except: a FEE, TAX or
    SURCHARGE row is split like the row it is taken on, and a CREDIT like the charge it credits, whether that was
    billed in an earlier period or is in this month. A fee on the total of a bill, which may end after the number's
    last string, falls back to the last day of the number's other rows. A number that splits in the accounting system
    (split_mode EMARS) gets one row: its lowest seq, 100 %. Parts are in cents, by largest remainder on the amount's
    magnitude, ties to the lowest seq; parts of 0.00 are kept.

    Args:
        charges: CHARGES or LINES of one month.
        tables: funding_strings and billing_numbers.
        earlier: SPLITS of earlier periods.

    Rows: one per charge row and string of its set. Returns: SPLITS, sorted by charge_id and seq.

    Raises:
        ReconciliationError: a set does not come to exactly 100 (rule A105 holds such records), or parts and amounts
            do not agree.
    """
    if charges.is_empty():
        return empty(SPLITS)
    origins = _named(_reachable(split_origins(charges, earlier), charges, tables))
    strings = _strings_of_sets(origins, tables, earlier)
    sized = charges.select("charge_id", "amount").join(origins.select("charge_id", "set_key"), on="charge_id", how="left", validate="1:1")
    return _check(_share(sized, strings), charges)


def _reachable(origins: pl.DataFrame, charges: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Move a fee on the total of a bill, whose number has no whole set on its last day, to the number's last other day."""
    is_on_total = (pl.col("component") == "FEE") & pl.col("base_charge_id").is_null()
    on_total = origins.join(charges.filter(is_on_total).select("charge_id"), on="charge_id", how="semi")
    if on_total.is_empty():
        return origins
    totals = funding_set_totals(tables, on_total.select(SET).unique())
    lacking = on_total.join(totals.filter((pl.col("funding_percent") != 100).fill_null(value=True)), on=SET, how="semi")
    others = origins.join(on_total, on="charge_id", how="anti")
    last = others.group_by("billing_number").agg(_last=pl.col("funding_date").max())
    moved = lacking.join(last, on="billing_number", how="left", validate="m:1").select("charge_id", "_last")
    found = origins.join(moved, on="charge_id", how="left", validate="1:1")
    return found.with_columns(funding_date=pl.coalesce("_last", "funding_date")).drop("_last")


def _named(origins: pl.DataFrame) -> pl.DataFrame:
    """Add set_key, one text per distinct set of strings."""
    key = (
        pl.when(pl.col("earlier_id").is_not_null())
        .then(natural_key("earlier", pl.col("earlier_id")))
        .otherwise(natural_key("strings", *[pl.col(name) for name in SET]))
    )
    return origins.with_columns(set_key=key)


def _strings_of_sets(origins: pl.DataFrame, tables: Tables, earlier: Earlier) -> pl.DataFrame:
    """List the strings of every set that is used: set_key, STRING. Raises where one does not come to 100."""
    credited = origins.filter(pl.col("earlier_id").is_not_null()).select("set_key", charge_id="earlier_id").unique()
    of_earlier = earlier.splits.join(credited, on="charge_id", how="inner", validate="m:1").select("set_key", *STRING)
    own = origins.filter(pl.col("earlier_id").is_null())
    wanted = own.select("set_key", *SET).unique()
    found = wanted.join(paying_strings(tables, wanted), on=SET, how="inner", validate="1:m", nulls_equal=True)
    strings = pl.concat([of_earlier, found.select("set_key", *STRING)])
    totals = strings.group_by("set_key").agg(percent=pl.col("percent").sum())
    checked = origins.join(totals, on="set_key", how="left", validate="m:1")
    bad = checked.filter((pl.col("percent") != 100).fill_null(value=True)).sort("charge_id")
    if not bad.is_empty():
        row = bad.row(0, named=True)
        percent = "no string" if row["percent"] is None else f"{row['percent'].normalize():f} %"
        where = f"{row['billing_number']} on {row['funding_date']} for {row['rate_code']}"
        raise ReconciliationError(f"funding strings of {where} come to {percent}, not 100 %; A105 should have held the record")
    in_emars = _emars_sets(own, tables)
    return _lowest_string_alone(strings, in_emars)


def _emars_sets(own: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The sets whose number splits in the accounting system on that day: set_key."""
    numbers = tables["billing_numbers"].filter(pl.col("split_mode") == "EMARS").select("billing_number", "valid_from", "valid_to")
    day = pl.col("funding_date")
    live = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    return own.join(numbers, on="billing_number", how="inner").filter(live).select("set_key").unique()


def _lowest_string_alone(strings: pl.DataFrame, sets: pl.DataFrame) -> pl.DataFrame:
    alone = (
        strings.join(sets, on="set_key", how="semi")
        .sort("set_key", "seq")
        .unique("set_key", keep="first", maintain_order=True)
        .with_columns(percent=pl.lit(100, pl.Decimal(38, RATE_PLACES)))
    )
    return pl.concat([strings.join(sets, on="set_key", how="anti"), alone]).sort("set_key", "seq")


def _share(sized: pl.DataFrame, strings: pl.DataFrame) -> pl.DataFrame:
    """Share each amount over the strings of its set, sets of one size at a time, side by side in columns."""
    placed = strings.with_columns(_place=pl.int_range(pl.len()).over("set_key"), _size=pl.len().over("set_key"))
    wide = []
    for size in sorted(placed["_size"].unique().to_list()):
        sets = placed.filter(pl.col("_size") == size)
        listed = sets.group_by("set_key", maintain_order=True).agg(weights=units(pl.col("percent"), RATE_PLACES))
        weights = listed.select("set_key", *[pl.col("weights").list.get(place).alias(f"w{place}") for place in range(size)])
        rows = sized.with_columns(_cents=units(pl.col("amount"), CENT_PLACES)).join(weights, on="set_key", how="inner", validate="m:1")
        shared = add_parts(rows, "_cents", [f"w{place}" for place in range(size)], _HUNDRED)
        wide += [
            shared.select("charge_id", "set_key", pl.lit(place, pl.Int64).alias("_place"), pl.col(f"p{place}").alias("_cents"))
            for place in range(size)
        ]
    long = pl.concat(wide).join(placed.drop("_size"), on=["set_key", "_place"], how="left", validate="m:1")
    rows = long.with_columns(amount=decimal(pl.col("_cents"), CENT_PLACES).cast(DOLLARS)).drop("set_key", "_place", "_cents")
    return conform(rows, SPLITS).sort("charge_id", "seq")


def _check(splits: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    """Say twice what must not break: every charge is split, and its parts come to its amount."""
    if not charges.filter(pl.col("amount").abs() >= pl.lit(LARGEST_AMOUNT, DOLLARS)).is_empty():
        raise ReconciliationError("an amount is beyond any bill")
    cents = units(pl.col("amount"), CENT_PLACES)
    parts = splits.group_by("charge_id").agg(parts=cents.sum())
    compared = charges.select("charge_id", cents.alias("whole")).join(parts, on="charge_id", how="full", validate="1:1")
    wrong = compared.filter(pl.col("whole").ne_missing(pl.col("parts")))
    if not wrong.is_empty():
        raise ReconciliationError(f"{wrong.height} charge rows do not come to the sum of their funding parts")
    return splits
