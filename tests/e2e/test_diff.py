"""Diff of two months over the command line: each effect where it belongs, and all that is shown adding up to the cent."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import write_feed_text, write_world

EFFECTS = ("price", "quantity", "new", "gone", "one_time")
USAGE = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom,usage_date,ticket_no\n"
CIRCUITS = (
    "source_record_id,billing_number,circuit_id,id_format,vendor_code,service_type,a_address,rate_code,order_no,billing_start_date,"
    "disconnect_date\n"
)
ADJUST = (
    "adjustment_id,billing_number,adj_type,no_original_reason,stream,rate_code,amount,reason_code,vendor_recovery_required,prepared_by,"
    "prepared_at,support_ref\n"
)


def _circuit(name: str, owner: str, ended: str = "") -> str:
    return f"{name},{owner},{name},LOCAL,ATT,ETH,Frankfort,NT40,O1,2020-01-01,{ended}\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September and October: a dearer rate, fewer hours, a circuit that ends, one that comes, and a credit."""
    root = write_world(tmp_path_factory.mktemp("moved") / "world")
    for period, prefix, hours, circuits in (
        ("2026-09", "u", 10, [("c1", "D7580001"), ("c2", "D7580002")]),
        ("2026-10", "v", 4, [("c2", "D7580002"), ("c3", "D7580002")]),
    ):
        span = f"{period}-01,{period}-30"
        usage = f"{prefix}1,D7580001,{span},VS10,10,USER_MONTH,,\n{prefix}2,J0390001,{span},HR10,{hours},HOUR,{period}-10,T1\n"
        write_feed_text(root, "usage", period, USAGE + usage)
        write_feed_text(root, "circuits", period, CIRCUITS + "".join(_circuit(*each) for each in circuits))
    write_feed_text(root, "adjustments", "2026-10", ADJUST + "A1,D7580002,CREDIT,agreed,usage,VS10,-30.00,OTHER,false,jdoe,"
                    "2026-10-20T10:00:00-04:00,T-9\n")  # fmt: skip
    for period, day in (("2026-09", "2026-10-06"), ("2026-10", "2026-11-06")):
        ended = cotbill("run", period, "-w", str(root), "--as-of", day)
        assert ended.code == 3, ended.err
    return root


def _diff(root: Path, *words: str) -> dict:
    ended = cotbill("diff", "2026-09", "2026-10", "-w", str(root), "--json", *words)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def _parts(row: dict) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in ("change", *EFFECTS))


def test_each_effect_is_where_it_belongs(root: Path) -> None:
    found = _diff(root)

    # 10 x (32.86 - 30.00); 6 hours less at 78.06; a circuit came, one went; a credit
    assert _parts(found["total"]) == tuple(map(Decimal, ("-469.76", "28.60", "-468.36", "450.00", "-450.00", "-30.00")))
    streams = {row["stream"]: _parts(row) for row in found["by_stream"]}
    assert streams["usage"] == tuple(map(Decimal, ("-439.76", "28.60", "-468.36", "0", "0", "0")))
    assert streams["circuits"] == tuple(map(Decimal, ("0", "0", "0", "450.00", "-450.00", "0")))
    assert streams["adjustments"] == tuple(map(Decimal, ("-30.00", "0", "0", "0", "0", "-30.00")))


@pytest.mark.parametrize("word", [(), ("--by", "agency"), ("--by", "billing_number"), ("--by", "stream"), ("--by", "rate_code")])
def test_the_rows_come_to_the_two_months_as_billed(root: Path, word: tuple[str, ...]) -> None:
    found = _diff(root, *word)
    billed = dict(query(root, "select period, sum(amount) from fact_charge group by 1"))

    assert sum(Decimal(row["before"]) for row in found["rows"]) == billed["2026-09"]
    assert sum(Decimal(row["now"]) for row in found["rows"]) == billed["2026-10"]
    for row in [*found["rows"], *found["by_stream"], found["total"]]:
        assert Decimal(row["change"]) == Decimal(row["now"]) - Decimal(row["before"]) == sum(_parts(row)[1:])


def test_what_is_shown_adds_up_when_only_some_rows_are(root: Path) -> None:
    ended = cotbill("diff", "2026-09", "2026-10", "-w", str(root), "--by", "billing_number", "--top", "1")

    lines = [line.split() for line in ended.out.splitlines()[2:]]
    assert [line[0] for line in lines] == ["J0390001", "2", "total"]
    amounts = [[Decimal(cell.replace(",", "")) for cell in line[-8:]] for line in lines]
    assert [a + b for a, b in zip(amounts[0], amounts[1], strict=True)] == amounts[2]


def test_the_default_shows_the_whole_the_streams_and_the_largest_movers(root: Path) -> None:
    ended = cotbill("diff", "2026-09", "2026-10", "-w", str(root))

    assert ended.code == 0
    assert ended.out.splitlines()[0].split() == ["2026-09", "2026-10", "change", "price", "quantity", "new", "gone", "one-time"]
    movers = ended.out.split("agency  billing number", 1)[1].splitlines()
    assert movers[2].split()[:4] == ["039", "J0390001", "usage", "HR10"]  # 468.36 less
    assert movers[-1].startswith("total")


def test_a_month_that_was_not_run_and_one_month_twice_are_refused(root: Path) -> None:
    assert (
        cotbill("diff", "2026-09", "2026-12", "-w", str(root)).err
        == "cotbill: 2026-12 was not run yet; run it with `cotbill run 2026-12`\n"
    )
    assert cotbill("diff", "2026-09", "2026-12", "-w", str(root)).code == 12
    assert cotbill("diff", "2026-09", "2026-09", "-w", str(root)).code == 2
