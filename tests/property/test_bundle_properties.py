"""Whatever is done to a small bundle, it is refused or found out, and never with a traceback."""

from __future__ import annotations

import struct
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
    from collections.abc import Iterable, Iterator
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


def _flipped(data: bytes, places: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        yield place, bytes(changed)


def _sample(data: bytes) -> list[int]:
    """Give places: each of the first 400, and every 211th from there, and the last."""
    return [*range(min(len(data), 400)), *range(400, len(data), 211), len(data) - 1]


def test_an_age_file_flipped_in_its_header_or_at_many_places_behind_is_refused(
    small: Small,
) -> None:
    header = small.age.index(b"\n--- ") + len("\n--- ") + 43
    assert header < 400
    for _place, changed in _flipped(small.age, _sample(small.age)):
        assert outcome(small.receive, changed) in REFUSED


def test_an_age_file_cut_in_its_header_at_many_places_behind_or_added_to_is_refused(
    small: Small,
) -> None:
    for end in (*range(400), *range(400, len(small.age), 499), len(small.age) - 1):
        assert outcome(small.receive, small.age[:end]) in REFUSED
    assert outcome(small.receive, small.age + b"\0") in REFUSED


def _headers(data: bytes) -> tuple[set[int], set[int]]:
    """Give the places of a ZIP that are in no file, and those of them that say nothing of one.

    What says nothing: which ZIP made it or is needed, and with which attributes.
    """
    (start,) = struct.unpack_from("<I", data, len(data) - 6)
    places, idle, at = set(range(start, len(data))), set[int](), start
    while data[at : at + 4] == b"PK\x01\x02":
        (length,) = struct.unpack_from("<H", data, at + 28)
        (local,) = struct.unpack_from("<I", data, at + 42)
        places |= set(range(local, local + 30 + length))
        idle |= {local + 4, *range(at + 4, at + 7), *range(at + 36, at + 42)}
        at += 46 + length
    return places, idle


def test_a_zip_of_a_few_files_flipped_at_any_byte_is_refused_or_the_same(small: Small) -> None:
    few = dict(sorted(small.members.items(), key=lambda one: len(one[1]))[:4])
    data = pack(few)
    headers, idle = _headers(data)
    assert len(headers) < len(data)
    alike = set()
    for place, changed in _flipped(data, range(len(data))):
        try:
            assert unpack(changed, allow=is_bundle_name) == few, place
        except InputRefused:
            continue
        alike.add(place)
    assert alike <= idle


def test_a_whole_zip_flipped_at_many_places_is_refused_or_the_same(small: Small) -> None:
    for place, changed in _flipped(small.zip, range(0, len(small.zip), 499)):
        try:
            assert unpack(changed, allow=is_bundle_name) == small.members, place
        except InputRefused:
            continue


def test_a_zip_cut_at_many_places_is_refused(small: Small) -> None:
    for end in (*range(400), *range(400, len(small.zip), 499), len(small.zip) - 1):
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


def test_a_receipt_flipped_or_cut_at_many_places_is_refused(small: Small) -> None:
    def check(data: bytes) -> Report:
        return verify_receipt(open_receipt_file(data), small.receiver.policy)[0]

    assert outcome(check, small.receipt) == 0
    for _place, changed in _flipped(small.receipt, _sample(small.receipt)):
        assert outcome(check, changed) in REFUSED
    for end in (*range(0, len(small.receipt), 499), len(small.receipt) - 1):
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
