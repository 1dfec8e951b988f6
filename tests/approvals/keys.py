"""Real keys made in a test, and what is signed with them."""

import dataclasses
import datetime as dt
import subprocess
from pathlib import Path
from typing import Any

import polars as pl

from billing.approval_levels import Approval, Subject
from pipelines.signatures import accept, sign
from pipelines.signed_payload import Claim, payload
from tests.approvals.office import NOON, OFFICE, subject, user
from tests.core.frames import table_of

SEQ, HEAD = 41, "c" * 64


def new_key(folder: Path, name: str, kind: str = "ed25519") -> Path:
    """A key pair without a passphrase; `<name>.pub` lies beside it."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", f"{name} at desk", "-f", str(path)], check=True, timeout=60)
    return path


def public(key: Path) -> str:
    """The line of the .pub file."""
    return key.with_name(key.name + ".pub").read_text().strip()


def signers(folder: Path, *more: dict[str, object]) -> tuple[pl.DataFrame, dict[str, Path]]:
    """The office with a key for everybody in it, and where the private keys lie."""
    keys = {str(row["user"]): new_key(folder, str(row["user"])) for row in OFFICE}
    rows = [{**row, "public_key": public(keys[str(row["user"])]), "source_line": place} for place, row in enumerate(OFFICE, start=2)]
    return table_of("users", *rows, *more), keys


def claim(about: Subject | None = None, **more: Any) -> Claim:
    """An approval of the subject by mara, now, after the journal's last entry."""
    now = about or subject()
    said = Claim(
        now.kind, now.identity, now.period, now.content_sha256, now.amount, "APPROVE", "MANAGER", "mara", NOON.isoformat(), SEQ, HEAD
    )
    return dataclasses.replace(said, **more)


def signed(said: Claim, key: Path, namespace: str = "cotbill-approve") -> tuple[bytes, str]:
    """The payload and its signature."""
    data = payload(said)
    return data, sign(data, key, namespace)


def accepted(data: bytes, signature: str, users: pl.DataFrame, about: Subject | None = None, **more: Any) -> Approval:
    """What the program takes it for, at the journal's present place."""
    place: dict[str, Any] = {"seq": SEQ, "head": HEAD, "since": NOON - dt.timedelta(hours=1), "until": NOON + dt.timedelta(hours=1)}
    return accept(data, signature, about or subject(), users, **{**place, **more})


def users_with(key: str, login: str = "max", **more: Any) -> pl.DataFrame:
    """A users.csv of one manager with this key, read from line 7."""
    return table_of("users", {**user(login, "MANAGER", public_key=key, **more), "source_line": 7})
