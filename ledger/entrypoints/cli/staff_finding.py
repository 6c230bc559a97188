"""Finding members of staff and their keys."""

from __future__ import annotations

from typing import Any

from ledger.bootstrap.view import View
from ledger.errors import NotFound
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.home_file import name_mac
from ledger.projections.people import Person


def key_rows(view: View, person: Person) -> list[dict[str, Any]]:
    """Give one row for each key of a person: roles in force, handle, state."""
    at = view.authority.head_index + 1
    roles = view.authority.roles_of(person.person, at, view.home.clock().date().isoformat())
    handles = {one.person: one.handle for one in view.home.locators()}
    rows = []
    for kid in person.kids:
        record = view.authority.keys[kid]
        state = "in use"
        if record.revoked is not None:
            state = f"revoked from entry {record.revoked_from} ({record.reason})"
        rows.append(
            {
                "name": person.name,
                "person": person.person,
                "roles": ", ".join(sorted(roles)),
                "handle": handles.get(unb64url(person.person), ""),
                "key": kid,
                "state": state,
            }
        )
    return rows


def find_key(view: View, person_or_key: str) -> str:
    """Find a key by its thumbprint, or a person's: the live one, or else their only one.

    Raises:
        NotFound: nobody is called that, or it does not say which key is meant.
    """
    if person_or_key in view.authority.keys:
        return person_or_key
    person = find_person(view, person_or_key)
    keys = view.authority.live_keys(person.person) or list(person.kids)
    if len(keys) != 1:
        raise NotFound(
            "It is not clear which of this person's keys is meant.",
            "They have several, none of them or more than one in use.",
            "Name it by its thumbprint, from send-ledger staff list.",
            kind="which-key",
        )
    return keys[0]


def find_person(view: View, who: str) -> Person:
    """Find a member of staff by handle, name or id.

    Raises:
        NotFound: nobody is called that.
    """
    people = view.people()
    names_key = view.home.file.names_key
    mac = name_mac(names_key, who)
    for one in view.home.locators():
        # One whom the ledger does not know is left from an appointment that was cut short.
        if b64url(one.person) in people and (who == one.handle or mac == one.name_mac):
            return people[b64url(one.person)]
    for person in people.values():
        if who == person.person or name_mac(names_key, person.name) == mac:
            return person
    raise NotFound(
        "Nobody here is called that.",
        "No handle, name or id fits.",
        remedy="See send-ledger staff list.",
        kind="unknown-person",
    )
