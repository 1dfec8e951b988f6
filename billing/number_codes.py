"""Codes for whole numbers, given as the numbers are first met and kept: a table of all that there can be, no hash."""

from typing import Final

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]

LARGEST_TABLE: Final = 1 << 26  # entries
_LINES: Final = 10_000  # numbers of one exchange


class KeyCodes:
    """Codes 0, 1, 2 … of keys from 0 up; `keys` lists them by code. A key beyond LARGEST_TABLE finds it full."""

    def __init__(self) -> None:
        self.keys: Numbers = np.empty(0, dtype=np.int64)
        self.is_full = False
        self._codes: Codes = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return len(self.keys)

    def of(self, keys: Numbers) -> Codes:
        """The code of each key; of no use once the table is full."""
        if not self._has_room(int(keys.max(initial=-1)) + 1):
            return np.zeros(len(keys), dtype=np.int32)
        codes = self._codes[keys]
        is_new = codes < 0
        if is_new.any():
            new = np.unique(keys[is_new])
            self._codes[new] = np.arange(len(self.keys), len(self.keys) + len(new), dtype=np.int32)
            self.keys = np.append(self.keys, new)
            codes = self._codes[keys]
        return codes

    def _has_room(self, size: int) -> bool:
        if size > LARGEST_TABLE:
            self.is_full = True
        if not self.is_full and size > len(self._codes):
            more = np.full(min(2 * size, LARGEST_TABLE) - len(self._codes), -1, dtype=np.int32)
            self._codes = np.append(self._codes, more)
        return not self.is_full


class NumberCodes:
    """Codes of ten-digit numbers: a table of exchanges, and one of all lines of the exchanges met."""

    def __init__(self) -> None:
        self._exchanges, self._lines = KeyCodes(), KeyCodes()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def is_full(self) -> bool:
        """Whether there were more exchanges than there is room for."""
        return self._exchanges.is_full or self._lines.is_full

    @property
    def numbers(self) -> Numbers:
        """The numbers by code."""
        exchange, line = np.divmod(self._lines.keys, _LINES)
        return self._exchanges.keys[exchange] * _LINES + line

    def of(self, numbers: Numbers) -> Codes:
        """The code of each number of at most ten digits."""
        exchange = numbers // _LINES
        return self._lines.of(self._exchanges.of(exchange).astype(np.int64) * _LINES + (numbers - exchange * _LINES))
