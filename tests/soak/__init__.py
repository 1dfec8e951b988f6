"""Years of months worked to their close, one after another."""
