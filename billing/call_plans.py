"""Choose the plan row that prices a call: by call type, then the longest prefix, then jurisdiction."""

from typing import Final

import polars as pl

from billing.call_classes import CALL_TYPE_OF, INTERNATIONAL, JURISDICTIONS
from billing.frames import Tables
from billing.mileage import fcc10, simple

_SPECIAL: Final = tuple(CALL_TYPE_OF[kind] for kind in ("TOLL_FREE", "DA"))
_BY_TYPE, _BY_DERIVED_TYPE, _BY_PREFIX, _BY_JURISDICTION = 0, 1, 100, 1_000  # the order of trying; a longer prefix is tried first


def plan_rows(tables: Tables) -> pl.DataFrame:
    """The plans' rows in a fixed order, numbered: `plan_row`; a prefix without its + sign."""
    table = tables["ld_plans"].sort(
        "plan", "match_kind", "match", "time_band", "mile_low", "valid_from", "source_file", "source_line", nulls_last=False
    )
    return table.with_columns(pl.col("match").str.strip_prefix("+")).with_row_index("plan_row")


def prefixes(rows: pl.DataFrame) -> pl.Series:
    """All prefixes of all plans, each once."""
    return rows.filter(pl.col("match_kind") == "PREFIX")["match"].unique().sort()


def longest_prefix(heads: pl.Series, known: pl.Series) -> pl.Series:
    """The longest known prefix of each number's leading digits; null where none fits or the head is null."""
    found = pl.DataFrame({"head": heads}).with_columns(prefix=pl.lit(None, pl.String))
    lengths = known.str.len_bytes()
    for length in sorted(set(lengths.to_list()), reverse=True):
        names = pl.DataFrame({"part": known.filter(lengths == length)}).with_columns(hit=pl.col("part"))
        parts = found.select(part=pl.col("head").str.slice(0, length))
        hits = parts.join(names, on="part", how="left", validate="m:1", maintain_order="left")["hit"]
        found = found.with_columns(prefix=pl.coalesce("prefix", hits))
    return found["prefix"]


