"""The school's public card and its transport key, from what the home holds."""

from __future__ import annotations

import hashlib

from ledger.bootstrap.own_keys import demand_own_keys
from ledger.bootstrap.own_school import own_school
from ledger.bootstrap.session import Session
from ledger.bootstrap.view import View
from ledger.bundles.card import make_card
from ledger.bundles.container import identity_of
from ledger.errors import NotFound
from ledger.formats.card import Card
from ledger.formats.checkpoint import cosigner_name, origin_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.values.school_identity import Laestab, Urn


def school_card(view: View) -> bytes:
    """Write and sign the school's card with the log's key; nothing is written to the home.

    Raises:
        NotFound: the school is not registered yet.
        KeyUnavailable: kind "foreign-key": the home holds another ledger's keys.
    """
    home = view.home
    demand_own_keys(home)
    school = own_school(view)
    if school.identity is None or school.recipient is None:
        raise NotFound(
            "The school is not registered in its own ledger.",
            "A card says the school's name and numbers, and they stand nowhere here.",
            "Look whether the ledger is whole: send-ledger verify.",
            kind="no-school",
        )
    log, cosigner = home.machine_key("log"), home.machine_key("cosigner")
    origin = origin_of(home.lid)
    card = Card(
        name=school.identity.name,
        urn=Urn.parse(school.identity.urn),
        laestab=Laestab.parse(school.identity.laestab),
        origin=origin,
        genesis=hashlib.sha256(view.reader.entry(0).statement).digest(),
        log_key=VerifierKey(name=origin, type=ED25519, public=log.public),
        cosigner_key=VerifierKey(
            name=cosigner_name(origin), type=COSIGNATURE_ED25519, public=cosigner.public
        ),
        recipient=school.recipient,
        issued=home.clock().date(),
    )
    return make_card(card, log.sign, log.public)


def transport_identity(session: Session) -> str:
    """Give the school's age identity, where the actor's role opens it.

    Raises:
        KeyUnavailable: it does not.
    """
    return identity_of(session.keys.data_key(session.desk.streams.transport.bytes))
