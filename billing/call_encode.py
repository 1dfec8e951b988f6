"""Encode calls: who pays, what kind of call, which plan row, each looked up once per distinct value."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_classes import FREE, HELD, TOLL_FREE_NPAS, classify
from billing.call_codes import dense, pack, texts, unpack
from billing.call_kernel import Prices, billed_seconds, read_prices
from billing.call_numbers import NANP, WORLD, Reach, called, dialled_keys, distinct_keys, nanp, reach
from billing.call_owners import attach_owner
from billing.call_places import PLACE, attach_places, country_code, place_name
from billing.call_plans import attach_miles, choose_rows, longest_prefix, plan_rows, prefixes
from billing.call_rating import PlanCodes, plan_codes
from billing.call_time import Days, bands, read_bands, read_days
from billing.frames import Tables
from billing.policy import Policy

_OWNER_KEYS: Final = ("auth_code", "charge_number", "trunk")
LOOKED_AT: Final = ("call_type", "derived_type", "jurisdiction", "prefix", "fcc10", "simple")  # what of its way the plans look at
_NPA: Final = 10**7


@dataclass(frozen=True)
class Rates:
    """The plans made ready for look-up: rows, prices, all prefixes, names of destinations, digits that decide."""

    rows: pl.DataFrame  # call_plans.plan_rows
    prices: Prices
    codes: PlanCodes
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
    return Rates(rows, read_prices(rows), plan_codes(rows), known, names, reach(tables, pl.concat([known, names["prefix"]])))


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
    own = _caller_numbers(records)
    digits = min(rates.reach.nanp_digits, 7)
    caller, callers = dense((own // 10 ** (10 - digits)).fill_null(10**digits), 10**digits + 1)
    dest, dests = distinct_keys(dialled_keys(records["to_number"], own // _NPA, rates.reach), rates.reach)
    there = called_places(dests, tables, rates)
    # where a call comes from matters only for one that may be local or of a jurisdiction
    caller = (caller + 1) * there["is_near"].cast(pl.UInt32).gather(dest)
    given, types = texts(records["call_type"])
    is_in = records["direction"] == "IN"
    sizes = [len(callers) + 1, len(dests), len(types), 2, 2]
    parts = (caller, dest, given, is_in.cast(pl.UInt8), _is_toll_free_line(records, is_in).cast(pl.UInt8))
    key, size = pack(list(zip(parts, sizes, strict=True)))
    route, ways = dense(key, size)
    from_place, to_place, of_type, came_in, own_line = unpack(ways, sizes)
    manner = pl.DataFrame({"call_type": types.gather(of_type), "is_in": came_in == 1, "is_toll_free_line": own_line == 1})
    here = caller_places(pl.concat([pl.Series([10**digits]), callers]), digits, tables)[from_place]
    routes = classify(pl.concat([here, there[to_place], manner], how="horizontal"), tables)
    return route, attach_miles(routes, rates.rows)


def _caller_numbers(records: pl.DataFrame) -> pl.Series:
    """The ten digits of the calling station, else of the charge number."""
    own = nanp(records["from_number"])
    return own if not own.null_count() else own.zip_with(own.is_not_null(), nanp(records["charge_number"]))


def _is_toll_free_line(records: pl.DataFrame, is_in: pl.Series) -> pl.Series:
    if not is_in.any():
        return is_in
    return is_in & (nanp(records["charge_number"]) // _NPA).is_in(TOLL_FREE_NPAS).fill_null(value=False)


def caller_places(keys: pl.Series, digits: int, tables: Tables) -> pl.DataFrame:
    """Where each caller is; `from_` before every column of PLACE."""
    key = pl.col("key")
    exchange = key // 10 ** (digits - 6)
    known = pl.DataFrame({"key": keys}).select(
        npa=pl.when(key < 10**digits).then(exchange // 1000),
        nxx=pl.when(key < 10**digits).then(exchange % 1000),
        block=pl.when(key < 10**digits).then(key) if digits == 7 else pl.lit(None, pl.Int64),
    )
    return attach_places(known, tables).select(pl.col(PLACE).name.prefix("from_"))


def called_places(keys: pl.Series, tables: Tables, rates: Rates) -> pl.DataFrame:
    """Where each called number is, the name of that place, and its longest prefix of a plan.

    Adds is_near: the caller's own place matters.
    """
    numbers = called(keys, rates.reach)
    found = attach_places(numbers, tables).with_columns(prefix=longest_prefix(numbers["head"], rates.prefixes))
    named = longest_prefix(numbers["head"], rates.names["prefix"].unique().sort())
    names = pl.DataFrame({"prefix": named}).join(rates.names, on="prefix", how="left", validate="m:1", maintain_order="left")
    is_world = pl.col("kind") == WORLD
    is_abroad = is_world | (pl.col("country") != "US").fill_null(value=False)
    own_name = pl.when(is_abroad).then(names["destination"])
    return found.with_columns(
        place_name=pl.coalesce(own_name, pl.when(is_world).then(country_code(pl.col("head"))), place_name()),
        is_near=(pl.col("kind") == NANP) & ~is_abroad & ~pl.col("npa").is_in(TOLL_FREE_NPAS),
    )


def _plan_row(
    own: pl.Series, owners: pl.DataFrame, route: pl.Series, routes: pl.DataFrame, band: pl.Series, words: list[str], rates: Rates
) -> pl.Series:
    """Each call's plan row, chosen per distinct plan, era, band and what of its way the plans look at."""
    ways = routes.select(LOOKED_AT).unique(maintain_order=True).with_row_index("way")
    way_of = routes.select(LOOKED_AT).join(ways, on=LOOKED_AT, how="left", validate="m:1", maintain_order="left", nulls_equal=True)["way"]
    plans = owners.select("plan", "era", "day").unique(maintain_order=True).with_row_index("at")
    at = owners.join(plans, on=["plan", "era", "day"], how="left", validate="m:1", maintain_order="left", nulls_equal=True)["at"]
    sizes = [plans.height, ways.height, len(words)]
    key, size = pack([(at.gather(own), sizes[0]), (way_of.gather(route), sizes[1]), (band, sizes[2])])
    kind, kinds = dense(key, size)
    of_plan, of_way, of_band = unpack(kinds, sizes)
    return price_kinds(plans[of_plan], ways[of_way], pl.Series("band", words).gather(of_band), rates).gather(kind)


def price_kinds(plans: pl.DataFrame, ways: pl.DataFrame, band: pl.Series, rates: Rates) -> pl.Series:
    """The plan row of each kind of call (UInt32); null where no row fits or the call is free or held.

    Args:
        plans: plan, day. ways: LOOKED_AT. band: the word. All row for row.
    """
    asked = pl.concat([plans.select("plan", "day"), ways.select(LOOKED_AT), band.alias("band").to_frame()], how="horizontal")
    charged = ~pl.col("jurisdiction").is_in([*FREE, *HELD])
    return choose_rows(asked.with_columns(plan=pl.when(charged).then("plan")), rates.rows)
