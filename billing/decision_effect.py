"""What decisions would do in dollars: billed, held, rejected or kept as they are, known amounts and unknown ones apart."""

from typing import Final

import polars as pl

from billing.catalogue import CATALOGUE
from billing.errors import ReconciliationError
from billing.frames import conform
from billing.money import DOLLARS

DECISIONS: Final[dict[str, pl.DataType]] = {
    "exception_id": pl.String(),
    "action": pl.String(),
    "field": pl.String(),  # CORRECT only
    "new_value": pl.String(),  # CORRECT only
    "reason": pl.String(),
    "row_no": pl.Int64(),  # row of the sheet, for messages
}
EFFECT: Final[dict[str, pl.DataType]] = {
    "action": pl.String(),
    "outcome": pl.String(),  # BILLED HELD REJECTED NOTED
    "effect": pl.String(),  # the same in words
    "records": pl.Int64(),
    "amount": DOLLARS,  # sum of the known dollars at stake, with their signs; null where none is known
    "unknown": pl.Int64(),  # records whose dollars are not known
}
_EFFECTS: Final = {
    ("CORRECT", "HELD", "BILLED"): "off hold, billed as corrected",
    ("CORRECT", "HELD", "HELD"): "corrected, but another finding still holds it",
    ("CORRECT", "BILLED", "BILLED"): "billed as corrected instead of as received",
    ("RELEASE", "HELD", "BILLED"): "off hold, billed as received",
    ("RELEASE", "HELD", "HELD"): "released, but another finding still holds it",
    ("HOLD", "HELD", "HELD"): "stays held",
    ("HOLD", "BILLED", "HELD"): "taken off the bill and held",
    ("REJECT", "HELD", "REJECTED"): "held until now, never billed",
    ("REJECT", "BILLED", "REJECTED"): "taken off the bill for good",
    ("ACKNOWLEDGE", "BILLED", "BILLED"): "billed as it is, warning acknowledged",
    ("ACKNOWLEDGE", "NONE", "NOTED"): "noted, no dollars move",
}
_HOLDS: Final = [code for code, kind in CATALOGUE.items() if kind.severity == "HOLD"]


def decision_effect(decisions: pl.DataFrame, worklist: pl.DataFrame) -> pl.DataFrame:
    """Add up what decisions would do, a record once, before anything is done.

    A corrected record may get another price: the dollars are those at stake today. A record that carries another
    holding code which is not decided here counts as still held, although a correction may cure that too.

    Args:
        decisions: DECISIONS.
        worklist: WORKLIST with every exception decided on.

    Rows: one per action and effect, in the order of `_EFFECTS`. Returns: EFFECT.

    Raises:
        ReconciliationError: a decision is on no exception of the worklist, or decides something that cannot be.
    """
    joined = conform(decisions, DECISIONS).join(worklist, on="exception_id", how="inner", validate="m:1", maintain_order="left")
    if joined.height != decisions.height:
        raise ReconciliationError(f"{decisions.height} decisions were made, {joined.height} exceptions have them")
    placed = joined.with_columns(
        _record=pl.when(pl.col("source_line").is_null()).then("exception_id")
        .otherwise(pl.concat_str("feed", "source_file", "source_line", separator="\x1f")),
        _from=pl.when(pl.col("severity") == "HOLD").then(pl.lit("HELD"))
        .when(pl.col("severity") == "WARN").then(pl.lit("BILLED")).otherwise(pl.lit("NONE")),
    )  # fmt: skip
    by_record = (
        placed.join(_still_held(placed), on="_record", how="left", validate="m:1", maintain_order="left")
        .with_columns(outcome=_outcome())
        .group_by("_record", "action", maintain_order=True)
        .agg(pl.col("_from", "outcome").first(), amount=pl.col("amount").drop_nulls().first())
        .with_columns(
            effect=pl.concat_str("action", "_from", "outcome", separator=" ").replace_strict(
                {" ".join(key): words for key, words in _EFFECTS.items()}, default=None, return_dtype=pl.String
            )
        )
    )
    if by_record["effect"].null_count():
        raise ReconciliationError("a decision was made that its exception does not allow")
    sums = by_record.group_by("action", "outcome", "effect").agg(
        records=pl.len().cast(pl.Int64),
        amount=pl.when(pl.col("amount").count() > 0).then(pl.col("amount").sum()),
        unknown=pl.col("amount").null_count().cast(pl.Int64),
    )
    order = {words: place for place, words in enumerate(_EFFECTS.values())}
    return conform(sums.sort(pl.col("effect").replace_strict(order, return_dtype=pl.Int64)), EFFECT)


def _still_held(placed: pl.DataFrame) -> pl.DataFrame:
    """Which records carry a holding code that no decision lifts: _record, _blocked."""
    lifted = pl.col("code").filter(pl.col("action").is_in(["CORRECT", "RELEASE"])).unique()
    codes = pl.col("also").drop_nulls().str.split(";").explode().unique()
    by_record = placed.group_by("_record").agg(_lifted=lifted, _codes=codes)
    blocked = pl.col("_codes").list.set_intersection(_HOLDS).list.set_difference(pl.col("_lifted")).list.len() > 0
    return by_record.select("_record", _blocked=blocked)


def _outcome() -> pl.Expr:
    held = pl.lit("HELD")
    return (
        pl.when(pl.col("action") == "HOLD").then(held)
        .when(pl.col("action") == "REJECT").then(pl.lit("REJECTED"))
        .when(pl.col("_from") == "NONE").then(pl.lit("NOTED"))
        .when((pl.col("_from") == "HELD") & pl.col("_blocked")).then(held)
        .otherwise(pl.lit("BILLED"))
    )  # fmt: skip
