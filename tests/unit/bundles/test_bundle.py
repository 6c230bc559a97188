"""A bundle built by one school and verified by another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.aggregate import EntryCorrected
from ledger.aggregates.authority import KeyRevoked
from ledger.aggregates.consent import Consent, ConsentReliedOn
from ledger.aggregates.handover import STANDING_SENTENCE
from ledger.aggregates.pupil import Pupil, PupilEnrolled, PupilRenamed
from ledger.aggregates.record_transfer import Omission
from ledger.bundles.build import Selection, build_bundle, choose_contents
from ledger.bundles.container import pack, sha256sums, unpack
from ledger.errors import EntryConflict, InputRefused, MalformedInput, NotFound, RuleRefused
from ledger.formats.bundle_layout import (
    MAX_CONSISTENCY_PROOFS,
    Attachment,
    ConsistencyProof,
    is_bundle_name,
    read_consistency,
    write_consistency,
)
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.continuation import SeenHead
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import SUBJECT, School, selection_of, send

if TYPE_CHECKING:
    from ledger.verify.findings import Report
    from tests.unit.bundles.conftest import Transfer

Change = Callable[[dict[str, bytes]], None]


def verified(transfer: Transfer, members: dict[str, bytes], **options: Any) -> Report:
    """Verify changed files, with a list of checksums that fits them."""
    members["SHA256SUMS"] = sha256sums(members)
    return verify_bundle(members, transfer.sender.policy, transfer.receiver.origin, **options)[0]


def test_a_bundle_is_intact_for_its_receiver(transfer: Transfer) -> None:
    report, bundle = verify_bundle(
        transfer.members, transfer.sender.policy, transfer.receiver.origin
    )
    assert report.result == "intact"
    assert bundle is not None
    assert [one.index for one in bundle.statements] == [17, 18, 19, 20, 21]
    assert bundle.signed_by == "Senco Example"
    assert bundle.origin == transfer.sender.origin
    assert bundle.manifest.standing_sentence == STANDING_SENTENCE
    assert bundle.manifest_hash == hashlib.sha256(transfer.members["manifest.sd-jwt"]).digest()
    assert bundle.not_understood == {}


def test_d_xfer_2_every_version_of_every_record_is_in_the_bundle(transfer: Transfer) -> None:
    sender = transfer.sender
    with sender.ledger.reading_file() as log:
        stored = [one.statement for stream in sender.streams for one in log.stream(stream)]
    assert sorted(one.statement.jwt for one in transfer.bundle.statements) == sorted(stored)
    assert all(one.fields["subject_name"] for one in transfer.bundle.statements[-2:])


def test_the_archive_accepts_every_name_and_reads_back(transfer: Transfer) -> None:
    assert unpack(pack(transfer.members), allow=is_bundle_name) == transfer.members


def test_without_a_policy_from_outside_it_is_self_asserted(transfer: Transfer) -> None:
    report, bundle = verify_bundle(transfer.members, None, transfer.receiver.origin)
    assert (report.exit_code, bundle is not None) == (11, True)
    assert "self-asserted" in report.codes


def test_another_schools_policy_does_not_know_the_log(transfer: Transfer) -> None:
    policy = transfer.receiver.policy
    report, bundle = verify_bundle(transfer.members, policy, transfer.receiver.origin)
    assert (report.exit_code, bundle) == (11, None)
    assert "no-known-signature" in report.codes


def test_the_first_statement_must_be_the_trusted_one(transfer: Transfer) -> None:
    policy = replace(transfer.sender.policy, genesis=bytes(32))
    report, _ = verify_bundle(transfer.members, policy, transfer.receiver.origin)
    assert "other-genesis" in report.codes
    assert report.exit_code == 10


def test_a_policy_that_names_no_first_statement_does_not_verify_it_all(
    transfer: Transfer,
) -> None:
    policy = replace(transfer.sender.policy, genesis=None)
    report, bundle = verify_bundle(transfer.members, policy, transfer.receiver.origin)
    assert (report.exit_code, bundle is not None) == (11, True)
    assert "unverifiable" in report.codes


def test_t15_a_bundle_for_another_school_is_refused(transfer: Transfer) -> None:
    with pytest.raises(InputRefused) as refused:
        verify_bundle(transfer.members, transfer.sender.policy, transfer.sender.origin)
    assert refused.value.kind == "not-for-this-school"


def _swap(members: dict[str, bytes], first: str, second: str) -> None:
    for suffix in (".sd-jwt", ".tlog-proof"):
        members[first + suffix], members[second + suffix] = (
            members[second + suffix],
            members[first + suffix],
        )


def _drop(members: dict[str, bytes], *names: str) -> None:
    for name in names:
        del members[f"{name}.sd-jwt"], members[f"{name}.tlog-proof"]


def _withhold(members: dict[str, bytes], name: str, field: str) -> None:
    shown = read_sd_jwt(members[f"{name}.sd-jwt"])
    kept = [one for one in shown.disclosures if one.name != field]
    members[f"{name}.sd-jwt"] = write_sd_jwt(shown.statement.jwt, kept)


def _other_signature(members: dict[str, bytes], name: str) -> None:
    jwt, tilde, rest = members[f"{name}.sd-jwt"].partition(b"~")
    head, _, signature = jwt.rpartition(b".")
    raw = bytearray(unb64url(signature.decode()))
    raw[0] ^= 1
    members[f"{name}.sd-jwt"] = head + b"." + b64url(bytes(raw)).encode() + tilde + rest


def _with_something_beside(members: dict[str, bytes], name: str) -> None:
    proof = TlogProof.parse(members[f"{name}.tlog-proof"])
    members[f"{name}.tlog-proof"] = replace(proof, extra=b"seen by nobody").to_bytes()


CHANGES: dict[str, tuple[Change, str]] = {
    "a proof carries something that nobody signed": (
        lambda m: _with_something_beside(m, "statements/000018"),
        "other-checkpoint",
    ),
    "an entry is left out": (lambda m: _drop(m, "statements/000018"), "chain-broken"),
    "a record and its head are left out": (
        lambda m: _drop(m, "statements/000021", "statements/head-000026"),
        "manifest-disagrees",
    ),
    "a record loses its end": (lambda m: _drop(m, "statements/000020"), "head-wrong"),
    "a head is left out": (lambda m: _drop(m, "statements/head-000026"), "stream-incomplete"),
    "two entries change places": (
        lambda m: _swap(m, "statements/000018", "statements/000019"),
        "index-wrong",
    ),
    "a field is withheld": (
        lambda m: _withhold(m, "statements/000021", "purpose"),
        "field-withheld",
    ),
    "a signature is another": (
        lambda m: _other_signature(m, "statements/000018"),
        "proof-mismatch",
    ),
    "the page says something else": (
        lambda m: m.update({"record.html": m["record.html"].replace(b"Assessment", b"Other")}),
        "record-differs",
    ),
    "the authority stream is cut": (
        lambda m: _drop(m, "authority/0017"),
        "head-wrong",
    ),
    "the authority stream has a gap": (lambda m: _drop(m, "authority/0005"), "stream-incomplete"),
    "the manifest is missing": (lambda m: _drop(m, "manifest"), "missing-file"),
    "an entry stands as the manifest": (
        lambda m: _swap(m, "manifest", "statements/000018"),
        "bad-manifest",
    ),
    "a document is slipped in": (
        lambda m: m.update({"attachments/x1": b"hello"}),
        "attachments-malformed",
    ),
    "a document and its line are slipped in": (
        lambda m: m.update(
            {
                "attachments/x1": b"hello",
                "attachments.txt": f"{hashlib.sha256(b'hello').hexdigest()}  text  x1\n".encode(),
            }
        ),
        "manifest-disagrees",
    ),
    "something lies in the padding": (
        lambda m: m.update({"padding": b"1 Secret Street".rjust(len(m["padding"]), b"\0")}),
        "padding-wrong",
    ),
    "the padding is shorter": (
        lambda m: m.update({"padding": m["padding"][:-1]}),
        "padding-wrong",
    ),
    "a stranger's file lies there": (lambda m: m.update({"notes.txt": b""}), "unexpected-file"),
    "the policy claims another log": (
        lambda m: m.update({"policy/genesis.sha256": b"0" * 64 + b"\n"}),
        "claims-wrong",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_bundle_is_found_out(transfer: Transfer, what: str) -> None:
    change, code = CHANGES[what]
    members = transfer.members
    change(members)
    report = verified(transfer, members)
    assert report.exit_code == 10
    assert code in report.codes


def test_a_file_that_does_not_fit_the_list_is_found(transfer: Transfer) -> None:
    members = transfer.members
    members["policy/policy.txt"] += b"# more\n"
    report, _ = verify_bundle(members, transfer.sender.policy, transfer.receiver.origin)
    assert "sums-mismatch" in report.codes


def test_a_page_of_another_version_cannot_be_compared(transfer: Transfer) -> None:
    members = transfer.members
    members["record.html"] = members["record.html"].replace(b"page 1 -->", b"page 2 -->")
    report = verified(transfer, members)
    assert (report.exit_code, report.codes["unverifiable"]) == (11, 1)


def test_consistency_with_the_heads_seen_before(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    first = send(sender, receiver)
    _, seen = verify_bundle(first.members, sender.policy, receiver.origin)
    assert seen is not None
    again = send(sender, receiver, sequence=2, earlier=(seen.size,))

    def check(members: dict[str, bytes], *heads: SeenHead) -> Report:
        return verify_bundle(members, sender.policy, receiver.origin, heads)[0]

    def unchecked(report: Report) -> list[str]:
        assert (report.result, len(report.findings)) == ("intact", 0)
        return [one for one in report.not_checked if "head" in one]

    head, other = SeenHead(seen.size, seen.root), SeenHead(seen.size, bytes(32))
    newer = SeenHead(seen.size + 1, bytes(32))
    assert unchecked(check(again.members, head)) == []
    assert unchecked(check(first.members, head)) == []
    assert unchecked(check(first.members, head, newer)) == []
    assert unchecked(check(first.members)) == [
        "whether the sender's log continues an earlier head of it"
    ]
    assert unchecked(check(first.members, newer)) == [
        "whether the sender's newer head, seen here before, continues it"
    ]
    for members in (first.members, again.members):
        forked = check(members, other)
        assert (forked.exit_code, forked.codes["fork"]) == (10, 1)
    late = check(again.members, SeenHead(seen.size - 1, bytes(32)))
    assert (late.exit_code, late.codes["proof-missing"]) == (11, 1)


def test_a_damaged_consistency_proof_shows_no_fork(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    first = send(sender, receiver)
    _, seen = verify_bundle(first.members, sender.policy, receiver.origin)
    assert seen is not None
    again = send(sender, receiver, sequence=2, earlier=(seen.size,)).members
    (proof,) = read_consistency(again["consistency"])
    wrong = replace(proof, hashes=(*proof.hashes[:-1], bytes(32)))
    again["consistency"] = write_consistency([wrong])
    again["SHA256SUMS"] = sha256sums(again)
    heads = [SeenHead(seen.size, seen.root)]
    report, _ = verify_bundle(again, sender.policy, receiver.origin, heads)
    assert (report.exit_code, "fork" in report.codes) == (10, False)
    assert report.codes["proof-mismatch"] == 1


@pytest.mark.parametrize("count", [65, MAX_CONSISTENCY_PROOFS])
def test_many_earlier_heads_can_be_proved(count: int) -> None:
    proofs = tuple(ConsistencyProof(old, 2_000, (bytes(32),)) for old in range(1, count + 1))
    assert read_consistency(write_consistency(proofs)) == proofs


def test_a_list_of_proofs_without_end_is_refused() -> None:
    proofs = [ConsistencyProof(1, 2_000, ())] * (MAX_CONSISTENCY_PROOFS + 1)
    with pytest.raises(MalformedInput):
        read_consistency(write_consistency(proofs))


def test_attachments_travel_and_are_listed(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    scan = Attachment(name="a7Q", kind="pdf", data=b"%PDF-1.7 \xff")
    note = Attachment(name="b1", kind="text", data="Café notes".encode())
    chosen = selection_of(sender, attachments=(scan, note))
    with sender.ledger.reading_file() as log, pytest.raises(RuleRefused) as refused:
        choose_contents(log, sender.ledger.keys.data_key, chosen)
    assert refused.value.kind == "attachment-not-scanned"
    sent = send(sender, receiver, attachments=(scan, note), signed_off_by="Senco Example")
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert report.result == "intact"
    assert bundle is not None
    assert bundle.attachments == (scan, note)
    assert b"Senco Example" not in sent.members["attachments.txt"]


def test_documents_that_find_no_room_are_refused_before_a_manifest(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.bundles.documents.DOCUMENTS_BYTES_MAX", 9)
    sender = schools[0]
    for size, kind in ((10, "too-large"), (9, None)):
        chosen = selection_of(
            sender, attachments=(Attachment(name="a", kind="text", data=b"x" * size),)
        )
        with sender.ledger.reading_file() as log:
            try:
                choose_contents(log, sender.ledger.keys.data_key, chosen)
                found = None
            except RuleRefused as refused:
                found = refused.kind
        assert found == kind


def test_omissions_are_named_with_reasons(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    omission = Omission("my_story", "The family has not agreed to share it.")
    sent = send(sender, receiver, omissions=(omission,))
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert report.result == "intact"
    assert bundle is not None
    assert bundle.manifest.omissions == (omission,)
    assert b"The family has not agreed" in sent.members["record.html"]


def test_a_record_changed_meanwhile_stops_the_bundle(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    sent = send(sender, receiver)
    pupil = _pupil(sender)
    sender.ledger.year_group(pupil, "6")
    sender.seal()
    with sender.ledger.reading_file() as log, pytest.raises(EntryConflict):
        build_bundle(replace(sent.request, log=log))


def _pupil(school: School) -> Pupil:
    pupil = Pupil(school.pupil)
    with school.ledger.reading_file() as log:
        pupil.version = log.stream_length(school.pupil.bytes)
    pupil.name = "Zoë O’Example"
    return pupil


@pytest.mark.parametrize(
    ("sealing", "kind"),
    [
        # Keys and roles are as before, so a seal that logs only what changed is not enough.
        (lambda school: school.ledger.seal(), "no-authority-head"),
        (lambda school: school.ledger.sign_head(), "no-stream-head"),
    ],
)
def test_a_bundle_is_not_built_before_the_log_has_logged_its_heads(
    schools: tuple[School, School],
    monkeypatch: pytest.MonkeyPatch,
    sealing: Callable[[School], bytes],
    kind: str,
) -> None:
    sender, receiver = schools
    sender.seal()
    sender.ledger.year_group(_pupil(sender), "6")
    monkeypatch.setattr(School, "seal", sealing)
    with pytest.raises(NotFound) as refused:
        send(sender, receiver)
    assert refused.value.kind == kind


def test_the_pupils_own_record_must_be_chosen(schools: tuple[School, School]) -> None:
    sender, _ = schools
    chosen = Selection(pupil=sender.pupil.bytes, streams=sender.streams[1:])
    with sender.ledger.reading_file() as log, pytest.raises(RuleRefused) as refused:
        choose_contents(log, sender.ledger.keys.data_key, chosen)
    assert refused.value.kind == "pupil-not-included"


def _streams_of_another_pupil(sender: School) -> dict[str, bytes]:
    other = sender.ledger.pupil(7)
    return {"own": other.id.bytes, "consent": sender.ledger.consent(other).id.bytes}


@pytest.mark.parametrize("record", ["own", "consent"])
def test_t14_another_pupils_record_is_not_sent(schools: tuple[School, School], record: str) -> None:
    sender, _ = schools
    other = _streams_of_another_pupil(sender)[record]
    chosen = selection_of(sender)
    chosen = replace(chosen, streams=(*chosen.streams, other))
    with sender.ledger.reading_file() as log, pytest.raises(RuleRefused) as refused:
        choose_contents(log, sender.ledger.keys.data_key, chosen)
    assert refused.value.kind == "other-pupil"


@pytest.mark.parametrize("record", ["own", "consent"])
def test_t14_another_pupils_record_that_was_sent_is_found(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch, record: str
) -> None:
    sender, receiver = schools
    sender.streams += (_streams_of_another_pupil(sender)[record],)
    monkeypatch.setattr("ledger.bundles.build._demand_one_pupil", lambda *_: None)
    members = send(sender, receiver).members
    report, _ = verify_bundle(members, sender.policy, receiver.origin)
    assert (report.result, "other-pupil" in report.codes) == ("altered", True)


def test_t14_a_name_in_another_record_than_the_pupils_own_is_found(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = schools
    consent = sender.ledger.consent(_pupil(sender))
    monkeypatch.setattr(Consent, "_check", lambda *_: None)
    monkeypatch.setattr(Consent, "_apply", lambda *_: None, raising=False)
    entry = sender.ledger.entry(subject=SUBJECT)
    consent.record(
        PupilRenamed, entry, family_name="B", given_names="A", preferred_name=None, grounds="x"
    )
    sender.add(consent)
    monkeypatch.setattr("ledger.bundles.build._demand_one_pupil", lambda *_: None)
    members = send(sender, receiver).members
    report, _ = verify_bundle(members, sender.policy, receiver.origin)
    assert (report.result, "other-pupil" in report.codes) == ("altered", True)


def test_t14_a_manifest_for_other_entries_is_found(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    with pytest.raises(EntryConflict):
        send(sender, receiver, facts={"statements_count": 4})


def test_entries_by_whoever_may_not_sign_them_are_found(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = schools
    consent = Consent(sender.ledger.open_stream(sender.ledger.stream(), "general"))
    given = sender.ledger.consent(_pupil(sender))
    assert given.given is not None
    monkeypatch.setattr(
        "ledger.recorder.event_store.roles_that_may_sign", lambda *_: frozenset({"teacher"})
    )
    consent.record(
        type(given.given), sender.ledger.entry(subject=given.given.subject), **_own(given.given)
    )
    sender.add(consent, by="teacher")
    monkeypatch.undo()
    sent = send(sender, receiver)
    report, _ = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert (report.exit_code, report.codes["type-not-permitted"]) == (10, 1)


@pytest.mark.parametrize(
    ("seq", "hashed", "words"),
    [(99, bytes(32), "that is not there"), (1, bytes(32), "than it names"), (0, b"", "not there")],
)
def test_a_correction_of_what_is_not_there_is_found(
    schools: tuple[School, School], seq: int, hashed: bytes, words: str
) -> None:
    sender, receiver = schools
    pupil = _pupil(sender)
    facts = {"grounds": "wrong pupil", "replaced_by_seq": None}
    entry = sender.ledger.entry(subject=SUBJECT)
    pupil.record(EntryCorrected, entry, corrects_seq=seq, corrects_hash=hashed, **facts)
    sender.add(pupil)
    sent = send(sender, receiver)
    report, _ = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert (report.exit_code, report.codes) == (10, {"self-rooted": 1, "correction-wrong": 1})
    (found,) = [one for one in report.findings if one.code == "correction-wrong"]
    assert words in found.words


def _own(event: Any) -> dict[str, Any]:
    names = type(event).__annotations__
    return {name: getattr(event, name) for name in names}


def test_a_type_not_known_here_is_kept_and_named_never_refused(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = schools
    consent = sender.ledger.consent(_pupil(sender))
    monkeypatch.setattr(ConsentReliedOn, "TYPE", "consent.foreseen.v7")
    monkeypatch.setattr(Consent, "_check", lambda *_: None)
    entry = sender.ledger.entry()
    consent.record(ConsentReliedOn, entry, by_type="x.y.v1", by_stream=bytes(16))
    sender.add(consent)
    monkeypatch.undo()
    sent = send(sender, receiver)
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert report.result == "intact"
    assert report.codes["not-understood"] == 1
    assert report.not_checked
    assert bundle is not None
    assert list(bundle.not_understood.values()) == ["consent.foreseen.v7"]
    assert b"Not understood" in sent.members["record.html"]


def test_a_revoked_key_makes_earlier_entries_disputed_not_altered(
    schools: tuple[School, School],
) -> None:
    sender, receiver = schools
    sender.ledger.register("senco-2", by="head")
    sender.ledger.grant("senco-2", "senco", by="head")
    with sender.ledger.reading_file() as log:
        since = log.size
    group = _pupil(sender)
    entry = sender.ledger.entry()
    group.record(PupilEnrolled, entry, year_group="6", class_name=None)
    sender.ledger.save("senco-2", group)
    authority = sender.ledger.authority
    authority.record(
        KeyRevoked,
        sender.ledger.entry(),
        kid=unb64url(sender.ledger.signing["senco-2"].kid),
        from_index=since,
        reason="compromised",
        explanation="The laptop was stolen.",
    )
    sender.ledger.save("head", authority)
    sent = send(sender, receiver)
    report, _ = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert report.result == "intact"
    assert report.codes["disputed"] == 1
    assert b"Disputed" in sent.members["record.html"]
