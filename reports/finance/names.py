"""What agencies and rate codes are called, for the rows of a report."""

import polars as pl

from reports.published import Published


def agency_names(published: Published) -> pl.DataFrame:
    """Each agency with one name: the newest invoice's, else the table's newest row that had begun by the period's end.

    Rows: one per agency_code. Returns: agency_code, agency_name.
    """
    began = pl.col("valid_from").is_null() | (pl.col("valid_from") <= published.month.last_day)
    known = published.now("dim_agency").filter(began).sort("agency_code", "valid_from", descending=[False, True], nulls_last=True)
    named = ("agency_code", "agency_name")
    parts = [published.now("fact_invoice").select(named), published.before("fact_invoice").select(named), known.select(named)]
    whole = pl.concat(parts).filter(pl.col("agency_name").is_not_null() & pl.col("agency_code").is_not_null())
    return whole.unique("agency_code", keep="first", maintain_order=True)


def rate_code_facts(published: Published) -> pl.DataFrame:
    """Returns: rate_code, name, uom, cost_group; one row a rate code."""
    return published.now("dim_rate_code").select("rate_code", "name", "uom", "cost_group")
