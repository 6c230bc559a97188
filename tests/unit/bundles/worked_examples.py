"""The worked examples of `docs/formats/bundle.md` and `docs/formats/receipt.md`.

Run `python -m tests.unit.bundles.worked_examples` to write them into the documents.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.aggregates.handover import ACCEPTED
from ledger.aggregates.record_transfer import Omission
from ledger.bundles.container import pack
from ledger.bundles.receipt import open_receipt_file
from ledger.formats.bundle_layout import Attachment
from ledger.formats.encoding import compact_json
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.verify.bundle import verify_bundle
from tests.support.documents import write_section
from tests.support.two_schools import answer, confirm, new_school, send, sender_with_pupil

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: Final = Path(__file__).parents[3] / "docs" / "formats"
BUNDLE, RECEIPT = FORMATS / "bundle.md", FORMATS / "receipt.md"
WORDS: Final = ("README.txt", "SHA256SUMS", "padding", "record.html")
"""Files whose wording may change from version to version, and what depends on it."""
AGE_FILE: Final = b"the bundle, encrypted\n"
"""age encrypts anew each time, so these bytes stand for its file."""


@dataclass(frozen=True, slots=True)
class Example:
    """What two schools sent to each other."""

    bundle: Mapping[str, bytes]
    receipt: bytes
    confirmation: bytes


def make_example(folder: Path) -> Example:
    """Play the handover of the example."""
    sender, receiver = sender_with_pupil(folder), new_school(folder, "receiver", "Bryn School")
    earlier = sender.seal()
    sent = send(
        sender,
        receiver,
        earlier=(int(earlier.split(b"\n")[1]),),
        attachments=(Attachment(name="kXb3vQ", kind="text", data=b"Reads fluently.\n"),),
        omissions=(Omission("access_log", "It concerns this school's staff."),),
    )
    _, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    receipt = answer(receiver, bundle, AGE_FILE, ACCEPTED)
    confirmation = confirm(sender, bundle, AGE_FILE, receipt)
    sender.ledger.close()
    receiver.ledger.close()
    return Example(sent.members, receipt, confirmation)


def bundle_text(example: Example) -> str:
    """Write the example of a bundle."""
    files = example.bundle
    size = len(pack(files))
    return "\n".join(
        [
            f"{len(files)} files in a ZIP of {size:,} bytes. The manifest's fields:",
            "",
            _block(_fields(files["manifest.sd-jwt"])),
            "`statements_digest` is SHA-256 over these, joined, in the order of the log:",
            "",
            _block(
                "\n".join(
                    f"{hashlib.sha256(data.split(b'~')[0]).hexdigest()}  the JWT of {name}"
                    for name, data in sorted(files.items())
                    if name.startswith("statements/0") and name.endswith(".sd-jwt")
                )
            ),
            "`checkpoint`:",
            "",
            _block(files["checkpoint"].decode()),
            "`consistency`:",
            "",
            _block(files["consistency"].decode()),
            "`attachments.txt`; SHA-256 of these bytes is `attachments_digest`:",
            "",
            _block(files["attachments.txt"].decode()),
            "SHA-256 of files; the page, the padding and the middle of `authority/` are left out:",
            "",
            _block(_sums(files)),
        ]
    )


def receipt_text(example: Example) -> str:
    """Write the example of a receipt and its confirmation."""
    receipt, confirmation = map(open_receipt_file, (example.receipt, example.confirmation))
    return "\n".join(
        [
            "The fields of the receipt:",
            "",
            _block(_fields(receipt["receipt.sd-jwt"])),
            "`sender-checkpoint`, the bundle's `checkpoint` and the receiver's cosignature:",
            "",
            _block(receipt["sender-checkpoint"].decode()),
            "SHA-256 of its files, without the words about them and the middle of `authority/`:",
            "",
            _block(_sums(receipt)),
            "The fields of the confirmation; `receipt` is SHA-256 of the whole file above:",
            "",
            _block(_fields(confirmation["receipt.sd-jwt"])),
        ]
    )


def _fields(data: bytes) -> str:
    fields = read_sd_jwt(data).fields
    return "\n".join(f"{name}: {compact_json(value)}" for name, value in fields.items())


def _sums(files: Mapping[str, bytes]) -> str:
    return "\n".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}"
        for name, data in sorted(files.items())
        if name not in WORDS and (not name.startswith("authority/00") or "/0001." in name)
    )


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


def main() -> None:
    """Write the examples into the documents."""
    with tempfile.TemporaryDirectory() as folder:
        example = make_example(Path(folder))
    for page, text in ((BUNDLE, bundle_text(example)), (RECEIPT, receipt_text(example))):
        write_section(page, text)


if __name__ == "__main__":
    main()
