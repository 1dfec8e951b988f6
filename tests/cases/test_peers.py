"""Other billing programs' published figures, replayed through our engine or listed as different on purpose.

`cases.json` holds the cases we replay, some that we answer otherwise (with our figure), and the ids of all we list.
`differences.md` says why. To replay another kind, add its cases there and one function that tells it to the engine.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from billing.money import round_half_away
from tests.cases import call_kinds, money_kinds, month_kinds, usage_kinds

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
KINDS = {**usage_kinds.KINDS, **month_kinds.KINDS, **call_kinds.KINDS, **money_kinds.KINDS}
LEAST_REPLAYED = 120


def _wanted(text: Any) -> tuple[Fraction, int | None]:
    """A figure and its decimal places; `1+3/31` and `9/31` are exact."""
    if isinstance(text, str) and "/" in text:
        return sum((Fraction(part) for part in text.split("+")), Fraction(0)), None
    number = Decimal(str(text))
    return Fraction(number), max(0, -int(number.as_tuple().exponent))


def _agrees(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, list):
        return len(wanted) == len(found) and all(_agrees(mine, theirs) for mine, theirs in zip(wanted, found, strict=True))
    if isinstance(wanted, str) and not re.fullmatch(r"[-+0-9./]+", wanted):
        return bool(wanted == found)
    figure, places = _wanted(wanted)
    if isinstance(found, Fraction) and places is not None:
        # a share is exact with us; peers print some places of it, now and then cut instead of rounded
        return round_half_away(found, places) == round_half_away(figure, places) or abs(found - figure) < Fraction(1, 10**places)
    return Fraction(found) == figure


def _check(case: Mapping[str, Any]) -> None:
    wanted = {name: figure for name, figure in case["expected"].items() if name not in {"tolerance", "peer_gives"}}

    found = KINDS[case["kind"]](case["inputs"])

    assert set(found) == set(wanted)
    assert {name: found[name] for name, figure in wanted.items() if not _agrees(figure, found[name])} == {}, wanted


@pytest.mark.parametrize("case", CASES["replayed"], ids=lambda case: case["id"])
def test_we_come_to_the_same_figure(case: Mapping[str, Any]) -> None:
    _check(case)


@pytest.mark.parametrize("case", CASES["ours"], ids=lambda case: case["id"])
def test_we_differ_as_we_say(case: Mapping[str, Any]) -> None:
    assert case["theirs"] != case["expected"]
    _check(case)


def _page() -> dict[str, tuple[int, int, str]]:
    """The table of differences.md: kind -> replayed, listed, reason."""
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (.*) \|$", (HERE / "differences.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {kind: (int(replayed), int(listed), reason.strip()) for kind, replayed, listed, reason in rows}


def test_every_case_is_replayed_or_listed_once() -> None:
    ids = [case["id"] for case in CASES["replayed"]] + [name for names in CASES["listed"].values() for name in names]

    assert len(ids) == len(set(ids))
    assert {case["id"] for case in CASES["ours"]} <= {name for names in CASES["listed"].values() for name in names}
    assert len(CASES["replayed"]) >= LEAST_REPLAYED


def test_the_page_of_differences_counts_every_case_and_gives_a_reason() -> None:
    page = _page()
    replayed = Counter(case["kind"] for case in CASES["replayed"])
    listed = {kind: len(names) for kind, names in CASES["listed"].items()}

    assert {kind: counts[:2] for kind, counts in page.items()} == {
        kind: (replayed[kind], listed.get(kind, 0)) for kind in replayed.keys() | listed.keys()
    }
    assert [kind for kind, (_, missing, reason) in page.items() if missing and len(reason) < 20] == []


def test_the_totals_on_the_page_are_the_sums() -> None:
    text = (HERE / "differences.md").read_text(encoding="utf-8")
    totals = re.search(r"(\d+) cases of (\d+) kinds: (\d+) replayed, (\d+) listed, of which (\d+)", text)

    assert totals is not None
    replayed, listed = len(CASES["replayed"]), sum(len(names) for names in CASES["listed"].values())
    kinds = len(_page())
    assert [int(figure) for figure in totals.groups()] == [replayed + listed, kinds, replayed, listed, len(CASES["ours"])]
