"""Names and small text files inside a transfer bundle and a receipt file.

`docs/formats/bundle.md` and `docs/formats/receipt.md` describe both containers;
the archive itself is `ledger.formats.zip_archive`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.errors import InputRefused, MalformedInput
from ledger.formats.checkpoint import HASH_BYTES, MAX_TREE_SIZE
from ledger.formats.encoding import b64, unb64
from ledger.formats.file_names import is_plain_name
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.zip_archive import ZIP_BYTES_MAX, archive_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MANIFEST: Final = "manifest"
RECEIPT: Final = "receipt"
CHECKPOINT: Final = "checkpoint"
COSIGNED: Final = "checkpoint.cosigned"
CONSISTENCY: Final = "consistency"
RECORD: Final = "record.html"
README: Final = "README.txt"
ATTACHMENT_LIST: Final = "attachments.txt"
SENDER_CHECKPOINT: Final = "sender-checkpoint"
STATEMENTS: Final = "statements/"
AUTHORITY: Final = "authority/"
COUNTERSIGNATURE: Final = "authority/countersignature"
TOKENS: Final = "tokens/"
ATTACHMENTS: Final = "attachments/"
POLICY: Final = "policy/"
PADDING: Final = "padding"

SMALLEST_ARCHIVE: Final = 2**20 - 1
"""As long is the ZIP of any record without documents; see decision 0016."""

MAX_CONSISTENCY_PROOFS: Final = 1_024
MAX_CONSISTENCY_HASHES: Final = 64
MAX_ATTACHMENTS: Final = 2_000

_ENTRY: Final = r"\.(?:sd-jwt|tlog-proof)"
_AUTHORITY: Final = rf"authority/(?:[0-9]{{4,19}}|head|countersignature){_ENTRY}"
_POLICY: Final = r"policy/(?:policy\.txt|genesis\.sha256|tsa-roots\.pem)"
_BUNDLE_NAME: Final = re.compile(
    rf"manifest{_ENTRY}|statements/(?:head-)?[0-9]{{6,19}}{_ENTRY}|{_AUTHORITY}|{_POLICY}"
    r"|checkpoint(?:\.cosigned)?|consistency|record\.html|attachments\.txt|padding|SHA256SUMS"
    r"|tokens/[A-Za-z0-9_-]{1,64}\.tsr|attachments/[A-Za-z0-9_-]{1,64}"
)
_RECEIPT_NAME: Final = re.compile(
    rf"receipt{_ENTRY}|{_AUTHORITY}|{_POLICY}"
    r"|checkpoint|sender-checkpoint|README\.txt|SHA256SUMS"
)
_ATTACHMENT_LINE: Final = re.compile(r"([0-9a-f]{64})  ([a-z0-9-]{1,32})  ([A-Za-z0-9_-]{1,64})")
_KIND: Final = re.compile(r"[a-z0-9-]{1,32}")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SIZE: Final = re.compile(r"[1-9][0-9]{0,18}")
_NO_PROOF: Final = b"none\n"


def is_bundle_name(name: str) -> bool:
    """Tell whether a bundle may hold a file of that name."""
    return _BUNDLE_NAME.fullmatch(name) is not None


def is_receipt_name(name: str) -> bool:
    """Tell whether a receipt file may hold a file of that name."""
    return _RECEIPT_NAME.fullmatch(name) is not None


def is_beside(names: Iterable[str]) -> bool:
    """Tell whether each proof stands beside its statement: one alone would be read by nobody."""
    held = frozenset(names)
    proofs = [name for name in held if name.endswith(".tlog-proof")]
    return all(f"{name.removesuffix('.tlog-proof')}.sd-jwt" in held for name in proofs)


def padding_for(members: Mapping[str, bytes]) -> bytes:
    """Give the zero bytes that bring a bundle's archive to 2^n − 1 bytes, n at least 20.

    One short of a power of two: so it fills one exactly where it is kept, encrypted.

    Args:
        members: name → bytes of every other file but the list of checksums.
    """
    listed = {**members, PADDING: b""}
    sizes = {name: len(data) for name, data in listed.items()}
    # However long the padding is, its checksum takes as much room.
    bare = archive_size({**sizes, SUMS_NAME: len(sha256sums(listed))})
    if bare > ZIP_BYTES_MAX:
        return b""  # too large to be packed at all, which packing says
    return bytes(max(2 ** bare.bit_length() - 1, SMALLEST_ARCHIVE) - bare)


def statement_name(index: int) -> str:
    """Name an included statement by its log index, without suffix."""
    return f"{STATEMENTS}{index:06d}"


def head_name(index: int) -> str:
    """Name a logged head of an included stream by its log index, without suffix."""
    return f"{STATEMENTS}head-{index:06d}"


def stems(names: Iterable[str], prefix: str) -> list[str]:
    """Give the names that begin so and end in `.sd-jwt`, without it, by their number."""
    found = [
        name.removesuffix(".sd-jwt")
        for name in names
        if name.startswith(prefix) and name.endswith(".sd-jwt")
    ]
    numbered = [one for one in found if one.removeprefix(prefix).isdecimal()]
    return sorted(numbered, key=lambda one: (int(one.removeprefix(prefix)), one))


def digest_of_hashes(jwts: Iterable[bytes]) -> bytes:
    """Name a list of statements: SHA-256 over the SHA-256 of each JWT, one after another.

    Args:
        jwts: the issuer-signed JWTs, verbatim, in log order.
    """
    whole = hashlib.sha256()
    for jwt in jwts:
        whole.update(hashlib.sha256(jwt).digest())
    return whole.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A document that travels with the statements.

    Attributes:
        name: random, ASCII letters, digits, `_` and `-`; it tells nothing.
        kind: what it is, e.g. `text`, `pdf`, `scan`; only `text` can be scanned.
        data: its bytes.
    """

    name: str
    kind: str
    data: bytes

    def __post_init__(self) -> None:
        """Refuse a name or kind that the list could not hold (`InputRefused`)."""
        named = _NAME.fullmatch(self.name) and is_plain_name(self.name)
        if not named or not _KIND.fullmatch(self.kind):
            raise InputRefused(
                "An attachment has a name or kind that a bundle cannot hold.",
                "Names are random and tell nothing; kinds are short words.",
                "Ask the sender to make the bundle again.",
                kind="attachment-name",
            )


