"""Time stamps against rfc3161-client's published fixtures and against `openssl ts -verify`."""

from __future__ import annotations

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.errors import LedgerError
from ledger.formats.time_stamp_query import decode_query
from ledger.seal.time_stamps import build_query, check_token, read_roots, read_token
from tests.support.programs import needs
from tests.unit.time_stamps.forge import STAMPED, der, new_forge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture(scope="module")
def fixtures(vectors: Path) -> Path:
    return vectors / "rfc3161-client-fixtures" / "test" / "fixtures"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalTimeStampAuthority:
    made = LocalTimeStampAuthority(tmp_path_factory.mktemp("tsa"))
    made.create()
    return made


def kind_of(
    tsr: bytes, stamped: bytes, roots: Sequence[x509.Certificate], query: bytes | None = None
) -> str:
    try:
        check_token(tsr, stamped, roots, query)
    except LedgerError as error:
        return error.kind
    return "sound"


def openssl_verifies(
    folder: Path, tsr: bytes, stamped: bytes, pem: bytes, at: datetime, *, whole: bool = False
) -> bool:
    """What OpenSSL says of the same bytes at that time."""
    for name, content in (("r.tsr", tsr), ("stamped", stamped), ("roots.pem", pem)):
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-in", "r.tsr", "-data", "stamped"),
            *("-CAfile", "roots.pem", "-attime", str(int(at.timestamp()))),
            *(("-untrusted", "roots.pem") if whole else ()),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def pem_of(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_the_published_fixtures_are_judged_one_by_one(fixtures: Path) -> None:
    expected = {
        "sigstage/response-sha256": "sound",
        "sigstage/response-no-embedded-cert": "sound",
        "sigstage/response-invalid-signature": "token-signature",
        "sigstore.mock/response-expired": "sound",  # certificates of 2023, judged in 2023
        # Sound, but over another hash than the one that this program stamps.
        "sigstage/response-sha384": "token-imprint-algorithm",
        "sigstage/response-sha512": "token-imprint-algorithm",
        "test_tsa/response": "token-imprint-algorithm",
        "test_tsa/other_response": "token-imprint-algorithm",
        "test_tsa/response-injected-certs": "token-imprint-algorithm",
        "identrust/issue-104": "token-imprint-algorithm",
    }
    payload = (fixtures / "sigstore.mock" / "payload").read_bytes()
    given = {
        path.relative_to(fixtures).with_suffix("").as_posix() for path in fixtures.rglob("*.tsr")
    }
    assert given == expected.keys()
    for name, verdict in expected.items():
        tsr = (fixtures / f"{name}.tsr").read_bytes()
        chain = (fixtures / name).parent / "ts_chain.pem"
        roots = () if "identrust" in name else read_roots(chain.read_bytes())
        stamped = payload if "mock" in name else b"hello"
        assert kind_of(tsr, stamped, roots) == verdict, name


def test_a_published_token_with_another_root_is_of_unknown_authority(fixtures: Path) -> None:
    tsr = (fixtures / "sigstage" / "response-sha256.tsr").read_bytes()
    roots = read_roots((fixtures / "test_tsa" / "ts_chain.pem").read_bytes())
    assert kind_of(tsr, b"hello", roots) == "token-root-unknown"


@needs("openssl")
def test_openssl_agrees_on_a_published_token_whose_certificates_have_expired(
    fixtures: Path, tmp_path: Path
) -> None:
    folder = fixtures / "sigstore.mock"
    tsr, stamped = (folder / "response-expired.tsr").read_bytes(), (folder / "payload").read_bytes()
    pem = (folder / "ts_chain.pem").read_bytes()
    token = check_token(tsr, stamped, read_roots(pem), None).token
    assert token.gen_time == datetime(2023, 2, 1, tzinfo=UTC)
    assert openssl_verifies(tmp_path, tsr, stamped, pem, token.gen_time, whole=True)
    later = datetime(2026, 1, 1, tzinfo=UTC)
    assert not openssl_verifies(tmp_path, tsr, stamped, pem, later, whole=True)


@needs("openssl")
def test_openssl_reads_our_query_as_we_mean_it(tmp_path: Path) -> None:
    query = build_query(STAMPED, os.urandom)
    (tmp_path / "q.tsq").write_bytes(query)
    text = subprocess.run(
        ["openssl", "ts", "-query", "-in", "q.tsq", "-text"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert "Hash Algorithm: sha256" in text
    assert f"Nonce: 0x{decode_query(query).nonce:016X}" in text
    assert "Certificate required: yes" in text


@needs("openssl")
def test_a_query_that_openssl_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(STAMPED)
    for extra in ([], ["-cert"], ["-no_nonce"], ["-tspolicy", "1.2.3"]):
        query = subprocess.run(
            ["openssl", "ts", "-query", "-data", "data", "-sha256", *extra],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        ).stdout
        assert decode_query(query).imprint == hashlib.sha256(STAMPED).digest()
        assert (decode_query(query).nonce is None) == (extra == ["-no_nonce"])


@needs("openssl")
def test_openssl_and_check_token_agree_on_the_local_authoritys_tokens(
    authority: LocalTimeStampAuthority, tmp_path: Path
) -> None:
    other = LocalTimeStampAuthority(tmp_path / "other")
    other.create()
    query = build_query(STAMPED, os.urandom)
    tsr, roots = authority.stamp(query), authority.root_pem
    at = read_token(tsr).gen_time
    signer = x509.load_pem_x509_certificate((authority.folder / "authority.pem").read_bytes())
    in_signature, in_statement = len(tsr) - 3, tsr.index(b"DEMONSTRATION ONLY")
    in_certificate = tsr.index(der(signer)) + len(der(signer)) - 3
    for case, (token, stamped, pem, verdict) in {
        "sound": (tsr, STAMPED, roots, "sound"),
        "other bytes": (tsr, STAMPED + b"x", roots, "token-imprint"),
        "other root": (tsr, STAMPED, other.root_pem, "token-root-unknown"),
        "signature": (flipped(tsr, in_signature), STAMPED, roots, "token-signature"),
        "statement": (flipped(tsr, in_statement), STAMPED, roots, "token-signature"),
        "certificate": (flipped(tsr, in_certificate), STAMPED, roots, "token-certificate"),
        "cut": (tsr[:-1], STAMPED, roots, "token-malformed"),
    }.items():
        assert kind_of(token, stamped, read_roots(pem), query) == verdict, case
        agrees = openssl_verifies(tmp_path, token, stamped, pem, at)
        assert agrees == (verdict == "sound"), case


def _authority_valid_for(years: tuple[int, int], folder: Path) -> LocalTimeStampAuthority:
    """The local authority with a certificate of those years."""
    made = LocalTimeStampAuthority(folder)
    made.create()
    root = x509.load_pem_x509_certificate(made.root_pem)
    root_key = load_pem_private_key((folder / "root-key.pem").read_bytes(), None)
    current = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    builder = (
        x509.CertificateBuilder()
        .subject_name(current.subject)
        .issuer_name(root.subject)
        .public_key(current.public_key())
        .serial_number(3)
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
    )
    for extension in current.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    signed = builder.sign(root_key, SHA256())
    (folder / "authority.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    return made


@needs("openssl")
def test_openssl_agrees_that_an_expired_certificate_stamps_nothing(tmp_path: Path) -> None:
    authority = _authority_valid_for((2019, 2021), tmp_path)
    tsr = authority.stamp(build_query(STAMPED, os.urandom))
    at = read_token(tsr).gen_time
    roots = read_roots(authority.root_pem)
    assert kind_of(tsr, STAMPED, roots) == "token-certificate-dates"
    assert not openssl_verifies(tmp_path, tsr, STAMPED, authority.root_pem, at)


@needs("openssl")
def test_openssl_agrees_on_tokens_that_lie_in_one_thing_each(tmp_path: Path) -> None:
    forge = new_forge()
    at = read_token(forge.tsr()).gen_time
    ordered = tuple(sorted((forge.root, forge.signer), key=der))
    cases = {
        "sound": (forge, "sound"),
        "SHA-1 names the certificate": (forge.but(attribute="v1"), "sound"),
        "certificates in order": (forge.but(carried=ordered), "sound"),
        "certificates out of order": (forge.but(carried=ordered[::-1]), "sound"),
        "certificate not named": (forge.but(attribute="none"), "token-certificate"),
        "another one named": (forge.but(named=forge.root), "token-certificate"),
        "another key": (forge.but(signer_key=forge.root_key), "token-signature"),
        "grants nothing": (forge.but(status=2), "token-refused"),
    }
    for case, (token, verdict) in cases.items():
        tsr = token.tsr()
        assert kind_of(tsr, STAMPED, forge.roots) == verdict, case
        agrees = openssl_verifies(tmp_path, tsr, STAMPED, pem_of(forge.root), at)
        assert agrees == (verdict == "sound"), case


@needs("openssl")
def test_a_token_with_a_whole_chain_is_read_though_the_library_alone_refuses_it(
    authority: LocalTimeStampAuthority, tmp_path: Path
) -> None:
    query = build_query(STAMPED, os.urandom)
    (tmp_path / "q.tsq").write_bytes(query)
    subprocess.run(
        [
            *("openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "tsa"),
            *("-queryfile", str(tmp_path / "q.tsq"), "-out", str(tmp_path / "r.tsr")),
            *("-chain", "root.pem"),
        ],
        cwd=authority.folder,
        capture_output=True,
        check=True,
    )
    tsr = (tmp_path / "r.tsr").read_bytes()
    assert kind_of(tsr, STAMPED, read_roots(authority.root_pem), query) == "sound"
