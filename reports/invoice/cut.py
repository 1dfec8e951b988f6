"""A month's frames cut by invoice: sorted once, each invoice's rows made only when it is its turn."""

from typing import Any

import polars as pl

Line = dict[str, Any]


class Cut:
    """A frame whose rows of one key lie together."""

    def __init__(self, frame: pl.DataFrame, key: str, *order: str) -> None:
        self._frame = frame.filter(pl.col(key).is_not_null()).sort(key, *order)
        sizes = self._frame.group_by(key, maintain_order=True).len()
        self._spans: dict[str, tuple[int, int]] = {}
        start = 0
        for value, size in sizes.iter_rows():
            self._spans[value] = (start, size)
            start += size

    @property
    def is_empty(self) -> bool:
        """Whether nothing was cut."""
        return self._frame.is_empty()

    def frame(self, value: str) -> pl.DataFrame:
        """The rows of one key, in their order."""
        start, size = self._spans.get(value, (0, 0))
        return self._frame.slice(start, size)

    def rows(self, value: str) -> list[Line]:
        """The same as dicts."""
        return self.frame(value).to_dicts()
