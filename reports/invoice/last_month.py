"""Last month's lines beside this month's: the same line found again, and the same rate code added up."""

from collections.abc import Iterable
from typing import Any

from reports.figures import money, number

Line = dict[str, Any]
_CALLS = "long_distance"


class LastMonth:
    """One invoice's lines of the month before.

    A line is found again by billing number, stream, component, rate code and words (of calls the words before their count),
    where both months have it once; a line that was split or merged shows nothing rather than a part.
    """

    def __init__(self, name: str, before: Iterable[Line], now: Iterable[Line]) -> None:
        self.name = name
        self._lines: dict[tuple[str, ...], list[Line]] = {}
        self._codes: dict[tuple[str, str], list[Line]] = {}
        self._now: dict[tuple[str, ...], int] = {}
        for line in before:
            self._lines.setdefault(_same(line), []).append(line)
            self._codes.setdefault((line["family"], line["rate_code"]), []).append(line)
        for line in now:
            key = _same(line)
            self._now[key] = self._now.get(key, 0) + 1

    def cell(self, what: str, line: Line) -> str:
        """Last month's quantity (`before`) or dollars (`was`) of a line; a dash where it was not there."""
        key = _same(line)
        found = self._lines.get(key, [])
        if not found:
            return "–" if self._now[key] == 1 else ""
        if len(found) > 1 or self._now[key] > 1:
            return ""
        return money(found[0]["amount"]) if what == "was" else number(found[0]["quantity"])

    def of_code(self, family: str, code: str) -> list[Line]:
        """Last month's lines of one rate code."""
        return self._codes.get((family, code), [])


def _same(line: Line) -> tuple[str, ...]:
    words = line["description"] or ""
    if line["stream"] == _CALLS:
        words = words.rpartition(": ")[0] or words
    return (line["billing_number"], line["family"], line["component"], line["rate_code"] or "", words)
