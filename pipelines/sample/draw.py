"""Seeded draws that give the same answer on every machine and Python: each is the hash of seed, topic and a counter."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws of its own for each topic, so that one part of the sample never shifts another."""

    def __init__(self, seed: int, *topic: str) -> None:
        self._name = "/".join((str(seed), *topic)).encode()
        self._count = 0

    def below(self, stop: int) -> int:
        """A whole number from 0 up to, not including, `stop`."""
        self._count += 1
        digest = hashlib.blake2b(self._count.to_bytes(8, "big") + self._name, digest_size=8).digest()
        return int.from_bytes(digest, "big") % stop

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        """True that often in a hundred."""
        return self.below(100) < percent
