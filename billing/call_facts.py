"""Put beside each call what was found for it, and spell it out for the few that a rule looks at."""

import polars as pl

from billing.call_classes import FREE, NO_SHAPE, PREMIUM
from billing.call_encode import Encoded, Rates
from billing.call_kernel import attach_amounts, to_dollars
from billing.frames import Tables
from billing.money import DOLLARS, RATE_PLACES, Exact
from billing.rate_lookup import attach_account


def state_calls(records: pl.DataFrame, encoded: Encoded, rates: Rates) -> pl.DataFrame:
    """Put beside each record what was found for it.

    Adds: the codes of `encoded.calls`, is_owned, unplaced, is_abroad, no_shape, premium, is_free (nothing to charge: not
    answered, or a free kind of call), is_charged (the plan decides), is_rated (its plan row has a price).
    """
    calls, route = encoded.calls, encoded.calls["route"]
    kinds = state_routes(encoded.routes)
    known = [
        encoded.owners["billing_number"].is_not_null().gather(calls["owner"]).alias("is_owned"),
        rates.prices.table["is_rated"].gather(calls["plan_row"]).fill_null(value=False).alias("is_rated"),
        *[flag.gather(route) if flag.any() else flag.clear().extend_constant(value=False, n=len(route)) for flag in kinds],
    ]
    stated = pl.concat([records, calls, pl.DataFrame(known)], how="horizontal")
    return stated.with_columns(is_free=pl.col("is_free") | pl.col("unanswered")).with_columns(
        is_charged=~(pl.col("is_free") | pl.col("no_shape") | pl.col("premium"))
    )


def state_routes(routes: pl.DataFrame) -> pl.DataFrame:
    """What a rule asks of each route: unplaced, is_abroad, is_free, no_shape, premium."""
    kind = pl.col("jurisdiction")
    return routes.select("unplaced", "is_abroad", is_free=kind.is_in(FREE), no_shape=kind == NO_SHAPE, premium=kind == PREMIUM)


def price_calls(stated: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """Add amount_micros: 0 for free calls, null where the price is not known."""
    longest = int(str(stated["billed_seconds"].max() or 0))
    priced = attach_amounts(stated.lazy().select("plan_row", "billed_seconds"), rates.prices, most_seconds=longest)
    amounts = priced.select("amount_micros").collect()["amount_micros"]
    return stated.with_columns(amount_micros=pl.when("is_free").then(pl.lit(0)).when("is_rated").then(amounts))


def with_stake(stated: pl.DataFrame) -> pl.DataFrame:
    """Add at_stake: what the call comes to in cents, null where it cannot be priced."""
    dollars = Exact.of(to_dollars(pl.col("amount_micros")), RATE_PLACES).dollars().cast(DOLLARS)
    return stated.with_columns(at_stake=dollars)


def spell_out(calls: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables) -> pl.DataFrame:
    """Add the owner, account, plan and destination of stated calls in words, and what they come to.

    Adds: amount_micros, at_stake, jurisdiction, billing_number, plan, international_allowed, owner_kind, number_owner,
    destination, rate_code (of the plan row), rate_date, service_date, funding_date, and the account in force on
    the call's day (see `attach_account`).
    """
    owners = encoded.owners.select("billing_number", "plan", "international_allowed", "owner_kind", "number_owner")
    words = [
        calls,
        owners[calls["owner"]],
        encoded.routes.select("destination", "jurisdiction")[calls["route"]],
        rates.rows.select("rate_code")["rate_code"].gather(calls["plan_row"]).to_frame(),
    ]
    day = pl.col("call_date")
    dated = with_stake(price_calls(pl.concat(words, how="horizontal"), rates)).with_columns(
        rate_date=day, service_date=day, funding_date=day
    )
    return attach_account(dated, tables, "rate_date")
