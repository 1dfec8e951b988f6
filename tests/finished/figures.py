"""Figures that a finished file shows, each with its place, and how they differ from those of the control report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Figure = tuple[str, str]  # family and key: ("stream", "usage"); one of a kind has no key: ("total", "")
NOTHING = Decimal(0)


@dataclass
class Reading:
    """What one file shows: place, figure, value; and the places where a whole family is claimed to be listed."""

    shown: list[tuple[str, Figure, Decimal]] = field(default_factory=list)
    whole: set[tuple[str, str]] = field(default_factory=set)  # place, family

    def one(self, place: str, family: str, value: Decimal | int | str, key: str = "") -> None:
        """One figure at a place."""
        self.shown.append((place, (family, key), number(value) if isinstance(value, str) else Decimal(value)))

    def all(self, place: str, family: str, values: Mapping[str, Decimal] | Iterable[tuple[str, Decimal]]) -> None:
        """Every figure of a family; one that is not there is a difference too. Rows of one key are added up."""
        for key, value in added(values.items() if isinstance(values, Mapping) else values).items():
            self.one(place, family, value, key)
        self.whole.add((place, family))

    def families(self) -> set[str]:
        """The families that were read."""
        return {family for _, (family, _), _ in self.shown}


def added(values: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Values by key."""
    found: dict[str, Decimal] = {}
    for key, value in values:
        found[key] = found.get(key, NOTHING) + value
    return found


def number(text: str) -> Decimal:
    """A figure as people or files write it; an empty cell is an error, never nothing."""
    return Decimal(text.strip().replace("−", "-").replace("$", "").replace(",", "").removeprefix("+"))


def differences(name: str, reading: Reading, control: Mapping[Figure, Decimal]) -> list[str]:
    """Every figure that is not the control report's, with its file and place. What the report does not have must be nothing."""
    found = []
    for place, figure, value in reading.shown:
        expected = control.get(figure, NOTHING)
        if value != expected:
            found.append(f"{name}: {place}: {' '.join(figure).strip()} is {value:,}, the control report has {expected:,}")
    for place, family in sorted(reading.whole):
        keys = {key for where, (kind, key), _ in reading.shown if (where, kind) == (place, family)}
        missing = [key for (kind, key), value in control.items() if kind == family and value and key not in keys]
        found += [f"{name}: {place}: {family} {key} is not there, the control report has it" for key in sorted(missing)]
    return found
