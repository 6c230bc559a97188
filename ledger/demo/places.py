"""Where everything of the demonstration is: folders and file names, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import UsageError
from ledger.seal.private_files import make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.demo.schools import DemoSchool


@dataclass(frozen=True, slots=True)
class SchoolPlaces:
    """One school's files.

    Attributes:
        root: the folder of the whole demonstration.
        folder: the school's own part of a path.
    """

    root: Path
    folder: str

    @property
    def home(self) -> Path:
        """The school's home."""
        return self.root / "homes" / self.folder

    @property
    def people(self) -> Path:
        """Passphrase files, the root key, the recovery sheet: what people would keep apart."""
        return self.root / "people" / self.folder

    @property
    def register(self) -> Path:
        """The register as the school's system exports it."""
        return self.root / "registers" / f"{self.folder}.csv"

    @property
    def card(self) -> Path:
        """The school's public card."""
        return self.root / "cards" / f"{self.folder}.card"

    def passphrase_file(self, handle: str) -> Path:
        """A person's passphrase."""
        return self.people / f"{handle}.passphrase"


@dataclass(frozen=True, slots=True)
class Places:
    """Everything of one demonstration.

    Attributes:
        root: its folder.
    """

    root: Path

    def school(self, school: DemoSchool) -> SchoolPlaces:
        """One school's files."""
        return SchoolPlaces(self.root, school.folder)

    @property
    def bundle(self) -> Path:
        """The pupil's record on its way."""
        return self.root / "handover" / "record.age"

    @property
    def received_receipt(self) -> Path:
        """The receiver's word that every byte came in."""
        return self.root / "handover" / "received.receipt"

    @property
    def receipt(self) -> Path:
        """The receiver's signed acceptance."""
        return self.root / "handover" / "accepted.receipt"

    @property
    def confirmation(self) -> Path:
        """The sender's signed confirmation of that acceptance."""
        return self.root / "handover" / "confirmation.receipt"

    @property
    def consent_form(self) -> Path:
        """The made-up scan of a signed form."""
        return self.root / "handover" / "consent-form.txt"

    @property
    def proof(self) -> Path:
        """The proof of one consent."""
        return self.root / "proof"

    @property
    def policy(self) -> Path:
        """What somebody outside knows of the sender: its keys, its first statement."""
        return self.root / "policy"

    @property
    def receiver_policy(self) -> Path:
        """What somebody outside knows of the receiver."""
        return self.root / "policy-receiver"

    @property
    def authority(self) -> Path:
        """The demonstration's own time-stamp authority."""
        return self.root / "time-stamp-authority"

    @property
    def tampered(self) -> Path:
        """The copies that were altered."""
        return self.root / "tampered"

    @property
    def summary(self) -> Path:
        """What the demonstration did, for programs."""
        return self.root / "summary.json"

    @property
    def readme(self) -> Path:
        """What is where, for people."""
        return self.root / "README.txt"

    def make(self) -> None:
        """Make the folders, all of them closed to others.

        Raises:
            UsageError: the folder is not empty.
            StorageFailed: it cannot be made.
        """
        if self.root.exists() and any(self.root.iterdir()):
            raise UsageError(
                "The folder is not empty; nothing was played.",
                remedy="Name a folder that does not exist yet.",
                kind="folder-not-empty",
            )
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)  # empty and about to hold keys: closed, however it was made
        for name in ("homes", "people", "registers", "cards", "handover", "tampered"):
            make_private_folder(self.root / name)
