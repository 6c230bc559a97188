"""From row to event: verify, then decrypt, then decode; nothing is imported by name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.aggregates.event import Event, disclosed_fields
from ledger.aggregates.pupil import Pupil, PupilRegistered
from ledger.errors import AlterationFound, KeyUnavailable, LedgerError, MalformedInput
from ledger.formats.row import Row, pack_row, unpack_row
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.mapper import SealedMapper
from ledger.seal.ed25519 import BadSignature
from tests.support.tampering import Forger, editing

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger


@pytest.fixture
def mapper(built: BuiltLedger) -> SealedMapper:
    return SealedMapper(built.keys, built.store.public_key)


def stored(built: BuiltLedger, pupil: Pupil, seq: int) -> StoredEvent:
    return next(
        iter(built.store.recorder.select_events(pupil.id, gt=seq - 1, lte=seq)),
    )


def changed(one: StoredEvent, **changes: Any) -> StoredEvent:
    row = unpack_row(bytes(one.state))
    members = {"statement": row.statement, "ciphertext": row.ciphertext} | changes
    return StoredEvent(
        members.pop("stream", one.originator_id),
        members.pop("seq", one.originator_version),
        members.pop("topic", one.topic),
        pack_row(Row(**members)),
    )


def test_an_event_comes_back_as_it_was_saved(built: BuiltLedger, mapper: SealedMapper) -> None:
    pupil = built.pupil(0)
    event = mapper.to_domain_event(stored(built, pupil, 1))
    assert isinstance(event, PupilRegistered)
    assert (event.originator_id, event.originator_version) == (pupil.id, 1)
    assert (event.given_names, event.born) == ("Zoë", pupil.born)


def test_a_topic_in_a_row_imports_nothing(built: BuiltLedger, mapper: SealedMapper) -> None:
    one = changed(stored(built, built.pupil(0), 1), topic="this:s")
    assert isinstance(mapper.to_domain_event(one), PupilRegistered)
    assert "this" not in sys.modules


def test_an_unsealed_event_cannot_be_stored_through_it(
    built: BuiltLedger, mapper: SealedMapper
) -> None:
    event = mapper.to_domain_event(stored(built, built.pupil(0), 1))
    with pytest.raises(TypeError, match="not sealed"):
        mapper.to_stored_event(event)


def test_whatever_is_not_sound_is_refused(built: BuiltLedger, mapper: SealedMapper) -> None:
    pupil, other = built.pupil(0), built.pupil(1)
    first, second = stored(built, pupil, 1), stored(built, pupil, 2)
    row = unpack_row(bytes(first.state))
    head, payload, signature = row.statement.split(b".")
    swapped = b".".join([head, payload, signature[:10] + b"AAAA" + signature[14:]])
    ciphertext = row.ciphertext or b""
    flipped = ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])
    cases: list[tuple[StoredEvent, type[LedgerError], str]] = [
        (changed(first, statement=swapped), BadSignature, "bad-signature"),
        (changed(first, seq=2), AlterationFound, "wrong-place"),
        (changed(first, stream=other.id), AlterationFound, "wrong-place"),
        (changed(first, ciphertext=None), AlterationFound, "contents-missing"),
        (changed(first, ciphertext=flipped), AlterationFound, "content-altered"),
        (
            changed(first, ciphertext=unpack_row(bytes(second.state)).ciphertext),
            AlterationFound,
            "content-altered",
        ),
    ]
    for one, cls, kind in cases:
        with pytest.raises(cls) as refused:
            mapper.to_domain_event(one)
        assert refused.value.kind == kind


def test_a_closed_class_is_told_as_such(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    closed = ContentKeyStore(built.keys.path, built.lid, built.entropy)
    mapper = SealedMapper(closed, built.store.public_key)
    with pytest.raises(KeyUnavailable):
        mapper.to_domain_event(stored(built, pupil, 1))


def test_a_type_that_is_not_published_here_is_refused(
    built: BuiltLedger, mapper: SealedMapper
) -> None:
    pupil = built.pupil(0)
    event = mapper.to_domain_event(stored(built, pupil, 1))
    assert isinstance(event, Event)
    fields = disclosed_fields(event) | {"event": "pupil.registered.v2"}
    with editing(built.path) as connection:
        Forger(built, connection).append(
            built.signing["senco"], fields, stream=pupil.id.bytes, role="senco"
        )
    with pytest.raises(MalformedInput) as refused:
        mapper.to_domain_event(stored(built, pupil, 4))
    assert refused.value.kind == "unknown-event-type"
