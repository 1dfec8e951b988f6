"""A sample month as the program publishes it, made once for the reports that must foot on it."""

from pathlib import Path

import pytest

from reports.published import Published, of_mart
from tests.e2e.program import cotbill


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sample months, both run."""
    root = tmp_path_factory.mktemp("sample") / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    for period in ("2026-09", "2026-10"):
        assert cotbill("run", period, "-w", str(root), "--as-of", "2026-11-06").code == 3
    return root


@pytest.fixture(scope="session")
def sample(sample_root: Path) -> Published:
    """The second of the two."""
    return of_mart("2026-10", sample_root / "mart" / "cotbill.duckdb")
