"""R26, control totals: records and dollars in = billed + held + rejected + dropped, file by file, and the one total of the month."""

from decimal import Decimal
from typing import Final

import polars as pl

from reports.finance.places import stream_place
from reports.footing import total
from reports.published import Published
from reports.report import Fact, Foot, Report, Section, money

PARTS: Final = ("billed", "held", "rejected", "dropped")
_COUNTS: Final = tuple(f"records_{part}" for part in ("in", *PARTS))
_DOLLARS: Final = (*(f"amount_{part}" for part in ("in", *PARTS)), "control_amount", "amount_added", "amount_rounding")
_EXACT: Final = "control_exact"


def control_totals(published: Published) -> Report:
    """R26 of a month.

    Rows: `files` one per file of each feed, as control_totals has them; `feeds` one per feed; `totals` one per road to
    the month's total; `streams` one per stream with a charge; `codes` one per exception code and severity.

    Raises:
        ReconciliationError: a file's parts do not come to what came in, or two roads to the total differ.
    """
    files = published.now("control_totals").sort(stream_place("feed"), "source_file")
    lines, invoices = published.now("fact_charge"), published.now("fact_invoice")
    unsourced = lines.join(published.now("bridge_charge_source").select("charge_id").unique(), on="charge_id", how="anti")
    roads = [
        ("Charge rows made from records", lines.height - unsourced.height, total(files["amount_billed"])),
        ("Fees on invoice totals", unsourced.height, total(unsourced["amount"])),
        ("Invoices", invoices.height, total(invoices["amount"])),
        ("Invoice lines", lines.height, total(lines["amount"])),
        ("Funding splits", published.now("fact_split").height, total(published.now("fact_split")["amount"])),
    ]
    billed = roads[2][2]
    added = (*_COUNTS, *_DOLLARS, _EXACT, "held_unpriced")
    return Report(
        "R26", "control-totals", "Control totals", published.period,
        (
            Fact("total", "Billed", billed),
            *[Fact(f"records_{part}", f"Records {part}", int(files[f"records_{part}"].sum())) for part in ("in", *PARTS)],
            *[Fact(f"amount_{part}", f"Dollars {part}", total(files[f"amount_{part}"])) for part in ("in", *PARTS)],
            Fact("held_unpriced", "Held without a price", int(files["held_unpriced"].sum())),
        ),
        (
            Section("files", "Records and dollars of each file", files, added),
            Section("feeds", "Records and dollars of each feed", _feeds(files), added),
            Section("totals", "Roads to the month's total", _roads(roads)),
            Section("streams", "Charge rows of each stream", _streams(lines), ("rows", "amount")),
            Section("codes", "Exceptions of each code", _codes(published.now("fact_exception")), ("found", "amount", "unpriced")),
        ),
        (
            *_parts_foot(files),
            Foot("feeds and fees on invoice totals, and invoices", roads[0][2] + roads[1][2], billed),
            Foot("invoice lines and invoices", roads[3][2], billed),
            Foot("funding splits and invoices", roads[4][2], billed),
        ),
    ).checked()  # fmt: skip


def _parts_foot(files: pl.DataFrame) -> list[Foot]:
    """In = billed + held + rejected + dropped, of all files together and of each: errors of two files must not cancel."""
    foots = []
    for kind in ("records", "amount"):
        parts = pl.sum_horizontal(pl.col(f"{kind}_{part}") for part in PARTS)
        apart = files.filter((parts != pl.col(f"{kind}_in")).fill_null(value=True)).height
        sums = {part: _sum(files[f"{kind}_{part}"]) for part in ("in", *PARTS)}
        came, went = sums["in"], sum((sums[part] for part in PARTS), Decimal(0))
        words = "records" if kind == "records" else "dollars"
        foots.append(Foot(f"{words} in, and billed + held + rejected + dropped", came, went))
        foots.append(Foot(f"files whose {words} do not foot", Decimal(apart), Decimal(0)))
    return foots


def _sum(column: pl.Series) -> Decimal:
    return Decimal(int(column.sum())) if column.dtype.is_integer() else total(column)


def _feeds(files: pl.DataFrame) -> pl.DataFrame:
    """One row a feed; what no file of a feed has stays null."""
    sums = [pl.col(name).sum() for name in (*_COUNTS, "held_unpriced")]
    known = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in (*_DOLLARS, _EXACT)]
    feeds = files.group_by("feed", maintain_order=True).agg(pl.len().cast(pl.Int64).alias("files"), *sums, *known)
    names = ["feed", "files", *[name for name in files.columns if name in (*_COUNTS, *_DOLLARS, _EXACT, "held_unpriced")]]
    return money(feeds, _DOLLARS).select(names)


def _roads(roads: list[tuple[str, int, Decimal]]) -> pl.DataFrame:
    return pl.DataFrame(roads, schema={"of": pl.String(), "rows": pl.Int64(), "amount": pl.Decimal(18, 2)}, orient="row")


def _streams(lines: pl.DataFrame) -> pl.DataFrame:
    found = lines.group_by("stream").agg(rows=pl.len().cast(pl.Int64), amount=pl.col("amount").sum())
    return money(found.sort(stream_place("stream")), ("amount",))


def _codes(exceptions: pl.DataFrame) -> pl.DataFrame:
    """Every finding counts, also several on one record; held dollars are counted once, in `files`."""
    severe = pl.col("severity").replace_strict({"FATAL": 0, "HOLD": 1, "WARN": 2, "INFO": 3}, default=4, return_dtype=pl.Int64)
    found = exceptions.group_by("code", "severity").agg(
        found=pl.len().cast(pl.Int64), amount=pl.col("amount").sum(), unpriced=pl.col("amount").null_count().cast(pl.Int64)
    )
    return money(found.sort(severe, "code"), ("amount",))
