"""Proof files, byte for byte (C2SP tlog-proof, "Format")."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.errors import MalformedInput
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import NoteSignature, SignedNote
from ledger.formats.tlog_proof import (
    HEADER,
    MAX_EXTRA_BYTES,
    MAX_HASHES,
    MAX_PROOF_BYTES,
    TlogProof,
)

HASHES = tuple(bytes([n]) * 32 for n in range(3))
HEAD = Checkpoint(origin="example.com/log", size=8, root=bytes(32))
LINE = NoteSignature(name="example.com/log", key_id=b"abcd", blob=bytes(64))
NOTE = SignedNote(HEAD.text(), (LINE,)).to_bytes()
PROOF = TlogProof(index=5, hashes=HASHES, checkpoint_note=NOTE)
HASH_LINES = (
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
)


def _file(head: str, note: bytes = NOTE) -> bytes:
    return head.encode() + b"\n" + note


def test_a_proof_is_written_line_by_line() -> None:
    assert PROOF.to_bytes() == _file(f"c2sp.org/tlog-proof@v1\nindex 5\n{HASH_LINES}")
    assert TlogProof.parse(PROOF.to_bytes()) == PROOF


def test_extra_data_stands_before_the_index() -> None:
    proof = replace(PROOF, extra=b"\0\xffmore")
    assert proof.to_bytes() == _file(f"{HEADER}\nextra AP9tb3Jl\nindex 5\n{HASH_LINES}")
    assert TlogProof.parse(proof.to_bytes()) == proof


def test_the_only_leaf_of_a_log_needs_no_hashes() -> None:
    note = SignedNote(replace(HEAD, size=1).text(), (LINE,)).to_bytes()
    proof = TlogProof(index=0, hashes=(), checkpoint_note=note)
    assert proof.to_bytes() == _file(f"{HEADER}\nindex 0\n", note)
    assert TlogProof.parse(proof.to_bytes()) == proof


def test_the_checkpoint_is_carried_verbatim_with_all_its_signatures() -> None:
    note = NOTE + LINE.line().encode() * 20
    assert TlogProof.parse(replace(PROOF, checkpoint_note=note).to_bytes()).checkpoint_note == note
    assert PROOF.checkpoint == HEAD


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n",
        f"{HEADER}\n",
        f"{HEADER}\n{HASH_LINES}",
        f"index 5\n{HASH_LINES}",
        f"c2sp.org/tlog-proof@v2\nindex 5\n{HASH_LINES}",
        f" {HEADER}\nindex 5\n{HASH_LINES}",
        f"{HEADER} \nindex 5\n{HASH_LINES}",
        f"{HEADER}\r\nindex 5\r\n",
        f"\ufeff{HEADER}\nindex 5\n{HASH_LINES}",
        f"{HEADER}\nindex\n{HASH_LINES}",
        f"{HEADER}\nindex \n{HASH_LINES}",
        f"{HEADER}\nindex  5\n{HASH_LINES}",
        f"{HEADER}\nindex 05\n{HASH_LINES}",
        f"{HEADER}\nindex -1\n{HASH_LINES}",
        f"{HEADER}\nindex 5 \n{HASH_LINES}",
        f"{HEADER}\nindex 8\n{HASH_LINES}",
        f"{HEADER}\nindex 9223372036854775808\n{HASH_LINES}",
        f"{HEADER}\nIndex 5\n{HASH_LINES}",
        f"{HEADER}\nindex 5\nindex 5\n{HASH_LINES}",
        f"{HEADER}\nextra\nindex 5\n{HASH_LINES}",
        f"{HEADER}\nextra \nindex 5\n{HASH_LINES}",
        f"{HEADER}\nextra AP9tb3J\nindex 5\n{HASH_LINES}",
        f"{HEADER}\nextra AP9tb3Jl\n",
        f"{HEADER}\nextra AP9tb3Jl\nextra AP9tb3Jl\nindex 5\n{HASH_LINES}",
        f"{HEADER}\nindex 5\nextra AP9tb3Jl\n{HASH_LINES}",
        f"{HEADER}\nindex 5\n{HASH_LINES[:-2]}\n",
        f"{HEADER}\nindex 5\n{HASH_LINES[:-6]}AB=\n",
        f"{HEADER}\nindex 5\n {HASH_LINES}",
        f"{HEADER}\nindex 5\nAAAA\n",
        f"{HEADER}\nindex 5\n{HASH_LINES.splitlines()[0] * 2}\n",
        f"{HEADER}\nindex 5\n" + HASH_LINES.splitlines(keepends=True)[0] * (MAX_HASHES + 1),
    ],
)
def test_a_malformed_beginning_is_refused(head: str) -> None:
    with pytest.raises(MalformedInput):
        TlogProof.parse(_file(head))


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        HEAD.text().encode(),
        HEAD.text().encode() + b"\n",
        NOTE[:-1],
        NOTE + b"\n",
        b"\n" + NOTE,
        SignedNote("text\n", (LINE,)).to_bytes(),
        SignedNote(HEAD.text() + "extension\n", (LINE,)).to_bytes(),
        SignedNote(replace(HEAD, size=5).text(), (LINE,)).to_bytes(),
        SignedNote(replace(HEAD, size=0).text(), (LINE,)).to_bytes(),
    ],
)
def test_a_malformed_checkpoint_or_one_without_the_leaf_is_refused(note: bytes) -> None:
    with pytest.raises(MalformedInput):
        TlogProof.parse(_file(f"{HEADER}\nindex 5\n{HASH_LINES}", note))
    with pytest.raises(MalformedInput):
        replace(PROOF, checkpoint_note=note)


def test_every_truncation_of_a_proof_is_refused() -> None:
    data = PROOF.to_bytes()
    for end in range(len(data)):
        with pytest.raises(MalformedInput):
            TlogProof.parse(data[:end])


def test_the_longest_proof_is_accepted_and_a_longer_one_refused() -> None:
    note = SignedNote(replace(HEAD, size=2**63 - 1).text(), (LINE,)).to_bytes()
    longest = TlogProof(index=5, hashes=HASHES[:1] * MAX_HASHES, checkpoint_note=note)
    assert TlogProof.parse(longest.to_bytes()) == longest
    with pytest.raises(MalformedInput):
        replace(longest, hashes=HASHES[:1] * (MAX_HASHES + 1))


def test_extra_data_has_limits() -> None:
    largest = replace(PROOF, extra=bytes(MAX_EXTRA_BYTES))
    assert TlogProof.parse(largest.to_bytes()) == largest
    for extra in (b"", bytes(MAX_EXTRA_BYTES + 1)):
        with pytest.raises(MalformedInput):
            replace(PROOF, extra=extra)


def test_a_file_over_the_size_limit_or_without_a_checkpoint_is_no_proof() -> None:
    for data in (PROOF.to_bytes() + b"x" * MAX_PROOF_BYTES, f"{HEADER}\nindex 5\n".encode()):
        with pytest.raises(MalformedInput) as refused:
            TlogProof.parse(data)
        assert refused.value.kind == "bad-tlog-proof"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_that_is_not_32_bytes_is_refused_in_building(size: int) -> None:
    with pytest.raises(MalformedInput):
        replace(PROOF, hashes=(bytes(size),))
