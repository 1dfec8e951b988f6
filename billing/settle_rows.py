"""Write proposals: each difference on the invoice lines it corrects, named, paired, with its arithmetic in words."""

from typing import Final

import polars as pl

from billing.frames import conform
from billing.layouts import FEEDS
from billing.money import CENT_PLACES, DOLLARS, decimal
from billing.periods import FISCAL_START_MONTH, Period
from billing.settle_given import key_hash
from billing.settle_sides import KEY
from billing.wording import phrase

_LAYOUT: Final = {column.name: column for column in FEEDS["adjustments"].columns}
# An adjustment as proposed, and its evidence.
PROPOSALS: Final = {
    **{name: column.dtype for name, column in _LAYOUT.items()},
    "feed": pl.String(),
    "item": pl.String(),  # a Centrex station with its USOC, a blank between
    "month": pl.String(),  # YYYY-MM
    "should_amount": DOLLARS,  # what the month should have come to, over all of the key's lines
    "billed_amount": DOLLARS,  # what the feed billed
    "credited_amount": DOLLARS,  # what adjustments moved since, credits below zero
    "charge_ids": pl.String(),  # what was billed and adjusted, `;` between
    "evidence": pl.String(),  # one sentence with the arithmetic
}
_ZERO: Final = pl.lit(0, pl.Int128)


def write_proposals(told: pl.DataFrame, lines: pl.DataFrame, done: pl.DataFrame, feed: str, period: Period) -> pl.DataFrame:
    """Turn differences into proposals.

    Args:
        told: differences with their causes (see `billing.settle_causes`).
        lines: what is left to credit (see `lines_left`).
        done: adjustments so far (see `adjustments_of`); those of the period have taken their numbers.

    Rows: one per debit, one per line of a credit. Returns: PROPOSALS.
    """
    return _written(_numbered(_placed(told, lines), feed, done, period), feed, period)


