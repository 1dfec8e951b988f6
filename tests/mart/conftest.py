"""A workspace with the sample's two months published, worked once for all tests here."""

import pytest

from tests.e2e.program import cotbill


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    root = tmp_path_factory.mktemp("mart-sample") / "w"
    assert cotbill("init", str(root), "--sample", "--seed", "7").code == 0
    for period in ("2026-09", "2026-10"):
        assert cotbill("run", period, "-w", str(root), "--as-of", "2026-11-06").code == 3
    return root
