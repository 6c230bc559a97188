"""A sender who has their log's keys, and signs a log that the program would never write.

Every signature fits and every proof leads to the signed head, so that nothing but the one
rule in question stands between the bundle and being taken for sound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledger.bundles.build import build_bundle
from ledger.bundles.container import sha256sums
from ledger.formats import kinds
from ledger.formats.bundle_layout import AUTHORITY, PADDING, padding_for
from ledger.formats.encoding import b64url
from ledger.formats.sha256sums import SUMS_NAME
from ledger.formats.statement import StreamPlace, read_statement
from ledger.seal.proof_members import ProofWriter
from ledger.verify.bundle import verify_bundle
from tests.support.ledger_builder import drawn
from tests.support.tampering import Forger, forging, statements
from tests.support.two_schools import School, Sent, send

if TYPE_CHECKING:
    import pytest


def built_anew(sender: School, sent: Sent) -> dict[str, bytes]:
    """Sign the head of the log as it is now, and build the bundle under it."""
    with sender.ledger.reading_file() as log:
        request = replace(sent.request, log=log, note=sender.ledger.sign_head())
        return build_bundle(request)


def found(schools: tuple[School, School], members: dict[str, bytes]) -> set[str]:
    sender, receiver = schools
    files = {name: data for name, data in members.items() if name not in (PADDING, SUMS_NAME)}
    files[PADDING] = padding_for(files)
    files[SUMS_NAME] = sha256sums(files)
    report, _ = verify_bundle(files, sender.policy, receiver.origin)
    assert report.size is not None
    return set(report.codes) - {"self-rooted"}


def test_a_bundle_under_a_head_signed_anew_is_sound(schools: tuple[School, School]) -> None:
    sent = send(*schools)
    assert found(schools, built_anew(schools[0], sent)) == set()


def test_a_statement_of_another_ledger_does_not_count_in_a_log(
    schools: tuple[School, School],
) -> None:
    sender, _ = schools
    sent = send(*schools)
    system = sender.ledger.signing["system"]
    with forging(sender.ledger) as forger:
        index = head_of(forger, sender.pupil.bytes)
        forger.rewrite(index, system, lid=drawn("another ledger", 16))
    assert found(schools, built_anew(sender, sent)) == {"other-ledger"}


def head_of(forger: Forger, stream: bytes) -> int:
    """Find the newest stream head that names a stream."""
    return max(
        index
        for index, one in enumerate(statements(forger.connection))
        if one.kind == kinds.STREAM_HEAD and one.payload["head"]["stream"] == b64url(stream)
    )


def test_the_authority_stream_holds_nothing_but_keys_and_roles(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, _ = schools
    sent, ledger = send(*schools), sender.ledger
    stream = ledger.authority.id.bytes
    with forging(ledger) as forger:
        before = head_of(forger, stream)
        forger.append(ledger.signing["senco"], stream=stream)
        newest = statements(forger.connection)[-1]
        place = StreamPlace(newest.seq, newest.hash)
        head = {"stream": b64url(stream), "seq": newest.seq, "hash": b64url(newest.hash)}
        forger.append(
            ledger.signing["system"],
            kind=kinds.STREAM_HEAD,
            stream=ledger.heads_stream,
            role="system",
            auth=place,
            further={"head": head},
        )
    monkeypatch.setattr("ledger.seal.proof_members.find_countersignature", lambda *_: None)
    members = built_anew(sender, sent)
    with ledger.reading_file() as log:
        writer = ProofWriter(log, ledger.keys.data_key, members["checkpoint"])
        signers = {read_statement(log.entry(sent.manifest).statement).kid}
        longer = writer.authority(before, signers)
    assert len(longer) > sum(name.startswith(AUTHORITY) for name in members)
    assert found(schools, members | longer) == {"stream-incomplete"}
