"""Approvals: people, levels, forged and stale ones, and signatures."""
