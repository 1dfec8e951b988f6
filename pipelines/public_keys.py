"""Public keys of users.csv: read strictly, and written as the allowed_signers file that OpenSSH verifies with."""

import base64
import binascii
import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from billing.errors import Location, TableError
from billing.layouts import TABLES
from inputs.text_file import shown

NAMESPACE: Final = "cotbill-approve"  # what a signature is made for; one made for anything else approves nothing
_PARTS: Final = {  # kinds of key, and how many length-counted parts each has
    "ssh-ed25519": 2,
    "sk-ssh-ed25519@openssh.com": 3,
    "ecdsa-sha2-nistp256": 3,
    "ecdsa-sha2-nistp384": 3,
    "ecdsa-sha2-nistp521": 3,
    "sk-ecdsa-sha2-nistp256@openssh.com": 4,
    "ssh-rsa": 3,
}
# A name in allowed_signers is a pattern list: * ? ! and , would let others in.
_SIGNER: Final = re.compile(r"[^\W_][\w.@+-]{0,63}")
_EPOCH: Final = dt.date(1970, 1, 1)  # OpenSSH takes no day up to here
_SECOND: Final = dt.timedelta(seconds=1)
_LENGTH_BYTES: Final = 4
_COLUMN: Final = [column.name for column in TABLES["users"].columns].index("public_key") + 1


@dataclass(frozen=True)
class PublicKey:
    """One key: its kind and its bytes; the comment is left off."""

    kind: str
    blob: bytes

    def __str__(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"


@dataclass(frozen=True)
class SignerKey:
    """One key of one row of users.csv: `starts <= t < stops`, in UTC; none: no bound."""

    user: str
    key: PublicKey
    starts: dt.datetime
    stops: dt.datetime | None

    def is_in_force(self, at: dt.datetime) -> bool:
        """Whether the key may sign at that instant."""
        return self.starts <= at and (self.stops is None or at < self.stops)


def fingerprint(blob: bytes) -> str:
    """A key's name as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def read_key(text: str) -> PublicKey | None:
    """Read `kind base64 [comment]`; None when it is not one plain public key (options and certificates are not)."""
    words = text.split(" ")
    if len(words) < 2 or words[0] not in _PARTS or not text.isprintable():
        return None
    try:
        blob = base64.b64decode(words[1], validate=True)
        parts, rest = [], blob
        for _part in range(_PARTS[words[0]]):
            part, rest = first_string(rest)
            parts.append(part)
    except (binascii.Error, ValueError):
        return None
    return PublicKey(words[0], blob) if parts[0] == words[0].encode() and not rest else None


def first_string(data: bytes) -> tuple[bytes, bytes]:
    """The first length-counted string and what follows it.

    Raises:
        ValueError: the data is shorter than it says.
    """
    stop = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES])
    if len(data) < max(stop, _LENGTH_BYTES):
        raise ValueError("too short")
    return data[_LENGTH_BYTES:stop], data[stop:]


def signer_keys(users: pl.DataFrame) -> list[SignerKey]:
    """The keys of users.csv, in its order; several in one cell have `;` between.

    Rows: none of a user without a key.

    Raises:
        TableError: a key or the login beside it is not fit for an allowed_signers file.
    """
    return [each for row in users.filter(pl.col("public_key").is_not_null()).rows(named=True) for each in _of_row(row)]


def owners(users: pl.DataFrame, blob: bytes) -> list[str]:
    """The users who have a key, on any day; a key that cannot be read is nobody's."""
    given = users.filter(pl.col("public_key").is_not_null()).select("user", "public_key").rows()
    keys = [(user, read_key(text.strip(" "))) for user, texts in given for text in texts.split(";")]
    return sorted({user for user, key in keys if key is not None and key.blob == blob})


def allowed_signers(users: pl.DataFrame) -> str:
    """users.csv as an allowed_signers file: one line a key, good for approvals alone, between its dates in UTC.

    OpenSSH counts valid-before itself as valid, so the line ends a second before valid_to.

    Raises:
        TableError: a key or a login could say something else to OpenSSH than what it is.
    """
    return "".join(_line(each) for each in signer_keys(users) if each.stops is None or each.stops.date() > _EPOCH + dt.timedelta(days=1))


def _line(each: SignerKey) -> str:
    options = [f'namespaces="{NAMESPACE}"']
    if each.starts.date() > _EPOCH:
        options.append(f'valid-after="{each.starts:%Y%m%d}Z"')
    if each.stops is not None:
        options.append(f'valid-before="{each.stops - _SECOND:%Y%m%d%H%M%S}Z"')
    return f"{each.user} {','.join(options)} {each.key}\n"


def _of_row(row: dict[str, Any]) -> list[SignerKey]:
    line = row["source_line"]
    if not _SIGNER.fullmatch(row["user"]):
        at = Location("users.csv", line, 1)
        raise TableError(f"user '{shown(row['user'])}' cannot sign; use letters, digits and . _ @ + - in a login with a key", at=at)
    found = []
    for number, text in enumerate(row["public_key"].split(";"), start=1):
        key = read_key(text.strip(" "))
        if key is None:
            message = f"public_key {number} of {row['user']} is not a plain OpenSSH key; put the line of the .pub file there"
            raise TableError(message, at=Location("users.csv", line, _COLUMN))
        found.append(SignerKey(row["user"], key, _midnight(row["valid_from"]), row["valid_to"] and _midnight(row["valid_to"])))
    return found


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
