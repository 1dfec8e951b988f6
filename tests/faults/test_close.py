"""A close killed, torn, short of disk or of power at any change it makes: run again, it is the undisturbed close to the byte."""

import random

import pytest

from tests.faults.disk import FULL, KILL, POWER
from tests.faults.small_month import CLOSE_WITH_PDF
from tests.faults.trial import SAFE, Bench

_BATCHES, _EACH = 10, 5
_RESUMED = 6


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_a_close_struck_anywhere_ends_as_the_undisturbed_one(batch: int, bench: Bench) -> None:
    points = bench.spread(_BATCHES * _EACH)[batch::_BATCHES]

    outcomes = [bench.try_point(point) for point in points]

    assert len(outcomes) == _EACH
    assert [(each.fault, each.what, each.faults) for each in outcomes if each.faults] == []


@pytest.mark.parametrize("number", range(_RESUMED))
def test_a_close_struck_again_while_it_is_resumed_ends_as_the_undisturbed_one(number: int, bench: Bench) -> None:
    first = bench.spread(_RESUMED * 7, modes=(KILL, POWER))[number * 7]
    second = random.Random(number).choice(bench.points((KILL, POWER, FULL)))

    outcome = bench.try_point(first, second)

    assert outcome.faults == ()


def test_invoices_and_the_mart_that_names_them_are_issued_whole(bench: Bench) -> None:
    with_pdf = Bench(bench.before, *CLOSE_WITH_PDF)
    first = next(at for at, change in enumerate(with_pdf.changes, start=1) if "/invoices" in change.path)
    issuing = [point for point in with_pdf.spread(10_000) if point.at >= first]
    noted = [point for point in with_pdf.points((KILL,)) if "invoices.json" in with_pdf.changes[point.at - 2].path]

    outcomes = [with_pdf.try_point(point) for point in [*noted, *issuing[:_EACH]]]

    assert noted
    assert [(each.fault, each.what, each.faults) for each in outcomes if each.faults] == []


def test_a_close_that_finds_the_disk_full_leaves_the_month_open_and_says_why(bench: Bench) -> None:
    sealing = [at for at, change in enumerate(bench.changes, start=1) if change.path.endswith(".01.tmp/seal.json")]
    point = next(point for point in bench.points((FULL,)) if point.at == sealing[1])

    outcome = bench.try_point(point)

    assert outcome.faults == ()
    assert outcome.ended == SAFE
