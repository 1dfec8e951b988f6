"""Match a file's header with its layout: by name, in any order; a slip in a name is named with what was meant."""

import difflib
from dataclasses import dataclass
from typing import Final

from inputs.text_file import shown

_NEAR: Final = 0.85  # likeness of a slip to an absent column's name
_LIKE: Final = 0.6  # likeness that is worth a hint beside a missing column
_MOST_EXTRAS: Final = 50
_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class Header:
    """Where each known column stands (0-based), the unknown extra columns, and what is wrong (1-based place, message)."""

    places: dict[str, int]
    extras: tuple[tuple[int, str], ...]
    problems: tuple[tuple[int | None, str], ...]


def match_header(header: tuple[str, ...], known: tuple[str, ...], demanded: tuple[tuple[str, ...], ...]) -> Header:
    """Match header names with the known ones.

    Args:
        header: names as in the file.
        known: every name the layout allows.
        demanded: columns that must be there; each entry lists the names it may come under.

    Returns:
        Header; it is usable only when it has no problems.
    """
    places: dict[str, int] = {}
    extras: list[tuple[int, str]] = []
    problems: list[tuple[int | None, str]] = []
    for place, name in enumerate(header):
        if name in places:
            problems.append((place + 1, f"column '{shown(name)}' is there twice, first as column {places[name] + 1}; keep one"))
        elif name in known:
            places[name] = place
        else:
            extras.append((place, name))
    if len(extras) > _MOST_EXTRAS:
        problems.append((None, f"header has {len(extras)} unknown columns; send the layout's columns"))
    absent = [name for name in known if name not in places]
    slips, strangers = _slips(extras[:_MOST_EXTRAS], absent)
    missing = [
        (None, f"column '{names[0]}' is missing; {_hint(names[0], strangers)}")
        for names in demanded
        if not any(name in places for name in names) and any(name in absent for name in names)
    ]
    return Header(places, tuple(strangers), (*problems, *slips, *missing))


def _slips(extras: list[tuple[int, str]], absent: list[str]) -> tuple[list[tuple[int | None, str]], list[tuple[int, str]]]:
    """Tell slips from columns that are simply not ours; a name that was meant is taken off `absent`."""
    slips: list[tuple[int | None, str]] = []
    strangers = []
    for place, name in extras:
        meant = difflib.get_close_matches(name.strip().lower()[:_LONGEST_NAME], absent, 1, _NEAR)
        if not name.strip():
            slips.append((place + 1, "column has no name; name it or remove it"))
        elif meant:
            slips.append((place + 1, f"column '{shown(name)}' is not in the layout; did you mean '{meant[0]}'"))
            absent.remove(meant[0])
        else:
            strangers.append((place, name))
    return slips, strangers


def _hint(name: str, strangers: list[tuple[int, str]]) -> str:
    like = difflib.get_close_matches(name, [stranger[:_LONGEST_NAME] for _place, stranger in strangers], 1, _LIKE)
    return f"is it '{shown(like[0])}'?" if like else "add it to the header"
