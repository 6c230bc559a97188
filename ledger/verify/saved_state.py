"""How far a ledger was verified before, so that the next run can go on from there.

Kept by the caller outside the home, like the high-water mark, and trusted as
that is: one line of JSON.  It holds no personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import b64url, compact_json, strict_json, unb64url

FORMAT: Final = "send-ledger/v1/verified"
MAX_STATE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    """A ledger as it was when it was found intact; texts are base64url.

    Attributes:
        lid: the ledger's id.
        size: leaves that were verified.
        root: root hash at that size, 32 bytes.
        contents: whether the contents were opened and checked, too.
        genesis: SHA-256 of the genesis JWT.
        countersigned: log index, key and hash of each countersignature of the genesis.
        clock: `recorded_at` of the newest entry.
        auth_stream: the authority stream.
        auth: the authority stream's newest place, as statements quote it.
        anchor: the newest logged anchor, as statements quote it, or None.
        anchor_streams: the streams that anchors were logged in.
    """

    lid: str
    size: int
    root: bytes
    contents: bool
    genesis: str
    countersigned: tuple[tuple[int, str, str], ...]
    clock: str
    auth_stream: str
    auth: dict[str, Any]
    anchor: dict[str, Any] | None
    anchor_streams: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Write the state."""
        members = {name: getattr(self, name) for name in self.__slots__}
        members |= {"root": b64url(self.root), "anchor_streams": list(self.anchor_streams)}
        members |= {"countersigned": [list(one) for one in self.countersigned]}
        return compact_json({"format": FORMAT} | members).encode("ascii") + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> SavedState:
        """Read a state.

        Raises:
            MalformedInput: kind "bad-saved-state": not what `to_bytes` writes.
        """
        read = strict_json(data) if len(data) <= MAX_STATE_BYTES else None
        if not isinstance(read, dict) or not _is_sound(read):
            raise MalformedInput(
                "The file that says how far the ledger was verified before is damaged.",
                "It is not what an earlier run wrote.",
                "Verify the whole ledger once more, without --since.",
                kind="bad-saved-state",
            )
        del read["format"]
        read |= {"root": unb64url(read["root"]), "anchor_streams": tuple(read["anchor_streams"])}
        read |= {"countersigned": tuple(map(tuple, read["countersigned"]))}
        return cls(**read)


def _is_sound(read: dict[str, Any]) -> bool:
    streams = read.get("anchor_streams")
    return (
        read.keys() == {"format", *SavedState.__slots__}
        and read["format"] == FORMAT
        and all(map(kinds.is_id, (read["lid"], read["auth_stream"])))
        and all(map(kinds.is_hash, (read["root"], read["genesis"])))
        and kinds.is_index(read["size"])
        and read["size"] > 0
        and type(read["contents"]) is bool
        and _are_countersigned(read["countersigned"])
        and isinstance(read["clock"], str)
        and kinds.is_stream_place(read["auth"])
        and (read["anchor"] is None or kinds.is_anchor(read["anchor"]))
        and isinstance(streams, list)
        and all(map(kinds.is_id, streams))
    )


def _are_countersigned(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(
            isinstance(one, list)
            and len(one) == 3  # noqa: PLR2004  index, key, hash
            and kinds.is_index(one[0])
            and all(map(kinds.is_hash, one[1:]))
            for one in value
        )
    )
