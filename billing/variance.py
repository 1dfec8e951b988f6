"""What moved against last month: V010 large moves, V011 vanished and new items, V012 negative invoices."""

from decimal import Decimal
from fractions import Fraction

import polars as pl

from billing.carry import origin
from billing.catalogue import CATALOGUE
from billing.findings import gather
from billing.frames import FINDINGS, SOURCE, Earlier, conform, empty
from billing.money import round_half_away
from billing.periods import Period
from billing.policy import Policy
from billing.wording import phrase

# feed -> (columns that name an item, first day in service, first day out of service)
ITEMS = {
    "circuits": (("circuit_id",), "billing_start_date", "disconnect_date"),
    "voip": (("line_id",), "start_date", "stop_date"),
    "centrex": (("station_no", "usoc"), "start_date", "stop_date"),
}


def audit_invoices(
    invoices: pl.DataFrame, lines: pl.DataFrame, earlier: Earlier, keys: pl.DataFrame, period: Period, policy: Policy
) -> pl.DataFrame:
    """V010: a total moved by more than the policy's percent and dollars; V012: a total below zero.

    A number or group that was billed last month and has no invoice now has moved by all of it. Returns FINDINGS.
    """
    rows = []
    before = earlier.charges.filter(pl.col("period") == str(period.shift(-1)))
    for invoice in invoices.to_dicts():
        if invoice["amount"] < 0:
            rows.append(_finding("V012", invoice, f"invoice {invoice['invoice_no']} comes to {invoice['amount']}"))
        prior = invoice["prior_amount"]
        if prior is None:
            continue
        move = invoice["amount"] - prior
        if abs(move) > policy.variance_dollars and abs(move) * 100 > abs(prior) * policy.variance_pct:
            members = keys.filter(pl.col("invoice_key") == invoice["billing_number"])["billing_number"].to_list()
            now = lines.filter(pl.col("invoice_no") == invoice["invoice_no"])
            parts = movement(before.filter(pl.col("billing_number").is_in(members)), now)
            words = ", ".join(f"{name} {amount:+}" for name, amount in parts.items() if amount)
            rows.append(_finding("V010", invoice, f"invoice {invoice['invoice_no']} moves by {move:+} against {prior} ({words})"))
    rows += _gone(invoices, before, keys, policy)
    return conform(pl.DataFrame(rows, schema=FINDINGS), FINDINGS) if rows else empty(FINDINGS)


def _gone(invoices: pl.DataFrame, before: pl.DataFrame, keys: pl.DataFrame, policy: Policy) -> list[dict[str, object]]:
    """V010 for what was billed last month and is not billed at all now."""
    old = before.join(
        keys.select("billing_number", "invoice_key", "agency_code"), on="billing_number", how="left", validate="m:1", suffix="_now"
    )
    sums = old.group_by("invoice_key").agg(pl.col("amount").sum(), pl.col("agency_code").first()).sort("invoice_key")
    gone = sums.join(invoices.select(pl.col("billing_number").alias("invoice_key")), on="invoice_key", how="anti", maintain_order="left")
    return [
        _finding(
            "V010",
            {"billing_number": row["invoice_key"], "agency_code": row["agency_code"], "invoice_no": None, "amount": -row["amount"]},
            f"{row['invoice_key']} came to {row['amount']} last month and has no invoice now (gone {-row['amount']:+})",
        )
        for row in gone.to_dicts()
        if abs(row["amount"]) > policy.variance_dollars
    ]


