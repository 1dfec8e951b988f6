"""A made-up month of calls of any size: the tables behind it, and its records in chunks, the same for the same seed."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from billing.frames import Tables, table_schema
from rates.number_plan import builtin

NUMBERS = 300
STATIONS = 20_000
PREFIXES = 3_000
HOME = [("502", "462"), ("859", "466"), ("606", "466"), ("270", "464")]
COUNTRIES = ("44", "49", "33", "81", "86", "91", "52", "55", "61", "234", "971", "353")
FIRST = dt.date(2026, 10, 1)
SECONDS = 31 * 86_400
_UTC_FIRST = 1_790_827_200  # 2026-10-01T00:00:00-04:00
COLUMNS = (
    "source_record_id", "source", "charge_number", "from_number", "to_number", "connect_at", "duration_seconds", "answered",
    "call_type", "auth_code", "account_code", "vendor_jurisdiction", "vendor_charge", "direction", "trunk", "description",
    "ticket_no", "requested_by",
)  # fmt: skip


def _table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = table_schema(name)
    dated = {"valid_from": dt.date(2020, 1, 1)} if "valid_from" in schema else {}
    full = [{**dated, **row, "source_file": f"{name}.csv", "source_line": n} for n, row in enumerate(rows, 2)]
    return pl.DataFrame({column: [row.get(column) for row in full] for column in schema}, schema=schema)


def _exchanges(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Ten home exchanges in each Kentucky area code, six in every other area code with a state."""
    plan = builtin().filter((pl.col("country") == "US") & pl.col("state").is_not_null())
    lata = dict(HOME)
    rows = []
    for npa, state in plan.select("npa", "state").iter_rows():
        many = 10 if npa in lata else 6
        for n, nxx in enumerate(sorted(rng.choice(np.arange(200, 900), many, replace=False).tolist())):
            v, h = (int(x) for x in rng.integers(2000, 9000, 2))
            rows.append(
                {
                    "npa": npa,
                    "nxx": str(nxx),
                    "state": state,
                    "lata": lata.get(npa, f"9{npa}"),
                    "rate_center": f"{npa} C{n // 2}",
                    "v": v,
                    "h": h,
                }
            )
    return rows


def _plan(kind: str, match: str, rate: str | None, plan: str = "STD", code: str = "LD", **more: Any) -> dict[str, Any]:
    base = {"plan": plan, "match_kind": kind, "match": match, "rate_code": code, "first_interval": 30, "sub_interval": 6}
    price = {"rate_per_min": None if rate is None else Decimal(rate), "scale": 4, "rounding": "HALF_UP"}
    return {**base, **price, **more}


def _plans(rng: np.random.Generator) -> list[dict[str, Any]]:
    rows = [
        _plan("CALL_TYPE", "DA", None, code="DA", per_call_charge=Decimal("1.40"), scale=2),
        _plan("CALL_TYPE", "TF_IN", "0.0300"), _plan("PREFIX", "1", "0.0098", plan="FLAT"), _plan("PREFIX", "1212", "0.0150", plan="FLAT"),
        _plan("JURISDICTION", "INTERSTATE_INTRALATA", "0.0700"), _plan("JURISDICTION", "INTRASTATE_INTRALATA", "0.0500", rounding="UP"),
        _plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.0490", time_band="DAY"),
        _plan("JURISDICTION", "INTERSTATE_INTERLATA", "0.0390", rounding="HALF_EVEN"),
    ]  # fmt: skip
    for low, high, first, more in ((0, 55, "0.275", "0.231"), (56, 124, "0.286", "0.242"), (125, None, "0.319", "0.264")):
        pair = {"initial_rate": Decimal(first), "additional_rate": Decimal(more), "first_interval": 60, "sub_interval": 60}
        rows.append(_plan("JURISDICTION", "INTRASTATE_INTERLATA", None, mile_low=low, mile_high=high, **pair))
    seen = set(COUNTRIES)
    while len(seen) < PREFIXES:
        seen.add(COUNTRIES[rng.integers(len(COUNTRIES))] + str(rng.integers(10 ** int(rng.integers(1, 5)))))
    for plan in ("STD", "FLAT"):
        rows += [_plan("PREFIX", p, str(Decimal(int(rng.integers(50, 4000))).scaleb(-4)), plan, "IN") for p in sorted(seen)]
    return rows


def month_tables(seed: int = 1) -> Tables:
    """Reference and rates of the made-up month."""
    rng = np.random.default_rng(seed)
    exchanges = _exchanges(rng)
    stations = month_stations(seed)
    numbers = [f"B{n:06d}" for n in range(NUMBERS)]
    code = {"stream": "long_distance", "class": "TELECOM", "uom": "MINUTE", "cost_group": "LD"}
    frames: dict[str, list[dict[str, Any]]] = {
        "agencies": [{"agency_code": "100", "agency_name": "A", "branch": "EXEC", "consolidated": "Y", "remit_method": "INTERNAL"}],
        "billing_numbers": [{"billing_number": n, "agency_code": "100", "name": n, "status": "ACTIVE"} for n in numbers],
        "funding_strings": [
            {"billing_number": n, "seq": 1, "percent": Decimal(100), "fund": "0100", "department": "100"} for n in numbers
        ],
        "rate_codes": [{"rate_code": c, "name": c, **code} for c in ("LD", "IN", "DA")],
        "rates": [{"rate_code": c, "approval_ref": "AP", "approved_by": "x"} for c in ("LD", "IN", "DA")],
        "exchanges": exchanges,
        "ld_plans": _plans(rng),
        "call_owners": [
            {"key_kind": "NUMBER", "key": s, "billing_number": numbers[n % NUMBERS], "plan": "FLAT" if n % 5 == 0 else "STD",
             "international_allowed": "Y"}
            for n, s in enumerate(stations)
        ],
    }  # fmt: skip
    return Tables({**{name: _table(name, rows) for name, rows in frames.items()}, "number_plan": builtin()})


