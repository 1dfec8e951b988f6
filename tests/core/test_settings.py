"""Settings are read strictly and an unknown one is named with its line."""

import datetime as dt
from decimal import Decimal

import pytest

from billing.errors import TableError
from billing.policy import Policy
from pipelines.settings import read_settings


def test_without_a_file_every_setting_has_its_default(tmp_path):
    assert read_settings(tmp_path) == Policy()


def test_settings_are_exact(tmp_path):
    (tmp_path / "cotbill.toml").write_text('dispute_days = 45\nvariance_pct = 12.5\nmachine_feeds = ["usage"]\nstart_day_billed = false\n')

    policy = read_settings(tmp_path)

    assert (policy.dispute_days, policy.variance_pct, policy.machine_feeds, policy.start_day_billed) == (
        45,
        Decimal("12.5"),
        ("usage",),
        False,
    )


def test_time_bands_are_read_with_days_that_wrap_the_week(tmp_path):
    (tmp_path / "cotbill.toml").write_text('time_bands = [{ band = "EVENING", days = "Sun-Tue", start = "17:00", stop = "23:00" }]\n')

    band = read_settings(tmp_path).time_bands[0]

    assert (band.weekdays, band.start, band.stop) == ((7, 1, 2), dt.time(17), dt.time(23))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dispute_day = 45\n", "cotbill.toml:1: unknown setting 'dispute_day'; did you mean 'dispute_days'"),
        ("\nstart_day_billed = 1\n", "cotbill.toml:2: 'start_day_billed' is 1; expected true or false"),
        ("dispute_days = true\n", "cotbill.toml:1: 'dispute_days' is True; expected a whole number from 0 to 10,000"),
        ("dispute_days = -5\n", "cotbill.toml:1: 'dispute_days' is -5; expected a whole number from 0 to 10,000"),
        ('dispute_days = "5"\n', "cotbill.toml:1: 'dispute_days' is '5'; expected a whole number from 0 to 10,000"),
        ("dispute_days = 99999999999\n", "cotbill.toml:1: 'dispute_days' is 99999999999; expected a whole number from 0 to 10,000"),
        ("variance_pct = nan\n", "cotbill.toml:1: 'variance_pct' is NaN; expected a number from 0 to 1,000,000,000"),
        ("a = " + "[" * 5000, "cotbill.toml: holds a number or a nesting beyond any limit; correct it"),
        ("dispute_days = " + "9" * 6000, "cotbill.toml: holds a number or a nesting beyond any limit; correct it"),
        ('advance_from = "2026-13"\n', "cotbill.toml:1: 'advance_from' is '2026-13'; expected a month such as 2026-03"),
        (
            'expected_feeds = ["usage", "fax"]\n',
            "cotbill.toml:1: 'expected_feeds' is 'fax'; expected a list of feeds out of usage, fixed_cost, pass_through, circuits, "
            "voip, centrex, long_distance, stock, adjustments",
        ),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path, text, line):
    (tmp_path / "cotbill.toml").write_text(text)

    with pytest.raises(TableError) as fault:
        read_settings(tmp_path)

    assert str(fault.value) == line


def test_another_encoding_and_what_is_no_file_are_refused_and_a_byte_order_mark_is_not(tmp_path):
    path = tmp_path / "cotbill.toml"
    path.write_text("\ufeffdispute_days = 5\n", encoding="utf-8")
    assert read_settings(tmp_path).dispute_days == 5

    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TableError, match=r"cotbill.toml: is not UTF-8; save it as UTF-8"):
        read_settings(tmp_path)
    path.unlink()
    path.symlink_to("/nowhere")
    with pytest.raises(TableError, match="is a symbolic link"):
        read_settings(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(TableError, match="is not a regular file"):
        read_settings(tmp_path)


@pytest.mark.parametrize("text", ["a = \n", "dispute_days = 1\ndispute_days = 2\n", "dispute_days = 1.5\n", 'variance_pct = "lots"\n'])
def test_what_is_no_setting_is_refused(tmp_path, text):
    (tmp_path / "cotbill.toml").write_text(text)

    with pytest.raises(TableError, match=r"cotbill\.toml"):
        read_settings(tmp_path)
