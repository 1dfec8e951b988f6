"""Bill equipment from stock: issues at weighted average cost and mark-up, returns at what was billed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import polars as pl

from billing import audit
from billing.charges import finish, priced
from billing.effective import has_key
from billing.errors import ReconciliationError
from billing.fee_rows import plain
from billing.fees import fee_bridge, markup_rows
from billing.findings import gather, is_held
from billing.frames import BRIDGE, OUTCOMES, SOURCE, Billed, Earlier, Tables, conform
from billing.money import CENT_PLACES, DOLLARS, RATE_PLACES, Exact, decimal, units
from billing.periods import Period
from billing.policy import Policy
from billing.rate_lookup import attach_account, attach_code, attach_rate
from billing.rulings import rule
from billing.stock_audit import Trouble, audit_records, book_findings, judge, judge_cost, stakes
from billing.stock_forward import open_book
from billing.stock_ledger import Ledger, Movement, movements
from billing.stock_returns import movement_columns, return_rows
from billing.wording import phrase

_KEY: Final = ["source_file", "source_line"]
_MARKUP: Final = ["markup_pct", "fee_rate_code", "markup_valid_from", "markup_approval_ref"]


@dataclass(frozen=True)
class _Book:
    """What the book made of a period's movements."""

    findings: pl.DataFrame  # FINDINGS
    averages: pl.DataFrame  # source_file, source_line, average
    order: pl.DataFrame  # source_file, source_line, place: the order in which the movements were entered
    ledger: Ledger


def bill_stock(records: pl.DataFrame, tables: Tables, period: Period, policy: Policy, earlier: Earlier) -> Billed:
    """Bill a period's stock records.

    An ISSUE is a BASE row of quantity x average cost with its mark-up beside it; a RETURN is one CREDIT row of what
    the issue was billed, by the part that came back, with restocking as a FEE row. Receipts, count adjustments and
    write-offs move stock and bill 0.00. The book starts with stock_opening and replays what earlier periods billed;
    a late record finds the average as it stands when this period is entered. A held record moves nothing.

    Args:
        records: record_schema("stock"), in any order; order within a day and kind is file order.
        tables: reference and rates.
        period: the period billed.
        policy: look-back and the percent a cost may jump.
        earlier: stock records and charges of earlier periods.

    Rows: one outcome per record.

    Raises:
        ReconciliationError: records were lost on the way.
    """
    kept, doubles, dropped = audit.duplicates(records, "stock", earlier)
    ready = _attach(kept, tables)
    alone = rule(gather(doubles, audit_records(ready, tables, period, policy)), ready)
    book = _enter(ready.with_columns(is_held=is_held(ready, alone)), tables, policy, earlier)
    heard = book.findings.join(alone.select(*_KEY, "code").unique(), on=[*_KEY, "code"], how="anti", maintain_order="left")
    held = is_held(ready, gather(alone, heard))
    priced_records = ready.join(book.averages, on=_KEY, how="left", validate="1:1", maintain_order="left").with_columns(held=held)
    issues, issue_fees = _issue_rows(priced_records.filter((pl.col("txn_type") == "ISSUE") & ~pl.col("held")), tables, period)
    returns = priced_records.filter((pl.col("txn_type") == "RETURN") & ~pl.col("held"))
    returns = returns.join(book.order, on=_KEY, how="left", validate="1:1").sort("place")
    credit, restocking = return_rows(returns, book.ledger, issues, issue_fees, tables, period, earlier)
    sources = _sources(priced_records, pl.concat([issues, credit]))
    bridge = pl.concat([sources, fee_bridge(pl.concat([issue_fees, restocking]), sources)])
    staked = _staked(priced_records)
    findings = _with_stakes(gather(alone, heard), staked)
    outcomes = pl.concat([audit.outcomes(staked, findings), dropped])
    if outcomes.height != records.height:
        raise ReconciliationError(f"{records.height} stock records went in, {outcomes.height} came out")
    charges = pl.concat([issues, issue_fees, credit, restocking]).sort("charge_id")
    return Billed(charges=charges, bridge=bridge, findings=audit.only_decided(findings), outcomes=conform(outcomes, OUTCOMES))


