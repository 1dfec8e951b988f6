"""Calls as plain numbers: what a run of ordinary calls comes to when every one of its cells has been read and checked."""

from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
import numpy.typing as npt

TEN_DIGITS: Final = 10**10


@dataclass(frozen=True)
class PlainCalls:
    """Calls without call type, authorisation code and trunk, made in the period's own month; one entry a call in each array."""

    row: npt.NDArray[np.int64]  # place in the file, 0 for the line after the header
    charge_number: npt.NDArray[np.int64]  # written with exactly ten digits
    caller: npt.NDArray[np.int64]  # the calling station's ten digits
    dialled: npt.NDArray[np.int64]  # the called number as a number …
    digits: npt.NDArray[np.int64]  # … and how many digits it was written with, 1 to 18
    day: npt.NDArray[np.int64]  # of the month, from 1
    second: npt.NDArray[np.int64]  # of the local day
    seconds: npt.NDArray[np.int64]  # how long it lasted
    answered: npt.NDArray[np.bool_]
    is_in: npt.NDArray[np.bool_]

    def where(self, keep: npt.NDArray[np.bool_]) -> Self:
        """The calls of the mask."""
        return type(self)(*[getattr(self, name.name)[keep] for name in fields(self)])
