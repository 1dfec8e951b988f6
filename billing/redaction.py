"""Withhold fields of call detail one by one, each by an exemption code and a reason, and keep an index of what was withheld."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from billing.call_detail import NUMBERS, full_number
from billing.money import RATE

FIELDS: Final = (*NUMBERS, "connect_at", "destination", "account_code")

# One row of an open-records list: which calls, which field, by which exemption, why.
REDACTIONS: Final = {
    "call_id": pl.String(),  # one call; null where a number names the calls
    "number": pl.String(),  # digits, a * at the end stands for any more
    "field": pl.String(),  # one of FIELDS; null: whichever number field matches
    "code": pl.String(),
    "reason": pl.String(),
    "source_line": pl.Int64(),
}
# One withheld field.
WITHHELD: Final = {
    "line": pl.Int64(), "call_id": pl.String(), "field": pl.String(), "code": pl.String(), "reason": pl.String(), "amount": RATE,
}  # fmt: skip
Fault = tuple[int, str]  # line of the list, what is wrong


@dataclass(frozen=True)
class Redacted:
    """Call detail with its withheld fields replaced by codes, the index, and why the list cannot be applied as it is."""

    detail: pl.DataFrame
    withheld: pl.DataFrame
    faults: list[Fault]


def redact(detail: pl.DataFrame, redactions: pl.DataFrame) -> Redacted:
    """Replace each listed field by its exemption code.

    A number is withheld wherever it stands in the call: as dialled with or without 1 and area code, as the caller, as the
    number charged. An entry that names no call, or a field that is empty there, is a fault: a slip of the pen must not
    give a number away.

    Args:
        detail: CALL_DETAIL, not masked.
        redactions: REDACTIONS.
    """
    cells = _cells(detail)
    faults: list[Fault] = []
    hits: list[pl.DataFrame] = []
    for entry in redactions.to_dicts():
        found = _named(cells, entry)
        if found.is_empty():
            faults.append((entry["source_line"], _why_none(detail, entry)))
            continue
        also = _same_number(cells, found)
        hits.append(also.select("line", "call_id", "field", "amount").with_columns(
            code=pl.lit(entry["code"]), reason=pl.lit(entry["reason"]), _by=pl.lit(entry["source_line"], pl.Int64),
        ))  # fmt: skip
    if not hits:
        return Redacted(detail, pl.DataFrame(schema=WITHHELD), faults)
    every = pl.concat(hits).sort("line", "field", "_by")
    faults += _contradictions(every)
    withheld = every.unique(["line", "field"], keep="first", maintain_order=True).select(list(WITHHELD))
    return Redacted(_replaced(detail, withheld), withheld, faults)


def _cells(detail: pl.DataFrame) -> pl.DataFrame:
    """Each field of each call that can be withheld and holds something, with the full number where it is one."""
    calls = detail.filter(pl.col("kind") == "CALL")
    parts = [
        calls.select(
            "line", "call_id", "amount", pl.lit(name).alias("field"), pl.col(name).alias("value"),
            full=full_number(name) if name in NUMBERS else pl.lit(None, pl.String),
        )
        for name in FIELDS
    ]  # fmt: skip
    return pl.concat(parts).filter(pl.col("value").is_not_null())


def _named(cells: pl.DataFrame, entry: dict[str, str]) -> pl.DataFrame:
    field, pattern = entry["field"], entry["number"]
    here = cells.filter(pl.col("field") == field) if field else cells.filter(pl.col("field").is_in(NUMBERS))
    if entry["call_id"] is not None:
        return here.filter(pl.col("call_id") == entry["call_id"])
    whole = pattern.removesuffix("*")
    ways = pl.col("full"), pl.col("value")
    if pattern != whole:
        return here.filter(pl.any_horizontal([way.str.starts_with(whole) for way in ways]))
    bare = whole[1:] if len(whole) == 11 and whole.startswith("1") else whole.removeprefix("011")
    return here.filter(pl.any_horizontal([way.is_in([whole, bare]) for way in ways]))


def _same_number(cells: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What was named, and the same number in the other fields of the same call."""
    numbers = found.filter(pl.col("full").is_not_null()).select("line", "full")
    twins = cells.join(numbers, on=["line", "full"], how="semi")
    return pl.concat([found, twins]).unique(["line", "field"], maintain_order=True)


def _why_none(detail: pl.DataFrame, entry: dict[str, str]) -> str:
    """Why an entry names nothing, without a number in it."""
    if entry["call_id"] is None:
        return "the number matches no call; correct it"
    if entry["call_id"] not in detail["call_id"].to_list():
        return f"there is no call {entry['call_id']}; correct the id"
    return f"{entry['field']} of call {entry['call_id']} is empty; name a field that holds something"


def _contradictions(every: pl.DataFrame) -> list[Fault]:
    """Fields that two entries withhold by different codes or for different reasons."""
    first = every.with_columns(pl.col("code", "reason", "_by").first().over("line", "field").name.suffix("_first"))
    differ = first.filter((pl.col("code") != pl.col("code_first")) | (pl.col("reason") != pl.col("reason_first")))
    odd = differ.select("_by", "_by_first", "call_id", "field").unique("_by", keep="first", maintain_order=True)
    return [
        (by, f"{field} of call {call} is withheld by line {before} already with another code or reason; leave one")
        for by, before, call, field in odd.rows()
    ]  # fmt: skip


def _replaced(detail: pl.DataFrame, withheld: pl.DataFrame) -> pl.DataFrame:
    for name in FIELDS:
        codes = withheld.filter(pl.col("field") == name).select("line", _code="code")
        joined = detail.join(codes, on="line", how="left", validate="1:1", maintain_order="left")
        detail = joined.with_columns(pl.coalesce("_code", name).alias(name)).drop("_code")
    return detail
