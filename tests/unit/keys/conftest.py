"""One person's key file, made once: each passphrase check costs a third of a second."""

from __future__ import annotations

from typing import Final

import pytest

from ledger.seal.key_file import PersonKeys, create_key_file, create_person_keys
from tests.fixed_randomness import Entropy

PASSPHRASE: Final = "correct horse battery"  # noqa: S105 - opens nothing but this test's file


@pytest.fixture(scope="session")
def person_keys() -> PersonKeys:
    return create_person_keys(bytes(range(16)), bytes(range(16, 32)), Entropy("person"))


@pytest.fixture(scope="session")
def key_file(person_keys: PersonKeys) -> bytes:
    return create_key_file(person_keys, PASSPHRASE, Entropy("file"))


@pytest.fixture(scope="session")
def passphrase() -> str:
    return PASSPHRASE
