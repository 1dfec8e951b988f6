"""Encode calls: who pays, what kind of call, which plan row, each looked up once per distinct value."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_classes import FREE, HELD, TOLL_FREE_NPAS, classify
from billing.call_codes import dense, pack, texts, unpack
from billing.call_kernel import Prices, billed_seconds, read_prices
from billing.call_numbers import WORLD, Reach, called, dialled_keys, distinct_keys, nanp, reach
from billing.call_owners import attach_owner
from billing.call_places import PLACE, attach_places, country_code
from billing.call_plans import choose_rows, longest_prefix, plan_rows, prefixes
from billing.call_time import Days, bands, read_bands, read_days
from billing.frames import Tables
from billing.policy import Policy

_OWNER_KEYS: Final = ("auth_code", "charge_number", "trunk")
_NPA: Final = 10**7


@dataclass(frozen=True)
class Rates:
    """The plans made ready for look-up: rows, prices, all prefixes, names of destinations, digits that decide."""

    rows: pl.DataFrame  # call_plans.plan_rows
    prices: Prices
    prefixes: pl.Series
    names: pl.DataFrame  # prefix, destination
    reach: Reach


def read_rates(tables: Tables) -> Rates:
    """Make the plans ready.

    Destinations of prefixes come from the frame `destinations` (prefix, destination) if the tables have one.

    Raises:
        TableError: a plan row that no call can be priced with.
    """
    rows = plan_rows(tables)
    known = prefixes(rows)
    names = tables.frames.get("destinations", pl.DataFrame(schema={"prefix": pl.String, "destination": pl.String}))
    return Rates(rows, read_prices(rows), known, names, reach(tables, pl.concat([known, names["prefix"]])))


@dataclass(frozen=True)
class Encoded:
    """The calls as codes into small tables, row for row.

    calls: owner, route (UInt32, places in the tables below), plan_row (UInt32, null: none), seconds, billed_seconds (Int64,
    the latter null without a plan row), day (Int32, since 1970), unanswered (not answered and no seconds), is_odd (answered and
    seconds contradict each other).
    owners: attach_owner's columns, with era and day. routes: classify's columns. days: the calls' days.
    """

    calls: pl.DataFrame
    owners: pl.DataFrame
    routes: pl.DataFrame
    days: Days


def encode(records: pl.DataFrame, tables: Tables, policy: Policy, rates: Rates) -> Encoded:
    """Look up everything a call's price hangs on.

    Args:
        records: record_schema("long_distance").

    Rows: one per record, in order.
    """
    days = read_days(records["call_date"], tables)
    own, owners = _owners(records, days, tables)
    route, routes = _routes(records, tables, rates)
    band = read_bands(days, records["local_second"], policy)
    plan_row = _plan_row(own, owners, route, routes, band, bands(policy), rates)
    seconds = records["duration_seconds"]
    flags = records.select(
        unanswered=~pl.col("answered") & (pl.col("duration_seconds") == 0),
        is_odd=pl.col("answered") != (pl.col("duration_seconds") > 0),
        day=pl.col("call_date").to_physical(),
    )
    calls = flags.with_columns(owner=own, route=route, plan_row=plan_row, seconds=seconds).with_columns(
        billed_seconds=pl.when(pl.col("plan_row").is_not_null()).then(billed_seconds(rates.prices, pl.col("plan_row"), pl.col("seconds")))
    )
    return Encoded(calls, owners, routes, days)


def _owners(records: pl.DataFrame, days: Days, tables: Tables) -> tuple[pl.Series, pl.DataFrame]:
    """Each call's payer, looked up per distinct code, charge number, trunk and era."""
    coded = [texts(records[name]) for name in _OWNER_KEYS]
    sizes = [len(distinct) for _, distinct in coded] + [max(len(days.era_days), 1)]
    eras = days.eras.gather(days.codes)
    key, size = pack([*[(codes, len(distinct)) for codes, distinct in coded], (eras, sizes[-1])])
    own, found = dense(key, size)
    places = unpack(found, sizes)
    named = {name: distinct.gather(place) for name, (_, distinct), place in zip(_OWNER_KEYS, coded, places, strict=False)}
    callers = pl.DataFrame({**named, "era": places[-1], "day": days.era_days.gather(places[-1])})
    return own, attach_owner(callers, tables)


