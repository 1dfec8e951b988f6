"""A mistyped code: one slip of the finger, by the obvious slow rule too."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing.near_codes import is_one_slip, only_near

WORDS = st.text("AC1", max_size=6)  # no two of these look alike


def slips(word: str, letters: str = "AC1") -> set[str]:
    """Every text one slip away, written out."""
    places = range(len(word))
    gone = {word[:n] + word[n + 1 :] for n in places}
    wrong = {word[:n] + letter + word[n + 1 :] for n in places for letter in letters}
    more = {word[:n] + letter + word[n:] for n in range(len(word) + 1) for letter in letters}
    turned = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    return (gone | wrong | more | turned) - {word}


@given(WORDS, WORDS)
@example("AC", "CA")
@example("AAC", "ACA")
@example("A", "")
def test_one_slip_is_one_character_more_less_or_other_or_two_turned(typed: str, known: str) -> None:
    assert is_one_slip(typed, known) == (typed in slips(known))
    assert is_one_slip(known, typed) == is_one_slip(typed, known)


@given(WORDS, st.lists(WORDS, max_size=8))
@example("AC1", ["AC1", "AC11"])
def test_the_quick_search_finds_what_comparing_with_every_code_finds(typed: str, known: list[str]) -> None:
    near = {code for code in known if typed in slips(code)}
    only = near.pop() if len(near) == 1 and typed not in known and len(typed) >= 3 else None

    assert only_near([typed], known).get(typed) == only


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("7580010", "7580001"),  # two neighbours changed over
        ("758001", "7580001"),  # one missing
        ("75800011", "7580001"),  # one too many
        ("7590001", "7580001"),  # one wrong
        ("7580001", None),  # known as it stands
        ("9580002", None),  # two slips
        ("4470003", None),  # two known numbers are as near
        ("D6O51", "D6051"),  # D6151 is as near, but no 1 looks like an O
        ("D6I51", "D6151"),
        ("D6S51", None),  # looks like neither of the two
        ("44", None),  # too short to tell
    ],
)
def test_a_number_is_guessed_only_where_one_is_near(typed: str, found: str | None) -> None:
    assert only_near([typed], ["7580001", "4470001", "4470002", "447", "D6051", "D6151"]).get(typed) == found
