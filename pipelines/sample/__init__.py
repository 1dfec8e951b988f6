"""A believable sample state: agencies, rates, inventory and two months of all nine feeds, mistakes included."""

from pipelines.sample.write import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
