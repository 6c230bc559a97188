"""Encrypting to one school, and opening what came."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pyrage
import pytest

from ledger.bundles import container
from ledger.bundles.container import (
    check_recipient,
    decrypt,
    encrypt,
    new_identity,
    pack,
    recipient_of,
    unpack,
)
from ledger.errors import InputRefused, KeyUnavailable, LedgerError
from ledger.formats import bech32

IDENTITY, RECIPIENT = new_identity(lambda length: b"B" * length)
OTHER, _ = new_identity(bytes)
DOCUMENT = (Path(__file__).parents[3] / "docs" / "formats" / "bundle-container.md").read_text(
    encoding="utf-8"
)
MEMBERS = {"manifest.sd-jwt": b"m", "SHA256SUMS": b"s"}


def test_an_identity_is_made_of_the_given_entropy_alone() -> None:
    # The example of C2SP age.md, "The X25519 recipient type".
    assert IDENTITY == "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    assert RECIPIENT == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert recipient_of(IDENTITY) == RECIPIENT


def test_a_bundle_goes_there_and_back() -> None:
    assert unpack(decrypt(encrypt(pack(MEMBERS), RECIPIENT), IDENTITY)) == MEMBERS


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1])
def test_any_size_goes_there_and_back(size: int) -> None:
    data = os.urandom(size)
    assert decrypt(encrypt(data, RECIPIENT), IDENTITY) == data


def test_two_encryptions_of_one_bundle_share_no_line() -> None:
    first, second = (encrypt(b"x", RECIPIENT).split(b"\n") for _ in range(2))
    assert set(first) & set(second) == {b"age-encryption.org/v1"}


def test_another_schools_bundle_says_only_that() -> None:
    with pytest.raises(InputRefused) as caught:
        decrypt(encrypt(b"secret", RECIPIENT), OTHER)
    assert (caught.value.kind, caught.value.exit_code) == ("not-for-this-school", 6)
    said = f"{caught.value} {caught.value.why} {caught.value.remedy}"
    assert caught.value.__cause__ is None
    assert "secret" not in said


def test_a_bundle_to_several_schools_opens_for_each() -> None:
    recipients = [pyrage.x25519.Recipient.from_str(recipient_of(key)) for key in (OTHER, IDENTITY)]
    data = pyrage.encrypt(b"x", recipients)
    assert decrypt(data, IDENTITY) == decrypt(data, OTHER) == b"x"


def test_a_bundle_under_a_passphrase_is_refused_without_trying_it() -> None:
    header = encrypt(b"x", RECIPIENT).replace(b"-> X25519 ", b"-> scrypt ")
    with pytest.raises(InputRefused) as caught:
        decrypt(header, IDENTITY)
    assert caught.value.kind == "bundle-recipient-kind"


def test_a_bundle_cut_or_flipped_at_every_byte_is_always_refused_with_exit_code_6() -> None:
    sound = encrypt(pack({"a": b"hi"}), RECIPIENT)
    broken = [sound[:length] for length in range(len(sound))]
    broken += [
        sound[:place] + bytes([octet ^ flip]) + sound[place + 1 :]
        for place, octet in enumerate(sound)
        for flip in (0x01, 0x20, 0x80, 0xFF)
    ]
    broken += [sound + b"\x00", sound + sound, b"\n" + sound]
    for data in broken:
        with pytest.raises(LedgerError) as caught:
            unpack(decrypt(data, IDENTITY))
        assert caught.value.exit_code == 6
        assert caught.value.kind in {"bundle-damaged", "not-for-this-school"}


def test_a_flipped_payload_is_told_from_a_bundle_for_another_school() -> None:
    sound = encrypt(b"hi", RECIPIENT)
    with pytest.raises(InputRefused) as caught:
        decrypt(sound[:-1] + bytes([sound[-1] ^ 1]), IDENTITY)
    assert caught.value.kind == "bundle-damaged"


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
        IDENTITY.lower(),
        IDENTITY[:-1] + "Q",
        IDENTITY + "\n",
        bech32.encode("age-secret-key-", bytes(31)).upper(),
        bech32.encode("age-secret-key-pq-", bytes(32)).upper(),
        "A" * 10_000,
    ],
)
def test_a_malformed_identity_is_named_and_not_quoted(identity: str) -> None:
    for use in (recipient_of, lambda key: decrypt(b"", key)):
        with pytest.raises(KeyUnavailable) as caught:
            use(identity)
        assert (caught.value.kind, caught.value.exit_code) == ("transport-key-malformed", 4)
        said = f"{caught.value} {caught.value.why} {caught.value.remedy}"
        assert IDENTITY[20:40] not in said
        assert caught.value.__cause__ is None


LOW_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        RECIPIENT.upper(),
        RECIPIENT[:-1] + "q",
        RECIPIENT + " ",
        IDENTITY,
        bech32.encode("age", bytes(31)),
        bech32.encode("age1pq", bytes(32)),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        *(bech32.encode("age", bytes.fromhex(key)) for key in LOW_ORDER),
    ],
)
def test_a_recipient_that_would_keep_nothing_secret_is_refused(recipient: str) -> None:
    with pytest.raises(InputRefused) as caught:
        encrypt(b"secret", recipient)
    assert (caught.value.kind, caught.value.exit_code) == ("recipient-malformed", 6)
    check_recipient(RECIPIENT)


def test_the_limits_hold_before_anything_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encrypt(b"x" * 100, RECIPIENT)
    monkeypatch.setattr(container, "AGE_BYTES_MAX", len(data))
    monkeypatch.setattr(container, "ZIP_BYTES_MAX", 100)
    assert decrypt(data, IDENTITY) == b"x" * 100
    encrypt(b"x" * 100, RECIPIENT)
    with pytest.raises(InputRefused) as too_long:
        decrypt(data + b"x", IDENTITY)
    with pytest.raises(InputRefused) as too_large:
        encrypt(b"x" * 101, RECIPIENT)
    assert too_long.value.kind == too_large.value.kind == "bundle-over-limit"


def test_the_document_names_the_limits_of_the_code() -> None:
    stated = dict(re.findall(r"^\| `([A-Z_]+_MAX)` \| (\d+) \|$", DOCUMENT, re.MULTILINE))
    limits = {name for name in container.__all__ if name.endswith("_MAX")}
    assert stated == {name: str(getattr(container, name)) for name in limits}


def test_the_documents_worked_examples_are_what_is_written() -> None:
    assert IDENTITY in DOCUMENT
    assert RECIPIENT in DOCUMENT
    assert pack({"a": b"hi"}).hex() in "".join(DOCUMENT.split())


def test_the_greatest_zip_fits_into_the_greatest_age_file() -> None:
    chunks = container.ZIP_BYTES_MAX // (64 * 1024) + 1
    assert container.ZIP_BYTES_MAX + 16 * (chunks + 1) + 16 * 1024 <= container.AGE_BYTES_MAX
