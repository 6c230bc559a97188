"""Contents, data keys and class keys: what opens them, and what nothing tells."""

from __future__ import annotations

import itertools

import pytest

from ledger.errors import AlterationFound, MalformedInput
from ledger.seal import content_keys
from ledger.seal.content_keys import (
    BadPadding,
    ContentAltered,
    KeyRowAltered,
    ReadingKey,
    check_reading_public,
    encryption_context,
    open_content,
    pad,
    seal_content,
    unpad,
    unwrap_class_key,
    unwrap_data_key,
    wrap_class_key,
    wrap_data_key,
)
from ledger.seal.ed25519 import WeakKey
from tests.fixed_randomness import cobblestone_seal, hpke_seal

LID, STREAM, OTHER = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
KEY, OTHER_KEY = bytes([1]) * 32, bytes([2]) * 32
CONTEXT = encryption_context(LID, STREAM, 7)
READER, STRANGER = ReadingKey(bytes([3]) * 32), ReadingKey(bytes([4]) * 32)
CLASSES = ("school", "general", "protected_address", "my_story")


def test_the_context_is_ledger_stream_and_sequence_a_line_each() -> None:
    assert CONTEXT == b"AAECAwQFBgcICQoLDA0ODw\nEBESExQVFhcYGRobHB0eHw\n7\n"


def test_contents_open_under_their_key_and_place_only() -> None:
    sealed = seal_content(KEY, CONTEXT, b"the record")
    assert open_content(KEY, CONTEXT, sealed) == b"the record"
    for key, context in (
        (OTHER_KEY, CONTEXT),
        (KEY, encryption_context(LID, STREAM, 8)),
        (KEY, encryption_context(LID, OTHER, 7)),
        (KEY, encryption_context(OTHER, STREAM, 7)),
    ):
        with pytest.raises(ContentAltered) as caught:
            open_content(key, context, sealed)
        assert (caught.value.kind, caught.value.exit_code) == ("content-altered", 10)
        assert isinstance(caught.value, AlterationFound)


def test_every_altered_byte_and_every_cut_is_an_alteration() -> None:
    sealed = seal_content(KEY, CONTEXT, b"the record")
    for at in (0, 23, 24, 55, 56, len(sealed) - 17, len(sealed) - 1):
        with pytest.raises(ContentAltered):
            open_content(KEY, CONTEXT, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(ContentAltered):
            open_content(KEY, CONTEXT, sealed[:at])
    with pytest.raises(ContentAltered):
        open_content(KEY, CONTEXT, sealed + b"\0")


def test_the_same_contents_never_look_the_same() -> None:
    assert seal_content(KEY, CONTEXT, b"yes") != seal_content(KEY, CONTEXT, b"yes")


def test_lengths_do_not_tell_short_contents_apart() -> None:
    lengths = {len(seal_content(KEY, CONTEXT, bytes(size))) for size in (0, 1, 2, 500, 1023)}
    assert lengths == {56 + 1024 + 16}


@pytest.mark.parametrize("size", [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 16383, 16384, 70000])
def test_padding_goes_to_the_next_power_of_two_and_comes_off(size: int) -> None:
    for text in (bytes(size), b"\x80" * size, b"a" * size):
        padded = pad(text)
        assert unpad(padded) == text
        assert len(padded) > size
        assert len(padded).bit_count() == 1
        assert len(padded) == 1024 or len(padded) // 2 <= size


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        bytes(1024),
        b"a" * 1024,
        pad(b"a")[:-1],
        pad(b"a") + b"\0",
        pad(b"a").ljust(2048, b"\0"),
        b"\x80".ljust(512, b"\0"),
        b"a\x80".ljust(1023, b"\0") + b"\x01",
        (b"a" * 1024 + b"\x80").ljust(4096, b"\0"),
    ],
)
def test_padding_that_we_never_write_is_refused(padded: bytes) -> None:
    with pytest.raises(BadPadding):
        unpad(padded)


def test_contents_encrypted_without_padding_are_an_alteration() -> None:
    with pytest.raises(ContentAltered):
        open_content(KEY, CONTEXT, cobblestone_seal(KEY, CONTEXT, b"the record", bytes(24)))


def test_a_data_key_opens_under_its_class_key_ledger_and_stream_only() -> None:
    wrapped = wrap_data_key(KEY, OTHER_KEY, lid=LID, stream=STREAM)
    assert len(wrapped) == 104
    assert unwrap_data_key(KEY, wrapped, lid=LID, stream=STREAM) == OTHER_KEY
    for class_key, lid, stream in (
        (OTHER_KEY, LID, STREAM),
        (KEY, OTHER, STREAM),
        (KEY, LID, OTHER),
        (KEY, STREAM, LID),
    ):
        with pytest.raises(KeyRowAltered) as caught:
            unwrap_data_key(class_key, wrapped, lid=lid, stream=stream)
        assert (caught.value.kind, caught.value.exit_code) == ("key-row-altered", 10)


def test_contents_sealed_under_a_class_key_are_no_data_key() -> None:
    sealed = cobblestone_seal(KEY, encryption_context(LID, STREAM, 1), OTHER_KEY, bytes(24))
    with pytest.raises(KeyRowAltered):
        unwrap_data_key(KEY, sealed, lid=LID, stream=STREAM)


