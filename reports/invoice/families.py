"""The families of charges on an invoice: their names, order, and the columns each one needs."""

from dataclasses import dataclass
from typing import Final

import polars as pl

PRIOR: Final = "prior"
ADJUSTMENTS: Final = "adjustments"


@dataclass(frozen=True)
class FamilyKind:
    """One family: its heading, what it is about, and its columns as (cell, title)."""

    name: str
    title: str
    about: str
    columns: tuple[tuple[str, str], ...]


def _kind(name: str, title: str, about: str, columns: str) -> FamilyKind:
    """Read `cell=Title` words, `;` between."""
    pairs = [word.strip().split("=") for word in columns.split(";")]
    return FamilyKind(name, title, about, tuple((cell, heading) for cell, heading in pairs))


_SHARED: Final = "code=Rate code; text={}; dates=Service; before=Last month; quantity=Months; rate=Monthly $; amount=Amount $"

FAMILIES: Final[dict[str, FamilyKind]] = {
    kind.name: kind
    for kind in (
        _kind(
            "usage", "Rated services", "Metered use, priced at the rate in force on the day of use.",
            "code=Rate code; text=Service; dates=Service dates; uom=Unit; before=Last month; quantity=Quantity; rate=Rate $;"
            "amount=Amount $",
        ),
        _kind(
            "fixed_cost", "Fixed cost", "One twelfth of the approved annual amount, or your share of it.",
            "code=Rate code; text=Assessment; rule=How it is worked out; was=Last month $; amount=Amount $",
        ),
        _kind(
            "pass_through", "Pass-through", "Vendor charges at cost; every tax, surcharge and mark-up has its own line.",
            "code=Rate code; ref=Reference; text=Vendor and item; dates=Service; before=Last month; quantity=Quantity; amount=Amount $",
        ),
        _kind(
            "circuits", "Network data circuits", "Monthly charge times the share of the month in service.", _SHARED.format("Circuit"),
        ),
        _kind("voip", "VoIP phones", "Monthly charge times the share of the month in service.", _SHARED.format("Line and feature")),
        _kind(
            "centrex", "Centrex voice circuits", "Monthly charge times the share of the month in service.",
            _SHARED.format("Station and feature"),
        ),
        _kind(
            "long_distance", "Long distance", "Calls rated one by one, added up by charge number and rate code.",
            "code=Rate code; text=Calls; dates=Service; uom=Unit; before=Last month; quantity=Quantity; amount=Amount $",
        ),
        _kind(
            "stock", "Equipment from stock", "Issued at average cost on the day of issue.",
            "code=Rate code; ref=Reference; text=Item; dates=Date; before=Last month; quantity=Quantity; rate=Unit cost $; amount=Amount $",
        ),
        _kind(
            PRIOR, "Charges for earlier months", "Service before this month that arrived late, at the rates of its own dates.",
            "code=Rate code; text=Service; dates=Service dates; quantity=Quantity; uom=Unit; rate=Rate $; amount=Amount $",
        ),
        _kind(
            ADJUSTMENTS, "Adjustments and credits", "Corrections of earlier invoices; each names what it corrects.",
            "ref=Adjustment; code=Rate code; text=What and why; corrects=Corrects; approval=Approved by; amount=Amount $",
        ),
    )
}  # fmt: skip

FIGURES: Final = frozenset({"quantity", "before", "was", "rate", "amount", "line"})
COMPARING: Final = frozenset({"before", "was"})  # printed where there is a last month
WRAPPING: Final = frozenset({"text", "rule", "corrects"})
COMPONENT_WORDS: Final = {
    "NRC": "One-time charge", "FEE": "Fee", "TAX": "Tax", "SURCHARGE": "Surcharge", "CREDIT": "Credit", "DEBIT": "Debit",
}  # fmt: skip


def with_family(lines: pl.DataFrame) -> pl.DataFrame:
    """Add `family`: adjustments and earlier months stand apart, every other line is in its stream's."""
    is_adjustment = (pl.col("stream") == ADJUSTMENTS) | pl.col("adjustment_id").is_not_null()
    return lines.with_columns(
        family=pl.when(is_adjustment).then(pl.lit(ADJUSTMENTS)).when("is_prior_period").then(pl.lit(PRIOR)).otherwise(pl.col("stream"))
    )
