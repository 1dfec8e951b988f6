"""The sample month that the reports are held against, for the paper made of them."""

from tests.records.conftest import sample, sample_root

__all__ = ["sample", "sample_root"]
