"""The worked example of `docs/formats/proof-folder.md`.

Run `python -m tests.unit.evidence.worked_example` to write it into the document.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.formats.encoding import compact_json
from ledger.formats.sd_jwt import read_sd_jwt
from tests.support.documents import write_section
from tests.support.ledger_builder import new_ledger
from tests.unit.evidence.proof_ledgers import consent, index_of, policy_txt, prove, seal

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "formats" / "proof-folder.md"
FURTHER: Final = tuple(f"authority/{number:04d}" for number in range(2, 100))
WORDS: Final = ("README.txt", "SHA256SUMS", "verify.sh")


def example_folder(home: Path) -> dict[str, bytes]:
    """Build the folder of the example."""
    built = new_ledger(home, "worked example")
    pupil = built.pupil(1)
    seal(built)
    witness = built.add_cosignature()
    built.anchor()
    given = consent(built, pupil)
    seal(built)
    built.add_cosignature()
    return prove(
        built,
        index_of(built, given),
        in_force=True,
        fields=["items", "recipient"],
        policy_txt=policy_txt(built, witness, "council"),
    )


def example_text(files: dict[str, bytes]) -> str:
    """Write what stands between the two marks."""
    sums = "\n".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}"
        for name, data in files.items()
        if name not in WORDS and not name.startswith(FURTHER)
    )
    shown = read_sd_jwt(files["statement.sd-jwt"])
    return "\n".join(
        [
            "`checkpoint.cosigned`; `checkpoint` is its first five lines:",
            "",
            _block(files["checkpoint.cosigned"].decode("utf-8")),
            "The entry's payload, its digests left out, and the fields shown:",
            "",
            _block(_lines(shown.statement.payload)),
            _block(_lines(shown.fields)),
            "`statement.tlog-proof`, above the checkpoint:",
            "",
            _block(files["statement.tlog-proof"].decode("utf-8").partition("\n\n")[0]),
            "`policy/policy.txt`:",
            "",
            _block(files["policy/policy.txt"].decode("utf-8")),
            "SHA-256 of the files, without the words about them and the middle of `authority/`:",
            "",
            _block(sums),
        ]
    )


def _lines(members: Mapping[str, object]) -> str:
    return "\n".join(
        f"{name}: {compact_json(value)}" for name, value in members.items() if name != "_sd"
    )


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


def main() -> None:
    """Write the example into the document."""
    with tempfile.TemporaryDirectory() as folder:
        text = example_text(example_folder(Path(folder) / "home"))
    write_section(DOCUMENT, text)


if __name__ == "__main__":
    main()
