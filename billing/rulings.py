"""A person's word against a rule's: records put aside by hand, and holds that a person lifted."""

from typing import Final

import polars as pl

from billing.findings import find, gather
from billing.frames import FINDINGS, conform
from billing.wording import phrase

HELD_REASON: Final = "held_reason"  # column of records: why a person put it aside; absent or null: nobody did
RELEASED: Final = "released"  # column of records: codes that a person lifted, `;` between; absent or null: none
_KEY: Final = ["feed", "source_file", "source_line"]
RULINGS: Final = {**{name: FINDINGS[name] for name in _KEY}, HELD_REASON: pl.String(), RELEASED: pl.String()}

# Holds that a person may lift, and why; a price or an owner that is missing cannot be waved through.
RELEASABLE: Final[dict[str, str]] = {
    "A108": "the agreement with this agency allows the code after all",
    "D402": "a service date before the look-back may be approved as CATCH_UP",
    "H901": "a person put it aside and it is settled",
    "L707": "the agency agreed to pay the premium call",
    "L708": "the source confirmed that the call was made and how long it took",
    "Q304": "more than one person worked under this name, so more than 24 hours are right",
    "U504": "the vendor uses the invoice line again for a new cost",
}


def rule(findings: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Add a hold for each record that a person put aside; make a hold that a person lifted a warning.

    Args:
        findings: FINDINGS, in the order of cause.
        records: the records with their SOURCE columns, and held_reason and released where people decided.

    Returns: FINDINGS; what a person put aside comes first.
    """
    if HELD_REASON not in records.columns:
        return findings
    by_hand = find(
        records, "H901", pl.col(HELD_REASON).is_not_null(), column="source_record_id", message=phrase("put aside: {}", HELD_REASON)
    )
    lifted = records.filter(pl.col(RELEASED).is_not_null()).select(*_KEY, RELEASED).unique()
    joined = findings.join(lifted, on=_KEY, how="left", validate="m:1", maintain_order="left")
    codes = pl.col(RELEASED).str.split(";")
    is_lifted = (pl.col("severity") == "HOLD") & codes.list.contains(pl.col("code")).fill_null(value=False)
    marked = joined.with_columns(
        severity=pl.when(is_lifted).then(pl.lit("WARN")).otherwise("severity"),
        message=pl.when(is_lifted).then(phrase("{} (released)", "message")).otherwise("message"),
    )
    return gather(by_hand, conform(marked.select(list(FINDINGS)), FINDINGS))
