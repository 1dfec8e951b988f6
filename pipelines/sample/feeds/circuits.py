"""The circuit snapshot of a month: every circuit in service on some day of it, one row an owner."""

from billing.periods import Period
from pipelines.sample.inventory import spans_in
from pipelines.sample.rows import Row
from pipelines.sample.vendor_prices import vendor_price
from pipelines.sample.world import World


def circuit_rows(world: World, period: Period) -> list[Row]:
    """Rows of the snapshot; a new circuit brings its installation charge in the month it starts."""
    rows = []
    for turn, item in enumerate(world.inventory.circuits):
        for index, span, stop in spans_in(item, period):
            is_new = index == 0 and span.start >= period.first_day
            installed = {"nrc_amount": "350.00", "nrc_date": str(span.start), "order_type": "N", "requested_date": "2026-08-03"}
            rows.append(
                {
                    "source_record_id": f"CKT-{item.key}-{index}", "billing_number": span.number.billing_number,
                    "circuit_id": item.key, "vendor_code": "VC0000100107", "billing_start_date": str(span.start),
                    "disconnect_date": str(stop or ""),
                    "vendor_mrc": vendor_price(item.facts["rate_code"], turn, period), **item.facts, **(installed if is_new else {}),
                }
            )  # fmt: skip
    return rows
