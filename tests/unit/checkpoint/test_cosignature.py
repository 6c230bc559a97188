"""What a cosigner signs and hands over (C2SP tlog-cosignature)."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats.cosignature import MAX_TIME, Cosignature, cosigned_message

TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_message_is_that_of_the_published_example() -> None:
    assert cosigned_message(TEXT, 1679315147) == (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"example.com/behind-the-sofa\n"
        b"20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_the_blob_is_the_time_in_eight_bytes_and_the_signature() -> None:
    signature = bytes(range(64))
    blob = Cosignature(1679315147, signature).blob()
    assert blob == bytes.fromhex("00000000641850cb") + signature
    assert Cosignature.parse(blob) == Cosignature(1679315147, signature)


@pytest.mark.parametrize("time", [0, 1, MAX_TIME])
def test_every_time_goes_there_and_back(time: int) -> None:
    cosignature = Cosignature(time, bytes(64))
    assert Cosignature.parse(cosignature.blob()) == cosignature
    assert cosigned_message("t\n", time) == f"cosignature/v1\ntime {time}\nt\n".encode()


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1])
def test_a_time_out_of_range_is_refused(time: int) -> None:
    with pytest.raises(MalformedInput):
        Cosignature(time, bytes(64))
    with pytest.raises(MalformedInput):
        cosigned_message("t\n", time)


@pytest.mark.parametrize(
    "blob", [b"", bytes(8), bytes(64), bytes(71), bytes(73), b"\x80" + bytes(71)]
)
def test_a_malformed_blob_is_refused(blob: bytes) -> None:
    with pytest.raises(MalformedInput):
        Cosignature.parse(blob)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(MalformedInput):
        Cosignature(1, bytes(size))
