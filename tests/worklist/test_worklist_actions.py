"""Which actions are open for which exception."""

import pytest

from billing.catalogue import CATALOGUE
from billing.decisions import ACTIONS
from billing.rulings import RELEASABLE
from billing.worklist_actions import allowed_actions


@pytest.mark.parametrize(
    ("code", "has_record", "actions"),
    [
        ("A103", True, "CORRECT HOLD REJECT"),
        ("D402", True, "CORRECT HOLD RELEASE REJECT"),
        ("F006", True, "HOLD REJECT"),  # no record yet, so no column to correct
        ("D403", True, "CORRECT HOLD REJECT ACKNOWLEDGE"),
        ("V010", False, "ACKNOWLEDGE"),  # an invoice is no record
        ("A105", False, ""),
        ("F001", False, "ACKNOWLEDGE"),  # no activity, with a reason
        ("F002", False, ""),
        ("V015", False, ""),
        ("U501", True, ""),
    ],
)
def test_each_kind_of_exception_has_its_actions(code: str, has_record: bool, actions: str) -> None:
    assert allowed_actions(code, CATALOGUE[code].severity, has_record=has_record) == tuple(actions.split())


@pytest.mark.parametrize("code", CATALOGUE)
@pytest.mark.parametrize("severity", ["FATAL", "HOLD", "WARN", "INFO"])
def test_no_exception_is_billed_by_release_unless_it_is_held_and_in_the_table(code: str, severity: str) -> None:
    actions = allowed_actions(code, severity)

    assert ("RELEASE" in actions) == (severity == "HOLD" and code in RELEASABLE)
    assert "ACKNOWLEDGE" not in actions or severity == "WARN" or code == "F001"
    assert list(actions) == [action for action in ACTIONS if action in actions]


def test_a_missing_price_or_owner_can_never_be_released() -> None:
    assert not {"A101", "A102", "A103", "R201", "R202", "R203", "U502"} & set(RELEASABLE)
    assert set(RELEASABLE) <= set(CATALOGUE)
