"""Reference and rates: read strictly, and every contradiction named with its line and exit code 11."""

from decimal import Decimal
from pathlib import Path

import pytest

from billing.errors import BillingError
from billing.frames import table_schema
from billing.layouts import TABLES
from inputs.table_warnings import table_warnings
from inputs.tables import read_tables
from tests.inputs.make import printed

SOUND = {
    "agencies": """agency_code,agency_name,branch,consolidated,remit_method,valid_from,valid_to
758,Transport,EXEC,Y,INTERNAL,2020-07-01,
""",
    "billing_numbers": """billing_number,agency_code,name,status,closed_to,valid_from,valid_to
D7581203,758,Roads,ACTIVE,,2020-07-01,
""",
    "funding_strings": """billing_number,seq,percent,fund,department,rate_code_filter,valid_from,valid_to
D7581203,1,60,0100,758,,2020-07-01,
D7581203,2,40,1100,758,,2020-07-01,
""",
    "rate_codes": """rate_code,name,stream,class,uom,cost_group
ST20,Storage,usage,RATED,GB_MONTH,STORAGE
LD10,Calls,long_distance,TELECOM,MINUTE,VOICE
FE10,Fee,usage,FEE,EACH,FEES
""",
    "rates": """rate_code,valid_from,valid_to,unit_rate,fee_rate_code,tier_method,approval_ref,approved_by
ST20,2025-07-01,2026-01-01,0.100000,,,R-1,ann
ST20,2026-01-01,,0.110000,FE10,GRADUATED,R-2,ann
""",
    "rate_tiers": """rate_code,valid_from,tier_no,upper_bound,unit_rate
ST20,2026-01-01,1,1000,0.10
ST20,2026-01-01,2,,0.08
""",
    "agency_rates": """agency_code,billing_number,rate_code,valid_from,valid_to,unit_rate,approval_ref,approved_by
758,,ST20,2026-01-01,,0.09,R-3,ann
758,D7581203,ST20,2026-01-01,,0.08,R-3,ann
""",
    "ld_plans": """plan,match_kind,match,rate_code,time_band,mile_low,mile_high,scale,rounding,valid_from,valid_to
STD,JURISDICTION,INTERSTATE_INTERLATA,LD10,,0,10,4,HALF_UP,2026-01-01,
STD,JURISDICTION,INTERSTATE_INTERLATA,LD10,,11,,4,HALF_UP,2026-01-01,
""",
    "surcharges": """surcharge_code,kind,applies_to,percent,amount,valid_from,valid_to
FE10,FEE_ON_TOTAL,ST20; TELECOM,0.5,,2026-01-01,
""",
}


def workspace(folder: Path, **changes: str | None) -> Path:
    """A sound workspace, some of its tables replaced, or taken away with None."""
    for name, text in {**SOUND, **changes}.items():
        target = folder / TABLES[name].folder
        target.mkdir(exist_ok=True)
        if text is not None:
            (target / f"{name}.csv").write_text(text)
    return folder


def refused(folder: Path) -> tuple[int, list[str]]:
    with pytest.raises(BillingError) as error:
        read_tables(folder)
    return printed(error.value)


def more(name: str, *rows: str) -> dict[str, str]:
    """The sound table with rows added."""
    return {name: SOUND[name] + "".join(f"{row}\n" for row in rows)}


def swapped(name: str, old: str, new: str) -> dict[str, str]:
    """The sound table with one text changed."""
    changed = SOUND[name].replace(old, new)
    if changed == SOUND[name]:
        raise ValueError(f"{old} is not in {name}")
    return {name: changed}


def test_sound_tables_are_read_typed_and_without_warnings(tmp_path: Path) -> None:
    tables = read_tables(workspace(tmp_path))

    assert tables["rates"]["unit_rate"].to_list() == [Decimal("0.1"), Decimal("0.11")]
    assert tables["rates"].select("source_file", "source_line").rows() == [("rates.csv", 2), ("rates.csv", 3)]
    assert tables["vendors"].is_empty()
    assert all(dict(tables[name].schema) == table_schema(name) for name in TABLES)
    assert table_warnings(tables).is_empty()


