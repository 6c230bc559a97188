"""One sender, one receiver and one bundle, built once for all tests that only read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ledger.bundles.container import encrypt, pack
from ledger.bundles.receipt import open_receipt_file
from ledger.verify.bundle import ReceivedBundle, verify_bundle
from tests.support.two_schools import (
    School,
    Sent,
    answer,
    confirm,
    new_school,
    send,
    sender_with_pupil,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Transfer:
    """A whole transfer, for tests that change copies of its parts."""

    sender: School
    receiver: School
    sent: Sent
    bundle: ReceivedBundle
    age_file: bytes
    receipt: bytes
    confirmation: bytes

    @property
    def members(self) -> dict[str, bytes]:
        """A copy of the bundle's files."""
        return dict(self.sent.members)

    @property
    def receipt_files(self) -> dict[str, bytes]:
        """A copy of the receipt's files."""
        return open_receipt_file(self.receipt)


@pytest.fixture(scope="package")
def transfer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transfer]:
    home: Path = tmp_path_factory.mktemp("transfer")
    sender, receiver = sender_with_pupil(home), new_school(home, "receiver", "Ysgol à’r Bryn")
    sent = send(sender, receiver)
    _, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    age_file = encrypt(pack(sent.members), receiver.card.recipient)
    receipt = answer(receiver, bundle, age_file)
    confirmation = confirm(sender, bundle, age_file, receipt)
    yield Transfer(sender, receiver, sent, bundle, age_file, receipt, confirmation)
    sender.ledger.close()
    receiver.ledger.close()


@pytest.fixture
def schools(tmp_path: Path) -> Iterator[tuple[School, School]]:
    """A sender and a receiver that the test may write to."""
    sender, receiver = sender_with_pupil(tmp_path), new_school(tmp_path, "receiver", "Bryn School")
    yield sender, receiver
    sender.ledger.close()
    receiver.ledger.close()
