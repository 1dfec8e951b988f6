"""Where the sample's telephones are: Kentucky exchanges, and some cities that people call."""

from dataclasses import dataclass

from pipelines.sample.rows import Row, read_data


@dataclass(frozen=True)
class Place:
    """A rate center: its state, LATA, coordinates, offset from UTC in autumn, and its NPA-NXXs."""

    name: str
    state: str
    lata: str
    v: int
    h: int
    offset: str
    exchanges: tuple[str, ...]  # six digits each


def places() -> list[Place]:
    """All places, Kentucky's first. Exchanges and LATAs are public facts; coordinates are close to the published ones."""
    return [
        Place(
            row["place"], row["state"], row["lata"], int(row["v"]), int(row["h"]), row["offset"], tuple(row["npa_nxx"].split())
        )
        for row in read_data("places")
    ]  # fmt: skip


def exchange_rows(known: list[Place]) -> list[Row]:
    """Rows of exchanges.csv; two thousands blocks of one exchange have rows of their own."""
    rows = [
        {
            "npa": code[:3], "nxx": code[3:], "block": "", "state": place.state, "lata": place.lata, "rate_center": place.name,
            "v": str(place.v), "h": str(place.h),
        }
        for place in known for code in place.exchanges
    ]  # fmt: skip
    pooled = next(row for row in rows if row["npa"] + row["nxx"] == "502695")
    return rows + [{**pooled, "block": block} for block in ("2", "3")]


class Exchanges:
    """Hands out telephone numbers, each once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def next_number(self, place: Place, turn: int) -> str:
        """The next free ten digits at a place; `turn` chooses among its exchanges. Numbers end in 1000 to 9999."""
        code = place.exchanges[turn % len(place.exchanges)]
        count = self._given.get(code, 0)
        self._given[code] = count + 1
        return f"{code}{1000 + count * 37 % 9000}"
