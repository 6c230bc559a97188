"""Vectors that every verifier refuses: statements with one fault each, in form or signature."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ledger.formats import kinds
from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.seal.ed25519 import thumbprint
from tests.golden.fixed import ACTOR, STRANGER, fixed_bytes, sign_members, sign_texts
from tests.golden.good_statements import FURTHER, consent_fields, make
from tests.golden.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GONE: Final = object()
GOOD: Final = make("good", consent_fields())
HEADER: Final[Mapping[str, object]] = {
    "alg": "Ed25519",
    "typ": "send-event+sd-jwt",
    "kid": ACTOR.kid,
}
PAYLOAD: Final[dict[str, Any]] = GOOD.payload
DIGESTS: Final[list[str]] = PAYLOAD["_sd"]
ANCHOR: Final[dict[str, Any]] = PAYLOAD["anchor"]
AUTH: Final[dict[str, Any]] = PAYLOAD["auth"]
STRAY_ID: Final = b64url(bytes(16))[:-1] + "B"
STRAY_HASH: Final = b64url(bytes(32))[:-1] + "B"
SHORT_HASH: Final = b64url(bytes(31))

HEADER_FAULTS: Mapping[str, dict[str, object]] = {
    "alg-none": {"alg": "none"},
    "alg-eddsa": {"alg": "EdDSA"},
    "alg-es256": {"alg": "ES256"},
    "alg-in-lower-case": {"alg": "ed25519"},
    "alg-missing": {"alg": GONE},
    "typ-missing": {"typ": GONE},
    "typ-unknown": {"typ": "send-gossip+sd-jwt"},
    "typ-of-another-format": {"typ": "dc+sd-jwt"},
    "typ-in-capitals": {"typ": "SEND-EVENT+SD-JWT"},
    "typ-a-list": {"typ": ["send-event+sd-jwt"]},
    "kid-missing": {"kid": GONE},
    "kid-short": {"kid": SHORT_HASH},
    "kid-with-stray-bits": {"kid": STRAY_HASH},
    "kid-a-number": {"kid": 1},
    "crit": {"crit": ["exp"]},
    "jku": {"jku": "keys.json"},
    "jwk-embedded": {"jwk": FURTHER["key-registered"]["jwk"]},
    "x5u": {"x5u": "chain.pem"},
    "b64-false": {"b64": False},
}

PAYLOAD_FAULTS: Mapping[str, dict[str, object]] = {
    **{f"{name.strip('_')}-missing": {name: GONE} for name in PAYLOAD},
    "extra-exp": {"exp": 1772557200},
    "extra-pupil": {"upn": "A123456789012"},
    "extra-member-of-another-kind": {"reason": "lost"},
    "v-2": {"v": 2},
    "v-true": {"v": True},
    "v-text": {"v": "1"},
    "lid-of-15-bytes": {"lid": b64url(bytes(15))},
    "lid-with-stray-bits": {"lid": STRAY_ID},
    "lid-null": {"lid": None},
    "stream-of-17-bytes": {"stream": b64url(bytes(17))},
    "stream-padded": {"stream": PAYLOAD["stream"] + "=="},
    "seq-0": {"seq": 0},
    "seq-negative": {"seq": -1},
    "seq-text": {"seq": "2"},
    "seq-true": {"seq": True, "prev": None},
    "seq-too-high": {"seq": 2**63},
    "prev-null-at-seq-2": {"prev": None},
    "prev-at-seq-1": {"seq": 1},
    "prev-short": {"prev": SHORT_HASH},
    "prev-with-stray-bits": {"prev": STRAY_HASH},
    "recorded-at-with-offset": {"recorded_at": "2026-03-03T17:00:00+00:00"},
    "recorded-at-with-fraction": {"recorded_at": "2026-03-03T17:00:00.5Z"},
    "recorded-at-in-lower-case": {"recorded_at": "2026-03-03t17:00:00z"},
    "recorded-at-a-day": {"recorded_at": "2026-03-03"},
    "recorded-at-30-february": {"recorded_at": "2026-02-30T17:00:00Z"},
    "recorded-at-24-o-clock": {"recorded_at": "2026-03-03T24:00:00Z"},
    "recorded-at-a-number": {"recorded_at": 1772557200},
    "recorded-at-with-newline": {"recorded_at": "2026-03-03T17:00:00Z\n"},
    "recorded-at-in-other-digits": {"recorded_at": "２026-03-03T17:00:00Z"},
    "anchor-without-tokens": {"anchor": {"size": 41, "root": ANCHOR["root"]}},
    "anchor-with-time": {"anchor": ANCHOR | {"time": "2026-03-02T17:00:00Z"}},
    "anchor-size-negative": {"anchor": ANCHOR | {"size": -1}},
    "anchor-token-short": {"anchor": ANCHOR | {"tokens": [SHORT_HASH]}},
    "anchor-of-65-tokens": {"anchor": ANCHOR | {"tokens": [ANCHOR["root"]] * 65}},
    "anchor-size-too-high": {"anchor": ANCHOR | {"size": 2**63}},
    "anchor-a-list": {"anchor": [41, ANCHOR["root"], []]},
    "anchor-in-another-order": {"anchor": dict(reversed(ANCHOR.items()))},
    "auth-in-another-order": {"auth": dict(reversed(AUTH.items()))},
    "auth-seq-0": {"auth": AUTH | {"seq": 0}},
    "auth-without-hash": {"auth": {"seq": 7}},
    "auth-with-stream": {"auth": AUTH | {"stream": PAYLOAD["stream"]}},
    "role-unknown": {"role": "caretaker"},
    "role-null": {"role": None},
    "role-a-list": {"role": ["senco"]},
    "role-an-object": {"role": {}},
    "sd-unsorted": {"_sd": [DIGESTS[1], DIGESTS[0], *DIGESTS[2:]]},
    "sd-15-digests": {"_sd": DIGESTS[1:]},
    "sd-17-digests": {"_sd": sorted([*DIGESTS, b64url(fixed_bytes("one more"))])},
    "sd-none": {"_sd": []},
    "sd-duplicated-digest": {"_sd": sorted([*DIGESTS[1:], DIGESTS[1]])},
    "sd-short-digest": {"_sd": sorted([*DIGESTS[1:], SHORT_HASH])},
    "sd-digest-with-stray-bits": {"_sd": sorted([*DIGESTS[1:], STRAY_HASH])},
    "sd-a-text": {"_sd": "".join(DIGESTS)},
    "sd-alg-sha-512": {"_sd_alg": "sha-512"},
    "sd-alg-in-capitals": {"_sd_alg": "SHA-256"},
}

JWK: Final[Mapping[str, object]] = FURTHER["key-registered"]["jwk"]
HEAD: Final[Mapping[str, object]] = FURTHER["stream-head"]["head"]

KIND_FAULTS: Mapping[str, tuple[str, dict[str, object]]] = {
    "person-of-15-bytes": ("key-registered", {"person": b64url(bytes(15))}),
    "jwk-with-private-part": ("key-registered", {"jwk": {**JWK, "d": JWK["x"]}}),
    "jwk-of-another-curve": ("key-registered", {"jwk": {**JWK, "crv": "X25519"}}),
    "jwk-padded": ("key-registered", {"jwk": {**JWK, "x": f"{JWK['x']}="}}),
    "custody-unknown": ("key-registered", {"custody": "escrow"}),
    "possession-short": ("key-registered", {"possession": b64url(bytes(63))}),
    "possession-missing": ("key-registered", {"possession": GONE}),
    "from-index-negative": ("key-revoked", {"from_index": -1}),
    "reason-unknown": ("key-revoked", {"reason": "bored"}),
    "revoked-kid-short": ("key-revoked", {"kid": SHORT_HASH}),
    "granted-unknown": ("role-granted", {"granted": "caretaker"}),
    "granted-a-list": ("role-granted", {"granted": ["senco"]}),
    "from-short": ("role-granted", {"from": "2026-3-1"}),
    "from-30-february": ("role-granted", {"from": "2026-02-30"}),
    "until-missing": ("role-granted", {"until": GONE}),
    "until-an-instant": ("role-granted", {"until": "2026-03-03T17:00:00Z"}),
    "withdrawn-missing": ("role-withdrawn", {"withdrawn": GONE}),
    "head-at-seq-0": ("stream-head", {"head": {**HEAD, "seq": 0}}),
    "head-with-size": ("stream-head", {"head": {**HEAD, "size": 9}}),
    "anchor-root-short": ("anchor", {"root": SHORT_HASH}),
    "anchor-tokens-null": ("anchor", {"tokens": None}),
    "range-from-0": (
        "erasure",
        {"ranges": [{"stream": PAYLOAD["stream"], "from": 0, "to": 4}]},
    ),
    "range-to-before-from": (
        "erasure",
        {"ranges": [{"stream": PAYLOAD["stream"], "from": 4, "to": 3}]},
    ),
    "ranges-an-object": ("hold", {"ranges": {}}),
    "no-ranges": ("erasure", {"ranges": []}),
    "257-ranges": (
        "erasure",
        {"ranges": [{"stream": PAYLOAD["stream"], "from": 1, "to": 1}] * 257},
    ),
    "basis-of-65-characters": ("erasure", {"basis": "a" * 65}),
    "basis-empty": ("hold", {"basis": ""}),
    "basis-in-capitals": ("hold", {"basis": "GDPR-17"}),
    "tokens-65": ("anchor", {"tokens": [ANCHOR["root"]] * 65}),
    "from-index-too-high": ("key-revoked", {"from_index": 2**63}),
    "origin-with-stray-bits": ("succession", {"origin": f"send-ledger/v1/{STRAY_ID}"}),
    "origin-with-newline": ("succession", {"origin": f"{FURTHER['succession']['origin']}\n"}),
    "origin-of-another-kind-of-log": ("succession", {"origin": "example.com/log"}),
    "of-short": ("countersignature", {"of": SHORT_HASH}),
    "jwk-in-another-order": ("key-registered", {"jwk": dict(sorted(JWK.items()))}),
    "head-in-another-order": ("stream-head", {"head": dict(sorted(HEAD.items()))}),
    "ranges-in-another-order": (
        "erasure",
        {"ranges": [{"from": 1, "to": 4, "stream": PAYLOAD["stream"]}]},
    ),
    "of-on-a-receipt": ("receipt", {"of": b64url(bytes(32))}),
}


def _changed(members: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {k: v for k, v in (dict(members) | dict(changes)).items() if v is not GONE}


def _members() -> Iterator[Vector]:
    for name, changes in HEADER_FAULTS.items():
        data = sign_members(_changed(HEADER, changes), PAYLOAD)
        yield _bad("malformed-header", f"header-{name}", data)
    for name, changes in PAYLOAD_FAULTS.items():
        data = sign_members(HEADER, _changed(PAYLOAD, changes))
        yield _bad("malformed-payload", f"payload-{name}", data)
    for name, (kind, changes) in KIND_FAULTS.items():
        header = dict(HEADER) | {"typ": f"send-{kind}+sd-jwt"}
        payload = _changed(_in_order(kind, PAYLOAD | FURTHER[kind]), changes)
        yield _bad("malformed-payload", f"{kind}-{name}", sign_members(header, payload))


def _in_order(kind: str, payload: Mapping[str, object]) -> dict[str, object]:
    return {name: payload[name] for name in kinds.MEMBERS[kind]}


def _bad(expect: str, name: str, data: str, says: str = "", public: bytes = b"") -> Vector:
    return Vector(
        name=name,
        says=says or name.replace("-", " ").capitalize() + ".",
        expect=expect,
        data=data,
        public=public or ACTOR.public,
    )


def _texts() -> Iterator[Vector]:
    """JSON that two readers would not read alike."""
    header, payload = compact_json(HEADER), compact_json(PAYLOAD)
    headers = {
        "duplicate-alg": header.replace("{", '{"alg":"none",', 1).encode(),
        "an-array": compact_json(list(HEADER.items())).encode(),
        "not-json": header[:-1].encode(),
        "with-byte-order-mark": b"\xef\xbb\xbf" + header.encode(),
        "not-utf-8": header.encode().replace(b"Ed", b"\xff\xfe"),
    }
    payloads = {
        "duplicate-seq": payload.replace('"seq":2', '"seq":9,"seq":2').encode(),
        "duplicate-in-anchor": payload.replace('"size":41', '"size":40,"size":41').encode(),
        "duplicate-by-escape": payload.replace('"seq":2', '"s\\u0065q":2,"seq":2').encode(),
        "seq-float": payload.replace('"seq":2', '"seq":2.0').encode(),
        "seq-with-exponent": payload.replace('"seq":2', '"seq":2e0').encode(),
        "seq-nan": payload.replace('"seq":2', '"seq":NaN').encode(),
        "seq-with-leading-zero": payload.replace('"seq":2', '"seq":02').encode(),
        "trailing-comma": payload.replace('"sha-256"}', '"sha-256",}').encode(),
        "two-values": (payload + payload).encode(),
        "a-text": b'"payload"',
        "null": b"null",
        "empty": b"",
        "in-utf-16": payload.encode("utf-16"),
    }
    for name, text in headers.items():
        yield _bad("malformed-header", f"header-{name}", sign_texts(text, payload.encode()))
    for name, text in payloads.items():
        yield _bad("malformed-payload", f"payload-{name}", sign_texts(header.encode(), text))


def _other_json() -> Iterator[Vector]:
    """JSON that means the same, and is not spelt as the format spells it."""
    signed = {"header": HEADER, "payload": PAYLOAD}
    for part, members in signed.items():
        text = compact_json(members)
        spellings = {
            "white-space": json.dumps(members, indent="\t"),
            "space-after-it": f"{text} ",
            "members-in-another-order": compact_json(dict(reversed([*members.items()]))),
            "escape": text.replace("Ed25519", "\\u0045d25519").replace("senco", "\\u0073enco"),
        }
        for name, spelt in spellings.items():
            texts = {one: compact_json(other) for one, other in signed.items()} | {part: spelt}
            data = sign_texts(texts["header"].encode(), texts["payload"].encode())
            yield _bad(f"malformed-{part}", f"{part}-with-{name}", data)


def _spellings() -> Iterator[Vector]:
    """base64url in another spelling, and parts that are missing or too many."""
    jwt = GOOD.jwt.decode()
    header, payload, signature = jwt.split(".")
    # The last character of 64 bytes carries two bits; any other with these two is a stray.
    stray = signature[:-1] + chr(ord(signature[-1]) + 1)
    bodies = [compact_json(PAYLOAD | {"seq": 2 * 10**more}) for more in range(3)]
    body = next(one for one in bodies if len(one) % 3 == 1)  # which leaves four spare bits
    spare = sign_texts(compact_json(HEADER).encode(), body.encode()).split(".")
    jwt_faults = {
        "two-parts": f"{header}.{payload}",
        "four-parts": f"{jwt}.{signature}",
        "empty": "",
        "in-json-serialisation": compact_json({"payload": payload, "signature": signature}),
        "not-ascii": jwt.replace("e", "é", 1),
        "too-long": _padded_to(65_536),
    }
    for name, data in jwt_faults.items():
        yield _bad("malformed-jwt", f"jwt-{name}", data)
    parts = {
        "header-padded": ("malformed-header", _padded(header), payload, signature),
        "header-empty": ("malformed-header", "", payload, signature),
        "payload-padded": ("malformed-payload", spare[0], _padded(spare[1]), spare[2]),
        "payload-with-stray-bits": ("malformed-payload", spare[0], _stray(spare[1]), spare[2]),
        "payload-with-newline": ("malformed-payload", header, payload[:40] + "\n" + payload[40:]),
        "signature-padded": ("malformed-signature", header, payload, signature + "=="),
        "signature-empty": ("malformed-signature", header, payload, ""),
        "signature-of-63-bytes": ("malformed-signature", header, payload, b64url(bytes(63))),
        "signature-of-65-bytes": ("malformed-signature", header, payload, b64url(bytes(65))),
        "signature-with-stray-bits": ("malformed-signature", header, payload, stray),
        "signature-in-standard-base64": ("malformed-signature", header, payload, "+/" * 43),
        "signature-then-newline": ("malformed-signature", header, payload, signature + "\n"),
    }
    for name, (expect, *texts) in parts.items():
        yield _bad(expect, name, ".".join([*texts, signature][:3]))


def _padded_to(size: int) -> str:
    """Sign a statement that white space makes exactly `size` characters long."""
    # Not every length is one of base64url, so the header may have to give one or two.
    for more in range(3):
        head = compact_json(HEADER).encode() + b" " * more
        body = compact_json(PAYLOAD).encode()
        left = size - len(b64url(head)) - 2 - 86
        body += b" " * (left * 3 // 4 - len(body))
        if len(b64url(body)) == left:
            return sign_texts(head, body)
    raise AssertionError


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4 or 4)


def _stray(text: str) -> str:
    """Change a bit of the last character that no byte uses."""
    assert len(text) % 4, "no spare bits"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


def _signatures() -> Iterator[Vector]:
    """Well-formed statements whose signature counts for nothing."""
    header, payload, signature = GOOD.jwt.decode().split(".")
    raw = unb64url(signature)
    order = 2**252 + 27742317777372353535851937790883648493
    higher = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    changed = b64url(compact_json(PAYLOAD | {"recorded_at": "2026-03-02T17:00:00Z"}).encode())
    receipt = b64url(compact_json(dict(HEADER) | {"typ": "send-receipt+sd-jwt"}).encode())
    faults = {
        "flipped-first-bit": _joined(header, payload, _flipped(raw, 0)),
        "flipped-last-byte": _joined(header, payload, _flipped(raw, 63)),
        "of-zeros": _joined(header, payload, bytes(64)),
        "malleable": _joined(header, payload, higher),
        "by-another-key": sign_members(HEADER, PAYLOAD, STRANGER),
        "of-another-payload": _joined(header, changed, raw),
        "of-another-kind": _joined(receipt, payload, raw),
        "over-the-payload-alone": _joined(header, payload, ACTOR.sign(payload.encode())),
    }
    for name, data in faults.items():
        yield _bad("bad-signature", f"signature-{name}", data)
    yield _bad("other-key", "kid-of-another-key", GOOD.jwt.decode(), public=STRANGER.public)


def _joined(header: str, payload: str, signature: bytes) -> str:
    return f"{header}.{payload}.{b64url(signature)}"


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


WEAK_KEYS: Mapping[str, str] = {
    "identity": "01" + "00" * 31,
    "order-2": "ec" + "ff" * 30 + "7f",
    "order-4": "00" * 32,
    "order-8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "identity-not-canonical": "ee" + "ff" * 30 + "7f",
    "identity-with-sign": "01" + "00" * 30 + "80",
    "not-canonical": "f0" + "ff" * 30 + "7f",
    "not-a-point": "02" + "00" * 31,
}


def _weak_keys() -> Iterator[Vector]:
    """Keys under which the identity as R and zero as S fit message after message."""
    for name, text in WEAK_KEYS.items():
        public = bytes.fromhex(text)
        header = dict(HEADER) | {"kid": thumbprint(public)}
        head, body = compact_json(header).encode(), compact_json(PAYLOAD).encode()
        universal = b"\x01" + bytes(63)
        data = _joined(b64url(head), b64url(body), universal)
        yield _bad("weak-key", f"key-{name}", data, public=public)


def faulty_statements() -> Iterator[Vector]:
    """Give all vectors whose fault is in the issuer-signed JWT."""
    for part in (_members, _texts, _other_json, _spellings, _signatures, _weak_keys):
        yield from part()
