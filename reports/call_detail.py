"""Call detail as files of its own: the calls as CSV, an index of them that holds no number, and what was withheld."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from reports.tabular import csv_bytes, json_bytes
from reports.write import file_name, sha256

Edition = Literal["MASKED", "UNMASKED", "REDACTED"]
_MIDDLE: dict[str, str] = {"MASKED": "", "UNMASKED": "-unmasked", "REDACTED": "-redacted"}


@dataclass(frozen=True)
class CallFiles:
    """The files of one billing number's calls and the facts that may be told of them: none is a number."""

    files: dict[str, bytes]
    facts: dict[str, Any]


def call_files(
    period: str, billing_number: str, edition: Edition, detail: pl.DataFrame, withheld: pl.DataFrame | None = None
) -> CallFiles:  # fmt: skip
    """Make the CSV of the calls, for a redacted one the index of what was withheld, and beside them the facts as JSON.

    Same frames, same bytes.

    Args:
        detail: CALL_DETAIL as it may leave.
        withheld: WITHHELD, of a redacted one.
    """
    stem = file_name(billing_number, _MIDDLE[edition])
    files = {f"{stem}.csv": csv_bytes(detail)}
    if withheld is not None:
        files[f"{file_name(billing_number, '-withheld')}.csv"] = csv_bytes(withheld)
    calls = detail.filter(pl.col("kind") == "CALL")
    total = sum(detail["amount"].to_list(), Decimal(0)).quantize(Decimal("0.01"))
    facts: dict[str, Any] = {
        "period": period, "billing_number": billing_number, "edition": edition, "calls": calls.height,
        "billed_seconds": int(calls["billed_seconds"].sum()), "amount": total,
        "files": {name: sha256(data) for name, data in sorted(files.items())},
    }  # fmt: skip
    if withheld is not None:
        facts["withheld"] = _by_code(withheld)
    return CallFiles({**files, f"{stem}.json": json_bytes(facts)}, facts)


def _by_code(withheld: pl.DataFrame) -> list[dict[str, object]]:
    """How many fields and calls each exemption withholds, and what those calls cost."""
    found = []
    for code in withheld["code"].unique().sort().to_list():
        mine = withheld.filter(pl.col("code") == code)
        calls = mine.unique("line", keep="first", maintain_order=True)
        found.append({"code": code, "fields": mine.height, "calls": calls.height, "amount": sum(calls["amount"].to_list(), Decimal(0))})
    return found
