"""What kind of call it is: free, held, local, directory assistance, abroad, or one of four jurisdictions."""

from typing import Final

import polars as pl

from billing.call_numbers import DIRECTORY, SERVICE, UNKNOWN, WORLD
from billing.frames import Tables

TOLL_FREE_NPAS: Final = (800, 822, 833, 844, 855, 866, 877, 888)
PREMIUM: Final = "PREMIUM"
NO_SHAPE: Final = "UNKNOWN"
INTERNATIONAL: Final = "INTERNATIONAL"
TOLL_FREE_IN: Final = "TOLL_FREE"
DIRECTORY_ASSISTANCE: Final = "DA"
FREE: Final = ("SERVICE", "TOLL_FREE_OUT", "INCOMING", "LOCAL")
HELD: Final = (PREMIUM, NO_SHAPE)
JURISDICTIONS: Final = (
    "INTRASTATE_INTRALATA", "INTRASTATE_INTERLATA", "INTERSTATE_INTRALATA", "INTERSTATE_INTERLATA",
)  # fmt: skip
CALL_TYPE_OF: Final = {TOLL_FREE_IN: "TF_IN", DIRECTORY_ASSISTANCE: "DA", INTERNATIONAL: "IDDD", "LOCAL": "LOCAL"}
_INFORMATION: Final = 411
_PREMIUM_NPA: Final = 900
_PREMIUM_NXX: Final = 976


def classify(routes: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Say what each way of calling is, and between which places.

    In order: incoming toll-free, other incoming calls that name no call type (free: the caller pays), service codes
    (free, 411 is directory assistance), toll-free (free), 555-1212, abroad, premium, unknown shape, local (free),
    then the four jurisdictions by state and by LATA, each unknown one counting as another.

    Args:
        routes: the caller's place with `from_` before each PLACE column, the called number's kind, service, nxx and
            PLACE columns and place_name, is_in, is_toll_free_line (the charge number is one), call_type (given or null).

    Returns: routes + jurisdiction (the class), derived_type, is_abroad, destination (never a number), unplaced (a place
    that decided was not in the tables).
    """
    to_npa = pl.col("npa")
    is_toll_free = to_npa.is_in(TOLL_FREE_NPAS).fill_null(value=False)
    is_abroad = (pl.col("kind") == WORLD) | (pl.col("country") != "US").fill_null(value=False)
    is_premium = (to_npa == _PREMIUM_NPA).fill_null(value=False) | (pl.col("nxx") == _PREMIUM_NXX).fill_null(value=False)
    incoming = pl.col("is_in") & (is_toll_free | pl.col("is_toll_free_line"))
    jurisdiction = (
        pl.when(incoming).then(pl.lit(TOLL_FREE_IN))
        .when(pl.col("is_in") & pl.col("call_type").is_null()).then(pl.lit("INCOMING"))
        .when(pl.col("service") == _INFORMATION).then(pl.lit(DIRECTORY_ASSISTANCE))
        .when(pl.col("kind") == SERVICE).then(pl.lit("SERVICE"))
        .when(is_toll_free).then(pl.lit("TOLL_FREE_OUT"))
        .when(pl.col("kind") == DIRECTORY).then(pl.lit(DIRECTORY_ASSISTANCE))
        .when(is_abroad).then(pl.lit(INTERNATIONAL))
        .when(is_premium).then(pl.lit(PREMIUM))
        .when(pl.col("kind") == UNKNOWN).then(pl.lit(NO_SHAPE))
        .when(_is_local(tables)).then(pl.lit("LOCAL"))
        .otherwise(_by_state_and_lata())
    )  # fmt: skip
    is_far = pl.col("jurisdiction").is_in(JURISDICTIONS)
    placed = pl.col("in_plan") & pl.col("in_exchange") & pl.col("from_in_plan") & pl.col("from_in_exchange")
    return routes.with_columns(jurisdiction=jurisdiction).with_columns(
        derived_type=pl.col("jurisdiction").replace_strict(CALL_TYPE_OF, default="DDD", return_dtype=pl.String),
        is_abroad=pl.col("jurisdiction") == INTERNATIONAL,
        destination=_destination(),
        unplaced=is_far & ~placed,
    )


def _is_local(tables: Tables) -> pl.Expr:
    """Same rate centre, or two that local_calling.csv joins, in whichever order."""
    here, there = pl.col("from_rate_center"), pl.col("rate_center")
    pairs = tables["local_calling"].select("rate_center_a", "rate_center_b").rows()
    both_ways = sorted({"\x1f".join(pair) for a, b in pairs for pair in ((a, b), (b, a))})
    joined = pl.concat_str(here, there, separator="\x1f").is_in(both_ways) if both_ways else pl.lit(value=False)
    same = (here == there) & (pl.col("from_state") == pl.col("state"))
    return same.fill_null(value=False) | joined.fill_null(value=False)


def _by_state_and_lata() -> pl.Expr:
    same_state = (pl.col("from_state") == pl.col("state")).fill_null(value=False)
    same_lata = (pl.col("from_lata") == pl.col("lata")).fill_null(value=False)
    state = pl.when(same_state).then(pl.lit("INTRASTATE")).otherwise(pl.lit("INTERSTATE"))
    lata = pl.when(same_lata).then(pl.lit("_INTRALATA")).otherwise(pl.lit("_INTERLATA"))
    return state + lata


def _destination() -> pl.Expr:
    kind = pl.col("jurisdiction")
    return (
        pl.when(kind.is_in([TOLL_FREE_IN, "TOLL_FREE_OUT"])).then(pl.lit("Toll-free"))
        .when(kind == "SERVICE").then(pl.lit("Service code"))
        .when(kind == DIRECTORY_ASSISTANCE).then(pl.lit("Directory assistance"))
        .when(kind == PREMIUM).then(pl.lit("Premium service"))
        .when(kind == NO_SHAPE).then(pl.lit("Unknown"))
        .otherwise("place_name")
    )  # fmt: skip
