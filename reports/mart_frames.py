"""The published tables as frames, made from months as billed."""

import datetime as dt
from collections.abc import Callable
from typing import Final

import polars as pl

from billing.errors import ReconciliationError
from billing.frames import MonthBill
from billing.periods import Period
from reports.mart_schema import MART, POLARS, MartTable
from reports.masking import masked_findings

REFERENCE: Final = {
    "dim_agency": "agencies",
    "dim_billing_number": "billing_numbers",
    "dim_rate_code": "rate_codes",
    "dim_rate": "rates",
    "dim_rate_tier": "rate_tiers",
    "dim_agency_rate": "agency_rates",
    "dim_contact": "agency_contacts",
    "dim_funding": "funding_strings",
    "dim_cost_pool": "cost_pools",
    "dim_vendor": "vendors",
}


def mart_frame(table: MartTable, bills: list[MonthBill], pdf_hashes: dict[str, str], statuses: dict[str, str]) -> pl.DataFrame:
    """One published table over all periods, of the published types, sorted by its key.

    Raises:
        ReconciliationError: a figure does not fit its published type, or a key names two rows.
    """
    if table.name in REFERENCE:
        parts = [bill.tables[REFERENCE[table.name]] for bill in sorted(bills, key=lambda bill: bill.period, reverse=True)]
        frame = newest_first(table.name, parts) if parts else pl.DataFrame()
    elif table.name == "dim_period":
        frame = _periods(bills, statuses)
    else:
        make = _FACTS.get(table.name)
        frame = pl.concat([make(bill) for bill in bills]) if make is not None and bills else pl.DataFrame()
    if table.name == "fact_invoice" and bills:
        hashes = [pdf_hashes.get(number) for number in frame["invoice_no"].to_list()]
        frame = frame.with_columns(pdf_sha256=pl.Series(hashes, dtype=pl.String))
    if table.name == "fact_charge" and bills:
        frame = frame.join(_states(bills, statuses), on=["period", "adjustment_id"], how="left", validate="m:1", nulls_equal=True)
    return published(frame, table)


def _states(bills: list[MonthBill], statuses: dict[str, str]) -> pl.DataFrame:
    """How far the charges of each month are; in an open month, those of an adjustment that was approved further than the others."""
    found: dict[tuple[str, str | None], str] = {}
    for bill in bills:
        state = _STATES[statuses.get(bill.period, "OPEN")]
        known = bill.adjustments.select("adjustment_id", "approval_state").rows()
        approved = {adjustment for adjustment, told in known if told == "APPROVED"}
        for adjustment in bill.lines["adjustment_id"].unique(maintain_order=True).to_list():
            is_approved = state == "RATED" and adjustment in approved
            found[bill.period, adjustment] = "APPROVED" if is_approved else state
    rows = [(period, adjustment, state) for (period, adjustment), state in found.items()]
    return pl.DataFrame(rows, schema={name: pl.String() for name in ("period", "adjustment_id", "state")}, orient="row")


_STATES: Final = {"OPEN": "RATED", "CLOSING": "INVOICED", "CLOSED": "POSTED", "FINAL": "POSTED"}


def published(frame: pl.DataFrame, table: MartTable) -> pl.DataFrame:
    """Bring a frame to its published columns and types, refusing what would not fit.

    Raises:
        ReconciliationError: a figure does not fit its published type, or a key names two rows.
    """
    columns = []
    for column in table.columns:
        dtype = POLARS[column.sql_type]
        if column.name not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(column.name))
            continue
        if isinstance(dtype, pl.Decimal):
            _fits(frame[column.name], dtype, f"{table.name}.{column.name}")
        columns.append(pl.col(column.name).cast(dtype).alias(column.name))
    found = frame.select(columns) if frame.width else pl.DataFrame(schema={c.name: POLARS[c.sql_type] for c in table.columns})
    keys = list(table.key)
    if found.select(keys).is_duplicated().any():
        raise ReconciliationError(f"{table.name}: two rows have one key ({', '.join(keys)}); nothing is published")
    return found.sort(keys, nulls_last=False)


def _fits(values: pl.Series, dtype: pl.Decimal, name: str) -> None:
    """A cast must neither lose places nor wrap."""
    precision, scale = dtype.precision or 38, dtype.scale
    limit = 10 ** (precision - scale)
    if not isinstance(values.dtype, pl.Decimal) or values.dtype.scale > scale:
        raise ReconciliationError(f"{name} is {values.dtype}, which {dtype} cannot hold exactly; nothing is published")
    largest = max((abs(value) for value in (values.min(), values.max()) if value is not None), default=0)  # type: ignore[arg-type,type-var]
    if largest >= limit:
        raise ReconciliationError(f"{name}: {largest} is too large to publish as {dtype}; nothing is published")