CASES: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "overlap",
        more("rates", "ST20,2026-03-01,,0.12,,,R-9,bob"),
        [
            "rates.csv:4: R207: ST20 from 2026-03-01 overlaps line 3 (2026-01-01 to no end); fix the dates",
        ],
    ),
    (
        "overlap of one day",
        swapped("rates", "2025-07-01,2026-01-01", "2025-07-01,2026-01-02"),
        [
            "rates.csv:3: R207: ST20 from 2026-01-01 overlaps line 2 (2025-07-01 to 2026-01-02); fix the dates",
        ],
    ),
    (
        "overlap of agency rates without a number",
        more("agency_rates", "758,,ST20,2026-05-01,,0.05,R-4,ann"),
        [
            "agency_rates.csv:4: R207: 758 ST20 from 2026-05-01 overlaps line 2 (2026-01-01 to no end); fix the dates",
        ],
    ),
    (
        "overlap of funding strings",
        more("funding_strings", "D7581203,2,40,1100,758,,2021-07-01,"),
        [
            "funding_strings.csv:4: R207: D7581203 2 from 2021-07-01 overlaps line 3 (2020-07-01 to no end); fix the dates",
        ],
    ),
    (
        "empty span",
        swapped("rates", "2025-07-01,2026-01-01", "2025-07-01,2025-07-01"),
        [
            "rates.csv:2: R207: valid_to 2025-07-01 is not after valid_from 2025-07-01; fix the dates",
        ],
    ),
    (
        "backward span",
        swapped("agencies", "2020-07-01,", "2020-07-01,2019-07-01"),
        [
            "agencies.csv:2: R207: valid_to 2019-07-01 is not after valid_from 2020-07-01; fix the dates",
        ],
    ),
    (
        "code twice",
        more("rate_codes", "ST20,Other,usage,RATED,EACH,X"),
        ["rate_codes.csv:5: ST20 is given twice, first in line 2; keep one"],
    ),
    (
        "unknown agency",
        swapped("billing_numbers", "D7581203,758", "D7581203,759"),
        [
            "billing_numbers.csv:2:2: agency_code '759' is unknown; did you mean '758'",
        ],
    ),
    (
        "unknown successor",
        swapped("billing_numbers", "ACTIVE,", "ACTIVE,D7581204"),
        [
            "billing_numbers.csv:2:11: closed_to 'D7581204' is unknown; did you mean 'D7581203'",
        ],
    ),
    ("unknown fee code", swapped("rates", "FE10", "FE11"), ["rates.csv:3:8: fee_rate_code 'FE11' is unknown; did you mean 'FE10'"]),
    (
        "unknown code of a plan",
        swapped("ld_plans", "LD10,,0", "XX,,0"),
        ["ld_plans.csv:2:4: rate_code 'XX' is unknown; add it first or correct it"],
    ),
    (
        "unknown base of a fee",
        swapped("surcharges", "TELECOM", "TELCOM"),
        [
            "surcharges.csv:2:3: applies_to 'TELCOM' is unknown; did you mean 'TELECOM'",
        ],
    ),
    (
        "tier without its rate",
        swapped("rate_tiers", "ST20,2026-01-01,2", "ST20,2026-02-01,2"),
        [
            "rate_tiers.csv:3: ST20 has no rate from 2026-02-01; use the valid_from of its row in rates.csv",
            "rate_tiers.csv:2: ST20 tier 1 is the last but ends at 1000; leave upper_bound empty",
        ],
    ),
    (
        "tiers fall",
        more("rate_tiers", "ST20,2025-07-01,1,100,1", "ST20,2025-07-01,2,100,1", "ST20,2025-07-01,3,,1"),
        [
            "rate_tiers.csv:5: ST20 tier 2 does not end above the tier before it; make the bounds rise",
        ],
    ),
    (
        "tier open in the middle",
        swapped("rate_tiers", ",1,1000,", ",1,,"),
        [
            "rate_tiers.csv:2: ST20 tier 1 has no upper_bound but is not the last; give it one",
        ],
    ),
    (
        "mile bands overlap",
        swapped("ld_plans", ",,11,,", ",,10,,"),
        ["ld_plans.csv:3: mile band overlaps that of line 2; correct the bands"],
    ),
    (
        "mile band backward",
        swapped("ld_plans", ",,0,10,", ",,10,0,"),
        ["ld_plans.csv:2: mile_high 0 is below mile_low 10; correct the band"],
    ),
    (
        "cells",
        {**swapped("rates", "0.100000", "0.1000000"), **swapped("agencies", "EXEC", "EXE")},
        [
            "agencies.csv:2:3: branch: expected one of EXEC, JUD, LEG, LOCAL, EDU, found 'EXE'; correct the cell",
            "rates.csv:2:4: unit_rate: expected a plain number of at most 12 digits and 6 decimals, as 1234.5, found '0.1000000';"
            " correct the cell",
        ],
    ),
    ("short row", more("rates", "ST20"), ["rates.csv:4: row has 1 columns, the header has 8; correct the row"]),
    (
        "column misspelt",
        swapped("rates", "unit_rate", "unit_rat"),
        ["rates.csv:1:4: column 'unit_rat' is not in the layout; did you mean 'unit_rate'"],
    ),
    (
        "column extra",
        {"agencies": SOUND["agencies"].replace("\n", ",shoe\n", 1).replace("01,\n", "01,,4\n")},
        [
            "agencies.csv:1:8: column 'shoe' is not in the layout; remove it",
        ],
    ),
    ("empty", {"rates": ""}, ["rates.csv:1: is empty, it has no header; send a file with at least the header"]),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_fault_in_the_tables_is_fatal_and_named(tmp_path: Path, changes: dict[str, str], expected: list[str]) -> None:
    assert refused(workspace(tmp_path, **changes)) == (11, expected)


