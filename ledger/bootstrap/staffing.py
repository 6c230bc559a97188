"""Staff and their keys: what is signed, together with the files and readers it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ledger.application import staff
from ledger.application.staff import Grant
from ledger.bootstrap.create import new_key
from ledger.bootstrap.home import Home
from ledger.bootstrap.machine_keys import root_actor
from ledger.bootstrap.person import demand_live_key
from ledger.bootstrap.session import Session
from ledger.bootstrap.view import View
from ledger.errors import (
    EntryConflict,
    KeyUnavailable,
    LedgerBusy,
    NotFound,
    RuleRefused,
    after_recording,
)
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.home_file import PersonLocator, check_handle, name_mac
from ledger.projections.people import Person
from ledger.seal.actor import Actor
from ledger.seal.authority import Authority
from ledger.seal.class_key_rows import RENEWED, Signer
from ledger.seal.content_keys import ReadingKey
from ledger.seal.key_file import PersonKeys, create_key_file, create_person_keys
from ledger.seal.private_files import write_private
from ledger.seal.recovery import read_sheet
from ledger.statute.signing import classes_readable_by

OPEN_SELF: Final = (
    "They open it themselves, with the recovery sheet from the safe: "
    "send-ledger staff recover --sheet FILE."
)
"""For whoever holds a role, and cannot read what it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody to appoint.

    Attributes:
        name: full name.
        handle: what they type after --as.
        job_title: their post.
        passphrase: theirs, typed by themselves.
        grant: the role they get.
    """

    name: str
    handle: str
    job_title: str
    passphrase: str
    grant: Grant


def add_person(session: Session, newcomer: Newcomer) -> bytes:
    """Appoint somebody: key file, authority, reading; give their id.

    Raises:
        NotAuthorised: the actor may not grant that role.
        UsageError: the handle is taken.
    """
    with _keys_of(session.home, newcomer) as keys:
        staff.appoint(
            session.desk, new_key(keys, newcomer.name), newcomer.job_title, newcomer.grant
        )
    _open(session, keys.reading.public, newcomer.grant.role)
    return keys.person


def add_head(
    session: Session, root_document: bytes, root_passphrase: str, newcomer: Newcomer
) -> bytes:
    """Appoint a headteacher with the root key; the actor's reading is shared with them.

    Raises:
        KeyUnavailable: not this ledger's root key, or a wrong passphrase.
    """
    root = session.as_actor(root_actor(session.home, root_document, root_passphrase), "root key")
    with _keys_of(session.home, newcomer) as keys:
        staff.appoint_with_root(root, new_key(keys, newcomer.name), newcomer.grant)
    _open(session, keys.reading.public, "head")
    return keys.person


def grant_and_open(session: Session, person: Person, grant: Grant) -> None:
    """Grant one more role, and open what it reads."""
    staff.grant_role(session.desk, unb64url(person.person), person.name, grant)
    if person.reading is not None:
        _open(session, unb64url(person.reading), grant.role)


def withdraw_and_close(
    view: View, session: Session, person: Person, *, role: str, from_index: int | None, why: str
) -> int:
    """Withdraw a role, and close what only it could read, by a new class key.

    Returns:
        From which entry on; the one that says so where none was given.

    Raises:
        RuleRefused: kind `last-head`: nobody would be left to appoint anybody.
    """
    desk, home = session.desk, session.home
    day = desk.today().isoformat()
    had = [one for one in home.authority().roles.get(person.person, []) if one.role == role]
    over = bool(had) and all(one.withdrawn is not None for one in had)
    names = _read_only_as(home.authority(), person, role, day)
    if over and _still_reads(session, person, names):  # it was cut short
        _close_recorded(view, session, person, names)
        return had[-1].withdrawn_from or 0
    index = staff.withdraw_role(
        desk,
        unb64url(person.person),
        role,
        from_index=from_index,
        explanation=why,
        check=lambda: _demand_another_head(home.authority(), person.person, role, day),
    )
    _close_recorded(view, session, person, _read_only_as(home.authority(), person, role, day))
    return index


def _read_only_as(authority: Authority, person: Person, role: str, day: str) -> set[str]:
    """Give the classes that a role reads and none of a person's others."""
    held = authority.roles_of(person.person, authority.head_index + 1, day)
    kept = {name for other in held - {role} for name in classes_readable_by(other)}
    return set(classes_readable_by(role)) - kept


def _demand_another_head(authority: Authority, person: str, role: str, day: str) -> None:
    after = authority.head_index + 1
    if role == "head" and authority.holders("head", after, day) == [person]:
        raise RuleRefused(
            "The last headteacher is not removed; nothing was recorded.",
            "Only a headteacher appoints staff, withdraws roles and replaces keys.",
            "Appoint the next one first: send-ledger staff add NAME --role head --handle HANDLE "
            "--root-key FILE; then repeat this.",
            kind="last-head",
        )


