"""The Centrex snapshot of a month: every station in service on some day of it, one row an owner."""

from billing.periods import Period
from pipelines.sample.inventory import spans_in
from pipelines.sample.rows import Row
from pipelines.sample.vendor_prices import vendor_price
from pipelines.sample.world import World


def centrex_rows(world: World, period: Period) -> list[Row]:
    """Rows of the snapshot; each names the order that set the station up."""
    rows = []
    for turn, item in enumerate(world.inventory.centrex):
        for index, span, stop in spans_in(item, period):
            rows.append(
                {
                    "source_record_id": f"CTX-{item.key}-{index}", "billing_number": span.number.billing_number,
                    "station_no": item.key, "order_no": f"N{40000 + turn}{index}", "order_type": "N" if index == 0 else "C",
                    "effective_date": str(span.start), "start_date": str(span.start), "stop_date": str(stop or ""),
                    "vendor_ban": f"{item.key[:3]} M45-{1000 + turn % 9000}",
                    "vendor_mrc": vendor_price(item.facts["rate_code"], turn, period), **item.facts,
                }
            )  # fmt: skip
    return rows
