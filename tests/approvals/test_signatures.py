"""Signatures by OpenSSH: each cause of refusal in one line, and nothing left lying about."""

import base64
import dataclasses
import datetime as dt
import getpass
import os
import pwd
import stat
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.errors import BillingError, InputError, NotAllowedError, TableError
from pipelines import openssh, signatures
from pipelines.signatures import sign, verify, who_runs
from pipelines.signed_payload import Claim, payload
from tests.approvals.keys import accepted, claim, new_key, public, signed, signers, users_with
from tests.approvals.office import NOON, subject, user
from tests.core.frames import table_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMR5Mj1W2bHao5XSeQyveg87KNFb/8v26YA8j62V8V+w"


@pytest.mark.parametrize("login", ["max", "m.cantrell-1@ky.gov", "m_x+2", "Jörg", "7up"])
def test_a_plain_login_signs_and_verifies(tmp_path: Path, login: str) -> None:
    key = new_key(tmp_path, "k")

    verify(b"x", sign(b"x", key), login, users_with(public(key), login), NOON)


def _armored(blob: bytes) -> str:
    return f"-----BEGIN SSH SIGNATURE-----\n{base64.b64encode(blob).decode()}\n-----END SSH SIGNATURE-----\n"


def test_a_malformed_signature_is_refused_before_openssh_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key(tmp_path, "k")
    users, good = users_with(public(key)), sign(b"x", key)
    monkeypatch.setattr(signatures, "run_keygen", lambda *_words: pytest.fail("it was run"))
    blob = base64.b64decode("".join(good.splitlines()[1:-1]))
    bad = [
        "", "x", good[1:], good[:-30], good.replace("-----END", "----END"), good + "more", "x" + good, good.replace("SSH S", "PGP S"),
        _armored(b""), _armored(b"SSHSIG"), _armored(blob[:20]), _armored(b"SSHSIG\x00\x00\x00\x02" + blob[10:]), _armored(blob[4:]),
        _armored(blob[10:]),
        _armored(b"SSHSIG\x00\x00\x00\x01\xff\xff\xff\xff"), good.replace("A", "é"), good.replace("\n", "\r\n"), good * 2,
        f"-----BEGIN SSH SIGNATURE-----\n{'A' * 70_000}\n-----END SSH SIGNATURE-----\n",
    ]  # fmt: skip

    for signature in bad:
        with pytest.raises(NotAllowedError, match=r"^it is not an SSH signature; give what `ssh-keygen -Y sign` wrote$"):
            verify(b"x", signature, "max", users, NOON)


@pytest.mark.parametrize("place", [10, 60, -70, -40, -1])
def test_a_signature_with_one_bit_turned_never_verifies(tmp_path: Path, place: int) -> None:
    key = new_key(tmp_path, "k")
    blob = bytearray(base64.b64decode("".join(sign(b"x", key).splitlines()[1:-1])))
    blob[place] ^= 1

    with pytest.raises(NotAllowedError):
        verify(b"x", _armored(bytes(blob)), "max", users_with(public(key)), NOON)


def test_the_namespace_written_into_a_signature_is_checked_by_its_cryptography(tmp_path: Path) -> None:
    key = new_key(tmp_path, "k")
    blob = base64.b64decode("".join(sign(b"x", key, "cotbill-prepare").splitlines()[1:-1]))
    forged = blob.replace(b"cotbill-prepare", b"cotbill-approve")

    with pytest.raises(NotAllowedError, match="the content was altered"):
        verify(b"x", _armored(forged), "max", users_with(public(key)), NOON)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{KEY}\nSHA256:abc\n",
            "revoked_keys:2: is not a public key, so that it would revoke nothing; put the line of the .pub file there",
        ),
        (
            f"# ok\n\n{KEY[:-4]}\n",
            "revoked_keys:3: is not a public key, so that it would revoke nothing; put the line of the .pub file there",
        ),
        ("SSHKRL\n\x00junk", "revoked_keys: is a damaged list of revoked keys; make it anew with `ssh-keygen -k`"),
        (None, "revoked_keys: cannot be opened: no such file or directory; put a readable file there"),
    ],
)
def test_a_list_of_revoked_keys_that_would_revoke_nothing_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    key = new_key(tmp_path, "k")
    revoked = tmp_path / "revoked_keys"
    if text is not None:
        revoked.write_text(text)

    with pytest.raises(BillingError) as error:
        verify(b"x", sign(b"x", key), "max", users_with(public(key)), NOON, revoked)

    assert isinstance(error.value, TableError | InputError)
    assert str(error.value) == said


def test_an_empty_list_of_revoked_keys_revokes_nothing(tmp_path: Path) -> None:
    key = new_key(tmp_path, "k")
    (tmp_path / "revoked_keys").write_text("# none\r\n\r\n")

    verify(b"x", sign(b"x", key), "max", users_with(public(key)), NOON, tmp_path / "revoked_keys")


def test_a_key_is_changed_in_mid_year_and_each_half_verifies_with_its_own(tmp_path: Path) -> None:
    old, new = new_key(tmp_path, "old"), new_key(tmp_path, "new")
    users = table_of(
        "users",
        user("max", "LEAD", public_key=public(old), valid_to="2026-07-01"),
        user("max", "LEAD", public_key=public(new), valid_from="2026-07-01"),
    )
    june, july = (dt.datetime(2026, month, 15, tzinfo=dt.UTC) for month in (6, 7))

    verify(b"x", sign(b"x", old), "max", users, june)
    verify(b"x", sign(b"x", new), "max", users, july)
    for key, at in ((old, july), (new, june)):
        with pytest.raises(NotAllowedError, match="sign it with a key in force"):
            verify(b"x", sign(b"x", key), "max", users, at)


