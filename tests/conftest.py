"""Shared test set-up."""

import datetime as dt

import polars as pl
import pytest

pl.Series([dt.date(2026, 1, 1)])  # polars' first date conversion must not happen under a frozen clock

_LONG = ("/tests/finished/", "/tests/soak/", "/tests/faults/")  # a worker that begins one of these late is waited for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the two workers of a small machine begin with what takes long: the first with its first folder, the second with the others."""
    first = [item for item in items if _LONG[0] in str(item.path)]
    second = [item for item in items if any(folder in str(item.path) for folder in _LONG[1:])]
    others = [item for item in items if item not in set(first) | set(second)]
    half = max(len(items) // 2 - len(first), 0)
    items[:] = [*first, *others[:half], *second, *others[half:]]
