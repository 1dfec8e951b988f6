"""A month whose expected files people read; `just golden` rewrites them and shows what moved."""