def test_a_bad_key_of_another_user_does_not_stop_mine(tmp_path: Path) -> None:
    key = new_key(tmp_path, "k")
    users = table_of("users", user("max", "LEAD", public_key=public(key)), user("eve", "LEAD", public_key=f"nonsense\n* {public(key)}"))

    verify(b"x", sign(b"x", key), "max", users, NOON)
    with pytest.raises(NotAllowedError, match="a key that users.csv does not know"):  # noqa: RUF043
        verify(b"x", sign(b"x", new_key(tmp_path, "l")), "max", users, NOON)


@pytest.mark.parametrize(
    ("login", "at", "said"),
    [
        ("bob", NOON, "J003: user bob has no public key; add the line of their .pub file to users.csv"),
        ("max", NOON.replace(tzinfo=None), "2026-11-06T12:00:00 is not a time with its offset; sign it again"),
        ("max", dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00+00:00 is not a time with its offset; sign it again"),
    ],
)
def test_what_cannot_be_verified_is_refused(tmp_path: Path, login: str, at: dt.datetime, said: str) -> None:
    key = new_key(tmp_path, "k")
    users = table_of("users", user("max", "LEAD", public_key=public(key)), user("bob", "LEAD"))

    with pytest.raises(NotAllowedError) as error:
        verify(b"x", sign(b"x", key), login, users, at)

    assert str(error.value) == said


def _key_trouble(folder: Path, what: str) -> Path:
    key = new_key(folder, "k")
    if what == "open":
        key.chmod(0o644)
    elif what == "junk":
        key.write_text("junk")
        (folder / "k.pub").unlink()
    elif what == "locked":
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(key)], check=True, timeout=60, capture_output=True)
    return folder / "absent" if what == "absent" else key


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("open", "key k cannot sign: others may read it; take that away with chmod 600"),
        ("absent", "key absent cannot sign: Couldn't load public key"),
        ("junk", "key k cannot sign: "),
        ("locked", "key k cannot sign: "),
    ],
)
def test_a_key_that_cannot_sign_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, said: str) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = _key_trouble(tmp_path, what)
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *words, **more: run(*words, **{"start_new_session": True, **more})
    )  # no terminal to ask on

    with pytest.raises(NotAllowedError) as error:
        sign(b"x", key)

    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_without_openssh_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotAllowedError, match=r"^ssh-keygen is not installed; install the package openssh-client$"):
        sign(b"x", tmp_path / "k")


def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh-keygen").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "ssh-keygen").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NotAllowedError, match=r"^ssh-keygen did not answer in 1 seconds; try again$"):
        openssh.run_keygen(["-l"], seconds=1)


def test_what_openssh_is_given_lies_in_a_folder_of_ours_alone_and_is_gone_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key(tmp_path, "k")
    seen: list[tuple[int, list[str]]] = []
    folders: list[Path] = []
    run = signatures.run_keygen

    def watched(words: list[str], data: bytes) -> Any:
        folder = Path(words[3]).parent
        folders.append(folder)
        seen.append((stat.S_IMODE(folder.stat().st_mode), sorted(path.name for path in folder.iterdir())))
        return run(words, data)

    signature = sign(b"x", key)
    monkeypatch.setattr(signatures, "run_keygen", watched)
    old = os.umask(0)
    try:
        verify(b"x", signature, "max", users_with(public(key)), NOON)
    finally:
        os.umask(old)

    assert seen == [(0o700, ["signature", "signers"])]
    assert not folders[0].exists()


def test_who_runs_is_not_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mara")

    assert getpass.getuser() == "mara"
    assert who_runs() == pwd.getpwuid(os.getuid()).pw_name != "mara"


def test_who_runs_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> object:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)

    assert who_runs() == f"uid-{os.getuid()}"


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-11-06", "2026-11-06T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_claim_without_a_time_is_refused(tmp_path: Path, at: str) -> None:
    users, keys = signers(tmp_path)

    with pytest.raises(NotAllowedError, match="not a time with its offset; sign it again"):
        accepted(*signed(claim(at=at), keys["mara"]), users)


FIELDS = [field.name for field in dataclasses.fields(Claim)]
OTHER: dict[str, Any] = {
    "amount": Decimal("-450.01"), "journal_seq": 42, "decision": "RETURN", "at": "2026-11-06T12:00:01+00:00", "period": "2026-11",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_inside_the_signature(tmp_path: Path, field: str) -> None:
    key = new_key(tmp_path, "mara")
    users = users_with(public(key), "mara")
    _data, signature = signed(claim(), key)

    with pytest.raises(NotAllowedError, match="the content was altered"):
        verify(payload(claim(**{field: OTHER.get(field, "other")})), signature, "mara", users, NOON)


def test_a_returned_subject_is_returned_by_its_signature(tmp_path: Path) -> None:
    users, keys = signers(tmp_path)

    found = accepted(*signed(claim(decision="RETURN"), keys["mara"]), users, subject())

    assert (found.decision, found.identity) == ("RETURN", "ADJ-1")