def _routes(records: pl.DataFrame, tables: Tables, rates: Rates) -> tuple[pl.Series, pl.DataFrame]:
    """Each call's way: from where to where and in what manner, classified per distinct way."""
    numbers = records.select(own=pl.coalesce(nanp(pl.col("from_number")), nanp(pl.col("charge_number"))))["own"]
    digits = min(rates.reach.nanp_digits, 7)
    caller_key = (numbers // 10 ** (10 - digits)).fill_null(10**digits)
    caller, callers = dense(caller_key, 10**digits + 1)
    keys = dialled_keys(records["to_number"], numbers // _NPA, rates.reach)
    dest, dests = distinct_keys(keys, rates.reach)
    given, types = texts(records["call_type"])
    is_in = records["direction"] == "IN"
    own_free = _is_toll_free_line(records, is_in)
    sizes = [len(callers), len(dests), len(types), 2, 2]
    key, size = pack(list(zip((caller, dest, given, is_in.cast(pl.UInt8), own_free.cast(pl.UInt8)), sizes, strict=True)))
    route, ways = dense(key, size)
    from_place, to_place, of_type, came_in, own_line = unpack(ways, sizes)
    manner = pl.DataFrame({"call_type": types.gather(of_type), "is_in": came_in == 1, "is_toll_free_line": own_line == 1})
    here = _caller_places(callers, digits, tables)[from_place]
    there = _called_places(dests, tables, rates)[to_place]
    return route, classify(pl.concat([here, there, manner], how="horizontal"), tables)


def _is_toll_free_line(records: pl.DataFrame, is_in: pl.Series) -> pl.Series:
    if not is_in.any():
        return is_in
    npa = nanp(pl.col("charge_number")) // _NPA
    return is_in & records.select(free=npa.is_in(TOLL_FREE_NPAS).fill_null(value=False))["free"]


def _caller_places(keys: pl.Series, digits: int, tables: Tables) -> pl.DataFrame:
    """Where each caller is; `from_` before every column of PLACE."""
    key = pl.col("key")
    exchange = key // 10 ** (digits - 6)
    known = pl.DataFrame({"key": keys}).select(
        npa=pl.when(key < 10**digits).then(exchange // 1000),
        nxx=pl.when(key < 10**digits).then(exchange % 1000),
        block=pl.when(key < 10**digits).then(key) if digits == 7 else pl.lit(None, pl.Int64),
    )
    return attach_places(known, tables).select(pl.col(PLACE).name.prefix("from_"))


def _called_places(keys: pl.Series, tables: Tables, rates: Rates) -> pl.DataFrame:
    """Where each called number is, its longest prefix of a plan, and the name of its longest named prefix."""
    numbers = called(keys, rates.reach)
    found = attach_places(numbers, tables).with_columns(prefix=longest_prefix(numbers["head"], rates.prefixes))
    named = longest_prefix(numbers["head"], rates.names["prefix"].unique().sort())
    names = pl.DataFrame({"prefix": named}).join(rates.names, on="prefix", how="left", validate="m:1", maintain_order="left")
    abroad = pl.when(pl.col("kind") == WORLD).then(country_code(pl.col("head")))
    return found.with_columns(prefix_name=pl.coalesce(names["destination"], abroad))


def _plan_row(
    own: pl.Series, owners: pl.DataFrame, route: pl.Series, routes: pl.DataFrame, band: pl.Series, words: list[str], rates: Rates
) -> pl.Series:
    """Each call's plan row, chosen per distinct plan, era, band and what of its way the plans look at."""
    looked_at = ["call_type", "derived_type", "jurisdiction", "prefix", "fcc10", "simple"]
    if rates.rows["mile_low"].null_count() == rates.rows["mile_high"].null_count() == rates.rows.height:
        looked_at = looked_at[:4]
    ways = routes.select(looked_at).unique(maintain_order=True).with_row_index("way")
    way_of = routes.select(looked_at).join(ways, on=looked_at, how="left", validate="m:1", maintain_order="left", nulls_equal=True)["way"]
    plans = owners.select("plan", "era", "day").unique(maintain_order=True).with_row_index("at")
    at = owners.join(plans, on=["plan", "era", "day"], how="left", validate="m:1", maintain_order="left", nulls_equal=True)["at"]
    sizes = [plans.height, ways.height, len(words)]
    key, size = pack([(at.gather(own), sizes[0]), (way_of.gather(route), sizes[1]), (band, sizes[2])])
    kind, kinds = dense(key, size)
    of_plan, of_way, of_band = unpack(kinds, sizes)
    asked = pl.concat(
        [plans.select("plan", "day")[of_plan], ways.drop("way")[of_way], pl.DataFrame({"band": pl.Series(words).gather(of_band)})],
        how="horizontal",
    )
    missing = [pl.lit(None, pl.Int64).alias(name) for name in ("fcc10", "simple") if name not in looked_at]
    charged = ~pl.col("jurisdiction").is_in([*FREE, *HELD])
    rows = choose_rows(asked.with_columns(missing).with_columns(plan=pl.when(charged).then("plan")), rates.rows)
    return rows.gather(kind)
