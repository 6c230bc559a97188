"""Staff and their keys: what is signed, together with the files and readers it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ledger.application import staff
from ledger.application.staff import Grant
from ledger.bootstrap.create import new_key
from ledger.bootstrap.home import Home
from ledger.bootstrap.machine_keys import root_actor
from ledger.bootstrap.person import demand_live_key
from ledger.bootstrap.session import Session
from ledger.bootstrap.view import View
from ledger.errors import KeyUnavailable, LedgerBusy, NotFound, RuleRefused, UsageError
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
    keys = _write_key_file(session.home, newcomer)
    try:
        staff.appoint(
            session.desk, new_key(keys, newcomer.name), newcomer.job_title, newcomer.grant
        )
    except BaseException:
        _key_path(session.home, newcomer.handle).unlink(missing_ok=True)
        raise
    _locate(session.home, newcomer.handle, keys.person, newcomer.name)
    _open(session, keys.reading.public, classes_readable_by(newcomer.grant.role))
    return keys.person


def add_head(
    session: Session, root_document: bytes, root_passphrase: str, newcomer: Newcomer
) -> bytes:
    """Appoint a headteacher with the root key; the actor's reading is shared with them.

    Raises:
        KeyUnavailable: not this ledger's root key, or a wrong passphrase.
    """
    root = session.as_actor(root_actor(session.home, root_document, root_passphrase), "root key")
    keys = _write_key_file(session.home, newcomer)
    try:
        staff.appoint_with_root(root, new_key(keys, newcomer.name), newcomer.grant)
    except BaseException:
        _key_path(session.home, newcomer.handle).unlink(missing_ok=True)
        raise
    _locate(session.home, newcomer.handle, keys.person, newcomer.name)
    _open(session, keys.reading.public, classes_readable_by("head"))
    return keys.person


def grant_and_open(session: Session, person: Person, grant: Grant) -> None:
    """Grant one more role, and open what it reads."""
    staff.grant_role(session.desk, unb64url(person.person), person.name, grant)
    if person.reading is not None:
        _open(session, unb64url(person.reading), classes_readable_by(grant.role))


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
    index = staff.withdraw_role(
        desk,
        unb64url(person.person),
        role,
        from_index=from_index,
        explanation=why,
        check=lambda: _demand_another_head(home.authority(), person.person, role, day),
    )
    authority = home.authority()
    held = authority.roles_of(person.person, authority.head_index + 1, day)
    kept = {name for other in held for name in classes_readable_by(other)}
    _close(view, session, person, classes_readable_by(role) - kept)
    return index


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
    read was closed the first time.

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
    if record.revoked is not None:
        return staff.revoke_key(session.desk, kid, from_index, reason, why)
    person = view.people()[record.person]
    # Of every role they ever had: what their key gave out in it must be given anew.
    roles = {one.role for one in view.authority.roles.get(record.person, [])}
    names = {name for role in roles for name in classes_readable_by(role)}
    if kid == session.desk.actor.kid:
        return _revoke_own(
            view, session, person, names & set(session.keys.classes), (from_index, reason, why)
        )
    index = staff.revoke_key(session.desk, kid, from_index, reason, why)
    _close(view, session, person, names)
    return index


def _revoke_own(
    view: View,
    session: Session,
    person: Person,
    names: Collection[str],
    why: tuple[int | None, str, str],
) -> int:
    # Closed while the key still counts, because it signs the new class keys.
    _close(view, session, person, names)
    try:
        return staff.revoke_key(session.desk, session.desk.actor.kid, *why)
    except BaseException:
        if person.reading is not None:
            session.keys.add_reader(unb64url(person.reading), names, session.desk.actor)
        raise


def rotate_key(view: View, session: Session, who: str, passphrase: str) -> str:
    """Give the actor a new key under a new passphrase, then revoke the old; give its thumbprint.

    Both steps are signed by the person alone: nobody else's passphrase is needed.
    """
    home, old = session.home, view.opened
    locator = home.locate(who)
    fresh = create_person_keys(home.lid, old.person, home.entropy)
    document = create_key_file(fresh, passphrase, home.entropy)
    staff.register_successor(session.desk, new_key(fresh, session.desk.name))
    _open(session, fresh.reading.public, session.keys.classes)
    write_private(_key_path(home, locator.handle), document, replace=True)
    desk = session.as_actor(
        Actor(b64url(fresh.person), view.role, fresh.signing.kid, fresh.signing.sign),
        session.desk.name,
    )
    # Before the old key is revoked: no row that it signed may be left in force.
    _renew_classes(view, session, list(session.keys.classes), [old.reading.public], fresh.signing)
    staff.revoke_key(desk, old.signing.kid, None, "superseded", "the holder renewed the key")
    return fresh.signing.kid


def replace_key(session: Session, person: Person, handle: str, passphrase: str) -> str:
    """Give a person whose key was revoked a new one, registered by the headteacher."""
    home = session.home
    fresh = create_person_keys(home.lid, unb64url(person.person), home.entropy)
    document = create_key_file(fresh, passphrase, home.entropy)
    staff.register_successor(session.desk, new_key(fresh, person.name))
    write_private(_key_path(home, handle), document, replace=True)
    authority = home.authority()
    roles = authority.roles_of(
        person.person, authority.head_index + 1, session.desk.today().isoformat()
    )
    for role in roles:
        _open(session, fresh.reading.public, classes_readable_by(role))
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


def _write_key_file(home: Home, newcomer: Newcomer) -> PersonKeys:
    check_handle(newcomer.handle)
    if any(one.handle == newcomer.handle for one in home.locators()):
        raise UsageError(
            f"The handle “{newcomer.handle}” is taken.",
            "Each person's key file has a handle of its own.",
            remedy="Choose another, e.g. with a figure behind it.",
            kind="handle-taken",
        )
    keys = create_person_keys(home.lid, home.entropy(16), home.entropy)
    document = create_key_file(keys, newcomer.passphrase, home.entropy)
    write_private(_key_path(home, newcomer.handle), document)
    return keys


def _key_path(home: Home, handle: str) -> Path:
    return home.people_folder / f"{handle}.json"


def _locate(home: Home, handle: str, person: bytes, name: str) -> None:
    home.add_locator(PersonLocator(handle, person, name_mac(home.file.names_key, name)))


def _close(view: View, session: Session, person: Person, names: Iterable[str]) -> None:
    if person.reading is not None:
        _renew_classes(view, session, names, [unb64url(person.reading)], session.desk.actor)


def _open(session: Session, public: bytes, names: Iterable[str]) -> None:
    given = list(names)
    _with_classes_in_force(
        session, lambda: session.keys.add_reader(public, given, session.desk.actor)
    )


def _renew_classes(
    view: View, session: Session, names: Iterable[str], gone: list[bytes], by: Signer
) -> None:
    home, keys, people = session.home, session.keys, _reading_keys(view)

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


def _reading_keys(view: View) -> set[bytes]:
    return {unb64url(one.reading) for one in view.people().values() if one.reading is not None}
