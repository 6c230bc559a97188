"""What the log gives and takes: proofs, cosignatures, time stamps."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from ledger.application import log
from ledger.bootstrap.sealing import keep_cosignature, keep_time_stamp, prove_entry, to_stamp
from ledger.bootstrap.session import machine_session
from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.errors import InputRefused, NotFound, Unverifiable, UsageError
from ledger.formats.checkpoint import cosigner_name, origin_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, VerifierKey
from ledger.formats.statement import read_anchor, read_statement
from ledger.seal.checkpoints import cosign
from ledger.seal.ed25519 import SigningKey
from ledger.seal.proofs import LogProver
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.formats.ledger_reader import LedgerReader
    from tests.support.school_home import SchoolHome

COSIGNER = SigningKey(bytes(range(32)))
NAME = cosigner_name(origin_of(bytes(16)))


def vkey(key: SigningKey) -> VerifierKey:
    return VerifierKey(name=NAME, type=COSIGNATURE_ED25519, public=key.public)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalTimeStampAuthority:
    made = LocalTimeStampAuthority(tmp_path_factory.mktemp("tsa"))
    made.create()
    return made


def test_an_entry_above_the_newest_checkpoint_is_not_proved(school: SchoolHome) -> None:
    with machine_session(school.home) as session:
        session.seal()
    size, proof = prove_entry(school.home, 0)
    assert proof.startswith(b"c2sp.org/tlog-proof@v1\n")
    for index in (-1, size):
        with pytest.raises(NotFound) as caught:
            prove_entry(school.home, index)
        assert caught.value.kind == "no-entry"


def test_two_cosignatures_kept_at_once_stand_in_the_newest_anchor_both(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, left, proved = SigningKey(bytes(range(1, 33))), [1], LogProver

    def overtaken(reader: LedgerReader) -> LogProver:
        if left[0]:
            left[0] -= 1
            keep_cosignature(other, lines[others.public], vkey(others))
        return proved(reader)

    with machine_session(school.home) as session, machine_session(school.home) as other:
        note = session.seal()
        lines = {
            key.public: cosign(note, NAME, key.sign, key.public, 1_800_000_000)
            for key in (COSIGNER, others)
        }
        monkeypatch.setattr(log, "LogProver", overtaken)
        keep_cosignature(session, lines[COSIGNER.public], vkey(COSIGNER))
    assert left == [0]
    with school.home.reading() as reader:
        newest = reader.stream(school.home.streams.anchors.bytes)[-1]
        anchor = read_anchor(read_statement(newest.statement).payload)
    held = {hashlib.sha256(line.rstrip().encode()).digest() for line in lines.values()}
    assert held <= set(anchor.tokens)


def test_a_cosignature_is_kept_with_the_checkpoint_that_it_is_of(school: SchoolHome) -> None:
    with machine_session(school.home) as session, school.home.reading() as reader:
        session.seal()
        size, note = reader.checkpoints()[-1]
        line = cosign(note, NAME, COSIGNER.sign, COSIGNER.public, 1_800_000_000)
        with pytest.raises(InputRefused) as caught:
            keep_cosignature(session, line, vkey(SigningKey(bytes(32))))
        assert caught.value.kind == "cosignature-unknown"
        assert reader.cosignatures(size) == []
        assert keep_cosignature(session, line, vkey(COSIGNER)) == size
        assert reader.cosignatures(size) == [line.rstrip()]


@needs("openssl")
def test_a_checked_time_stamp_is_kept_with_the_roots_it_was_checked_by(
    school: SchoolHome, authority: LocalTimeStampAuthority
) -> None:
    with machine_session(school.home) as session, school.home.reading() as reader:
        session.seal()
        asked = to_stamp(school.home)
        answer = authority.stamp(asked.query)
        with pytest.raises(UsageError) as caught:
            keep_time_stamp(session, asked, answer)
        assert caught.value.kind == "no-tsa-roots"
        keep_time_stamp(session, asked, answer, authority.root_pem)
        assert reader.tokens(asked.size) == [answer]
        assert school.home.tsa_roots() == authority.root_pem


@needs("openssl")
def test_a_refused_time_stamp_leaves_the_roots_as_they_were(
    school: SchoolHome, authority: LocalTimeStampAuthority, tmp_path: Path
) -> None:
    stranger = LocalTimeStampAuthority(tmp_path / "stranger", "Stranger")
    stranger.create()
    with machine_session(school.home) as session, school.home.reading() as reader:
        session.seal()
        asked = to_stamp(school.home)
        keep_time_stamp(session, asked, authority.stamp(asked.query), authority.root_pem)
        with pytest.raises(Unverifiable) as caught:
            keep_time_stamp(session, asked, authority.stamp(asked.query), stranger.root_pem)
        assert caught.value.kind == "token-root-unknown"
        assert school.home.tsa_roots() == authority.root_pem
        assert len(reader.tokens(asked.size)) == 1


@needs("openssl")
def test_a_time_stamp_is_fetched_in_two_steps_without_network(
    school: SchoolHome, authority: LocalTimeStampAuthority, tmp_path: Path
) -> None:
    query, response, roots = (tmp_path / name for name in ("q.tsq", "r.tsr", "roots.pem"))
    roots.write_bytes(authority.root_pem)
    assert school.run("log", "checkpoint").exit_code == 0
    assert school.run("log", "timestamp", "--query", str(query)).exit_code == 0
    response.write_bytes(authority.stamp(query.read_bytes()))
    words = ["--query", str(query), "--response", str(response), "--roots", str(roots)]
    done = school.run("log", "timestamp", *words)
    assert (done.exit_code, "Time-stamped" in done.output) == (0, True)
