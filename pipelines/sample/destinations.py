"""Where calls go: for each rate center, the exchanges that are local and those of each jurisdiction."""

from typing import Final

import polars as pl

from pipelines.sample.places import Place
from pipelines.sample.rows import read_data
from pipelines.sample.world import World

LOCAL_KIND: Final = "LOCAL"
TOLL_FREE_CALLERS: Final = "TF_IN"


def destination_table(world: World) -> pl.DataFrame:
    """place, kind, rank (from 0), code: every exchange that a call of that kind can reach from there.

    Callers of toll-free numbers come from everywhere (kind TF_IN, at Louisville).
    """
    near = {frozenset((row["rate_center_a"], row["rate_center_b"])) for row in read_data("local_calling")}
    found: dict[tuple[str, str], list[str]] = {}
    for here in world.places:
        for there in world.places:
            found.setdefault((here.name, _kind(here, there, near)), []).extend(there.exchanges)
    found["Louisville", TOLL_FREE_CALLERS] = [code for place in world.places for code in place.exchanges]
    rows = [(place, kind, rank, code) for (place, kind), codes in found.items() for rank, code in enumerate(codes)]
    return pl.DataFrame(rows, schema={"place": pl.String(), "kind": pl.String(), "rank": pl.Int64(), "code": pl.String()}, orient="row")


def _kind(here: Place, there: Place, near: set[frozenset[str]]) -> str:
    if here.name == there.name or frozenset((here.name, there.name)) in near:
        return LOCAL_KIND
    state = "INTRASTATE" if here.state == there.state else "INTERSTATE"
    return f"{state}_INTRALATA" if here.lata == there.lata else f"{state}_INTERLATA"


def foreign_table() -> pl.DataFrame:
    """List how abroad is dialed: dialed (the digits in front), digits (how many follow)."""
    rows = read_data("foreign")
    return pl.DataFrame({"dialed": [row["dialed"] for row in rows], "digits": [int(row["digits"]) for row in rows]})
