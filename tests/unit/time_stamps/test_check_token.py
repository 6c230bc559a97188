"""What a time stamp has to stand; the forge stamps in 2020, its certificates ended in 2021."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import AlterationFound, InputRefused, LedgerError, MalformedInput, Unverifiable
from ledger.formats.time_stamp_query import TimeStampQuery, encode_query
from ledger.seal import time_stamps
from ledger.seal.time_stamps import check_token, read_roots, read_token
from tests.unit.time_stamps.forge import (
    GEN_TIME,
    NONCE,
    SHA512,
    STAMPED,
    TIME_STAMPING,
    certificate,
    der,
    integer,
    seq,
    tlv,
)

if TYPE_CHECKING:
    from tests.unit.time_stamps.forge import Forge


def query_for(forge: Forge, nonce: int | None = NONCE) -> bytes:
    return encode_query(TimeStampQuery(hashlib.sha256(forge.stamped).digest(), nonce))


def refusal(forge: Forge, roots: list[x509.Certificate] | None = None, **given: Any) -> LedgerError:
    arguments = {"stamped": STAMPED, "query": None, **given}
    with pytest.raises(LedgerError) as caught:
        check_token(forge.tsr(), roots=forge.roots if roots is None else roots, **arguments)
    return caught.value


def test_a_sound_token_is_believed_long_after_its_certificates_ended(forge: Forge) -> None:
    checked = check_token(forge.tsr(), STAMPED, forge.roots, query_for(forge))
    assert checked.token.gen_time == GEN_TIME
    assert checked.token.nonce == NONCE
    assert checked.token.serial == 9
    assert checked.token.policy == "1.2.3.4.1"
    assert checked.token.accuracy == timedelta(0)
    assert checked.signer_name == "CN=authority"
    assert checked.not_checked == (time_stamps.REVOCATION,)


def test_without_the_query_it_says_that_the_nonce_was_not_checked(forge: Forge) -> None:
    unasked = check_token(forge.tsr(), STAMPED, forge.roots, None)
    no_nonce = check_token(forge.tsr(), STAMPED, forge.roots, query_for(forge, None))
    for checked in (unasked, no_nonce):
        assert checked.not_checked == (time_stamps.REVOCATION, time_stamps.NONCE)


def test_the_stated_accuracy_is_read(forge: Forge) -> None:
    accuracy = seq(integer(2), tlv(0x80, b"\x01\xf4"), tlv(0x81, b"\x07"))
    token = read_token(forge.but(accuracy=accuracy).tsr())
    assert token.accuracy == timedelta(seconds=2, milliseconds=500, microseconds=7)


def test_a_fraction_of_a_second_is_cut_off(forge: Forge) -> None:
    assert read_token(forge.but(gen_time="20200601170000.75Z").tsr()).gen_time == GEN_TIME


def test_other_bytes_are_refused(forge: Forge) -> None:
    error = refusal(forge, stamped=STAMPED + b"\n")
    assert (error.kind, error.exit_code) == ("token-imprint", 10)


def test_the_answer_to_another_query_is_refused(forge: Forge) -> None:
    assert refusal(forge, query=query_for(forge, NONCE + 1)).kind == "token-nonce"
    assert refusal(forge.but(nonce=None), query=query_for(forge)).kind == "token-nonce"
    other = query_for(forge.but(stamped=b"other"))
    assert refusal(forge, query=other).kind == "token-imprint"
    assert refusal(forge, query=b"no query").kind == "query-malformed"


@pytest.mark.parametrize("roots", ["none", "other", "the authority itself"])
def test_an_unknown_root_is_not_an_alteration(forge: Forge, roots: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    other = certificate("root", key, "root", key, ca=True, serial=1)
    given = {"none": [], "other": [other], "the authority itself": [forge.signer]}[roots]
    error = refusal(forge, given)
    assert (error.kind, error.exit_code) == ("token-root-unknown", 11)


@pytest.mark.parametrize("gen_time", ["20181231235959Z", "20210101000000Z"])
def test_a_token_from_outside_its_certificates_dates_is_refused(
    forge: Forge, gen_time: str
) -> None:
    error = refusal(forge.but(gen_time=gen_time))
    assert (error.kind, error.exit_code) == ("token-certificate-dates", 10)


@pytest.mark.parametrize("gen_time", ["20190101000000Z", "20201231235959Z"])
def test_the_first_and_last_second_of_its_dates_count(forge: Forge, gen_time: str) -> None:
    check_token(forge.but(gen_time=gen_time).tsr(), STAMPED, forge.roots, None)


def test_a_root_that_had_ended_is_refused(forge: Forge) -> None:
    root = certificate(
        "root", forge.root_key, "root", forge.root_key, ca=True, years=(2010, 2020), serial=1
    )
    assert refusal(forge, [root]).kind == "token-certificate-dates"


def test_an_authority_that_had_ended_before_its_root_is_refused(forge: Forge) -> None:
    signer = certificate(
        "authority",
        forge.signer_key,
        "root",
        forge.root_key,
        usage=TIME_STAMPING,
        years=(2018, 2020),
    )
    token = forge.but(signer=signer, carried=(signer,))
    assert refusal(token).kind == "token-certificate-dates"


def test_a_token_with_two_signers_is_malformed(forge: Forge) -> None:
    assert refusal(forge.but(signers=2)).kind == "token-malformed"
    assert refusal(forge.but(signers=0)).kind == "token-malformed"


def test_a_second_root_with_the_right_dates_carries_the_token(forge: Forge) -> None:
    ended = certificate(
        "root", forge.root_key, "root", forge.root_key, ca=True, years=(2010, 2020), serial=1
    )
    assert refusal(forge, roots=[ended]).kind == "token-certificate-dates"
    check_token(forge.tsr(), STAMPED, [ended, forge.root, forge.root], None)


@pytest.mark.parametrize("attribute", ["v1", "v2", "v2-named"])
def test_the_signed_hash_of_the_certificate_is_read_in_each_form(
    forge: Forge, attribute: str
) -> None:
    check_token(forge.but(attribute=attribute).tsr(), STAMPED, forge.roots, None)


@pytest.mark.parametrize("attribute", ["v1", "v2", "v2-named", "none"])
def test_a_certificate_that_the_signer_did_not_name_is_refused(
    forge: Forge, attribute: str
) -> None:
    error = refusal(forge.but(attribute=attribute, named=forge.root))
    assert (error.kind, error.exit_code) == ("token-certificate", 10)


@pytest.mark.parametrize(
    ("usage", "critical"),
    [
        (None, True),
        (TIME_STAMPING, False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True),
        (
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]
            ),
            True,
        ),
    ],
)
def test_a_certificate_not_for_time_stamping_alone_is_refused(
    forge: Forge, usage: x509.ExtendedKeyUsage | None, critical: bool
) -> None:
    signer = certificate(
        "authority",
        forge.signer_key,
        "root",
        forge.root_key,
        usage=usage,
        usage_critical=critical,
    )
    error = refusal(forge.but(signer=signer, carried=(signer,)))
    assert (error.kind, error.exit_code) == ("token-certificate-purpose", 10)


def test_a_broken_signature_is_an_alteration(forge: Forge) -> None:
    other_key = ec.generate_private_key(ec.SECP256R1())
    error = refusal(forge.but(signer_key=other_key))
    assert (error.kind, error.exit_code) == ("token-signature", 10)


def test_a_weak_hash_is_refused(forge: Forge) -> None:
    error = refusal(forge.but(weak=True))
    assert (error.kind, error.exit_code) == ("token-weak-digest", 11)


def test_another_hash_over_the_bytes_is_not_judged(forge: Forge) -> None:
    error = refusal(forge.but(imprint_algorithm=SHA512))
    assert (error.kind, error.exit_code) == ("token-imprint-algorithm", 11)


@pytest.mark.parametrize("status", [1, 2, 5])
def test_a_response_that_grants_nothing_is_refused(forge: Forge, status: int) -> None:
    with pytest.raises(InputRefused) as caught:
        read_token(forge.but(status=status).tsr())
    assert caught.value.kind == "token-refused"


def test_a_bare_refusal_is_told_from_a_malformed_response() -> None:
    with pytest.raises(InputRefused) as caught:
        read_token(seq(seq(integer(2))))
    assert caught.value.kind == "token-refused"


@pytest.mark.parametrize("data", [b"", b"\x30", b"<html>", bytes(65 * 1024)])
def test_what_is_no_response_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedInput) as caught:
        read_token(data)
    assert caught.value.kind == "token-malformed"


def test_a_response_over_the_limit_is_refused_unread(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tsr = forge.tsr()
    monkeypatch.setattr(time_stamps, "TOKEN_BYTES_MAX", len(tsr))
    read_token(tsr)
    monkeypatch.setattr(time_stamps, "TOKEN_BYTES_MAX", len(tsr) - 1)
    with pytest.raises(MalformedInput) as caught:
        read_token(tsr)
    assert "larger" in caught.value.why


def test_certificates_count_in_any_order(forge: Forge) -> None:
    """OpenSSL writes a chain in no order; rfc3161-client 1.0.9 alone refuses one of the two."""
    pair = sorted((forge.root, forge.signer), key=der)
    for carried in (tuple(pair), tuple(reversed(pair))):
        check_token(forge.but(carried=carried).tsr(), STAMPED, forge.roots, None)


def test_a_token_without_certificates_needs_its_authority_among_the_given(forge: Forge) -> None:
    bare = forge.but(carried=())
    assert refusal(bare).kind == "token-certificate-missing"
    assert refusal(bare).exit_code == 11
    check_token(bare.tsr(), STAMPED, [forge.root, forge.signer], None)


@pytest.mark.parametrize("given", ["in the token", "among the roots"])
def test_an_intermediate_is_found(forge: Forge, given: str) -> None:
    middle_key = ec.generate_private_key(ec.SECP256R1())
    middle = certificate("middle", middle_key, "root", forge.root_key, ca=True, serial=2)
    signer = certificate("authority", forge.signer_key, "middle", middle_key, usage=TIME_STAMPING)
    token = forge.but(signer=signer, carried=(signer,))
    if given == "in the token":
        check_token(token.but(carried=(signer, middle)).tsr(), STAMPED, forge.roots, None)
    else:
        check_token(token.tsr(), STAMPED, [middle, forge.root], None)
    assert refusal(token).kind == "token-root-unknown"
    # An intermediate alone is no root.
    assert refusal(token, [middle]).kind == "token-root-unknown"


def test_a_root_that_the_token_brings_along_is_not_trusted(forge: Forge) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("own root", key, "own root", key, ca=True, serial=1)
    signer = certificate("authority", forge.signer_key, "own root", key, usage=TIME_STAMPING)
    token = forge.but(signer=signer, carried=(signer, root))
    assert refusal(token).kind == "token-root-unknown"


def test_a_plain_certificate_under_the_root_cannot_make_authorities(forge: Forge) -> None:
    """Its holder issues one for time stamping to itself, under its own name."""
    key = ec.generate_private_key(ec.SECP256R1())
    plain = certificate("mallory", key, "root", forge.root_key, serial=5)
    other = ec.generate_private_key(ec.SECP256R1())
    under = certificate("authority", other, "mallory", key, usage=TIME_STAMPING)
    own = certificate("mallory", key, "mallory", key, usage=TIME_STAMPING)
    for signer, signer_key in ((under, other), (own, key)):
        token = forge.but(signer=signer, signer_key=signer_key, carried=(signer, plain))
        error = refusal(token)
        assert (error.kind, error.exit_code) == ("token-signature", 10)


def test_too_many_certificates_are_refused(forge: Forge) -> None:
    many = tuple(
        certificate("x", forge.root_key, "x", forge.root_key, serial=serial)
        for serial in range(1, time_stamps.CERTIFICATES_MAX + 1)
    )
    error = refusal(forge.but(carried=(forge.signer, *many)))
    assert error.kind == "token-malformed"
    check_token(forge.but(carried=(forge.signer, *many[1:])).tsr(), STAMPED, forge.roots, None)


@pytest.mark.filterwarnings(  # a serial number made negative; a later cryptography refuses it
    "ignore:Parsed a:cryptography.utils.CryptographyDeprecationWarning"
)
def test_a_token_cut_or_changed_anywhere_never_says_something_else(forge: Forge) -> None:
    sound = forge.tsr()
    statement = check_token(sound, STAMPED, forge.roots, None)
    broken = [sound[:length] for length in range(len(sound))]
    broken += [
        sound[:place] + bytes([octet ^ flip]) + sound[place + 1 :]
        for place, octet in enumerate(sound)
        for flip in (0x01, 0xFF)
    ]
    refused = 0
    for tsr in broken:
        try:
            # Versions, NULL parameters and the order of the set are not signed.
            assert check_token(tsr, STAMPED, forge.roots, None) == statement
        except (AlterationFound, Unverifiable, InputRefused):
            refused += 1
    assert refused > 0.98 * len(broken)


def test_roots_are_read_from_pem(forge: Forge) -> None:
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in (forge.root, forge.signer))
    assert read_roots(pem) == (forge.root, forge.signer)
    for wrong in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(MalformedInput) as caught:
            read_roots(wrong)
        assert caught.value.kind == "roots-malformed"
