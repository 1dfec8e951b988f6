"""OpenSSH's ssh-keygen: run it without a shell, and read what stands in the signatures it writes."""

import base64
import binascii
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

from billing.errors import NotAllowedError
from inputs.text_file import shown
from pipelines.public_keys import first_string

PROGRAM: Final = "ssh-keygen"
VERIFY_SECONDS: Final = 30
SIGN_SECONDS: Final = 180  # a person types a passphrase or touches a key
ARMOR: Final = re.compile(r"-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----\n?")
_LARGEST: Final = 64 * 2**10  # characters of a signature
_MAGIC: Final = b"SSHSIG\x00\x00\x00\x01"


@dataclass(frozen=True)
class Envelope:
    """What a signature says of itself: the key that made it and what for."""

    key: bytes
    namespace: str


def run_keygen(
    words: list[str], data: bytes = b"", *, seconds: int = VERIFY_SECONDS, agent: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen with the data on its input, in the C locale and UTC; with `agent`, keys of the ssh-agent may be used.

    Raises:
        NotAllowedError: it is not installed, or does not answer in time.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotAllowedError(f"{PROGRAM} is not installed; install the package openssh-client")
    socket = os.environ.get("SSH_AUTH_SOCK")
    extra = {"SSH_AUTH_SOCK": socket} if agent and socket else {}
    try:
        return subprocess.run(  # noqa: S603  a list of words, no shell
            [program, *words], input=data, capture_output=True, timeout=seconds, check=False, env={"LC_ALL": "C", "TZ": "UTC", **extra}
        )
    except subprocess.TimeoutExpired as error:
        raise NotAllowedError(f"{PROGRAM} did not answer in {seconds} seconds; try again") from error


def said(words: bytes) -> str:
    """The last line a program said, fit for a message."""
    lines = [line for line in words.decode("utf-8", "replace").splitlines() if line.strip()]
    return shown(lines[-1].strip(), 120) if lines else f"{PROGRAM} gave no reason"


def open_armor(signature: str) -> Envelope:
    """Read the key and the purpose off an armored signature (PROTOCOL.sshsig of OpenSSH)."""
    wrong = NotAllowedError("it is not an SSH signature; give what `ssh-keygen -Y sign` wrote")
    armor = ARMOR.fullmatch(signature) if len(signature) <= _LARGEST else None
    if armor is None:
        raise wrong
    try:
        blob = base64.b64decode(armor[1].replace("\n", ""), validate=True)
        key, rest = first_string(blob.removeprefix(_MAGIC))
        namespace, _rest = first_string(rest)
        text = namespace.decode()
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if not blob.startswith(_MAGIC):
        raise wrong
    return Envelope(key, text)
