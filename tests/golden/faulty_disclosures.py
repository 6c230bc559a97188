"""Vectors that every verifier refuses: sound statements with a fault in what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.formats.disclosure import digest
from ledger.formats.encoding import b64url, compact_json
from tests.golden.fixed import clear_part, fixed_bytes, sign
from tests.golden.good_statements import consent_fields, make
from tests.golden.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SALT = b64url(fixed_bytes("salt", 16))
GOOD = make("shown", consent_fields())
OTHER = make("another statement", consent_fields("Bob Example"))

ARRAYS: Mapping[str, object] = {
    "short-salt": [b64url(bytes(15)), "note", "x"],
    "empty-salt": ["", "note", "x"],
    "salt-a-number": [12345678901234567890, "note", "x"],
    "two-elements": [SALT, "x"],
    "four-elements": [SALT, "note", "x", "y"],
    "an-object": {"salt": SALT, "name": "note", "value": "x"},
    "name-a-number": [SALT, 1, "x"],
    "reserved-name-sd": [SALT, "_sd", []],
    "reserved-name-sd-alg": [SALT, "_sd_alg", "sha-256"],
    "reserved-name-dots": [SALT, "...", "x"],
    "reserved-name-role": [SALT, "role", "head"],
    "reserved-name-kid": [SALT, "kid", "x"],
    "reserved-name-of-another-kind": [SALT, "person", "x"],
    "nested-9-deep": [SALT, "note", [[[[[[[[["x"]]]]]]]]]],
    "nested-9-deep-and-empty": [SALT, "note", [[[[[[[[{}]]]]]]]]],
    "nested-sd": [SALT, "note", {"_sd": [GOOD.payload["_sd"][0]]}],
    "nested-sd-in-a-list": [SALT, "note", [{"deep": [{"_sd": []}]}]],
    "nested-dots": [SALT, "note", [{"...": GOOD.payload["_sd"][0]}]],
}

SPELLINGS: Mapping[str, str] = {
    "with-white-space": '"note", "x"',
    "with-white-space-in-value": '"code",{"code": "E"}',
    "with-space-after-value": '"note",true ',
    "with-escape": r'"note","\u0078"',
    "with-escape-in-name": r'"not\u0065","x"',
    "with-escape-in-value": r'"code",{"\u0063ode":"E"}',
    "with-escaped-slash": r'"note","1\/2"',
    "with-escaped-pair": r'"note","\ud83c\udf1f"',
    "with-long-escape": r'"note","\u000a"',
    "with-escape-in-capitals": r'"note","\u001F"',
    "with-minus-zero": '"count",-0',
}
"""JSON that means something, and is not spelt as the format spells it: all but the salt."""


def _with_texts(*texts: str) -> str:
    """Sign a statement over these disclosures, whatever they are, and show them."""
    covered = {digest(text) for text in texts}
    digests = sorted([*covered, *GOOD.payload["_sd"][: 16 - len(covered)]])
    jwt = sign(clear_part("event", digests, {})).decode()
    return "~".join([jwt, *texts, ""])


def _text(array: object) -> str:
    return b64url(compact_json(array).encode())


def _bad(expect: str, name: str, data: str) -> Vector:
    says = name.replace("-", " ").capitalize() + "."
    return Vector(name=name, says=says, expect=expect, data=data)


def _malformed() -> Iterator[Vector]:
    texts = {name: _text(array) for name, array in ARRAYS.items()}
    # A length of 1 modulo 3 leaves spare bits.
    note = next(text for n in range(3) if len(text := _text([SALT, "note", "x" * n])) % 4 == 2)
    texts |= {
        "padded": note + "==",
        "with-stray-bits": note[:-1] + chr(ord(note[-1]) + 1),
        "not-base64url": note[:-1] + "!",
        "not-json": b64url(b'["' + SALT.encode() + b'","note","x"'),
        "not-utf-8": b64url(b'["' + SALT.encode() + b'","note","\xff"]'),
        "float": b64url(f'["{SALT}","pounds",123.45]'.encode()),
        "nan": b64url(f'["{SALT}","pounds",NaN]'.encode()),
        "lone-surrogate": b64url(f'["{SALT}","note","\\ud800"]'.encode()),
        "duplicate-in-value": b64url(f'["{SALT}","code",{{"code":"E","code":"K"}}]'.encode()),
    }
    texts |= {name: b64url(f'["{SALT}",{rest}]'.encode()) for name, rest in SPELLINGS.items()}
    for name, text in texts.items():
        yield _bad("malformed-disclosure", f"disclosure-{name}", _with_texts(text))


def _unsigned() -> Iterator[Vector]:
    own, other = GOOD.disclosures[2], OTHER.disclosures[2]
    shown = GOOD.shown()
    forged = _text([SALT, "subject_name", "Eve Example"])
    faults = {
        "of-another-statement": shown.replace(own.text, other.text),
        "added": f"{shown}{forged}~",
        "changed": shown.replace(own.text, own.text[:-1] + ("A" if own.text[-1] != "A" else "Q")),
        "empty": shown.replace("~", "~~", 1),
        "with-newline": shown.replace(f"{own.text}~", f"{own.text}\n~"),
    }
    for name, data in faults.items():
        yield _bad("unsigned-disclosure", f"disclosure-{name}", data)


def _duplicates() -> Iterator[Vector]:
    own = GOOD.disclosures[2]
    yield _bad("duplicate-disclosure", "disclosure-shown-twice", f"{GOOD.shown()}{own.text}~")
    second = _text([b64url(fixed_bytes("second salt", 16)), "note", "no"])
    yield _bad(
        "duplicate-disclosure",
        "disclosure-of-one-name-twice",
        _with_texts(_text([SALT, "note", "yes"]), second),
    )


def _frames() -> Iterator[Vector]:
    shown, jwt = GOOD.shown(), GOOD.jwt.decode()
    faults = {
        "without-final-tilde": shown[:-1],
        "with-key-binding": shown + jwt,
        "without-any-tilde": jwt,
        "starting-with-tilde": "~" + shown,
        "with-two-newlines": shown + "\n\n",
        "not-ascii": shown[:-1] + "é~",
    }
    expect = {"starting-with-tilde": "malformed-jwt"}
    for name, data in faults.items():
        yield _bad(expect.get(name, "malformed-sd-jwt"), f"sd-jwt-{name}", data)


def faulty_disclosures() -> Iterator[Vector]:
    """Give all vectors whose fault is in the fields shown, or in how they are joined."""
    for part in (_malformed, _unsigned, _duplicates, _frames):
        yield from part()
