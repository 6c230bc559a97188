"""A session: one person or machine at work in a home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from ledger.aggregates.event import Event
from ledger.aggregates.log import StreamHead
from ledger.application.desk import Desk
from ledger.application.ledger_application import LedgerApplication, Parts
from ledger.application.log import LogKey, seal_log
from ledger.bootstrap.home import Home
from ledger.bootstrap.marks import demand_continuation, demand_living
from ledger.bootstrap.own_keys import demand_own_keys
from ledger.bootstrap.plans import check_plans
from ledger.bootstrap.upns import check_upns
from ledger.bootstrap.view import View
from ledger.errors import LedgerError
from ledger.formats.access_log import read_access_log
from ledger.formats.encoding import b64url
from ledger.formats.statement import read_statement
from ledger.projections.people import names_by_kid
from ledger.recorder.clock import demand_clock
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.datastore import LedgerDatastore
from ledger.recorder.event_store import SealingEventStore
from ledger.recorder.ledger_recorder import LedgerRecorder
from ledger.recorder.log_state import LedgerStreams, LogState
from ledger.recorder.mapper import SealedMapper
from ledger.recorder.seal_store import SealStore
from ledger.recorder.upgrade import upgrade_ledger
from ledger.seal.actor import Actor


@dataclass(slots=True)
class Session:
    """One person or machine at work in a home.

    Attributes:
        home: where.
        keys: the wrapped keys, open as far as this person may read.
        desk: what they act through.
        store: the log's side tables.
    """

    home: Home
    keys: ContentKeyStore
    desk: Desk
    store: SealStore
    _datastore: LedgerDatastore

    def demand_clock(self) -> None:
        """Refuse to write by a clock that is behind the newest entry.

        Raises:
            ClockSetBack: it is.
        """
        with self.home.reading() as reader:
            demand_clock(self.desk.now(), reader.clock)

    def close(self) -> None:
        """Close the ledger."""
        self.desk.ledger.close()
        self._datastore.close()

    def as_actor(self, actor: Actor, name: str) -> Desk:
        """Give a desk for another signer over the same open ledger."""
        return replace(self.desk, actor=actor, name=name)

    def system_desk(self) -> Desk:
        """Give the desk of the ledger's system key, which is unattended."""
        return self.as_actor(machine_actor(self.home, "system"), "the ledger itself")

    def log_key(self) -> LogKey:
        """Open the log's key."""
        key = self.home.machine_key("log")
        return LogKey(key.public, key.sign)

    def seal(self) -> bytes:
        """Log stream heads, the access log's too, and sign a checkpoint; give the note."""
        with self.home.reading() as reader:
            return seal_log(
                self.system_desk(), reader, self.log_key(), lambda: access_head(self.home)
            )


def access_head(home: Home) -> StreamHead | None:
    """Give the newest record's place, to be logged in the ledger; None where there is none.

    A damaged access log does not keep the ledger from being sealed: verifying
    says what is wrong with it.
    """
    if not home.access_path.exists():
        return None
    with (
        suppress(LedgerError),
        closing(read_access_log(home.access_path, newest_first=True)) as records,
    ):
        for newest in records:
            hashed = read_statement(newest.statement).hash
            return StreamHead(home.streams.access.bytes, newest.seq, hashed)
    return None


def machine_actor(home: Home, purpose: str) -> Actor:
    """Give the actor of a machine key that the authority stream knows."""
    demand_own_keys(home)
    key = home.machine_key(purpose)
    authority = home.authority()
    return Actor(authority.keys[key.kid].person, purpose, key.kid, key.sign)


def open_session(home: Home, actor: Actor, name: str, keys: ContentKeyStore) -> Session:
    """Join the parts that one signer works with.

    Args:
        home: where.
        actor: who signs.
        name: their name.
        keys: the wrapped keys, unlocked for them.
    """
    demand_living(home)
    demand_continuation(home)
    demand_own_keys(home)
    home.place.write(home.path)
    upgrade_ledger(home.ledger_path)
    datastore = LedgerDatastore(home.ledger_path)
    recorder = LedgerRecorder(datastore)
    streams = home.streams
    state = LogState(LedgerStreams(home.lid, streams.authority.bytes, streams.anchors.bytes))
    mapper = SealedMapper(keys, lambda kid: events.public_key(kid))  # noqa: PLW0108  events is made below
    mark = home.mark
    events = SealingEventStore(
        mapper,
        recorder,
        state=state,
        keys=keys,
        entropy=home.entropy,
        after_commit=mark.write,
    )
    application = LedgerApplication(Parts(mapper, recorder, events))
    desk = Desk(application, actor, name, keys, streams, home.lid, home.clock, home.entropy)
    return Session(home, keys, desk, SealStore(datastore), datastore)


@dataclass(frozen=True, slots=True)
class Acting:
    """A person at work: what they see, and the desk where they sign."""

    view: View
    session: Session

    @property
    def desk(self) -> Desk:
        """Where they sign."""
        return self.session.desk


@contextmanager
def act(view: View) -> Iterator[Acting]:
    """Let a person who has a view sign as well."""
    session = _session_of(view)
    try:
        yield Acting(view, session)
    finally:
        session.close()


def _session_of(view: View) -> Session:
    opened = view.opened
    actor = Actor(b64url(opened.person), view.role, opened.signing.kid, opened.signing.sign)
    name = names_by_kid(view.people()).get(opened.signing.kid, "")
    session = open_session(view.home, actor, name, view.keys)
    session.desk = replace(session.desk, check=partial(_look_at_register, view))
    return session


def _look_at_register(view: View, events: Sequence[Event]) -> int | None:
    sizes = [check(view, events) for check in (check_upns, check_plans)]
    return min((size for size in sizes if size is not None), default=None)


@contextmanager
def machine_session(home: Home) -> Iterator[Session]:
    """Open a session for the ledger's system key: it seals, and reads nothing."""
    keys = ContentKeyStore(home.keys_path, home.lid, home.entropy)
    session = open_session(home, machine_actor(home, "system"), "the ledger itself", keys)
    try:
        yield session
    finally:
        session.close()
