"""Public keys as text (C2SP signed-note, "Verifier keys")."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.errors import MalformedInput
from ledger.formats.encoding import b64
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    VerifierKey,
    key_id,
)

EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_the_published_example_is_read_and_written_back() -> None:
    key = VerifierKey.parse(EXAMPLE)
    assert (key.name, key.type, len(key.public)) == ("example.com/foo", ED25519, 32)
    assert key.key_id.hex() == "530d903a"
    assert key.text() == EXAMPLE


def test_a_key_id_is_the_head_of_the_hash_of_name_type_and_key() -> None:
    public = bytes(range(32))
    assert key_id("näme", 4, public) == sha256("näme\n\x04".encode() + public).digest()[:4]


def test_one_key_has_another_id_under_another_name_or_type() -> None:
    public = bytes(range(32))
    ids = {
        VerifierKey(name=name, type=type_, public=public).key_id
        for name in ("a", "b")
        for type_ in (ED25519, COSIGNATURE_ED25519)
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    ("type_", "size"), [(ED25519, 32), (COSIGNATURE_ED25519, 32), (COSIGNATURE_ML_DSA_44, 1312)]
)
def test_each_type_of_key_goes_to_text_and_back(type_: int, size: int) -> None:
    # the base64 of these bytes holds plus signs, which also separate the parts
    public = (b"\0\0" + b"\xfb\xef\xbe" * 437)[:size]
    key = VerifierKey(name="example.com/w", type=type_, public=public.ljust(size, b"\0"))
    assert "+" in key.text().split("+", 2)[2]
    assert VerifierKey.parse(key.text()) == key


@pytest.mark.parametrize("type_", [ED25519, COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44])
@pytest.mark.parametrize("size", [0, 31, 33, 1311, 1313])
def test_a_key_of_another_length_is_refused(type_: int, size: int) -> None:
    with pytest.raises(MalformedInput):
        VerifierKey(name="k", type=type_, public=bytes(size))


@pytest.mark.parametrize("type_", [0x00, 0x02, 0x03, 0x05, 0xFF, 0x104, -1])
def test_an_unknown_type_of_key_is_refused(type_: int) -> None:
    with pytest.raises(MalformedInput):
        VerifierKey(name="k", type=type_, public=bytes(32))


@pytest.mark.parametrize("name", ["", "a b", "a\u00a0b", "a\tb", "a\nb", "a\x00b", "a\x1cb"])
def test_a_name_that_no_signature_line_can_hold_is_refused(name: str) -> None:
    with pytest.raises(MalformedInput):
        VerifierKey(name=name, type=ED25519, public=bytes(32))
    with pytest.raises(MalformedInput):
        VerifierKey.parse(name + EXAMPLE.removeprefix("example.com/foo"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "example.com/foo+530d903a+",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com+foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        EXAMPLE + "\n",
        EXAMPLE + " ",
        " " + EXAMPLE,
        EXAMPLE.replace("3U2k", "3U2"),
        EXAMPLE.replace("3U2k", "3U2l"),
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        VerifierKey.parse(text)


def test_the_type_is_covered_by_the_key_id() -> None:
    key = VerifierKey.parse(EXAMPLE)
    relabelled = f"{key.name}+{key.key_id.hex()}+{b64(bytes([COSIGNATURE_ED25519]) + key.public)}"
    with pytest.raises(MalformedInput):
        VerifierKey.parse(relabelled)
