"""Ledgers to prove things from, and folders drawn from them."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.authority import KeyRevoked
from ledger.aggregates.consent import Consent, ConsentGiven, FamilyAct
from ledger.aggregates.log import StreamHead, StreamHeadLogged
from ledger.errors import LedgerError
from ledger.evidence.proof_folder import ProofRequest, build_proof
from ledger.formats.encoding import unb64url
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.statement import Statement, StreamPlace, statement_hash
from ledger.formats.tlog_policy import NO_QUORUM, PolicyLog, PolicyWitness, TlogPolicy
from ledger.seal.authority import Authority, apply_checked
from ledger.values.code import Code
from ledger.verify.trust_policy import GENESIS_NAME, POLICY_NAME, ROOTS_NAME, write_genesis_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.aggregates.pupil import Pupil
    from ledger.formats.signed_note import VerifierKey
    from tests.support.ledger_builder import BuiltLedger

EP_REPORT = Code(scheme="consent-item", code="EP", label="Psychologist’s report")


def seal(built: BuiltLedger, *, authority_first: bool = False, sparing: bool = False) -> bytes:
    """Log a head for each changed stream, and the authority stream's always; then sign.

    A sparing seal leaves out the authority stream's where it did not change.
    """
    with built.reading_file() as reader:
        own = {built.heads_stream, built.streams.anchors}
        heads = [
            StreamHead(stream, seq, statement_hash(reader.entry(index).statement))
            for stream, seq, index in reader.stream_heads()
            if stream not in own
            and (index >= built.sealed or (stream == built.streams.authority and not sparing))
        ]
    heads.sort(key=lambda head: (head.stream == built.streams.authority) != authority_first)
    record = built._system_stream(built.heads_stream)
    for head in heads:
        record.record(StreamHeadLogged, built.entry(), head=head)
    built.save("system", record)
    note = built.sign_head()
    built.keep_checkpoint(note)
    return note


def consent(
    built: BuiltLedger,
    pupil: Pupil,
    days_ago: int = 0,
    signer: str = "senco",
    role: str | None = None,
    **changes: Any,
) -> Consent:
    """Record a consent with some of its facts changed."""
    record = Consent(built.open_stream(built.stream(), "general"))
    facts: dict[str, Any] = {
        "pupil": pupil.id.bytes,
        "giver_name": "Pat Example",
        "giver_capacity": "parental_responsibility",
        "giver_stream": None,
        "items": (EP_REPORT,),
        "purpose": "Assessment",
        "recipient": "The council",
        "wording_version": "1",
        "wording": "May we share this report with the council?",
        "method": Code(scheme="consent-method", code="form", label="Form"),
        "act": FamilyAct("signed_form", None, None, "Filing cabinet, drawer 2"),
        "witness": None,
        "expires_on": None,
    }
    entry = built.entry(days_ago, subject=pupil.subject)
    record.record(ConsentGiven, entry, **(facts | changes))
    built.save(signer, record, role=role)
    return record


def revoke(built: BuiltLedger, name: str, from_index: int) -> None:
    """Revoke a person's key from an index on."""
    built.authority.record(
        KeyRevoked,
        built.entry(),
        kid=unb64url(built.signing[name].kid),
        from_index=from_index,
        reason="lost",
        explanation="Lost on a school trip.",
    )
    built.save("head", built.authority)


@contextmanager
def cheating() -> Iterator[None]:
    """Let a program store, and give away, what an honest one would refuse."""

    def follow(authority: Authority, index: int, statement: Statement) -> None:
        with suppress(LedgerError):
            apply_checked(authority, index, statement)
        authority.head, authority.head_index = (
            StreamPlace(statement.seq, statement.hash),
            index,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.recorder.event_store._check_may_sign", lambda *_: None)
        patch.setattr("ledger.recorder.event_store.apply_checked", follow)
        patch.setattr("ledger.recorder.log_state.apply_checked", follow)
        patch.setattr("ledger.evidence.proof_folder._demand_sound", lambda _examined: None)
        yield


def index_of(built: BuiltLedger, record: Consent, seq: int = 1) -> int:
    """Give the log index of a record's entry."""
    with built.reading_file() as reader:
        return reader.place(record.id.bytes, seq).index


def policy_txt(built: BuiltLedger, witness: VerifierKey | None = None, quorum: str = "") -> bytes:
    """Write a policy that names the log and perhaps a cosigner."""
    witnesses = () if witness is None else (PolicyWitness(name="council", key=witness),)
    return TlogPolicy(
        logs=(PolicyLog(built.log_vkey),),
        witnesses=witnesses,
        groups=(),
        quorum=quorum or NO_QUORUM,
    ).to_bytes()


def outside_policy(
    built: BuiltLedger,
    witness: VerifierKey | None = None,
    quorum: str = "",
    roots: bytes | None = None,
) -> dict[str, bytes]:
    """Write the files of a trust policy that a reader brings."""
    with built.reading_file() as reader:
        genesis = hashlib.sha256(reader.entry(0).statement).digest()
    files = {
        POLICY_NAME: policy_txt(built, witness, quorum),
        GENESIS_NAME: write_genesis_hash(genesis),
    }
    return files if roots is None else {**files, ROOTS_NAME: roots}


def prove(built: BuiltLedger, index: int, **choices: Any) -> dict[str, bytes]:
    """Build a proof folder of an entry."""
    facts: dict[str, Any] = {"policy_txt": policy_txt(built), **choices}
    with built.reading_file() as reader:
        data_key = built.keys.data_key
        return build_proof(ProofRequest(reader=reader, data_key=data_key, index=index, **facts))


def resum(files: dict[str, bytes]) -> dict[str, bytes]:
    """Write the list of checksums anew, as a forger would."""
    return {**files, SUMS_NAME: sha256sums(files)}


def write_folder(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files of a folder to disk."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
