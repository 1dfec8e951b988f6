"""Signatures of approvals by OpenSSH: the program decides; what is read beside it only says why not."""

import datetime as dt
import os
import pwd
import tempfile
from pathlib import Path
from typing import Final

import polars as pl

from billing.approval_levels import Approval, Subject
from billing.errors import Location, NotAllowedError, TableError
from inputs.text_file import read_bytes, shown
from pipelines.openssh import ARMOR, SIGN_SECONDS, Envelope, open_armor, run_keygen, said
from pipelines.public_keys import NAMESPACE, SignerKey, allowed_signers, fingerprint, owners, read_key, signer_keys
from pipelines.signed_payload import FIRST_YEAR, STOP_YEAR, check_about, check_replay, read_payload

_LIST_LIMIT: Final = 2**20  # bytes of a list of revoked keys
_KRL: Final = b"SSHKRL\n\x00"


def accept(
    data: bytes,
    signature: str,
    subject: Subject,
    users: pl.DataFrame,
    *,
    seq: int,
    head: str,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    revoked: Path | None = None,
) -> Approval:
    """The approval in a signed payload, when it is about this subject, at this place in the journal, by who it says.

    Whether that person may approve is for `billing.approvals`.

    Args:
        data: the payload.
        signature: armored.
        subject: as it is now.
        users: table_schema("users").
        seq, head, since, until: see `check_replay`.
        revoked: see `verify`.

    Raises:
        NotAllowedError: it is not.
        TableError: users.csv or the list of revoked keys is not fit for use.
    """
    claim = read_payload(data)
    check_about(claim, subject)
    check_replay(claim, seq=seq, head=head, since=since, until=until)
    verify(data, signature, claim.user, users, claim.time, revoked)
    return Approval(claim.identity, claim.user, claim.level, claim.decision, claim.content_sha256, claim.time, "SIGNATURE")


def sign(data: bytes, key: Path, namespace: str = NAMESPACE) -> str:
    """Sign with a private key file, or with the agent's key of a public one; returns the armored signature.

    A passphrase is asked for on the terminal by ssh-keygen itself.

    Raises:
        NotAllowedError: the key cannot be used, or ssh-keygen is not installed.
    """
    done = run_keygen(["-Y", "sign", "-q", "-f", str(key.absolute()), "-n", namespace], data, seconds=SIGN_SECONDS, agent=True)
    signature = done.stdout.decode("ascii", "replace")
    if done.returncode or ARMOR.fullmatch(signature) is None:
        is_open = b"UNPROTECTED" in done.stderr
        why = "others may read it; take that away with chmod 600" if is_open else f"{said(done.stderr)}; name your private key file"
        raise NotAllowedError(f"key {shown(key.name)} cannot sign: {why}")
    return signature


