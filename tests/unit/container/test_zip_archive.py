"""The ZIP inside a bundle: exact bytes out, and nothing but a strict subset in."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

from ledger.errors import InputRefused, LedgerError
from ledger.formats import zip_archive
from ledger.formats.zip_archive import check_names, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

MEMBERS = {"manifest.sd-jwt": b"signed", "statements/0001.sd-jwt": b"s" * 40, "README.txt": b""}

ONE = (
    "504b0304" "1400" "0000" "0000" "0000" "2100" "ac2a93d8" "02000000" "02000000" "0100" "0000"
    "61" "6869"
    "504b0102" "1403" "1400" "0000" "0000" "0000" "2100" "ac2a93d8" "02000000" "02000000"
    "0100" "0000" "0000" "0000" "0000" "00008081" "00000000" "61"
    "504b0506" "0000" "0000" "0100" "0100" "2f000000" "21000000" "0000"
)  # fmt: skip


def kind_of(data: bytes, allow: Callable[[str], bool] = lambda _: True) -> str:
    with pytest.raises(InputRefused) as caught:
        unpack(data, allow=allow)
    assert caught.value.exit_code == 6
    return caught.value.kind


def made_by_zipfile(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = 8) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return buffer.getvalue()


def deflated(
    content: bytes, *, packed: bytes | None = None, size: int | None = None, name: bytes = b"a"
) -> bytes:
    """A ZIP of one deflated member that may lie of itself."""
    if packed is None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush()
    declared = len(content) if size is None else size
    facts = (0, 8, 0, 0x21, zlib.crc32(content), len(packed), declared, len(name))
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, *facts, 0) + name + packed
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, *facts, 0, 0, 0, 0, 0, 0)
    lengths = (len(central) + len(name), len(local))
    return local + central + name + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, *lengths, 0)


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Overwrite at an offset into the first record that begins with `mark`."""
    at = data.index(mark) + offset
    return data[:at] + value + data[at + len(value) :]


def patched_both(data: bytes, local_offset: int, value: bytes) -> bytes:
    """Overwrite a field that stands two octets later in the central directory."""
    central_offset = local_offset + 2
    once = patched(data, b"PK\x03\x04", local_offset, value)
    return patched(once, b"PK\x01\x02", central_offset, value)


def test_one_member_is_exactly_these_bytes() -> None:
    assert pack({"a": b"hi"}).hex() == ONE


def test_the_same_members_in_any_order_are_the_same_bytes() -> None:
    assert pack(MEMBERS) == pack(dict(reversed(MEMBERS.items())))


def test_what_is_packed_comes_back() -> None:
    assert unpack(pack(MEMBERS)) == MEMBERS


def test_pythons_zipfile_reads_what_is_packed() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(MEMBERS))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_pythons_zipfile_packs_is_read(method: int) -> None:
    assert unpack(made_by_zipfile(*MEMBERS.items(), method=method)) == MEMBERS


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        "C:/a",
        "c:a",
        "",
        ".hidden",
        "-option",
        "a.",
        "a ",
        "nul",
        "attachments/CON.txt",
        "com1",
        "a\nb",
        "a:stream",
        "é",
        "\u202etxt.exe",
        "a/b/c/d/e",
        "n" * 121,
    ],
)
def test_an_unsafe_name_is_refused_in_and_out_and_not_quoted(name: str) -> None:
    with pytest.raises(InputRefused) as caught:
        pack({name: b""})
    assert caught.value.kind == "member-name"
    assert len(name) < 5 or name not in f"{caught.value} {caught.value.why} {caught.value.remedy}"
    assert kind_of(deflated(b"", name=name.encode())) == "member-name"


@pytest.mark.parametrize("name", ["a", "a/b/c/d", "n" * 120, "0001.tlog-proof", "SHA256SUMS", "_x"])
def test_a_plain_name_is_let_through(name: str) -> None:
    assert unpack(pack({name: b"x"})) == {name: b"x"}


@pytest.mark.parametrize("names", [("a", "A"), ("a", "a/b"), ("A/b", "a")])
def test_names_that_a_disk_could_confuse_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(InputRefused) as caught:
        check_names(names)
    assert caught.value.kind == "member-twice"


def test_a_name_given_twice_is_refused() -> None:
    assert kind_of(pack({"a": b"1", "b": b"2"}).replace(b"b", b"a")) == "member-twice"


