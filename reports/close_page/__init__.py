"""The month as one page: a single HTML file that works from a file share, with no network and nothing to install."""
