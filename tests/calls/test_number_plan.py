"""The built-in number plan: what it says of area codes near and far."""

import pytest

from billing.frames import table_schema
from rates.number_plan import builtin


@pytest.mark.parametrize(
    ("npa", "country", "state"),
    [
        ("270", "US", "KY"), ("364", "US", "KY"), ("502", "US", "KY"), ("606", "US", "KY"), ("859", "US", "KY"), ("513", "US", "OH"),
        ("787", "US", "PR"), ("340", "US", "VI"), ("204", "CA", "MB"), ("876", "JM", None), ("242", "BS", None), ("809", "DO", None),
        ("800", "US", None), ("900", "US", None), ("600", "CA", None),
    ],
)  # fmt: skip
def test_an_area_code_has_its_country_and_state(npa: str, country: str, state: str | None):
    rows = {row["npa"]: row for row in builtin().to_dicts()}

    assert (rows[npa]["country"], rows[npa]["state"]) == (country, state)


def test_the_table_is_whole_and_of_the_shape_of_number_plan():
    table = builtin()

    assert dict(table.schema) == table_schema("number_plan")
    assert (table.height, table["npa"].n_unique()) == (432, 432)
    assert table["npa"].is_sorted()
    assert table["country"].null_count() == 0
    assert set(table["npa"].str.len_bytes()) == {3}
