"""Held records go from month to month: named by the period they came in, billed late, never dropped.

A carried record's source_file is `<period>/<file>`; so its age, its file and its line are known for as long as it lives.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from billing.findings import find
from billing.frames import FINDINGS, OUTCOMES, SOURCE, SUSPENSE, Billed, Earlier, Tables, conform, empty, record_schema
from billing.layouts import FEEDS
from billing.periods import Period
from billing.policy import Policy
from billing.rulings import HELD_REASON, RELEASED, RULINGS
from billing.wording import phrase

Bill = Callable[[str, pl.DataFrame, Tables, Period, Policy, Earlier], Billed]  # `billing.month.bill_stream`
_KEY: Final = ["feed", "source_file", "source_line"]
_PREFIX: Final = r"^(\d{4}-\d{2})/"


@dataclass(frozen=True)
class Carried:
    """What a closed month leaves to the next: records that were held, and rows that could not be read.

    records: feed -> record_schema(feed), as people corrected them; suspense: SUSPENSE; rulings: RULINGS, who put which
    record aside and what was lifted. source_file carries the period in front.
    """

    records: dict[str, pl.DataFrame] = field(default_factory=dict)
    suspense: pl.DataFrame = field(default_factory=lambda: empty(SUSPENSE))
    rulings: pl.DataFrame = field(default_factory=lambda: empty(RULINGS))

    def of(self, feed: str) -> pl.DataFrame:
        """The carried records of one feed."""
        return self.records.get(feed, empty(record_schema(feed)))

    def files(self) -> pl.DataFrame:
        """How many rows of each file were carried: feed, source_file, rows."""
        shape: dict[str, pl.DataType] = {"feed": pl.String(), "source_file": pl.String()}
        parts = [frame.select(list(shape)) for frame in [*self.records.values(), self.suspense]]
        counted = pl.concat([empty(shape), *parts]).group_by(list(shape)).agg(rows=pl.len().cast(pl.Int64))
        return counted.sort(list(shape)).select(*shape, "rows")


def origin() -> pl.Expr:
    """The period a row came in by its source_file; null for a row of the month itself."""
    return pl.col("source_file").str.extract(_PREFIX, 1)


def first_period(source_file: str | None, period: str) -> str:
    """The period a finding's record first came in."""
    is_carried = source_file is not None and source_file[4:5] == "-" and source_file[7:8] == "/"
    return source_file[:7] if is_carried and source_file is not None else period


def leave(records: dict[str, pl.DataFrame], outcomes: pl.DataFrame, suspense: pl.DataFrame, period: Period) -> Carried:
    """What a month leaves to the next.

    Args:
        records: feed -> records as billed or held: this month's and carried ones, people's decisions laid over.
        outcomes: OUTCOMES of them.
        suspense: SUSPENSE that is left.
    """
    held = outcomes.filter(pl.col("outcome") == "HELD").select(_KEY)
    named = pl.when(origin().is_null()).then(phrase("{}/{}", pl.lit(str(period)), "source_file")).otherwise("source_file")
    kept = {
        feed: part.with_columns(source_file=named)
        for feed, frame in records.items()
        if not (part := frame.join(held, on=_KEY, how="semi", maintain_order="left")).is_empty()
    }
    ruled = [part.select(list(RULINGS)) for part in kept.values() if HELD_REASON in part.columns]
    rulings = pl.concat([empty(RULINGS), *ruled]).filter(pl.col(HELD_REASON).is_not_null() | pl.col(RELEASED).is_not_null())
    plain = {feed: part.select(list(record_schema(feed))) for feed, part in kept.items()}
    return Carried(plain, suspense.with_columns(source_file=named), rulings)


def billed_again(carried: Carried) -> Period | None:
    """The oldest month whose snapshot a carried record is billed beside; none when there is no such record."""
    months = [frame.select(origin()).to_series().min() for feed, frame in carried.records.items() if is_snapshot(feed)]
    named = [str(each) for each in months if each is not None]
    return Period.parse(min(named)) if named else None


