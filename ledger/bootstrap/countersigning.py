"""Four steps to a countersigned beginning, two at the body outside and two at the school.

The body makes a key for this one school and asks to be known; the school registers it
with the root key and prepares what is to be signed; the body looks at it and signs; the
school takes the signature in, if it still fits.  Decision 0011.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.aggregates.countersignature import Countersignature, GenesisCountersigned
from ledger.aggregates.event import read_event
from ledger.application.countersignature import CountersignedSchool, countersign
from ledger.application.desk import Desk
from ledger.application.founding import NewKey
from ledger.application.staff import Grant, appoint_with_root
from ledger.bootstrap.session import Session
from ledger.errors import (
    InputRefused,
    KeyUnavailable,
    LedgerError,
    MalformedInput,
    NotAuthorised,
)
from ledger.formats.card import Card
from ledger.formats.checkpoint import lid_of
from ledger.formats.countersigning import CountersignerRequest, ToSign
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import SdJwt, read_sd_jwt
from ledger.formats.statement import read_anchor, read_statement
from ledger.projections.people import people_of
from ledger.seal.actor import Actor
from ledger.seal.authority import Authority, apply_checked, read_authority
from ledger.seal.ed25519 import check_possession, check_public, prove_possession, thumbprint
from ledger.seal.key_file import create_key_file, create_person_keys, open_key_file
from ledger.seal.roles import RESPONSIBLE_BODY
from ledger.verify.event_contents import permitted_fields


@dataclass(frozen=True, slots=True)
class MadeRequest:
    """A body's new key, wrapped under its passphrase, and its request to the school."""

    key_document: bytes
    request: CountersignerRequest


def make_request(
    card: Card, name: str, passphrase: str, entropy: Callable[[int], bytes]
) -> MadeRequest:
    """Make a body's key for one school's ledger; nothing of the school's is needed but its card.

    Raises:
        InputRefused: the passphrase is too short.
    """
    keys = create_person_keys(lid_of(card.origin), entropy(16), entropy)
    request = CountersignerRequest(
        lid=keys.lid,
        person=keys.person,
        name=name,
        public=keys.signing.public,
        possession=prove_possession(keys.signing, keys.lid, keys.person),
    )
    return MadeRequest(create_key_file(keys, passphrase, entropy), request)


def prepare(
    session: Session, request: CountersignerRequest, open_root: Callable[[], Desk]
) -> ToSign:
    """Register the body, where it is not known yet, and write what it is to sign.

    Args:
        session: of somebody who opens the school's own records.
        request: the body's.
        open_root: opens the desk of the root key, where it is needed.

    Raises:
        InputRefused: it is for another ledger, names somebody who is known here, or its
            key is weak, not proved to be held, or known in another capacity.
        NotAuthorised: the body's key or role was taken back.
    """
    _check_request(session, request)
    _demand_own_stream(session, request.person)
    authority = session.home.authority()
    if thumbprint(request.public) in authority.keys:
        _demand_registered(session, authority, request)
    else:
        _demand_unknown(authority, request)
        desk = open_root()
        appoint_with_root(desk, _new_key(request), Grant(role=RESPONSIBLE_BODY, from_=desk.today()))
    _give_stream(session, request.person)
    with session.home.reading() as log:
        genesis = read_statement(log.entry(0).statement)
        anchors = log.stream(session.home.streams.anchors.bytes)
        head = session.home.authority().head
    if head is None:  # a ledger has a beginning before it has a session
        raise LedgerError(
            "The ledger has no keys and roles.",
            "It has not one entry.",
            "Restore the newest backup: send-ledger restore.",
            kind="no-entry",
        )
    newest = read_statement(anchors[-1].statement).payload if anchors else None
    return ToSign(
        genesis=genesis,
        name=request.name,
        kid=thumbprint(request.public),
        auth=head,
        anchor=None if newest is None else read_anchor(newest),
    )


def _check_request(session: Session, request: CountersignerRequest) -> None:
    if request.lid != session.home.lid:
        raise _refused("It was made for another school's ledger.", "other-ledger")
    try:
        check_public(request.public)
        check_possession(request.public, request.possession, request.lid, request.person)
    except LedgerError:
        raise _refused(
            "Its key is weak, or is not proved to be in the body's hands.", "unproved-key"
        ) from None


def _demand_own_stream(session: Session, person: bytes) -> None:
    # A body's one stream is its own id, which it chose.
    with session.home.reading() as log:
        taken = log.stream_length(person) > 0
    if taken or person in session.home.file.streams.values():
        raise _refused(
            "That body has countersigned before, or names a record of this ledger.", "person-known"
        )


def _demand_unknown(authority: Authority, request: CountersignerRequest) -> None:
    # Otherwise the new key would speak for somebody who has other roles.
    person = b64url(request.person)
    if person in authority.roles or any(one.person == person for one in authority.keys.values()):
        raise _refused("It names somebody who is known in this ledger already.", "person-known")


