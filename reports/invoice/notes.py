"""What to look at on an invoice beside its findings: part months, items that came and went, nothing used, unusual stock."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from reports.figures import count, dollars
from reports.invoice.families import FAMILIES
from reports.invoice.movement import History
from reports.invoice.sections import total_of
from reports.press.view import Check

Line = dict[str, Any]
RECURRING: Final = ("circuits", "voip", "centrex")
_STOCK: Final = "stock"
_LEAST_MONTHS: Final = 3


def notes(lines: list[Line], before: list[Line] | None, history: History, *, told: set[str]) -> Iterator[Check]:
    """One sentence a kind, with the section it is about.

    Args:
        before: last month's lines; null when there is nothing to compare.
        told: codes of findings that are listed already.
    """
    for family in RECURRING:
        mine = [line for line in lines if line["family"] == family and line["component"] == "MRC"]
        yield from _part_months(family, mine)
        if before is not None and "V011" not in told:
            yield from _came_and_went(family, mine, [line for line in before if line["family"] == family and line["component"] == "MRC"])
    unused = [line for line in lines if line["quantity"] is not None and line["quantity"] == 0]
    if unused:
        yield Check(f"{count(len(unused), 'line')} with nothing used ({dollars(total_of(unused))}).", unused[0]["family"])
    yield from _stock(history)


def _title(family: str) -> str:
    return FAMILIES[family].title


def _part_months(family: str, lines: list[Line]) -> Iterator[Check]:
    part = [line for line in lines if line["quantity"] is not None and 0 < line["quantity"] < 1]
    if part:
        verb = "is" if len(part) == 1 else "are"
        yield Check(f"{_title(family)}: {count(len(part), 'item')} {verb} billed for part of the month. Confirm the dates.", family)


def _came_and_went(family: str, now: list[Line], before: list[Line]) -> Iterator[Check]:
    new, old = _items(now), _items(before)
    came, went = new.keys() - old.keys(), old.keys() - new.keys()
    parts = []
    if came:
        parts.append(f"{count(len(came), 'new item')} ({dollars(sum((new[key] for key in came), Decimal(0)))})")
    if went:
        parts.append(f"{len(went):,} no longer billed ({dollars(sum((old[key] for key in went), Decimal(0)))} last month)")
    if parts:
        yield Check(f"{_title(family)}: {', '.join(parts)}.", family if now else "")


def _items(lines: Iterable[Line]) -> dict[tuple[str, str, str], Decimal]:
    found: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        key = (line["billing_number"], line["rate_code"] or "", line["description"] or "")
        found[key] = found.get(key, Decimal("0.00")) + line["amount"]
    return found


def _stock(history: History) -> Iterator[Check]:
    months = [parts.get(_STOCK, Decimal(0)) for parts in history.values()]
    if len(months) > _LEAST_MONTHS and months[-1] > max(months[:-1]) and months[-1] > 0:
        high = max(months[:-1])
        yield Check(f"Equipment from stock is above the highest of the last {len(months) - 1} months ({dollars(high)}).", _STOCK)
