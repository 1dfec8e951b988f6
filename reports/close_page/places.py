"""Where a line belongs: state, cabinet, agency, billing number, by the reference in force at the end of the month."""

from typing import Final

import polars as pl

from reports.close_page.coding import clean
from reports.published import Published

BRANCHES: Final = {  # what stands for a cabinet where an agency has none
    "EXEC": "Executive branch, no cabinet",
    "LEG": "Legislative branch",
    "JUD": "Judicial branch",
    "EDU": "Education",
    "LOCAL": "Local government",
}
UNPLACED: Final = "Not in the agency table"


def agencies(published: Published, codes: pl.Series) -> pl.DataFrame:
    """agency_code, agency_name, cabinet of every code; a code without a row keeps itself as its name.

    Rows: one per distinct code, by code.
    """
    known = _in_force(published, "dim_agency", "agency_code").select(
        "agency_code",
        clean(pl.col("agency_name")),
        cabinet=clean(pl.col("cabinet")).fill_null(pl.col("branch").replace_strict(BRANCHES, default=UNPLACED, return_dtype=pl.String)),
    )
    return _wanted("agency_code", codes).join(known, on="agency_code", how="left", validate="1:1").with_columns(
        pl.col("agency_name").fill_null(pl.col("agency_code")), pl.col("cabinet").fill_null(UNPLACED)
    ).sort("agency_code")  # fmt: skip


def numbers(published: Published, codes: pl.Series) -> pl.DataFrame:
    """billing_number and name of every number; a number without a row has an empty name.

    Rows: one per distinct number, by number.
    """
    known = _in_force(published, "dim_billing_number", "billing_number").select("billing_number", name=clean(pl.col("name")))
    wanted = _wanted("billing_number", codes)
    return (
        wanted.join(known, on="billing_number", how="left", validate="1:1")
        .with_columns(pl.col("name").fill_null(""))
        .sort("billing_number")
    )


def _wanted(name: str, codes: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({name: codes.drop_nulls().unique()}, schema={name: pl.String})


def _in_force(published: Published, table: str, key: str) -> pl.DataFrame:
    """The row of each key in force on the month's last day, else its latest before, else its first after."""
    last = published.month.last_day
    frame = published.now(table).with_columns(_began=(pl.col("valid_from") <= last).fill_null(value=True))
    return frame.sort(key, "_began", "valid_from", nulls_last=False).group_by(key, maintain_order=True).last()
