"""Time stamps and cosignatures inside a bundle: carried, verified, and missed when altered."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.bundles.build import build_bundle
from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.formats.sha256sums import sha256sums
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.time_stamps import build_query
from ledger.verify.bundle import verify_bundle
from ledger.verify.trust_policy import read_trust_policy
from tests.support.programs import needs
from tests.support.two_schools import School, new_school, send, sender_with_pupil
from tests.unit.evidence.proof_ledgers import outside_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.formats.signed_note import VerifierKey
    from ledger.verify.findings import Report
    from ledger.verify.trust_policy import TrustPolicy

pytestmark = needs("openssl")
Files = dict[str, bytes]


@dataclass(frozen=True)
class Stamped:
    """A bundle whose checkpoint two authorities stamped and a council cosigned.

    Attributes:
        sender: the school that sent it.
        receiver: the school that has it.
        files: the bundle's files.
        council: the council's cosigning key.
        roots: the root of each authority.
        earlier: a token over an earlier checkpoint of the same log.
    """

    sender: School
    receiver: School
    files: Files
    council: VerifierKey
    roots: tuple[bytes, bytes]
    earlier: bytes

    def policy(self, quorum: str = "council", roots: bytes | None = None) -> TrustPolicy:
        """Give the policy of a reader who trusts log, council and both authorities."""
        trusted = b"".join(self.roots) if roots is None else roots
        files = outside_policy(self.sender.ledger, self.council, quorum, trusted)
        return read_trust_policy(files)

    def verified(self, files: Mapping[str, bytes], policy: TrustPolicy | None = None) -> Report:
        """Verify changed files, with padding and checksums that fit them."""
        fitting = dict(files)
        fitting["padding"] = bytes(len(files["padding"]) - _grown(files, self.files))
        fitting["SHA256SUMS"] = sha256sums(fitting)
        return verify_bundle(fitting, policy or self.policy(), self.receiver.origin)[0]

    @property
    def tokens(self) -> list[str]:
        """Names of the two tokens."""
        return [name for name in self.files if name.startswith("tokens/")]


def _grown(files: Mapping[str, bytes], before: Mapping[str, bytes]) -> int:
    """Tell by how many bytes an archive of changed files is longer."""

    def room(these: Mapping[str, bytes]) -> int:
        listed = {name: data for name, data in these.items() if name != "SHA256SUMS"}
        sums = len(sha256sums(listed))
        return sums + sum(76 + 2 * len(name) + len(data) for name, data in listed.items())

    return room(files) - room(before)


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Stamped:
    folder = tmp_path_factory.mktemp("stamped")
    authorities = [LocalTimeStampAuthority(folder / name, name) for name in ("first", "second")]
    for authority in authorities:
        authority.create()
    sender, receiver = sender_with_pupil(folder), new_school(folder, "receiver", "Bryn School")
    earlier = authorities[0].stamp(build_query(sender.seal(), os.urandom))
    sent = send(sender, receiver)
    ledger = sender.ledger
    for authority in authorities:
        ledger.seals.add_token(
            ledger.sealed, authority.stamp(build_query(sent.request.note, os.urandom))
        )
    council = ledger.add_cosignature()
    with ledger.reading_file() as log:
        files = build_bundle(replace(sent.request, log=log))
    roots = (authorities[0].root_pem, authorities[1].root_pem)
    return Stamped(sender, receiver, files, council, roots, earlier)


def test_tokens_and_cosignatures_travel_and_are_verified(stamped: Stamped) -> None:
    report, _ = verify_bundle(stamped.files, stamped.policy(), stamped.receiver.origin)
    assert (report.result, report.codes) == ("intact", {"self-rooted": 1})
    assert (report.counts["time_stamps"], report.counts["cosignatures"]) == (2, 1)
    assert len(stamped.tokens) == 2
    assert not any("time stamp" in words for words in report.not_checked)


def test_the_checkpoint_travels_as_it_was_stamped_and_proofs_quote_the_cosigned_copy(
    stamped: Stamped,
) -> None:
    cosigned = stamped.files["checkpoint.cosigned"]
    assert cosigned.startswith(stamped.files["checkpoint"])
    assert cosigned.count(b"\n\xe2\x80\x94 ") == stamped.files["checkpoint"].count(b"\xe2") + 1
    proofs = [data for name, data in stamped.files.items() if name.endswith(".tlog-proof")]
    assert {TlogProof.parse(data).checkpoint_note for data in proofs} == {cosigned}


def _token(change: Callable[[Stamped, bytes], bytes]) -> Callable[[Stamped], Files]:
    def changed(stamped: Stamped) -> Files:
        name = stamped.tokens[0]
        return {**stamped.files, name: change(stamped, stamped.files[name])}

    return changed


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _a_second_later(token: bytes) -> bytes:
    """Let a token state a time one second later, at which its certificate is valid as well."""
    at = token.index(b"\x18\x0f20") + 2  # a GeneralizedTime of fifteen characters
    stated = datetime.strptime(token[at : at + 15].decode("ascii"), "%Y%m%d%H%M%S%z")
    later = stated + timedelta(seconds=1)
    return token[:at] + later.strftime("%Y%m%d%H%M%SZ").encode("ascii") + token[at + 15 :]


def _everywhere(stamped: Stamped) -> Files:
    """Flip a bit of the cosignature in the copy and in every proof that quotes it."""
    (old,) = [one for one in stamped.files["checkpoint.cosigned"].splitlines() if b"council" in one]
    new = old[:-9] + (b"B" if old[-9:-8] == b"A" else b"A") + old[-8:]
    return {name: data.replace(old, new) for name, data in stamped.files.items()}


def _exchanged_root(stamped: Stamped) -> Files:
    note = stamped.files["checkpoint.cosigned"]
    return {**stamped.files, "checkpoint.cosigned": _flipped(note, note.index(b"\n") + 6)}


ALTERED: dict[str, tuple[Callable[[Stamped], Files], str]] = {
    "the time in a token": (
        _token(lambda _s, data: _a_second_later(data)),
        "token-signature",
    ),
    "the end of a token": (_token(lambda _s, data: _flipped(data, -1 % len(data))), "token-"),
    "no token at all": (_token(lambda _s, _d: b"nothing"), "token-malformed"),
    "a token over an earlier checkpoint": (_token(lambda s, _d: s.earlier), "token-imprint"),
    "a cosignature, in its copy alone": (
        lambda s: {
            **s.files,
            "checkpoint.cosigned": _everywhere(s)["checkpoint.cosigned"],
        },
        "other-checkpoint",
    ),
    "a cosignature, in every proof": (_everywhere, "note-signature-failed"),
    "the cosigned copy is of another head": (_exchanged_root, "cosigned-copy-wrong"),
    "the cosigned copy is gone": (
        lambda s: {n: d for n, d in s.files.items() if n != "checkpoint.cosigned"},
        "other-checkpoint",
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_found(stamped: Stamped, what: str) -> None:
    change, code = ALTERED[what]
    report = stamped.verified(change(stamped))
    assert report.exit_code == 10
    assert [one for one in report.codes if one.startswith(code)], report.codes


def test_every_byte_of_a_token_counts_or_is_not_signed(stamped: Stamped) -> None:
    name = stamped.tokens[0]
    data = stamped.files[name]
    for place in range(0, len(data), 97):
        report = stamped.verified({**stamped.files, name: _flipped(data, place)})
        # Of a token that cannot be tied to a trusted root it is said that it was not checked.
        assert report.exit_code == 10 or report.counts["time_stamps"] == 1, place


def test_what_cannot_be_checked_is_said(stamped: Stamped) -> None:
    without_roots = stamped.policy(roots=b"")
    report = stamped.verified(stamped.files, without_roots)
    assert report.counts.get("time_stamps", 0) == 0
    assert "its time stamps: the trust policy names no authority" in report.not_checked
    one_root = stamped.policy(roots=stamped.roots[0])
    report = stamped.verified(stamped.files, one_root)
    assert report.counts["time_stamps"] == 1
    assert any("authority that is not trusted" in words for words in report.not_checked)


def test_a_quorum_that_is_not_met_is_no_alteration(stamped: Stamped) -> None:
    with stamped.sender.ledger.reading_file() as log:
        assert log.cosignatures(stamped.sender.ledger.sealed)
    bare = {name: data for name, data in stamped.files.items() if "cosigned" not in name}
    note, cosigned = stamped.files["checkpoint"], stamped.files["checkpoint.cosigned"]
    bare = {name: data.replace(cosigned, note) for name, data in bare.items()}
    report = stamped.verified(bare)
    assert (report.exit_code, report.codes["quorum-unmet"]) == (11, 1)
