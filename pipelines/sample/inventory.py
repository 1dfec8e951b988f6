"""What is in service: telephone lines, stations and circuits, each with its owners over time."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.numbers import Number
from pipelines.sample.places import Exchanges, Place

HANDSETS: Final = ("CP-8811", "CP-8841", "CP-8841", "CP-8861")
CIRCUIT_CODES: Final = ("CK20", "CK10", "CK50", "CK60", "CK30", "CK40", "CK80", "CK55", "CK90", "CK20", "CK70", "CK10")
TOLL_FREE: Final = ("800", "888", "877", "866", "855")
MONTH_STARTS: Final = (dt.date(2026, 9, 1), dt.date(2026, 10, 1))


@dataclass(frozen=True)
class Span:
    """One owner's time with an item; `stop` is the first day it is no longer theirs."""

    number: Number
    start: dt.date
    stop: dt.date | None


@dataclass
class Item:
    """A line, station or circuit."""

    key: str
    place: Place
    index: int
    spans: list[Span]
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def is_steady(self) -> bool:
        """Whether one owner has it before September and after October: calls are made from such lines only."""
        return len(self.spans) == 1 and self.spans[0].stop is None and self.spans[0].start < MONTH_STARTS[0]


@dataclass
class Inventory:
    """Everything in service at some time in the two months."""

    voip: list[Item]
    centrex: list[Item]
    circuits: list[Item]
    toll_free: dict[str, Number]
    codes: dict[str, Number]  # authorization codes
    trunks: dict[str, Number]
    behind_trunks: dict[str, str]  # trunk -> the line it sends
    spare: dict[str, Number]  # lines in nobody's inventory, where call mistakes are planted
    exchanges: Exchanges