def still_unread(found: pl.DataFrame, suspense: pl.DataFrame) -> pl.DataFrame:
    """The gate's findings without those on rows that people have settled, and with those on rows that were carried.

    Args:
        found: FINDINGS of the gate, this month's.
        suspense: SUSPENSE that is left, carried rows among it.
    """
    settled = found.filter(pl.col("code") == "F006").join(suspense, on=_KEY, how="anti").select(*_KEY, "code")
    old = suspense.filter(origin().is_not_null())
    again = old.select(
        pl.lit(None, dtype).alias(name) if name not in old.columns else pl.col(name) for name, dtype in FINDINGS.items()
    ).with_columns(severity=pl.lit("HOLD"))
    return pl.concat([found.join(settled, on=[*_KEY, "code"], how="anti", maintain_order="left"), again])


def superseded(carried: pl.DataFrame, own: pl.DataFrame) -> tuple[pl.DataFrame, Billed]:
    """Part carried records from those that came again this month under the same number: these are dropped (U501).

    Returns: the carried records that stand; findings and outcomes of the others.
    """
    again = carried.join(own.select("source_record_id").unique(), on="source_record_id", how="semi")
    stands = carried.join(again.select(_KEY), on=_KEY, how="anti", maintain_order="left")
    message = phrase("{} came again this month; this version is dropped", "source_record_id")
    found = find(again, "U501", pl.lit(value=True), column="source_record_id", message=message)
    dropped = again.select(*SOURCE, pl.lit("DROPPED").alias("outcome"), pl.lit(None, OUTCOMES["amount"]).alias("amount"))
    return stands, Billed(findings=found, outcomes=conform(dropped, OUTCOMES))


def join(*parts: Billed) -> Billed:
    """Put the bills of parts of one feed together."""
    return Billed(**{item.name: pl.concat([getattr(part, item.name) for part in parts]) for item in dataclasses.fields(Billed)})


def before(earlier: Earlier, period: Period) -> Earlier:
    """What was known before a period that is itself earlier."""
    until = pl.col("period") < str(period)
    charges = earlier.charges.filter(until)
    mine = charges.select("charge_id")
    return Earlier(
        records={feed: frame.filter(until) for feed, frame in earlier.records.items()},
        charges=charges,
        splits=earlier.splits.join(mine, on="charge_id", how="semi"),
        first=earlier.first,
    )


def siblings(feed: str, month: str, earlier: Earlier) -> pl.DataFrame:
    """The rest of a month's snapshot, which shares pools and months with a record that was held: as billed since then."""
    is_of_month = ((pl.col("period") == month) & origin().is_null()) | (origin() == month)
    return earlier.of(feed).filter((pl.col("outcome") == "BILLED") & is_of_month).collect().select(list(record_schema(feed)))


def bill_late_snapshot(
    feed: str, carried: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier, bill: Bill
) -> Billed:
    """Bill snapshot records that were held in earlier months, each for its own month, now.

    A record is billed beside the rest of its month's snapshot, so that pools and moved items come out as they would
    have then; only its own rows are kept, as prior-period rows of this period.

    Args:
        carried: carried records of one snapshot feed.
        bill: `billing.month.bill_stream`.

    Rows: one outcome per carried record.
    """
    parts = []
    for (month,), rows in carried.with_columns(_month=origin()).sort("_month").group_by("_month", maintain_order=True):
        then = Period.parse(str(month))
        mine = rows.drop("_month")
        whole = pl.concat([siblings(feed, str(month), earlier), mine], how="diagonal")  # people's rulings are on mine alone
        parts.append(_of(bill(feed, whole, tables, then, policy, before(earlier, then)), mine, period))
    return join(*parts)


def _of(billed: Billed, mine: pl.DataFrame, period: Period) -> Billed:
    """The part of a bill that stands on certain records, moved to the period that bills it."""
    key = mine.select(_KEY)
    bridge = billed.bridge.join(key, on=_KEY, how="semi")
    charges = billed.charges.join(bridge.select("charge_id").unique(), on="charge_id", how="semi").with_columns(
        period=pl.lit(str(period)), is_prior_period=pl.lit(value=True)
    )
    return Billed(
        charges=charges,
        bridge=bridge,
        findings=billed.findings.join(key, on=_KEY, how="semi", maintain_order="left"),
        outcomes=billed.outcomes.join(key, on=_KEY, how="semi", maintain_order="left"),
    )


def is_snapshot(feed: str) -> bool:
    """Whether a feed lists all that is in force, so that a held record must be billed for its own month."""
    return FEEDS[feed].snapshot
