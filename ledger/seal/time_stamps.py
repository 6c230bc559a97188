"""RFC 3161 time stamps: ask for one, read one, check one at the time it states.

Source: RFC 3161 §2.4 and Appendix B, RFC 5816; evidence-formats, trap 10.

A token proves that the stamped bytes existed at `gen_time`.  It is judged with
the roots that the caller trusts, and its chain of certificates **at
`gen_time`**: an authority's certificate expires long before the evidence is
read.  What a token cannot show is in `CheckedToken.not_checked`.

rfc3161-client checks the signature over the token and the chain to the roots.
What it does not do is done here: certificates in any order; the signed hash of
the authority's certificate (RFC 3161 §2.4.2); an extended key usage that is
for time stamping *alone* (§2.3); the query's nonce and imprint; and telling an
unknown root from a broken signature.  What neither does: revocation, fractions
of a second in `gen_time` (cut off), and tokens that name their signer by a key
identifier instead of issuer and serial number (refused as malformed).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from ledger.errors import AlterationFound, InputRefused, MalformedInput, Unverifiable
from ledger.formats.time_stamp_query import TimeStampQuery, decode_query, encode_query
from ledger.formats.time_stamp_response import signer_facts, with_sorted_certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from rfc3161_client import Accuracy, TimeStampResponse

TOKEN_BYTES_MAX: Final = 64 * 1024
CERTIFICATES_MAX: Final = 16
SIGNED_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
REVOCATION: Final = "whether the authority's certificate had been revoked"
NONCE: Final = "whether the stamp answers the very query that was sent"

_SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_TIME_STAMPING: Final = ExtendedKeyUsageOID.TIME_STAMPING
_NONCE_BYTES: Final = 8
_GRANTED: Final = 0
# What the two libraries raise on bytes that are no sound ASN.1 or certificate.
_UNREADABLE: Final = (
    ValueError,
    KeyError,  # rfc3161-client 1.0.9, on a name with an unknown kind of string
    TypeError,
    OverflowError,
    MalformedInput,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampToken:
    """What a token states, before anything of it is believed.

    Attributes:
        gen_time: aware UTC, whole seconds; a fraction is cut off.
        accuracy: by how much `gen_time` may be off; zero where not stated.
        imprint: the SHA-256 that was stamped, 32 bytes.
        nonce: as in the query; None where the token has none.
        serial: the authority's number for this token.
        policy: the authority's policy, a dotted object identifier.
    """

    gen_time: datetime
    accuracy: timedelta
    imprint: bytes
    nonce: int | None
    serial: int
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedToken:
    """A token that stood every check.

    Attributes:
        token: what it states, now believed.
        signer_name: subject of the authority's certificate (RFC 4514).
        not_checked: what was not checked, in words for a report.
    """

    token: TimeStampToken
    signer_name: str
    not_checked: tuple[str, ...]


def build_query(data: bytes, entropy: Callable[[int], bytes]) -> bytes:
    """Write the query for a stamp over SHA-256 of `data`.

    Args:
        data: the bytes to stamp: a whole signed checkpoint.
        entropy: gives that many unpredictable bytes, as `os.urandom` does.

    Returns:
        A TimeStampReq (RFC 3161 §2.4.1) with a nonce of 63 bits, asking for
        the authority's certificate: 69 bytes.
    """
    drawn = int.from_bytes(entropy(_NONCE_BYTES), "big")
    nonce = drawn >> 1 | 1 << 62  # positive, and always eight octets long
    return encode_query(TimeStampQuery(hashlib.sha256(data).digest(), nonce))


def read_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read trusted roots, and intermediates where needed, from PEM.

    Raises:
        MalformedInput: kind "roots-malformed".
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise MalformedInput(
            "The list of trusted time-stamp roots cannot be read.",
            "It is not a series of certificates in PEM.",
            "Take the authority's root certificate from its own website, in PEM.",
            kind="roots-malformed",
        ) from None


def join_roots(kept: bytes, more: bytes) -> bytes:
    """Add roots to those that are kept, each once: earlier stamps need theirs for ever.

    Args:
        kept: a series of certificates in PEM, or nothing.
        more: a series of certificates in PEM.

    Raises:
        MalformedInput: kind "roots-malformed".
    """
    roots = (*(read_roots(kept) if kept else ()), *read_roots(more))
    return b"".join(one.public_bytes(Encoding.PEM) for one in dict.fromkeys(roots))


def read_token(tsr: bytes) -> TimeStampToken:
    """Read a time-stamp response; nothing of it is checked.

    Args:
        tsr: a TimeStampResp in DER, as received (RFC 3161 §2.4.2).

    Raises:
        MalformedInput: kind "token-malformed".
        InputRefused: kind "token-refused": the authority granted no stamp, or
            one with modifications.
        Unverifiable: kind "token-imprint-algorithm": not over a SHA-256.
    """
    return _states(_decode(tsr))


def check_token(
    tsr: bytes, stamped: bytes, roots: Sequence[x509.Certificate], query: bytes | None
) -> CheckedToken:
    """Check a time stamp as it was at the time that it states.

    Args:
        tsr: the response, as received.
        stamped: the bytes that were stamped.
        roots: certificates that the caller trusts; those that issued
            themselves are roots, others only help to build the chain.
        query: the query that was sent, to compare its nonce; None when it was
            not kept.

    Raises:
        AlterationFound: kind "token-imprint" (over other bytes), "token-nonce"
            (the answer to another query), "token-certificate" (not the
            certificate that the signer named, or none named),
            "token-certificate-purpose", "token-certificate-dates" (the chain
            was not valid at `gen_time`) or "token-signature".
        Unverifiable: kind "token-root-unknown", "token-certificate-missing",
            "token-imprint-algorithm" or "token-weak-digest".
        MalformedInput: kind "token-malformed" or "query-malformed".
        InputRefused: kind "token-refused".
    """
    response = _decode(tsr)
    token = _states(response)
    answers = _check_imprint(token, stamped, query)
    signer, embedded = _find_signer(tsr, response, roots)
    _check_chain(signer, (*embedded, *roots), roots, token.gen_time)
    # The signer enters the library's store of trusted certificates only where
    # it is one of the given ones: one that issued itself would be a root there.
    pinned = None if embedded else signer
    try:
        verifier = VerifierBuilder(roots=list(dict.fromkeys(roots)), tsa_certificate=pinned).build()
        verifier.verify_message(response, stamped)
    except (VerificationError, *_UNREADABLE):
        _altered("Its signature or its chain of certificates is not valid.", "token-signature")
    return CheckedToken(
        token=token,
        signer_name=signer.subject.rfc4514_string(),
        not_checked=(REVOCATION,) if answers else (REVOCATION, NONCE),
    )


def _decode(tsr: bytes) -> TimeStampResponse:
    if len(tsr) > TOKEN_BYTES_MAX:
        raise _malformed("It is larger than any time stamp.")
    try:
        response = decode_timestamp_response(with_sorted_certificates(tsr))
    except _UNREADABLE:
        raise _malformed("It is not a response as RFC 3161 has it.") from None
    if response.status != _GRANTED:
        raise InputRefused(
            "The time-stamp authority granted no stamp.",
            f"It answered with status {response.status}.",
            "Ask again; if it goes on, ask the authority why or take another one.",
            kind="token-refused",
        )
    return response


def _states(response: TimeStampResponse) -> TimeStampToken:
    try:
        info = response.tst_info
        imprint = info.message_imprint
        token = TimeStampToken(
            gen_time=info.gen_time,
            accuracy=_duration(info.accuracy),
            imprint=imprint.message,
            nonce=info.nonce,
            serial=info.serial_number,
            policy=info.policy.dotted_string,
        )
        algorithm = imprint.hash_algorithm
    except _UNREADABLE:
        raise _malformed("What it states cannot be read.") from None
    if algorithm != _SHA256:
        raise Unverifiable(
            "A time stamp is over another hash than SHA-256.",
            "This program asks for SHA-256 only, and compares nothing else.",
            "Check it with `openssl ts -verify`.",
            kind="token-imprint-algorithm",
        )
    return token


def _duration(accuracy: Accuracy | None) -> timedelta:
    if accuracy is None:
        return timedelta(0)
    return timedelta(
        seconds=accuracy.seconds or 0,
        milliseconds=accuracy.millis or 0,
        microseconds=accuracy.micros or 0,
    )


def _check_imprint(token: TimeStampToken, stamped: bytes, query: bytes | None) -> bool:
    """Whether the token also answers that very query, by its nonce."""
    if token.imprint != hashlib.sha256(stamped).digest():
        _altered("It is over other bytes.", "token-imprint")
    if query is None:
        return False
    asked = decode_query(query)
    if asked.imprint != token.imprint:
        _altered("Its query was about other bytes.", "token-imprint")
    # RFC 3161 §2.4.2: the same nonce where the query had one.
    if asked.nonce is not None and asked.nonce != token.nonce:
        _altered("It is the answer to another query.", "token-nonce")
    return asked.nonce is not None


def _find_signer(
    tsr: bytes, response: TimeStampResponse, roots: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The authority's certificate, and all that the token carries."""
    try:
        facts = signer_facts(with_sorted_certificates(tsr))
        carried = sorted(response.signed_data.certificates)[: CERTIFICATES_MAX + 1]
        embedded = tuple(x509.load_der_x509_certificate(one) for one in carried)
        (block,) = response.signed_data.signer_infos
        named = [
            one
            for one in (embedded or roots)
            if one.issuer == block.issuer and one.serial_number == block.serial_number
        ]
    except _UNREADABLE:
        raise _malformed("Its signer or its certificates cannot be read.") from None
    if len(embedded) > CERTIFICATES_MAX:
        raise _malformed("It carries too many certificates.")
    if not named:
        raise Unverifiable(
            "A time stamp does not carry its authority's certificate.",
            "Without it the signature cannot be checked.",
            "Ask the authority for its certificate and add it to the trust policy.",
            kind="token-certificate-missing",
        )
    if facts.digest not in SIGNED_DIGESTS:
        raise Unverifiable(
            "A time stamp is signed over a weak hash.",
            "Only SHA-256, SHA-384 and SHA-512 are trusted here.",
            "Take another authority.",
            kind="token-weak-digest",
        )
    # RFC 3161 §2.4.2, RFC 5816: the signature covers the certificate's hash.
    bound = [one for one in named if _hash_fits(one, facts.certificate_hash)]
    if not bound:
        _altered("Its signer did not name the certificate it carries.", "token-certificate")
    return bound[0], embedded


