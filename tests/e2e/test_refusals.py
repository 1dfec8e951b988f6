"""Bad input: one clear line with its code, the right exit code, and nothing written."""

import re

import pytest

from tests.e2e.program import cotbill, query
from tests.e2e.world import add_row, write_feed_text, write_manifest, write_world

PERIOD = "2026-10"
HEAD = "source_record_id,billing_number,service_from,service_to,rate_code,quantity,uom\n"
CLOUD_HEAD = (
    "source_record_id,billing_number,service_from,service_to,vendor_code,vendor_name,vendor_invoice_no,vendor_invoice_date,"
    "vendor_line_no,rate_code,cost_amount,tax_amount,received_date\n"
)
LINE = re.compile(r"^[^:\n]+(:\d+(:\d+)?)?: .+; .+$")


def usage_rows(count: int) -> str:
    """Good usage rows."""
    return "".join(f"U{n},D7580001,2026-10-01,2026-10-31,VS10,{n + 1},USER_MONTH\n" for n in range(count))


def cloud_rows(count: int) -> str:
    """Good pass-through rows."""
    return "".join(
        f"P{n},D7580001,2026-10-01,2026-10-31,V1,Acme,INV-1,2026-10-05,{n + 1},PT20,{n + 1}.00,,2026-10-09\n" for n in range(count)
    )


@pytest.fixture
def root(tmp_path):
    return write_world(tmp_path / "w")


def everything(root):
    """Every file of the workspace with its bytes, the lock apart."""
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and path.name != ".lock"}


def refused(root, code: str, exit_code: int):
    """Run, and check that one line names the code and nothing was written."""
    before = everything(root)
    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")
    assert ended.code == exit_code, ended.err
    lines = [line for line in ended.err.splitlines() if code in line]
    assert lines, ended.err
    assert LINE.match(lines[0]), lines[0]
    assert "Traceback" not in ended.err
    assert everything(root) == before
    return lines[0]


def test_a_wrong_header_is_refused_with_the_nearest_name(root):
    write_feed_text(root, "usage", PERIOD, HEAD.replace("quantity", "quantty") + usage_rows(1))

    line = refused(root, "F005", 10)

    assert line.startswith("usage_2026-10_001.csv:1:")
    assert "quantity" in line


def test_a_truncated_file_is_refused(root):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(5))
    path.write_bytes(path.read_bytes()[:-40])

    refused(root, "F00", 10)


def test_a_missing_row_is_refused_by_the_manifest(root):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(5))
    write_manifest(path, "usage", PERIOD, 1, row_count=6)

    refused(root, "F002", 10)


def test_a_wrong_control_total_is_refused(root):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(5))
    write_manifest(path, "usage", PERIOD, 1, sum_quantity="16")

    refused(root, "F003", 10)


def test_a_doubled_file_is_refused(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(5))
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(5), sequence=2)

    line = refused(root, "F004", 10)

    assert "usage_2026-10_001.csv" in line


def test_the_same_file_in_the_next_month_is_refused(root):
    rows = HEAD + usage_rows(3).replace("2026-10-31", "2026-09-30").replace("2026-10", "2026-09")
    write_feed_text(root, "usage", "2026-09", rows)
    assert cotbill("run", "2026-09", "-w", str(root)).code == 3
    write_feed_text(root, "usage", PERIOD, rows)

    refused(root, "F004", 10)


def test_a_file_of_another_period_is_refused(root):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1))
    path.rename(path.with_name("usage_2026-11_001.csv"))
    path.with_name("usage_2026-10_001.manifest.json").rename(path.with_name("usage_2026-11_001.manifest.json"))

    refused(root, "F007", 10)


def test_a_file_whose_name_is_a_pattern_opens_no_other_file(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1))
    (root / "inbox" / PERIOD / "a[1]*.csv").write_text(HEAD + usage_rows(2))

    refused(root, "a[1]*.csv", 10)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_refused(root, encoding):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(3))
    path.write_bytes((HEAD + usage_rows(3)).encode(encoding))
    write_manifest(path, "usage", PERIOD, 1, row_count=3, sum_quantity=None)

    refused(root, "F006", 10)


def test_a_field_of_fifty_megabytes_is_refused_in_its_line(root):
    text = HEAD + usage_rows(1) + f"UX,D7580001,2026-10-01,2026-10-31,{'X' * 50_000_000},1,USER_MONTH\n"
    write_feed_text(root, "usage", PERIOD, text)

    line = refused(root, "F00", 10)

    assert line.startswith("usage_2026-10_001.csv:3")
    assert len(line) < 400


@pytest.mark.parametrize("quantity", ["1e3", "1.0000001", "+5", "1,000", ".5", "5.", "NaN", "٣", " 1", "--1", "0x10", "1_000"])
def test_an_unreadable_number_above_one_percent_refuses_the_file(root, quantity):
    quoted = f'"{quantity}"' if "," in quantity else quantity
    write_feed_text(root, "usage", PERIOD, HEAD + f"UX,D7580001,2026-10-01,2026-10-31,VS10,{quoted},USER_MONTH\n" + usage_rows(3))

    line = refused(root, "F006", 10)

    assert line.startswith("usage_2026-10_001.csv:2:6: ")


