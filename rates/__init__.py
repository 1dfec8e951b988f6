"""The rate schedule: load, check, look up, sample."""
