"""Our decryption against the age vectors of C2SP CCTV."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyrage
import pytest

from ledger.bundles.container import check_age_header, decrypt
from ledger.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = {
    "success": "opened",
    "no match": "not-for-this-school",
    "header failure": "bundle-damaged",
    "HMAC failure": "bundle-damaged",
    "payload failure": "bundle-damaged",
}
# pyrage 1.4.0 alone opens these two; the specification and `age` refuse them.
ONLY_OURS = {"stanza_missing_body", "stanza_missing_final_line"}


@dataclass(frozen=True, kw_only=True)
class Vector:
    name: str
    expect: str
    payload: str
    identity: str
    data: bytes


def _read(path: Path) -> Vector | None:
    """One vector; None where it is about a passphrase, armour, another or no key."""
    text, _, data = path.read_bytes().partition(b"\n\n")
    facts = [line.split(": ", 1) for line in text.decode().split("\n")]
    given = dict(facts)
    identity = given.get("identity", "")
    if not identity.startswith("AGE-SECRET-KEY-1") or given.keys() & {"passphrase", "armored"}:
        return None
    return Vector(
        name=path.name,
        expect=given["expect"],
        payload=given.get("payload", ""),
        identity=identity,
        data=zlib.decompress(data) if given.get("compressed") == "zlib" else data,
    )


@pytest.fixture(scope="module")
def applicable(vectors: Path) -> list[Vector]:
    found = [_read(path) for path in sorted((vectors / "cctv-age" / "testdata").iterdir())]
    assert len(found) == 143
    return [vector for vector in found if vector]


def _outcome(vector: Vector) -> str:
    try:
        opened = decrypt(vector.data, vector.identity)
    except InputRefused as error:
        return error.kind
    assert hashlib.sha256(opened).hexdigest() == vector.payload
    return "opened"


def test_every_applicable_vector_ends_as_it_should(applicable: list[Vector]) -> None:
    counts = Counter(vector.expect for vector in applicable)
    assert counts == {
        "success": 14,
        "header failure": 30,
        "payload failure": 18,
        "no match": 3,
        "HMAC failure": 1,
    }
    for vector in applicable:
        assert _outcome(vector) == EXPECTED[vector.expect], vector.name


def test_the_two_that_pyrage_wrongly_opens_are_refused_by_our_header_check(
    applicable: list[Vector],
) -> None:
    opened = set()
    for vector in applicable:
        if vector.expect == "success":
            continue
        try:
            pyrage.decrypt(vector.data, [pyrage.x25519.Identity.from_str(vector.identity)])
        except pyrage.DecryptError:
            continue
        opened.add(vector.name)
        with pytest.raises(InputRefused):
            check_age_header(vector.data)
    assert opened == ONLY_OURS


def test_a_sound_header_is_never_refused(vectors: Path) -> None:
    """Every vector of whatever kind whose header is sound, unless it is not for an X25519 key."""
    refused = Counter[str]()
    for path in sorted((vectors / "cctv-age" / "testdata").iterdir()):
        text, _, data = path.read_bytes().partition(b"\n\n")
        if b"armored: yes" in text or b"expect: header failure" in text:
            continue
        content = zlib.decompress(data) if b"compressed: zlib" in text else data
        try:
            check_age_header(content)
        except InputRefused as error:
            refused[error.kind] += 1
    assert "bundle-damaged" not in refused
    assert refused["bundle-recipient-kind"] > 0
