"""The worked example of `docs/formats/keys.md`: made anew, compared, and opened.

`python -m tests.golden.test_keys_document` writes it into the document.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ledger.formats.encoding import b64url
from ledger.seal import content_keys, passphrase
from ledger.seal.class_key_rows import ROW_TITLE
from ledger.seal.content_keys import (
    ReadingKey,
    encryption_context,
    open_content,
    seal_content,
    unwrap_class_key,
    unwrap_data_key,
    wrap_class_key,
    wrap_data_key,
)
from ledger.seal.ed25519 import check_possession, prove_possession
from ledger.seal.key_file import (
    create_key_file,
    create_person_keys,
    machine_key_file,
    open_key_file,
    open_machine_key_file,
)
from ledger.seal.recovery import fingerprint_words, read_sheet, sheet_lines
from tests.fixed_randomness import Entropy, cobblestone_seal, hpke_seal
from tests.support.documents import section, write_section

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "formats" / "keys.md"

LID, PERSON, STREAM, KEK_ID = (
    Entropy(name)(16) for name in ("ledger", "person", "stream", "class key id")
)
CLASS_KEY, DATA_KEY, SEED = (Entropy(name)(32) for name in ("class key", "data key", "log key"))
WORDS: Final = "four unrelated fine words"
CONTENTS: Final = b"Reviewed with the family; one-to-one reading continues."
KEYS: Final = create_person_keys(LID, PERSON, Entropy("person keys"))


class FixedSalt:
    """Stands in for the library's encryptor; its salt is known."""

    def __init__(self, key: bytes, context: bytes) -> None:
        """Take what the library's encryptor takes."""
        self._key, self._context, self._text = key, context, b""

    def update(self, data: bytes) -> bytes:
        self._text += data
        return b""

    def finalize(self) -> bytes:
        salt = hashlib.sha256(b"salt " + self._context).digest()[:24]
        return cobblestone_seal(self._key, self._context, self._text, salt)


class FixedEphemeral:
    """Stands in for the library's HPKE suite; its ephemeral key is known."""

    def encrypt(self, plaintext: bytes, public_key: object, info: bytes) -> bytes:
        del public_key  # the reader of the example
        return hpke_seal(KEYS.reading.public, info, plaintext, Entropy("ephemeral")(32))


def make_artefacts() -> dict[str, bytes]:
    """Write every format once, with the library's randomness replaced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrase, "Cobblestone256Encryptor", FixedSalt)
        patch.setattr(content_keys, "Cobblestone256Encryptor", FixedSalt)
        patch.setattr(content_keys, "_SUITE", FixedEphemeral())
        reader = KEYS.reading.public
        return {
            "person": create_key_file(KEYS, WORDS, Entropy("argon2 salt")),
            "machine": machine_key_file("log", SEED),
            "possession": prove_possession(KEYS.signing, LID, PERSON),
            "class": wrap_class_key(CLASS_KEY, "general", KEK_ID, LID, reader),
            "data": wrap_data_key(CLASS_KEY, DATA_KEY, lid=LID, stream=STREAM),
            "contents": seal_content(DATA_KEY, encryption_context(LID, STREAM, 7), CONTENTS),
        }


@pytest.fixture(scope="module")
def artefacts() -> dict[str, bytes]:
    return make_artefacts()


def _block(title: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"{title}\n\n```\n{body}\n```\n\n"


def _hex(data: bytes) -> list[str]:
    text = data.hex()
    return [text[at : at + 96] for at in range(0, len(text), 96)]


def _given() -> str:
    names = {
        "lid": LID,
        "person": PERSON,
        "stream": STREAM,
        "kek_id": KEK_ID,
        "signing seed": KEYS.signing.seed_bytes(),
        "reading secret": KEYS.reading.secret_bytes(),
        "reading public": KEYS.reading.public,
        "class key": CLASS_KEY,
        "data key": DATA_KEY,
        "ephemeral secret": Entropy("ephemeral")(32),
    }
    lines = [f"{name:<17}{value.hex()}" for name, value in names.items()]
    return _block("Given, in hexadecimal; the passphrase is `" + WORDS + "`:", lines)


def write_example(made: dict[str, bytes]) -> str:
    """Write the example as it stands between the two marks of the document."""
    contents = made["contents"]
    shown = [
        *_hex(contents[:96]),
        f"({len(contents)} bytes, SHA-256 {hashlib.sha256(contents).hexdigest()})",
    ]
    return "\n" + "".join(
        (
            _given(),
            _block("Person's key file:", [made["person"].decode("ascii").rstrip("\n")]),
            _block("Machine key file:", [made["machine"].decode("ascii").rstrip("\n")]),
            _block("Proof of possession, base64url:", [b64url(made["possession"])]),
            _block("Class key row of the class `general`:", _hex(made["class"])),
            _block("Data key row:", _hex(made["data"])),
            _block(f"Contents `{CONTENTS.decode()}` at `seq` 7, their first bytes:", shown),
            _block("Recovery sheet of the reading key:", sheet_lines(KEYS.reading.secret_bytes())),
            _block(
                "Fingerprint of the signing key in words:", [fingerprint_words(KEYS.signing.public)]
            ),
        )
    )


def test_the_worked_example_is_what_the_program_writes(artefacts: dict[str, bytes]) -> None:
    assert section(DOCUMENT) == write_example(artefacts)


def test_the_program_opens_the_files_of_the_example(artefacts: dict[str, bytes]) -> None:
    opened = open_key_file(artefacts["person"], WORDS)
    assert opened == KEYS
    assert opened.reading.secret_bytes() == KEYS.reading.secret_bytes()
    assert open_machine_key_file(artefacts["machine"], "log").seed_bytes() == SEED
    check_possession(KEYS.signing.public, artefacts["possession"], LID, PERSON)


def test_the_program_opens_the_rows_of_the_example(artefacts: dict[str, bytes]) -> None:
    reading = ReadingKey(KEYS.reading.secret_bytes())
    name, class_key = unwrap_class_key(reading, artefacts["class"], KEK_ID, LID)
    assert (name, class_key) == ("general", CLASS_KEY)
    data_key = unwrap_data_key(class_key, artefacts["data"], lid=LID, stream=STREAM)
    context = encryption_context(LID, STREAM, 7)
    assert open_content(data_key, context, artefacts["contents"]) == CONTENTS
    assert [len(artefacts[name]) for name in ("class", "data", "contents")] == [144, 104, 1096]


def test_the_sheet_of_the_example_reads_back(artefacts: dict[str, bytes]) -> None:
    sheet = write_example(artefacts).split("Recovery sheet of the reading key:\n\n```\n")[1]
    typed = sheet.split("\n```")[0].splitlines()
    assert read_sheet(typed) == KEYS.reading.secret_bytes()


def test_the_document_names_every_title_that_is_signed_or_bound() -> None:
    before, _, _ = DOCUMENT.read_text("utf-8").partition(section(DOCUMENT))
    for title in (
        "send-ledger/v1/possession",
        "send-ledger/v1/wrapped\n",
        "send-ledger/v1/person-keys",
        "send-ledger/v1/machine-key",
        content_keys.CLASS_KEY_TITLE,
        content_keys.DATA_KEY_TITLE,
        ROW_TITLE,
        "send-ledger/v1/recovery-sheet",
        "send-ledger/v1/fingerprint",
    ):
        assert title in before


if __name__ == "__main__":
    write_section(DOCUMENT, write_example(make_artefacts()))