def month_stations(seed: int = 1) -> list[str]:
    """Stations in the home exchanges."""
    rng = np.random.default_rng(seed)
    homes = [row for row in _exchanges(rng) if row["npa"] in dict(HOME)]
    return [f"{homes[n % len(homes)]['npa']}{homes[n % len(homes)]['nxx']}{n // len(homes):04d}" for n in range(STATIONS)]


def month_chunks(rows: int, chunk: int, seed: int = 1) -> Iterator[pl.DataFrame]:
    """The month's calls as the feed has them, all columns text; ids and times ascend."""
    stations = pl.Series(month_stations(seed))
    exchanges = month_tables(seed)["exchanges"].select(pl.col("npa") + pl.col("nxx")).to_series()
    prefixes = month_tables(seed)["ld_plans"].filter((pl.col("plan") == "STD") & (pl.col("match_kind") == "PREFIX"))["match"]
    for start in range(0, rows, chunk):
        yield _chunk(start, min(chunk, rows - start), rows, seed, stations, exchanges, prefixes)


def _chunk(start: int, size: int, rows: int, seed: int, stations: pl.Series, exchanges: pl.Series, prefixes: pl.Series) -> pl.DataFrame:
    rng = np.random.default_rng((seed, start))
    kind = pl.Series(rng.integers(0, 100, size))
    second = (np.arange(start, start + size) * SECONDS) // rows
    duration = np.where(rng.integers(0, 100, size) < 3, 0, np.minimum(1 + rng.exponential(180, size).astype(np.int64), 7200))
    facts = pl.DataFrame(
        {
            "row": np.arange(start, start + size),
            "kind": kind,
            "line": pl.Series(rng.integers(0, 10_000, size)).cast(pl.String).str.zfill(4),
            "from": stations.gather(rng.integers(0, len(stations), size)),
            "exchange": exchanges.gather(rng.integers(0, len(exchanges), size)),
            "prefix": prefixes.gather(rng.integers(0, len(prefixes), size)),
            "day": second // 86_400,
            "second": second % 86_400,
            "seconds": duration,
        }
    )
    home = pl.col("from").str.slice(0, 6)
    number = (
        pl.when(pl.col("kind") < 5).then(pl.lit("011") + pl.col("prefix") + pl.col("line") + pl.col("line"))
        .when(pl.col("kind") < 6).then(pl.lit("411"))
        .when(pl.col("kind") < 8).then(pl.lit("1800555") + pl.col("line"))
        .when(pl.col("kind") < 18).then(home + pl.col("line"))
        .otherwise(pl.col("exchange") + pl.col("line"))
    )  # fmt: skip
    two = [(pl.col("second") // n % m).cast(pl.String).str.zfill(2) for n, m in ((3600, 24), (60, 60), (1, 60))]
    known = {
        "source_record_id": pl.format("CAR1-20261001-{}", pl.col("row").cast(pl.String).str.zfill(9)),
        "source": pl.lit("CARRIER"),
        "charge_number": pl.col("from"),
        "from_number": pl.col("from"),
        "to_number": number,
        "connect_at": pl.format("2026-10-{}T{}:{}:{}-04:00", (pl.col("day") + 1).cast(pl.String).str.zfill(2), *two),
        "duration_seconds": pl.col("seconds").cast(pl.String),
        "answered": pl.when(pl.col("seconds") > 0).then(pl.lit("true")).otherwise(pl.lit("false")),
        "direction": pl.lit("OUT"),
    }
    return facts.select([known.get(name, pl.lit(None, pl.String)).alias(name) for name in COLUMNS])


def as_records(chunk: pl.DataFrame, file: str) -> pl.DataFrame:
    """A chunk as the gate would accept it, without a file."""
    day = pl.col("connect_at").str.slice(0, 10).str.to_date()
    clock = [pl.col("connect_at").str.slice(n, 2).cast(pl.Int32) for n in (11, 14, 17)]
    second = clock[0] * 3600 + clock[1] * 60 + clock[2]
    return chunk.select(
        pl.lit("long_distance").alias("feed"), pl.lit(file).alias("source_file"),
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("source_line"), *[name for name in COLUMNS if name != "vendor_charge"],
    ).with_columns(
        duration_seconds=pl.col("duration_seconds").cast(pl.Int64), answered=pl.col("answered") == "true",
        vendor_charge=pl.lit(None, pl.Decimal(38, 12)), call_date=day, local_second=second,
        utc_second=pl.lit(_UTC_FIRST) + (day - pl.lit(FIRST)).dt.total_days() * 86_400 + second,
    )  # fmt: skip