def _demand_registered(
    session: Session, authority: Authority, request: CountersignerRequest
) -> None:
    kid, day = thumbprint(request.public), session.desk.today().isoformat()
    if authority.keys[kid].person != b64url(request.person):
        raise _refused("Its key is somebody else's in this ledger.", "person-known")
    authority.judge_role(authority.head_index + 1, kid, RESPONSIBLE_BODY, day)


def _new_key(request: CountersignerRequest) -> NewKey:
    return NewKey(
        person=request.person,
        name=request.name,
        public=request.public,
        possession=request.possession,
        custody="passphrase",
        reading=None,
    )


def _give_stream(session: Session, person: bytes) -> None:
    """Give the body's one stream its data key, unless an earlier preparation did."""
    try:
        session.keys.data_key(person)
    except KeyUnavailable as error:
        if error.kind != "key-row-missing":
            raise
        session.keys.add_stream(person, Countersignature.CONTENT_CLASS)


def check_to_sign(card: Card, to_sign: ToSign) -> None:
    """Demand that what is to be signed is the beginning of the card's own ledger.

    Args:
        card: the school's, its fingerprint compared by the caller.
        to_sign: what the school prepared.

    Raises:
        InputRefused: kind "other-genesis".
    """
    genesis = to_sign.genesis
    try:
        apply_checked(Authority(), 0, genesis)
    except LedgerError:
        raise _refused("What it holds is no beginning of a ledger.", "other-genesis") from None
    if hashlib.sha256(genesis.jwt).digest() != card.genesis or genesis.lid != lid_of(card.origin):
        raise _refused(
            "What it holds is not the beginning that the school's card names.", "other-genesis"
        )


@dataclass(frozen=True, slots=True)
class BodyKey:
    """A body's key file, and the passphrase that opens it."""

    document: bytes
    passphrase: str


def demand_key_of(request: CountersignerRequest, key: BodyKey) -> None:
    """Refuse a key that did not make the request, before anything is recorded of it.

    Raises:
        InputRefused: kind "other-key".
        KeyUnavailable: wrong passphrase, or the file was changed.
    """
    keys = open_key_file(key.document, key.passphrase)
    if (keys.lid, keys.signing.public) != (request.lid, request.public):
        raise _refused("That key did not make the request.", "other-key")


def sign(
    card: Card, to_sign: ToSign, key: BodyKey, now: datetime, entropy: Callable[[int], bytes]
) -> bytes:
    """Countersign what a school prepared; give the SD-JWT to send back.

    Raises:
        InputRefused: see `check_to_sign`; kind "other-key": it was prepared for another key.
        KeyUnavailable: wrong passphrase, or the file was changed.
    """
    check_to_sign(card, to_sign)
    keys = open_key_file(key.document, key.passphrase)
    if (keys.lid, keys.signing.kid) != (to_sign.genesis.lid, to_sign.kid):
        raise _refused("It was prepared for another key than this one.", "other-key")
    body = Actor(b64url(keys.person), RESPONSIBLE_BODY, keys.signing.kid, keys.signing.sign)
    return countersign(body, to_sign, CountersignedSchool(card.name, card.urn.text), now, entropy)


def add(session: Session, data: bytes) -> int:
    """Take a body's countersignature into the ledger, if it still fits; give its log index.

    Raises:
        InputRefused, NotAuthorised: it does not; nothing was recorded.
    """
    shown, event = _read_signed(data)
    statement = shown.statement
    with session.home.reading() as log:
        authority = read_authority(log)
        people = people_of(log, session.keys.data_key, authority)
        genesis = hashlib.sha256(log.entry(0).statement).digest()
    known = authority.keys.get(statement.kid)
    if known is None:
        raise NotAuthorised(
            "It is signed with a key that this school has not registered.",
            "Only a registered key can countersign.",
            remedy="Begin with send-ledger countersignature prepare.",
            kind="unknown-key",
        )
    if event.of != genesis:
        raise _refused("It countersigns something else.", "countersignature-wrong")
    if event.body_name != people[known.person].name:
        raise _refused("It bears another name than was registered.", "countersignature-wrong")
    return session.desk.ledger.store_signed(shown, session.desk.now())


def _read_signed(data: bytes) -> tuple[SdJwt, GenesisCountersigned]:
    """Read what a body signed: every field, and no other."""
    try:
        shown = read_sd_jwt(data)
        one, fields = shown.statement, dict(shown.fields)
        event = read_event(UUID(bytes=one.stream), one.seq, one.payload, fields)
    except MalformedInput as error:
        raise _refused(error.what, error.kind) from None
    if not isinstance(event, GenesisCountersigned) or fields.keys() != permitted_fields(
        one.kind, one.role, event.TYPE, one.recorded_at[:10]
    ):
        raise _refused("It holds other fields than it should.", "countersignature-wrong")
    return shown, event


def _refused(why: str, kind: str) -> InputRefused:
    return InputRefused(
        "Nothing was registered, signed or recorded.",
        why,
        "Ask the other side for the right file; see docs/how-to/have-the-ledger-countersigned.md.",
        kind=kind,
    )