def test_a_wrapped_text_that_is_no_key_is_an_alteration() -> None:
    context = b"send-ledger/v1/data-key\nAAECAwQFBgcICQoLDA0ODw\nEBESExQVFhcYGRobHB0eHw\n"
    with pytest.raises(KeyRowAltered):
        unwrap_data_key(
            KEY, cobblestone_seal(KEY, context, bytes(31), bytes(24)), lid=LID, stream=STREAM
        )


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused_everywhere(size: int) -> None:
    odd = bytes(size)
    for act in (
        lambda: seal_content(odd, CONTEXT, b""),
        lambda: open_content(odd, CONTEXT, b""),
        lambda: wrap_data_key(odd, KEY, lid=LID, stream=STREAM),
        lambda: wrap_data_key(KEY, odd, lid=LID, stream=STREAM),
        lambda: unwrap_data_key(odd, b"", lid=LID, stream=STREAM),
        lambda: wrap_class_key(odd, "general", OTHER, LID, READER.public),
        lambda: ReadingKey(odd),
    ):
        with pytest.raises(MalformedInput) as caught:
            act()
        assert caught.value.kind == "bad-key"


def test_a_class_key_opens_for_its_reader_ledger_and_name_only() -> None:
    wrapped = wrap_class_key(KEY, "general", OTHER, LID, READER.public)
    assert unwrap_class_key(READER, wrapped, OTHER, LID) == ("general", KEY)
    for reading, kek_id, lid in (
        (STRANGER, OTHER, LID),
        (READER, STREAM, LID),
        (READER, OTHER, STREAM),
        (READER, LID, OTHER),
    ):
        with pytest.raises(KeyRowAltered):
            unwrap_class_key(reading, wrapped, kek_id, lid)


def test_nothing_in_the_clear_tells_the_class_of_a_key_row() -> None:
    rows = [wrap_class_key(KEY, name, OTHER, LID, READER.public) for name in CLASSES]
    assert {len(row) for row in rows} == {144}
    for row, name in itertools.product(rows, CLASSES):
        assert name.encode("ascii") not in row
    opened = [unwrap_class_key(READER, row, OTHER, LID)[0] for row in rows]
    assert tuple(opened) == CLASSES


def test_the_longest_class_name_travels_and_a_longer_one_is_refused() -> None:
    wrapped = wrap_class_key(KEY, "n" * 63, OTHER, LID, READER.public)
    assert unwrap_class_key(READER, wrapped, OTHER, LID) == ("n" * 63, KEY)
    for name in ("", "n" * 64, "naïve"):
        with pytest.raises(MalformedInput) as caught:
            wrap_class_key(KEY, name, OTHER, LID, READER.public)
        assert caught.value.kind == "bad-class"


@pytest.mark.parametrize(
    "plaintext", [b"", bytes(96), KEY + b"general\x80", KEY + b"\xff\x80".ljust(64, b"\0")]
)
def test_a_class_key_row_written_otherwise_is_an_alteration(plaintext: bytes) -> None:
    info = content_keys._class_key_info(OTHER, LID, READER.public)
    with pytest.raises(KeyRowAltered):
        unwrap_class_key(READER, hpke_seal(READER.public, info, plaintext, KEY), OTHER, LID)


def test_an_altered_or_cut_class_key_row_is_an_alteration() -> None:
    wrapped = wrap_class_key(KEY, "general", OTHER, LID, READER.public)
    for changed in (b"", wrapped[:31], wrapped[:-1], bytes(32) + wrapped[32:], wrapped + b"\0"):
        with pytest.raises(KeyRowAltered):
            unwrap_class_key(READER, changed, OTHER, LID)


# RFC 7748 §6.1 and its list of low-order u-coordinates: order 4, 1, 8, 8, 2.
LOW_ORDER = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


@pytest.mark.parametrize("encoding", LOW_ORDER)
def test_a_reading_key_of_low_order_is_refused(encoding: str) -> None:
    with pytest.raises(WeakKey) as caught:
        check_reading_public(bytes.fromhex(encoding))
    assert caught.value.kind == "weak-key"
    with pytest.raises(WeakKey):
        wrap_class_key(KEY, "general", OTHER, LID, bytes.fromhex(encoding))


@pytest.mark.parametrize(
    "public",
    [
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 1).to_bytes(32, "little"),
        READER.public[:31] + bytes([READER.public[31] | 0x80]),
        READER.public[:31],
    ],
)
def test_a_second_spelling_of_a_reading_key_is_refused(public: bytes) -> None:
    with pytest.raises(WeakKey):
        check_reading_public(public)


def test_printing_a_reading_key_shows_its_public_part_only() -> None:
    assert repr(READER).startswith("ReadingKey(public='")
    assert READER.secret_bytes().hex() not in repr(READER)
    assert ReadingKey(bytes([3]) * 32) == READER
    assert len({READER, ReadingKey(bytes([3]) * 32), STRANGER}) == 2
    assert READER.public != READER
