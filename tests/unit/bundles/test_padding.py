"""The length of a bundle does not tell how much there is about a child (decision 0016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.pupil import Pupil
from ledger.bundles.container import pack
from ledger.formats.bundle_layout import PADDING, SMALLEST_ARCHIVE, Attachment, padding_for
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.zip_archive import ZIP_BYTES_MAX, archive_size
from ledger.seal.content_keys import padded_size
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import School, send

if TYPE_CHECKING:
    from tests.unit.bundles.conftest import Transfer


def padded(members: dict[str, bytes]) -> dict[str, bytes]:
    whole = members | {PADDING: padding_for(members)}
    return whole | {SUMS_NAME: sha256sums(whole)}


def test_a_short_record_and_a_longer_one_make_files_of_one_length(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    short = send(sender, receiver)
    pupil = Pupil(sender.pupil)
    with sender.ledger.reading_file() as log:
        pupil.version = log.stream_length(sender.pupil.bytes)
    for _ in range(20):
        sender.ledger.year_group(pupil, "6")
    longer = send(sender, receiver, sequence=2)
    assert longer.contents.statements_count == short.contents.statements_count + 20
    assert {len(pack(one.members)) for one in (short, longer)} == {SMALLEST_ARCHIVE}
    report, _ = verify_bundle(longer.members, sender.policy, receiver.origin)
    assert report.result == "intact"


def test_a_bundle_fills_a_power_of_two_where_it_is_kept(transfer: Transfer) -> None:
    archive = pack(transfer.members)
    assert len(archive) == SMALLEST_ARCHIVE == 2**20 - 1
    assert padded_size(len(archive)) == 2**20


@pytest.mark.parametrize("size", [0, 2**19, 2**20 - 600, 2**20, 3 * 2**20, 2**22])
def test_every_archive_is_one_byte_short_of_a_power_of_two(size: int) -> None:
    whole = padded({"a": bytes(size), "b/c": b"x"})
    length = len(pack(whole))
    assert length == archive_size({name: len(data) for name, data in whole.items()})
    assert (length + 1).bit_count() == 1
    assert max(size, 2**20 - 1) <= length < 2 * max(size + 600, 2**20)


def test_the_greatest_archive_is_within_the_limit_and_a_greater_one_is_not_filled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (ZIP_BYTES_MAX + 1).bit_count() == 2
    monkeypatch.setattr("ledger.formats.bundle_layout.ZIP_BYTES_MAX", 2**21)
    assert len(pack(padded({"a": bytes(2**20)}))) == 2**21 - 1
    assert padding_for({"a": bytes(2**21)}) == b""


def test_documents_count_too(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    scan = Attachment(name="scan", kind="text", data=b"a" * 2**20)
    sent = send(sender, receiver, attachments=(scan,))
    assert len(pack(sent.members)) == 2**21 - 1
