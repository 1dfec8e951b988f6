"""The rules of stock: known item, tags, quantities, issues without stock, returns without issue, costs that jump."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

from billing import audit
from billing.fee_rows import plain
from billing.fees import audit_markup, lacks_fee_code
from billing.findings import find, gather
from billing.frames import FINDINGS, SOURCE, Tables, empty
from billing.money import RATE
from billing.periods import Period
from billing.policy import Policy
from billing.stock_ledger import Ledger, Movement
from billing.wording import phrase

_KEY: Final = ["source_file", "source_line"]


@dataclass(frozen=True)
class Trouble:
    """What the book says against a movement."""

    code: str
    column: str
    message: str


def audit_records(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy) -> pl.DataFrame:
    """Run every rule that a record is decided by alone. Returns: FINDINGS.

    Billing number, rate and ticket are asked of issues and returns only: nothing else is billed.
    """
    billed = records.filter(pl.col("txn_type").is_in(["ISSUE", "RETURN"]))
    coded = billed.filter(pl.col("item_known"))
    issues = coded.filter(pl.col("txn_type") == "ISSUE")
    return gather(
        audit.audit_account(billed, tables),
        _audit_item(records),
        audit.audit_code(coded),
        _audit_uom(records),
        _audit_quantity(records),
        _audit_cost(records),
        audit.audit_dates(records, period, policy),
        _audit_tags(issues),
        audit_markup(issues, tables),
        _audit_restocking(coded, tables),
        audit.audit_funding(issues, tables),
        audit.audit_requester(billed, tables),
    )


def _audit_item(records: pl.DataFrame) -> pl.DataFrame:
    message = phrase("item {} is not in stock_items.csv", pl.col("item_no"))
    return find(records, "R201", ~pl.col("item_known"), column="item_no", message=message)


def _audit_uom(records: pl.DataFrame) -> pl.DataFrame:
    message = phrase("{} is counted in {}, the record says {}", pl.col("item_no"), pl.col("code_uom"), pl.col("uom"))
    wrong = pl.col("code_known") & pl.col("uom").is_not_null() & (pl.col("uom") != pl.col("code_uom"))
    return find(records, "R205", wrong.fill_null(value=False), column="uom", message=message)


def _audit_quantity(records: pl.DataFrame) -> pl.DataFrame:
    """Q301: below zero, which only a count adjustment may be. Q302: nothing moved."""
    kind, quantity = pl.col("txn_type"), plain(pl.col("quantity"))
    return gather(
        find(
            records, "Q301", (pl.col("quantity") < 0) & (kind != "COUNT_ADJ"), column="quantity",
            message=phrase("{} of {}: only COUNT_ADJ may be negative", kind, quantity),
        ),
        find(records, "Q302", pl.col("quantity") == 0, column="quantity", message=phrase("{} of 0", kind)),
    )  # fmt: skip


def _audit_cost(records: pl.DataFrame) -> pl.DataFrame:
    """R203: a receipt whose cost is blank or negative would spoil the average of all that lies there."""
    receipts = records.filter(pl.col("txn_type") == "RECEIPT")
    message = phrase("receipt of {} has unit cost {}", pl.col("item_no"), pl.col("unit_cost").cast(pl.String).fill_null("(blank)"))
    return find(receipts, "R203", (pl.col("unit_cost") < 0).fill_null(value=True), column="unit_cost", message=message)


def _audit_tags(issues: pl.DataFrame) -> pl.DataFrame:
    """E802: a tagged item goes out with its serial number and its asset tag."""
    lacks = pl.when(pl.col("serial_no").is_null()).then(pl.lit("serial number")).otherwise(pl.lit("asset tag"))
    missing = (pl.col("tagged") == "Y") & (pl.col("serial_no").is_null() | pl.col("asset_tag").is_null())
    message = phrase("{} is a tagged item and has no {}", pl.col("item_no"), lacks)
    return find(issues, "E802", missing, column="serial_no", message=message)


def takes_restocking() -> pl.Expr:
    """Whether a return bears a restocking fee: the item has a percent and the goods are not defective."""
    return ((pl.col("restocking_pct") != 0) & (pl.col("condition").fill_null("NEW") != "DEFECTIVE")).fill_null(value=False)


def _audit_restocking(coded: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """T902: restocking is due and its rate row names no known fee code."""
    returns = coded.filter((pl.col("txn_type") == "RETURN") & pl.col("has_rate"))
    message = phrase("restocking of {} % on {} has no fee rate code in rates.csv", plain(pl.col("restocking_pct")), pl.col("rate_code"))
    return find(returns, "T902", takes_restocking() & lacks_fee_code(tables), column="fee_rate_code", message=message)


def judge(ledger: Ledger, move: Movement) -> Trouble | None:
    """Say why the book refuses an issue or a return as it stands now, or nothing."""
    if move.quantity <= 0:
        return None
    if move.txn_type == "ISSUE":
        return _judge_issue(ledger, move)
    return _judge_return(ledger, move) if move.txn_type == "RETURN" else None


def _judge_issue(ledger: Ledger, move: Movement) -> Trouble | None:
    out = ledger.serials_out.get(move.serial_no or "")
    if out is not None:
        return Trouble("E802", "serial_no", f"serial {move.serial_no} went out with {out} and has not come back")
    place = ledger.position(move.warehouse, move.item_no)
    if place.quantity < move.quantity:
        on_hand = f"{place.quantity.normalize():f}"
        return Trouble("E801", "quantity", f"{on_hand} of {move.item_no} in {move.warehouse}, {move.quantity.normalize():f} issued")
    if place.average is None:
        return Trouble("E801", "quantity", f"no cost is known for {move.item_no} in {move.warehouse}")
    return None


def _judge_return(ledger: Ledger, move: Movement) -> Trouble | None:
    column = "original_txn_id"
    if move.original_txn_id is None:
        return Trouble("E803", column, "the return names no original issue")
    issue = ledger.issues.get(move.original_txn_id)
    if issue is None:
        return Trouble("E803", column, f"no issue {move.original_txn_id} was billed before this return")
    if issue.movement.item_no != move.item_no:
        return Trouble("E803", column, f"{move.original_txn_id} issued {issue.movement.item_no}, not {move.item_no}")
    if issue.movement.billing_number != move.billing_number:
        return Trouble("E803", column, f"{move.original_txn_id} was issued to {issue.movement.billing_number}")
    total = issue.returned + move.quantity
    if total > issue.movement.quantity:
        issued = f"{issue.movement.quantity.normalize():f}"
        return Trouble("E803", "quantity", f"returns of {move.original_txn_id} come to {total.normalize():f} of {issued} issued")
    return None


def judge_cost(ledger: Ledger, move: Movement, policy: Policy) -> Trouble | None:
    """Say when a receipt's cost is further from the average than the policy's percent (E804)."""
    if move.txn_type != "RECEIPT" or move.unit_cost is None or move.quantity <= 0:
        return None
    average = ledger.position(move.warehouse, move.item_no).average
    if not average or abs(move.unit_cost - average) * 100 <= policy.average_cost_move_pct * average:
        return None
    return Trouble("E804", "unit_cost", f"unit cost {move.unit_cost.normalize():f} against an average of {average}")


def book_findings(records: pl.DataFrame, troubles: list[tuple[Movement, Trouble]]) -> pl.DataFrame:
    """Turn what the book says into findings, in the order it was said. Returns: FINDINGS."""
    if not troubles:
        return empty(FINDINGS)
    rows = [(move.source_file, move.source_line, said.code, said.column, said.message) for move, said in troubles]
    shape = {**{name: SOURCE[name] for name in _KEY}, "_code": pl.String(), "_column": pl.String(), "_said": pl.String()}
    said = pl.DataFrame(rows, schema=shape, orient="row")
    found = said.join(records, on=_KEY, how="left", validate="m:1", maintain_order="left")
    parts = [
        find(group, group["_code"][0], pl.lit(value=True), column=group["_column"][0], message=pl.col("_said"))
        for group in found.partition_by("_code", "_column", maintain_order=True)
    ]
    return gather(*parts)


def stakes(rows: list[tuple[Movement, Decimal | None]]) -> pl.DataFrame:
    """The average cost that stood when each movement was looked at: source_file, source_line, average (RATE)."""
    shape = {**{name: SOURCE[name] for name in _KEY}, "average": RATE}
    return pl.DataFrame([(m.source_file, m.source_line, average) for m, average in rows], schema=shape, orient="row")