def _placed(told: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Put each difference on invoice lines: a credit on what is left of them, the largest first; a debit on the largest.

    Rows: one per debit, one per line of a credit; none for a credit of which nothing is left. Adds: cents, invoice_no,
    invoice_line_no, first_day, last_day, short (cents of the credit that no line has left).
    """
    is_credit = pl.col("difference") < 0
    sized = lines.with_columns(_before=(pl.col("left").cum_sum() - pl.col("left")).over(KEY)).rename({"cents": "line_cents"})
    sized = sized.select(*KEY, "invoice_no", "invoice_line_no", "left", "_before", first_day="start_date", _stop="stop_date")
    spread = told.filter(is_credit).join(sized, on=KEY, how="inner", validate="1:m", maintain_order="left_right")
    wanted = _ZERO - pl.col("difference")
    taken = pl.min_horizontal("left", pl.max_horizontal(wanted - pl.col("_before"), _ZERO))
    given = spread.with_columns(cents=_ZERO - taken).filter(pl.col("cents") < 0)
    given = given.with_columns(short=wanted + pl.col("cents").sum().over(KEY))
    largest = sized.unique(KEY, keep="first", maintain_order=True).select(*KEY, "invoice_no", "invoice_line_no")
    debits = told.filter(~is_credit).join(largest, on=KEY, how="left", validate="1:1", maintain_order="left")
    debits = debits.with_columns(
        first_day=pl.coalesce("should_start", "month"), _stop=pl.coalesce("should_stop", pl.col("month").dt.offset_by("1mo")),
        cents="difference", short=_ZERO,
    )  # fmt: skip
    both = pl.concat([given.select(debits.columns), debits])
    return both.with_columns(last_day=pl.col("_stop").dt.offset_by("-1d")).drop("_stop")


def _numbered(placed: pl.DataFrame, feed: str, done: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Name each proposal `SET-<period>-<key>`, further ones of one key `-2` and on, after those of the period already given."""
    mine = done.filter((pl.col("period") == str(period)) & pl.col("hash").is_not_null())
    place = pl.coalesce(pl.col("adjustment_id").str.extract(r"-\d{2}-[0-9a-f]{12}-(\d+)$").cast(pl.Int64), pl.lit(1, pl.Int64))
    last = mine.group_by("hash").agg(_last=place.max())
    hashed = placed.with_columns(key_hash(feed, placed)).join(last, on="hash", how="left", validate="m:1", maintain_order="left")
    number = pl.int_range(1, pl.len() + 1).over(KEY) + pl.coalesce("_last", pl.lit(0, pl.Int64))
    suffix = pl.when(number == 1).then(pl.lit("")).otherwise(phrase("-{}", number))
    return hashed.with_columns(source_record_id=phrase(f"SET-{period}-{{}}{{}}", "hash", suffix)).drop("_last")


def _paired(numbered: pl.DataFrame, feed: str, period: Period) -> pl.DataFrame:
    """Give the rows of a change of owner that come to nothing together one pair_id, and say of each row what kind it is."""
    is_move = pl.col("reason_code") == "WRONG_ACCOUNT"
    group = ["item", "rate_code", "component", "month"]
    moved = numbered.filter(is_move).group_by(group).agg(_net=pl.col("cents").sum()).filter(pl.col("_net") == 0)
    names = moved.with_columns(billing_number=pl.lit("", pl.String))
    names = names.with_columns(key_hash(feed, names)).select(*group, pair_id=phrase(f"SET-{period}-P{{}}", "hash"))
    found = numbered.join(names, on=group, how="left", validate="m:1", maintain_order="left")
    fiscal_year = pl.col("month").dt.year() + (pl.col("month").dt.month() >= FISCAL_START_MONTH).cast(pl.Int32)
    is_old, is_credit = fiscal_year < period.fiscal_year, pl.col("cents") < 0
    return found.with_columns(
        pair_id=pl.when(is_move).then("pair_id"),
        adj_type=pl.when(is_old & is_credit).then(pl.lit("PRIOR_FY_CREDIT"))
        .when(is_old).then(pl.lit("CATCH_UP"))
        .when(is_move & pl.col("pair_id").is_not_null()).then(pl.lit("TRANSFER"))
        .when(is_credit).then(pl.lit("CREDIT")).otherwise(pl.lit("DEBIT")),
    )  # fmt: skip


def _written(numbered: pl.DataFrame, feed: str, period: Period) -> pl.DataFrame:
    """Write the adjustments' columns and the evidence."""
    rows = _paired(numbered, feed, period)
    amount = decimal(pl.col("cents"), CENT_PLACES)
    dollars = {name: decimal(pl.coalesce(f"{name}_cents", _ZERO), CENT_PLACES) for name in ("should", "billed")}
    since = decimal(sum((pl.coalesce(name, _ZERO) for name in ("settled", "hand_credit", "hand_debit")), _ZERO), CENT_PLACES)
    about = pl.coalesce("reported_in", pl.lit(str(period)))
    said = phrase("{}, {} {}", pl.col("month").dt.strftime("%B %Y"), "label", "happened")
    texts = {
        "description": said, "support_ref": phrase("{}:{} of {}", "now_file", "now_line", about),
        "no_original_reason": pl.when(pl.col("invoice_no").is_null()).then("happened"),
    }  # fmt: skip
    built = rows.with_columns(
        service_from="first_day", service_to="last_day", original_invoice_no="invoice_no", original_line_no="invoice_line_no",
        stream=pl.lit(feed), amount=amount, vendor_recovery_required=pl.lit(value=False), feed=pl.lit(feed),
        should_amount=dollars["should"], billed_amount=dollars["billed"], credited_amount=since, evidence=_evidence(dollars, since, amount),
        **{name: text.str.slice(0, _LAYOUT[name].longest) for name, text in texts.items()},
    )  # fmt: skip
    ordered = built.sort("item", "month", "billing_number", "rate_code", "component", "source_record_id", maintain_order=True)
    blank = [pl.lit(None, dtype).alias(name) for name, dtype in PROPOSALS.items() if name not in built.columns]
    words = {"item": pl.col("item").str.replace_all("\x1f", " ", literal=True), "month": pl.col("month").dt.strftime("%Y-%m")}
    return conform(ordered.with_columns(*blank, **words).select(list(PROPOSALS)), PROPOSALS)


def _evidence(dollars: dict[str, pl.Expr], since: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """Write one sentence: what happened, where it stands, and the arithmetic of the month."""
    none = pl.lit("")
    due = pl.coalesce(phrase("{} = {}", "should_rule", dollars["should"]), pl.lit("nothing due"))
    line = pl.when(pl.col("cents") < 0).then(phrase("credit {} on {} line {}", -amount, "invoice_no", "invoice_line_no"))
    return pl.concat_str(
        phrase("{} {} ({}:{}): ", "label", "happened", "now_file", "now_line"),
        phrase("{} {}, billed {}", pl.col("month").dt.strftime("%B %Y"), due, dollars["billed"]),
        pl.when(since != 0).then(phrase(", adjusted by {} since", since)).otherwise(none),
        pl.lit("; "),
        line.otherwise(phrase("debit {}", amount)),
        pl.when(pl.col("short") > 0).then(phrase("; {} more is not left to credit", decimal(pl.col("short"), CENT_PLACES))).otherwise(none),
    )
