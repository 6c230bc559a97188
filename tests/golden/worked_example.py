"""The worked example of `docs/formats/statement.md`, made from fixed keys and dates."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.seal.ed25519 import jwk
from ledger.seal.tree import leaf_hash
from tests.golden.fixed import ACTOR
from tests.golden.good_statements import Made, consent_fields, make
from tests.support.documents import write_section

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "statement.md"
KEYS = """A consent, given by a parent and signed by the SENCO. The signer's seed (RFC 8032 §5.1.5,
hexadecimal; a test key, worth nothing) and public key, whose RFC 7638 thumbprint is `kid`:
"""


def example() -> Made:
    """Make the statement of the example."""
    return make("worked example", consent_fields("Zoë O’Example"))


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def _disclosure_rows(made: Made) -> list[str]:
    rows = ["| field | digest in `_sd` | disclosure |", "|---|---|---|"]
    for one in made.disclosures:
        hashed = b64url(hashlib.sha256(one.text.encode()).digest())
        rows.append(f"| `{one.name}` | `{hashed}` | `{one.text}` |")
    return rows


def worked_example() -> str:
    """Write the section between the two comments."""
    made = example()
    jwt = made.jwt.decode()
    header, payload, _ = jwt.split(".")
    signing_input = f"{header}.{payload}"
    first = made.disclosures[2]
    hashed = b64url(hashlib.sha256(signing_input.encode()).digest())
    count = len(made.payload["_sd"])
    parts = [
        KEYS,
        _block("text", ACTOR.seed_bytes().hex()),
        _block("json", compact_json(jwk(ACTOR.public))),
        "Protected header and payload, as signed; the line breaks of the payload are added here:\n",
        _block("json", unb64url(header).decode()),
        _block("json", json.dumps(json.loads(unb64url(payload)), indent=1, ensure_ascii=False)),
        f"Each field is a disclosure; the text of `{first.name}` decodes to\n",
        _block("json", unb64url(first.text).decode()),
        "\n".join(_disclosure_rows(made)) + "\n",
        f"{count - len(made.disclosures)} of the {count} digests are decoys. The JWT, the leaf:\n",
        _block("text", jwt),
        f"SHA-256 of its `header.payload`, the statement's hash: `{hashed}`.",
        f"Its leaf hash, SHA-256 of `0x00` and the JWT: `{b64url(leaf_hash(made.jwt))}`.\n",
        f"With the one field `{first.name}` shown and all others withheld:\n",
        _block("text", f"{jwt}~{first.text}~"),
    ]
    return "\n".join(parts)


def write_worked_example() -> None:
    """Write the example into the document."""
    write_section(DOCUMENT, f"\n{worked_example()}\n")
