"""The number plan: which country and state each area code belongs to; the built-in table of public area codes."""

import csv
from functools import cache
from importlib import resources
from typing import Final

import polars as pl

from billing.frames import conform, table_schema

_FILE: Final = "npa.csv"


@cache
def builtin() -> pl.DataFrame:
    """The public area codes assigned in the North American Numbering Plan on 4 March 2020, sorted by npa.

    country is an ISO code, `US` for the states, the territories and the area codes without a place. A workspace's
    own number_plan.csv takes this table's place whole.

    Returns: table_schema("number_plan").

    Source: NANPA area code report of 4 March 2020.
    """
    text = resources.files("rates").joinpath("data", _FILE).read_text(encoding="utf-8")
    header, *lines = csv.reader(text.splitlines(), strict=True)
    rows = [[cell or None for cell in line] for line in lines]
    table = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    placed = table.with_columns(
        source_file=pl.lit(_FILE), source_line=pl.int_range(2, table.height + 2, dtype=pl.Int64)
    )  # line 1 is the header
    return conform(placed, table_schema("number_plan"))