def _attach(records: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    items = tables["stock_items"]
    known = has_key(records, items, on={"item_no": "item_no"})
    named = items.select("item_no", "rate_code", "tagged", "restocking_pct", item_name="description")
    dated = records.join(named, on="item_no", how="left", validate="m:1", maintain_order="left").with_columns(
        known.alias("item_known"), rate_date="txn_date", service_date="txn_date", funding_date="txn_date"
    )
    return attach_rate(attach_code(attach_account(dated, tables, "rate_date"), tables), tables, "rate_date")


def _enter(records: pl.DataFrame, tables: Tables, policy: Policy, earlier: Earlier) -> _Book:
    """Open the book, replay the earlier periods, enter this period's records, and hear what the book says."""
    ledger = open_book(tables, earlier)
    _keep_billed_costs(ledger, earlier)
    troubles: list[tuple[Movement, Trouble]] = []
    averages: list[tuple[Movement, Decimal | None]] = []
    now = movements(records)
    unknown = set(records.filter(~pl.col("item_known")).select(_KEY).rows())
    for move in now:
        averages.append((move, ledger.position(move.warehouse, move.item_no).average))
        refused = None if (move.source_file, move.source_line) in unknown else judge(ledger, move)
        warned = judge_cost(ledger, move, policy)
        troubles += [(move, said) for said in (refused, warned) if said is not None]
        if refused is None and not move.is_held:
            ledger.post(move)
    shape = {name: SOURCE[name] for name in _KEY}
    order = pl.DataFrame([(m.source_file, m.source_line) for m in now], schema=shape, orient="row").with_row_index("place")
    return _Book(book_findings(records, troubles), stakes(averages), order, ledger)


def _keep_billed_costs(ledger: Ledger, earlier: Earlier) -> None:
    """Take the cost of an issue from its posted charge row, which stands whatever the opening stock says now."""
    posted = earlier.charges.filter((pl.col("feed") == "stock") & (pl.col("component") == "BASE") & pl.col("unit_rate").is_not_null())
    for record_id, average in posted.select("source_record_id", "unit_rate").rows():
        issue = ledger.issues.get(record_id)
        if issue is not None:
            ledger.issues[record_id] = replace(issue, average=average)


def _cost() -> Exact:
    return Exact.of(pl.col("quantity"), RATE_PLACES).times(pl.col("average"), RATE_PLACES)


def _issue_rows(issues: pl.DataFrame, tables: Tables, period: Period) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Price clean issues at the average that stood. Returns: the BASE rows and their mark-ups, both CHARGES."""
    named = issues.filter(pl.col("average").is_not_null()).with_columns(
        *priced(_cost()),
        **movement_columns("BASE", period),
        unit_rate=pl.col("average"),
        rule=phrase(
            "{} {} x {} (average cost of {} in {})",
            plain(pl.col("quantity")), pl.col("code_uom"), pl.col("average"), pl.col("item_no"), pl.col("warehouse"),
        ),
    )  # fmt: skip
    base = finish(named, period)
    marked = base.join(named.select("natural_key", *_MARKUP), on="natural_key", how="left", validate="1:1", maintain_order="left")
    return base, markup_rows(marked, tables, period)


def _sources(records: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    """Lead base and credit rows back to their record. Returns: BRIDGE."""
    quantities = records.select(*_KEY, "quantity")
    rows = charges.select("charge_id", *SOURCE).join(quantities, on=_KEY, how="left", validate="1:1", maintain_order="left")
    return conform(rows, BRIDGE)


def _staked(records: pl.DataFrame) -> pl.DataFrame:
    """Add at_stake: an issue at the average and mark-up that stood; what is not billed is 0.00; a return is unknown."""
    cost = _cost()
    markup = cost.percent(pl.col("markup_pct")).dollars()
    dollars = units(cost.dollars(), CENT_PLACES) + pl.when(markup.is_not_null()).then(units(markup, CENT_PLACES)).otherwise(0)
    stake = (
        pl.when(pl.col("txn_type") == "ISSUE")
        .then(decimal(dollars, CENT_PLACES).cast(DOLLARS))
        .when(pl.col("txn_type") == "RETURN")
        .then(pl.lit(None, DOLLARS))
        .otherwise(pl.lit(Decimal(0), DOLLARS))
    )
    return records.with_columns(at_stake=stake)


def _with_stakes(findings: pl.DataFrame, staked: pl.DataFrame) -> pl.DataFrame:
    dollars = staked.select(*_KEY, "at_stake")
    joined = findings.join(dollars, on=_KEY, how="left", validate="m:1", maintain_order="left")
    return joined.with_columns(amount=pl.col("at_stake")).drop("at_stake")
