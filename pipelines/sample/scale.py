"""How large a sample is: agencies, billing numbers, and calls a month."""

from dataclasses import dataclass
from typing import Final, Literal

ScaleName = Literal["small", "medium", "large"]


@dataclass(frozen=True)
class Scale:
    """Counts; the first agencies and numbers are the same at every scale."""

    agencies: int
    numbers: int
    calls: int  # a month
    calls_in_a_file: int


SCALES: Final[dict[str, Scale]] = {
    "small": Scale(agencies=13, numbers=40, calls=2_000, calls_in_a_file=1_000),
    "medium": Scale(agencies=60, numbers=400, calls=50_000, calls_in_a_file=25_000),
    "large": Scale(agencies=200, numbers=2_000, calls=2_000_000, calls_in_a_file=250_000),
}
