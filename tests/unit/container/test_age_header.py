"""The header of an age file, by the grammar of the specification."""

from __future__ import annotations

import base64

import pytest

from ledger.errors import InputRefused
from ledger.formats import age_header
from ledger.formats.age_header import check_age_header

SHARE = base64.b64encode(bytes(range(32))).rstrip(b"=")
STANZA = b"-> X25519 " + SHARE + b"\n" + SHARE + b"\n"
VERSION = b"age-encryption.org/v1\n"
END = b"--- " + SHARE + b"\n"
LONG = b"A" * 64 + b"\n"
GREASE = b"-> a-grease !~ x\n" + LONG + b"AAAA\n"


@pytest.mark.parametrize(
    "stanzas",
    [STANZA, STANZA + STANZA, GREASE + STANZA, STANZA + b"-> empty\n\n", b"-> g\n" + LONG + b"\n"],
)
def test_a_sound_header_ends_where_the_payload_starts(stanzas: bytes) -> None:
    header = VERSION + stanzas + END
    assert check_age_header(header + b"\n--- payload\n") == len(header)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        VERSION,
        VERSION + END,  # no recipient
        VERSION + STANZA,  # no end
        VERSION + STANZA + END[:-1],
        VERSION.replace(b"v1", b"v2") + STANZA + END,
        VERSION.replace(b"\n", b"\r\n") + STANZA + END,
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        VERSION + STANZA + END[:-2] + b"=\n",
        VERSION + STANZA + END[:-2] + b"9\n",  # spare bits
        VERSION + STANZA + END[:-2] + b"\n",
        VERSION + STANZA + END[:-1] + b" \n",
        VERSION + STANZA + b"---" + END[4:],
        VERSION + STANZA + b"\n" + END,
        VERSION + b"->X25519 " + SHARE + b"\n" + SHARE + b"\n" + END,
        VERSION + b"-> \n\n" + END,
        VERSION + b"-> X25519  " + SHARE + b"\n" + SHARE + b"\n" + END,
        VERSION + b"-> X25519\n" + SHARE + b"\n" + END,
        VERSION + b"-> X25519 " + SHARE + b" more\n" + SHARE + b"\n" + END,
        VERSION + b"-> X25519 " + SHARE[:-1] + b"\n" + SHARE + b"\n" + END,
        VERSION + b"-> X25519 " + SHARE + b"AA\n" + SHARE + b"\n" + END,
        VERSION + b"-> X25519 " + SHARE + b"\n" + SHARE[:-1] + b"9\n" + END,
        VERSION + b"-> X25519 " + SHARE + b"\n\n" + END,
        VERSION + b"-> g\xc3\xa9\n\n" + END,
        VERSION + b"-> g\n" + END,  # no body at all: pyrage accepts it
        VERSION + b"-> g\n" + LONG + END,  # no short last line: pyrage accepts it
        VERSION + b"-> g\n" + LONG[:-1] + b"A\n" + END,
        VERSION + b"-> g\nAAAA\nAAAA\n" + END,
        VERSION + b"-> g\nAAA=\n" + END,
        VERSION + b"-> g\nA\n" + END,
        VERSION + STANZA * (age_header.STANZAS_MAX + 1) + END,
        VERSION + b"-> g\n" + LONG * (age_header.HEADER_BYTES_MAX // 65) + b"\n" + STANZA + END,
    ],
)
def test_any_other_header_is_damaged(header: bytes) -> None:
    with pytest.raises(InputRefused) as caught:
        check_age_header(header + bytes(64))
    assert (caught.value.kind, caught.value.exit_code) == ("bundle-damaged", 6)


@pytest.mark.parametrize("kind", [b"scrypt", b"mlkem768x25519", b"p256tag", b"mlkem768p256tag"])
@pytest.mark.parametrize("beside", [b"", STANZA])
def test_a_passphrase_or_another_kind_of_key_is_refused_even_beside_ours(
    kind: bytes, beside: bytes
) -> None:
    with pytest.raises(InputRefused) as caught:
        check_age_header(VERSION + beside + b"-> " + kind + b" x y\n" + SHARE + b"\n" + END)
    assert caught.value.kind == "bundle-recipient-kind"
