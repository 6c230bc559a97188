"""The text of a log's head, and the names of logs (C2SP tlog-checkpoint, "Note text")."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats.checkpoint import (
    MAX_TREE_SIZE,
    Checkpoint,
    cosigner_name,
    lid_of,
    origin_of,
)

EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = bytes(range(32))
ROOT_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_the_published_example_is_read_and_written_back() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert checkpoint.text() == EXAMPLE


@pytest.mark.parametrize("size", [0, 1, 9, 10, MAX_TREE_SIZE])
def test_every_size_goes_there_and_back(size: int) -> None:
    checkpoint = Checkpoint(origin="any origin + more", size=size, root=ROOT)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"o\n1\n{ROOT_TEXT}",
        f"o\n1\n{ROOT_TEXT}\n\n",
        f"o\n1\n{ROOT_TEXT}\nextension\n",
        f"\no\n1\n{ROOT_TEXT}\n",
        f"\n1\n{ROOT_TEXT}\n",
        f"o\n\n{ROOT_TEXT}\n",
        f"o\n01\n{ROOT_TEXT}\n",
        f"o\n00\n{ROOT_TEXT}\n",
        f"o\n+1\n{ROOT_TEXT}\n",
        f"o\n-1\n{ROOT_TEXT}\n",
        f"o\n1 \n{ROOT_TEXT}\n",
        f"o\n1_0\n{ROOT_TEXT}\n",
        f"o\n0x1\n{ROOT_TEXT}\n",
        f"o\n١\n{ROOT_TEXT}\n",  # an Arabic digit
        f"o\n{MAX_TREE_SIZE + 1}\n{ROOT_TEXT}\n",
        f"o\n1\n {ROOT_TEXT}\n",
        f"o\n1\n{ROOT_TEXT[:-1]}\n",
        f"o\n1\n{ROOT_TEXT[:-2]}9=\n",  # stray bits
        "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n",  # 33 bytes
        "o\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n",  # 31 bytes
        f"o\r\n1\r\n{ROOT_TEXT}\r\n",
    ],
)
def test_what_is_not_exactly_origin_size_and_root_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, ROOT),
        ("a\nb", 1, ROOT),
        ("a\0b", 1, ROOT),
        ("a\ud800b", 1, ROOT),
        ("o", -1, ROOT),
        ("o", MAX_TREE_SIZE + 1, ROOT),
        ("o", 1, ROOT[:31]),
        ("o", 1, ROOT + b"\0"),
    ],
)
def test_what_could_not_be_read_back_is_refused_in_building(
    origin: str, size: int, root: bytes
) -> None:
    with pytest.raises(MalformedInput):
        Checkpoint(origin=origin, size=size, root=root)


def test_an_origin_is_made_of_the_ledger_id_alone() -> None:
    lid = bytes(range(16))
    assert origin_of(lid) == "send-ledger/v1/AAECAwQFBgcICQoLDA0ODw"
    assert lid_of(origin_of(lid)) == lid
    assert cosigner_name(origin_of(lid)) == "send-ledger/v1/AAECAwQFBgcICQoLDA0ODw/witness"


@pytest.mark.parametrize("lid", [b"", bytes(15), bytes(17)])
def test_an_origin_of_something_else_than_16_bytes_is_refused(lid: bytes) -> None:
    with pytest.raises(MalformedInput):
        origin_of(lid)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "AAECAwQFBgcICQoLDA0ODw",
        "send-ledger/v1/",
        "send-ledger/v2/AAECAwQFBgcICQoLDA0ODw",
        "example.com/send-ledger/v1/AAECAwQFBgcICQoLDA0ODw",
        "send-ledger/v1/AAECAwQFBgcICQoLDA0ODw/witness",
        "send-ledger/v1/AAECAwQFBgcICQoLDA0ODw==",
        "send-ledger/v1/AAECAwQFBgcICQoLDA0ODx",
        "send-ledger/v1/AAECAwQFBgcICQoLDA0O",
    ],
)
def test_a_foreign_origin_names_no_ledger(origin: str) -> None:
    with pytest.raises(MalformedInput):
        lid_of(origin)
