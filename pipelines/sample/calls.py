"""A month of calls, made in columns: who calls when, how long, and where to."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.periods import Period
from billing.wording import phrase
from pipelines.sample.destinations import LOCAL_KIND, destination_table, foreign_table
from pipelines.sample.mixing import mixed
from pipelines.sample.stations import stations_of
from pipelines.sample.world import World
from rates.sample_schedule import sample_table

SLOT_SECONDS: Final = 1_800  # a line makes at most one call in a slot
# upper end in a thousand -> kind of call
MIX: Final = (
    (300, "LOCAL"), (480, "INTRASTATE_INTRALATA"), (640, "INTRASTATE_INTERLATA"), (670, "INTERSTATE_INTRALATA"),
    (850, "INTERSTATE_INTERLATA"), (890, "TOLL_FREE"), (910, "N11"), (925, "DA"), (955, "FOREIGN"), (1000, "LOCAL"),
)  # fmt: skip
JURISDICTIONS: Final = tuple(kind for _, kind in MIX[1:5])
_N11: Final = ("911", "511", "211", "711", "811")


@dataclass(frozen=True)
class MonthOfSlots:
    """Half-hour slots of a local month, in seconds from its start: office hours, and the rest."""

    office: pl.Series
    rest: pl.Series


def slots_of(period: Period) -> MonthOfSlots:
    """Divide the month; the steps by which lines walk through the slots share no factor with their counts."""
    office: list[int] = []
    rest: list[int] = []
    for slot in range(period.days * 48):
        day = period.first_day + dt.timedelta(days=slot // 48)
        is_office = day.isoweekday() <= 5 and 16 <= slot % 48 < 34
        (office if is_office else rest).append(slot * SLOT_SECONDS)
    return MonthOfSlots(pl.Series(office, dtype=pl.Int64), pl.Series(rest, dtype=pl.Int64))


def call_frames(world: World, period: Period) -> Iterator[pl.DataFrame]:
    """The month's calls, a file at a time, as columns of text in the feed's layout.

    No two calls of one line overlap, no call is longer than half an hour, and every number dialed is in the
    exchange table or the number plan.
    """
    stations = stations_of(world)
    slots = slots_of(period)
    _check_room(stations.height, world.scale.calls, slots)
    nearby, foreign = destination_table(world), foreign_table()
    stride = world.scale.calls_in_a_file
    for start in range(0, world.scale.calls, stride):
        rows = pl.DataFrame({"call": pl.int_range(start, min(start + stride, world.scale.calls), eager=True)})
        yield _calls(rows, stations, slots, (nearby, foreign), world.seed, period)


def _check_room(stations: int, calls: int, slots: MonthOfSlots) -> None:
    turns = -(-calls // max(stations, 1))
    if turns - turns // 6 > len(slots.office) or turns // 6 > len(slots.rest):
        raise ReconciliationError(f"{stations} lines cannot make {calls} calls without overlap; add lines")


def _calls(
    rows: pl.DataFrame, stations: pl.DataFrame, slots: MonthOfSlots, places: tuple[pl.DataFrame, pl.DataFrame], seed: int, period: Period
) -> pl.DataFrame:
    def draw(topic: str) -> pl.Expr:
        return mixed(pl.col("call"), seed, f"{period}/{topic}")

    nearby, foreign = places
    turn, line = pl.col("call") // stations.height, pl.col("call") % stations.height
    made = rows.with_columns(stations[rows.select(line).to_series()].get_columns()).with_columns(turn=turn, line=line)
    made = made.with_columns(_start(slots, seed), ring=draw("ring") % 600, talk=_talk(draw("talk"), draw("long")))
    made = made.with_columns(
        answered=draw("answered") % 100 >= 6,
        kind=_kind(draw("kind")),
        pick=draw("pick"),
        last4=1000 + draw("last4") % 9000,
        odd=draw("odd"),
    )
    counts = nearby.group_by("place", "kind").agg(pl.len().cast(pl.Int64).alias("_count"))
    made = _settle_kind(made, counts)
    made = made.join(counts, on=["place", "kind"], how="left", validate="m:1", maintain_order="left")
    made = made.with_columns(rank=pl.when(pl.col("_count").is_not_null()).then(pl.col("pick") % pl.col("_count")))
    made = made.join(nearby, on=["place", "kind", "rank"], how="left", validate="m:1", maintain_order="left")
    abroad = foreign[made.select(pl.col("pick") % foreign.height).to_series()].get_columns()
    return _texts(made.with_columns(abroad), period)


def _start(slots: MonthOfSlots, seed: int) -> pl.Expr:
    """The slot of a line's n-th call: every sixth outside office hours; no slot twice."""
    first = mixed(pl.col("line"), seed, "slot")
    late = pl.col("turn") % 6 == 5
    office = (first + (pl.col("turn") - pl.col("turn") // 6) * 17) % len(slots.office)
    rest = (first + pl.col("turn") // 6 * 31) % len(slots.rest)
    return pl.when(late).then(pl.lit(slots.rest).gather(rest)).otherwise(pl.lit(slots.office).gather(office)).alias("slot")


def _talk(talk: pl.Expr, is_long: pl.Expr) -> pl.Expr:
    """Seconds: most calls are short, one in eight up to nineteen minutes."""
    return pl.when(is_long % 8 == 0).then(120 + talk % 1_030).otherwise(4 + talk % 200)


def _kind(draw: pl.Expr) -> pl.Expr:
    point = draw % 1000
    chosen = pl.lit(MIX[-1][1])
    for end, kind in reversed(MIX):
        chosen = pl.when(point < end).then(pl.lit(kind)).otherwise(chosen)
    return chosen


def _settle_kind(made: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Calls that a line cannot make (abroad without permission, a LATA that ends at the border) go to another state."""
    reachable = made.join(counts, on=["place", "kind"], how="left", validate="m:1", maintain_order="left")["_count"].is_not_null()
    kind, elsewhere = pl.col("kind"), pl.lit("INTERSTATE_INTERLATA")
    needs_place = kind.is_in([LOCAL_KIND, *JURISDICTIONS])
    barred = (kind == "FOREIGN") & ~pl.col("may_call_abroad")
    return made.with_columns(
        kind=pl.when(pl.col("is_toll_free"))
        .then(pl.lit("TF_IN"))
        .when(barred | (needs_place & ~reachable))
        .then(elsewhere)
        .otherwise(kind),
        place=pl.when(pl.col("is_toll_free")).then(pl.lit("Louisville")).otherwise(pl.col("place")),
    )


def _dialed() -> pl.Expr:
    """The number as dialed: seven digits at home, ten or eleven beyond, 011 abroad."""
    ten = pl.concat_str("code", pl.col("last4").cast(pl.String))
    npa = pl.col("charge_number").str.head(3)
    is_home = (pl.col("kind") == LOCAL_KIND) & (pl.col("code").str.head(3) == npa)
    foreign = pl.concat_str("dialed", (pl.col("pick") * 7 % 10**9 + 2 * 10**9).cast(pl.String).str.head(pl.col("digits")))
    information = pl.when(pl.col("odd") % 2 == 0).then(pl.lit("411")).otherwise(phrase("1{}5551212", npa))
    n11 = pl.lit(pl.Series(_N11)).gather(pl.col("pick") % len(_N11))
    return (
        pl.when(pl.col("kind") == "TF_IN").then(pl.col("charge_number"))
        .when(pl.col("kind") == "TOLL_FREE").then(phrase("1800{}", 2_000_000 + pl.col("pick") % 7_000_000))
        .when(pl.col("kind") == "N11").then(n11)
        .when(pl.col("kind") == "DA").then(information)
        .when(pl.col("kind") == "FOREIGN").then(foreign)
        .when(is_home).then(ten.str.slice(3))
        .when(pl.col("odd") % 3 == 0).then(ten)
        .otherwise(phrase("1{}", ten))
    )  # fmt: skip


def _vendor_charge() -> pl.Expr:
    """The carrier's own figure on calls between states of the state plan: rate by six seconds, to four decimals."""
    row = next(row for row in sample_table("ld_plans") if row["plan"] == "STD" and row["match"] == "INTERSTATE_INTERLATA")
    tenths_of_mils = int(Decimal(row["rate_per_min"]) * 10_000)
    billed = (pl.max_horizontal("talk", pl.lit(int(row["first_interval"]))) + 5) // 6 * 6
    charge = (billed * tenths_of_mils + 30) // 60
    text = phrase("{}.{}", charge // 10_000, (charge % 10_000).cast(pl.String).str.zfill(4))
    is_known = (pl.col("source") == "CARRIER") & (pl.col("plan") == "STD") & pl.col("kind").str.starts_with("INTERSTATE")
    return pl.when(is_known & pl.col("answered")).then(text)


def _texts(made: pl.DataFrame, period: Period) -> pl.DataFrame:
    carrier = pl.col("source") == "CARRIER"
    kind = pl.col("kind")
    start = pl.lit(dt.datetime(period.year, period.month, 1)) + pl.duration(seconds=pl.col("slot") + pl.col("ring"))  # noqa: DTZ001
    given = (
        pl.when(kind == "TF_IN").then(pl.lit("TF_IN")).when(carrier & (kind == "DA")).then(pl.lit("DA"))
        .when(carrier & (kind == "FOREIGN") & pl.col("dialed").str.starts_with("011")).then(pl.lit("IDDD"))
        .when(carrier & kind.is_in(JURISDICTIONS)).then(pl.lit("DDD"))
    )  # fmt: skip
    incoming = pl.concat_str("code", pl.col("last4").cast(pl.String))
    has_code = (pl.col("odd") % 5 == 0) & (kind != "TF_IN")
    return made.select(
        source_record_id=phrase("CDR-{}-{}", pl.lit(str(period)), pl.col("call").cast(pl.String).str.zfill(9)),
        source="source",
        charge_number="charge_number",
        from_number=pl.when(kind == "TF_IN").then(incoming).otherwise("charge_number"),
        to_number=_dialed(),
        connect_at=pl.concat_str(start.dt.strftime("%Y-%m-%dT%H:%M:%S"), "offset"),
        duration_seconds=pl.when("answered").then("talk").otherwise(0).cast(pl.String),
        answered=pl.when("answered").then(pl.lit("true")).otherwise(pl.lit("false")),
        call_type=given,
        auth_code=pl.when(has_code).then("auth_code"),
        vendor_jurisdiction=pl.when(carrier & kind.is_in(JURISDICTIONS)).then(kind),
        vendor_charge=_vendor_charge(),
        direction=pl.when(kind == "TF_IN").then(pl.lit("IN")).otherwise(pl.lit("OUT")),
        trunk="trunk",
    )