def revoke_and_close(
    view: View, session: Session, kid: str, *, from_index: int | None, reason: str, why: str
) -> int:
    """Revoke a key from an index on, and close everything its holder could read.

    One that is revoked already is revoked again from an earlier index; what it
    read was closed the first time, or is closed now where that was cut short.

    Returns:
        From which entry on; the one that says so where none was given.

    Raises:
        NotFound: no key has this thumbprint.
        NotAuthorised: it is revoked, and not from a later index.
    """
    record = view.authority.keys.get(kid)
    if record is None:
        raise NotFound(
            "No key has this thumbprint.",
            "Nobody of this ledger ever had it.",
            remedy="See send-ledger staff list.",
        )
    person = view.people()[record.person]
    # Of every role they ever had: what their key gave out in it must be given anew.
    roles = {one.role for one in view.authority.roles.get(record.person, [])}
    names = {name for role in roles for name in classes_readable_by(role)}
    if record.revoked is not None:
        unclosed = not view.authority.live_keys(person.person)
        if unclosed and _still_reads(session, person, names):
            _close_recorded(view, session, person, names)
            stands = record.revoked_from or 0
            if from_index is None or from_index >= stands:
                return stands
        return staff.revoke_key(session.desk, kid, from_index, reason, why)
    if kid == session.desk.actor.kid:
        return _revoke_own(
            view, session, person, names & set(session.keys.classes), (from_index, reason, why)
        )
    index = staff.revoke_key(session.desk, kid, from_index, reason, why)
    _close_recorded(view, session, person, names)
    return index


def _revoke_own(
    view: View,
    session: Session,
    person: Person,
    names: Collection[str],
    why: tuple[int | None, str, str],
) -> int:
    try:
        # Closed while the key still counts, because it signs the new class keys.
        _close(view, session, person, names)
        return staff.revoke_key(session.desk, session.desk.actor.kid, *why)
    except BaseException:
        if person.reading is not None:
            session.keys.add_reader(unb64url(person.reading), names, session.desk.actor)
        raise


def rotate_key(view: View, session: Session, who: str, passphrase: str) -> str:
    """Give the actor a new key under a new passphrase, then revoke the old; give its thumbprint.

    Both steps are signed by the person alone: nobody else's passphrase is needed.

    Raises:
        EntryConflict: kind "key-renewed": another program did so first.
    """
    home, old = session.home, view.opened
    locator = home.locate(who)
    fresh = create_person_keys(home.lid, old.person, home.entropy)
    document = create_key_file(fresh, passphrase, home.entropy)
    # One at a time: of two, one would revoke the key whose file the other leaves in its place.
    with home.naming():
        _demand_not_renewed(home, old)
        staff.register_successor(session.desk, new_key(fresh, session.desk.name))
        again = "Mend that, then repeat it: send-ledger staff rotate-key."
        with after_recording("Not renewed: your old key and passphrase count as before.", again):
            _give(session, fresh.reading.public, session.keys.classes)
            write_private(_key_path(home, locator.handle), document, replace=True)
        with after_recording("Your new passphrase counts now, but the old key does too.", again):
            _leave_old_keys(view, session, fresh)
    return fresh.signing.kid


def _demand_not_renewed(home: Home, old: PersonKeys) -> None:
    if home.authority().keys[old.signing.kid].revoked is not None:
        raise EntryConflict(
            "Your key was renewed or revoked a moment ago; nothing was recorded.",
            "Another program did so meanwhile.",
            "Repeat the command, with the passphrase that counts now.",
            kind="key-renewed",
        )


def _leave_old_keys(view: View, session: Session, fresh: PersonKeys) -> None:
    """Revoke the old key, and any that a renewal cut short has registered for nobody."""
    person = b64url(fresh.person)
    actor = Actor(person, view.role, fresh.signing.kid, fresh.signing.sign)
    desk = session.as_actor(actor, session.desk.name)
    # Before the old key is revoked: no row that it signed may be left in force.
    gone = {view.opened.reading.public, *map(unb64url, view.people()[person].readings)}
    gone.discard(fresh.reading.public)
    _renew_classes(view, session, list(session.keys.classes), gone, fresh.signing)
    for kid in session.home.authority().live_keys(person):
        if kid != fresh.signing.kid:
            staff.revoke_key(desk, kid, None, "superseded", "the holder renewed the key")


