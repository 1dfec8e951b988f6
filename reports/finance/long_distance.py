"""R21, long distance summary: calls, minutes and dollars by jurisdiction, place and billing number; no telephone number in it."""

from decimal import Decimal
from typing import Final

import polars as pl

from billing.money import EXACT, round_dollars
from reports.finance.names import agency_names
from reports.footing import NOTHING, total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section

TOP: Final = 25
_RATE: Final = pl.Decimal(18, 6)
_ADDED: Final = ("calls", "billed_seconds", "amount")
_NOTE: Final = "Dollars of calls as rated, before the rounding of their charge rows; a free call is one rated at nothing."


def long_distance(published: Published) -> Report:
    """R21 of a month.

    Rows: `jurisdictions` one per jurisdiction; `destinations` one per jurisdiction and place, the dearest first;
    `numbers` the 25 billing numbers with the dearest calls; `international` one per country or place and billing number;
    `directory_assistance` one per billing number that called it.

    Raises:
        ReconciliationError: the calls of a charge row, rounded once, are not its dollars.
    """
    calls = published.now("fact_call")
    names = agency_names(published)
    owners = (
        published.now("fact_charge").filter(pl.col("component") == "CALLS").select("charge_id", "agency_code", "exact_amount", "amount")
    )
    known = calls.join(_agencies(published), on="billing_number", how="left", validate="m:1")
    jurisdictions = _summed(known, ["jurisdiction"]).sort("jurisdiction", nulls_last=True)
    numbers = _summed(known, ["billing_number", "agency_code"]).join(names, on="agency_code", how="left", validate="m:1")
    facts = {name: known.filter(pl.col("jurisdiction") == name) for name in ("INTERNATIONAL", "DA")}
    sums, foots = _charge_rows(calls, owners)
    lost = calls.filter(pl.col("charge_id").is_null())
    return Report(
        "R21", "long-distance", "Long distance summary", published.period,
        (
            Fact("calls", "Calls", calls.height), Fact("free", "Free calls", calls.filter(pl.col("amount") == 0).height),
            Fact("minutes", "Minutes billed", int(calls["billed_seconds"].sum()) // 60),
            Fact("billed", "Billed for calls", total(owners["amount"])),
            Fact("rounding", "Rounding of charge rows", total(owners["amount"]) - sums),
            Fact("rounded_away", "Calls whose charge row came to nothing", _rate_sum(lost)),
            *[Fact(name.lower(), label, _rate_sum(facts[name])) for name, label in _LABELS.items()],
        ),
        (
            Section("jurisdictions", "Jurisdictions", jurisdictions, (*_ADDED, "free"), _NOTE),
            Section("destinations", "Places", _dearest(_summed(known, ["jurisdiction", "destination"])), _ADDED),
            Section("numbers", f"The {TOP} dearest billing numbers", _dearest(numbers, ["billing_number"]).head(TOP), _ADDED),
            Section("international", "International", _dearest(_summed(facts["INTERNATIONAL"], ["destination", "billing_number"])), _ADDED),
            Section("directory_assistance", "Directory assistance", _dearest(_summed(facts["DA"], ["billing_number"])), _ADDED),
        ),
        (
            Foot("jurisdictions, and calls of charge rows + those that came to nothing", _rate_sum(jurisdictions), sums + _rate_sum(lost)),
            *foots,
        ),
    ).checked()  # fmt: skip


_LABELS: Final = {"INTERNATIONAL": "International", "DA": "Directory assistance"}


def _agencies(published: Published) -> pl.DataFrame:
    """The agency of each billing number on the period's last day; of one that is known no more, the last."""
    last_day = published.month.last_day
    known = published.now("dim_billing_number").filter(pl.col("valid_from") <= last_day).sort("billing_number", "valid_from")
    return known.unique("billing_number", keep="last", maintain_order=True).select("billing_number", "agency_code")


def _summed(calls: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    found = calls.group_by(keys).agg(
        calls=pl.len().cast(pl.Int64), free=(pl.col("amount") == 0).sum().cast(pl.Int64), billed_seconds=pl.col("billed_seconds").sum(),
        amount=pl.col("amount").sum().cast(_RATE),
    )  # fmt: skip
    return found.sort(keys, nulls_last=True)


def _dearest(frame: pl.DataFrame, keys: list[str] | None = None) -> pl.DataFrame:
    texts = keys or [name for name, kind in frame.schema.items() if kind == pl.String]
    return frame.sort("amount", *texts, descending=[True] + [False] * len(texts), nulls_last=True)


def _rate_sum(frame: pl.DataFrame) -> Decimal:
    return sum(frame["amount"].drop_nulls().to_list(), NOTHING)


def _charge_rows(calls: pl.DataFrame, rows: pl.DataFrame) -> tuple[Decimal, list[Foot]]:
    """Calls of a charge row come to it exactly, and to its cents when they are rounded once."""
    sums = calls.filter(pl.col("charge_id").is_not_null()).group_by("charge_id").agg(_exact=pl.col("amount").sum().cast(EXACT))
    both = rows.join(sums, on="charge_id", how="full", coalesce=True, validate="1:1")
    same = (pl.col("_exact") == pl.col("exact_amount")) & (round_dollars(pl.col("_exact")) == pl.col("amount"))
    apart = both.filter(~same.fill_null(value=False)).height
    exact = sum(sums["_exact"].to_list(), NOTHING)
    return exact, [
        Foot("calls and the exact dollars of their charge rows", exact, sum(rows["exact_amount"].drop_nulls().to_list(), NOTHING)),
        Foot("charge rows that are not their calls", NOTHING + apart, NOTHING),
    ]
