"""A person's key file and the machine keys."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import InputRefused, KeyUnavailable, MalformedInput
from ledger.formats.encoding import b64url
from ledger.seal import key_file as key_file_module
from ledger.seal.content_keys import ReadingKey
from ledger.seal.ed25519 import SigningKey
from ledger.seal.key_file import (
    MACHINE_PURPOSES,
    PersonKeys,
    create_key_file,
    create_person_keys,
    machine_key_file,
    open_key_file,
    open_machine_key_file,
    read_key_file,
)
from tests.fixed_randomness import Entropy

SEED = bytes(range(32))


def _changed(document: bytes, *path: str, value: Any) -> bytes:
    members = json.loads(document)
    place = members
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return json.dumps(members).encode("ascii")


def test_a_key_file_opens_to_the_keys_that_went_in(
    key_file: bytes, person_keys: PersonKeys, passphrase: str
) -> None:
    opened = open_key_file(key_file, passphrase)
    assert opened == person_keys
    assert opened.signing.seed_bytes() == person_keys.signing.seed_bytes()
    assert opened.reading.secret_bytes() == person_keys.reading.secret_bytes()


def test_a_key_file_stays_locked_to_another_passphrase(key_file: bytes) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        open_key_file(key_file, "correct horse battery staple")
    assert caught.value.kind == "wrong-passphrase"


def test_a_key_file_says_whose_it_is_and_holds_no_secret_in_the_clear(
    key_file: bytes, person_keys: PersonKeys
) -> None:
    file = read_key_file(key_file)
    assert (file.lid, file.person) == (person_keys.lid, person_keys.person)
    assert file.signing_public == person_keys.signing.public
    assert file.reading_public == person_keys.reading.public
    for secret in (person_keys.signing.seed_bytes(), person_keys.reading.secret_bytes()):
        assert secret not in key_file
        assert b64url(secret).encode("ascii") not in key_file


def test_a_key_file_whose_public_key_is_not_that_of_its_secret_is_refused(
    person_keys: PersonKeys, passphrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file_module, "derive_kek", lambda *_: bytes(32))
    lying = SigningKey(SEED)
    for name in ("public", "kid"):
        object.__setattr__(lying, name, getattr(person_keys.signing, name))
    keys = replace(person_keys, signing=lying)
    with pytest.raises(MalformedInput) as caught:
        open_key_file(create_key_file(keys, passphrase, Entropy("lying")), passphrase)
    assert "public keys are not those" in caught.value.why


@pytest.mark.parametrize("member", ["lid", "person"])
def test_a_key_file_moved_to_another_ledger_or_person_does_not_open(
    key_file: bytes, passphrase: str, member: str
) -> None:
    with pytest.raises(KeyUnavailable):
        open_key_file(_changed(key_file, member, value=b64url(bytes(16))), passphrase)


def test_the_two_wrapped_keys_cannot_change_places(key_file: bytes, passphrase: str) -> None:
    members = json.loads(key_file)
    signing, reading = members["signing"], members["reading"]
    signing["wrapped"], reading["wrapped"] = reading["wrapped"], signing["wrapped"]
    with pytest.raises(KeyUnavailable):
        open_key_file(json.dumps(members).encode("ascii"), passphrase)


def test_a_key_file_with_another_public_key_does_not_open(key_file: bytes, passphrase: str) -> None:
    other = b64url(ReadingKey(SEED).public)
    with pytest.raises(KeyUnavailable):
        open_key_file(_changed(key_file, "reading", "public", value=other), passphrase)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "send-ledger/v1/machine-key"),
        (("cipher",), "none"),
        (("lid",), "AAAA"),
        (("signing", "kid"), "AAAA"),
        (("signing", "public"), b64url(bytes(31))),
        (("signing", "wrapped"), b64url(bytes(103))),
        (("signing", "seed"), "AAAA"),
        (("reading",), None),
        (("kdf", "salt"), b64url(bytes(15))),
        (("name",), "somebody"),
    ],
)
def test_a_key_file_of_another_shape_is_refused_before_the_passphrase_is_tried(
    key_file: bytes, path: tuple[str, ...], value: object
) -> None:
    with pytest.raises(MalformedInput):
        read_key_file(_changed(key_file, *path, value=value))


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b"\xff", b"{" * 100])
def test_a_file_that_is_no_key_document_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedInput) as caught:
        read_key_file(document)
    assert caught.value.kind == "bad-key-file"


def test_a_key_file_longer_than_any_is_refused_even_for_white_space(key_file: bytes) -> None:
    with pytest.raises(MalformedInput) as caught:
        read_key_file(key_file + b" " * 16384)
    assert "longer" in caught.value.why


def test_a_key_file_with_weakened_parameters_is_refused(key_file: bytes) -> None:
    with pytest.raises(InputRefused) as caught:
        read_key_file(_changed(key_file, "kdf", "memory_kib", value=8))
    assert caught.value.kind == "argon2-parameters"


def test_keys_are_written_under_a_good_passphrase_and_a_new_salt_each_time(
    key_file: bytes, person_keys: PersonKeys, passphrase: str
) -> None:
    again = create_key_file(person_keys, passphrase, Entropy("again"))
    assert read_key_file(again).parameters.salt != read_key_file(key_file).parameters.salt
    with pytest.raises(InputRefused) as caught:
        create_key_file(person_keys, "short", Entropy("short"))
    assert caught.value.kind == "passphrase-too-short"


def test_the_keys_of_two_people_share_nothing() -> None:
    entropy = Entropy("two people")
    one, two = (create_person_keys(bytes(16), bytes([n]) * 16, entropy) for n in (1, 2))
    secrets = {
        secret
        for keys in (one, two)
        for secret in (keys.signing.seed_bytes(), keys.reading.secret_bytes())
    }
    assert len(secrets) == 4


def test_printing_opened_keys_shows_no_secret(person_keys: PersonKeys) -> None:
    shown = repr(person_keys)
    for secret in (person_keys.signing.seed_bytes(), person_keys.reading.secret_bytes()):
        assert repr(secret) not in shown
        assert b64url(secret) not in shown


@pytest.mark.parametrize("purpose", sorted(MACHINE_PURPOSES))
def test_a_machine_key_serves_its_own_purpose_only(purpose: str) -> None:
    document = machine_key_file(purpose, SEED)
    assert open_machine_key_file(document, purpose) == SigningKey(SEED)
    for other in MACHINE_PURPOSES - {purpose}:
        with pytest.raises(MalformedInput):
            open_machine_key_file(document, other)


def test_no_machine_key_is_made_for_a_person_or_the_root() -> None:
    for purpose in ("root", "head", ""):
        with pytest.raises(MalformedInput):
            machine_key_file(purpose, SEED)
        with pytest.raises(MalformedInput):
            open_machine_key_file(machine_key_file("log", SEED), purpose)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("kid", "AAAA"),
        ("public", b64url(bytes(32))),
        ("seed", b64url(bytes(32))),
        ("seed", b64url(bytes(31))),
        ("more", 1),
    ],
)
def test_a_machine_key_file_that_contradicts_itself_is_refused(member: str, value: object) -> None:
    with pytest.raises(MalformedInput):
        open_machine_key_file(_changed(machine_key_file("log", SEED), member, value=value), "log")