def replace_key(session: Session, person: Person, passphrase: str) -> str:
    """Give a person whose key was revoked a new one, registered by the headteacher.

    The key file first: a key that is registered and that nobody holds would stand in
    the way of the next.
    """
    home = session.home
    fresh = create_person_keys(home.lid, unb64url(person.person), home.entropy)
    document = create_key_file(fresh, passphrase, home.entropy)
    path = _key_path(home, home.locate(person.person).handle)
    # Where an old key counts still, this is refused: its file is not even touched.
    live = home.authority().live_keys(person.person)
    with nullcontext() if live else _in_place(path, document):
        staff.register_successor(session.desk, new_key(fresh, person.name))
    authority = home.authority()
    day = session.desk.today().isoformat()
    for role in authority.roles_of(person.person, authority.head_index + 1, day):
        _open(session, fresh.reading.public, role)
    return fresh.signing.kid


def recover_reading(
    home: Home, sheet: Iterable[str], who: PersonKeys, authority: Authority
) -> None:
    """Open the contents again for somebody, with the recovery sheet; it signs nothing."""
    demand_live_key(authority, who.signing.kid)
    keys = home.open_classes(ReadingKey(read_sheet(sheet)), authority)
    if not keys.classes:
        raise KeyUnavailable(
            "This recovery sheet does not open this home.",
            "It belongs to another home, or was replaced.",
            "Look for the sheet that names this ledger's origin.",
            kind="wrong-sheet",
        )
    day = home.clock().date().isoformat()
    for role in authority.roles_of(b64url(who.person), authority.head_index + 1, day):
        given = classes_readable_by(role) & set(keys.classes)
        keys.add_reader(who.reading.public, given, who.signing)


@contextmanager
def _keys_of(home: Home, newcomer: Newcomer) -> Iterator[PersonKeys]:
    """Write a newcomer's key file, and take it back where they are not appointed."""
    path = _key_path(home, check_handle(newcomer.handle))
    keys = create_person_keys(home.lid, home.entropy(16), home.entropy)
    document = create_key_file(keys, newcomer.passphrase, home.entropy)
    name = name_mac(home.file.names_key, newcomer.name)
    locator = PersonLocator(newcomer.handle, keys.person, name)
    with home.new_locator(locator), _in_place(path, document):
        yield keys


@contextmanager
def _in_place(path: Path, document: bytes) -> Iterator[None]:
    """Write a key file, and put things back where its key is then not registered."""
    before = path.read_bytes() if path.exists() else None
    write_private(path, document, replace=True)
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_private(path, before, replace=True)
        raise


def closed_to(session: Session, role: str) -> bool:
    """Tell whether a role reads what the actor cannot open to others: it is closed to them."""
    return not classes_readable_by(role) <= set(session.keys.classes)


def _open(session: Session, reading: bytes, role: str) -> None:
    """Open what a role reads, as far as the actor can; the role is recorded already."""
    names = classes_readable_by(role) & set(session.keys.classes)
    with after_recording("It is recorded, but what they may read is not open to them.", OPEN_SELF):
        _give(session, reading, names)


def _key_path(home: Home, handle: str) -> Path:
    return home.people_folder / f"{handle}.json"


def _still_reads(session: Session, person: Person, names: Iterable[str]) -> bool:
    """Tell whether a class is still open to somebody, as far as it is to the actor."""
    gone = {unb64url(one) for one in person.readings}
    there = set(names) & set(session.keys.classes)
    return any(gone.intersection(session.keys.readers(name)) for name in there)


def _close(view: View, session: Session, person: Person, names: Iterable[str]) -> None:
    """Close classes to somebody who is to read them no more."""
    _renew_classes(view, session, names, map(unb64url, person.readings), session.desk.actor)


def _give(session: Session, reading: bytes, names: Iterable[str]) -> None:
    given = list(names)
    _with_classes_in_force(
        session, lambda: session.keys.add_reader(reading, given, session.desk.actor)
    )


def _renew_classes(
    view: View, session: Session, names: Iterable[str], leaving: Iterable[bytes], by: Signer
) -> None:
    home, keys, people, gone = session.home, session.keys, _reading_keys(view), set(leaving)

    def renew(name: str) -> None:
        home.judging(home.authority(), lambda known: keys.rotate(name, gone, by, known, people))

    for name in names:
        _with_classes_in_force(session, partial(renew, name))


def _with_classes_in_force(session: Session, act: Callable[[], None]) -> None:
    """Act on class keys; again on the newest, where somebody else renewed them meanwhile.

    What goes with it is recorded already, and must not be left half done.
    """
    try:
        act()
    except LedgerBusy as busy:
        if busy.kind != RENEWED:
            raise
        session.keys.unlock_again(session.home.authority())
        act()


def _close_recorded(view: View, session: Session, person: Person, names: Iterable[str]) -> None:
    """Close classes to somebody of whom it is recorded that they read them no more."""
    with after_recording(
        "It is recorded, but what they could read is not closed to their key.",
        "Mend that, then repeat the command: it closes it, and records nothing twice.",
    ):
        _close(view, session, person, names)


def _reading_keys(view: View) -> set[bytes]:
    return {unb64url(one.reading) for one in view.people().values() if one.reading is not None}
