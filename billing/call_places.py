"""Where a number is: its exchange's rate centre, LATA and coordinates, and its area code's country and state."""

from typing import Final

import polars as pl

from billing.frames import Tables
from billing.wording import phrase

PLACE: Final = ("npa", "state", "lata", "rate_center", "v", "h", "country", "region", "in_plan", "in_exchange")

_TWO_DIGITS: Final = (
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51", "52", "53",
    "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94",
    "95", "98",
)  # fmt: skip


def attach_places(numbers: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add what the exchange table and the number plan say about each number.

    A row of exchanges.csv with a block beats the row of its whole exchange. The state is the exchange's, else the
    area code's.

    Args:
        numbers: npa, nxx, block (Int64; block is NPA, NXX and the thousand), null where unknown.

    Returns: numbers + state, lata, rate_center, v, h, country, region (null where unknown), in_plan, in_exchange.
    """
    exchanges = tables["exchanges"].select(
        exchange=pl.col("npa").cast(pl.Int64) * 1000 + pl.col("nxx").cast(pl.Int64),
        thousand=pl.col("block").str.slice(0, 1).cast(pl.Int64),
        facts=pl.struct("state", "lata", "rate_center", "v", "h"),
    )
    whole = exchanges.filter(pl.col("thousand").is_null()).select("exchange", whole="facts")
    blocks = exchanges.filter(pl.col("thousand").is_not_null())
    blocks = blocks.select(block=pl.col("exchange") * 10 + pl.col("thousand"), part="facts")
    plan = tables["number_plan"].select(
        npa=pl.col("npa").cast(pl.Int64), country="country", region="region", plan_state="state", in_plan=pl.lit(value=True)
    )
    found = (
        numbers.with_columns(exchange=pl.col("npa") * 1000 + pl.col("nxx"))
        .join(blocks, on="block", how="left", validate="m:1", maintain_order="left")
        .join(whole, on="exchange", how="left", validate="m:1", maintain_order="left")
        .join(plan, on="npa", how="left", validate="m:1", maintain_order="left")
        .with_columns(facts=pl.when(pl.col("part").is_not_null()).then("part").otherwise("whole"))
        .with_columns(in_exchange=pl.col("facts").is_not_null(), in_plan=pl.col("in_plan").is_not_null())
        .unnest("facts")
    )
    return found.with_columns(state=pl.coalesce("state", "plan_state")).drop("part", "whole", "exchange", "plan_state")


def place_name() -> pl.Expr:
    """A place of a ten-digit number in words: rate centre and state, else the area code's region, never digits of a number."""
    state, center = pl.col("state"), pl.col("rate_center")
    return (
        pl.when((pl.col("country") != "US").fill_null(value=False)).then(pl.coalesce("region", "country"))
        .when(center.is_not_null() & state.is_not_null()).then(phrase("{}, {}", center, state))
        .when(pl.col("lata").is_not_null()).then(phrase("{}, LATA {}", state, pl.col("lata")))
        .otherwise(pl.coalesce("region", "state", pl.lit("United States")))
    )  # fmt: skip


def country_code(digits: pl.Expr) -> pl.Expr:
    """The country code that international digits begin with, as `International +44`.

    Source: ITU-T E.164 assigns 1 and 7 with one digit, the codes of _TWO_DIGITS with two, all others with three.
    """
    one = digits.str.slice(0, 1)
    two = digits.str.slice(0, 2)
    code = pl.when(one.is_in(["1", "7"])).then(one).when(two.is_in(_TWO_DIGITS)).then(two).otherwise(digits.str.slice(0, 3))
    return phrase("International +{}", code)