def test_a_member_that_does_not_belong_there_is_refused() -> None:
    assert kind_of(pack(MEMBERS), lambda name: name != "README.txt") == "member-unknown"


def test_an_archive_without_members_is_refused() -> None:
    assert kind_of(made_by_zipfile()) == "zip-over-limit"
    with pytest.raises(InputRefused):
        pack({})


@pytest.mark.parametrize("kind", [0o120777, 0o040755, 0o010644, 0o020644])
def test_a_link_a_folder_and_a_device_are_refused(kind: int) -> None:
    entry = zipfile.ZipInfo("a")
    entry.external_attr = kind << 16
    assert kind_of(made_by_zipfile((entry, b"/etc/passwd"))) == "member-not-a-file"


def test_a_folder_of_dos_is_refused() -> None:
    assert kind_of(patched(pack({"a": b""}), b"PK\x01\x02", 38, b"\x10")) == "member-not-a-file"


def test_an_encrypted_member_is_refused() -> None:
    assert kind_of(patched_both(pack(MEMBERS), 6, b"\x01")) == "zip-encrypted"


SOUND = pack({"a": b"hi", "b/c": b"there"})
DIRECTORY = SOUND.index(b"PK\x01\x02")
END = len(SOUND) - 22


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SOUND[:-1],
        SOUND[1:],
        SOUND + b"\x00",  # trailing
        b"\x00" + SOUND,  # prefixed
        SOUND[:-2] + b"\x01\x00!",  # a comment
        SOUND[:DIRECTORY] + b"\x00" + SOUND[DIRECTORY:],  # a gap
        # a gap that the end record knows of
        SOUND[:DIRECTORY]
        + b"\x00"
        + patched(SOUND[DIRECTORY:], b"PK\x05\x06", 16, struct.pack("<I", DIRECTORY + 1)),
        # something after the directory's rows that the end record counts in
        SOUND[:END]
        + b"\x00"
        + patched(SOUND[END:], b"PK\x05\x06", 12, bytes([END - DIRECTORY + 1])),
        # a first file that reaches beyond the end, where the second is said to be
        patched(patched_both(SOUND, 18, b"\xff\x7f\0\0\xff\x7f"), b"PK\x01\x02", 89, b"\x1e\x80"),
        # a prefix that every offset knows of
        patched(SOUND, b"PK\x01\x02", 42, b"\x01"),
        patched(SOUND, b"PK\x05\x06", 4, b"\x01"),  # another disk
        patched(SOUND, b"PK\x05\x06", 8, b"\x01"),  # another count here
        patched(SOUND, b"PK\x05\x06", 8, b"\x01\x00\x01"),  # one of two is hidden
        patched(SOUND, b"PK\x05\x06", 8, b"\x03\x00\x03"),  # more than there are
        patched(SOUND, b"PK\x05\x06", 12, b"\x00"),  # another length
        patched(SOUND, b"PK\x01\x02", 0, b"XX"),
        patched(SOUND, b"PK\x01\x02", 6, b"\x2d"),  # needs ZIP64
        patched(SOUND, b"PK\x01\x02", 30, b"\x01"),  # an extra field
        patched(SOUND, b"PK\x01\x02", 32, b"\x01"),  # a comment
        patched(SOUND, b"PK\x01\x02", 34, b"\x01"),  # another disk
        patched(SOUND, b"PK\x01\x02", 28, b"\xff"),  # a name beyond the end
        patched(SOUND, b"PK\x03\x04", 0, b"XX"),
        patched(SOUND, b"PK\x03\x04", 4, b"\x2d"),  # needs ZIP64
        patched(SOUND, b"PK\x03\x04", 28, b"\x01"),  # an extra field
        patched(SOUND, b"PK\x03\x04", 30, b"z"),  # another name
        patched(SOUND, b"PK\x03\x04", 22, b"\x01"),  # another size
        patched(SOUND, b"PK\x03\x04", 14, b"\x00"),  # another checksum
        patched(SOUND, b"PK\x03\x04", 10, b"\x01"),  # another time
        patched_both(SOUND, 14, b"\x00\x00\x00\x00"),  # a checksum that does not match
        patched_both(SOUND, 6, b"\x08"),  # a data descriptor
        patched_both(SOUND, 8, b"\x0c"),  # bzip2
        patched_both(SOUND, 22, b"\x01"),  # stored, with two lengths
    ],
)
def test_anything_that_two_readers_could_read_differently_is_malformed(data: bytes) -> None:
    assert kind_of(data) == "zip-malformed"