def movement(old: pl.DataFrame, new: pl.DataFrame) -> dict[str, Decimal]:
    """Split the move between two months' lines into price, quantity, new and gone; the parts add up to it exactly.

    By stream, rate code and component. quantity = (q1 - q0) x a0/q0; price is the rest. Adjustments are `one-time`.
    """
    parts = dict.fromkeys(("price", "quantity", "new", "gone", "one-time"), Decimal(0))
    key = ["stream", "rate_code", "component"]
    sums = [frame.group_by(key).agg(a=pl.col("amount").sum(), q=pl.col("quantity").sum()) for frame in (old, new)]
    both = sums[0].join(sums[1], on=key, how="full", coalesce=True, nulls_equal=True, validate="1:1", suffix="1").sort(key)
    for row in both.to_dicts():
        a0, a1, q0, q1 = row["a"], row["a1"], row["q"], row["q1"]
        move = (a1 or Decimal(0)) - (a0 or Decimal(0))
        if row["stream"] == "adjustments" or row["component"] == "NRC":
            parts["one-time"] += move
        elif a0 is None:
            parts["new"] += move
        elif a1 is None:
            parts["gone"] += move
        elif not q0:
            parts["price"] += move
        else:
            by_quantity = round_half_away(Fraction(a0) * (Fraction(q1 or 0) - Fraction(q0)) / Fraction(q0))
            parts["quantity"] += by_quantity
            parts["price"] += move - by_quantity
    return parts


def audit_items(records: dict[str, pl.DataFrame], earlier: Earlier, period: Period) -> pl.DataFrame:
    """V011: an item in service in last month's snapshot is not in this one's, or the other way round. Returns FINDINGS."""
    found = []
    for feed, (names, start, stop) in ITEMS.items():
        old = earlier.of(feed).filter((pl.col("period") == str(period.shift(-1))) & origin().is_null()).collect()
        if old.is_empty():
            continue
        key = [pl.coalesce(name, "rate_code").alias(name) if name == "usoc" else pl.col(name) for name in names]
        item = pl.concat_str(key, separator=" ").alias("_item")
        now = records.get(feed)
        now = None if now is None else now.filter(origin().is_null())
        if now is None or now.is_empty():  # a missing snapshot is F001, not a thousand vanished lines
            continue
        now, last = now.with_columns(item), old.with_columns(item)
        in_new, in_old = _in_service(now, start, stop, period), _in_service(last, start, stop, period.shift(-1))
        gone = in_old.filter(pl.col(stop).is_null() | (pl.col(stop) > pl.lit(period.first_day))).join(
            now.select("_item").unique(), on="_item", how="anti"
        )
        new = in_new.join(last.select("_item").unique(), on="_item", how="anti")
        found += [_items("V011", gone, "vanished from the snapshot without a disconnect", names[0]),
                  _items("V011", new, "is new against last month's snapshot", names[0])]  # fmt: skip
    return gather(*found)


def _in_service(frame: pl.DataFrame, start: str, stop: str, period: Period) -> pl.DataFrame:
    """Rows in service on some day of the period; the first row of an item stands for it."""
    live = (pl.col(start) < pl.lit(period.stop_day)) & (pl.col(stop).is_null() | (pl.col(stop) > pl.lit(period.first_day)))
    return frame.filter(live).sort("_item", start, "source_record_id").group_by("_item", maintain_order=True).first()


def _items(code: str, frame: pl.DataFrame, words: str, column: str) -> pl.DataFrame:
    kind = CATALOGUE[code]
    return conform(
        frame.select(
            pl.lit(code).alias("code"), *SOURCE, "billing_number", pl.lit(None, pl.String).alias("agency_code"),
            pl.lit(column).alias("column_name"), pl.col("_item").alias("raw_value"), pl.lit(None, FINDINGS["amount"]).alias("amount"),
            phrase("{} {}; {}", pl.col("_item"), pl.lit(words), pl.lit(kind.fix)).alias("message"),
            pl.lit(kind.severity).alias("severity"),
        ),
        FINDINGS,
    )  # fmt: skip


def _finding(code: str, invoice: dict[str, object], words: str) -> dict[str, object]:
    kind = CATALOGUE[code]
    return {
        **dict.fromkeys(FINDINGS), "code": code, "billing_number": invoice["billing_number"], "agency_code": invoice["agency_code"],
        "raw_value": invoice["invoice_no"], "column_name": "invoice_no", "amount": invoice["amount"],
        "message": f"{words}; {kind.fix}", "severity": kind.severity,
    }  # fmt: skip
