"""Call detail: masked, released, redacted, and nowhere else."""
