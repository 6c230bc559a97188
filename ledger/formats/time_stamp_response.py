"""What a time-stamp response says of its signer, where the library does not look.

Source: RFC 3161 §2.4.2 (TimeStampResp), RFC 5652 §5.1 and §5.3 (SignedData,
SignerInfo), RFC 2634 §5.4 and RFC 5035 §3 (the signing-certificate attribute).

rfc3161-client 1.0.9 reads a response and checks its signature.  It refuses
certificates that stand in another order than DER's, though OpenSSL and public
authorities write them so, and it does not compare the signed hash of the
signer's certificate with the certificate.  Both are made good from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedInput
from ledger.formats.der import (
    CONTEXT_0,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    SET,
    Element,
    children,
    read_element,
)

# Contents octets of object identifiers.
_DIGESTS: Final = {
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
_SIGNING_CERTIFICATE: Final = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2: Final = bytes.fromhex("2a864886f70d010910022f")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFacts:
    """What the signer's block says.

    Attributes:
        digest: name of the hash that is signed, as hashlib knows it; "" for
            one that is not known here.
        certificate_hash: the signed hash of the signer's certificate, as
            (name of the hash, digest); None where the block has none.
    """

    digest: str
    certificate_hash: tuple[str, bytes] | None


def with_sorted_certificates(tsr: bytes) -> bytes:
    """The same response with its certificates in DER's order (X.690 §11.6).

    The set of certificates is not signed (RFC 5652 §5.4), so its order says
    nothing; all lengths stay, so nothing else moves.

    Raises:
        MalformedInput: kind "bad-der".
    """
    if len(children(tsr, read_element(tsr))) == 1:
        return tsr  # a status alone: the authority granted no stamp
    for part in children(tsr, _signed_data(tsr)):
        if part.tag == CONTEXT_0:
            found = sorted(tsr[found.start : found.end] for found in children(tsr, part))
            return tsr[: part.content] + b"".join(found) + tsr[part.end :]
    return tsr


def signer_facts(tsr: bytes) -> SignerFacts:
    """Read the one signer's block.

    Raises:
        MalformedInput: kind "bad-der", also where there is not one signer.
    """
    signers = children(tsr, _of(tsr, _signed_data(tsr), -1, SET))
    if len(signers) != 1:
        raise _malformed()
    algorithm = _of(tsr, signers[0], 2, SEQUENCE)
    attributes = children(tsr, _of(tsr, signers[0], 3, CONTEXT_0))
    hashes = {
        _content(tsr, _of(tsr, attribute, 0, OBJECT_IDENTIFIER)): attribute
        for attribute in attributes
    }
    certificate_hash = None
    # RFC 5816 §2.2.1: version 2 where both are given; version 1 is SHA-1.
    for kind in (_SIGNING_CERTIFICATE_V2, _SIGNING_CERTIFICATE):
        if kind in hashes and certificate_hash is None:
            certificate_hash = _certificate_hash(tsr, hashes[kind], kind)
    return SignerFacts(digest=_digest_name(tsr, algorithm), certificate_hash=certificate_hash)


def _signed_data(tsr: bytes) -> Element:
    response = read_element(tsr)
    token = _of(tsr, response, 1, SEQUENCE)
    return _of(tsr, _of(tsr, token, 1, CONTEXT_0), 0, SEQUENCE)


def _certificate_hash(tsr: bytes, attribute: Element, kind: bytes) -> tuple[str, bytes]:
    """The first ESSCertID, which names the signer's own certificate."""
    value = _of(tsr, _of(tsr, attribute, 1, SET), 0, SEQUENCE)
    first = _of(tsr, _of(tsr, value, 0, SEQUENCE), 0, SEQUENCE)
    parts = children(tsr, first)
    if kind == _SIGNING_CERTIFICATE:
        return "sha1", _content(tsr, _of(tsr, first, 0, OCTET_STRING))
    if parts and parts[0].tag == SEQUENCE:
        return _digest_name(tsr, parts[0]), _content(tsr, _of(tsr, first, 1, OCTET_STRING))
    return "sha256", _content(tsr, _of(tsr, first, 0, OCTET_STRING))  # RFC 5035 §4: the default


def _digest_name(tsr: bytes, algorithm: Element) -> str:
    return _DIGESTS.get(_content(tsr, _of(tsr, algorithm, 0, OBJECT_IDENTIFIER)), "")


def _of(tsr: bytes, parent: Element, place: int, tag: int) -> Element:
    """The child at `place` (−1: the last), which must bear `tag`."""
    found = children(tsr, parent)
    if not found or place >= len(found) or found[place].tag != tag:
        raise _malformed()
    return found[place]


def _content(tsr: bytes, element: Element) -> bytes:
    return tsr[element.content : element.end]


def _malformed() -> MalformedInput:
    return MalformedInput(
        "A time-stamp response is malformed.",
        "Its signer's block is not built as RFC 3161 has it.",
        "Ask the authority for a new stamp.",
        kind="bad-der",
    )
