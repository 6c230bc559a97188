"""The root key at work in a home that stands: it renews the ledger's own keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.application import staff
from ledger.application.desk import Desk
from ledger.application.founding import NewKey
from ledger.bootstrap.home import Home
from ledger.bootstrap.session import Session
from ledger.errors import KeyUnavailable, after_recording
from ledger.formats.encoding import b64url, unb64url
from ledger.seal.actor import Actor
from ledger.seal.ed25519 import SEED_BYTES, SigningKey, prove_possession
from ledger.seal.key_file import machine_key_file, open_key_file
from ledger.seal.private_files import write_private

RENEWABLE: Final = ("access", "system")
"""Purposes of keys that nobody outside knows; log and cosigner stand on the school's card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Which machine key is renewed, and what becomes of the old one.

    Attributes:
        purpose: one of `RENEWABLE`.
        from_index: from which entry on the old key counts no more; None for the next.
        reason: compromised, lost or superseded.
        why: what happened, in words.
    """

    purpose: str
    from_index: int | None
    reason: str
    why: str


def root_actor(home: Home, document: bytes, passphrase: str) -> Actor:
    """Open the root key as a signer.

    Raises:
        KeyUnavailable: not this ledger's root key, or a wrong passphrase.
    """
    root = open_key_file(document, passphrase)
    roles = home.authority().roles.get(b64url(root.person), [])
    if root.lid != home.lid or not any(one.role == "root" for one in roles):
        raise KeyUnavailable(
            "That is no root key of this ledger.",
            "It was made for another ledger, or is somebody's own key.",
            "Look for the stick that was made with this home.",
            kind="wrong-root-key",
        )
    return Actor(b64url(root.person), "root", root.signing.kid, root.signing.sign)


def renew_machine_key(session: Session, root: Actor, renewal: Renewal) -> str:
    """Give a machine a new key, then revoke every other of its keys; give the new thumbprint.

    The new key's file is in its place before the old key counts no more.  Cut off in
    between, it is repeated.

    Raises:
        NotAuthorised: the root key was not used, or the entry is still to come.
    """
    # One at a time: of two, one would revoke the key whose file the other leaves in its place.
    with session.home.naming():
        return _renew(session.home, session.as_actor(root, "root key"), renewal)


def _renew(home: Home, desk: Desk, renewal: Renewal) -> str:
    authority, day = home.authority(), desk.today().isoformat()
    (person,) = authority.holders(renewal.purpose, authority.head_index + 1, day)
    key = SigningKey(home.entropy(SEED_BYTES))
    staff.register_successor(
        desk,
        NewKey(
            person=unb64url(person),
            name=renewal.purpose,
            public=key.public,
            possession=prove_possession(key, home.lid, unb64url(person)),
            custody="device",
            reading=None,
        ),
    )
    document = machine_key_file(renewal.purpose, key.seed_bytes())
    with after_recording(
        "A new key is registered, but the old one counts still.",
        "Mend that, then repeat it: send-ledger log renew-key.",
    ):
        write_private(home.path / "keys" / f"{renewal.purpose}.json", document, replace=True)
        for old in authority.live_keys(person):
            staff.revoke_key(desk, old, renewal.from_index, renewal.reason, renewal.why)
    return key.kid
