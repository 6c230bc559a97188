"""The shell lines of `docs/formats/statement.md`, run as they stand, with openssl."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ledger.seal.pem import spki_pem
from tests.golden.fixed import ACTOR, STRANGER
from tests.golden.good_statements import Made, consent_fields, make
from tests.golden.vector import FOLDER, read_vector
from tests.support.programs import needs

pytestmark = needs("bash", "openssl", "base64")

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "statement.md"
LINES = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)

KINDS = {
    path.stem: vector
    for path in sorted(FOLDER.glob("kind-*.json"))
    if (vector := read_vector(path)).is_sd_jwt
}


def run_the_lines(folder: Path, statement: str, public: bytes = ACTOR.public) -> str:
    """Run the lines in a folder that holds a statement and a key; give what they say."""
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "actor.pem").write_bytes(spki_pem(public))
    (folder / "statement.sd-jwt").write_text(statement, encoding="ascii")
    done = subprocess.run(
        ["bash", "-c", LINES[0]], cwd=folder, capture_output=True, text=True, check=False
    )
    verified = done.returncode == 0 and "Signature Verified Successfully" in done.stdout
    assert verified or "Signature Verification Failure" in done.stdout + done.stderr, done.stderr
    return "verified" if verified else "refused"


def flipped(statement: str, place: int) -> str:
    """Change one character of the issuer-signed JWT into another of its alphabet."""
    other = "A" if statement[place] != "A" else "Q"
    return statement[:place] + other + statement[place + 1 :]


@pytest.fixture
def made() -> Made:
    return make("for openssl", consent_fields("Zoë O’Example"))


def test_the_document_holds_one_block_of_shell_lines() -> None:
    assert len(LINES) == 1


def test_the_lines_verify_a_statement_with_one_field_withheld(tmp_path: Path, made: Made) -> None:
    assert run_the_lines(tmp_path, made.shown("subject_name")) == "verified"


@pytest.mark.parametrize("name", KINDS)
def test_the_lines_verify_every_kind(tmp_path: Path, name: str) -> None:
    assert run_the_lines(tmp_path, KINDS[name].data) == "verified"


def test_the_lines_verify_a_file_that_ends_in_a_newline(tmp_path: Path, made: Made) -> None:
    assert run_the_lines(tmp_path, made.shown() + "\n") == "verified"


@pytest.mark.parametrize("part", ["header", "payload", "signature"])
def test_the_lines_refuse_a_statement_with_one_character_altered(
    tmp_path: Path, made: Made, part: str
) -> None:
    statement = made.shown()
    header, payload, _ = (len(one) for one in made.jwt.decode().split("."))
    place = {"header": 20, "payload": header + 40, "signature": header + payload + 20}[part]
    assert run_the_lines(tmp_path, flipped(statement, place)) == "refused"


def test_the_lines_refuse_the_key_of_another(tmp_path: Path, made: Made) -> None:
    assert run_the_lines(tmp_path, made.shown(), STRANGER.public) == "refused"
