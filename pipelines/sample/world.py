"""The whole sample state before it is written: one object that every feed draws on."""

from dataclasses import dataclass

from pipelines.sample.agencies import Agency, agencies_of
from pipelines.sample.inventory import Inventory, inventory_of
from pipelines.sample.numbers import Number, numbers_of
from pipelines.sample.places import Place, places
from pipelines.sample.scale import Scale


@dataclass(frozen=True)
class World:
    """Who is billed, where they are and what they have."""

    seed: int
    scale: Scale
    agencies: list[Agency]
    numbers: list[Number]
    places: list[Place]
    inventory: Inventory

    def having(self, stream: str) -> list[Number]:
        """The numbers that use a stream, named by its letter."""
        return [number for number in self.numbers if stream in number.streams]

    def number(self, billing_number: str) -> Number:
        """One number by its text."""
        return next(number for number in self.numbers if number.billing_number == billing_number)


def world_of(scale: Scale, seed: int) -> World:
    """Draw the world of a scale and seed."""
    agencies = agencies_of(scale, seed)
    known = places()
    homes = [place.name for place in known if place.state == "KY"]
    numbers = numbers_of(agencies, homes, scale, seed)
    return World(seed, scale, agencies, numbers, known, inventory_of(numbers, known, seed))
