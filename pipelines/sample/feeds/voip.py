"""The VoIP snapshot of a month: every line in service on some day of it, one row an owner."""

from billing.periods import Period
from pipelines.sample.draw import Draw
from pipelines.sample.inventory import spans_in
from pipelines.sample.rows import Row, read_data
from pipelines.sample.world import World


def voip_rows(world: World, period: Period) -> list[Row]:
    """Rows of the snapshot, with the user's name on lines of one person."""
    names = read_data("names")
    first = [row["name"] for row in names if row["kind"] == "first"]
    last = [row["name"] for row in names if row["kind"] == "last"]
    rows = []
    for turn, item in enumerate(world.inventory.voip):
        draw = Draw(world.seed, "user", item.key)
        user = f"{draw.pick(first)} {first[turn % len(first)][0]}. {draw.pick(last)}"
        for index, span, stop in spans_in(item, period):
            rows.append(
                {
                    "source_record_id": f"VOIP-{item.key}-{index}", "billing_number": span.number.billing_number,
                    "line_id": f"+1{item.key}", "user_name": user if item.facts["line_kind"] == "USER" else "",
                    "start_date": str(span.start), "stop_date": str(stop or ""), **item.facts,
                }
            )  # fmt: skip
    return rows
