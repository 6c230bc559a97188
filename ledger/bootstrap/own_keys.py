"""Are the key files in a home this ledger's own, and not another's that was put in their place?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ledger.errors import KeyUnavailable, StorageFailed
from ledger.formats.encoding import b64url
from ledger.recorder.content_key_store import ContentKeyStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.bootstrap.home import Home
    from ledger.seal.authority import Authority

PURPOSES: Final = ("log", "system", "cosigner", "access")


def foreign_machine_keys(
    home: Home, authority: Authority, purposes: Sequence[str] = PURPOSES
) -> list[str]:
    """Name the purposes whose key file holds a key that the ledger never registered for it.

    A file that is not there is somebody else's business: whoever needs it says so.

    Args:
        home: where.
        authority: keys and roles, read after whatever is already known of the files.
        purposes: which files.
    """
    there = [one for one in purposes if (home.path / "keys" / f"{one}.json").exists()]
    kids = {one: home.machine_key(one).kid for one in there}
    if any(kid not in authority.keys for kid in kids.values()):
        authority = home.authority()  # a key may have been renewed since
    return [one for one, kid in kids.items() if not _is_own(authority, kid, one)]


def demand_own_keys(home: Home) -> None:
    """Refuse to write with another ledger's machine keys, before anything is signed.

    Raises:
        KeyUnavailable: kind "foreign-key"; or a key file cannot be read.
    """
    with home.reading() as reader:
        if not reader.size:  # it is just being founded
            return
    if foreign := foreign_machine_keys(home, home.authority()):
        raise _foreign(foreign, "nothing was recorded")


def demand_own_access_key(authority: Authority, kid: str) -> None:
    """Refuse to sign a reading with another ledger's key.

    Raises:
        KeyUnavailable: kind "foreign-key".
    """
    if not _is_own(authority, kid, "access"):
        raise _foreign(["access"], "nothing is shown")


def _foreign(purposes: Sequence[str], so: str) -> KeyUnavailable:
    names = ", ".join(f"keys/{one}.json" for one in purposes)
    return KeyUnavailable(
        f"{names}: not this ledger's own key; {so}.",
        "The ledger never registered that key. It belongs to another ledger, or was made anew.",
        "Put back the file from this home's newest backup; see send-ledger doctor.",
        kind="foreign-key",
    )


def unknown_people(home: Home, authority: Authority) -> tuple[int, int]:
    """Count the people that keys/people.json names: unknown to the ledger, and all."""
    unknown, people = _unknown(home, authority)
    if unknown:
        with suppress(StorageFailed), home.naming():  # somebody may be being appointed
            pass
        unknown, people = _unknown(home, home.authority())
    return unknown, people


def _unknown(home: Home, authority: Authority) -> tuple[int, int]:
    people, known = [b64url(one.person) for one in home.locators()], authority.people
    return sum(one not in known for one in people), len(people)


def check_class_keys(home: Home, authority: Authority) -> int:
    """Demand that every row of a class key was signed by somebody entitled; count the rows.

    Raises:
        KeyRowAltered: one was not.
    """
    keys = ContentKeyStore(home.keys_path, home.lid, home.entropy)
    return home.judging(authority, keys.check_rows)


def _is_own(authority: Authority, kid: str, purpose: str) -> bool:
    key = authority.keys.get(kid)
    roles = () if key is None else authority.roles.get(key.person, ())
    return any(one.role == purpose for one in roles)
