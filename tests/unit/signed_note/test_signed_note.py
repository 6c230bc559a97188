"""Notes and their signature lines, byte for byte (C2SP signed-note, "Format")."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats.signed_note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    SignedNote,
    VerifierKey,
)

# The examples of C2SP signed-note.md.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_LINE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n"
)
EXAMPLE = f"This is an example message.\n\n{EXAMPLE_LINE}"
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
    "ed è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGI"
    "TLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
LINE = NoteSignature(name="k", key_id=b"\0\1\2\3", blob=b"s").line()


def _refusal(data: bytes) -> str:
    with pytest.raises(MalformedInput) as refused:
        SignedNote.parse(data)
    return refused.value.kind


def test_the_example_note_is_read_and_written_back() -> None:
    note = SignedNote.parse(EXAMPLE.encode())
    assert note.text == "This is an example message.\n"
    assert [s.name for s in note.signatures] == ["example.com/foo"]
    assert note.signatures[0].key_id.hex() == "530d903a"
    assert len(note.signatures[0].blob) == 64
    assert note.signatures[0].is_by(VerifierKey.parse(EXAMPLE_KEY))
    assert note.to_bytes() == EXAMPLE.encode()


def test_the_last_empty_line_separates_so_a_text_may_hold_empty_lines() -> None:
    note = SignedNote.parse(POEM.encode())
    assert note.text.endswith(":\n\ned è subito sera.\n")
    assert note.to_bytes() == POEM.encode()


@pytest.mark.parametrize("text", ["\n", "\n\n", "a\n\n", "\na\n", "— a\n", f"a\n\n{LINE}"])
def test_any_text_that_ends_in_a_newline_goes_there_and_back(text: str) -> None:
    note = SignedNote(text, (NoteSignature.parse(LINE),))
    assert SignedNote.parse(note.to_bytes()) == note


def test_a_line_claims_a_key_only_when_name_and_id_both_match() -> None:
    line = SignedNote.parse(EXAMPLE.encode()).signatures[0]
    key = VerifierKey.parse(EXAMPLE_KEY)
    other_name = VerifierKey(name="example.com/bar", type=key.type, public=key.public)
    other_key = VerifierKey(name=key.name, type=key.type, public=bytes(32))
    assert not line.is_by(other_name)
    assert not line.is_by(other_key)
    assert not NoteSignature(name="example.com/bar", key_id=line.key_id, blob=b"s").is_by(key)


@pytest.mark.parametrize("count", [1, 16, 17, MAX_SIGNATURES])
def test_at_least_sixteen_signatures_are_accepted(count: int) -> None:
    data = ("text\n\n" + LINE * count).encode()
    assert len(SignedNote.parse(data).signatures) == count


def test_sixteen_post_quantum_signatures_are_accepted() -> None:
    long_line = NoteSignature(name="k", key_id=b"\0\1\2\3", blob=b"s" * 5000).line()
    assert len(SignedNote.parse(("text\n\n" + long_line * 16).encode()).signatures) == 16


def test_more_signatures_than_the_limit_are_refused_in_reading_and_in_building() -> None:
    assert _refusal(("text\n\n" + LINE * (MAX_SIGNATURES + 1)).encode()) == "bad-note"
    with pytest.raises(MalformedInput):
        SignedNote("text\n", (NoteSignature.parse(LINE),) * (MAX_SIGNATURES + 1))


def test_a_note_over_the_size_limit_is_refused() -> None:
    room = MAX_NOTE_BYTES - len(f"\n\n{LINE}".encode())
    assert len(SignedNote.parse(("a" * room + "\n\n" + LINE).encode()).text) == room + 1
    assert _refusal(("a" * (room + 1) + "\n\n" + LINE).encode()) == "note-too-large"


@pytest.mark.parametrize("code", [c for c in range(0x20) if c != 0x0A])
def test_a_control_character_is_refused_wherever_it_stands(code: int) -> None:
    assert _refusal(f"te{chr(code)}xt\n\n{LINE}".encode()) == "bad-note"
    assert _refusal(f"text\n\n— k{chr(code)}k AAECA3M=\n".encode()) == "bad-key-name"
    assert _refusal(f"text\n\n— k AAEC{chr(code)}A3M=\n".encode()) == "bad-base64"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text",
        b"text\n",
        b"text\n\n",
        b"text\n" + LINE.encode(),
        LINE.encode(),
        b"\n" + LINE.encode(),
        b"text\n\n" + LINE.encode()[:-1],
        b"text\n\n" + LINE.encode() + b"\n",
        b"text\n\n" + LINE.encode() + b"trailing",
        b"te\xffxt\n\n" + LINE.encode(),
        b"te\xed\xa0\x80xt\n\n" + LINE.encode(),
    ],
)
def test_what_is_not_text_blank_line_and_signatures_is_refused(data: bytes) -> None:
    assert _refusal(data) == "bad-note"


@pytest.mark.parametrize(
    "line",
    [
        "k AAECA3M=",  # no dash
        "- k AAECA3M=",  # a hyphen
        "– k AAECA3M=",  # an en dash
        "—k AAECA3M=",  # no space
        "—\u00a0k AAECA3M=",  # another space
        " — k AAECA3M=",
        "— AAECA3M=",  # no name
        "—  AAECA3M=",
        "— k",
        "— k ",
        "— k  AAECA3M=",
        "— k AAECA3M= ",
        "— k AAECA3M= x",
        "— k AAECAw==",  # a key id and no signature
        "— k AAEC",
        "— k AAECA3M",  # no padding
        "— k AAECA3N=",  # stray bits
        "— k AAECA3-_",  # another alphabet
        "— k+x AAECA3M=",
        "— k\u2003x AAECA3M=",
        "— k\u0085x AAECA3M=",
        "— k\u2028x AAECA3M=",
    ],
)
def test_a_malformed_signature_line_is_refused(line: str) -> None:
    with pytest.raises(MalformedInput):
        SignedNote.parse(f"text\n\n{LINE}{line}\n".encode())


def test_a_malformed_line_is_refused_even_beside_a_good_one() -> None:
    assert _refusal(f"text\n\n{LINE}\n{LINE}"[:-1].encode()) == "bad-note"
    assert _refusal(f"text\n\n{LINE}x\n".encode()) == "bad-signature-line"


@pytest.mark.parametrize("text", ["", "text", "te\0xt\n", "te\rxt\n", "te\ud800xt\n"])
def test_a_text_that_no_note_can_hold_is_refused_in_building(text: str) -> None:
    with pytest.raises(MalformedInput):
        SignedNote(text, (NoteSignature.parse(LINE),))


def test_a_note_without_signatures_is_refused_in_building() -> None:
    with pytest.raises(MalformedInput):
        SignedNote("text\n", ())


@pytest.mark.parametrize(
    ("name", "key_id", "blob"),
    [
        ("", b"abcd", b"s"),
        ("a b", b"abcd", b"s"),
        ("a+b", b"abcd", b"s"),
        ("a\nb", b"abcd", b"s"),
        ("a\ud800b", b"abcd", b"s"),
        ("k", b"abc", b"s"),
        ("k", b"abcde", b"s"),
        ("k", b"abcd", b""),
    ],
)
def test_a_line_that_could_not_be_read_back_is_refused_in_building(
    name: str, key_id: bytes, blob: bytes
) -> None:
    with pytest.raises(MalformedInput):
        NoteSignature(name=name, key_id=key_id, blob=blob)


def test_a_signature_line_has_the_published_shape() -> None:
    line = NoteSignature(name="example.com/é", key_id=b"\xde\xad\xbe\xef", blob=b"sig").line()
    assert line == "\u2014 example.com/é 3q2+73NpZw==\n"