def _hash_fits(certificate: x509.Certificate, signed: tuple[str, bytes] | None) -> bool:
    if signed is None or not signed[0]:
        return False
    name, digest = signed
    der = certificate.public_bytes(Encoding.DER)
    # SHA-1 only in version 1 of the attribute, as OpenSSL has it too: it picks
    # one of the carried certificates, and the chain to the root stands on its own.
    return hashlib.new(name, der, usedforsecurity=False).digest() == digest


def _check_chain(
    signer: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    if not _leads_to_root(signer, pool, roots):
        raise Unverifiable(
            "A time stamp comes from an authority that is not trusted here.",
            "None of the given root certificates stands at the end of its chain.",
            "Give the authority's root certificate, with --roots or in the trust policy.",
            kind="token-root-unknown",
        )
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *_UNREADABLE):
        usage = None
    # RFC 3161 §2.3: this purpose alone, and critical.
    if not (usage and usage.critical and list(usage.value) == [_TIME_STAMPING]):
        _altered("Its certificate is not for time stamping alone.", "token-certificate-purpose")
    # OpenSSL no longer counts the very second of notAfter, so neither do we.
    valid = [one for one in pool if one.not_valid_before_utc <= at < one.not_valid_after_utc]
    if signer not in valid or not _leads_to_root(signer, valid, roots):
        _altered("Its certificate was not valid at the time it states.", "token-certificate-dates")


def _leads_to_root(
    signer: x509.Certificate,
    pool: Iterable[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> bool:
    """Walk up from the signer; each certificate is looked at once."""
    candidates = dict.fromkeys(pool)
    above = [signer]
    for current in above:
        if current in roots and current.issuer == current.subject:
            return True
        issuers = [one for one in candidates if one not in above and _issued(current, one)]
        above.extend(issuers)
    return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _malformed(why: str) -> MalformedInput:
    return MalformedInput(
        "A time stamp is malformed.",
        why,
        "Ask the authority for a new stamp; `openssl ts -reply -text` may say more.",
        kind="token-malformed",
    )


def _altered(why: str, kind: str) -> NoReturn:
    raise AlterationFound(
        "A time stamp does not hold.",
        why,
        "Take the token as the authority sent it, and the bytes as they were stamped.",
        kind=kind,
    )
