"""Where an event becomes a statement: signed, chained, encrypted, then stored.

The one writing path.  `put` holds the writer's place while it seals, so what a
statement quotes (the stream's previous hash, the authority head, the anchor)
is what the log holds when it lands.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import EventStore, Mapper, Notification, Recording, StoredEvent
from eventsourcing.sqlite import SQLiteCursor

from ledger.aggregates.event import Event, clear_members, disclosed_fields
from ledger.errors import EntryConflict, NotAuthorised
from ledger.formats import kinds
from ledger.formats.disclosure import disclosure_texts, fill_digests
from ledger.formats.row import Row, pack_contents, pack_row
from ledger.formats.sd_jwt import SdJwt
from ledger.formats.statement import ClearPart, Statement, finish, read_statement, unsigned
from ledger.recorder.clock import demand_clock
from ledger.recorder.ledger_recorder import TOPIC, LedgerRecorder
from ledger.recorder.log_state import LogState
from ledger.recorder.seal_store import insert_checkpoint
from ledger.recorder.signed_elsewhere import demand_fit
from ledger.seal.actor import Actor
from ledger.seal.authority import apply_checked
from ledger.seal.content_keys import encryption_context, seal_content
from ledger.seal.many_signatures import sign_each
from ledger.seal.roles import permitted_kinds
from ledger.statute.event_names import in_words
from ledger.statute.signing import roles_that_may_sign


class DataKeys(Protocol):
    """Where a stream's data key comes from."""

    def data_key(self, stream: bytes) -> bytes:
        """Give the 32-byte data key of a stream, or refuse with KeyUnavailable."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class _Draft:
    event: Event
    signing_input: bytes
    ciphertext: bytes | None


class SealingEventStore(EventStore[UUID]):
    """Seals events and stores them, all of one save or none."""

    recorder: LedgerRecorder

    def __init__(
        self,
        mapper: Mapper[UUID],
        recorder: LedgerRecorder,
        *,
        state: LogState,
        keys: DataKeys,
        entropy: Callable[[int], bytes],
        after_commit: Callable[[int, bytes], None],
    ) -> None:
        super().__init__(mapper, recorder)
        self._state = state
        self._keys = keys
        self._entropy = entropy
        self._after_commit = after_commit

    def put(  # type: ignore[override]  # the library types events by its own protocol
        self,
        domain_events: Sequence[Event],
        *,
        actor: Actor,
        commands: Sequence[bytes] = (),
        at_size: int | None = None,
        checkpoint: Callable[[int, bytes], bytes] | None = None,
        **_: Any,
    ) -> list[Recording[UUID]]:
        """Seal and store the events of one save.

        Args:
            domain_events: in the order in which they will stand in the log.
            actor: who signs them.
            commands: keyed MACs of the command's idempotency keys.
            at_size: how many entries the log must have, where the events speak
                of the whole log.
            checkpoint: signs size and root as they are then; the note is kept with
                the events, or neither is.

        Raises:
            NotAuthorised: the actor may not sign one of them at this place.
            ClockSetBack: their instant lies before the newest entry.
            AlreadyRecorded: the command was carried out before.
            EntryConflict, LedgerBusy, StorageFailed: nothing was stored.
        """
        if not domain_events:
            return []
        recorder = self.recorder
        try:
            with recorder.datastore.transaction(commit=True) as cursor:
                tree = recorder.tree_state(cursor)
                size = tree.size
                _demand_size(size, at_size)
                self._state.refresh(cursor, size)
                for mac in commands:
                    recorder.check_command(cursor, mac)
                draft = self._state.draft(
                    changes_authority=any(e.KIND in kinds.AUTHORITY_KINDS for e in domain_events)
                )
                drafts = [self._draft(cursor, draft, event, actor) for event in domain_events]
                signatures = sign_each(actor.sign, [one.signing_input for one in drafts])
                stored = [*map(_finished, drafts, signatures)]
                recorder._insert_events(cursor, stored, commands=commands, tree=tree)  # noqa: SLF001  the library's hook, inside our own transaction
                head = recorder.read_head(cursor)
                if checkpoint is not None:
                    insert_checkpoint(cursor, head[0], checkpoint(*head))
        except BaseException:
            # What was drafted and never stored must not be quoted as the one before.
            self._state.heads.clear()
            raise
        self._state = draft
        self._after_commit(*head)
        return [
            Recording(event, Notification(s.originator_id, s.originator_version, TOPIC, s.state, n))
            for n, (event, s) in enumerate(zip(domain_events, stored, strict=True), size + 1)
        ]

    def put_signed(self, shown: SdJwt, now: datetime) -> int:
        """Store a countersignature that was signed elsewhere, and give its log index.

        Args:
            shown: the statement with every field.
            now: the ledger's clock, aware UTC.

        Raises:
            InputRefused, NotAuthorised: see `demand_fit`; nothing was stored.
            KeyUnavailable: its class is not open to whoever brings it.
        """
        statement, recorder = shown.statement, self.recorder
        stream = UUID(bytes=statement.stream)
        with recorder.datastore.transaction(commit=True) as cursor:
            size, _root = recorder.read_head(cursor)
            self._state.refresh(cursor, size)
            demand_fit(self._state, cursor, shown, now)
            context = encryption_context(statement.lid, statement.stream, statement.seq)
            contents = pack_contents([one.text for one in shown.disclosures])
            sealed = seal_content(self._keys.data_key(statement.stream), context, contents)
            row = pack_row(Row(statement.jwt, sealed))
            recorder._insert_events(cursor, [StoredEvent(stream, statement.seq, TOPIC, row)])  # noqa: SLF001  the library's hook, inside our own transaction
            head = recorder.read_head(cursor)
        self._after_commit(*head)
        return size

    def public_key(self, kid: str) -> bytes:
        """Give the registered public key with this thumbprint.

        Raises:
            NotAuthorised: it was never registered in this ledger.
        """
        with self.recorder.datastore.transaction(commit=False) as cursor:
            self._state.refresh(cursor, self.recorder.read_head(cursor)[0])
        known = self._state.authority.keys.get(kid)
        if known is None:
            raise NotAuthorised(
                "An entry is signed with an unknown key.",
                "This ledger never registered it: the file was changed.",
                "See what send-ledger verify says, and restore the newest backup.",
                kind="unknown-key",
            )
        return known.public

    def _draft(self, cursor: SQLiteCursor, state: LogState, event: Event, actor: Actor) -> _Draft:
        event = _at_ledger_time(event, state)
        index, stream = state.size, event.originator_id.bytes
        if index > 0:
            _check_may_sign(state, index, event, actor)
        bare = event.KIND in kinds.BARE_KINDS
        texts = [] if bare else disclosure_texts(disclosed_fields(event), self._entropy)
        signing_input = unsigned(
            ClearPart(
                kind=event.KIND,
                kid=actor.kid,
                lid=state.streams.lid,
                stream=stream,
                seq=event.originator_version,
                prev=state.prev(cursor, stream, event.originator_version),
                recorded_at=event.recorded_at,
                anchor=state.anchor,
                auth=state.authority.head,
                role=actor.role,
                further=clear_members(event),
                digests=fill_digests(texts, self._entropy),
            )
        )
        _follow(state, event, signing_input, actor)
        return _Draft(event, signing_input, self._encrypt(state, event, texts))

    def _encrypt(self, state: LogState, event: Event, texts: list[str]) -> bytes | None:
        if not texts:
            return None
        stream = event.originator_id.bytes
        context = encryption_context(state.streams.lid, stream, event.originator_version)
        return seal_content(self._keys.data_key(stream), context, pack_contents(texts))


def _follow(state: LogState, event: Event, signing_input: bytes, actor: Actor) -> None:
    # A statement is known by the hash of what is signed, so signatures can wait.
    hashed = hashlib.sha256(signing_input).digest()
    state.heads[event.originator_id.bytes] = (event.originator_version, hashed)
    if event.KIND in kinds.AUTHORITY_KINDS or event.KIND == kinds.ANCHOR:
        statement = read_statement(finish(signing_input, actor.sign(signing_input)))
        if event.KIND == kinds.ANCHOR:
            state.follow_anchor(statement)
        else:
            _follow_authority(state, statement, actor)
    state.recorded_at = event.recorded_at
    state.size += 1


def _follow_authority(state: LogState, statement: Statement, actor: Actor) -> None:
    try:
        apply_checked(state.authority, state.size, statement)
    except NotAuthorised as error:
        if error.kind != "kind-not-permitted":
            raise
        raise NotAuthorised(
            f"The role {actor.role} does not change others' keys and roles; nothing was recorded.",
            "The headteacher appoints staff, grants and withdraws roles, and revokes keys.",
            "Ask the headteacher; whoever is that too says --in-role head.",
            kind=error.kind,
        ) from error


def _finished(draft: _Draft, signature: bytes) -> StoredEvent:
    event = draft.event
    row = Row(finish(draft.signing_input, signature), draft.ciphertext)
    return StoredEvent(event.originator_id, event.originator_version, TOPIC, pack_row(row))


def _demand_size(size: int, expected: int | None) -> None:
    if expected is not None and size != expected:
        raise EntryConflict(
            "Somebody else recorded something a moment ago.",
            "What was to be recorded speaks of the whole log, which has grown.",
            "Repeat the command.",
        )


def _at_ledger_time(event: Event, state: LogState) -> Event:
    newest = state.recorded_at
    if newest is None or event.recorded_at >= newest:
        return event
    demand_clock(event.recorded_at, newest)
    return dataclasses.replace(event, recorded_at=newest)


def _check_may_sign(state: LogState, index: int, event: Event, actor: Actor) -> None:
    day = event.recorded_at.date()
    state.authority.judge_role(index, actor.kid, actor.role, day.isoformat())
    if event.KIND == kinds.EVENT:
        allowed = roles_that_may_sign(event.TYPE, day)
        if actor.role not in allowed:
            raise NotAuthorised(
                f"The role {actor.role} may not sign “{in_words(event.TYPE)}”; "
                "nothing was recorded.",
                "It may be signed by: " + (", ".join(sorted(allowed)) or "nobody") + ".",
                "Ask one of them; whoever is that too says so with --in-role.",
            )
    elif event.KIND not in kinds.AUTHORITY_KINDS and event.KIND not in permitted_kinds(actor.role):
        raise NotAuthorised(
            f"The role {actor.role} may not sign kind {event.KIND}; nothing was recorded.",
            "Each role signs its own kinds of statement.",
            "Act in another role with --in-role, or ask somebody who holds it.",
            kind="kind-not-permitted",
        )
