"""What an adjustment needs from others: the rest of its pair, and what is left to credit on the line it corrects."""

from collections import defaultdict
from typing import Final

import polars as pl

from billing.findings import find, gather, is_held
from billing.frames import Earlier
from billing.money import CENT_PLACES, decimal, units
from billing.wording import phrase

PAIRED: Final = ("CREDIT_REBILL", "TRANSFER")
_CENT: Final = CENT_PLACES


def audit_pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """J005: a pair is not whole: all its rows are held.

    A CREDIT_REBILL has one credit and at least one debit; the rows of a TRANSFER come to nothing together.

    Args:
        rows: adjustments, each record once (no other versions of it).
    """
    paired = rows.filter(pl.col("adj_type").is_in(PAIRED))
    named = paired.filter(pl.col("pair_id").is_not_null())
    amount, kind, pair = pl.col("amount"), pl.col("adj_type"), "pair_id"
    summed = named.with_columns(
        _mixed=(kind.n_unique() > 1).over(pair),
        _credits=(amount < 0).sum().over(pair),
        _debits=(amount > 0).sum().over(pair),
        _net=amount.sum().over(pair),
    )
    is_transfer = kind == "TRANSFER"
    half = ~is_transfer & ((pl.col("_credits") != 1) | (pl.col("_debits") == 0))
    uneven = is_transfer & ((pl.col("_net") != 0) | (pl.col("_credits") == 0))
    return gather(
        find(
            paired.filter(pl.col("pair_id").is_null()), "J005", pl.lit(value=True), column="pair_id",
            message=phrase("{} has no pair", kind),
        ),
        find(
            summed, "J005", pl.col("_mixed") | half | uneven, column="pair_id",
            message=pl.when("_mixed").then(phrase("pair {} mixes CREDIT_REBILL and TRANSFER", pair))
            .when(half).then(phrase("pair {} has {} credits and {} debits", pair, "_credits", "_debits"))
            .otherwise(phrase("transfer {} comes to {} instead of 0.00", pair, "_net")),
        ),
    )  # fmt: skip


def audit_caps(rows: pl.DataFrame, findings: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    """J002: a credit is above what is left on its line. J005: the other rows of a pair that is held for any reason.

    Left on a line is its amount less all credits against it, of earlier periods and then of this one in file order.
    A pair takes all of its credits or none, at the place of its first credit. A held credit takes nothing.

    Args:
        rows: all adjustments, with original_id and original_amount of the line (null: none).
        findings: what holds rows so far.
    """
    loaded = rows.sort("source_file", "source_line")
    over, left, mates = _run_caps(loaded.with_columns(_held=is_held(loaded, findings)), earlier)
    marked = loaded.with_columns(
        pl.Series("_over", over, dtype=pl.Boolean),
        pl.Series("_left", left, dtype=pl.Int128),
        pl.Series("_mates", mates, dtype=pl.Boolean),
    ).with_columns(_left=decimal(pl.col("_left"), _CENT))
    line = phrase("{} line {}", "original_invoice_no", "original_line_no")
    return gather(
        find(
            marked, "J002", pl.col("_over"), column="amount",
            message=phrase("credit of {}, but {} is left on {}", "amount", "_left", line),
        ),
        find(
            marked, "J005", pl.col("_mates"), column="pair_id",
            message=phrase("another row of pair {} is held", "pair_id"),
        ),
    )  # fmt: skip


def _left_before(rows: pl.DataFrame, earlier: Earlier) -> dict[str, int]:
    """Cents left to credit on each corrected line after earlier periods."""
    lines = rows.filter(pl.col("original_id").is_not_null()).select("original_id", "original_amount").unique()
    given = (
        earlier.charges.filter(pl.col("original_charge_id").is_not_null() & (pl.col("amount") < 0))
        .group_by(pl.col("original_charge_id").alias("original_id"))
        .agg(_credited=units(pl.col("amount"), _CENT).sum())
    )
    left = lines.join(given, on="original_id", how="left", validate="1:1")
    cents = units(pl.col("original_amount"), _CENT)
    return dict(left.select("original_id", pl.coalesce(cents + pl.col("_credited"), cents)).rows())


def _run_caps(loaded: pl.DataFrame, earlier: Earlier) -> tuple[list[bool], list[int | None], list[bool]]:
    """Walk the adjustments in file order; per row: is it over its cap, what was left, is another row of its pair held."""
    cents = loaded.select(units(pl.col("amount"), _CENT)).to_series().to_list()
    lines, held = loaded["original_id"].to_list(), loaded["_held"].to_list()
    groups = _groups(loaded)
    order = sorted(groups, key=lambda members: next((n for n in members if cents[n] < 0), members[0]))
    balance = _left_before(loaded, earlier)
    over = [False] * loaded.height
    left: list[int | None] = [None] * loaded.height
    mates = [False] * loaded.height
    for members in order:
        taken: dict[str, int] = defaultdict(int)
        for n in members:
            if cents[n] < 0 and lines[n] is not None:
                left[n] = balance[lines[n]] - taken[lines[n]]
                over[n] = -cents[n] > (left[n] or 0)
                taken[lines[n]] -= 0 if over[n] else cents[n]
        if not any(held[n] or over[n] for n in members):
            for line, part in taken.items():
                balance[line] -= part
        else:
            for n in members:
                mates[n] = not (held[n] or over[n])
    return over, left, mates


def _groups(loaded: pl.DataFrame) -> list[list[int]]:
    """Row numbers that bill together or not at all: the rows of a pair, or one row."""
    together: dict[tuple[str, str | int], list[int]] = defaultdict(list)
    kinds, pairs, doubles = loaded["adj_type"].to_list(), loaded["pair_id"].to_list(), loaded["is_version"].to_list()
    for n, (kind, pair, is_version) in enumerate(zip(kinds, pairs, doubles, strict=True)):
        alone = kind not in PAIRED or pair is None or is_version
        together[("row", n) if alone else ("pair", pair)].append(n)
    return list(together.values())
