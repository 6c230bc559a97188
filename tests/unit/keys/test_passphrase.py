"""Secrets under a passphrase: what opens them, what never does."""

from __future__ import annotations

import pytest

from ledger.errors import InputRefused, KeyUnavailable, MalformedInput
from ledger.seal import passphrase as module
from ledger.seal.passphrase import (
    CEILING,
    FLOOR,
    Argon2Parameters,
    check_new_passphrase,
    derive_kek,
    read_parameters,
    unwrap_under,
    wrap_under,
    wrapping_context,
)

SALT = bytes(range(16))
PARAMETERS = Argon2Parameters(salt=SALT)
SECRET = b"thirty-two bytes of root secret!"


def test_the_same_words_typed_in_another_unicode_form_give_the_same_key() -> None:
    typed = derive_kek("Zoë's long passphrase", PARAMETERS)
    assert derive_kek("Zoe\u0308's long passphrase", PARAMETERS) == typed
    assert derive_kek("Zoe's long passphrase", PARAMETERS) != typed


def test_a_wrong_passphrase_is_named_as_such_and_shows_nothing() -> None:
    context = wrapping_context("root", "key-1", PARAMETERS)
    wrapped = wrap_under(bytes(32), context, SECRET)
    assert SECRET not in wrapped
    with pytest.raises(KeyUnavailable) as caught:
        unwrap_under(bytes([1]) * 32, context, wrapped)
    assert (caught.value.kind, caught.value.exit_code) == ("wrong-passphrase", 4)


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize(("bound", "step"), [(FLOOR, -1), (CEILING, 1)])
def test_argon2_parameters_out_of_bounds_are_refused_before_any_work(
    which: int, bound: tuple[int, int, int], step: int
) -> None:
    costs = list(bound)
    costs[which] += step
    members = {"memory_kib": costs[0], "iterations": costs[1], "lanes": costs[2]}
    with pytest.raises(InputRefused) as caught:
        read_parameters({**PARAMETERS.members(), **members})
    assert (caught.value.kind, caught.value.exit_code) == ("argon2-parameters", 6)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "pbkdf2"},
        {"salt": "AAAA"},
        {"memory_kib": "65536"},
        {"lanes": True},
        {"iterations": None},
    ],
)
def test_argon2_parameters_of_another_kind_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedInput):
        read_parameters({**PARAMETERS.members(), **change})


def test_argon2_parameters_read_and_write_alike() -> None:
    assert read_parameters(PARAMETERS.members()) == PARAMETERS


def test_the_key_encryption_key_is_that_of_argon2id(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    class Recorded:
        def __init__(self, **arguments: object) -> None:
            asked.update(arguments)

        def derive(self, passphrase: bytes) -> bytes:
            return passphrase.ljust(32, b".")

    monkeypatch.setattr(module, "Argon2id", Recorded)
    assert derive_kek("Ångström", PARAMETERS) == "Ångström".encode().ljust(32, b".")
    assert asked == {
        "salt": SALT,
        "length": 32,
        "iterations": 3,
        "lanes": 1,
        "memory_cost": 65536,
    }


@pytest.mark.parametrize("short", ["", "short", "elevenchars", "e\u0308" * 11])
def test_a_new_passphrase_below_twelve_characters_is_refused_with_a_remedy(short: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_new_passphrase(short)
    assert caught.value.kind == "passphrase-too-short"
    assert "words" in caught.value.remedy


def test_a_new_passphrase_of_twelve_characters_will_do() -> None:
    check_new_passphrase("twelve chars")
    check_new_passphrase("e\u0308" * 12)


def test_a_passphrase_that_is_a_file_or_no_text_is_refused() -> None:
    for odd, kind in (("a" * 1025, "passphrase-too-long"), ("\ud800" * 12, "passphrase-not-text")):
        with pytest.raises(InputRefused) as caught:
            check_new_passphrase(odd)
        assert caught.value.kind == kind


def test_a_wrapped_secret_opens_in_its_own_context_only() -> None:
    kek, other_salt = bytes(32), Argon2Parameters(salt=bytes(16))
    context = wrapping_context("root", "key-1", PARAMETERS)
    wrapped = wrap_under(kek, context, SECRET)
    assert unwrap_under(kek, context, wrapped) == SECRET
    for other in (
        wrapping_context("log", "key-1", PARAMETERS),
        wrapping_context("root", "key-2", PARAMETERS),
        wrapping_context("root", "key-1", other_salt),
        wrapping_context("root", "key-1", Argon2Parameters(salt=SALT, iterations=4)),
        wrapping_context("root", "key-1", Argon2Parameters(salt=SALT, memory_kib=65537)),
    ):
        with pytest.raises(KeyUnavailable):
            unwrap_under(kek, other, wrapped)


def test_the_context_is_four_plain_lines() -> None:
    assert wrapping_context("root", "key-1", PARAMETERS) == (
        b"send-ledger/v1/wrapped\nroot\nkey-1\nargon2id 65536 3 1 AAECAwQFBgcICQoLDA0ODw\n"
    )


@pytest.mark.parametrize("odd", ["two\nlines", "naïve", "tab\t"])
def test_a_purpose_that_would_blur_the_lines_is_refused(odd: str) -> None:
    with pytest.raises(MalformedInput):
        wrapping_context(odd, "key-1", PARAMETERS)
    with pytest.raises(MalformedInput):
        wrapping_context("root", odd, PARAMETERS)
