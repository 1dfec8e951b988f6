"""Calls by the million: files encoded one by one and rated in buckets come to what one bill comes to."""

import polars as pl

from billing.call_billing import bill_calls
from billing.call_encode import read_rates
from billing.call_rating import Bounds, rate_calls
from billing.call_stream import Lines, encode_clean
from billing.frames import Earlier, record_schema
from billing.periods import Period
from billing.policy import Policy
from tests.bench.call_months import as_records, month_chunks, month_tables

PERIOD = Period(2026, 10)


def test_buckets_of_encoded_calls_rate_to_the_bill():
    tables, policy = month_tables(), Policy()
    rates = read_rates(tables)
    chunks = [as_records(chunk, f"long_distance_2026-10_{n:03d}.csv") for n, chunk in enumerate(month_chunks(6_000, 2_000), 1)]
    records = [chunk.select(list(record_schema("long_distance"))) for chunk in chunks]
    lines, encoded = Lines(), []
    for part in records:
        numbers, _, lines = encode_clean(part, tables, PERIOD, policy, rates, lines)
        encoded.append(numbers)
    whole = pl.concat(encoded)

    buckets = [
        rate_calls(part.lazy(), rates.prices, rates.codes, Bounds(part.height, 7260, 20_000, 21_000))
        for n in range(4)
        if (part := whole.filter(pl.col("line") % 4 == n)).height
    ]
    billed = bill_calls(pl.concat(records), tables, PERIOD, policy, Earlier())

    rated = pl.concat(buckets).with_columns(rate_code=rates.codes.rate_codes.gather(pl.concat(buckets)["code"]))
    named = rated.join(lines.table, on="line", how="left", validate="m:1")
    key = ["billing_number", "charge_number", "rate_code"]
    ours = named.select("billing_number", "rate_code", "calls", amount=pl.col("amount_micros")).sort(pl.all())
    bill = billed.charges.select("billing_number", "rate_code", "quantity", "numerator")
    nonzero = named.filter(pl.col("amount_micros") >= 5000)
    assert nonzero.height == bill.height
    assert nonzero["amount_micros"].sum() == bill["numerator"].sum()
    assert named.select(key).is_unique().all()
    assert ours["calls"].sum() == billed.calls.filter(~pl.col("jurisdiction").is_in(["LOCAL", "TOLL_FREE_OUT", "SERVICE"])).height


def test_lines_keep_their_numbers_from_file_to_file():
    first = Lines().meet(pl.DataFrame({"billing_number": ["B", "A"], "charge_number": ["1", "1"]}))
    second = first.meet(pl.DataFrame({"billing_number": ["A", "A"], "charge_number": ["1", "0"]}))

    assert second.table.rows() == [("A", "1", 0), ("B", "1", 1), ("A", "0", 2)]
    assert second.of(pl.DataFrame({"billing_number": ["A", "C"], "charge_number": ["0", "0"]})).to_list() == [2, None]
