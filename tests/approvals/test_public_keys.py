"""Public keys become allowed_signers: what OpenSSH takes of them, and what never reaches it."""

import os
import subprocess
from pathlib import Path

import pytest

from billing.errors import TableError
from pipelines.public_keys import allowed_signers, fingerprint, read_key
from pipelines.signatures import sign
from tests.approvals.keys import new_key, public, users_with
from tests.approvals.office import user
from tests.core.frames import table_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMR5Mj1W2bHao5XSeQyveg87KNFb/8v26YA8j62V8V+w"


@pytest.mark.parametrize(
    ("dates", "options"),
    [
        ({"valid_from": "2026-01-01"}, 'valid-after="20260101Z"'),
        ({"valid_from": "2026-01-01", "valid_to": "2026-03-01"}, 'valid-after="20260101Z",valid-before="20260228235959Z"'),
        ({"valid_from": "1970-01-02", "valid_to": "9999-12-31"}, 'valid-after="19700102Z",valid-before="99991230235959Z"'),
        ({"valid_from": "1970-01-01"}, None),  # OpenSSH takes no time before the second day of its clock
        ({"valid_from": "1900-01-01"}, None),
    ],
)
def test_a_user_is_one_line_of_allowed_signers(dates: dict[str, str], options: str | None) -> None:
    line = allowed_signers(users_with(f"{KEY} max at desk", **dates))

    assert line == ",".join(filter(None, ['max namespaces="cotbill-approve"', options])) + f" {KEY}\n"


def test_several_keys_are_several_lines_and_who_has_none_has_no_line() -> None:
    other = KEY[:-1] + "A"
    users = table_of("users", user("a", "LEAD", public_key=f"{KEY} one; {other}"), user("b", "LEAD"), user("c", "LEAD", public_key=KEY))

    lines = [(line.split()[0], line.split(" ", 2)[2]) for line in allowed_signers(users).splitlines()]

    assert lines == [("a", KEY), ("a", other), ("c", KEY)]
    assert allowed_signers(users_with(KEY, valid_from="1960-01-01", valid_to="1970-01-02")) == ""


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_openssh_itself_keeps_to_the_dates_whatever_the_zone(tmp_path: Path, kind: str, zone: str) -> None:
    key = new_key(tmp_path, "max", kind)
    (tmp_path / "signers").write_text(allowed_signers(users_with(public(key), valid_from="2026-03-01", valid_to="2026-11-01")))
    (tmp_path / "sig").write_text(sign(b"x", key))
    words = [
        "ssh-keygen",
        "-Y",
        "verify",
        "-f",
        str(tmp_path / "signers"),
        "-I",
        "max",
        "-n",
        "cotbill-approve",
        "-s",
        str(tmp_path / "sig"),
    ]

    def takes(at: str) -> bool:
        env = {"PATH": os.environ["PATH"], "TZ": zone}
        return (
            subprocess.run([*words, f"-Overify-time={at}"], input=b"x", env=env, capture_output=True, timeout=60, check=False).returncode
            == 0
        )

    times = ["20260228235959Z", "20260301000000Z", "20261031235959Z", "20261101000000Z"]
    assert [takes(at) for at in times] == [False, True, True, False]


@pytest.mark.parametrize(
    "login",
    [
        "*",
        "m?x",
        "max,bob",
        "!max",
        "max bob",
        '"max"',
        "#max",
        "-max",
        "max\nbob",
        "max\x00",
        "",
        "m" * 65,
        "max\u200b",
        "max;bob",
        "@max",
    ],
)
def test_a_login_that_says_more_than_itself_is_refused(login: str) -> None:
    with pytest.raises(
        TableError, match=r"^users\.csv:7:1: user '.*' cannot sign; use letters, digits and \. _ @ \+ - in a login with a key$"
    ):
        allowed_signers(users_with(KEY, login))


@pytest.mark.parametrize(
    "key",
    [
        "", " ", "ssh-ed25519", KEY.split()[1], f"restrict {KEY}", f"cert-authority {KEY}", f'namespaces="x" {KEY}', f"max {KEY}",
        KEY.replace("ssh-ed25519 ", "ssh-ed25519-cert-v01@openssh.com "), KEY.replace("ssh-ed25519", "ssh-rsa"),
        KEY.replace("ssh-ed25519", "ssh-dss"),
        KEY[:-4], KEY + "AAAA", KEY[:-1] + "!", KEY.replace("AAAA", "AAAB", 1), f"{KEY};", f"{KEY}; nonsense", f"{KEY} a\nmax {KEY}",
        f"{KEY} \x1b[31m", KEY.replace(" ", "\t"), KEY.replace(" ", "  "), f"{KEY}\u2028x", f"{KEY},{KEY}", "ssh-ed25519 AAAA",
    ],
)  # fmt: skip
def test_a_key_that_is_not_one_plain_public_key_is_refused(key: str) -> None:
    with pytest.raises(
        TableError, match=r"^users\.csv:7:6: public_key \d of max is not a plain OpenSSH key; put the line of the \.pub file there$"
    ):
        allowed_signers(users_with(key))


def test_the_comment_of_a_key_never_reaches_the_file() -> None:
    assert allowed_signers(users_with(f'{KEY} namespaces="*" ssh-rsa AAAA')).count(" ") == 3


def test_a_fingerprint_is_the_one_ssh_keygen_prints(tmp_path: Path) -> None:
    key = new_key(tmp_path, "k")
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], capture_output=True, text=True, check=True, timeout=60).stdout
    read = read_key(public(key))

    assert read is not None
    assert fingerprint(read.blob) == shown.split()[1]


def test_a_key_that_calls_itself_another_kind_is_refused(tmp_path: Path) -> None:
    key = public(new_key(tmp_path, "k", "ecdsa"))

    assert read_key(key) is not None
    assert read_key(key.replace("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", 1)) is None
