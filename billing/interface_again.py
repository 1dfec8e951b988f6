"""Send documents a second time: turned, or with the accounting codes that were corrected since."""

import datetime as dt
from typing import Final

import polars as pl

from billing.coa import invalid_values, with_object
from billing.effective import in_force
from billing.errors import Location, RefusalsError, TableError
from billing.fiscal import posting_place
from billing.frames import FUNDING_FIELDS, SPLITS, Earlier, Tables, conform
from billing.interface import Batch
from billing.interface_checks import check_documents
from billing.interface_frames import JOURNAL
from billing.interface_names import batch_name, document_names
from billing.money import DOLLARS
from billing.origins import split_origins
from billing.periods import Period
from billing.policy import Policy

_TURNED: Final = {"DR": "CR", "CR": "DR"}
_REVERSAL: Final = "REVERSAL "
_LONGEST_DESCRIPTION: Final = 60


def sent_again(
    journal: pl.DataFrame, tables: Tables, period: Period, policy: Policy, posted_on: dt.date, *, batch: Batch, turned: bool
) -> pl.DataFrame:  # fmt: skip
    """The same documents under new names, dated anew, each naming the one it stands for; with `turned` its sides turned.

    Amounts, codes and lines stay as they were sent.

    Args:
        journal: JOURNAL of the documents.

    Returns: JOURNAL, by document and line.

    Raises:
        ReconciliationError: V014 or V013.
    """
    old = journal.select("doc_id").unique().sort("doc_id").with_row_index("_doc").with_columns(pl.col("_doc").cast(pl.Int64))
    names = document_names(period, batch.first_document, old.height).rename({"doc_id": "_name"})
    place = posting_place(tables, period, posted_on, policy.period_13_days)
    words = pl.concat_str(pl.lit(_REVERSAL), "description").str.slice(0, _LONGEST_DESCRIPTION)
    named = journal.join(old.join(names, on="_doc", validate="1:1"), on="doc_id", how="left", validate="m:1")
    made = named.with_columns(
        rfed_doc_id="doc_id", rfed_doc_code="doc_code", doc_id="_name", batch_id=pl.lit(batch_name(period, batch.number)),
        sent_as=pl.lit(batch.sent_as), posted_on=pl.lit(posted_on), fy=pl.lit(place.fiscal_year, pl.Int64),
        bfy=pl.lit(place.fiscal_year, pl.Int64), fiscal_period=pl.lit(place.fiscal_period, pl.Int64),
        dr_cr=pl.col("dr_cr").replace(_TURNED) if turned else pl.col("dr_cr"), description=words if turned else pl.col("description"),
    )  # fmt: skip
    again = conform(made.select(list(JOURNAL)), JOURNAL).sort("doc_id", "doc_line")
    amount = pl.when((pl.col("dr_cr") == "CR") == pl.lit(turned)).then(pl.col("amount")).otherwise(-pl.col("amount"))
    check_documents(again, journal.filter(pl.col("party") == "BUYER").select(amount.cast(DOLLARS).alias("amount"))["amount"])
    return again


def corrected(splits: pl.DataFrame, lines: pl.DataFrame, tables: Tables, earlier: Earlier) -> pl.DataFrame:
    """Put the accounting codes that the funding strings hold today on splits as they were posted; amounts stay.

    A part's string is the one with its billing number and seq, in force on the day that decided the split. A part
    whose string is no longer there keeps its codes.

    Args:
        splits: SPLITS to be sent again.
        lines: LINES of the whole month; tables: funding_strings as they are today; earlier: as the month was billed.

    Rows: as given. Returns: SPLITS.
    """
    strings = tables["funding_strings"].select(
        "billing_number", "seq", "valid_from", "valid_to", _found=pl.lit(value=True), **{f"_{name}": name for name in FUNDING_FIELDS}
    )
    paid = splits.join(_payers(lines, earlier), on="charge_id", how="left", validate="m:1", maintain_order="left")
    take = {name: name for name in ("_found", *[f"_{name}" for name in FUNDING_FIELDS])}
    today = in_force(paid, strings, on={"_number": "billing_number", "seq": "seq"}, date="_day", take=take)
    anew = [
        pl.when(pl.col("_found").fill_null(value=False)).then(pl.col(f"_{name}")).otherwise(pl.col(name)).alias(name)
        for name in FUNDING_FIELDS
    ]
    return conform(today.with_columns(anew).select(list(SPLITS)), SPLITS)


def _payers(lines: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """Whose string of which day paid each charge: charge_id, _number, _day."""
    origins = split_origins(lines, earlier)
    old = earlier.charges.select(earlier_id="charge_id", _old_number="billing_number", _old_day=pl.col("stop_date").dt.offset_by("-1d"))
    found = origins.join(old.unique("earlier_id"), on="earlier_id", how="left", validate="m:1")
    number, day = pl.coalesce("_old_number", "billing_number"), pl.coalesce("_old_day", "funding_date")
    return found.select("charge_id", _number=number, _day=day)


def refuse_invalid(splits: pl.DataFrame, lines: pl.DataFrame, tables: Tables, posted_on: dt.date) -> None:
    """Refuse what the accounting system would reject again.

    Raises:
        TableError, RefusalsError: a value is not in coa_values on the posting date, a line for each.
    """
    if tables["coa_values"].is_empty():
        return
    charges = lines.select("charge_id", "billing_number", "rate_code")
    rows = splits.join(charges, on="charge_id", how="left", validate="m:1").with_columns(_day=pl.lit(posted_on))
    paid = with_object(rows, tables, day="_day").with_row_index("_row")
    bad = invalid_values(paid.drop("_row"), tables, day="_day").join(
        paid.select("_row", "billing_number", "seq"), on="_row", validate="m:1"
    )
    faults = [
        TableError(f"{element} {value} of funding string {seq} of {number} is not in coa_values.csv on {posted_on}; correct it",
                   at=Location("funding_strings.csv"))
        for number, seq, element, value in bad.select("billing_number", "seq", "element", "value").unique().sort(pl.all()).rows()
    ]  # fmt: skip
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise RefusalsError(list(faults))
