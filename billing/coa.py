"""Chart-of-accounts elements: which object pays a charge, and whether the accounting system knows a string's values."""

from typing import Final

import polars as pl

from billing.effective import in_force
from billing.findings import find, gather
from billing.frames import FINDINGS, FUNDING_FIELDS, Tables, empty
from billing.funding import SET, paying_strings
from billing.wording import phrase

REVENUE: Final = "revenue_source"
ELEMENTS: Final = (*FUNDING_FIELDS, REVENUE)


def with_object(strings: pl.DataFrame, tables: Tables, *, day: str) -> pl.DataFrame:
    """Put the object that pays in `object`: the rate code's, else the billing number's default, else the string's own.

    Args:
        strings: with billing_number, rate_code, object and the Date column named by `day`.

    Rows: as given.
    """
    by_code = tables["rate_codes"].select("rate_code", _by_code="buyer_object")
    take = {"default_object": "_by_number"}
    numbered = in_force(strings, tables["billing_numbers"], on={"billing_number": "billing_number"}, date=day, take=take)
    coded = numbered.join(by_code, on="rate_code", how="left", validate="m:1", maintain_order="left")
    return coded.with_columns(object=pl.coalesce("_by_code", "_by_number", "object")).drop("_by_code", "_by_number")


def invalid_values(strings: pl.DataFrame, tables: Tables, *, day: str) -> pl.DataFrame:
    """List the values of strings that coa_values does not know on a day.

    An element of which coa_values lists nothing is not checked; without the table nothing is.

    Args:
        strings: any columns, some of them elements; day names a Date column.

    Rows: one per row and bad element, by row and the elements' order. Returns: _row (0-based), element, value.
    """
    values = tables["coa_values"]
    listed = set(values["element"].to_list())
    elements = [name for name in ELEMENTS if name in strings.columns and name in listed]
    given = strings.with_row_index("_row").unpivot(elements, index=["_row", day], variable_name="element", value_name="value")
    asked = given.filter(pl.col("value").is_not_null())
    covers = (pl.col("valid_from") <= pl.col(day)) & (pl.col("valid_to").is_null() | (pl.col(day) < pl.col("valid_to")))
    known = asked.join(values.select("element", "value", "valid_from", "valid_to"), on=["element", "value"], how="inner").filter(covers)
    bad = asked.join(known.select("_row", "element").unique(), on=["_row", "element"], how="anti")
    order = pl.col("element").replace_strict({name: n for n, name in enumerate(ELEMENTS)}, return_dtype=pl.Int32)
    return bad.sort("_row", order).select("_row", "element", "value")


def audit_coa(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """A106: a string that pays the record holds a value that the accounting system does not know on funding_date.

    The first bad element of the first such string is named. Of a number that splits in the accounting system only the
    string that is sent is asked. Needs billing_number, rate_code, funding_date, and records with whole strings.
    """
    if tables["coa_values"].is_empty() or records.is_empty():
        return empty(FINDINGS)
    wanted = records.select(SET).unique()
    strings = with_object(_sent(paying_strings(tables, wanted), tables), tables, day="funding_date")
    bad = invalid_values(strings, tables, day="funding_date").unique("_row", keep="first", maintain_order=True)
    firsts = strings.with_row_index("_row").join(bad, on="_row", how="inner", validate="1:1").sort(*SET, "seq")
    named = firsts.unique(SET, keep="first", maintain_order=True).select(*SET, _seq="seq", _element="element", _value="value")
    hits = records.join(named, on=SET, how="inner", validate="m:1", maintain_order="left")
    return gather(
        *[
            find(
                hits.filter(pl.col("_element") == element), "A106", pl.lit(value=True), column=element, raw=pl.col("_value"),
                message=phrase(
                    f"{element} {{}} of funding string {{}} of {{}} is not in coa_values.csv on {{}}",
                    "_value", "_seq", "billing_number", "funding_date",
                ),
            )
            for element in ELEMENTS if element in set(named["_element"].to_list())
        ]
    )  # fmt: skip


def _sent(strings: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Of numbers that split in the accounting system, the lowest string alone."""
    on = {"billing_number": "billing_number"}
    moded = in_force(strings, tables["billing_numbers"], on=on, date="funding_date", take={"split_mode": "_mode"})
    alone = pl.col("_mode").fill_null("ENGINE") == "EMARS"
    return moded.filter(~alone | (pl.col("seq") == pl.col("seq").min().over(SET))).drop("_mode")