def test_a_required_table_must_be_there_and_an_optional_one_need_not(tmp_path: Path) -> None:
    assert read_tables(workspace(tmp_path, rate_tiers=None))["rate_tiers"].is_empty()
    (tmp_path / "rates" / "rates.csv").unlink()
    assert refused(tmp_path) == (11, ["rates.csv: is missing in rates/; add it, or make a workspace with `cotbill init`"])


def test_a_file_that_is_no_table_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    (folder / "rates" / "rate_tier.csv").write_text("x\n")
    (folder / "rates" / "vendors.csv").write_text("x\n")
    (folder / "rates" / "README.md").write_text("x\n")

    assert refused(folder) == (11, [
        "rate_tier.csv: is not a table of rates/; did you mean rates/rate_tiers.csv",
        "vendors.csv: is not a table of rates/; move it to reference/",
    ])  # fmt: skip


def test_more_than_twenty_faults_are_counted(tmp_path: Path) -> None:
    code, found = refused(workspace(tmp_path, **more("rates", *[f"ST20,2026-01-01,,x{number},,,R,a" for number in range(30)])))

    assert (code, len(found), found[-1]) == (11, 21, "and 10 more faults in reference and rates; correct these first")


def test_touching_spans_and_a_null_beside_a_number_are_no_overlap(tmp_path: Path) -> None:
    read_tables(workspace(tmp_path, **more("agency_rates", "758,D7581204,ST20,2026-01-01,,0.08,R-3,ann")))


def test_a_gap_of_rates_is_warned_of(tmp_path: Path) -> None:
    tables = read_tables(workspace(tmp_path, **swapped("rates", "2025-07-01,2026-01-01", "2025-07-01,2025-12-01")))

    assert table_warnings(tables).select("code", "severity", "source_file", "source_line", "message").rows() == [(
        "R207", "WARN", "rates.csv", 3, "ST20 has no rate from 2025-12-01 (line 2) until 2026-01-01; fix the dates if it was in use then",
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("D7581203,3,0.000001,0100,758,,2026-01-01,",), "strings of D7581203 come to 100.000001 % from 2026-01-01"),
        (("D7581203,3,99,0100,758,ST20;LD10,2026-01-01,",), "strings of D7581203 for LD10 come to 99 % from 2026-01-01"),
        (("D7581203,3,100,0100,758,ST20;LD10,2026-01-01,",), None),
        (
            ("D7581204,1,50,0100,758,,2026-01-01,2026-02-01", "D7581204,2,50,0100,758,,2026-01-01,"),
            "strings of D7581204 come to 50 % from 2026-02-01",
        ),
    ],
)
def test_funding_off_one_hundred_is_warned_of_once(tmp_path: Path, rows: tuple[str, ...], message: str | None) -> None:
    tables = read_tables(workspace(tmp_path, **more("funding_strings", *rows)))
    found = table_warnings(tables)

    expected = [f"{message}; ask the agency's fiscal officer for the string"] if message else []
    assert found["message"].to_list()[:1] == expected
    assert set(found["code"]) <= {"A105"}


def test_lists_of_keys_may_lie_in_reference_and_nowhere_else(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    for name in ("allowed_signers", "revoked_keys"):
        (root / "reference" / name).write_text("# keys\n")
    read_tables(root)
    (root / "rates" / "revoked_keys").write_text("# keys\n")

    with pytest.raises(BillingError) as error:
        read_tables(root)

    assert printed(error.value) == (11, ["revoked_keys: is not a table of rates/; move it out"])


def test_a_misspelt_role_is_named_with_what_was_meant(tmp_path: Path) -> None:
    users = "user,name,roles,valid_from\nann,Ann,BILLER; MANGER,2026-01-01\n"

    with pytest.raises(BillingError) as error:
        read_tables(workspace(tmp_path, users=users))

    assert printed(error.value) == (11, ["users.csv:2:4: roles 'MANGER' is unknown; did you mean 'MANAGER'"])
