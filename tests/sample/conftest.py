"""One small sample for all tests of it."""

from pathlib import Path

import pytest

from pipelines.sample import write_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace of seed 7; tests only read it."""
    root = tmp_path_factory.mktemp("sample")
    write_sample(root, scale="small", seed=7)
    return root
