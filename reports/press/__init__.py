"""The press: views of invoices put on paper. Nothing here loads polars, so that a worker is small and quick to start."""
