"""One test vector: bytes, the key to check them under, and what a verifier must say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.formats.encoding import b64url, strict_json, unb64url
from tests.golden.fixed import ACTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "vectors" / "statement"

LAYERS: Mapping[str, str] = {
    "ok": "A verifier accepts it.",
    "malformed-jwt": "Not three parts, not ASCII, or longer than a leaf may be.",
    "malformed-header": "The protected header is not one of the closed table.",
    "malformed-payload": "The payload is not one of the closed table.",
    "malformed-signature": "The third part is not 64 bytes in their one spelling.",
    "other-key": "`kid` is not the thumbprint of the key.",
    "weak-key": "The key is no sound Ed25519 key: low order, not canonical, not a point.",
    "bad-signature": "The signature does not fit the key and the first two parts.",
    "malformed-sd-jwt": "Not `<JWT>~<disclosure>~…~`.",
    "unsigned-disclosure": "A disclosure's digest is not among `_sd`.",
    "malformed-disclosure": "A disclosure is not `[salt, name, value]` as the format has it.",
    "duplicate-disclosure": "Two disclosures bear one name.",
}
"""The stable words of `expect`: the layer at which a verifier stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A vector.

    Attributes:
        name: its file's name without `.json`.
        says: what it shows; for a fault, the one fault.
        expect: one of `LAYERS`.
        data: an issuer-signed JWT, or with `~` a JWT with disclosures.
        public: the key to check under, 32 bytes.
        payload: for `ok`, the payload that a reader must see.
        fields: for `ok`, name and value of every field shown.
    """

    name: str
    says: str
    expect: str
    data: str
    public: bytes = ACTOR.public
    payload: object = None
    fields: object = None

    @property
    def is_sd_jwt(self) -> bool:
        """Tell whether it comes in the form that carries disclosures."""
        return "~" in self.data or self.expect == "malformed-sd-jwt"

    def to_bytes(self) -> bytes:
        """Write the file."""
        members: dict[str, object] = {
            "says": self.says,
            "expect": self.expect,
            "form": "sd-jwt" if self.is_sd_jwt else "jwt",
            "public_key": b64url(self.public),
            "data": self.data,
        }
        if self.expect == "ok":
            members |= {"payload": self.payload, "fields": self.fields}
        return (json.dumps(members, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def read_vector(path: Path) -> Vector:
    """Read one file of `tests/vectors/statement/`."""
    members = strict_json(path.read_bytes())
    assert isinstance(members, dict)
    return Vector(
        name=path.stem,
        says=members["says"],
        expect=members["expect"],
        data=members["data"],
        public=unb64url(members["public_key"]),
        payload=members.get("payload"),
        fields=members.get("fields"),
    )