def write_attachment_list(attachments: Iterable[Attachment]) -> bytes:
    """Write `attachments.txt`: SHA-256, kind and name of each, by name; empty for none."""
    return b"".join(
        f"{hashlib.sha256(one.data).hexdigest()}  {one.kind}  {one.name}\n".encode("ascii")
        for one in sorted(attachments, key=lambda each: each.name)
    )


def read_attachments(members: Mapping[str, bytes]) -> tuple[Attachment, ...]:
    """Read the attachments of a bundle by its list, which must name exactly those there.

    Raises:
        MalformedInput: kind "attachments-malformed": the list and the files differ.
    """
    text = members.get(ATTACHMENT_LIST, b"")
    found = []
    for line in text.decode("ascii", "replace").splitlines():
        match = _ATTACHMENT_LINE.fullmatch(line)
        data = members.get(ATTACHMENTS + match[3]) if match else None
        if match is None or data is None:
            raise _malformed("attachments-malformed", "The list of attachments is malformed.")
        found.append(Attachment(name=match[3], kind=match[2], data=data))
    held = sum(name.startswith(ATTACHMENTS) for name in members)
    if write_attachment_list(found) != text or held != len(found) or held > MAX_ATTACHMENTS:
        raise _malformed("attachments-malformed", "The list and the attachments differ.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of one size continues that of a smaller (RFC 9162 §2.1.4).

    Attributes:
        old: the earlier size, at least 1.
        new: the later size.
        hashes: 32 bytes each.
    """

    old: int
    new: int
    hashes: tuple[bytes, ...]


def write_consistency(proofs: Sequence[ConsistencyProof]) -> bytes:
    """Write the `consistency` file: `none`, or blocks of old size, new size and hashes."""
    if not proofs:
        return _NO_PROOF
    blocks = (
        "".join(f"{line}\n" for line in (one.old, one.new, *map(b64, one.hashes))) for one in proofs
    )
    return "\n".join(blocks).encode("ascii")


def read_consistency(data: bytes) -> tuple[ConsistencyProof, ...]:
    """Read the `consistency` file.

    Raises:
        MalformedInput: kind "bad-consistency": not what `write_consistency` writes.
    """
    if data == _NO_PROOF:
        return ()
    blocks = data.decode("ascii", "replace").split("\n\n")
    if len(blocks) > MAX_CONSISTENCY_PROOFS:
        raise _malformed("bad-consistency", "There are too many consistency proofs.")
    proofs = tuple(_read_block(block.removesuffix("\n").split("\n")) for block in blocks)
    if write_consistency(proofs) != data:
        raise _malformed("bad-consistency", "The consistency file is malformed.")
    return proofs


def _read_block(lines: list[str]) -> ConsistencyProof:
    match [int(line) for line in lines[:2] if _SIZE.fullmatch(line)]:
        case [old, new] if old <= new <= MAX_TREE_SIZE:
            pass
        case _:
            raise _malformed("bad-consistency", "A consistency proof lacks its two sizes.")
    hashes = tuple(map(unb64, lines[2:]))
    if len(hashes) > MAX_CONSISTENCY_HASHES or any(len(one) != HASH_BYTES for one in hashes):
        raise _malformed("bad-consistency", "A hash of a consistency proof is not 32 bytes long.")
    return ConsistencyProof(old, new, hashes)


def _malformed(kind: str, what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "The bundle is not as this program writes one.",
        "Ask the sender to make it again.",
        kind=kind,
    )
