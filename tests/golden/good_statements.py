"""Vectors that every verifier accepts: each kind, awkward names, each count of digests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ledger.formats import kinds
from ledger.formats.disclosure import Disclosure, digest, fill_digests, make_disclosures
from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.formats.sd_jwt import write_sd_jwt
from ledger.formats.statement import Anchor
from ledger.seal.ed25519 import jwk, prove_possession
from tests.golden.fixed import (
    LID,
    PERSON,
    STRANGER,
    STREAM,
    CounterEntropy,
    clear_part,
    fixed_bytes,
    sign,
)
from tests.golden.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RANGES = [{"stream": b64url(STREAM), "from": 3, "to": 4}]
FURTHER: Mapping[str, dict[str, Any]] = {
    "event": {},
    "key-registered": {
        "person": b64url(PERSON),
        "jwk": jwk(STRANGER.public),
        "custody": "passphrase",
        "possession": b64url(prove_possession(STRANGER, LID, PERSON)),
    },
    "key-revoked": {"kid": STRANGER.kid, "from_index": 40, "reason": "compromised"},
    "role-granted": {
        "person": b64url(PERSON),
        "granted": "senco",
        "from": "2026-03-01",
        "until": None,
    },
    "role-withdrawn": {"person": b64url(PERSON), "withdrawn": "senco", "from_index": 0},
    "stream-head": {
        "head": {"stream": b64url(STREAM), "seq": 9, "hash": b64url(fixed_bytes("head"))}
    },
    "anchor": {
        "size": 41,
        "root": b64url(fixed_bytes("root")),
        "tokens": [b64url(fixed_bytes("first token"))],
    },
    "erasure": {"ranges": RANGES, "basis": "retention-ended"},
    "hold": {"ranges": RANGES, "basis": "tribunal", "until": "2027-08-31"},
    "succession": {
        "origin": f"send-ledger/v1/{b64url(fixed_bytes('old ledger', 16))}",
        "size": 812,
        "root": b64url(fixed_bytes("old root")),
    },
    "countersignature": {"of": b64url(fixed_bytes("countersigned"))},
    "manifest": {},
    "receipt": {},
    "access-record": {},
    "directory": {},
}
ROLE_OF = {
    "key-registered": "root",
    "key-revoked": "head",
    "role-granted": "head",
    "role-withdrawn": "head",
    "stream-head": "system",
    "anchor": "system",
    "access-record": "access",
}

NAMES: Mapping[str, str] = {
    "apostrophes": "Siobhán O’Neill-D'Arcy",
    "chinese": "李小龍",
    "urdu": "محمد اقبال",
    "hebrew-with-direction-marks": "\u2067שרה כהן\u2069",
    "one-letter": "X",
    "eighty-characters": "Wilhelmina-Alexandria " + "Featherstonehaugh " * 3 + "Wolf",
    "combining-accents": "Zoe\u0308 Nun\u0303ez",
    "astral": "𠮷田 太郎",
    "quotes-and-backslash": 'Robert "Bobby" \\ Tables; --',
    "tilde-and-dot": "A~B.C",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A good statement with all its disclosures."""

    jwt: bytes
    disclosures: list[Disclosure]

    @property
    def payload(self) -> dict[str, Any]:
        """The payload as JSON has it."""
        return dict(json.loads(unb64url(self.jwt.decode().split(".")[1])))

    def shown(self, *withheld: str) -> str:
        """Join the statement and all fields but the withheld ones."""
        kept = [one for one in self.disclosures if one.name not in withheld]
        return write_sd_jwt(self.jwt, kept).decode()


def consent_fields(name: str = "Ada Example", extra: int = 0) -> dict[str, object]:
    """Give the fields of a consent, and as many further ones as wished."""
    fields: dict[str, object] = {
        "event": "consent.given.v1",
        "occurred_on": {"date": "2026-03-03", "precision": "day"},
        "subject_name": name,
        "subject_born": "2016-02-29",
        "subject_id": {"scheme": "upn", "value": "A123456789012"},
        "given_by": "Pat Example",
        "item": {"scheme": "send-ledger/consent-item", "code": "EP", "label": "Assessment"},
        "expires_on": None,
        "withdrawable": True,
        "cost": {"currency": "GBP", "pence": 12345},
    }
    return fields | {f"note_{number:03}": f"Nothing to note, {number}." for number in range(extra)}


def make(label: str, fields: Mapping[str, object], kind: str = "event", **changes: Any) -> Made:
    """Make one statement as the product does, with the randomness of its label."""
    entropy = CounterEntropy(label)
    disclosures = make_disclosures(fields, entropy)
    digests = fill_digests([one.text for one in disclosures], entropy)
    role, further = ROLE_OF.get(kind, "senco"), FURTHER[kind] | changes.pop("further", {})
    return Made(sign(clear_part(kind, digests, further, **({"role": role} | changes))), disclosures)