def verify(data: bytes, signature: str, user: str, users: pl.DataFrame, at: dt.datetime, revoked: Path | None = None) -> None:
    """Return when the signature over the data is the user's, made for approvals, by a key in force at that time.

    A key that has ended since still verifies what it signed in its time. A revoked key verifies nothing, whenever it
    signed: revoke what was stolen, and end what is only replaced with valid_to.

    Args:
        data: the signed bytes.
        signature: armored.
        user: the login that must have signed.
        users: table_schema("users").
        at: when it was signed, as the signed data says and the journal around it bears out.
        revoked: a list of public keys, or OpenSSH's own (KRL); none: nothing is revoked. A named one must be there.

    Raises:
        NotAllowedError: one line with the cause.
        TableError: the user's key in users.csv, or the list of revoked keys, is not fit for use.
        InputError: the list of revoked keys is missing or cannot be read.
    """
    if at.tzinfo is None or not FIRST_YEAR <= at.year < STOP_YEAR:
        raise NotAllowedError(f"{at.isoformat()} is not a time with its offset; sign it again")
    own = users.filter(pl.col("user") == user)
    if own.is_empty():
        raise NotAllowedError(f"user {shown(user)} is unknown; add the user to users.csv, or have another approve it", code="J003")
    keys = signer_keys(own)
    if not keys:
        raise NotAllowedError(f"user {shown(user)} has no public key; add the line of their .pub file to users.csv", code="J003")
    envelope = open_armor(signature)
    _check_envelope(envelope, keys, user, users, at.astimezone(dt.UTC))
    banned = _revoked_list(revoked) if revoked else None
    with tempfile.TemporaryDirectory(prefix="cotbill-") as name:  # of mode 0700
        folder = Path(name)
        (folder / "signers").write_text(allowed_signers(own), encoding="utf-8")
        (folder / "signature").write_text(signature, encoding="ascii")
        command = ["-Y", "verify", "-f", str(folder / "signers"), "-I", user, "-n", NAMESPACE, "-s", str(folder / "signature")]
        command.append(f"-Overify-time={at.astimezone(dt.UTC):%Y%m%d%H%M%S}Z")
        done = run_keygen(command, data)
        if done.returncode and b"incorrect signature" in done.stderr:
            raise NotAllowedError(f"what {user} signed is not this: the content was altered, or the signature is another's; sign it again")
        if done.returncode:
            raise NotAllowedError(f"signature of {user} does not verify: {said(done.stderr)}; sign it again")
        if banned is not None:
            (folder / "revoked").write_bytes(banned)
            done = run_keygen([*command, "-r", str(folder / "revoked")], data)
    if done.returncode:
        raise NotAllowedError(f"key {fingerprint(envelope.key)} of {user} is revoked; sign it again with a key in force")


def who_runs() -> str:
    """The operating system's name of who runs this, for approvals without keys; never what the environment says."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"


def _check_envelope(envelope: Envelope, keys: list[SignerKey], user: str, users: pl.DataFrame, at: dt.datetime) -> None:
    """Refuse what was made for another purpose, by another's key, or by a key not in force."""
    if envelope.namespace != NAMESPACE:
        raise NotAllowedError(f"signature is made for '{shown(envelope.namespace)}', not for {NAMESPACE}; sign it as an approval")
    spans = [each for each in keys if each.key.blob == envelope.key]
    if not spans:
        others = owners(users, envelope.key)
        whose = f"of {', '.join(others)}" if others else "that users.csv does not know"
        raise NotAllowedError(
            f"it is signed with a key {whose}, not with one of {user}: {fingerprint(envelope.key)}; sign it with your own", code="J003"
        )
    if any(each.is_in_force(at) for each in spans):
        return
    ended = [each.stops for each in spans if each.stops is not None and each.stops <= at]
    when = f"ended on {max(ended):%Y-%m-%d}" if ended else f"starts on {min(each.starts for each in spans):%Y-%m-%d} only"
    raise NotAllowedError(f"key of {user} {when}, it is signed at {at:%Y-%m-%dT%H:%M:%SZ}; sign it with a key in force", code="J003")


def _revoked_list(path: Path) -> bytes:
    """The list of revoked keys, every line of it readable: OpenSSH passes over lines it does not understand."""
    data = read_bytes(path, _LIST_LIMIT)
    if data.startswith(_KRL):
        _check_krl(data, path)
        return data
    lines = data.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#") and read_key(text) is None:
            message = "is not a public key, so that it would revoke nothing; put the line of the .pub file there"
            raise TableError(message, at=Location(shown(path.name), number))
    return "".join(f"{line.strip()}\n" for line in lines).encode()


def _check_krl(data: bytes, path: Path) -> None:
    """Refuse a damaged KRL, for which OpenSSH would call every key revoked."""
    with tempfile.NamedTemporaryFile(prefix="cotbill-") as copy:
        copy.write(data)
        copy.flush()
        done = run_keygen(["-Q", "-l", "-f", copy.name])
    if done.returncode:
        raise TableError("is a damaged list of revoked keys; make it anew with `ssh-keygen -k`", at=Location(shown(path.name)))