def test_a_deflated_member_is_read() -> None:
    assert unpack(deflated(b"hello" * 100)) == {"a": b"hello" * 100}
    assert unpack(deflated(b"")) == {"a": b""}


def test_a_member_that_grows_beyond_reason_is_refused_uninflated() -> None:
    assert kind_of(deflated(bytes(1_000_000))) == "zip-ratio"


def test_a_member_that_declares_less_than_it_holds_is_refused() -> None:
    packed = zlib.compress(bytes(10_000_000), 9)[2:-4]
    assert kind_of(deflated(bytes(1000), packed=packed)) == "zip-malformed"
    assert kind_of(deflated(b"hello", size=4)) == "zip-malformed"


def test_a_lie_of_a_member_s_size_shows_without_inflating_it() -> None:
    packed = zlib.compress(bytes(10_000_000), 9)[2:-4]
    lie = deflated(bytes(1000), packed=packed)
    tracemalloc.start()
    try:
        assert kind_of(lie) == "zip-malformed"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_deflated_bytes_under_another_method_s_name_are_refused() -> None:
    assert unpack(deflated(b"hello")) == {"a": b"hello"}
    for method in (b"\x01", b"\x09", b"\x0c"):
        assert kind_of(patched_both(deflated(b"hello"), 8, method)) == "zip-malformed"


def test_a_member_that_declares_more_than_it_holds_is_refused() -> None:
    assert kind_of(deflated(b"hello", size=6)) == "zip-malformed"


def test_what_follows_or_breaks_off_in_a_deflated_member_is_refused() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"hello") + packer.flush()
    assert kind_of(deflated(b"hello", packed=packed + b"!")) == "zip-malformed"
    assert kind_of(deflated(b"hello", packed=packed[:-1])) == "zip-malformed"
    assert kind_of(deflated(b"hello", packed=b"\xff" * 9)) == "zip-malformed"


@pytest.mark.parametrize(
    ("limit", "value", "kind"),
    [
        ("MEMBERS_MAX", 2, "zip-over-limit"),
        ("MEMBER_BYTES_MAX", 39, "zip-over-limit"),
        ("TOTAL_BYTES_MAX", 45, "zip-over-limit"),
        ("ZIP_BYTES_MAX", 100, "zip-over-limit"),
        ("NAME_LENGTH_MAX", 21, "member-name"),
        ("DEPTH_MAX", 1, "member-name"),
    ],
)
def test_each_limit_holds_in_both_directions(
    limit: str, value: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pack(MEMBERS)
    monkeypatch.setattr(zip_archive, limit, value)
    assert kind_of(data) == kind
    with pytest.raises(InputRefused) as caught:
        pack(MEMBERS)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("MEMBERS_MAX", 3),
        ("MEMBER_BYTES_MAX", 40),
        ("TOTAL_BYTES_MAX", 46),
        ("ZIP_BYTES_MAX", len(pack(MEMBERS))),
        ("NAME_LENGTH_MAX", 22),
        ("DEPTH_MAX", 2),
    ],
)
def test_each_limit_itself_is_allowed(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archive, limit, value)
    assert unpack(pack(MEMBERS)) == MEMBERS


def test_the_ratio_is_judged_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = 12
    monkeypatch.setattr(zip_archive, "RATIO_MAX", 10)
    block = b"\x00" + struct.pack("<HH", 7, 0xFFF8) + b"1234567"  # deflate, stored, not the last
    assert len(block) == packed
    assert kind_of(deflated(b"1234567", packed=block, size=121)) == "zip-ratio"
    assert kind_of(deflated(b"1234567", packed=block, size=120)) == "zip-malformed"


def test_an_archive_cut_or_changed_anywhere_is_refused_or_reads_the_same() -> None:
    sound = pack({"a": b"hi", "b": b"there"})
    broken = [sound[:length] for length in range(len(sound))]
    broken += [
        sound[:place] + bytes([octet ^ flip]) + sound[place + 1 :]
        for place, octet in enumerate(sound)
        for flip in (0x01, 0x80, 0xFF)
    ]
    refused = 0
    for data in broken:
        try:
            # Who made it, file mode and internal attributes are not part of what it says.
            assert unpack(data) == {"a": b"hi", "b": b"there"}
        except LedgerError:
            refused += 1
    assert refused > 0.9 * len(broken)