@pytest.mark.parametrize(("tax", "fault"), [("1.005", "1.005"), ("1e3", "1e3")])
def test_an_unreadable_row_below_one_percent_goes_to_suspense_and_is_counted(root, tax, fault):
    bad = f"PX,D7580001,2026-10-01,2026-10-31,V1,Acme,INV-9,2026-10-05,1,PT20,9.00,{tax},2026-10-09\n"
    write_feed_text(root, "pass_through", PERIOD, CLOUD_HEAD + cloud_rows(150) + bad)

    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")

    assert ended.code == 3, ended.err
    rows = query(root, "select severity, source_line, column_name, raw_value from fact_exception where code = 'F006'")
    assert rows == [("HOLD", 152, "tax_amount", fault)]
    assert query(root, "select records_in, records_billed, records_held from control_totals where feed = 'pass_through'") == [(151, 150, 1)]


def test_a_nul_in_a_line_goes_to_suspense(root):
    path = write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(200))
    path.write_bytes(path.read_bytes().replace(b"U7,", b"U\x007,", 1))
    write_manifest(path, "usage", PERIOD, 1, row_count=200)

    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")

    assert ended.code == 3, ended.err
    assert query(root, "select source_line from fact_exception where code = 'F006'") == [(9,)]


def test_an_overlapping_rate_names_both_lines(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1))
    add_row(root, "rates/rates.csv", "VS10,2026-12-01,,40.00,,,,,,,SAMPLE-3,cfo")

    line = refused(root, "R207", 11)

    assert line.startswith("rates.csv:")
    assert "3" in line
    assert "16" in line


def test_an_unknown_setting_suggests_the_known_one(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1))
    (root / "cotbill.toml").write_text("dispute_day = 30\n")

    line = refused(root, "dispute_day", 11)

    assert line == "cotbill.toml:1: unknown setting 'dispute_day'; did you mean 'dispute_days'"


def test_a_missing_manifest_refuses_a_machine_feed(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1), manifest=False)

    refused(root, "F002", 10)


def test_a_duplicate_record_is_billed_once(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(2) + usage_rows(1))

    ended = cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06")

    assert ended.code == 3
    assert query(root, "select code, severity from fact_exception where feed = 'usage' and code <> 'F001'") == [("U501", "INFO")]
    assert query(root, "select records_in, records_billed, records_dropped from control_totals where feed = 'usage'") == [(3, 2, 1)]


@pytest.mark.parametrize("period", ["2026-13", "26-10", "october", "2026-1", "../2026-10"])
def test_a_period_that_is_no_month_is_refused(root, period):
    ended = cotbill("run", period, "-w", str(root))

    assert ended.code == 12
    assert ended.err == f"cotbill: '{period}' is not a month; write it as 2026-03\n"


def test_a_folder_that_is_no_workspace_is_refused(tmp_path):
    ended = cotbill("run", PERIOD, "-w", str(tmp_path))

    assert ended.code == 10
    assert "is not a workspace" in ended.err


def test_a_failed_run_leaves_the_last_good_one(root):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(3))
    assert cotbill("run", PERIOD, "-w", str(root), "--as-of", "2026-11-06").code == 3
    good = query(root, "select charge_id, amount from fact_charge order by 1")
    write_feed_text(root, "usage", PERIOD, HEAD.replace("uom", "oum") + usage_rows(3), sequence=2)

    refused(root, "F005", 10)

    assert query(root, "select charge_id, amount from fact_charge order by 1") == good


def test_a_record_that_was_held_may_come_again_and_is_billed_once(root):
    held = HEAD + "U1,XX,2026-09-01,2026-09-30,VS10,2,USER_MONTH\n"
    write_feed_text(root, "usage", "2026-09", held)
    assert cotbill("run", "2026-09", "-w", str(root)).code == 3
    add_row(root, "reference/billing_numbers.csv", "XX,758,New,ACTIVE,,,,ENGINE,,N,,2026-01-01,")
    add_row(root, "reference/funding_strings.csv", "XX,1,100,0100,758,,,,,,,,,,,,,,2026-01-01,")
    write_feed_text(root, "usage", PERIOD, held + "U2,XX,2026-10-01,2026-10-31,VS10,1,USER_MONTH\n")
    assert cotbill("run", PERIOD, "-w", str(root)).code == 3

    billed = query(root, f"select source_record_id, is_prior_period from fact_charge where period = '{PERIOD}' order by 1")

    assert billed == [("U1", True), ("U2", False)]


@pytest.mark.parametrize("increment", ["0", "-0.25"])
def test_a_step_that_is_not_above_zero_is_refused(root, increment):
    write_feed_text(root, "usage", PERIOD, HEAD + usage_rows(1))
    add_row(root, "reference/rate_codes.csv", f"BAD,Bad,,usage,RATED,HOUR,LABOR,,,,,,{increment},,,,")

    line = refused(root, "increment", 11)

    assert line.startswith("rate_codes.csv:16: increment is ")