def inventory_of(numbers: list[Number], known: list[Place], seed: int) -> Inventory:
    """Draw the inventory: VoIP lines, Centrex stations and circuits by the size of each number."""
    by_name = {place.name: place for place in known}
    exchanges = Exchanges()
    found = Inventory([], [], [], {}, {}, {}, {}, {}, exchanges)
    for turn, number in enumerate(numbers):
        place = by_name[number.place]
        draw = Draw(seed, "inventory", number.billing_number)
        mates = [mate for mate in numbers[turn + 1 : turn + 4] if mate.agency.code == number.agency.code and not mate.role]
        if "V" in number.streams:
            for index in range(1 + number.size * 6 // 5):
                key = exchanges.next_number(place, index)
                found.voip.append(Item(key, place, index, _life(number, mates, draw), _line_facts(draw, place, index)))
        if "X" in number.streams:
            for index in range(1 + number.size // 4):
                key = exchanges.next_number(place, index + 1)
                found.centrex.append(Item(key, place, index, _life(number, mates, draw), _station_facts(index, place)))
        if "C" in number.streams:
            for index in range(1 + number.size // 5):
                code = CIRCUIT_CODES[(turn + index) % len(CIRCUIT_CODES)]
                facts = _circuit_facts(draw, code, place, known)
                serial = 100000 + len(found.circuits)
                facts["id_format"] = "LOCAL" if index % 7 == 6 else "SERIAL"
                key = f"COT-{serial}" if facts["id_format"] == "LOCAL" else f"{70 + turn % 20}/HCGS/{serial}/000/SC"
                found.circuits.append(Item(key, place, index, _life(number, mates, draw), facts))
        _call_keys(found, number, turn, place, draw)
    _spare_lines(found, numbers, by_name["Frankfort"])
    return found


def _spare_lines(found: Inventory, numbers: list[Number], place: Place) -> None:
    """Twelve lines of the first number of the state plan that makes calls; the first two may call abroad."""
    owner = next(number for number in numbers if "L" in number.streams and number.plan == "STD")
    for index in range(12):
        found.spare[found.exchanges.next_number(place, index)] = owner


def _call_keys(found: Inventory, number: Number, turn: int, place: Place, draw: Draw) -> None:
    if "L" not in number.streams:
        return
    for index in range(1 + number.size // 15):
        found.codes[f"{turn:04d}{index:02d}{draw.below(100):02d}"] = number
    if turn % 5 == 1:
        found.toll_free[f"{TOLL_FREE[turn // 5 % len(TOLL_FREE)]}{2000000 + turn * 613}"] = number
    if turn % 10 == 6:
        found.trunks[f"TG{turn:05d}"] = number
        found.behind_trunks[f"TG{turn:05d}"] = found.exchanges.next_number(place, 1)


def _life(number: Number, mates: list[Number], draw: Draw) -> list[Span]:
    """Most items are old and stay; a few start, stop or move to another number of the agency in one of the months."""
    old = dt.date(2019, 1, 1) + dt.timedelta(days=draw.below(2600))
    fate, month, day = draw.below(100), draw.pick(MONTH_STARTS), draw.between(1, 27)
    event = month + dt.timedelta(days=day)
    if fate < 4:
        return [Span(number, event, None)]
    if fate < 7:
        return [Span(number, old, event)]
    if fate < 9 and mates:
        return [Span(number, old, event), Span(mates[0], event, None)]
    return [Span(number, old, None)]


def _line_facts(draw: Draw, place: Place, index: int) -> dict[str, str]:
    is_common = index % 9 == 8
    features = ["VF10"] * draw.chance(70) + ["VF20"] * draw.chance(8)
    return {
        "rate_code": "VL20" if is_common else "VL10", "line_kind": "COMMON" if is_common else "USER",
        "device_model": draw.pick(HANDSETS), "device_id": f"SEP{draw.below(16**12):012X}", "features": ";".join(features),
        "location_id": f"KY-{place.name.upper().replace(' ', '-')}-{draw.between(1, 9)}",
        "ticket_no": f"RITM{draw.between(100000, 999999)}",
    }  # fmt: skip


def _station_facts(index: int, place: Place) -> dict[str, str]:
    kind = index % 4
    return {
        "rate_code": ("CX10", "CX10", "CX20", "CX30")[kind], "class_of_service": ("INTERIOR", "INTERIOR", "KEY", "INTERIOR")[kind],
        "usoc": ("RXR", "RXR", "KSL", "ESXHF")[kind], "quantity": ("1", "1", "2", "1")[kind],
        "centrex_group": f"{place.name[:4].upper().replace(' ', 'X')}{place.exchanges[0][3:]}",
    }  # fmt: skip


def _circuit_facts(draw: Draw, code: str, place: Place, known: list[Place]) -> dict[str, str]:
    far = draw.pick([other for other in known if other.state == "KY" and other.name != place.name])
    kind = {"CK10": "T1", "CK20": "ETH", "CK30": "ETH", "CK40": "MPLS", "CK60": "BB", "CK70": "DIA", "CK80": "PRI", "CK90": "ANALOG"}
    speed = {"CK10": "1544", "CK20": "100000", "CK30": "1000000", "CK40": "50000", "CK70": "500000"}
    facts = {
        "rate_code": code, "service_type": kind.get(code, "T1"), "bandwidth_kbps": speed.get(code, ""),
        "a_address": f"{draw.between(100, 2999)} {draw.pick(('Main St', 'Capital Ave', 'Mill Creek Rd', 'Walnut St'))}, {place.name}",
        "order_no": f"C{draw.between(4000, 9999)}", "vendor_ban": f"{place.exchanges[0][:3]} M45-{draw.between(1000, 9999)}",
        "contract_end": f"{draw.between(2027, 2030)}-06-30",
    }  # fmt: skip
    if code in ("CK10", "CK50", "CK55", "CK40"):
        facts["z_address"] = f"{draw.between(100, 2999)} Broadway, {far.name}"
    if code == "CK50":
        facts.update(a_v=str(place.v), a_h=str(place.h), z_v=str(far.v), z_h=str(far.h))
    if code == "CK55":
        facts["ioc_miles"] = str(draw.between(6, 190))
    return facts


def spans_in(item: Item, period: Period) -> list[tuple[int, Span, dt.date | None]]:
    """The owners of an item within a month, with the stop day as far as the month's snapshot can know it."""
    found = []
    for index, span in enumerate(item.spans):
        if span.start < period.stop_day and (span.stop is None or span.stop > period.first_day):
            found.append((index, span, span.stop if span.stop and span.stop <= period.last_day else None))
    return found
