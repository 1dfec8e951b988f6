"""Find the one known code that a mistyped one may stand for: a single slip of the finger away, and no other as near."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 3  # in a shorter code every other is a slip away
_ALIKE: Final = str.maketrans("OILSBZ", "011582")  # letters read or typed for a digit


def is_one_slip(typed: str, known: str) -> bool:
    """Whether one character too many, missing or wrong, or two neighbours changed over, make `typed` of `known`."""
    if typed == known or abs(len(typed) - len(known)) > 1:
        return False
    head = 0
    while head < min(len(typed), len(known)) and typed[head] == known[head]:
        head += 1
    if len(typed) > len(known):
        return typed[head + 1 :] == known[head:]
    if len(typed) < len(known):
        return typed[head:] == known[head + 1 :]
    if typed[head + 1 :] == known[head + 1 :]:
        return True
    is_turned = typed[head : head + 2] == known[head : head + 2][::-1]
    return is_turned and typed[head + 2 :] == known[head + 2 :]


def only_near(typed: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Map each typed code to the known one a single slip away, where there is exactly one.

    Of several, the one that only differs in a letter that looks like a digit (O and 0, I and 1 …) is taken. A typed
    code that is itself known, is shorter than three characters or still has two as near is left out. Known codes are
    looked up by what is left of them without one character, so that long lists cost no more than short ones.
    """
    codes = set(known)
    by_rest: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        for rest in _rests(code):
            by_rest[rest].add(code)
    found = {}
    for text in set(typed) - codes:
        near = {code for rest in _rests(text) for code in by_rest.get(rest, ()) if is_one_slip(text, code)}
        alike = {code for code in near if code.translate(_ALIKE) == text.translate(_ALIKE)}
        chosen = near if len(near) == 1 else alike
        if len(text) >= _SHORTEST and len(chosen) == 1:
            found[text] = chosen.pop()
    return found


def _rests(code: str) -> set[str]:
    return {code, *(code[:place] + code[place + 1 :] for place in range(len(code)))}
