"""The same figures in DuckDB SQL, on HUGEINT where a product needs it; its own `/` on decimals is a double."""

from pathlib import Path

import duckdb
import polars as pl

from tests.bench.kernel_data import PERIOD, WEIGHT_SUM

# half away from zero, on non-negative numerators: (n * 2 + d) // (d * 2)
_USAGE = """
SELECT row, ((n * 2 + 10000000) // 20000000)::HUGEINT AS cents FROM (
    SELECT row, CASE tier_method
        WHEN 'FLAT' THEN q * rate_micros
        WHEN 'PACKAGE' THEN ((q + package_milli - 1) // package_milli) * 1000 * rate_micros
        WHEN 'VOLUME' THEN q * CASE WHEN q <= bound_1_milli THEN micros_1 WHEN q <= bound_2_milli THEN micros_2 ELSE micros_3 END
        ELSE least(q, bound_1_milli) * micros_1
           + greatest(least(q, bound_2_milli) - bound_1_milli, 0) * micros_2
           + greatest(q - bound_2_milli, 0) * micros_3 END AS n
    FROM (SELECT *, quantity_milli::HUGEINT AS q FROM records JOIN rates USING (rate_code)))
"""
_RECURRING = """
WITH served AS (
    SELECT *, greatest(start, $first) AS a, least(coalesce(stop, $stop), $stop) AS b FROM records
), parts AS (
    SELECT *, (b - a) AS days, CASE WHEN prorate = 'DAILY_30' THEN 30 ELSE $days END AS den,
        CASE WHEN prorate = 'DAILY_30' AND (b - a) = $days THEN 30
             WHEN prorate = 'DAILY_30' THEN least((b - a), 30) ELSE (b - a) END AS num
    FROM served WHERE a < b
), owned AS (
    SELECT *, (mrc_cents * num * 2 + den) // (den * 2) AS own,
        count(*) OVER (PARTITION BY item) AS owners, row_number() OVER (PARTITION BY item ORDER BY a) AS n
    FROM parts
)
SELECT row, CASE WHEN owners = 2 AND n = 2 THEN mrc_cents - lag(own) OVER (PARTITION BY item ORDER BY a) ELSE own END AS cents FROM owned
"""
_SPLITS = """
WITH floored AS (
    SELECT row, sign(cents) AS side, abs(cents) AS c,
        abs(cents) * w1 // $sum AS p1, abs(cents) * w2 // $sum AS p2, abs(cents) * w3 // $sum AS p3,
        abs(cents) * w1 % $sum AS r1, abs(cents) * w2 % $sum AS r2, abs(cents) * w3 % $sum AS r3 FROM records
), ranked AS (
    SELECT *, c - p1 - p2 - p3 AS spare,
        (r2 > r1)::INT + (r3 > r1)::INT AS k1, (r1 >= r2)::INT + (r3 > r2)::INT AS k2, (r1 >= r3)::INT + (r2 >= r3)::INT AS k3 FROM floored
)
SELECT row, side * (p1 + (k1 < spare)::INT + (p2 + (k2 < spare)::INT) * 2 + (p3 + (k3 < spare)::INT) * 3) AS cents FROM ranked
"""
_QUERIES = {
    "usage": (_USAGE, {}),
    "recurring": (_RECURRING, {"first": PERIOD.first_day, "stop": PERIOD.stop_day, "days": PERIOD.days}),
    "splits": (_SPLITS, {"sum": WEIGHT_SUM}),
}


def load(kernel: str, folder: Path) -> duckdb.DuckDBPyConnection:
    """Bring the frames into memory tables, outside the clock."""
    connection = duckdb.connect()
    for path in sorted(folder.glob(f"{kernel}_*.parquet")):
        name = path.stem.removeprefix(f"{kernel}_")
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet(?)', [str(path)])
    return connection


def run(kernel: str, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    query, given = _QUERIES[kernel]
    found = connection.sql(f"SELECT row, cents::BIGINT AS cents FROM ({query})", params=given or None).to_arrow_table()  # our own text
    return pl.DataFrame(found)
