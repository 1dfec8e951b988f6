"""Put beside each call what was found for it, and spell it out for the few that a rule looks at."""

import polars as pl

from billing.call_classes import FREE, HELD
from billing.call_encode import Encoded, Rates
from billing.call_kernel import amount_micros, to_dollars
from billing.frames import Tables
from billing.money import DOLLARS, RATE_PLACES, Exact
from billing.rate_lookup import attach_account


def state_calls(records: pl.DataFrame, encoded: Encoded, rates: Rates) -> pl.DataFrame:
    """Put beside each record what was found for it.

    Adds: the codes of `encoded.calls`, jurisdiction, unplaced, is_owned, is_free (nothing to charge: not answered, or a
    free kind of call), is_charged (the plan decides), is_rated (it has a price), amount_micros (null where unknown),
    at_stake (DOLLARS).
    """
    calls = encoded.calls
    kinds = encoded.routes.select(
        "unplaced", "jurisdiction", free=pl.col("jurisdiction").is_in(FREE), held=pl.col("jurisdiction").is_in(HELD)
    )
    owned = encoded.owners["billing_number"].is_not_null()
    route = calls["route"]
    stated = pl.concat([records, calls, kinds[route]], how="horizontal").with_columns(
        is_owned=owned.gather(calls["owner"]),
        is_free=pl.col("unanswered") | pl.col("free"),
        is_rated=pl.lit(rates.prices.table["is_rated"]).gather("plan_row").fill_null(value=False),
    )
    longest = calls["billed_seconds"].max()
    amount = amount_micros(rates.prices, pl.col("plan_row"), pl.col("billed_seconds"), most_seconds=int(str(longest or 0)))
    return (
        stated.with_columns(
            is_charged=~pl.col("is_free") & ~pl.col("held"),
            amount_micros=pl.when("is_free").then(pl.lit(0)).when("is_rated").then(amount),
        )
        .with_columns(at_stake=Exact.of(to_dollars(pl.col("amount_micros")), RATE_PLACES).dollars().cast(DOLLARS))
        .drop("free", "held")
    )


def spell_out(calls: pl.DataFrame, encoded: Encoded, rates: Rates, tables: Tables) -> pl.DataFrame:
    """Add the owner, account, plan and destination of stated calls in words.

    Adds: billing_number, plan, international_allowed, owner_kind, number_owner, destination, rate_code (of the plan row),
    rate_date, service_date, funding_date, and the account in force on the call's day (see `attach_account`).
    """
    owners = encoded.owners.select("billing_number", "plan", "international_allowed", "owner_kind", "number_owner")
    words = [
        calls,
        owners[calls["owner"]],
        encoded.routes.select("destination")[calls["route"]],
        rates.rows.select("rate_code")["rate_code"].gather(calls["plan_row"]).to_frame(),
    ]
    day = pl.col("call_date")
    dated = pl.concat(words, how="horizontal").with_columns(rate_date=day, service_date=day, funding_date=day)
    return attach_account(dated, tables, "rate_date")
