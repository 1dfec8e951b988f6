"""The analysts' file: its views, macros, queries, papers and locks."""
