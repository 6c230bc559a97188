"""Are the key files in a home this ledger's own, and not another's that was put in their place?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.errors import KeyUnavailable
from ledger.formats.encoding import b64url

if TYPE_CHECKING:
    from ledger.bootstrap.home import Home
    from ledger.seal.authority import Authority

PURPOSES: Final = ("log", "system", "cosigner", "access")


def foreign_machine_keys(home: Home, authority: Authority) -> list[str]:
    """Name the purposes whose key file holds a key that the ledger never registered for it.

    A file that is not there is somebody else's business: whoever needs it says so.
    """
    there = [one for one in PURPOSES if (home.path / "keys" / f"{one}.json").exists()]
    return [one for one in there if not _is_own(authority, home.machine_key(one).kid, one)]


def demand_own_keys(home: Home) -> None:
    """Refuse to write with another ledger's machine keys, before anything is signed.

    Raises:
        KeyUnavailable: kind "foreign-key"; or a key file cannot be read.
    """
    with home.reading() as reader:
        if not reader.size:  # it is just being founded
            return
    foreign = foreign_machine_keys(home, home.authority())
    if foreign:
        names = ", ".join(f"keys/{one}.json" for one in foreign)
        raise KeyUnavailable(
            f"{names}: not this ledger's own key; nothing was recorded.",
            "The ledger never registered that key. It belongs to another ledger, or was made anew.",
            "Put back the file from this home's newest backup; see send-ledger doctor.",
            kind="foreign-key",
        )


def unknown_people(home: Home, authority: Authority) -> tuple[int, int]:
    """Count the people that keys/people.json names: unknown to the ledger, and all."""
    known = {key.person for key in authority.keys.values()}
    people = [b64url(one.person) for one in home.locators()]
    return sum(one not in known for one in people), len(people)


def _is_own(authority: Authority, kid: str, purpose: str) -> bool:
    key = authority.keys.get(kid)
    roles = () if key is None else authority.roles.get(key.person, ())
    return any(one.role == purpose for one in roles)
