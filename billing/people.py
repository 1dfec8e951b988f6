"""Who is who: a person is more than a login, so two logins of one person count as one."""

import base64
import binascii
import datetime as dt
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from billing.errors import ReconciliationError

ROLES: Final = ("BILLER", "LEAD", "MANAGER", "FINANCE", "RATES")
_APOSTROPHES: Final = "'\u2018\u2019\u02bc\u00b4`"
_KEY_START: Final = "AAAA"  # every OpenSSH key starts with a length below 2^8: three zero bytes
_Mark = tuple[str, str | bytes]


@dataclass(frozen=True)
class Person:
    """One row of users.csv as it is in force on one day."""

    user: str
    name: str
    agency_code: str | None
    roles: frozenset[str]
    approve_limit: Decimal | None  # dollars; none: no limit of their own
    public_key: str | None


class People:
    """Everybody of users.csv: who is in force on a day, and which logins are one person's.

    Roles and limits go by the day. Who somebody is does not: all rows of the table count, in force or not. Two logins
    are one person when they share a name (case, spacing, punctuation and Unicode form aside) or a public key, also
    through a third login.
    """

    def __init__(self, users: pl.DataFrame) -> None:
        """Take a frame of `table_schema("users")`."""
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._groups: list[set[_Mark]] = []  # no two share a mark
        for row in users.rows(named=True):
            self._rows[row["user"]].append(row)
            marks = _marks(row["user"], row["name"], row["public_key"])
            met = [group for group in self._groups if group & marks]
            self._groups = [group for group in self._groups if not group & marks]
            self._groups.append(marks.union(*met))

    def knows(self, user: str) -> bool:
        """Whether the login is in the table, on any day."""
        return user in self._rows

    def find(self, user: str, on: dt.date) -> Person | None:
        """The person of a login on a day; valid_from counts, valid_to does not.

        Raises:
            ReconciliationError: two rows of the login are in force at once.
        """
        rows = [row for row in self._rows.get(user, []) if _is_in_force(row, on)]
        if len(rows) > 1:
            raise ReconciliationError(f"two rows of user {user} are in force at once")
        return _person(rows[0]) if rows else None

    def are_one(self, one: str, other: str) -> bool:
        """Whether two logins are one person's. A text that is no login is compared with names too."""
        first, second = ("word", fold(one)), ("word", fold(other))
        return first == second or any(first in group and second in group for group in self._groups)


def find_person(users: pl.DataFrame, user: str, on: dt.date) -> Person | None:
    """The row of users.csv in force for a login on a day, or none."""
    return People(users).find(user, on)


def is_same_person(one: Person, other: Person) -> bool:
    """Whether two persons share a login, a name or a public key, however these are written."""
    first, second = (_marks(each.user, each.name, each.public_key) for each in (one, other))
    return bool(first & second)


def fold(text: str) -> str:
    """A name without what makes no difference between people: case, Unicode form, spacing, dashes, apostrophes.

    Source: the compatibility caseless match of the Unicode standard, section 3.13 (D146).
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(_folded(char) for char in plain)
    return " ".join(kept.split()) or text


def _folded(char: str) -> str:
    if char in _APOSTROPHES or unicodedata.category(char) == "Cf":
        return ""
    return char if unicodedata.category(char)[0] in "LMNS" else " "


def _marks(user: str, name: str, public_key: str | None) -> set[_Mark]:
    """What a person is known by."""
    words = (public_key or "").replace(";", " ").split()
    return {("word", fold(user)), ("word", fold(name)), *(("key", _key(word)) for word in words if word.startswith(_KEY_START))}


def _key(word: str) -> str | bytes:
    """The key itself: one key can be written in several ways in base64."""
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4))
    except (binascii.Error, ValueError):
        return word


def _is_in_force(row: dict[str, Any], on: dt.date) -> bool:
    starts, ends = row["valid_from"], row["valid_to"]
    return starts is not None and starts <= on and (ends is None or on < ends)


def _person(row: dict[str, Any]) -> Person:
    roles = frozenset(role.strip() for role in row["roles"].split(";")) - {""}
    return Person(row["user"], row["name"], row["agency_code"], roles, row["approve_limit"], row["public_key"])
