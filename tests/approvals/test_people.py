"""Who is who: in force on a day, and one person behind several logins."""

import datetime as dt
import unicodedata

import pytest

from billing.errors import ReconciliationError
from billing.people import People, find_person, fold, is_same_person
from tests.approvals.office import user
from tests.core.frames import table_of

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIMR5Mj1W2bHao5XSeQyveg87KNFb/8v26YA8j62V8V+w"
OTHER = "AAAAC3NzaC1lZDI1NTE5AAAAIPX5Mj1W2bHao5XSeQyveg87KNFb/8v26YA8j62V8V+w"


@pytest.mark.parametrize(
    ("on", "roles"),
    [
        ("2025-12-31", None),  # the day before the first row
        ("2026-01-01", {"LEAD"}),  # valid_from counts
        ("2026-06-30", {"LEAD"}),
        ("2026-07-01", {"MANAGER", "RATES"}),  # valid_to does not
        ("2026-12-31", {"MANAGER", "RATES"}),
        ("2027-01-01", None),
    ],
)
def test_roles_are_those_of_the_day(on: str, roles: set[str] | None) -> None:
    rows = (user("ann", "LEAD", valid_to="2026-07-01"), user("ann", "MANAGER; RATES", valid_from="2026-07-01", valid_to="2027-01-01"))

    found = find_person(table_of("users", *rows), "ann", dt.date.fromisoformat(on))

    assert (found and set(found.roles)) == roles


def test_an_unknown_login_and_another_case_of_it_are_nobody() -> None:
    office = table_of("users", user("ann", "LEAD"))

    assert [find_person(office, login, dt.date(2026, 2, 1)) for login in ("bob", "Ann", "", "ann ")] == [None] * 4


def test_two_rows_in_force_at_once_are_an_error_not_a_choice() -> None:
    office = table_of("users", user("ann", "LEAD"), user("ann", "MANAGER"))

    with pytest.raises(ReconciliationError):
        find_person(office, "ann", dt.date(2026, 2, 1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"name": "Ann Smith"}, {"name": "Ann Smith"}, True),  # two logins, one name
        ({"name": "Ann Smith"}, {"name": "ANN  smith "}, True),  # case and double spaces
        ({"name": "Ann Smith"}, {"name": "Ann\u00a0Smith"}, True),  # a space that does not break
        ({"name": "Ann Smith"}, {"name": "An\u200bn Smith"}, True),  # a space without width
        (
            {"name": unicodedata.normalize("NFC", "Josephine Nordström")},
            {"name": unicodedata.normalize("NFD", "Josephine NORDSTRÖM")},
            True,
        ),
        ({"name": "Ann Groß"}, {"name": "ANN GROSS"}, True),
        ({"name": "Ann \uff33mith"}, {"name": "Ann Smith"}, True),  # a full-width letter
        ({"name": "Ann O'Brien-Hall"}, {"name": "Ann O\u2019Brien\u2011Hall"}, True),
        ({"name": "Ann \u2122"}, {"name": "Ann tm"}, True),  # a sign that stands for letters
        ({"public_key": f"ssh-ed25519 {KEY};ssh-ed25519 {OTHER}"}, {"public_key": f"ssh-ed25519 {KEY}"}, True),
        ({"name": "Ann Nordström"}, {"name": "Ann Nordstrom"}, False),  # another name is another person
        ({"name": "Ann B. Smith"}, {"name": "Ann C. Smith"}, False),
        ({"public_key": f"ssh-ed25519 {KEY} ann@desk"}, {"public_key": f"ssh-ed25519 {KEY} other words"}, True),  # comments aside
        ({"public_key": f"ssh-ed25519 {OTHER};ssh-ed25519 {KEY}"}, {"public_key": f"ssh-ed25519 {KEY}"}, True),  # one of several
        ({"public_key": f"ssh-ed25519 {KEY}"}, {"public_key": f"ssh-ed25519 {OTHER}"}, False),
        ({"public_key": f"ssh-ed25519 {KEY[:-1]}x"}, {"public_key": f"ssh-ed25519 {KEY}"}, False),  # a key more
        ({"public_key": None}, {"public_key": None}, False),  # no key is no likeness
    ],
)
def test_people_are_compared_by_name_and_key_not_by_login(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    office = table_of("users", user("ann1", "BILLER", **one), user("ann2", "LEAD", **other))
    people = People(office)

    persons = [find_person(office, login, dt.date(2026, 2, 1)) for login in ("ann1", "ann2")]

    assert persons[0] is not None
    assert persons[1] is not None
    assert is_same_person(persons[0], persons[1]) is same
    assert is_same_person(persons[1], persons[0]) is same
    assert (people.are_one("ann1", "ann2"), people.are_one("ann2", "ann1")) == (same, same)


def test_one_key_written_in_two_ways_of_base64_is_one_key() -> None:
    loose = KEY + "A"  # RSA keys end in bits that base64 ignores; a longer text shows the same on a short key
    office = table_of(
        "users", user("a", "LEAD", public_key=f"ssh-rsa {loose}A"), user("b", "LEAD", public_key=f"ssh-rsa {loose}B"),
    )  # fmt: skip

    assert People(office).are_one("a", "b")


def test_one_person_through_a_third_login_and_through_rows_no_longer_in_force() -> None:
    people = People(
        table_of(
            "users",
            user("ann1", "BILLER", name="Ann Smith", valid_to="2026-02-01"),
            user("ann2", "LEAD", name="Ann Smith", public_key=f"ssh-ed25519 {KEY}"),
            user("ann3", "MANAGER", name="Ann Hall", public_key=f"ssh-ed25519 {KEY}"),
            user("bob", "MANAGER", name="Bob Hall"),
        )
    )

    assert people.are_one("ann1", "ann3")
    assert not people.are_one("ann3", "bob")


@pytest.mark.parametrize(("text", "same"), [("Ann Smith", True), ("ann  SMITH", True), ("ANN", True), ("somebody else", False)])
def test_a_preparer_written_as_a_name_is_found_too(text: str, same: bool) -> None:
    assert People(table_of("users", user("ann", "LEAD", name="Ann Smith"))).are_one(text, "ann") is same


def test_a_name_without_letters_is_compared_as_it_is() -> None:
    assert (fold("***"), fold("---")) == ("***", "---")
