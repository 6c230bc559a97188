"""A time-stamp authority made of DER by hand, so that a test can make it lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey as Key

STAMPED = b"send-ledger/v1/example\n7\nnothing of a pupil\n"
GEN_TIME = datetime(2020, 6, 1, 17, 0, 0, tzinfo=UTC)
NONCE = 0x5B3A_0000_0000_0001

_SHA1 = bytes.fromhex("06052b0e03021a")
_SHA256 = bytes.fromhex("0609608648016503040201")
SHA512 = bytes.fromhex("0609608648016503040203")
_ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_POLICY = bytes.fromhex("06042a030401")


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def certificate(
    subject: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    *,
    ca: bool = False,
    years: tuple[int, int] = (2019, 2021),
    usage: x509.ExtendedKeyUsage | None = None,
    usage_critical: bool = True,
    serial: int = 77,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=usage_critical)
    return builder.sign(issuer_key, SHA256())


TIME_STAMPING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])


@dataclass(frozen=True, kw_only=True)
class Forge:
    """One token in parts; change a part with `but`, write it with `tsr`."""

    root: x509.Certificate
    root_key: Key
    signer: x509.Certificate
    signer_key: Key
    carried: tuple[x509.Certificate, ...]
    stamped: bytes = STAMPED
    gen_time: str = GEN_TIME.strftime("%Y%m%d%H%M%SZ")
    nonce: int | None = NONCE
    imprint_algorithm: bytes = _SHA256
    attribute: str = "v2"
    named: x509.Certificate | None = None
    weak: bool = False
    status: int = 0
    accuracy: bytes = b""
    signers: int = 1

    def but(self, **changes: object) -> Forge:
        return replace(self, **changes)  # type: ignore[arg-type]  # a test names the fields

    @property
    def roots(self) -> list[x509.Certificate]:
        return [self.root]

    def _info(self) -> bytes:
        hash_name = "sha512" if self.imprint_algorithm == SHA512 else "sha256"
        return seq(
            integer(1),
            _POLICY,
            seq(
                seq(self.imprint_algorithm, b"\x05\x00"),
                tlv(4, hashlib.new(hash_name, self.stamped).digest()),
            ),
            integer(9),
            tlv(0x18, self.gen_time.encode()),
            self.accuracy,
            b"" if self.nonce is None else integer(self.nonce),
        )

    def _certificate_attribute(self) -> list[bytes]:
        named = der(self.named or self.signer)
        if self.attribute == "v1":
            value = seq(seq(seq(tlv(4, hashlib.sha1(named, usedforsecurity=False).digest()))))
            return [seq(_SIGNING_CERTIFICATE, set_of(value))]
        if self.attribute == "v2-named":
            hashed = tlv(4, hashlib.sha512(named).digest())
            return [seq(_SIGNING_CERTIFICATE_V2, set_of(seq(seq(seq(seq(SHA512), hashed)))))]
        if self.attribute == "v2":
            hashed = tlv(4, hashlib.sha256(named).digest())
            return [seq(_SIGNING_CERTIFICATE_V2, set_of(seq(seq(seq(hashed)))))]
        return []

    def _signer_info(self, info: bytes) -> bytes:
        digest = hashlib.new("sha1" if self.weak else "sha256", info).digest()
        attributes = sorted(
            [
                seq(_CONTENT_TYPE, set_of(_TST_INFO)),
                seq(_MESSAGE_DIGEST, set_of(tlv(4, digest))),
                *self._certificate_attribute(),
            ]
        )
        signature = self.signer_key.sign(tlv(0x31, *attributes), ec.ECDSA(SHA256()))
        return seq(
            integer(1),
            seq(self.signer.issuer.public_bytes(), integer(self.signer.serial_number)),
            seq(_SHA1 if self.weak else _SHA256, b"\x05\x00"),
            tlv(0xA0, *attributes),
            seq(_ECDSA_SHA256),
            tlv(4, signature),
        )

    def tsr(self) -> bytes:
        info = self._info()
        signed = seq(
            integer(3),
            set_of(seq(_SHA256, b"\x05\x00")),
            seq(_TST_INFO, tlv(0xA0, tlv(4, info))),
            tlv(0xA0, *map(der, self.carried)) if self.carried else b"",
            set_of(*(self._signer_info(info) for _ in range(self.signers))),
        )
        return seq(seq(integer(self.status)), seq(_SIGNED_DATA, tlv(0xA0, signed)))


def new_forge() -> Forge:
    """An authority directly under a root, both valid in 2019 and 2020."""
    root_key, signer_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("root", root_key, "root", root_key, ca=True, serial=1)
    signer = certificate("authority", signer_key, "root", root_key, usage=TIME_STAMPING)
    return Forge(
        root=root, root_key=root_key, signer=signer, signer_key=signer_key, carried=(signer,)
    )
