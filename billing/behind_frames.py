"""The shapes of what stands behind a month's charges: what moved, inventory, vendor lines, assessments, stock, close steps."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from billing.money import DOLLARS, EXACT, QUANTITY, RATE

_SOURCE: Final[dict[str, pl.DataType]] = {
    "period": pl.String(),
    "feed": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
    "source_record_id": pl.String(),
}
EFFECTS: Final = ("price_effect", "quantity_effect", "new_effect", "gone_effect", "one_time_effect")

# What one row of a bill came to, beside the month before; the effects add up to the change.
MOVEMENT_ROWS: Final[dict[str, pl.DataType]] = {
    **{name: pl.String() for name in ("period", "prior_period", "agency_code", "billing_number", "stream", "rate_code")},
    **{name: pl.String() for name in ("base_rate_code", "family", "item")},
    **dict.fromkeys(("before", "now", "change", *EFFECTS), DOLLARS),
    "row_no": pl.Int64(),
}

# One record of a circuit, voip or centrex snapshot.
INVENTORY_ROWS: Final[dict[str, pl.DataType]] = {
    **_SOURCE,
    **{name: pl.String() for name in ("item", "billing_number", "agency_code", "rate_code", "description")},
    "start_date": pl.Date(),
    "stop_date": pl.Date(),  # the disconnect day, not billed; null: in service
    **{name: pl.String() for name in ("order_type", "order_no", "location")},
    "quantity": QUANTITY,
    "mrc_override": DOLLARS,
    "vendor_code": pl.String(),
    "vendor_account": pl.String(),
    "vendor_mrc": DOLLARS,
    "outcome": pl.String(),
}

# One record of pass-through cost.
VENDOR_ROWS: Final[dict[str, pl.DataType]] = {
    **_SOURCE,
    **{name: pl.String() for name in ("vendor_code", "vendor_name", "vendor_account", "vendor_invoice_no")},
    "vendor_invoice_date": pl.Date(),
    "vendor_line_no": pl.Int64(),
    **{name: pl.String() for name in ("billing_number", "agency_code", "rate_code", "description")},
    "cost_amount": EXACT,
    "tax_amount": DOLLARS,
    "surcharge_amount": DOLLARS,
    "charge_group": pl.String(),
    "contract_no": pl.String(),
    "received_date": pl.Date(),
    "outcome": pl.String(),
    "charge_id": pl.String(),
    "billed_amount": DOLLARS,  # of the charge row, on the first of its lines
}

# One record of fixed cost.
ASSESSMENT_ROWS: Final[dict[str, pl.DataType]] = {
    **_SOURCE,
    **{name: pl.String() for name in ("assessment_id", "method", "billing_number", "agency_code", "rate_code", "description")},
    "annual_amount": DOLLARS,
    "pool_annual_amount": DOLLARS,
    "basis": pl.String(),
    "basis_quantity": QUANTITY,
    "basis_as_of": pl.Date(),
    **{name: pl.String() for name in ("start_period", "end_period", "approval_ref", "outcome", "charge_id")},
    "exact_share": EXACT,
    "amount": DOLLARS,
}

# One item of one warehouse over a month.
STOCK_ROWS: Final[dict[str, pl.DataType]] = {
    **{name: pl.String() for name in ("period", "warehouse", "item_no", "description")},
    **{f"{name}_quantity": QUANTITY for name in ("opening", "received", "issued", "returned", "counted", "written_off", "closing")},
    "defective_quantity": QUANTITY,  # taken back and put nowhere
    "restated_quantity": QUANTITY,  # in the opening: what stock_opening says otherwise than when the month before was billed
    "opening_cost": RATE,
    "closing_cost": RATE,
    "opening_value": DOLLARS,
    "closing_value": DOLLARS,
    "issued_value": DOLLARS,
    "moves": pl.Int64(),
}

# One step of a posted month's close.
STEP_ROWS: Final[dict[str, pl.DataType]] = {
    "period": pl.String(),
    "step": pl.String(),
    "what": pl.String(),
    "planned_on": pl.Date(),
    "done_at": pl.Datetime("us"),  # UTC
    "days_late": pl.Int64(),
    "runs": pl.Int64(),
    "seconds": pl.Decimal(18, 3),
    "step_no": pl.Int64(),
}


def _none(shape: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=shape)


@dataclass(frozen=True)
class Behind:
    """What stands behind a month's charges, as far as it was asked for."""

    movement: pl.DataFrame = field(default_factory=lambda: _none(MOVEMENT_ROWS))
    inventory: pl.DataFrame = field(default_factory=lambda: _none(INVENTORY_ROWS))
    vendor_lines: pl.DataFrame = field(default_factory=lambda: _none(VENDOR_ROWS))
    assessments: pl.DataFrame = field(default_factory=lambda: _none(ASSESSMENT_ROWS))
    stock: pl.DataFrame = field(default_factory=lambda: _none(STOCK_ROWS))
    close_steps: pl.DataFrame = field(default_factory=lambda: _none(STEP_ROWS))
