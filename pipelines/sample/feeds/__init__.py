"""One module a feed: the clean rows of a month."""