def _good(name: str, says: str, made: Made, *withheld: str) -> Vector:
    fields = {one.name: one.value for one in made.disclosures if one.name not in withheld}
    data = made.shown(*withheld)
    return Vector(name=name, says=says, expect="ok", data=data, payload=made.payload, fields=fields)


def _kinds() -> Iterator[Vector]:
    for kind in kinds.CLEAR_MEMBERS:
        fields = {"event": f"{kind}.example.v1", "subject_name": None}
        yield _good(f"kind-{kind}", f"The kind {kind}.", make(f"kind {kind}", fields, kind))


def _names() -> Iterator[Vector]:
    for label, name in NAMES.items():
        made = make(f"name {label}", consent_fields(name))
        yield _good(f"name-{label}", f"A consent of a pupil with an awkward name: {label}.", made)


def _digest_counts() -> Iterator[Vector]:
    for extra in (0, 6, 7, 22, 23, 54, 55, 118):
        fields = consent_fields(extra=extra)
        made = make(f"count {extra}", fields)
        count = len(made.payload["_sd"])
        says = f"{len(fields)} fields among {count} digests."
        yield _good(f"digests-{len(fields):03}-of-{count:03}", says, made)


def _withheld() -> Iterator[Vector]:
    made = make("withheld", consent_fields())
    yield _good("withheld-one", "The name is withheld.", made, "subject_name")
    everything = [one.name for one in made.disclosures]
    yield _good("withheld-all", "Every field is withheld.", made, *everything)
    jwt = made.jwt.decode()
    yield Vector(
        name="leaf",
        says="The leaf of the log: the issuer-signed JWT alone.",
        expect="ok",
        data=jwt,
        payload=made.payload,
        fields={},
    )
    fields = {one.name: one.value for one in made.disclosures}
    yield Vector(
        name="file-ends-in-a-newline",
        says="A text file may end in one newline.",
        expect="ok",
        data=made.shown() + "\n",
        payload=made.payload,
        fields=fields,
    )
    turned = "~".join([jwt, *(one.text for one in reversed(made.disclosures)), ""])
    yield Vector(
        name="disclosures-in-another-order",
        says="The order of disclosures says nothing.",
        expect="ok",
        data=turned,
        payload=made.payload,
        fields=fields,
    )


def _places() -> Iterator[Vector]:
    first: dict[str, Any] = {"seq": 1, "prev": None, "anchor": None}
    made = make("first", consent_fields(), **first)
    yield _good("first-of-its-stream", "seq 1 and prev null, before the first anchor.", made)
    genesis = make("genesis", {"event": "x.v1"}, "key-registered", auth=None, **first)
    yield _good("genesis", "auth is null as at leaf 0.", genesis)
    highest = make("highest", consent_fields(), seq=2**63 - 1)
    yield _good("highest-seq", "The highest sequence number.", highest)
    late = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    yield _good(
        "latest-instant", "The last second.", make("l", {"event": "x.v1"}, recorded_at=late)
    )


def _limits() -> Iterator[Vector]:
    """As much as the format's limits allow."""
    anchor = Anchor(2**63 - 1, fixed_bytes("root"), (fixed_bytes("token"),) * 64)
    says = "An anchor of 64 tokens, and the greatest size."
    yield _good("limit-anchor", says, make("limit anchor", {"event": "x.v1"}, anchor=anchor))
    one = {"stream": b64url(fixed_bytes("erased", 16)), "from": 2**63 - 1, "to": 2**63 - 1}
    ranges = {"ranges": [one] * 256, "basis": "a" * 64}
    made = make("limit ranges", {"event": "x.v1"}, "erasure", further=ranges)
    yield _good("limit-ranges", "256 ranges, and a basis of 64 characters.", made)
    deep = make("limit depth", {"event": "x.v1", "note": [[[[[[[["x"]]]]]]]]})
    yield _good("limit-depth", "Eight lists, one within another.", deep)
    long = make("limit field", {"event": "x.v1", "note": "x" * (16 * 1024 - 36)})
    yield _good("limit-field", "A field of 16 KiB, its salt and name included.", long)


def _salts() -> Iterator[Vector]:
    payload = make("long salt", consent_fields()).payload
    salted = b64url(compact_json([b64url(fixed_bytes("long salt")), "event", "a.v1"]).encode())
    digests = sorted([digest(salted), *payload["_sd"][1:]])
    jwt = sign(clear_part("event", digests, {}))
    yield Vector(
        name="salt-of-256-bits",
        says="A salt may be longer than 128 bits.",
        expect="ok",
        data=f"{jwt.decode()}~{salted}~",
        payload=payload | {"_sd": digests},
        fields={"event": "a.v1"},
    )


def good_statements() -> Iterator[Vector]:
    """Give all vectors that are to be accepted."""
    for part in (_kinds, _names, _digest_counts, _withheld, _places, _limits, _salts):
        yield from part()
