"""A few months run one after another on the inventory world, and settled from the last snapshot."""

from typing import Any

import polars as pl

from billing.adjustments import bill_adjustments
from billing.fees import surcharge_rows
from billing.frames import CHARGES, LINES, Earlier, Tables, empty, record_schema
from billing.invoicing import invoice_keys, number_lines
from billing.periods import Period
from billing.policy import Policy
from billing.settle import propose, to_records
from tests.recurring.world import BILLERS, WORLD, records

AT = "2026-04-20T09:00:00-04:00"
Row = dict[str, str]


class Months:
    """What has been billed so far, as a later run is handed it."""

    def __init__(self, world: Tables = WORLD, policy: Policy | None = None) -> None:
        self.world, self.policy = world, policy or Policy()
        self.lines = empty(LINES)
        self.kept: dict[str, list[pl.DataFrame]] = {}

    @property
    def earlier(self) -> Earlier:
        return Earlier(records={feed: pl.concat(frames).lazy() for feed, frames in self.kept.items()}, charges=self.lines)

    def run(self, month: str, adjustments: pl.DataFrame | None = None, **feeds: list[Row]) -> pl.DataFrame:
        """Bill a month and keep it; adjustments must all pass their rules."""
        period, found = Period.parse(month), [empty(CHARGES)]
        frames = {feed: records(feed, *rows) for feed, rows in feeds.items()}
        bills = {feed: BILLERS[feed](frame, self.world, period, self.policy, self.earlier) for feed, frame in frames.items()}
        if adjustments is not None:
            frames["adjustments"] = adjustments
            bills["adjustments"] = bill_adjustments(adjustments, self.world, period, self.policy, self.earlier)
            assert bills["adjustments"].outcomes["outcome"].unique().to_list() in ([], ["BILLED"]), bills["adjustments"].findings
        found += [bill.charges for bill in bills.values()]
        charges = pl.concat(found)
        charges = pl.concat([charges, surcharge_rows(charges, self.world, period)])
        lines = number_lines(charges, invoice_keys(self.world, period), period)
        for feed, frame in frames.items():
            outcome = bills[feed].outcomes.select("source_file", "source_line", "outcome")
            kept = frame.with_columns(period=pl.lit(month)).join(outcome, on=["source_file", "source_line"], how="left", validate="1:1")
            self.kept.setdefault(feed, []).append(kept.select(*record_schema(feed), "period", "outcome"))
        self.lines = pl.concat([self.lines, lines])
        return lines

    def settle(
        self, month: str, given: pl.DataFrame | None = None, asked: pl.DataFrame | None = None, **feeds: list[Row]
    ) -> pl.DataFrame:  # fmt: skip
        snapshots = {feed: records(feed, *rows) for feed, rows in feeds.items()}
        if asked is not None:
            snapshots["adjustments"] = asked
        return propose(snapshots, self.world, Period.parse(month), self.policy, self.earlier, given)

    def apply(self, month: str, proposals: pl.DataFrame) -> pl.DataFrame:
        """Bill proposals as adjustments of the month; every one must pass the rules of adjustments."""
        asked = to_records(proposals, "ann", AT, "settle.csv")
        bill = bill_adjustments(asked, self.world, Period.parse(month), self.policy, self.earlier)
        held = bill.findings.filter(pl.col("severity") == "HOLD")
        assert held.is_empty(), held.select("code", "message").to_dicts()
        return bill.charges


def told(proposals: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Owner, rate code, month, type, cause and amount of each proposal."""
    return [
        (row["billing_number"], row["rate_code"], row["month"], row["adj_type"], row["reason_code"], str(row["amount"]))
        for row in proposals.to_dicts()
    ]


WINTER = ["2026-01", "2026-02", "2026-03"]


def billed(feed: str, *rows: Row, months: list[str] = WINTER, **more: object) -> Months:
    """Three months billed with one snapshot."""
    history = Months(**more)  # type: ignore[arg-type]
    for month in months:
        history.run(month, **{feed: list(rows)})
    return history


def adjust(amount: str, month: str = "2026-03", **more: str) -> pl.DataFrame:
    """One hand-made adjustment of D1's first line of a month."""
    row = {
        "adj_type": "CREDIT", "billing_number": "D1", "original_invoice_no": f"COT-{month}-D1-01", "original_line_no": "1",
        "stream": "circuits", "rate_code": "C30", "amount": amount, "reason_code": "OUTAGE", "vendor_recovery_required": "",
        "prepared_by": "ann", "prepared_at": AT, "support_ref": "T1", **more,
    }  # fmt: skip
    shape = record_schema("adjustments")
    text = {"source_record_id": "ADJ1", "feed": "adjustments", "source_file": "adj.csv", "source_line": "2", **row}
    cells = {name: [text.get(name) or None] for name in shape}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(shape, pl.String()))
    wanted = {name: dtype for name, dtype in shape.items() if dtype != pl.Boolean()}
    return frame.with_columns(
        *[pl.col(name).str.to_date() if dtype == pl.Date() else pl.col(name).cast(dtype) for name, dtype in wanted.items()],
        vendor_recovery_required=pl.lit(value=False),
    ).select(list(shape))