def attach_miles(routes: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add fcc10 and simple: the least miles of the stretch between two bounds of mile bands that the call is in.

    Miles within a stretch are all alike to the plans. Null where no band asks or a coordinate is unknown.

    Args:
        routes: jurisdiction, from_v, from_h, v, h.
        rows: `plan_rows`.
    """
    banded = rows.filter(pl.col("mile_low").is_not_null() | pl.col("mile_high").is_not_null())
    by_jurisdiction = banded.filter(pl.col("match_kind") == "JURISDICTION")
    asked = JURISDICTIONS if by_jurisdiction.height < banded.height else tuple(by_jurisdiction["match"].unique())
    bounds = pl.concat([pl.Series([0]), banded["mile_low"], banded["mile_high"] + 1]).drop_nulls().unique().sort()
    far = routes["jurisdiction"].is_in(asked).arg_true()
    ends = (pl.col("from_v"), pl.col("from_h"), pl.col("v"), pl.col("h"))
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, routes.height)
    miles = routes[far].select(fcc10=fcc10(*ends), simple=simple(*ends))
    return routes.with_columns(nothing.scatter(far, _stretches(found, bounds)).alias(found.name) for found in miles)


def _stretches(miles: pl.Series, bounds: pl.Series) -> pl.Series:
    """The last bound that each distance reaches; null stays null."""
    places = bounds.search_sorted(miles, side="right").cast(pl.Int64) - 1
    return bounds.gather(places.set(miles.is_null(), None))


def choose_rows(calls: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Find the row of its plan that prices each kind of call.

    A row fits when it is in force on the day, its band is blank, ALL or the call's, and the miles by its own method
    are within its bounds, both inclusive. A given call type is tried as it is; when it has no row, the one derived
    for directory assistance and incoming toll-free calls is. Prefixes serve international calls, and others only
    when the plan has no row by jurisdiction in force. A row of the call's own band beats one of ALL.

    Args:
        calls: distinct kinds: plan, day (Date), band, call_type, derived_type, jurisdiction, prefix (longest known),
            fcc10, simple (miles).
        rows: `plan_rows`.

    Returns: plan_row (UInt32), one per kind in order; null where no row fits.
    """
    numbered = calls.with_row_index("kind")
    wanted = pl.concat(
        [
            _by_type(numbered),
            _by_prefix(numbered, rows),
            numbered.select("kind", rank=pl.lit(_BY_JURISDICTION), match_kind=pl.lit("JURISDICTION"), match="jurisdiction"),
        ]
    )
    facts = numbered.select("kind", "plan", "day", "band", "fcc10", "simple")
    # several rows may fit one kind of call; the sort below puts the one that prices it first
    tried = wanted.join(facts, on="kind", how="inner", validate="m:1").join(rows, on=["plan", "match_kind", "match"], how="inner")
    miles = pl.when(pl.col("mile_method") == "SIMPLE").then("simple").otherwise("fcc10")
    fits = (
        _covers()
        & (pl.col("time_band").is_null() | pl.col("time_band").eq("ALL") | (pl.col("time_band") == pl.col("band")))
        & (pl.col("mile_low").is_null() | (miles >= pl.col("mile_low")).fill_null(value=False))
        & (pl.col("mile_high").is_null() | (miles <= pl.col("mile_high")).fill_null(value=False))
    )
    is_general = (pl.col("time_band") != pl.col("band")).fill_null(value=True)
    best = (
        tried.filter(fits)
        .with_columns(general=is_general)
        .sort(
            "kind", "rank", "general", "mile_low", "plan_row",
            descending=[False, False, False, True, False], nulls_last=[False, False, False, True, False],
        )
        .unique("kind", keep="first", maintain_order=True)
    )  # fmt: skip
    found = numbered.select("kind").join(best.select("kind", "plan_row"), on="kind", how="left", validate="1:1", maintain_order="left")
    return found["plan_row"]


def _covers() -> pl.Expr:
    return (pl.col("valid_from") <= pl.col("day")) & (pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to")))


def _by_type(numbered: pl.DataFrame) -> pl.DataFrame:
    given = numbered.select("kind", rank=pl.lit(_BY_TYPE), match_kind=pl.lit("CALL_TYPE"), match=pl.coalesce("call_type", "derived_type"))
    derived = numbered.filter(pl.col("derived_type").is_in(_SPECIAL) & pl.col("call_type").is_not_null())
    return given.vstack(derived.select("kind", rank=pl.lit(_BY_DERIVED_TYPE), match_kind=pl.lit("CALL_TYPE"), match="derived_type"))


def _by_prefix(numbered: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Every prefix of the longest one, for the kinds of call that prefixes serve."""
    found = numbered.filter(pl.col("prefix").is_not_null())
    by_jurisdiction = rows.filter(pl.col("match_kind") == "JURISDICTION").select("plan", "valid_from", "valid_to")
    barred = (
        found.filter(pl.col("jurisdiction") != INTERNATIONAL).select("kind", "plan", "day")
        .join(by_jurisdiction, on="plan", how="inner").filter(_covers()).select("kind").unique()
    )  # fmt: skip
    served = found.join(barred, on="kind", how="anti")
    parts = served["prefix"].unique().sort()
    lengths = range(1, max(parts.str.len_bytes().to_list(), default=0) + 1)
    chains = [pl.DataFrame({"prefix": parts, "match": parts.str.slice(0, length)}) for length in lengths]
    chain = pl.concat([pl.DataFrame(schema={"prefix": pl.String, "match": pl.String}), *chains]).unique()
    rank = _BY_PREFIX - pl.col("match").str.len_bytes().cast(pl.Int32)
    return (
        served.select("kind", "prefix").join(chain, on="prefix", how="inner")
        .select("kind", rank=rank, match_kind=pl.lit("PREFIX"), match="match")
    )  # fmt: skip
