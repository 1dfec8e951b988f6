"""Why a month was billed wrongly: today's row of an item against the record that was billed, and who else it concerns."""

from typing import Final

import polars as pl

from billing.periods import Period
from billing.settle_sides import KEY
from billing.wording import phrase

_GROUP: Final = ["item", "_family", "month"]
_NOW: Final = {
    "inventory_start": "now_start", "inventory_stop": "now_stop", "rate_code": "now_code", "shown_file": "now_file",
    "source_line": "now_line", "label": "label", "lines": "now_lines", "reported_in": "reported_in",
}  # fmt: skip


def explain_causes(every: pl.DataFrame, known: pl.DataFrame, before: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Say of every difference what happened.

    In this order: the days are another owner's (WRONG_ACCOUNT); the item ended earlier than was known
    (LATE_DISCONNECT); it has another number of lines (WRONG_QTY); another rate code or price (WRONG_RATE); anything
    else (OTHER): installed and reported late, held at the time, another start, a one-time charge.

    Args:
        every: one row per key (see `billing.settle`), moved or not: KEY, difference, should_* and billed_* spans, unit
            rates, files and lines of the largest row of each side, then_start of the record that was billed.
        known: see `known_inventory`.
        before: earlier records as `named`, with period and outcome.

    Rows: the keys with a difference. Adds: label, now_file, now_line, reported_in, partner (the other owner; null), reason_code,
    happened (words that follow the label).
    """
    lined = _with_lines(known), _with_lines(before)
    found = _with_then(_with_now(every.filter(pl.col("difference") != 0), lined[0]), lined[1])
    found = _with_partner(found, every, "billing_number", "partner")
    found = _with_partner(found, every, "rate_code", "other_code")
    first = before.group_by("item").agg(first_period=pl.col("period").min())
    found = found.join(first, on="item", how="left", validate="m:1", maintain_order="left")
    held = before.filter(pl.col("outcome") == "HELD").select("item", month=pl.col("period").str.to_date("%Y-%m")).unique()
    held = held.with_columns(was_held=pl.lit(value=True))
    found = found.join(held, on=["item", "month"], how="left", validate="m:1", maintain_order="left")
    return _like_their_base(found.with_columns(reason_code=_reason()).with_columns(happened=_happened(period)))


def _like_their_base(told: pl.DataFrame) -> pl.DataFrame:
    """Give a fee the cause of the row it stands on, where that moves the same way."""
    bases = told.with_columns(
        component=pl.concat_str(pl.lit("FEE"), "component", "rate_code", separator=" "), _credit=pl.col("difference") < 0,
    ).select("item", "billing_number", "month", "component", "_credit", _reason="reason_code", _happened="happened")  # fmt: skip
    fees = told.with_columns(_credit=pl.col("difference") < 0)
    on = ["item", "billing_number", "month", "component", "_credit"]
    found = fees.join(bases, on=on, how="left", validate="m:1", maintain_order="left")
    return found.with_columns(reason_code=pl.coalesce("_reason", "reason_code"), happened=pl.coalesce("_happened", "happened")).drop(
        "_reason", "_happened", "_credit"
    )


def _with_lines(records: pl.DataFrame) -> pl.DataFrame:
    """Add lines: the quantity of a Centrex station; null for what is one of a kind."""
    return records.with_columns(lines=pl.col("quantity") if "quantity" in records.columns else pl.lit(None, pl.Int64))


def _with_now(moved: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Put beside each key today's row that speaks of it.

    That of the charge that should be; where none should be, the row with the start of the record that was billed, else one
    in force on the days billed, else one of the same owner and code, else the item's last.
    """
    rows = known.select("item", *[pl.col(old).alias(new) for old, new in _NOW.items()], _file="source_file", _owner="billing_number")
    start, stop = pl.col("now_start"), pl.col("now_stop")
    is_own = (pl.col("_owner") == pl.col("billing_number")) & (pl.col("now_code") == pl.col("rate_code"))
    meets = (start < pl.col("billed_stop")) & (stop.is_null() | (stop > pl.col("billed_start")))
    ranks = [
        (pl.col("_file") == pl.col("should_file")) & (pl.col("now_line") == pl.col("should_line")),
        start == pl.col("then_start"), meets, is_own,
    ]  # fmt: skip
    marks = [f"_rank{place}" for place in range(len(ranks))]
    # every row of an item beside every key of it; the best one stays
    beside = moved.join(rows, on="item", how="left").with_columns(
        rank.fill_null(value=False).alias(mark) for rank, mark in zip(ranks, marks, strict=True)
    )
    order = [*marks, "now_start", "_file", "now_line"]
    return beside.sort(*KEY, *order, descending=[False] * len(KEY) + [True] * len(order)).unique(
        KEY, keep="first", maintain_order=True
    ).drop(*marks, "_file", "_owner")  # fmt: skip


def _with_then(moved: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Put beside each key what the record said that was billed."""
    then = before.select(
        then_stop="inventory_stop", then_code="rate_code", then_lines="lines", billed_period="period", billed_file="source_file",
        billed_line="source_line",
    )  # fmt: skip
    on = ["billed_period", "billed_file", "billed_line"]
    return moved.join(then, on=on, how="left", validate="m:1", maintain_order="left")


def _with_partner(moved: pl.DataFrame, every: pl.DataFrame, differs: str, name: str) -> pl.DataFrame:
    """Name the other owner (or code) that is debited where this one is credited, or turned.

    There is one only where the days billed here should be another's, or the days that should be were another's.
    """
    on = _GROUP if differs == "billing_number" else [*_GROUP, "billing_number"]
    family, is_credit = pl.col("component").str.extract(r"^(\w+)").alias("_family"), pl.col("difference") < 0

    def span(first: str, second: str, edge: str) -> pl.Expr:
        return pl.when("_credit").then(f"{first}_{edge}").otherwise(f"{second}_{edge}")

    sided = moved.select(*KEY, family, _credit=is_credit, _start=pl.when(is_credit).then("billed_start").otherwise("should_start"),
                         _stop=pl.when(is_credit).then("billed_stop").otherwise("should_stop"))  # fmt: skip
    spans = ["should_start", "should_stop", "billed_start", "billed_stop"]
    others = every.with_columns(family).select(*on, pl.col(differs).alias(name), *spans, _other="difference")
    beside = sided.join(others, on=on, how="inner").filter(pl.col(differs) != pl.col(name))
    meets = (pl.col("_start") < span("should", "billed", "stop")) & (span("should", "billed", "start") < pl.col("_stop"))
    opposite = pl.when("_credit").then(pl.col("_other") > 0).otherwise(pl.col("_other") < 0)
    marked = beside.with_columns(_meets=meets.fill_null(value=False), _opposite=opposite)
    held = marked.filter("_meets").select(KEY).unique()
    pairs = marked.filter("_opposite").join(held, on=KEY, how="semi").sort(*KEY, "_meets", name, descending=[False] * 5 + [True, False])
    found = pairs.unique(KEY, keep="first", maintain_order=True).select(*KEY, name)
    return moved.join(found, on=KEY, how="left", validate="1:1", maintain_order="left")


def _reason() -> pl.Expr:
    is_credit = pl.col("difference") < 0
    stop, then = pl.col("now_stop"), pl.col("then_stop")
    ended = is_credit & stop.is_not_null() & (then.is_null() | (stop < then)) & (stop <= pl.col("billed_stop"))
    unit = (pl.col("should_unit") != pl.col("billed_unit")).fill_null(value=False)
    both = pl.col("should_cents").is_not_null() & pl.col("billed_cents").is_not_null()
    rate = unit | pl.col("other_code").is_not_null() | ((pl.col("component") == "NRC") & both)
    return (
        pl.when(pl.col("partner").is_not_null()).then(pl.lit("WRONG_ACCOUNT"))
        .when(ended.fill_null(value=False)).then(pl.lit("LATE_DISCONNECT"))
        .when((pl.col("now_lines") != pl.col("then_lines")).fill_null(value=False)).then(pl.lit("WRONG_QTY"))
        .when(rate.fill_null(value=False)).then(pl.lit("WRONG_RATE"))
        .otherwise(pl.lit("OTHER"))
    )  # fmt: skip


def _happened(period: Period) -> pl.Expr:
    """Say what happened, in words that follow the item's name."""
    is_credit, reason = pl.col("difference") < 0, pl.col("reason_code")
    never = pl.col("billed_cents").is_null() & ~is_credit
    first = pl.col("first_period").fill_null(pl.lit(str(period)))
    month = pl.col("month").dt.strftime("%Y-%m")
    is_new = never & (first > month)
    once = pl.col("component").str.contains("NRC")
    return (
        pl.when((reason == "WRONG_ACCOUNT") & is_credit).then(phrase("is billed to {}, not to {}", "partner", "billing_number"))
        .when(reason == "WRONG_ACCOUNT").then(phrase("was billed to {}, not to {}", "partner", "billing_number"))
        .when(reason == "LATE_DISCONNECT").then(phrase("ended {}", "now_stop"))
        .when(reason == "WRONG_QTY").then(phrase("has {} lines, not {}", "now_lines", "then_lines"))
        .when(pl.col("other_code").is_not_null() & (reason == "WRONG_RATE") & is_credit)
        .then(phrase("is billed as {}, not as {}", "other_code", "rate_code"))
        .when(pl.col("other_code").is_not_null() & (reason == "WRONG_RATE"))
        .then(phrase("was billed as {}, not as {}", "other_code", "rate_code"))
        .when((reason == "WRONG_RATE") & ~once).then(phrase("costs {} a month, not {}", _plain("should_unit"), _plain("billed_unit")))
        .when(once & never).then(phrase("one-time charge of {} was not billed", "should_start"))
        .when(once).then(pl.lit("has another one-time charge"))
        .when(is_new).then(phrase("installed {}, first reported in {}", "now_start", first))
        .when(never & pl.col("was_held").fill_null(value=False)).then(phrase("was held in {} and not billed", month))
        .when(never).then(phrase("in service since {}, not billed for {}", "now_start", month))
        .when((pl.col("now_start") != pl.col("then_start")).fill_null(value=False))
        .then(phrase("started {}, not {}", "now_start", "then_start"))
        .otherwise(pl.lit("is billed as the inventory has it now"))
    )  # fmt: skip


def _plain(column: str) -> pl.Expr:
    """Write a rate with at least two decimals and no zeros after them."""
    return pl.col(column).cast(pl.String).str.replace(r"^(-?\d+\.\d{2}\d*?)0+$", "${1}")
