"""The levels an approval takes, and where a subject stands after some."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.approval_levels import Approval, content_hash, levels_needed, words_of
from billing.approvals import level_for, refusal, standing
from billing.errors import ReconciliationError
from billing.layouts import FEEDS
from billing.policy import Policy
from tests.approvals.office import EDITED, NOON, approval, people, subject, user

LEAD, MANAGER, BOTH = "LEAD, MANAGER or FINANCE", "MANAGER or FINANCE", "MANAGER and FINANCE"
FIELDS = [column.name for column in FEEDS["adjustments"].columns]


@pytest.mark.parametrize(
    ("dollars", "more", "needed"),
    [
        ("0.00", {}, LEAD),
        ("100.00", {}, LEAD),
        ("100.01", {}, MANAGER),
        ("-100.00", {}, LEAD),
        ("-100.01", {}, MANAGER),
        ("5000.00", {}, MANAGER),
        ("5000.01", {}, BOTH),
        ("-5000.00", {}, MANAGER),
        ("-5000.01", {}, BOTH),
        ("-0.01", {"is_prior_fiscal_year": True}, BOTH),
        ("0.01", {"adj_type": "WRITE_OFF"}, BOTH),
        ("-0.01", {"adj_type": "PRIOR_FY_CREDIT"}, BOTH),
        ("20.00", {"adj_type": "CATCH_UP"}, LEAD),
        ("20.00", {"adj_type": "CATCH_UP", "is_prior_fiscal_year": True}, BOTH),
        (None, {}, MANAGER),
        ("99.00", {"kind": "REJECT"}, LEAD),
        ("6000.00", {"kind": "REJECT"}, BOTH),
        (None, {"kind": "REJECT"}, MANAGER),
        ("450.00", {"kind": "RELEASE"}, MANAGER),
        ("1.00", {"kind": "RELEASE", "is_prior_fiscal_year": True}, BOTH),
        (None, {"kind": "WAIVER"}, MANAGER),
        ("99.00", {"kind": "WAIVER"}, LEAD),
        ("1.00", {"kind": "DISPUTE"}, MANAGER),  # an override is never a LEAD's
        ("5000.01", {"kind": "DISPUTE"}, BOTH),
        ("888622.54", {"kind": "BILL"}, MANAGER),
        (None, {"kind": "RATES"}, MANAGER),
        (None, {"kind": "REOPEN"}, MANAGER),
    ],
)
def test_levels_go_by_size_year_and_type(dollars: str | None, more: dict[str, Any], needed: str) -> None:
    assert words_of(levels_needed(subject(dollars, **more), Policy())) == needed


def test_the_limits_are_settings() -> None:
    policy = dataclasses.replace(Policy(), lead_limit=Decimal("10.00"), manager_limit=Decimal("20.00"))

    needed = [words_of(levels_needed(subject(dollars), policy)) for dollars in ("10.00", "10.01", "20.00", "20.01")]

    assert needed == [LEAD, MANAGER, MANAGER, BOTH]


def stand(*approvals: Approval, dollars: str = "-450.00", **more: Any) -> tuple[str, str]:
    found = standing(subject(dollars, **more), approvals, people=people(), policy=Policy())
    return found.state, words_of(found.missing)


@pytest.mark.parametrize(
    ("dollars", "approvals", "expected"),
    [
        ("-450.00", [], ("WAITING", MANAGER)),
        ("-450.00", [("lea", "LEAD")], ("WAITING", MANAGER)),
        ("-450.00", [("mara", "MANAGER")], ("APPROVED", "")),
        ("-450.00", [("finn", "FINANCE")], ("APPROVED", "")),
        ("-100.00", [("lea", "LEAD")], ("APPROVED", "")),
        ("-5000.01", [("mara", "MANAGER")], ("WAITING", "FINANCE")),
        ("-5000.01", [("finn", "FINANCE")], ("WAITING", "MANAGER")),
        ("-5000.01", [("finn", "FINANCE"), ("mara", "MANAGER")], ("APPROVED", "")),
        ("-5000.01", [("mara", "MANAGER"), ("mara", "FINANCE")], ("WAITING", "FINANCE")),
        ("-5000.01", [("bill", "MANAGER"), ("finn", "FINANCE")], ("WAITING", "MANAGER")),
    ],
)
def test_a_subject_is_approved_when_every_level_has_signed(
    dollars: str, approvals: list[tuple[str, str]], expected: tuple[str, str]
) -> None:
    assert stand(*(approval(login, level) for login, level in approvals), dollars=dollars) == expected


def test_both_signatures_are_never_one_persons_under_two_roles_or_logins() -> None:
    office = people(user("both", "MANAGER;FINANCE", name="Bo Both"), user("twin", "FINANCE", name="bo  BOTH"))
    signed = [approval("both", "MANAGER"), approval("both", "FINANCE"), approval("twin", "FINANCE")]

    found = standing(subject("9000.00"), signed, people=office, policy=Policy())

    assert (found.state, words_of(found.missing)) == ("WAITING", "FINANCE")
    assert found.why == (
        "FINANCE must approve; approval of both does not count: both has signed ADJ-1 already;"
        " approval of twin does not count: twin has signed ADJ-1 already as both"
    )


def test_a_signature_in_a_role_no_longer_needed_takes_no_place() -> None:
    office = people(user("both", "MANAGER;FINANCE"))
    signed = [approval("finn", "FINANCE"), approval("both", "FINANCE"), approval("both", "MANAGER")]

    assert standing(subject("9000.00"), signed, people=office, policy=Policy()).state == "APPROVED"


def test_an_approval_of_another_record_does_not_count_even_with_the_same_content() -> None:
    assert stand(approval("mara", "MANAGER", identity="ADJ-2")) == ("WAITING", MANAGER)


@pytest.mark.parametrize("makers", [{"prepared_by": ""}, {"prepared_by": " "}, {"edited_by": frozenset({""})}])
def test_what_nobody_has_prepared_nobody_approves(makers: dict[str, Any]) -> None:
    said = refusal(subject(**makers), "mara", NOON, [], people=people(), policy=Policy())

    assert said == "nobody is named who prepared ADJ-1; name the preparer first"


def test_an_edit_makes_approvals_stale_and_a_new_one_mends_it() -> None:
    first, again = approval("mara", "MANAGER"), approval("mara", "MANAGER", content_sha256=EDITED)

    assert stand(first, content_sha256=EDITED) == ("STALE", MANAGER)
    assert stand(first, again, content_sha256=EDITED) == ("APPROVED", "")


def test_a_return_stands_until_the_content_changes() -> None:
    back = approval("lea", "LEAD", decision="RETURN")

    assert stand(back, approval("mara", "MANAGER")) == ("RETURNED", "")
    assert stand(back, content_sha256=EDITED) == ("WAITING", MANAGER)
    said = refusal(subject(), "mara", NOON, [back], people=people(), policy=Policy())
    assert said == "ADJ-1 was returned by lea; correct it first, that makes it a new content to approve"


@pytest.mark.parametrize("login", ["bill", "gone", "nobody", "host", "rita"])
def test_who_may_not_approve_may_not_return(login: str) -> None:
    level = {"bill": "BILLER", "rita": "RATES"}.get(login, "MANAGER")

    assert stand(approval(login, level, decision="RETURN"))[0] == "WAITING"


def test_who_has_a_key_is_not_believed_without_a_signature() -> None:
    office = people(user("kay", "MANAGER", public_key="ssh-ed25519 AAAAC3Nz"))
    waiting, approved = (
        standing(subject(), [approval(login, "MANAGER", assurance="OS_USER")], people=office, policy=Policy()) for login in ("kay", "mara")
    )

    assert (waiting.state, approved.state) == ("WAITING", "APPROVED")
    assert "kay has a key in users.csv and did not sign with it" in waiting.why


def test_only_a_feed_may_leave_the_hash_out() -> None:
    given = {
        how: stand(approval("mara", "MANAGER", content_sha256=None, assurance=how))[0] for how in ("FEED_FILE", "SIGNATURE", "OS_USER")
    }

    assert given == {"FEED_FILE": "APPROVED", "SIGNATURE": "STALE", "OS_USER": "STALE"}


@pytest.mark.parametrize(
    ("dollars", "limit", "role", "may"),
    [
        ("450.00", "450.00", "MANAGER", True),
        ("450.01", "450.00", "MANAGER", False),
        ("-450.01", "450.00", "MANAGER", False),
        ("450.00", "0.00", "MANAGER", False),
        ("450.00", None, "MANAGER", True),
        ("8000.00", "5000.00", "MANAGER", True),  # FINANCE answers for what is above the manager's limit
        ("8000.00", "4999.99", "MANAGER", False),
        ("8000.00", "7999.99", "FINANCE", False),
        ("8000.00", "8000.00", "FINANCE", True),
        (None, "5000.00", "MANAGER", True),  # unknown: what a manager may approve alone
        (None, "4999.99", "MANAGER", False),
    ],
)
def test_nobody_goes_over_their_own_limit(dollars: str | None, limit: str | None, role: str, may: bool) -> None:
    office = people(user("max", role, approve_limit=limit))

    assert (refusal(subject(dollars), "max", NOON, [], people=office, policy=Policy()) is None) is may


def test_a_whole_bill_is_no_matter_of_limits_or_agencies() -> None:
    office = people(user("max", "MANAGER", approve_limit="0.00", agency_code="758"))

    for kind in ("BILL", "RATES", "REOPEN"):
        assert refusal(subject("888622.54", kind), "max", NOON, [], people=office, policy=Policy()) is None


def test_the_role_is_chosen_out_of_what_is_needed() -> None:
    both = people().find("host", NOON.date())
    assert both is not None

    own = subject("9000.00", agency_codes=frozenset())
    level = [level_for(own, both, earlier, people=people(), policy=Policy()) for earlier in ([], [approval("mara", "MANAGER")])]

    assert level == ["MANAGER", "FINANCE"]


def test_the_day_of_an_approval_is_its_day_in_utc() -> None:
    late = dt.datetime(2026, 6, 30, 20, tzinfo=dt.timezone(dt.timedelta(hours=-4)))  # midnight of 1 July in UTC

    assert stand(approval("gone", "MANAGER", at=late))[0] == "WAITING"
    assert stand(approval("gone", "MANAGER", at=late - dt.timedelta(seconds=1)))[0] == "APPROVED"


TEXTS = (
    st.none()
    | st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]), max_size=4)
    | st.sampled_from(["", "0", "a", "1.0"])
)


@given(st.lists(TEXTS, min_size=len(FIELDS), max_size=len(FIELDS)), st.integers(0, len(FIELDS) - 1), TEXTS)
def test_an_approval_never_counts_after_any_field_changed(fields: list[str | None], place: int, new: str | None) -> None:
    edited = [*fields[:place], new, *fields[place + 1 :]]
    signed = approval("mara", "MANAGER", content_sha256=content_hash(fields))

    state, _missing = stand(signed, content_sha256=content_hash(edited))

    is_same = (fields[place] or "") == (new or "")
    assert state == ("APPROVED" if is_same else "STALE")


@given(st.lists(st.sampled_from(["", "a", "b"]), min_size=2, max_size=5), st.lists(st.sampled_from(["", "a", "b"]), min_size=2, max_size=5))
def test_fields_never_run_together(one: list[str], other: list[str]) -> None:
    assert (content_hash(one) == content_hash(other)) is (one == other)


def test_the_content_hash_is_the_published_one() -> None:
    import hashlib

    assert content_hash(["A", None, "", "-1.00"]) == hashlib.sha256(b"A\x1f\x1f\x1f-1.00").hexdigest()


def test_a_separator_inside_a_field_is_an_error() -> None:
    with pytest.raises(ReconciliationError):
        content_hash(["A\x1fB", "C"])
