"""The charts of a month: each from its report, none where there is nothing to draw from."""

import pytest

from reports.charts.of_month import charts_of_month
from tests.pack.world import hand_made, published, reports_of

ALL = {"bridge", "months", "pareto", "services", "streams", "recovery", "ageing"}


def test_a_month_with_one_before_it_has_every_chart_but_that_of_a_close_that_is_not_recorded(sample):
    assert set(charts_of_month(sample, reports_of(sample))) == ALL


def test_a_first_month_has_no_bridge_and_no_row_of_months():
    month = published()

    assert set(charts_of_month(month, hand_made(month))) == ALL - {"bridge", "months"}


@pytest.mark.parametrize(("report", "chart"), [("R02", "pareto"), ("R04", "services"), ("R10", "ageing"), ("R12", "recovery")])
def test_a_report_that_is_not_at_hand_draws_nothing(report, chart):
    month = published()
    some = {number: made for number, made in hand_made(month).items() if number != report}

    assert chart not in charts_of_month(month, some)


def test_nothing_at_hand_draws_nothing():
    assert charts_of_month(published(), {}) == {}
