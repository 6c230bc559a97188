"""The query for a time stamp.

Source: RFC 3161 §2.4.1 (TimeStampReq), without extensions; SHA-256 of RFC 5754 §2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from cryptography import x509
from cryptography.hazmat import asn1

from ledger.errors import MalformedInput

_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@dataclass(frozen=True, slots=True)
class TimeStampQuery:
    """What is asked for.

    Attributes:
        imprint: the SHA-256 to stamp, 32 bytes.
        nonce: what the answer must repeat; None where it need not.
    """

    imprint: bytes
    nonce: int | None


@asn1.sequence
class _AlgorithmIdentifier:
    algorithm: x509.ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _MessageImprint:
    hash_algorithm: _AlgorithmIdentifier
    hashed_message: bytes


@asn1.sequence
class _TimeStampReq:
    version: int
    message_imprint: _MessageImprint
    req_policy: x509.ObjectIdentifier | None
    nonce: int | None
    cert_req: Annotated[bool, asn1.Default(value=False)]


def encode_query(query: TimeStampQuery) -> bytes:
    """Write a query that also asks for the authority's certificate."""
    algorithm = _AlgorithmIdentifier(algorithm=_SHA256, parameters=asn1.Null())
    return asn1.encode_der(
        _TimeStampReq(
            version=1,
            message_imprint=_MessageImprint(hash_algorithm=algorithm, hashed_message=query.imprint),
            req_policy=None,
            nonce=query.nonce,
            cert_req=True,
        )
    )


def decode_query(data: bytes) -> TimeStampQuery:
    """Read a query, also one that `openssl ts -query` wrote.

    Raises:
        MalformedInput: kind "query-malformed": not DER, not a query, with
            extensions, or over another hash than SHA-256.
    """
    try:
        request = asn1.decode_der(_TimeStampReq, data)
    except ValueError:
        raise _malformed() from None
    imprint = request.message_imprint
    if request.version != 1 or imprint.hash_algorithm.algorithm != _SHA256:
        raise _malformed()
    return TimeStampQuery(imprint.hashed_message, request.nonce)


def _malformed() -> MalformedInput:
    return MalformedInput(
        "A time-stamp query is malformed.",
        "It is not a request over a SHA-256 as RFC 3161 has it.",
        "Give the query file that was sent, or none.",
        kind="query-malformed",
    )
