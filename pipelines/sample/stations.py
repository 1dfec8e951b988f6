"""The lines that call: their owners, plans and permissions, and the rows of call_owners.csv."""

from typing import Final

import polars as pl

from pipelines.sample.agencies import SINCE
from pipelines.sample.inventory import Item
from pipelines.sample.numbers import Number
from pipelines.sample.rows import Row
from pipelines.sample.world import World

STATIONS: Final = {
    "charge_number": pl.String(), "place": pl.String(), "offset": pl.String(), "auth_code": pl.String(), "trunk": pl.String(),
    "source": pl.String(), "plan": pl.String(), "may_call_abroad": pl.Boolean(), "is_toll_free": pl.Boolean(),
}  # fmt: skip


def may_call_abroad(item: Item) -> bool:
    """Every fourth line of a number may."""
    return item.index % 4 == 0


def stations_of(world: World) -> pl.DataFrame:
    """Every line that calls in both months: steady lines, toll-free numbers, lines behind a trunk. Returns STATIONS."""
    found = world.inventory
    codes: dict[str, list[str]] = {}
    for code, number in found.codes.items():
        codes.setdefault(number.billing_number, []).append(code)
    rows: list[dict[str, object]] = []
    for item in found.voip + found.centrex:
        number = item.spans[0].number
        if item.is_steady and "L" in number.streams:
            source = ("CARRIER", "CARRIER", "CUCM", "CARRIER", "ASTERISK")[item.index % 5]
            auth = codes[number.billing_number][item.index % len(codes[number.billing_number])] if item.index % 3 == 0 else None
            rows.append(_row(item.key, item, number, source, auth_code=auth, may_call_abroad=may_call_abroad(item)))
    for key, number in found.toll_free.items():
        rows.append({**_row(key, None, number, "CARRIER"), "is_toll_free": True})
    for trunk, number in found.trunks.items():
        place = next(place for place in world.places if place.name == number.place)
        key = found.behind_trunks[trunk]
        rows.append({**_row(key, None, number, "CUCM", trunk=trunk), "place": place.name, "offset": place.offset})
    return pl.DataFrame(rows, schema=STATIONS)


def _row(key: str, item: Item | None, number: Number, source: str, **more: object) -> dict[str, object]:
    return {
        "charge_number": key, "place": item.place.name if item else None, "offset": item.place.offset if item else "-04:00",
        "auth_code": None, "trunk": None, "source": source, "plan": number.plan, "may_call_abroad": False, "is_toll_free": False, **more,
    }  # fmt: skip


def owner_rows(world: World) -> list[Row]:
    """Rows of call_owners.csv: lines and stations by owner and date, toll-free numbers, codes, trunks, spare lines."""
    found = world.inventory
    rows = []
    for item in found.voip + found.centrex:
        for index, span in enumerate(item.spans):
            since = SINCE if index == 0 and str(span.start) > SINCE else str(span.start)
            rows.append(_owner("NUMBER", item.key, span.number, since, str(span.stop or ""), abroad=may_call_abroad(item)))
    rows += [_owner("NUMBER", key, number) for key, number in found.toll_free.items()]
    rows += [_owner("AUTH_CODE", key, number, abroad=True) for key, number in found.codes.items()]
    rows += [_owner("TRUNK", key, number) for key, number in found.trunks.items()]
    rows += [_owner("NUMBER", key, number, abroad=index < 2) for index, (key, number) in enumerate(found.spare.items())]
    return rows


def _owner(kind: str, key: str, number: Number, since: str = SINCE, until: str = "", *, abroad: bool = False) -> Row:
    return {
        "key_kind": kind, "key": key, "billing_number": number.billing_number, "plan": number.plan,
        "international_allowed": "Y" if abroad else "N", "valid_from": since, "valid_to": until,
    }  # fmt: skip