def newest_first(name: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The newest month's rows of a published table, and rows of earlier months under keys the newest no longer has."""
    return pl.concat(parts).unique(subset=list(MART[name].key), keep="first", maintain_order=True)


def _periods(bills: list[MonthBill], statuses: dict[str, str]) -> pl.DataFrame:
    rows = []
    for bill in bills:
        period = Period.parse(bill.period)
        calendar = {row["period"]: row for row in bill.tables["calendar"].iter_rows(named=True)}.get(bill.period, {})
        rows.append(
            {
                "period": bill.period,
                "fiscal_year": calendar.get("fiscal_year", period.fiscal_year),
                "fiscal_period": calendar.get("fiscal_period", period.fiscal_period),
                "first_day": period.first_day,
                "last_day": period.last_day,
                "status": statuses.get(bill.period, "OPEN"),
                "as_of": dt.date.fromisoformat(bill.as_of),
            }
        )
    return pl.DataFrame(rows, schema={c.name: POLARS[c.sql_type] for c in MART["dim_period"].columns})


def _charges(bill: MonthBill) -> pl.DataFrame:
    return bill.lines.with_columns(service_from=pl.col("start_date"), service_to=pl.col("stop_date").dt.offset_by("-1d"))


def _bridge(bill: MonthBill) -> pl.DataFrame:
    return bill.bridge.with_columns(period=pl.lit(bill.period))


def _splits(bill: MonthBill) -> pl.DataFrame:
    return bill.splits.with_columns(period=pl.lit(bill.period))


def _calls(bill: MonthBill) -> pl.DataFrame:
    return bill.calls.with_columns(period=pl.lit(bill.period), connect_at=utc(bill.calls["connect_at"]))


def _exceptions(bill: MonthBill) -> pl.DataFrame:
    found = masked_findings(bill.exceptions).with_columns(decided_at=utc(bill.exceptions["decided_at"]))
    return found.join(bill.holds, on="exception_id", how="left", validate="1:1", maintain_order="left")


def _adjustments(bill: MonthBill) -> pl.DataFrame:
    rows = bill.lines.filter((pl.col("stream") == "adjustments") | pl.col("adjustment_id").is_not_null())
    known = rows.join(bill.adjustments, on="adjustment_id", how="left", validate="m:1", maintain_order="left")
    return known.with_columns(status=pl.lit("BILLED"), prepared_at=utc(known["prepared_at"]))


def _decided(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(decided_at=utc(rows["decided_at"]))


_FACTS: Final[dict[str, Callable[[MonthBill], pl.DataFrame]]] = {
    "fact_charge": _charges,
    "bridge_charge_source": _bridge,
    "fact_split": _splits,
    "fact_call": _calls,
    "fact_exception": _exceptions,
    "fact_adjustment": _adjustments,
    "fact_approval": lambda bill: _decided(bill.approvals),
    "fact_dispute": lambda bill: _decided(bill.disputes),
    "fact_invoice": lambda bill: bill.invoices,
    "fact_journal": lambda bill: bill.journal,
    "control_totals": lambda bill: bill.controls,
    "fact_movement": lambda bill: bill.behind.movement,
    "fact_inventory": lambda bill: bill.behind.inventory,
    "fact_vendor_line": lambda bill: bill.behind.vendor_lines,
    "fact_assessment": lambda bill: bill.behind.assessments,
    "fact_stock": lambda bill: bill.behind.stock,
    "fact_close_step": lambda bill: bill.behind.close_steps,
}


def utc(texts: pl.Series) -> pl.Series:
    """ISO 8601 date-times with offset as UTC without zone, whatever zone the machine is in.

    Raises:
        ReconciliationError: a text is not a date-time with offset.
    """
    fast = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_zone="UTC", time_unit="us", strict=False).dt.replace_time_zone(None)
    if fast.null_count() == texts.null_count():
        return fast
    return pl.Series(texts.name, [None if text is None else _utc(text) for text in texts.to_list()], dtype=pl.Datetime("us"))


def _utc(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ReconciliationError(f"'{text}' is not a date-time with an offset; nothing is published")
    return moment.astimezone(dt.UTC).replace(tzinfo=None)
