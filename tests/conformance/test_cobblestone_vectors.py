"""Cobblestone-256 against Wycheproof, and the second writer that our examples use."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidTag

from ledger.errors import MalformedInput
from ledger.seal import content_keys
from ledger.seal.content_keys import ContentAltered, open_content, pad, seal_content, unpad
from tests.fixed_randomness import cobblestone_seal

if TYPE_CHECKING:
    from pathlib import Path


def _cases(vectors: Path) -> list[dict[str, Any]]:
    path = vectors / "wycheproof" / "c2sp_chunked_encryption_aes_256_gcm_test.json"
    (group,) = json.loads(path.read_bytes())["testGroups"]
    assert (group["aead"], group["sha"]) == ("AEAD_AES_256_GCM", "SHA-512")
    cases: list[dict[str, Any]] = group["tests"]
    return cases


def _inputs(case: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    ciphertext = zlib.decompress(bytes.fromhex(case["ct"]))
    return bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"]), ciphertext


def test_every_valid_message_opens_to_the_published_text(vectors: Path) -> None:
    opened = 0
    for case in _cases(vectors):
        if case["result"] == "valid":
            message = content_keys._decrypt(*_inputs(case))
            assert len(message) == case["msgLength"]
            assert hashlib.sha512(message).hexdigest() == case["msgSha512"], case["comment"]
            opened += 1
    assert opened > 5


def test_every_invalid_message_is_refused(vectors: Path) -> None:
    refused = 0
    for case in _cases(vectors):
        if case["result"] == "invalid":
            key, context, ciphertext = _inputs(case)
            expected = MalformedInput if "InvalidKeySize" in case["flags"] else InvalidTag
            with pytest.raises(expected):
                content_keys._decrypt(key, context, ciphertext)
            refused += 1
    assert refused > 20


def test_every_invalid_message_is_an_alteration_to_whoever_opens_contents(vectors: Path) -> None:
    for case in _cases(vectors):
        if case["result"] == "invalid" and "InvalidKeySize" not in case["flags"]:
            with pytest.raises(ContentAltered):
                open_content(*_inputs(case))


def test_our_writing_opens_again_for_every_valid_length(vectors: Path) -> None:
    for case in _cases(vectors):
        if case["result"] == "valid" and case["msgLength"] < 1 << 20:
            key, context, ciphertext = _inputs(case)
            message = content_keys._decrypt(key, context, ciphertext)
            assert open_content(key, context, seal_content(key, context, message)) == message


def test_the_writer_of_the_examples_gives_the_published_bytes(vectors: Path) -> None:
    for case in _cases(vectors):
        if case["result"] == "valid":
            key, context, ciphertext = _inputs(case)
            message = content_keys._decrypt(key, context, ciphertext)
            assert cobblestone_seal(key, context, message, ciphertext[:24]) == ciphertext


def test_contents_written_by_the_second_writer_open_in_the_product() -> None:
    key, context, text = bytes(range(32)), b"place\n", b"what the record says"
    assert unpad(pad(text)) == text
    assert open_content(key, context, cobblestone_seal(key, context, pad(text), bytes(24))) == text
