"""The benchmark compares like with like: every engine comes to the same cents in every row."""

from pathlib import Path

import pytest

from tests.bench import kernel_data
from tests.bench.bench_kernels import ENGINES, compute

ROWS = 4000


@pytest.mark.parametrize("kernel", kernel_data.MAKERS)
def test_all_engines_come_to_the_same_cents(kernel: str, tmp_path: Path) -> None:
    kernel_data.write(kernel, ROWS, tmp_path)

    found = {engine: compute(kernel, engine, tmp_path)[0].sort("row") for engine in ENGINES}

    ours = found["cotbill"]
    assert ours.height > ROWS * 9 // 10
    for engine in ENGINES[1:]:
        assert [int(row) for row in found[engine]["row"]] == ours["row"].to_list()
        assert [int(cents) for cents in found[engine]["cents"]] == [int(cents) for cents in ours["cents"]], engine
