"""A session's side of a handover, joined from its parts."""

from __future__ import annotations

import hashlib

from ledger.aggregates.school import School
from ledger.application.desk import Desk
from ledger.application.log import add_cosignature
from ledger.application.witnessing import CosignerKey
from ledger.bootstrap.cards import transport_identity
from ledger.bootstrap.consents import consent_to_share
from ledger.bootstrap.home import Home
from ledger.bootstrap.session import Session, machine_actor
from ledger.bundles.exchange import Exchange
from ledger.bundles.policies import policy_files
from ledger.formats.checkpoint import origin_of
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import ED25519, VerifierKey
from ledger.projections.catch_up import catch_up
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.read_models import ReadModelFile
from ledger.projections.streams import streams
from ledger.recorder.attachment_store import AttachmentStore
from ledger.verify.trust_policy import ROOTS_NAME


def exchange_of(
    session: Session, models: ReadModelFile, reader: LedgerReader, *, unattended: bool = False
) -> Exchange:
    """Give a session's side of a handover.

    Args:
        session: the school's person at work.
        models: the read models.
        reader: the open ledger file.
        unattended: let the ledger's system key sign, as for RECEIVED.
    """
    home = session.home
    cosigner = home.machine_key("cosigner")
    return Exchange(
        desk=_desk(session, unattended=unattended),
        reader=reader,
        streams_of=lambda pupil: _streams_of(models, reader, pupil),
        consent_to_share=lambda pupil, item, recipient, on: consent_to_share(
            _history(models, reader, pupil), item, recipient, on
        ),
        transfers=lambda: _transfers(models, reader),
        seal=session.seal,
        keep_cosignature=lambda size, line: _keep(session, reader, size, line),
        cosigner=CosignerKey(cosigner.public, cosigner.sign),
        identity=lambda: transport_identity(session),
        policy=own_policy(home, reader, session.desk.load(School, session.desk.streams.school)),
        attachments=AttachmentStore(home.path / "attachments", session.keys, home.lid),
    )


def own_policy(home: Home, reader: LedgerReader, school: School) -> dict[str, bytes]:
    """Write this school's own claim of its trust policy; trusted schools' cosigners are listed."""
    log = VerifierKey(name=origin_of(home.lid), type=ED25519, public=home.machine_key("log").public)
    cosigners = [VerifierKey.parse(one.cosigner_key) for one in school.partners.values()]
    genesis = hashlib.sha256(reader.entry(0).statement).digest()
    files = policy_files(log, cosigners, genesis)
    if roots := home.tsa_roots():
        files[ROOTS_NAME] = roots
    return files


def _desk(session: Session, *, unattended: bool) -> Desk:
    if not unattended:
        return session.desk
    return session.as_actor(machine_actor(session.home, "system"), session.desk.name)


def _keep(session: Session, reader: LedgerReader, size: int, line: str) -> None:
    add_cosignature(session.system_desk(), reader, session.store, size, line)
    session.seal()


def _streams_of(
    models: ReadModelFile, reader: LedgerReader, pupil: bytes
) -> list[tuple[str, bytes]]:
    catch_up(models, reader, lambda _: None)
    return [(one.noun, one.stream) for one in streams(models) if one.pupil == pupil]


def _history(models: ReadModelFile, reader: LedgerReader, pupil: bytes) -> list[HistoryEntry]:
    catch_up(models, reader, lambda _: None)
    return read_history(models, reader, pupil)


def _transfers(models: ReadModelFile, reader: LedgerReader) -> list[bytes]:
    catch_up(models, reader, lambda _: None)
    return [one.stream for one in streams(models, "record_transfer")]
