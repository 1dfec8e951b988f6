"""The equations that must hold before anything is published: rows and cents, in = billed + held + rejected + dropped."""

from decimal import Decimal

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import CONTROLS, conform, empty, record_schema
from billing.layouts import FEEDS
from billing.money import DOLLARS, EXACT, largest_remainder, round_dollars, round_half_away, total
from billing.periods import Period

_FILE = ["feed", "source_file"]
_ADDED = ("FEE", "TAX", "SURCHARGE")
_CENT = Decimal("0.01")


def by_cost(cents: int, costs: list[Decimal]) -> list[int]:
    """Share a row's cents over files that brought their own dollars: each its sum to cents, odd cents to the largest.

    Costs of both signs may nearly cancel, so a part is never taken in proportion to them.
    """
    parts = [int(round_half_away(cost) * 100) for cost in costs]
    left = cents - sum(parts)
    largest = sorted(range(len(costs)), key=lambda index: (-abs(costs[index]), index))
    for step in range(abs(left)):
        parts[largest[step % len(largest)]] += 1 if left > 0 else -1
    return parts


def by_file(charges: pl.DataFrame, bridge: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Share every charge row's dollars over the files its records came from.

    A row of one file belongs to it whole. A row of several is shared by the records' own cost where they brought
    one (pass-through groups), else by their quantities, largest remainder in cents, files in name order.

    Args:
        charges: CHARGES.
        bridge: BRIDGE.
        costs: feed, source_file, source_line, cost_amount of records whose cost is billed on.

    Returns: feed, source_file, component, amount; rows without records (fees on a total) are left out.
    """
    weights = (
        bridge.with_columns(_weight=pl.col("quantity").abs().to_physical().cast(pl.Int128))
        .join(costs, on=[*_FILE, "source_line"], how="left", validate="m:1")
        .group_by("charge_id", *_FILE)
        .agg(pl.col("_weight").sum(), _has_cost=pl.col("cost_amount").is_not_null().all(), _cost=pl.col("cost_amount").sum())
        .sort("charge_id", *_FILE)
        .with_columns(_files=pl.len().over("charge_id"))
    )
    parts = weights.join(charges.select("charge_id", "component", "amount"), on="charge_id", how="left", validate="m:1")
    if parts["amount"].null_count():
        raise ReconciliationError("a record is joined to a charge row that does not exist")
    whole = parts.filter(pl.col("_files") == 1).select(*_FILE, "component", "amount")
    shared = parts.filter(pl.col("_files") > 1)
    feeds: list[str] = []
    files: list[str] = []
    components: list[str] = []
    amounts: list[Decimal] = []
    for group in shared.partition_by("charge_id", maintain_order=True):
        cents = int(group["amount"][0] / _CENT)
        pieces = [int(weight) for weight in group["_weight"].to_list()]
        brought = group["_has_cost"].all() and group["component"][0] not in _ADDED
        weight_list = pieces if any(pieces) else [1] * len(pieces)
        shares = by_cost(cents, group["_cost"].to_list()) if brought else largest_remainder(cents, weight_list)
        feeds += group["feed"].to_list()
        files += group["source_file"].to_list()
        components += group["component"].to_list()
        amounts += [Decimal(share) * _CENT for share in shares]
    apart = pl.DataFrame(
        {"feed": feeds, "source_file": files, "component": components, "amount": amounts},
        schema={"feed": pl.String(), "source_file": pl.String(), "component": pl.String(), "amount": DOLLARS},
    )
    return pl.concat([whole, apart])


def control_totals(
    period: Period,
    loaded: pl.DataFrame,
    records: dict[str, pl.DataFrame],
    outcomes: pl.DataFrame,
    suspense: pl.DataFrame,
    charges: pl.DataFrame,
    bridge: pl.DataFrame,
) -> pl.DataFrame:
    """Count every file's records and dollars by what became of them.

    A row the gate could not read is in suspense: held. For pass_through and adjustments held and dropped dollars
    are the records' own money; for other feeds what the records would have come to, where that can be known.

    Args:
        loaded: feed, source_file, rows (data rows as counted in the file's bytes).
        records: accepted records of each feed.
        outcomes: OUTCOMES, one per accepted record.
        suspense: SUSPENSE.

    Returns: CONTROLS, one row a file.

    Raises:
        ReconciliationError: rows in are not billed + held + rejected + dropped, or rounding is beyond its bound.
    """
    money = _money_by_outcome(records, outcomes)
    counts = outcomes.group_by(_FILE).agg(
        *[(pl.col("outcome") == name.upper()).sum().cast(pl.Int64).alias(f"_{name}") for name in ("billed", "held", "rejected", "dropped")],
        *[
            pl.col("amount").filter(pl.col("outcome") == name.upper()).sum().alias(f"_usd_{name}")
            for name in ("held", "rejected", "dropped")
        ],
        held_unpriced=((pl.col("outcome") == "HELD") & pl.col("amount").is_null()).sum().cast(pl.Int64),
    )
    suspended = suspense.group_by(_FILE).agg(
        _suspended=pl.len().cast(pl.Int64), _usd_suspended=pl.col("amount").sum(),
        _suspended_unpriced=pl.col("amount").is_null().sum().cast(pl.Int64),
    )  # fmt: skip
    vendor = records.get("pass_through", empty(record_schema("pass_through")))
    dollars = by_file(charges, bridge, vendor.select(*_FILE, "source_line", "cost_amount"))
    billed = dollars.group_by(_FILE).agg(
        amount_billed=pl.col("amount").sum(), amount_added=pl.col("amount").filter(pl.col("component").is_in(_ADDED)).sum()
    )
    table = loaded
    for part in (counts, suspended, _thrown(outcomes), billed, money):
        table = table.join(part, on=_FILE, how="left", validate="1:1")
    has_money = pl.col("control_amount").is_not_null()
    rows = table.with_columns(
        period=pl.lit(str(period)),
        records_in=pl.col("rows"),
        records_billed=_count("_billed"),
        records_held=_count("_held") + _count("_suspended"),
        records_rejected=_count("_rejected"),
        records_dropped=_count("_dropped"),
        amount_billed=_dollars("amount_billed"),
        amount_held=pl.when(has_money).then(_dollars("_money_held")).otherwise(_dollars("_usd_held")) + _dollars("_usd_suspended"),
        amount_rejected=pl.when(has_money).then(_dollars("_money_rejected") + _dollars("_usd_thrown")).otherwise(_dollars("_usd_rejected")),
        amount_dropped=pl.when(has_money).then(_dollars("_money_dropped")).otherwise(_dollars("_usd_dropped")),
        amount_added=_dollars("amount_added"),
        held_unpriced=_count("held_unpriced") + _count("_suspended_unpriced"),
        control_amount=(pl.col("control_amount") + _dollars("_usd_suspended") + _dollars("_usd_thrown")).cast(DOLLARS),
    )
    rows = rows.with_columns(
        amount_in=pl.col("amount_billed") + pl.col("amount_held") + pl.col("amount_rejected") + pl.col("amount_dropped")
    ).with_columns(
        amount_rounding=pl.when(has_money).then(pl.col("amount_in") - pl.col("control_amount") - pl.col("amount_added")).otherwise(None)
    )
    controls = conform(rows.select([pl.col(name).cast(dtype) for name, dtype in CONTROLS.items()]), CONTROLS).sort(*_FILE)
    _check_files(controls)
    return controls


def _thrown(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Dollars of rows that were rejected before anybody could read them: they are in no record."""
    unread = outcomes.filter((pl.col("outcome") == "REJECTED") & pl.col("source_record_id").is_null())
    return unread.group_by(_FILE).agg(_usd_thrown=pl.col("amount").sum())


def _count(name: str) -> pl.Expr:
    """A count; a file that has no such rows counts none."""
    return pl.col(name).fill_null(pl.lit(0, pl.Int64))


def _dollars(name: str) -> pl.Expr:
    """A sum of dollars; a file that has no such rows has none."""
    return pl.col(name).fill_null(pl.lit(0, DOLLARS)).cast(DOLLARS)


def _money_by_outcome(records: dict[str, pl.DataFrame], outcomes: pl.DataFrame) -> pl.DataFrame:
    """Add up the money column of feeds that have one: per file, all rows and by outcome, rounded once."""
    found = []
    for feed, frame in records.items():
        column = FEEDS[feed].sum_amount
        if column is None or frame.is_empty():
            continue
        mine = outcomes.filter(pl.col("feed") == feed).select(*_FILE, "source_line", "outcome")
        joined = frame.select(*_FILE, "source_line", pl.col(column).cast(EXACT).alias("_money")).join(
            mine, on=[*_FILE, "source_line"], how="left", validate="1:1"
        )
        if joined["outcome"].null_count():
            raise ReconciliationError(f"a {feed} record has no outcome")
        exact = {name: pl.col("_money").filter(pl.col("outcome") == name.upper()).sum() for name in ("held", "rejected", "dropped")}
        sums = joined.group_by(_FILE).agg(control_exact=pl.col("_money").sum(), **{f"_money_{k}": v for k, v in exact.items()})
        rounded = {name: round_dollars(pl.col(name)) for name in sums.columns if name.startswith("_money")}
        found.append(sums.with_columns(control_amount=round_dollars(pl.col("control_exact")), **rounded))
    shape = {"feed": pl.String(), "source_file": pl.String(), "control_exact": EXACT, "control_amount": DOLLARS}
    shape |= {f"_money_{name}": DOLLARS for name in ("held", "rejected", "dropped")}
    return pl.concat([pl.DataFrame(schema=shape), *[frame.select(list(shape)) for frame in found]])


def _check_files(controls: pl.DataFrame) -> None:
    """Raise unless every file's rows balance and every feed's rounding is within half a cent a record.

    Dollars are checked over all files of a feed, because the records of one charge row may come in several.
    """
    for row in controls.to_dicts():
        parts = sum(row[f"records_{name}"] for name in ("billed", "held", "rejected", "dropped"))
        if parts != row["records_in"]:
            raise ReconciliationError(f"{row['source_file']}: {row['records_in']} records went in, {parts} came out; nothing is published")
    for feed in controls.filter(pl.col("amount_rounding").is_not_null()).partition_by("feed", maintain_order=True):
        rounding, records = total(feed["amount_rounding"]), int(feed["records_in"].sum())
        bound = (Decimal(records) + 4 * feed.height) * _CENT / 2 if feed["feed"][0] == "pass_through" else Decimal(0)
        if abs(rounding) > bound:
            raise ReconciliationError(
                f"{feed['feed'][0]}: dollars in differ from dollars billed and held by {rounding}; nothing is published", code="V013"
            )


def check_totals(lines: pl.DataFrame, splits: pl.DataFrame, invoices: pl.DataFrame, controls: pl.DataFrame, bridge: pl.DataFrame) -> None:
    """Raise unless lines, splits, invoices and control totals all come to the same cents.

    Raises:
        ReconciliationError: with both totals in the message (V013).
    """
    billed = total(lines["amount"])
    named = {
        "invoices": total(invoices["amount"]),
        "funding splits": total(splits["amount"]),
    }
    for name, amount in named.items():
        if amount != billed:
            raise ReconciliationError(f"{name} come to {amount}, invoice lines to {billed}; nothing is published", code="V013")
    per_row = splits.group_by("charge_id").agg(_split=pl.col("amount").sum())
    apart = lines.join(per_row, on="charge_id", how="left", validate="1:1").filter(
        pl.col("_split").is_null() | (pl.col("_split") != pl.col("amount"))
    )
    if apart.height:
        raise ReconciliationError(f"{apart.height} charge rows differ from the sum of their splits; nothing is published", code="V013")
    on_total = lines.join(bridge.select("charge_id").unique(), on="charge_id", how="anti")
    stray = on_total.filter(pl.col("component") != "FEE")
    if stray.height:
        raise ReconciliationError(f"{stray.height} charge rows have no record behind them; nothing is published", code="V013")
    from_files = total(controls["amount_billed"]) + total(on_total["amount"])
    if from_files != billed:
        raise ReconciliationError(f"files come to {from_files}, invoice lines to {billed}; nothing is published", code="V013")
