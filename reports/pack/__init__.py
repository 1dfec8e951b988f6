"""The sign-off pack, `close-2026-10.pdf`: what Financial Management reads and signs for a month."""
