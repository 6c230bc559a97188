"""Whatever is done to a small bundle, it is refused or found out, and never with a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.bundles.container import decrypt, encrypt, pack, sha256sums, unpack
from ledger.bundles.receipt import open_receipt_file
from ledger.bundles.restricted import ProtectedWords, Scanner
from ledger.errors import AlterationFound, InputRefused, KeyUnavailable, LedgerError
from ledger.formats.bundle_layout import (
    ConsistencyProof,
    is_bundle_name,
    read_consistency,
    write_consistency,
)
from ledger.formats.record_page import isolated
from ledger.verify.bundle import verify_bundle
from ledger.verify.findings import Report
from ledger.verify.receipt import verify_receipt
from tests.support.two_schools import School, answer, new_school, send, sender_with_pupil

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSED = {6, 10, 11}
UNREAD_WITHOUT_A_HEAD = "consistency"
"""Proofs from heads that this receiver never saw are read, and cannot be judged."""


class Small:
    """A small bundle in every wrapping, and its receipt."""

    def __init__(self, home: Path) -> None:
        self.sender: School = sender_with_pupil(home)
        self.receiver: School = new_school(home, "receiver", "Bryn School")
        self.members = send(self.sender, self.receiver).members
        self.zip = pack(self.members)
        self.age = encrypt(self.zip, self.receiver.card.recipient)
        _, bundle = verify_bundle(self.members, self.sender.policy, self.receiver.origin)
        assert bundle is not None
        self.receipt = answer(self.receiver, bundle, self.age)

    def receive(self, age_file: bytes) -> Report:
        """Take the way of `transfer receive`, as far as bytes go."""
        return self.open(decrypt(age_file, self.receiver.identity))

    def open(self, data: bytes) -> Report:
        return self.check(unpack(data, allow=is_bundle_name))

    def check(self, members: dict[str, bytes]) -> Report:
        return verify_bundle(members, self.sender.policy, self.receiver.origin)[0]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = Small(tmp_path_factory.mktemp("small"))
    yield made
    made.sender.ledger.close()
    made.receiver.ledger.close()


def outcome(check: object, data: object) -> int:
    """Give the exit code; any other exception than ours fails the test."""
    assert callable(check)
    try:
        report = check(data)
    except (InputRefused, AlterationFound, KeyUnavailable) as refused:
        return refused.exit_code
    assert isinstance(report, Report)
    return report.exit_code


def test_the_untouched_bundle_passes(small: Small) -> None:
    assert outcome(small.receive, small.age) == 0


def _flips(data: bytes, step: int) -> Iterator[bytes]:
    for place in (*range(min(len(data), 400)), *range(400, len(data), step), len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        yield bytes(changed)


def test_an_age_file_flipped_at_any_byte_is_refused(small: Small) -> None:
    for changed in _flips(small.age, 211):
        assert outcome(small.receive, changed) in REFUSED


def test_an_age_file_cut_anywhere_is_refused(small: Small) -> None:
    for end in (*range(400), *range(400, len(small.age), 499)):
        assert outcome(small.receive, small.age[:end]) in REFUSED
    assert outcome(small.receive, small.age + b"\0") in REFUSED


def test_a_zip_flipped_or_cut_anywhere_is_refused(small: Small) -> None:
    for changed in _flips(small.zip, 211):
        # A header may ask for another version of ZIP and yet hold the very same files.
        same = outcome(small.open, changed) == 0 and unpack(changed) == small.members
        assert same or outcome(small.open, changed) in REFUSED
    for end in range(0, len(small.zip), 499):
        assert outcome(small.open, small.zip[:end]) in REFUSED


def test_every_file_flipped_under_a_right_list_of_checksums_is_found_out(small: Small) -> None:
    for name, data in small.members.items():
        if name in {"SHA256SUMS", UNREAD_WITHOUT_A_HEAD} or name.startswith("policy/"):
            continue
        for place in {*range(0, len(data), max(1, len(data) // 5)), len(data) - 1}:
            changed = bytearray(data)
            changed[place] ^= 1 << (place % 7)
            members = small.members | {name: bytes(changed)}
            members["SHA256SUMS"] = sha256sums(members)
            assert outcome(small.check, members) in REFUSED, (name, place)


def test_every_file_missing_emptied_or_cut_is_found_out(small: Small) -> None:
    for name, data in small.members.items():
        for put in (None, b"", data[: len(data) // 2], data + data):
            members = {other: held for other, held in small.members.items() if other != name}
            if put is not None:
                members[name] = put
            if name != "SHA256SUMS":
                members["SHA256SUMS"] = sha256sums(members)
            unseen = put is not None and name == UNREAD_WITHOUT_A_HEAD
            assert outcome(small.check, members) in REFUSED or unseen, name


def test_a_receipt_flipped_or_cut_anywhere_is_refused(small: Small) -> None:
    def check(data: bytes) -> Report:
        return verify_receipt(open_receipt_file(data), small.receiver.policy)[0]

    assert outcome(check, small.receipt) == 0
    for changed in _flips(small.receipt, 211):
        assert outcome(check, changed) in REFUSED
    for end in range(0, len(small.receipt), 499):
        assert outcome(check, small.receipt[:end]) in REFUSED


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.data())
def test_any_bytes_in_any_file_give_an_answer(small: Small, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(small.members)))
    members = small.members | {name: data.draw(st.binary(max_size=300))}
    if name != "SHA256SUMS":
        members["SHA256SUMS"] = sha256sums(members)
    assert outcome(small.check, members) in REFUSED


HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple)
PROOFS = st.builds(
    lambda old, more, hashes: ConsistencyProof(old, old + more, hashes),
    st.integers(1, 2**40),
    st.integers(0, 2**40),
    HASHES,
)


@given(st.lists(PROOFS, max_size=4))
def test_the_consistency_file_reads_back(proofs: list[ConsistencyProof]) -> None:
    assert read_consistency(write_consistency(proofs)) == tuple(proofs)


@given(st.binary(max_size=200) | st.text("0123456789\nABCabc=+/none", max_size=80).map(str.encode))
def test_the_consistency_file_has_one_spelling(data: bytes) -> None:
    try:
        proofs = read_consistency(data)
    except LedgerError:
        return
    assert write_consistency(proofs) == data


@given(st.text())
def test_t23_no_text_becomes_markup_or_turns_its_surroundings(text: str) -> None:
    page = isolated(text)
    inside = page.removeprefix('<bdi dir="auto">').removesuffix("</bdi>")
    assert page == f'<bdi dir="auto">{inside}</bdi>'
    assert not set("<>\"'\x00\x1b\x7f") & set(inside)
    page.encode("utf-8")


@given(
    st.text("abc deé'ßµ1234", min_size=4),
    st.sampled_from([str.upper, str.lower, str.title, lambda one: one.replace(" ", " - ")]),
    st.text(max_size=10),
)
def test_a_protected_word_is_found_in_any_case_and_spacing(
    word: str, spelling: object, around: str
) -> None:
    assert callable(spelling)
    scanner = Scanner((ProtectedWords(words=(word,)),))
    findable = sum(map(str.isalnum, word)) >= 4
    written = f"{around} {spelling(word)} {around}"
    assert scanner.certain([written]) or not findable
