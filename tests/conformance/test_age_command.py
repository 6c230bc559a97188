"""The `age` command and this program open each other's files."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.bundles.container import decrypt, encrypt, new_identity, pack, recipient_of, unpack
from ledger.errors import InputRefused
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs("age", "age-keygen")

MEMBERS = {"manifest.sd-jwt": b"signed", "record.html": "Zoë — 时\n".encode() * 9000}


def _run(*command: str, given: bytes = b"") -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def test_age_opens_what_we_encrypt(tmp_path: Path) -> None:
    identity, recipient = new_identity(os.urandom)
    (tmp_path / "key.txt").write_text(identity + "\n", encoding="ascii")
    archive = pack(MEMBERS)
    assert len(archive) > 64 * 1024  # more than one chunk
    opened = _run("age", "-d", "-i", str(tmp_path / "key.txt"), given=encrypt(archive, recipient))
    assert unpack(opened) == MEMBERS


def test_we_open_what_age_encrypts() -> None:
    identity, recipient = new_identity(os.urandom)
    assert unpack(decrypt(_run("age", "-r", recipient, given=pack(MEMBERS)), identity)) == MEMBERS


def test_age_keygen_reads_our_identity_and_we_read_its() -> None:
    identity, recipient = new_identity(os.urandom)
    assert _run("age-keygen", "-y", given=identity.encode()).decode().strip() == recipient
    theirs = _run("age-keygen").decode().split()
    secret = next(word for word in theirs if word.startswith("AGE-SECRET-KEY-1"))
    public = next(word for word in theirs if word.startswith("age1"))
    assert recipient_of(secret) == public


def test_a_file_that_age_armoured_or_locked_to_another_is_refused() -> None:
    identity, recipient = new_identity(os.urandom)
    _, other = new_identity(os.urandom)
    kinds = []
    for arguments in (("-a", "-r", recipient), ("-r", other)):
        with pytest.raises(InputRefused) as caught:
            decrypt(_run("age", *arguments, given=b"x"), identity)
        kinds.append(caught.value.kind)
    assert kinds == ["bundle-damaged", "not-for-this-school"]
